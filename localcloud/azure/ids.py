"""ARM ids: paths that name an object below its parents. Azure ignores case in them, and so does everything here."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import quote

from localcloud.backend import UNKNOWN

_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_ANY_SCOPE: Final = ("scope", "scopeId", "resourceUri", "resourceId")
"""Template parameters that hold a whole ARM id."""

IN_SUBSCRIPTION: Final = re.compile(r"/subscriptions/[0-9a-f-]{36}(/[^/\s]+)*", re.IGNORECASE)
"""What a reference to an object of a subscription looks like."""

_PROVIDERS: Final = "/providers/"

_IMPLICIT: Final = re.compile(r"/storageaccounts/[^/]+/(blob|file|queue|table)services/default$")
"""Objects that come into being with their parent and are there without having been created."""


def parameters(template: str) -> list[str]:
    """The names of a template's parameters, from left to right."""
    return _PARAMETER.findall(template)


def fill(template: str, inputs: Mapping[str, Any], subscription: str) -> str | None:
    """The id that a template gives with these inputs, or None when a part is absent or not known yet."""
    values = {**inputs, "subscriptionId": subscription}
    if any(values.get(name) is None or values[name] is UNKNOWN for name in parameters(template)):
        return None

    def value(match: re.Match[str]) -> str:
        text = str(values[match[1]])
        return text.strip("/") if match[1] in _ANY_SCOPE else quote(text, safe="()@:$ ")

    return _PARAMETER.sub(value, template)


@cache
def _expression(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", template)
    text = "".join(_group(part) if part.startswith("{") else re.escape(part) for part in parts)
    return re.compile(text, re.IGNORECASE)


def _group(parameter: str) -> str:
    name = parameter.strip("{}")
    return f"(?P<{name}>.+)" if name in _ANY_SCOPE else f"(?P<{name}>[^/]+)"


def parse(template: str, identity: str) -> dict[str, str] | None:
    """The values of a template's parameters in an id, or None when the id isn't of this template."""
    match = _expression(template).fullmatch(identity)
    if match is None:
        return None
    return {
        name: f"/{value}" if name in _ANY_SCOPE else value
        for name, value in match.groupdict().items()
        if name != "subscriptionId"
    }


def parent(identity: str) -> str | None:
    """The id of what an object is below (a resource, resource group or subscription), None for a root."""
    segments = identity.strip("/").split("/")
    is_top = len(segments) >= 4 and segments[-4].lower() == "providers"
    above = segments[:-4] if is_top else segments[:-2]
    return "/" + "/".join(above) if above else None


def subscription_of(identity: str) -> str | None:
    """The id of the subscription that an object is in, in lower case; None for what is above subscriptions."""
    segments = identity.lower().split("/")
    return f"/subscriptions/{segments[2]}" if segments[1:2] == ["subscriptions"] and len(segments) > 2 else None


def type_of(identity: str) -> str:
    """The ARM type of an id or template, such as `Microsoft.Network/virtualNetworks/subnets`."""
    start = identity.lower().rfind(_PROVIDERS)
    if start >= 0:
        segments = identity[start + len(_PROVIDERS) :].split("/")
        return "/".join([segments[0], *segments[1::2]])
    return "Microsoft.Resources/" + ("resourceGroups" if "/resourcegroups/" in identity.lower() else "subscriptions")


def name_of(identity: str) -> str:
    """The last part of an id."""
    return identity.rpartition("/")[2]


def is_implicit(identity: str) -> bool:
    """Whether the object is there as soon as its parent is (a storage account's services)."""
    return _IMPLICIT.search(identity.lower()) is not None


def is_built_in_role(identity: str) -> bool:
    """Whether an id names a role definition: Azure's own ones exist in every subscription."""
    return (
        re.search(r"/providers/microsoft\.authorization/roledefinitions/[0-9a-f-]{36}$", identity.lower()) is not None
    )
