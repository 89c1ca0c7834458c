"""Ways by which something is reached."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from policies.network.ports import ALL_PORTS, Access, opened, undecided
from policies.properties import UndeterminedError

DIRECT = "network"
"""How something is reached that is connected to without anything between."""


@dataclass(frozen=True)
class Path:
    """One way to a resource."""

    through: str
    """What passes the connection on: DIRECT, a resource type, or the property that lets the internet in."""
    access: Access


def guarded(ask: Callable[[], Access], *hops: str) -> Access:
    """What `ask` answers; as long as it can't tell, perhaps every port."""
    try:
        return ask()
    except UndeterminedError as error:
        return undecided(ALL_PORTS, str(error), *hops)


def in_turn(*steps: Callable[[], Access]) -> Access:
    """Through all of these, one after the other. Where nobody gets through one, the next aren't asked."""
    access = opened(ALL_PORTS)
    for step in steps:
        access &= guarded(step)
        if not access:
            break
    return access


def any_of(asks: Iterable[Callable[[], Access]]) -> Access:
    """Through any of these."""
    access = Access()
    try:
        for ask in asks:
            access |= guarded(ask)
    except UndeterminedError as error:
        access |= undecided(ALL_PORTS, str(error))
    return access
