"""Forms and limits that more than one service has, and what builds a rule from them."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from localcloud.azure import ids
from localcloud.azure.cloud import Check, Cloud, Name, Put, Rule
from localcloud.azure.regions import region_of
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import select

Failures = Iterator[CheckFailure]

Network = IPv4Network | IPv6Network

GUID: Final = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

GUID_NAME: Final = Name(GUID, "a GUID")

DOMAIN_NAME: Final = Name(
    r"([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z]{2,63}", "a domain name with at least two labels"
)


def is_known(value: Any) -> bool:
    """Whether a value is given and known already."""
    return value is not None and value is not UNKNOWN


def between(pattern: str, low: int, high: int) -> Check:
    """A check that a number lies in a closed range."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            if isinstance(value, int | float) and not low <= value <= high:
                yield CheckFailure(path, f"{value:g} is outside Azure's range from {low} to {high}")

    return check


def fits(pattern: str, expression: str, words: str) -> Check:
    """A check that a text has a form."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            if isinstance(value, str) and re.fullmatch(expression, value) is None:
                yield CheckFailure(path, f"{value!r} is not {words}")

    return check


def guid(pattern: str) -> Check:
    """A check that a text is a GUID."""
    return fits(pattern, GUID, "a GUID")


def one_of(pattern: str, *values: str) -> Check:
    """A check of an enumeration that the SDK leaves open but Azure doesn't."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            if isinstance(value, str) and value not in values:
                yield CheckFailure(path, f"{value!r} is not one of {', '.join(values)}")

    return check


def ranges(pattern: str) -> Check:
    """A check that a text is an address range in CIDR notation."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            for item_path, item in _items(path, value):
                if isinstance(item, str) and address_range(item) is None:
                    yield CheckFailure(item_path, f"{item!r} is not an address range such as 10.0.1.0/24")

    return check


def _items(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{path}[{index}]", item) for index, item in enumerate(value))
    else:
        yield path, value


def address_range(value: Any) -> Network | None:
    """The address range that a text is, None when it is none."""
    try:
        return ip_network(value)
    except ValueError:
        return None


def tags(inputs: Properties) -> Failures:
    """Limits of tags (Azure Resource Manager, "Use tags to organize your resources")."""
    given = inputs.get("tags")
    if not isinstance(given, Mapping):
        return
    if len(given) > 50:
        yield CheckFailure("tags", f"{len(given)} tags are more than the 50 that Azure allows")
    for key, value in given.items():
        if re.search(r"[<>%&\\?/]", key) or len(key) > 512:
            yield CheckFailure(
                "tags", f"the tag name {key!r} is longer than 512 characters or has one of < > % & \\ ? /"
            )
        if isinstance(value, str) and len(value) > 256:
            yield CheckFailure("tags", f"the value of the tag {key!r} is longer than 256 characters")


def name_is_free(cloud: Cloud, put: Put) -> Iterator[str]:
    """Names that are part of a host name are taken once in the whole of Azure."""
    for other in cloud.of_type(put.kind.token):
        if other.name.lower() == ids.name_of(put.identity).lower() and other.identity.lower() != put.identity.lower():
            yield f"the name {other.name} is taken: {other.identity}"


def address_ranges(values: list[Any]) -> list[Network]:
    """The address ranges among some values."""
    return [network for value in values if isinstance(value, str) and (network := address_range(value))]


def same_region(pattern: str) -> Rule:
    """A rule that what a property names is in the object's own region."""

    def rule(cloud: Cloud, put: Put) -> Iterator[str]:
        own = region_of(put.inputs) or _region_at(cloud, ids.parent(put.identity))
        for path, value in select(put.inputs, pattern):
            other = _region_at(cloud, str(value))
            if other and own and other != own:
                yield f"{path} names {value} in {other}, but this object is in {own}"

    return rule


def _region_at(cloud: Cloud, identity: str | None) -> str | None:
    """The region of an object, or of the nearest one above it that has a region; resource groups don't count."""
    while identity and "/providers/" in identity.lower():
        found = cloud.get(identity)
        if found and (region := region_of(found.inputs)):
            return region
        identity = ids.parent(identity)
    return None
