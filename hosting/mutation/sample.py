"""Asks the real engine about a random part of the mutants, and compares what it is told with what was judged here.

Many mutants go into one preview, each at another resource: the engine, the local cloud and the policy pack then judge a
stack that is otherwise in many places, and the rules that are violated, each with its resource, must be the same.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.mutation.mutants import Mutant, Variation
from hosting.mutation.recorded import RecordedRun, RecordedStack
from hosting.mutation.recordings import apart, end_local_clouds, in_process_of_its_own
from hosting.mutation.wire import Change, changes_of, changing
from hosting.session import open_session
from policies.court import Court
from policies.judgements import JudgementLog
from policies.rulebook import Rule

SHARE: Final = 0.01
BATCH: Final = 25
"""How many mutants go into one preview."""

Violations = frozenset[tuple[str, str]]
"""Rules and URNs."""


@dataclass(frozen=True)
class Sampled:
    """What came out of the engine's part."""

    asked: int = 0
    refused_by_cloud: int = 0
    """How many the local cloud refused before the pack was asked."""
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Varied:
    mutant: Mutant
    variation: Variation


def ask_engine(
    checkout: Checkout,
    rules: Sequence[Rule],
    stack: RecordedStack,
    mutants: Sequence[Mutant],
    *,
    seed: int,
    say: Callable[[str], None],
) -> Sampled:
    """Previews a random part of the mutants that a preview can show.

    Raises HostingError when no preview is possible.
    """
    chooser = random.Random(seed)  # noqa: S311  # a sample, not a secret
    varied = [_Varied(each, variation) for each in mutants if (variation := each.vary(stack.preview)) is not None]
    chosen = chooser.sample(varied, min(len(varied), round(len(varied) * SHARE) or 1)) if varied else []
    asked = refused = 0
    differences: list[str] = []
    for batch in _batches(chosen):
        left = batch
        while left:
            say(f"Asking the engine about {len(left)} mutants of {stack.name} ...")
            answer = _preview(checkout, stack, left)
            if isinstance(answer, frozenset):
                asked += len(left)
                expected = violations(rules, stack.preview, [each.variation for each in left])
                say(f"The engine and the court here find {len(answer)} and {len(expected)} violations.")
                differences += [f"only the engine: {rule} at {urn}" for rule, urn in sorted(answer - expected)]
                differences += [f"only in-process: {rule} at {urn}" for rule, urn in sorted(expected - answer)]
                break
            blamed = [each for each in left if _is_blamed(each.mutant, answer)]
            if not blamed:
                raise HostingError(f"The engine can't preview mutants of {stack.name}: {answer}")
            refused += len(blamed)
            left = [each for each in left if each not in blamed]
    return Sampled(asked, refused, tuple(differences))


def violations(rules: Sequence[Rule], run: RecordedRun, variations: Sequence[Variation]) -> Violations:
    """What the court says of a run with all these variations, every rule asked about every resource."""
    inputs, states = dict(run.inputs), {**run.states}
    for variation in variations:
        for urn in variation.renamed.values():
            inputs.pop(urn, None)
        inputs |= variation.inputs
        for urn, state in variation.states.items():
            if state is None:
                states.pop(urn, None)
                inputs.pop(urn, None)
            else:
                states[urn] = state
    court = Court(rules, {}, JudgementLog(None, {}), run=run.run)
    opinions = [opinion for each in inputs.values() for opinion in court.judge(each)]
    opinions += court.judge_stack(list(states.values()))
    return frozenset((each.policy, each.judgement.urn) for each in opinions if each.judgement.answer == "violated")


def _batches(chosen: Sequence[_Varied]) -> Iterator[list[_Varied]]:
    """Parts of the sample, in each of which every resource is otherwise at most once."""
    left = list(chosen)
    while left:
        batch: list[_Varied] = []
        touched: set[str] = set()
        for each in left:
            urns = {*each.variation.inputs, *each.variation.states, each.mutant.urn}
            if len(batch) < BATCH and not urns & touched:
                batch.append(each)
                touched |= urns
        left = [each for each in left if each not in batch]
        yield batch


def _is_blamed(mutant: Mutant, problem: str) -> bool:
    name = mutant.urn.rsplit("::", 1)[-1]
    return f"{mutant.resource_type} {name}:" in problem or mutant.urn in problem


def _preview(checkout: Checkout, stack: RecordedStack, varied: Sequence[_Varied]) -> Violations | str:
    """What the engine says: the violations, or why it couldn't preview."""
    changes: dict[str, Change] = {}
    for each in varied:
        changes |= changes_of(stack.preview, each.variation, each.mutant.urn)
    found, problems = in_process_of_its_own(_previewed, checkout, stack.name, changes)
    return "; ".join(problems) if problems else frozenset(found)


def _previewed(checkout: Checkout, stack: str, changes: dict[str, Change]) -> tuple[list[tuple[str, str]], list[str]]:
    mine = apart(checkout)
    end_local_clouds(mine)
    try:
        session = open_session(mine, stack, "local", change=partial(changing, changes))
        run = session.preview(session.engine.state()).run
    finally:
        end_local_clouds(mine)
    return run.policy_violations, run.errors
