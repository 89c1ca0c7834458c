"""Which network addresses belong to the internet."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

_PRIVATE: Final = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
)
"""RFC 1918, RFC 4193 and link-local ranges. `ipaddress.is_private` won't do: it takes 0.0.0.0/0 for private."""

_INTERNAL_TAGS: Final = frozenset({"virtualnetwork", "azureloadbalancer", "gatewaymanager"})
"""Azure service tags that stand for the virtual network or Azure's own control of it. Every other tag, such as
`Internet` or `AzureCloud`, lets machines in that anybody can rent."""


def is_private(source: str) -> bool:
    """Whether an address or range lies wholly in private ranges. What is no address is not private.

    Ranges are judged one by one, so halves of the internet such as 0.0.0.0/1 and 128.0.0.0/1 are not private either.
    """
    try:
        network = ip_network(source, strict=False)
    except ValueError:
        return False
    return any(_lies_within(network, private) for private in _PRIVATE)


def lies_within(inner: str, outer: str) -> bool:
    """Whether a range of addresses is part of another. What is no range is part of none."""
    try:
        return _lies_within(ip_network(inner, strict=False), ip_network(outer, strict=False))
    except ValueError:
        return False


def overlaps(one: str, other: str) -> bool:
    """Whether two ranges share an address. What is no range shares none."""
    try:
        return ip_network(one, strict=False).overlaps(ip_network(other, strict=False))
    except (TypeError, ValueError):
        return False


def is_internal_to_azure(source: str) -> bool:
    """Whether a source of a network security rule is private: a private range or a tag of the virtual network."""
    return is_private(source) or source.lower() in _INTERNAL_TAGS


def _lies_within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)
