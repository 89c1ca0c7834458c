"""Judges all mutants of some stacks, on all processors."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hosting.errors import HostingError
from hosting.mutation.judge import Judge, Verdict
from hosting.mutation.mutants import Mutant, Mutants
from hosting.mutation.recorded import RecordedStack, read_stack
from hosting.mutation.sample import Sampled
from policies.pack import all_rules
from policies.rulebook import Rule


@dataclass(frozen=True)
class Outcome:
    """A mutant and what the rules say of it."""

    mutant: Mutant
    verdict: Verdict

    @property
    def survives(self) -> bool:
        """Whether no rule refuses what means something else and can be declared."""
        return self.verdict.refused is None


@dataclass(frozen=True)
class Result:
    """What came out of the mutants of one stack."""

    stack: str
    outcomes: tuple[Outcome, ...]
    stillborn: int
    equivalent: int
    resources: int
    """How many resources of the stack are mutated or are alike to one that is."""
    representatives: int
    """How many are mutated."""
    objections: tuple[str, ...]
    """What the rules have against the stack as it is."""
    sampled: Sampled | None = None
    """What the real engine says of a part of them; None if it wasn't asked."""

    @property
    def differences(self) -> tuple[str, ...]:
        """Where the engine's answers are others."""
        return () if self.sampled is None else self.sampled.differences


AskEngine = Callable[[Sequence[Rule], RecordedStack, Sequence[Mutant]], Sampled]


def judge_stack(
    name: str,
    recordings: Path,
    type_pattern: str,
    is_explained: Callable[[Mutant], bool],
    ask_engine: AskEngine | None = None,
) -> Result:
    """Judges the mutants of one stack's resources whose type fits the pattern, and asks the engine about a part.

    The proofs aren't asked about mutants that may live, as is explained.
    """
    stack = read_stack(name, recordings)
    mutants = Mutants(stack)
    made = list(mutants.of(type_pattern))
    live = [each for each in made if each.stillborn is None and each.equivalent is None]
    if not live:
        return Result(name, (), 0, 0, 0, 0, ())
    rules = all_rules()
    judge = Judge(rules, stack)
    verdicts = in_parallel(lambda each: judge.judge(each, asks_proofs=not is_explained(each)), live)
    alike = mutants.representatives(type_pattern)
    return Result(
        name,
        tuple(Outcome(mutant, verdict) for mutant, verdict in zip(live, verdicts, strict=True)),
        stillborn=sum(each.stillborn is not None for each in made),
        equivalent=sum(each.stillborn is None and each.equivalent is not None for each in made),
        resources=sum(len(each) for each in alike.values()),
        representatives=len(alike),
        objections=tuple(judge.baseline()),
        sampled=ask_engine(rules, stack, live) if ask_engine else None,
    )


def in_parallel(judge: Callable[[Mutant], Verdict], mutants: Sequence[Mutant]) -> list[Verdict]:
    """The verdicts in the mutants' order; each process judges every n-th. Raises HostingError when one fails."""
    # Forked, so that a mutant, which is made of functions, needs no way to another process.
    context = multiprocessing.get_context("fork")
    count = min(os.cpu_count() or 1, len(mutants))

    def work(first: int, sender: Any) -> None:
        sender.send([judge(each) for each in mutants[first::count]])
        sender.close()

    verdicts: list[Verdict] = [Verdict()] * len(mutants)
    started: list[tuple[int, Any]] = []
    for first in range(count):
        receiver, sender = context.Pipe(duplex=False)
        context.Process(target=work, args=(first, sender), daemon=True).start()
        sender.close()
        started.append((first, receiver))
    for first, receiver in started:
        try:
            verdicts[first::count] = receiver.recv()
        except EOFError:
            raise HostingError(
                "A process that judged mutants has ended before its time: run the command again."
            ) from None
    return verdicts
