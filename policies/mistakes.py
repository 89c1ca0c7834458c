"""What is wrong in a table, in words: pydantic finds it, and its own words are for programmers."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

Place = Sequence[str | int]
"""Keys and indexes of lists, from a file's top level down."""

_WORDS: Final[Mapping[str, str]] = {
    "missing": "this key is missing: add it",
    "string_type": "it has to be a text: write it in quotes",
    "literal_error": "it has to be {expected}: correct it",
    "string_too_short": "it says too little: say it in {min_length} letters at least",
    "too_short": "it holds too little: name {min_length} at least",
    "too_long": "it holds too much: name {max_length} at most",
    "greater_than_equal": "it is too small: write {ge} or more",
    "less_than_equal": "it is too large: write {le} or less",
    "greater_than": "it is too small: write more than {gt}",
    "value_error": "{error}",
    **dict.fromkeys(("int_type", "float_type"), "it has to be a number: write it without quotes"),
    **dict.fromkeys(("int_parsing", "float_parsing", "int_from_float"), "it has to be a number: write digits only"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "it has to be true or false: correct it"),
    **dict.fromkeys(
        ("tuple_type", "list_type", "frozen_set_type"),
        "it has to be a list: write it in square brackets, or the heads of its tables in two",
    ),
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type"), "it has to be a table: write keys with values into it"
    ),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "it has to be a day: write it as 2026-12-31",
    ),
}
"""What is wrong, and how to mend it, by pydantic's name for it."""


def first_mistake(error: ValidationError, kind: Any, content: Any) -> tuple[Place, str]:
    """Where the first mistake in a content is that had to be of a kind, and what to say of it.

    A key that was misspelt comes first, for then another one is missing.
    """
    for problem in error.errors():
        place = problem["loc"]
        if problem["type"] == "extra_forbidden" and (meant := _meant(kind, content, place)):
            return place, f"no such key is known: did you mean {meant}?"
    first = error.errors()[0]
    place = [each for each in first["loc"] if each != "[key]"]
    return place, _said(first)


def _said(problem: Any) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return "no such key is known: correct its name, or remove it"
    if kind == "missing" and isinstance(problem["loc"][-1], int):
        return "this entry is missing: add it"
    if kind == "string_too_short" and context["min_length"] == 1:
        return "it is empty: say it"
    return _WORDS.get(kind, "it can't be used as it is: correct it").format(**context)


def _meant(kind: Any, content: Any, place: Place) -> str | None:
    """Which of the keys that aren't there yet an unknown one was meant for."""
    for part in place[:-1]:
        content = content[part]
    spelt = {name.lower(): name for name in _keys(kind, place[:-1]) - content.keys()}
    near = get_close_matches(str(place[-1]).lower(), spelt, 1)
    return spelt[near[0]] if near else None


def _keys(kind: Any, place: Place) -> set[str]:
    """The keys that what stands at a place below a type may have."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return _keys(fields[str(place[0])], place[1:]) if place else {*fields}
    below = place if get_origin(kind) in (Annotated, Union, UnionType) else place[1:]
    return next(filter(None, (_keys(each, below) for each in get_args(kind))), set())
