"""Resources that nobody declared, beside one that was: what somebody adds in passing and thereby opens a way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from policies.resources import Resource


@dataclass(frozen=True)
class Companion:
    """A resource that is added beside another one."""

    name: str
    resource_type: str
    beside: tuple[str, ...]
    declared: Callable[[Resource, Resource], tuple[Mapping[str, Any], tuple[str, ...]]]
    """Its properties, from the inputs and the state of the resource beside it, and which of them come from there."""


COMPANIONS: Final[tuple[Companion, ...]] = ()
