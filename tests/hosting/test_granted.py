"""An update is repeated while Azure doesn't know the roles that it gave, and for no other reason."""

from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace

import pytest
from pulumi.automation import OpType
from typer.testing import CliRunner

from hosting.__main__ import application
from hosting.engine import Run, Step
from hosting.granted import ASSIGNMENT, PATIENCE_SECONDS, PAUSE_SECONDS, repeating

GIVES = Step(OpType.CREATE, "urn:a::may-wrap", ASSIGNMENT)
MAKES = Step(OpType.CREATE, "urn:a::main", "azure-native:storage:StorageAccount")
REFUSED = 'azure-native:storage:EncryptionScope tenant-acme: Status=403 Code="AuthorizationFailed" no right'


@dataclass
class Verdict:
    run: Run


@dataclass
class Time:
    """A clock that only sleeping, and the updates themselves, move."""

    now: float = 0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def refused(*errors, gave=()):
    return Run(succeeded=False, outcomes=list(gave), errors=list(errors))


def repeat(*runs, takes=0):
    """What repeating comes to when `up` gives these runs, one after the other, and the last one for good."""
    left, time, said = list(runs), Time(), []

    def up():
        time.now += takes
        return Verdict(left.pop(0) if len(left) > 1 else left[0])

    verdict = repeating(up, said.append, sleep=time.sleep, clock=lambda: time.now)
    return verdict.run, time.slept, said


def test_an_update_that_passes_is_done_once():
    run, slept, said = repeat(Run(outcomes=[GIVES]))

    assert run.succeeded
    assert (slept, said) == ([], [])


def test_what_was_refused_for_want_of_a_role_just_given_is_repeated_until_azure_knows_the_role():
    run, slept, said = repeat(refused(REFUSED, gave=[GIVES]), refused(REFUSED), Run())

    assert run.succeeded
    assert slept == [PAUSE_SECONDS] * 2
    assert len(said) == 2
    assert "Azure refused 1 resource for want of a role" in said[0]
    assert "tried again in 60 seconds" in said[0]


@pytest.mark.parametrize("error", ["x: 403 Forbidden", "x: Forbidden: caller", 'x: Code="AuthorizationFailed"'])
def test_each_way_in_which_azure_says_so_is_understood(error):
    assert repeat(refused(error, gave=[GIVES]), Run())[0].succeeded


def test_it_ends_after_the_time_in_which_azure_knows_every_role():
    run, slept, _ = repeat(refused(REFUSED, gave=[GIVES]), refused(REFUSED))

    assert not run.succeeded
    assert sum(slept) == PATIENCE_SECONDS


def test_the_time_that_updates_take_counts():
    _, slept, _ = repeat(refused(REFUSED, gave=[GIVES]), refused(REFUSED), takes=PATIENCE_SECONDS)

    assert slept == [PAUSE_SECONDS]


def test_roles_that_a_repetition_gives_have_their_time_too():
    tries = PATIENCE_SECONDS // PAUSE_SECONDS
    runs = [refused(REFUSED, gave=[GIVES]), *[refused(REFUSED)] * (tries - 1), refused(REFUSED, gave=[GIVES])]

    run, slept, _ = repeat(*runs, refused(REFUSED), Run())

    assert run.succeeded
    assert sum(slept) > PATIENCE_SECONDS


@pytest.mark.parametrize(
    "run",
    [
        refused(REFUSED),
        refused(REFUSED, gave=[MAKES]),
        refused(REFUSED, gave=[Step(OpType.SAME, GIVES.urn, ASSIGNMENT)]),
        refused(REFUSED, "x: Status=409 conflict", gave=[GIVES]),
        refused("x: a quota of 14034 is used up", gave=[GIVES]),
        refused(gave=[GIVES]),
        Run(succeeded=False, outcomes=[GIVES], errors=[REFUSED], policy_violations=[("rule", "urn")]),
    ],
    ids=["no role", "no role but others", "an old role", "another error", "another number", "no reason", "a violation"],
)
def test_nothing_else_is_repeated(run):
    assert repeat(run, Run())[1:] == ([], [])


@pytest.mark.parametrize(("cloud", "times"), [("real", 2), ("local", 1)])
def test_a_local_cloud_is_never_asked_again(monkeypatch, cloud, times):
    runs = [refused(REFUSED, gave=[GIVES]), Run()]
    done = []

    def up(_on_step):
        done.append(runs[len(done)])
        return Verdict(done[-1])

    session = SimpleNamespace(
        settings=None,
        resume=lambda *_: SimpleNamespace(resources=()),
        preview=lambda _: SimpleNamespace(passes=True, run=Run()),
        up=up,
        engine=SimpleNamespace(outputs=dict, state=lambda: SimpleNamespace(resources=())),
    )
    monkeypatch.setattr("hosting.__main__.open_session", lambda *_: session)
    monkeypatch.setattr("hosting.__main__._conclude", lambda *_: None)
    patiently = partial(repeating, sleep=lambda _: None, clock=lambda: 0)
    monkeypatch.setattr("hosting.__main__.repeating", patiently)

    result = CliRunner().invoke(application, ["up", "--cloud", cloud])

    assert result.exit_code == 0, result.output
    assert len(done) == times
