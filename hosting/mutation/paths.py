"""Places in a resource's properties, through the JSON documents that some of them hold as text."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, cast

from policies.properties import SIGNATURE

Path = tuple[str | int, ...]
"""Names and list indexes from the top level down; inside a JSON document it goes on."""


class Missing(Enum):
    """Stands where there is no value."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""The value of a property that isn't there, and what is put in its place to remove it."""


_TELLING: Final = ("Effect", "access", "direction")
"""The names whose values tell what an element of a list is for: a statement of a policy, a rule of a firewall."""


def pattern_of(path: Path, properties: Any) -> str:
    """The place in words, whatever the index: `rules[].port`, `policy.Statement[Allow].Action`."""
    text = ""
    value = properties
    for part in path:
        value = content(content(value)[part])
        text += f"[{_told(value)}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def _told(element: Any) -> str:
    told = [cast("dict[str, Any]", element).get(name) for name in _TELLING] if isinstance(element, dict) else []
    return ",".join(each for each in told if isinstance(each, str))


def content(value: Any) -> Any:
    """The value, or what it says if it is a text that holds a JSON object or list."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return cast("Any", parsed) if isinstance(parsed, dict | list) else value


@dataclass(frozen=True)
class Node:
    """What stands at one place; a document counts as an object."""

    path: Path
    value: Any
    around: Any
    """The object or list that holds it."""
    in_document: bool


def nodes(value: Any) -> Iterator[Node]:
    """Every place below `value`, the outer ones first."""
    yield from _below(value, (), in_document=False)


def _below(value: Any, path: Path, *, in_document: bool) -> Iterator[Node]:
    inner = content(value)
    in_document = in_document or isinstance(value, str)
    if isinstance(inner, dict) and SIGNATURE in inner:
        # Code or a file as the engine wraps it: what is in it is the program's, not a setting.
        return
    if isinstance(inner, dict):
        items: Iterable[tuple[str | int, Any]] = cast("dict[str, Any]", inner).items()
    elif isinstance(inner, list):
        items = enumerate(cast("list[Any]", inner))
    else:
        return
    for name, each in items:
        yield Node((*path, name), content(each), inner, in_document)
        yield from _below(each, (*path, name), in_document=in_document)


def found(value: Any, path: Path) -> Any:
    """What stands at `path`, MISSING if nothing does."""
    for part in path:
        value = content(value)
        if isinstance(part, str) and isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(part, MISSING)
        elif isinstance(part, int) and isinstance(value, list) and part < len(cast("list[Any]", value)):
            value = value[part]
        else:
            return MISSING
    return value


def edited(value: Any, path: Path, new: Any) -> Any:
    """A copy of `value` with `new` at `path`, or without it if `new` is MISSING.

    The path must be there, but for the name of a property that is added.
    """
    if not path:
        return json.dumps(new) if isinstance(value, str) and isinstance(new, dict | list) else new
    inner = content(value)
    first, rest = path[0], path[1:]
    here = cast("dict[Any, Any]", inner).get(first) if isinstance(inner, dict) else inner[first]
    below = edited(here, rest, new) if rest or new is not MISSING else MISSING
    if isinstance(inner, dict):
        copy: Any = dict(cast("dict[str, Any]", inner))
        if below is MISSING:
            del copy[first]
        else:
            copy[first] = below
    else:
        elements = cast("list[Any]", inner)
        index = cast("int", first)
        copy = [*elements[:index], *([] if below is MISSING else [below]), *elements[index + 1 :]]
    return json.dumps(copy) if isinstance(value, str) else copy


def with_texts(value: Any, change: Callable[[str], Any]) -> Any:
    """The value with each text in it, however deep, as `change` makes it; names of properties stay."""
    if isinstance(value, Mapping):
        return {name: with_texts(each, change) for name, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [with_texts(each, change) for each in cast("list[Any]", value)]
    return change(value) if isinstance(value, str) else value
