"""Which types of resources may be used, in both clouds."""

from policies.resources import STACK_TYPE, Resource
from policies.rulebook import ANY_TYPE, Findings, rule
from policies.tables import reviewed_types

_COMPONENTS = "hosting"
"""The package of the program's own components, which stand for nothing in a cloud."""

_PROVIDERS = "pulumi:providers:"


@rule(ANY_TYPE)
def resource_type_is_reviewed(resource: Resource) -> Findings:
    """Rules judge the types that they name; what nobody has thought of could hold or open anything unseen."""
    reviewed = reviewed_types()
    name = resource.resource_type
    package = name.removeprefix(_PROVIDERS).split(":")[0]
    if name == STACK_TYPE or (package == _COMPONENTS and not name.startswith(_PROVIDERS)):
        return
    if package not in reviewed.packages:
        yield f"{name} is not reviewed: no provider but {', '.join(reviewed.packages)} is (policies/types.toml)"
    elif name in reviewed.refused:
        yield f"{name} is not reviewed to the end, {reviewed.refused[name]}: write that rule (policies/types.toml)"
    elif not name.startswith(_PROVIDERS) and name not in reviewed.judged and name not in reviewed.unjudged:
        yield f"{name} is not reviewed: add it to policies/types.toml with the rules that it needs"
