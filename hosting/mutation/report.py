"""What the mutation run came to, as Markdown for people and as JSON."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from hosting.mutation.explanations import Explanation, explanation_of, unused
from hosting.mutation.mutants import Mutant
from hosting.mutation.run import Outcome, Result
from hosting.mutation.sdk import PROVIDERS
from hosting.words import counted

GOAL: Final = 0.98
"""The share of the mutants on leaves that bear on security that the rules must refuse."""

CLOUDS: Final[Mapping[str, str]] = {"aws": "AWS", "azure-native": "Azure", "azuread": "Entra"}


@dataclass(frozen=True)
class MutationReport:
    """The results of some stacks, set against what explains survivors."""

    results: Sequence[Result]
    entries: Sequence[Explanation]
    is_whole: bool
    """Whether all stacks and types were judged: only then is it known which explanations nothing needs."""

    @cached_property
    def survivors(self) -> list[Mutant]:
        """What no rule refuses and nothing explains."""
        return [each for each in self._surviving if explanation_of(each, self.entries) is None]

    @cached_property
    def gaps(self) -> list[Mutant]:
        """What no rule refuses although it bears on security, with an explanation."""
        return [each for each in self._surviving if (found := explanation_of(each, self.entries)) and found.gap]

    @cached_property
    def _surviving(self) -> list[Mutant]:
        return [each.mutant for each in self._outcomes if each.survives]

    @cached_property
    def _outcomes(self) -> list[Outcome]:
        return [outcome for result in self.results for outcome in result.outcomes]

    @cached_property
    def unneeded(self) -> list[Explanation]:
        """The explanations that no survivor needs."""
        return unused(self.entries, self._surviving) if self.is_whole else []

    @property
    def refused(self) -> int:
        """How many mutants the rules refuse."""
        return sum(not each.survives for each in self._outcomes)

    @property
    def score(self) -> float:
        """The share of the mutants on leaves that bear on security that is refused."""
        bearing = self.refused + len(self.survivors) + len(self.gaps)
        return self.refused / bearing if bearing else 1.0

    @property
    def summary(self) -> str:
        """The outcome in a sentence."""
        bearing = self.refused + len(self.survivors) + len(self.gaps)
        return (
            f"{self.refused} of {counted(bearing, 'mutant')} on leaves that bear on security refused: {self.score:.1%} "
            f"(goal {GOAL:.0%}); {counted(len(self.survivors), 'survivor')} not explained, "
            f"{counted(len(self.gaps), 'gap')}."
        )

    @property
    def passes(self) -> bool:
        """Whether the goal is reached and everything that lives is explained."""
        sound = not any(result.objections or result.differences for result in self.results)
        return sound and self.score >= GOAL and not self.survivors and not self.unneeded

    def as_json(self) -> dict[str, Any]:
        """Everything, for other programs."""
        return {
            "score": round(self.score, 4),
            "goal": GOAL,
            "passes": self.passes,
            "refused": self.refused,
            "refusedIn": dict(Counter(each.verdict.refused for each in self._outcomes if each.verdict.refused)),
            "survivors": [_as_json(each) for each in self.survivors],
            "gaps": [_as_json(each) for each in self.gaps],
            "withoutBearing": len(self._surviving) - len(self.survivors) - len(self.gaps),
            "unneededExplanations": [str(each) for each in self.unneeded],
            "stacks": [
                {
                    "stack": each.stack,
                    "mutants": len(each.outcomes),
                    "stillborn": each.stillborn,
                    "equivalent": each.equivalent,
                    "resources": each.resources,
                    "representatives": each.representatives,
                    "objections": list(each.objections),
                    "engine": None if each.sampled is None else asdict(each.sampled),
                }
                for each in self.results
            ],
            "clouds": self._shares(_cloud),
            "types": self._shares(attrgetter("resource_type")),
            "operators": self._shares(attrgetter("operator")),
            "rules": dict(self._refusals_by_rule()),
        }

    def as_markdown(self) -> str:
        """The same for people."""
        lines = [
            "# Mutation run",
            "",
            self.summary,
            "",
            *_table("Clouds", ("cloud", "refused", "surviving"), self._rows("clouds")),
            *_table("Types", ("type", "refused", "surviving"), self._rows("types")),
            *_table("Operators", ("operator", "refused", "surviving"), self._rows("operators")),
            *_table("Rules", ("rule", "refuses"), list(self._refusals_by_rule())),
            "## Survivors",
            "",
            *(f"- {line}" for line in grouped(self.survivors)),
            "",
            "## Gaps",
            "",
            *(f"- {line}" for line in grouped(self.gaps)),
            "",
        ]
        return "\n".join(lines)

    def write(self, folder: Path) -> None:
        """Writes both into the folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mutants.json").write_text(json.dumps(self.as_json(), indent=1) + "\n")
        (folder / "mutants.md").write_text(self.as_markdown())

    def _rows(self, name: str) -> list[tuple[str, int, int]]:
        shares: Mapping[str, Mapping[str, int]] = self.as_json()[name]
        return [(each, share["refused"], share["surviving"]) for each, share in sorted(shares.items())]

    def _shares(self, key: Callable[[Mutant], str]) -> dict[str, dict[str, int]]:
        shares: dict[str, dict[str, int]] = defaultdict(lambda: {"refused": 0, "surviving": 0})
        for outcome in self._outcomes:
            if not outcome.survives:
                shares[key(outcome.mutant)]["refused"] += 1
        for mutant in (*self.survivors, *self.gaps):
            shares[key(mutant)]["surviving"] += 1
        return dict(shares)

    def _refusals_by_rule(self) -> list[tuple[str, int]]:
        return Counter(rule for each in self._outcomes for rule in each.verdict.rules).most_common()


def grouped(mutants: Iterable[Mutant]) -> list[str]:
    """A line for all mutants that differ only in the resource or index: type, place, mutation, kind of value."""
    counts = Counter((str(each), each.kind) for each in mutants)
    return [f"{text} [{kind}]" + (f" x{count}" if count > 1 else "") for (text, kind), count in sorted(counts.items())]


def _cloud(mutant: Mutant) -> str:
    return CLOUDS[mutant.resource_type.removeprefix(PROVIDERS).split(":")[0]]


def _as_json(mutant: Mutant) -> dict[str, str]:
    return {
        "stack": mutant.stack,
        "urn": mutant.urn,
        "type": mutant.resource_type,
        "path": mutant.path,
        "operator": mutant.operator,
        "detail": mutant.detail,
        "kind": mutant.kind,
    }


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return [
        f"## {title}",
        "",
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(map(str, row))} |" for row in rows),
        "",
    ]
