"""Why a mutant may live: its leaf has no bearing on security, or it has and nothing can be done, which counts as a gap.

The tables lie in `leaves/`, a file a cloud. An entry names types, places and, if only some of them, operators and what
the mutants become. An entry that no surviving mutant needs is refused, and so is one for all of a type.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hosting.errors import HostingError
from hosting.mutation.mutants import Mutant
from policies.loading import Table, TableError

FOLDER: Final = Path(__file__).parent / "leaves"


class Explanation(BaseModel):
    """One entry. In types and paths `*` stands for anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    types: tuple[str, ...] = Field(min_length=1)
    paths: tuple[str, ...] = Field(min_length=1)
    operators: tuple[str, ...] = ()
    """Which operators; all if none is named."""
    details: tuple[str, ...] = ()
    """What the mutants become, such as values of an enumeration; all if none is named."""
    reason: str | None = Field(default=None, min_length=15)
    """Why the leaf has no bearing on security."""
    gap: str | None = Field(default=None, min_length=15)
    """Why no rule refuses it although it has: it counts against the score."""

    @model_validator(mode="after")
    def _says_why_and_of_what(self) -> Self:
        if (self.reason is None) == (self.gap is None):
            raise ValueError("an entry has either a reason or a gap: write one of them")
        if any(not re.search(r"[A-Za-z]", each) for each in self.paths):
            raise ValueError(
                "a path names no property, and an entry for all of a type hides the next weakness: name one"
            )
        if any(not re.match(r"[a-z-]+:", each) for each in self.types):
            raise ValueError("a type has no package: begin it with one, such as aws:")
        return self

    def covers(self, mutant: Mutant) -> bool:
        """Whether it explains why this mutant may live."""
        return (
            any(_fits(mutant.resource_type, each) for each in self.types)
            and any(_fits(mutant.path, each) for each in self.paths)
            and (not self.operators or mutant.operator in self.operators)
            and (not self.details or mutant.detail in self.details)
        )

    def __str__(self) -> str:
        """The entry by what it names."""
        return f"{', '.join(self.types)}: {', '.join(self.paths)}" + (
            f" ({', '.join((*self.operators, *self.details))})" if self.operators or self.details else ""
        )


class _Leaves(BaseModel):
    """One file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    leaf: tuple[Explanation, ...]


def load_explanations(folder: Path = FOLDER) -> list[Explanation]:
    """All entries. Raises HostingError for one that says too little or covers too much."""
    try:
        leaves = [Table(file.name, _Leaves, folder=folder)() for file in sorted(folder.glob("*.toml"))]
    except TableError as error:
        raise HostingError(f"{error}.") from None
    return [entry for each in leaves for entry in each.leaf]


def explanation_of(mutant: Mutant, entries: Iterable[Explanation]) -> Explanation | None:
    """The first entry that explains why the mutant may live."""
    return next((each for each in entries if each.covers(mutant)), None)


def unused(entries: Sequence[Explanation], survivors: Iterable[Mutant]) -> list[Explanation]:
    """The entries that no surviving mutant needs."""
    needed = {id(entry) for each in survivors if (entry := explanation_of(each, entries)) is not None}
    return [each for each in entries if id(each) not in needed]


def _fits(text: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
