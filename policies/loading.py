"""How the pack reads its tables: one that can't be used is refused with one sentence that says where, what and how.

A table is an instance of `Table` in the module that knows what it means; `make_pack` finds them all and reads each
before anything is judged.
"""

import importlib
import pkgutil
import re
import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Generic, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from policies.mistakes import Place, first_mistake

FOLDER: Final = Path(__file__).parent
"""Where the tables lie."""

_T = TypeVar("_T")

_TWICE: Final = re.compile(r"overwrite|twice|redefine|mutate|duplicate", re.IGNORECASE)
"""What Python's reader of TOML says where a name stands a second time."""


_BARE: Final = re.compile(r"[\w-]+")
"""A key that TOML takes without quotes."""


class TableError(ValueError):
    """A table can't be used. The message is one sentence: where, what is wrong and how to mend it."""


@dataclass(frozen=True)
class Table(Generic[_T]):
    """What one file of the pack says. Calling it gives the content, which is read once."""

    name: str
    """The file's path below the pack's folder."""
    kind: type[_T]
    """What the content has to be."""
    optional: bool = False
    """Whether the file may be empty, or missing as a whole. Any other that is empty was emptied by mistake."""
    folder: Path | None = None
    """Where the file lies, if it is none of the pack's."""

    def __call__(self) -> _T:
        """The content. Raises TableError."""
        return self._content

    def error(self, problem: str, *place: str | int) -> TableError:
        """The refusal for what is wrong at a place. If that isn't there, the nearest above it tells the line."""
        line = _line(self._lines(), place)
        where = [f"{self._said}", *([f"line {line}"] if line else []), *([_dotted(place)] if place else [])]
        return TableError(f"{', '.join(where)}: {problem}")

    @property
    def _said(self) -> str:
        return f"{self.folder.name if self.folder else 'policies'}/{self.name}"

    @cached_property
    def _content(self) -> _T:
        content = self._load()
        if not content and not self.optional:
            raise self.error("the table is empty: restore it")
        try:
            return TypeAdapter(self.kind).validate_python(content)
        except ValidationError as error:
            place, problem = first_mistake(error, self.kind, content)
            raise self.error(problem, *place) from None

    def _load(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text())
        except tomllib.TOMLDecodeError as error:
            said = str(error)
            found = re.search(r"line (\d+)", said)
            line = int(found[1]) if found else len(self._lines())
            what = (
                "a name stands there twice: remove one of them" if _TWICE.search(said) else "it is no TOML: correct it"
            )
            raise TableError(f"{self._said}, line {line}: {what} ({said.partition(' (at ')[0]})") from None

    def _lines(self) -> list[str]:
        return self._text().splitlines()

    def _text(self) -> str:
        try:
            raw = ((self.folder or FOLDER) / self.name).read_bytes()
        except FileNotFoundError:
            if self.optional:
                return ""
            raise TableError(f"{self._said} is missing: restore it") from None
        except OSError as error:
            raise TableError(f"{self._said} can't be read: {error.strerror}") from None
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise TableError(f"{self._said}, line {line}: it is no text in UTF-8: save it as such") from None


def modules_below(*packages: ModuleType) -> list[ModuleType]:
    """The modules of some packages, by name."""
    names = (
        module.name
        for package in packages
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
        if not module.name.endswith(".__main__")
    )
    return [importlib.import_module(name) for name in sorted(names)]


def tables_of(*packages: ModuleType) -> list[Table[Any]]:
    """Every table that a module of some packages declares."""
    found = (each for module in modules_below(*packages) for each in vars(module).values())
    return list(dict.fromkeys(cast("Table[Any]", each) for each in found if isinstance(each, Table)))


def _dotted(place: Place) -> str:
    keys = (part if isinstance(part, int) or _BARE.fullmatch(part) else f'"{part}"' for part in place)
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def _line(lines: Sequence[str], place: Place) -> int | None:
    """The line of what stands at a place, or else of the nearest above it that is there; None if nothing is.

    tomllib tells no lines, but a place is there from the statement on that brings it.
    """
    content = tomllib.loads("\n".join(lines))
    depth = len(_walk(content, place))
    if not depth:
        return None
    ends = _ends(lines)
    last = bisect_left(ends, depth, key=lambda end: len(_walk(tomllib.loads("\n".join(lines[:end])), place)))
    first = (0, *ends)[last]
    value = _walk(content, place)[-1]
    sought = str(value if isinstance(value, str | int | float | date) else place[depth - 1])
    return next((each for each in range(first, ends[last]) if sought in lines[each]), first) + 1


def _ends(lines: Sequence[str]) -> list[int]:
    """Behind which lines a statement is whole: by itself it is TOML."""
    ends = [0]
    for end, line in enumerate(lines, 1):
        if line.endswith(","):
            continue  # within a list, of which each beginning would be read in vain
        try:
            tomllib.loads("\n".join(lines[ends[-1] : end]))
        except tomllib.TOMLDecodeError:
            continue
        ends.append(end)
    return ends[1:]


def _walk(content: Any, place: Place) -> list[Any]:
    """What stands at each part of a place, as far as it is there."""
    found: list[Any] = []
    for part in place:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            break
        found.append(content)
    return found
