"""The register of measures: what each measure of the two documents stands on.

`controls/*.toml` holds a table per measure, named by its clause. Controls point to rules, never back: the clauses that
a violation shows are computed from here.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

DOCUMENTS: Final[Mapping[str, str]] = {"aware": "Aware", "email_web": "E-mail and web"}
"""The files below `controls/` and the short names of the documents whose measures they hold."""


class RegisterError(ValueError):
    """The register can't be used. The message says where and what to do."""


class Control(BaseModel):
    """One measure of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    summary: str
    """The measure in our own words, one sentence."""
    kind: Literal["enforced", "evidenced", "inherited", "organisational", "not met"]
    """enforced: rules hold it at deploy time; evidenced: a report or log shows it; inherited: the hosting provider's
    data centres; organisational: people and procedures; not met: with the reason."""
    rules: tuple[str, ...] = ()
    evidence: str | None = None
    """Where the report or log is that shows an evidenced measure."""
    owner: str | None = None
    reason: str | None = None
    """Why the measure isn't enforced by rules."""
    limits: str | None = None
    """What the rules do not prove."""

    @model_validator(mode="after")
    def _stands_on_something(self) -> Self:
        if self.kind == "enforced" and not self.rules:
            raise ValueError("an enforced measure needs rules")
        if self.kind != "enforced" and (not self.owner or not self.reason):
            raise ValueError(f"a measure that is {self.kind} needs an owner and a reason")
        if self.kind == "evidenced" and not self.rules and not self.evidence:
            raise ValueError("an evidenced measure needs rules or evidence")
        return self


Clauses = Mapping[str, Sequence[str]]
"""The places of all measures in each of DOCUMENTS, in its order."""

Register = Mapping[str, Control]
"""Controls by clause with the document's short name, such as `Aware 6.c.I`, in the documents' order."""


def load_clauses(file: Path) -> Clauses:
    """The measures that the documents have. Raises RegisterError for a file that lists other documents than these."""
    lists = _tables(file)
    if lists.keys() != DOCUMENTS.keys():
        raise RegisterError(f"{file.name} has to list the measures of {' and '.join(DOCUMENTS)}")
    return TypeAdapter(Clauses).validate_python(lists)


def load_register(directory: Path, rules: Collection[str], clauses: Clauses) -> Register:
    """The register below `directory`, held against the names of all rules and the measures of the documents.

    Raises RegisterError for unknown keys, kinds, rules and files, for a rule that no control uses, for a measure that
    the document doesn't have or that is missing or out of its order.
    """
    register: dict[str, Control] = {}
    unknown_files = {path.stem for path in directory.glob("*.toml")} - DOCUMENTS.keys()
    if unknown_files:
        raise RegisterError(f"{directory.name}/{min(unknown_files)}.toml is not a document that is known")
    for stem, document in DOCUMENTS.items():
        tables = _tables(directory / f"{stem}.toml")
        _refuse_gaps(stem, list(tables), clauses[stem])
        for clause, table in tables.items():
            try:
                register[f"{document} {clause}"] = Control.model_validate(table)
            except ValidationError as error:
                problem = error.errors()[0]
                place = ".".join(str(part) for part in problem["loc"])
                message = problem["msg"].removeprefix("Value error, ")
                raise RegisterError(f"{stem}.toml, {clause}{', ' + place if place else ''}: {message}") from None
    used = {name for control in register.values() for name in control.rules}
    for name in sorted(used - set(rules)):
        raise RegisterError(f"a control names the rule {name}, which doesn't exist")
    for name in sorted(set(rules) - used):
        raise RegisterError(f"no control uses the rule {name}: name it in the measures that it enforces")
    return register


def _refuse_gaps(stem: str, found: Sequence[str], wanted: Sequence[str]) -> None:
    for clause in found:
        if clause not in wanted:
            raise RegisterError(f"{stem}.toml has {clause}, a measure that the document doesn't have")
    for clause in wanted:
        if clause not in found:
            raise RegisterError(f"{stem}.toml has no table for the measure {clause}: say what it stands on")
    if list(found) != list(wanted):
        moved = next(here for here, there in zip(found, wanted, strict=True) if here != there)
        raise RegisterError(f"{stem}.toml has {moved} out of the document's order")


def clauses_by_rule(register: Register) -> dict[str, list[str]]:
    """For each rule the clauses that it stands for."""
    clauses: dict[str, list[str]] = {}
    for clause, control in register.items():
        for name in control.rules:
            clauses.setdefault(name, []).append(clause)
    return clauses


def _tables(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise RegisterError(f"{file.name} is missing") from None
    except tomllib.TOMLDecodeError as error:
        raise RegisterError(f"{file.name} is no TOML: {error}") from None
