"""The table `incidents.toml`: what has to reach on-call, and how AWS tells of it."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.loading import Table

INVOKED_BY: Final = "userIdentity.invokedBy"
"""The service of AWS that did it for somebody; without it they did it themselves."""

_DOER: Final = "cloudformation.amazonaws.com"
"""One that does whatever its user may do."""


class Incident(BaseModel):
    """Something that must be heard of, with events that tell it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: str
    told_by: Literal["trail", "vpn", "bus"]
    kept: bool = False
    """Whether it has to be kept in a log group; else it has to reach on-call."""
    events: Annotated[tuple[Mapping[str, Any], ...], Field(min_length=1)]
    lacks: tuple[str, ...] = (INVOKED_BY,)
    """Fields, by their path, that such an event doesn't have unless it says otherwise."""
    only_directly: bool = False
    """Whether nobody can have a service of AWS do it for them."""
    each: Mapping[str, tuple[Any, ...]] = Field(default_factory=dict)
    """Fields, by their path, that take several values in turn."""

    @model_validator(mode="after")
    def _has_room_for_each(self) -> Self:
        for event, path in product(self.events, self.each):
            place: Any = event
            for name in path.split(".")[:-1]:
                place = place.get(name, {})
                if not isinstance(place, Mapping):
                    raise ValueError(  # noqa: TRY004  # pydantic takes no other
                        f"an event has a value at {name}, below which `each` puts {path}: correct one of them"
                    )
        return self

    def told(self, stand_ins: Mapping[str, Sequence[str]]) -> Iterator[Mapping[str, Any]]:
        """Every event that tells of it; `stand_ins` says what `{people}` and the like stand for.

        An event with a stand-in that stands for nothing can't happen, and isn't told.
        """
        for event in self._events():
            for values in product(*self.each.values()):
                varied: dict[str, Any] = copy.deepcopy(dict(event))
                for path, value in zip(self.each, values, strict=True):
                    *outer, last = path.split(".")
                    place = varied
                    for name in outer:
                        place = place.setdefault(name, {})
                    place[last] = value
                yield from _filled(varied, stand_ins)

    def _events(self) -> Iterator[Mapping[str, Any]]:
        for event in self.events:
            yield event
            doer = event.get("userIdentity", {})
            if event.get("eventType") == "AwsApiCall" and not self.only_directly and isinstance(doer, Mapping):
                yield {**event, "userIdentity": {**doer, "invokedBy": _DOER}}


def _filled(event: Mapping[str, Any], stand_ins: Mapping[str, Sequence[str]]) -> Iterator[Mapping[str, Any]]:
    found = [name for name in stand_ins if _holds(event, name)]
    for values in product(*(stand_ins[name] for name in found)):
        yield _replaced(event, dict(zip(found, values, strict=True)))


def _holds(value: Any, text: str) -> bool:
    return any(_holds(each, text) for each in value.values()) if isinstance(value, Mapping) else value == text


def _replaced(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _replaced(each, texts) for name, each in value.items()}
    return texts.get(value, value) if isinstance(value, str) else value


incidents: Final = Table("incidents.toml", dict[str, Incident])
"""The incidents by name."""
