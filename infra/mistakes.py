"""What is wrong in a stack file, in words: pydantic finds it, and its own words are for programmers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

Place = Sequence[str | int]
"""Keys and indexes of lists, from the settings down."""

LineOf = Callable[[Place], int | None]
"""The line of the stack file in which a place is, or else the nearest above it; None where nobody knows."""

SHOWN: Final = 5
"""Mistakes that are told at once: where a whole block stands in the wrong place there are dozens."""

_WORDS: Final[Mapping[str, str]] = {
    "missing": "is missing: add it",
    "invalid_key": "is not a key: write a name in quotes",
    "string_type": "has to be a text: write it in quotes",
    "literal_error": "has to be {expected}: choose one of them",
    "greater_than_equal": "is too small: use {ge} or more",
    "less_than_equal": "is too large: use {le} or less",
    "too_short": "has too few entries: name {min_length} at least",
    "too_long": "has too many entries: name {max_length} at most",
    "tuple_type": "has to be a list: write its entries in square brackets, or in lines that begin with a hyphen",
    "model_type": "has to hold keys with values: write each as `key: value`",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "has to be a whole number: write digits only"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "has to be true or false: write one of them"),
}
"""What is wrong, and how to mend it, by pydantic's name for it; the key stands before."""


class MisfitError(ValueError):
    """A value that doesn't go with others: the key, from the model that raises it down, what is wrong, and the mend."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key} {problem}")
        self.place = key.split(".")
        self.problem = problem


@dataclass(frozen=True)
class _Mistake:
    place: tuple[str | int, ...]
    said: str
    meant: tuple[str | int, ...] | None = None
    """The place of the key that somebody meant who wrote another."""


def told(
    error: ValidationError, model: type[BaseModel], values: Mapping[str, Any], *, prefix: str, line_of: LineOf
) -> str:
    """The mistakes in one sentence, each with its key, after `prefix`, and its line if it is known."""
    mistakes = [_mistake(each, model, values) for each in error.errors()]
    # A key that was misspelt isn't missing besides, and a list whose entries are wrong isn't too short.
    explained = {each.meant for each in mistakes} | {each.place[:-1] for each in mistakes if len(each.place) > 1}
    causes = [(line_of(each.place), each) for each in mistakes if each.place not in explained]
    causes.sort(key=lambda each: each[0] or 0)
    sentences = [f"{_line(line)}{prefix}{_dotted(each.place)}{each.said}" for line, each in causes]
    others = sentences[SHOWN:]
    return ended("; ".join([*sentences[:SHOWN], *([f"and {len(others)} more like these"] if others else [])]))


def meant_by(name: str, free: Collection[str]) -> str | None:
    """Which of the keys that aren't there yet an unknown one was meant for."""
    spelt = {each.lower(): each for each in free}
    near = get_close_matches(name.lower(), spelt, 1)
    return spelt[near[0]] if near else None


def unknown(meant: str | None) -> str:
    """What to say behind a key that nobody knows."""
    return f"is not a key here: did you mean {meant}?" if meant else "is not a key here: remove it, or correct its name"


def ended(sentence: str) -> str:
    """A sentence with its full stop, if it needs one."""
    return sentence if sentence.endswith("?") else f"{sentence}."


def _mistake(problem: Any, model: type[BaseModel], values: Mapping[str, Any]) -> _Mistake:
    place, kind, context = tuple(problem["loc"]), problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        meant = meant_by(str(place[-1]), _keys(model, place[:-1]) - _at(values, place[:-1]).keys())
        return _Mistake(place, f" {unknown(meant)}", (*place[:-1], meant) if meant else None)
    if problem["input"] is None:
        return _Mistake(place, " has no value: write one behind it, or remove it")
    raised = context.get("error")
    if isinstance(raised, MisfitError):
        return _Mistake((*place, *raised.place), f" {raised.problem}")
    if raised is not None:
        return _Mistake(place, f": {raised}")
    return _Mistake(place, " " + _WORDS.get(kind, "can't be used as it is: correct it").format(**context))


def _keys(kind: Any, place: Place) -> set[str]:
    """The keys that what stands at a place below a type may have."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return _keys(fields[str(place[0])], place[1:]) if place else {*fields}
    below = place if get_origin(kind) in (Annotated, Union, UnionType) else place[1:]
    return next(filter(None, (_keys(each, below) for each in get_args(kind))), set())


def _at(values: Any, place: Place) -> Any:
    for part in place:
        values = values[part]
    return values


def _line(line: int | None) -> str:
    return f"line {line}, " if line else ""


def _dotted(place: Place) -> str:
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place).removeprefix(".")
