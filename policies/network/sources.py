"""Who tries to get in, and which sources in the clouds' rules mean them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from policies.addresses import is_private

_Network = IPv4Network | IPv6Network

_EVERYONE: Final = frozenset({"*", "any"})
"""How Azure says "from anywhere"."""

_VIRTUAL_NETWORK: Final = "virtualnetwork"
"""Azure's tag for a virtual network, its peers and the clients of its VPN."""

_AZURE_ITSELF: Final = frozenset({"azureloadbalancer", "gatewaymanager"})
"""Azure's tags for its own control of a network: neither the internet nor a client of the VPN."""

_TAG: Final = re.compile(r"[a-z][a-z0-9.]*")
"""Any other service tag: public addresses, of Azure's services or of anybody who rents a machine there."""


@dataclass(frozen=True)
class Addresses:
    """The addresses of one family that somebody may come from."""

    network: _Network
    public: bool
    """Whether private addresses within are none of theirs."""

    def may_lie_in(self, text: str) -> bool:
        """Whether a range or service tag may mean one of them. What can't be read may mean any."""
        lower = text.lower()
        if lower in _EVERYONE:
            return True
        network = _network(text)
        if network is not None:
            return _overlap(network, self.network) and not (self.public and is_private(text))
        if lower in _AZURE_ITSELF:
            return False
        if lower == _VIRTUAL_NETWORK:
            return not self.public
        return self.public or _TAG.fullmatch(lower) is None

    def surely_lie_in(self, text: str) -> bool:
        """Whether a range or service tag surely means all of them."""
        lower = text.lower()
        network = _network(text)
        if network is not None:
            return _lies_within(self.network, network)
        return lower in _EVERYONE or lower == ("internet" if self.public else _VIRTUAL_NETWORK)


@dataclass(frozen=True)
class Source:
    """The internet, or the clients of a VPN."""

    name: str
    addresses: tuple[Addresses, ...]
    group_urns: frozenset[str] = frozenset()
    """The security groups that it wears (AWS)."""


INTERNET: Final = Source(
    "the internet", (Addresses(ip_network("0.0.0.0/0"), public=True), Addresses(ip_network("::/0"), public=True))
)


def vpn(ranges: Iterable[str], group_urns: Iterable[str] = ()) -> Source:
    """Clients of a VPN by the addresses under which they appear within. Raises ValueError for what is no range."""
    addresses = tuple(Addresses(ip_network(each, strict=False), public=False) for each in ranges)
    return Source("the VPN", addresses, frozenset(group_urns))


def may_overlap(first: str, second: str) -> bool:
    """Whether two ranges have addresses in common; what is no range, such as a tag, may mean anything."""
    one, other = _network(first), _network(second)
    return one is None or other is None or _overlap(one, other)


def covers(outer: str, inner: str) -> bool:
    """Whether a destination in a virtual network's rule surely holds all of a range within that network."""
    one, other = _network(outer), _network(inner)
    if one is not None:
        return other is not None and _lies_within(other, one)
    return outer.lower() in _EVERYONE or outer.lower() == _VIRTUAL_NETWORK


def _network(text: str) -> _Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _overlap(one: _Network, other: _Network) -> bool:
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.overlaps(other)
    return isinstance(one, IPv6Network) and isinstance(other, IPv6Network) and one.overlaps(other)


def _lies_within(inner: _Network, outer: _Network) -> bool:
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)
