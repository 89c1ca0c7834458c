"""Ordered lists of rules (network ACLs, network security groups), read as the clouds evaluate them.

The first rule that matches decides. Where it isn't sure whether a rule matches, the answer is the careful one: an
allowing rule lets through whoever it may mean, a refusing one stops only whom it surely means.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from policies.network.ports import ALL_PORTS, CLOSED, Access, Ports, opened, undecided
from policies.network.sources import Addresses, Source
from policies.properties import UndeterminedError


@dataclass(frozen=True)
class Match:
    """What a rule says of one kind of addresses."""

    ports: Ports
    """The ports that it is about, if it is about these addresses at all."""
    surely: bool
    """Whether it is about all of them."""


@dataclass(frozen=True)
class Rule:
    """One rule of an ordered list."""

    order: int
    allows: bool
    hop: str
    """How a path names it."""
    match: Callable[[Addresses], Match | None]
    """What it says of some addresses, None if nothing. Raises UndeterminedError."""


def through(rules: Iterable[Rule], source: Source) -> Access:
    """Who of the source gets through; what no rule lets through is stopped."""
    ordered = sorted(rules, key=lambda rule: rule.order)
    access = CLOSED
    for addresses in source.addresses:
        access |= _through(ordered, addresses)
    return access


def _through(rules: Iterable[Rule], addresses: Addresses) -> Access:
    access, left = CLOSED, ALL_PORTS
    doubt: str | None = None
    for rule in rules:
        try:
            match = rule.match(addresses)
        except UndeterminedError as error:
            if rule.allows:
                access |= undecided(left, str(error), rule.hop)
            else:
                doubt = doubt or str(error)
            continue
        if match is None:
            continue
        ports = match.ports & left
        if rule.allows:
            access |= opened(ports, rule.hop) if doubt is None else undecided(ports, doubt, rule.hop)
        if match.surely:
            left -= match.ports
    return access
