"""Asks the real engine about a random part of the mutants, and compares what it is told with what was judged here.

Many mutants go into one preview, each at another resource: the engine, the local cloud and the policy pack then judge a
stack that is otherwise in many places, and the rules that are violated, each with its resource, must be the same.
"""

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.local_cloud import LocalCloud
from hosting.mutation.mutants import Mutant, Variation
from hosting.mutation.recorded import RecordedRun, RecordedStack
from hosting.mutation.recordings import PLACE, in_process_of_its_own
from hosting.mutation.sdk import PROVIDERS
from hosting.mutation.wire import Change, changes_of, changing
from hosting.session import from_nothing, open_session
from hosting.words import counted
from policies.court import Court
from policies.judgements import JudgementLog
from policies.rulebook import Rule

SHARE: Final = 0.01
"""How many of the mutants the engine is asked about, if nobody says otherwise."""

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
    consequences: int = 0
    """How often the engine finds a rule violated, besides, at what the program computes from a mutant."""
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came out of one preview."""

    violations: Violations
    refused: frozenset[str]
    """The mutants, by the URN of what is mutated, that the local cloud refuses; they are to be left out."""
    is_whole: bool = True
    """Whether they were left out, so that the preview came to its end."""


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
    share: float = SHARE,
) -> Sampled:
    """Previews a random part of the mutants that a preview can show; of providers none, in which everything hangs.

    Raises HostingError when no preview is possible.
    """
    chooser = random.Random(seed)  # noqa: S311  # a sample, not a secret
    of_cloud = [each for each in mutants if not each.resource_type.startswith(PROVIDERS)]
    varied = [_Varied(each, variation) for each in of_cloud if (variation := each.vary(stack.preview)) is not None]
    chosen = chooser.sample(varied, min(len(varied), round(len(varied) * share) or 1)) if varied else []
    asked = refused = consequences = 0
    differences: list[str] = []
    for batch in _batches(chosen):
        say(f"Asking the engine about {counted(len(batch), 'mutant')} of {stack.name} ...")
        answer = _preview(checkout, stack, batch)
        left = [each for each in batch if each.mutant.urn not in answer.refused]
        refused += len(batch) - len(left)
        asked += len(left)
        expected = violations(rules, stack.preview, [each.variation for each in left])
        downstream = _computed_from({urn for each in left for urn in each.variation.states}, stack.preview)
        only_there = answer.violations - expected
        consequences += sum(urn in downstream for _, urn in only_there)
        differences += [
            f"only the engine: {rule} at {urn}" for rule, urn in sorted(only_there) if urn not in downstream
        ]
        differences += [f"only in-process: {rule} at {urn}" for rule, urn in sorted(expected - answer.violations)]
    return Sampled(asked, refused, consequences, tuple(differences))


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


def _computed_from(urns: Collection[str], run: RecordedRun) -> set[str]:
    """The resources that have a property computed from one of these, directly or by way of others."""
    found: set[str] = set()
    left = list(urns)
    while left:
        new = {each.urn for each in run.users.get(left.pop(), ())} - found
        found |= new
        left += new
    return found


def _preview(checkout: Checkout, stack: RecordedStack, varied: Sequence[_Varied]) -> Answer:
    """What the engine says. Raises HostingError when it can't preview."""
    changes = {each.mutant.urn: changes_of(stack.preview, each.variation, each.mutant.urn) for each in varied}
    inputs = {
        each.mutant.urn: {
            urn: dict(resource.all_properties())
            for urn, resource in each.variation.inputs.items()
            if urn not in each.variation.followed
        }
        for each in varied
    }
    refused: frozenset[str] = frozenset()
    while True:
        answer = in_process_of_its_own(_previewed, checkout, stack.name, changes, inputs, refused)
        if answer.is_whole:
            return answer
        refused = answer.refused


def _previewed(
    checkout: Checkout,
    stack: str,
    changes: Mapping[str, Mapping[str, Change]],
    inputs: Mapping[str, Mapping[str, Mapping[str, Any]]],
    refused: frozenset[str],
) -> Answer:
    """What the engine says if the mutants that are known to be `refused` are left out."""
    left: dict[str, Change] = {}
    with from_nothing(checkout, PLACE) as mine:
        session = open_session(mine, stack, "local", change=partial(changing, left))
        assert session.cloud is not None
        refused |= _refused(session.cloud, inputs)
        for mutant, each in changes.items():
            left |= {} if mutant in refused else each
        run = session.preview(session.engine.state()).run
        # What a provider fills in, the cloud has heard from the engine only now.
        late = _refused(session.cloud, inputs) - refused if run.errors else frozenset[str]()
    if run.errors and not late:
        raise HostingError(f"The engine can't preview mutants of {stack}: {'; '.join(run.errors)}")
    return Answer(frozenset(run.policy_violations), refused | late, is_whole=not late)


def _refused(cloud: LocalCloud, inputs: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> frozenset[str]:
    """The mutants that have a resource against which the cloud has something before it is made."""
    return frozenset(
        mutant for mutant, each in inputs.items() if any(cloud.problems(urn, one) for urn, one in each.items())
    )
