"""The engine's part: what it is asked at once, and what its answers are held against."""

from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import pytest

from hosting.errors import HostingError
from hosting.mutation import sample
from hosting.mutation.mutants import Mutants
from policies.rulebook import rule
from tests.hosting.mutation.sample_stack import KEY


@rule(KEY)
def key_rotates(key):
    """Why."""
    if not key.get("enable_key_rotation", False):
        yield "off"


@pytest.fixture
def asked(recorded, monkeypatch):
    """Asks about all mutants of keys; `answer` stands for the engine, which gets what is asked at once."""
    stack = recorded()
    mutants = [each for each in Mutants(stack).of(KEY) if each.operator in ("flipped", "zero")]

    def ask(answer):
        monkeypatch.setattr(sample, "_preview", lambda checkout, stack, varied: answer(varied))
        return sample.ask_engine(None, [key_rotates], stack, mutants, seed=1, say=lambda _: None, share=1)

    return ask


def violated(varied):
    found = (("key-rotates", each.mutant.urn) for each in varied if each.mutant.operator == "flipped")
    return sample.Answer(frozenset(found), frozenset())


def test_each_resource_is_otherwise_once_at_a_time_and_answers_agree(asked):
    batches = []

    def answer(varied):
        batches.append([each.mutant.urn for each in varied])
        return violated(varied)

    assert asked(answer) == sample.Sampled(asked=2, refused_by_cloud=0, differences=())
    assert [len(each) for each in batches] == [1, 1]


def test_differences_are_told_in_both_directions(asked):
    nothing = sample.Answer(frozenset(), frozenset())
    assert [each.split(":")[0] for each in asked(lambda _: nothing).differences] == ["only in-process"]
    more = {("other", "urn")}
    told = asked(lambda varied: replace(violated(varied), violations=violated(varied).violations | more)).differences
    assert told == ("only the engine: other at urn",) * 2


def test_what_follows_at_resources_that_are_computed_from_a_mutant_is_no_difference(asked, recorded):
    policy = next(urn for urn in recorded().preview.states if urn.endswith("BucketPolicy::tenant-acme"))

    def answer(varied):
        return replace(violated(varied), violations=violated(varied).violations | {("other", policy)})

    assert asked(answer) == sample.Sampled(asked=2, consequences=2)


def test_what_the_cloud_refuses_is_left_out(asked):
    def answer(varied):
        if varied[0].mutant.operator == "flipped":
            return sample.Answer(frozenset(), frozenset({varied[0].mutant.urn}))
        return violated(varied)

    assert asked(answer) == sample.Sampled(asked=1, refused_by_cloud=1, differences=())


def test_failure_of_the_engine_ends_the_run(asked):
    def answer(_):
        raise HostingError("no engine")

    with pytest.raises(HostingError, match="no engine"):
        asked(answer)


@pytest.mark.parametrize("fault", ["of a mutant", "of the engine"])
def test_what_the_cloud_refuses_once_it_knows_the_providers_defaults_is_left_out(monkeypatch, fault):
    previewed = []
    bare = SimpleNamespace(all_properties=dict)

    class Session:
        engine = SimpleNamespace(state=lambda: None)
        cloud = SimpleNamespace(
            problems=lambda urn, _: ["location"] if urn == "bad" and previewed and fault == "of a mutant" else []
        )

        def __init__(self, change):
            self.left = change.args[0]

        def preview(self, _):
            previewed.append(set(self.left))
            errors = ["bad: location"] if "bad" in self.left else []
            return SimpleNamespace(run=SimpleNamespace(errors=errors, policy_violations=[("rule", "good")]))

    monkeypatch.setattr(sample, "from_nothing", lambda *_: nullcontext())
    monkeypatch.setattr(sample, "open_session", lambda *_, change: Session(change))

    monkeypatch.setattr(sample, "in_process_of_its_own", lambda function, *arguments: function(*arguments))
    monkeypatch.setattr(sample, "changes_of", lambda _run, _variation, urn: {urn: {}})

    def ask():
        varied = [
            SimpleNamespace(mutant=SimpleNamespace(urn=urn), variation=SimpleNamespace(inputs={urn: bare}, followed=()))
            for urn in ("good", "bad")
        ]
        return sample._preview(None, SimpleNamespace(name="useast", preview=None), varied)

    if fault == "of the engine":
        with pytest.raises(HostingError, match="bad: location"):
            ask()
        assert len(previewed) == 1
        return
    assert ask() == sample.Answer(frozenset({("rule", "good")}), frozenset({"bad"}))
    assert previewed == [{"good", "bad"}, {"good"}]
