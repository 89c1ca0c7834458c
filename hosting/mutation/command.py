"""The mutation run as a command."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from hosting.errors import HostingError
from hosting.mutation.explanations import load_explanations
from hosting.mutation.report import GOAL, MutationReport, grouped
from hosting.mutation.run import judge_stack

STACKS: Final = ("useast", "identity", "ci-us", "ci-eu")
"""A stack of each service, and one of Cloud Integrated in a jurisdiction with one region only."""


def mutate(
    console: Console,
    *,
    stacks: Sequence[str],
    resource_type: str,
    recordings: Path,
    survivors: bool,
    report: Path | None,
) -> None:
    """Judges the mutants of the stacks. Raises HostingError below the goal, or when a survivor isn't explained."""
    entries = load_explanations()
    is_whole = resource_type == "*" and set(stacks) == set(STACKS)
    results = [judge_stack(stack, recordings, resource_type) for stack in stacks]
    outcome = MutationReport(results, entries, is_whole)
    for result in results:
        for objection in result.objections:
            console.print(f"{result.stack} as it is: {objection}", soft_wrap=True, markup=False)
    if survivors:
        for line in grouped(outcome.survivors):
            console.print(line, soft_wrap=True, markup=False)
    if report is not None:
        outcome.write(report)
    bearing = outcome.refused + len(outcome.survivors) + len(outcome.gaps)
    console.print(
        f"{outcome.refused} of {bearing} mutants on leaves that bear on security are refused: {outcome.score:.1%}; "
        f"{len(outcome.survivors)} survivors are not explained, {len(outcome.gaps)} are gaps.",
        soft_wrap=True,
    )
    for entry in outcome.unneeded:
        console.print(f"unneeded explanation: {entry}", soft_wrap=True, markup=False)
    if not outcome.passes:
        raise HostingError(f"The goal is {GOAL:.0%} refused and every survivor explained: write rules, or say why not.")
