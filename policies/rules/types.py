"""Which types of resources may be used, and which properties of theirs may be set, in both clouds."""

from collections.abc import Mapping
from typing import Any, Final, cast

from policies.properties import NO_DOCUMENT, NOT_KNOWN, REDACTED, SIGNATURE, UNKNOWN_TEXTS, UndeterminedError, read_json
from policies.resources import STACK_TYPE, Resource
from policies.rulebook import ANY_TYPE, Findings, not_applicable, rule
from policies.tables import ANY_NAME, Anything, Settable, reviewed_properties, reviewed_types

_COMPONENTS = "hosting"
"""The package of the program's own components, which stand for nothing in a cloud."""

_PROVIDERS = "pulumi:providers:"

_DEFAULTS = "__defaults"
"""Under it stand the names of an object's properties that nobody has set: a provider made from Terraform's fills in its
defaults before a pack is asked (pulumi-terraform-bridge, `Check`)."""

_BRIDGED: Final = ("aws", "azuread")
"""The packages of such providers. Azure Native's is none: in its resources that name would be the program's."""


@rule(ANY_TYPE)
def resource_type_is_reviewed(resource: Resource) -> Findings:
    """Rules judge the types that they name; what nobody has thought of could hold or open anything unseen."""
    reviewed = reviewed_types()
    name = resource.resource_type
    package = name.removeprefix(_PROVIDERS).split(":")[0]
    if name == STACK_TYPE or (package == _COMPONENTS and not name.startswith(_PROVIDERS)):
        return
    if package not in reviewed.packages:
        yield (
            f"{name} is not reviewed: no provider but {', '.join(reviewed.packages)} is, and no component but this "
            "program's own (policies/types.toml)"
        )
    elif name in reviewed.refused:
        yield f"{name} is not reviewed to the end, {reviewed.refused[name]}: write that rule (policies/types.toml)"
    elif not name.startswith(_PROVIDERS) and name not in reviewed.judged and name not in reviewed.unjudged:
        yield f"{name} is not reviewed: add it to policies/types.toml with the rules that it needs"


@rule(ANY_TYPE)
def property_is_reviewed(resource: Resource) -> Findings:
    """Rules judge the properties that they name; what nobody has thought of could open or weaken anything unseen."""
    settable = reviewed_properties().get(resource.resource_type) or not_applicable(
        "its type is not reviewed, or stands for nothing in a cloud"
    )
    package = resource.resource_type.removeprefix(_PROVIDERS).split(":")[0]
    yield from _unreviewed(resource.all_properties(), settable, "", defaults=package in _BRIDGED)


def _unreviewed(properties: Mapping[str, Any], settable: Settable, above: str, *, defaults: bool) -> Findings:
    unset = (_DEFAULTS, *properties.get(_DEFAULTS, ())) if defaults else ()
    for name, value in properties.items():
        if value is None or name in unset:
            continue
        below = settable.get(name, settable.get(ANY_NAME))
        if below is None:
            yield (
                f"{above}{name} is not reviewed: leave it out, or ask what it opens, judge it by a rule where it opens "
                "anything, and add it to policies/properties.toml"
            )
        elif not isinstance(below, Anything):
            yield _unreviewed_below(value, below, f"{above}{name}", defaults=defaults)


def _unreviewed_below(value: Any, settable: Settable, place: str, *, defaults: bool) -> Findings:
    if isinstance(value, dict):
        # Code or a file, as the engine wraps it, has no properties.
        if SIGNATURE not in value:
            yield from _unreviewed(cast("dict[str, Any]", value), settable, f"{place}.", defaults=defaults)
    elif isinstance(value, list):
        for index, each in enumerate(cast("list[Any]", value)):
            yield _unreviewed_below(each, settable, f"{place}[{index}]", defaults=defaults)
    elif settable and isinstance(value, str) and value not in (*UNKNOWN_TEXTS, REDACTED):
        yield from _unreviewed_inside(value, settable, place)
    elif settable and value is not None:
        raise UndeterminedError(f"{place}{NOT_KNOWN}")


def _unreviewed_inside(text: str, settable: Settable, place: str) -> Findings:
    """What is not reviewed in a document in JSON, whose reader in the cloud may take `Image` for `image`."""
    try:
        content = read_json(text)
    except ValueError:
        yield f"{place} {NO_DOCUMENT}"
    else:
        yield _unreviewed_below(content, settable, place, defaults=False)
