"""The engine's part: what it is asked at once, and what its answers are held against."""

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
    monkeypatch.setattr(sample, "SHARE", 1)

    def ask(answer):
        monkeypatch.setattr(sample, "_preview", lambda checkout, stack, varied: answer(varied))
        return sample.ask_engine(None, [key_rotates], stack, mutants, seed=1, say=lambda _: None)

    return ask


def violated(varied):
    return frozenset(("key-rotates", each.mutant.urn) for each in varied if each.mutant.operator == "flipped")


def test_each_resource_is_otherwise_once_at_a_time_and_answers_agree(asked):
    batches = []

    def answer(varied):
        batches.append([each.mutant.urn for each in varied])
        return violated(varied)

    assert asked(answer) == sample.Sampled(asked=2, refused_by_cloud=0, differences=())
    assert [len(each) for each in batches] == [1, 1]


def test_differences_are_told_in_both_directions(asked):
    assert [each.split(":")[0] for each in asked(lambda _: frozenset()).differences] == ["only in-process"]
    told = asked(lambda varied: violated(varied) | {("other", "urn")}).differences
    assert told == ("only the engine: other at urn",) * 2


def test_what_the_cloud_refuses_is_left_out(asked):
    def answer(varied):
        return f"{KEY} tenant-acme: is wrong" if varied[0].mutant.operator == "zero" else violated(varied)

    assert asked(answer) == sample.Sampled(asked=1, refused_by_cloud=1, differences=())


def test_other_failures_end_the_run(asked):
    with pytest.raises(HostingError, match="no engine"):
        asked(lambda _: "no engine")
