"""The table `incidents.toml`: what has to reach on-call, and how AWS tells of it."""

import copy
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

_TABLE: Final = Path(__file__).parent / "incidents.toml"


class Incident(BaseModel):
    """Something that must be heard of, with events that tell it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: str
    told_by: Literal["trail", "vpn", "bus"]
    kept: bool = False
    """Whether it has to be kept in a log group; else it has to reach on-call."""
    events: Sequence[Mapping[str, Any]] = Field(min_length=1)
    each: Mapping[str, Sequence[Any]] = Field(default_factory=dict)
    """Fields, by their path, that take several values in turn."""

    def told(self, stand_ins: Mapping[str, Sequence[str]]) -> Iterator[Mapping[str, Any]]:
        """Every event that tells of it; `stand_ins` says what `{people}` and the like stand for.

        An event with a stand-in that stands for nothing can't happen, and isn't told.
        """
        for event in self.events:
            for values in product(*self.each.values()):
                varied: dict[str, Any] = copy.deepcopy(dict(event))
                for path, value in zip(self.each, values, strict=True):
                    *outer, last = path.split(".")
                    place = varied
                    for name in outer:
                        place = place.setdefault(name, {})
                    place[last] = value
                yield from _filled(varied, stand_ins)


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


@cache
def incidents() -> Mapping[str, Incident]:
    """The incidents by name."""
    return {name: Incident.model_validate(each) for name, each in tomllib.loads(_TABLE.read_text("utf-8")).items()}
