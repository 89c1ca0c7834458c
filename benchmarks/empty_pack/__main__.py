"""A pack of one policy that says nothing: what it costs, any pack costs."""

from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def _nothing(*_: object) -> None:
    """Says nothing."""


PolicyPack(
    "empty",
    [ResourceValidationPolicy("nothing", "says nothing", _nothing)],
    enforcement_level=EnforcementLevel.MANDATORY,
)
