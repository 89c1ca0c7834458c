"""Exemptions: violations that somebody has allowed, for one resource or a few alike, for a reason and for a while.

They stand in `exemptions.toml`. One that has expired, that reaches too far or that nothing needs is a violation of its
own, so the file never holds more than it must. They are listed in every report.
"""

from collections.abc import Container, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from policies.loading import Table
from policies.resources import canonical_type

LONGEST: Final = timedelta(days=180)
"""How long an exemption may last before somebody has to ask for it again."""

FEWEST_LETTERS: Final = 3
"""How much of a name a pattern has to say."""


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("it is empty: say it")
    return value


Said = Annotated[str, AfterValidator(_not_empty)]


class Exemption(BaseModel):
    """One rule that one resource (or a few of one type, by a pattern of their names) need not keep for a while."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stack: Said
    rule: Said
    resource: Said
    """A URN, or `TYPE::NAME` where `*` and `?` in NAME stand for letters."""
    reason: Said
    approver: Said
    ticket: Said
    granted: date
    expires: date
    """The last day."""

    @model_validator(mode="after")
    def _is_narrow_and_short(self) -> Self:
        head, _, name = self.resource.rpartition("::")
        if not head or any(sign in head for sign in "*?"):
            raise ValueError("resource says no type in full: write TYPE::NAME, or a whole URN")
        # To `fnmatchcase` they mean sets of letters, and `[!!]*` is every name.
        if any(sign in self.resource for sign in "[]"):
            raise ValueError("resource holds a bracket: write * and ? only for what isn't said of a name")
        if ("*" in name or name.strip("?") != name) and len(name.replace("*", "").replace("?", "")) < FEWEST_LETTERS:
            raise ValueError(f"resource reaches too far: say {FEWEST_LETTERS} letters of the name at least")
        if self.expires < self.granted:
            raise ValueError("expires is before granted: correct one of them")
        if self.expires - self.granted > LONGEST:
            raise ValueError(f"lasts longer than {LONGEST.days} days: grant it for a shorter time")
        return self

    def covers(self, rule: str, urn: str, resource_type: str) -> bool:
        """Whether it is about this rule and resource."""
        if rule != self.rule or urn.split("::", maxsplit=1)[0] != f"urn:pulumi:{self.stack}":
            return False
        if self.resource.startswith("urn:"):
            return urn == self.resource
        kind, _, pattern = self.resource.rpartition("::")
        return canonical_type(resource_type) == canonical_type(kind) and fnmatchcase(urn.rpartition("::")[2], pattern)

    def problem(self, today: date) -> str | None:
        """What is wrong with it on a day."""
        if today > self.expires:
            return f"expired on {self.expires}: mend the resource and remove it, or ask for it again"
        if today < self.granted:
            return f"is granted from {self.granted} on: wait until then, or correct granted"
        return None

    def __str__(self) -> str:
        """What a report says of it."""
        return f"until {self.expires} by {self.approver} ({self.ticket}): {self.reason}"


class Exemptions(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exemption: tuple[Exemption, ...] = ()


exemptions: Final = Table("exemptions.toml", Exemptions, optional=True)


def load_exemptions(rules: Container[str], stacks: Container[str]) -> Sequence[Exemption]:
    """The exemptions, of which there needn't be any. `rules` and `stacks` are the names of those that exist.

    Raises TableError for a key that isn't known or is missing, one that reaches too far or lasts too long, one for
    a stack that doesn't exist, in no run of which it would ever be judged, and one from anything else than a rule: the
    checks of the pack itself, that of exemptions among them, hold always.
    """
    for number, each in enumerate(exemptions().exemption):
        if each.rule not in rules:
            problem = f"{each.rule} is no rule: name one of docs/controls.md"
            raise exemptions.error(problem, "exemption", number, "rule")
        if each.stack not in stacks:
            problem = (
                f"there is no Pulumi.{each.stack}.yaml: name a stack that has such a file, or remove the exemption"
            )
            raise exemptions.error(problem, "exemption", number, "stack")
    return exemptions().exemption
