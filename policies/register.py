"""The register of measures: what each measure of the two documents stands on.

`controls/*.toml` holds a table per measure, named by its clause. Controls point to rules, never back: the clauses that
a violation shows are computed from here.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from policies import loading
from policies.loading import Table, TableError

DOCUMENTS: Final[Mapping[str, str]] = {"aware": "Aware", "email_web": "E-mail and web"}
"""The files below `controls/` and the short names of the documents whose measures they hold."""


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
            raise ValueError("a measure that is enforced has no rules: name them, or change its kind")
        if self.kind != "enforced" and (not self.owner or not self.reason):
            raise ValueError(f"a measure that is {self.kind} has no owner or no reason: add both")
        if self.kind == "evidenced" and not self.rules and not self.evidence:
            raise ValueError("a measure that is evidenced has neither rules nor evidence: add one of them")
        return self


class Clauses(BaseModel):
    """The places of all measures in each of DOCUMENTS, in its order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aware: tuple[str, ...]
    email_web: tuple[str, ...]


clauses: Final = Table("clauses.toml", Clauses)

aware: Final = Table("controls/aware.toml", dict[str, Control])
email_web: Final = Table("controls/email_web.toml", dict[str, Control])

Register = Mapping[str, Control]
"""Controls by clause with the document's short name, such as `Aware 6.c.I`, in the documents' order."""


def load_register(rules: Collection[str]) -> Register:
    """The register, held against the names of all rules and the measures of the documents.

    Raises TableError for unknown keys, kinds, rules and files, for a rule that no control uses, for a measure that
    the document doesn't have or that is missing or out of its order.
    """
    register: dict[str, Control] = {}
    unknown = {path.stem for path in (loading.FOLDER / "controls").glob("*.toml")} - DOCUMENTS.keys()
    if unknown:
        raise TableError(f"policies/controls/{min(unknown)}.toml is of no document that is known: remove it")
    for table, wanted in ((aware, clauses().aware), (email_web, clauses().email_web)):
        _refuse_gaps(table, wanted)
        for clause, control in table().items():
            for number, name in enumerate(control.rules):
                if name not in rules:
                    raise table.error(f"there is no rule {name}: correct the name", clause, "rules", number)
            register[f"{DOCUMENTS[PurePath(table.name).stem]} {clause}"] = control
    used = {name for control in register.values() for name in control.rules}
    for name in sorted(set(rules) - used):
        raise TableError(
            f"policies/controls: no control uses the rule {name}: name it in the measures that it enforces"
        )
    return register


def _refuse_gaps(table: Table[dict[str, Control]], wanted: Sequence[str]) -> None:
    found = list(table())
    for clause in found:
        if clause not in wanted:
            raise table.error("the document doesn't have this measure: remove it, or add it to clauses.toml", clause)
    for clause in wanted:
        if clause not in found:
            raise table.error("the measure has no table: say what it stands on", clause)
    for here, there in zip(found, wanted, strict=True):
        if here != there:
            raise table.error(f"it is out of the document's order: put {there} before it", here)


def clauses_by_rule(register: Register) -> dict[str, list[str]]:
    """For each rule the clauses that it stands for."""
    clauses: dict[str, list[str]] = {}
    for clause, control in register.items():
        for name in control.rules:
            clauses.setdefault(name, []).append(clause)
    return clauses
