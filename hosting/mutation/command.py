"""The mutation run as a command."""

import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.mutation.explanations import explanation_of, load_explanations
from hosting.mutation.mutants import Mutant
from hosting.mutation.recordings import record
from hosting.mutation.report import GOAL, MutationReport, grouped
from hosting.mutation.run import Result, judge_stack
from hosting.mutation.sample import SHARE, ask_engine
from hosting.words import counted

STACKS: Final = ("useast", "identity", "ci-us", "ci-eu")
"""A stack of each service, and one of Cloud Integrated in a jurisdiction with one region only."""


def mutate(
    checkout: Checkout,
    console: Console,
    *,
    stacks: Sequence[str] | None = None,
    resource_type: str = "*",
    recordings: Path | None = None,
    engine: bool = False,
    seed: int | None = None,
    share: float = SHARE,
    survivors: bool = False,
    report: Path | None = None,
) -> None:
    """Judges the mutants of the stacks, of which recordings are made if none are given.

    Raises HostingError when a stack can't be made, when the score is below the goal, when a survivor isn't explained or
    an explanation isn't needed, when the rules object to a stack as it is, or when the engine answers otherwise.
    """
    chosen = stacks or STACKS
    entries = load_explanations()

    def say(sentence: str) -> None:
        console.print(sentence, soft_wrap=True, markup=False)

    folder = recordings or record(checkout, chosen, say)
    ask = None
    if engine:
        seed = random.randrange(1_000_000) if seed is None else seed  # noqa: S311  # a sample, not a secret
        say(f"The engine is asked about a random part with the seed {seed}.")
        ask = partial(ask_engine, checkout, seed=seed, say=say, share=share)

    def is_explained(mutant: Mutant) -> bool:
        explanation = explanation_of(mutant, entries)
        return explanation is not None and explanation.reason is not None

    results: list[Result] = []
    for stack in chosen:
        results.append(judge_stack(stack, folder, resource_type, is_explained, ask))
        say(f"{stack}: {counted(len(results[-1].outcomes), 'mutant')} judged.")
    is_whole = resource_type == "*" and set(chosen) == set(STACKS)
    outcome = MutationReport(results, entries, is_whole)
    for result in results:
        for objection in result.objections:
            say(f"{result.stack} as it is: {objection}")
        for difference in result.differences:
            say(f"{result.stack}, {difference}")
    if survivors:
        for line in grouped(outcome.survivors):
            say(line)
    for entry in outcome.unneeded:
        say(f"No survivor needs the explanation of {entry}: remove it.")
    if report is not None:
        outcome.write(report)
    say(outcome.summary)
    if not outcome.passes:
        raise HostingError(f"The goal is {GOAL:.0%} refused and every survivor explained: write rules, or say why not.")
