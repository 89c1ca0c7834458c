"""The run as a whole, on a recording."""

import json

import pytest
from rich.console import Console

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.mutation import command
from hosting.mutation.sample import Sampled
from tests.hosting.mutation.sample_stack import KEY, sample


@pytest.fixture
def run(tmp_path, capsys):
    """Runs on the sample; gives what is printed and the report."""
    sample().write(tmp_path)

    def start(**options):
        with pytest.raises(HostingError, match="The goal is 98%"):
            command.mutate(
                Checkout.of_this_package(),
                Console(highlight=False),
                stacks=["test"],
                recordings=tmp_path,
                report=tmp_path / "report",
                **options,
            )
        return capsys.readouterr().out, json.loads((tmp_path / "report" / "mutants.json").read_text())

    return start


def test_rules_of_the_pack_refuse_what_they_are_about(run):
    printed, report = run(resource_type=KEY, survivors=True)
    assert report["types"][KEY]["refused"] > 0
    assert report["rules"]["kms-key-rotates"] > 0
    lines = printed.splitlines()
    assert not any(line.startswith(f"{KEY} enableKeyRotation: flipped") for line in lines)
    assert "mutants on leaves that bear on security refused: " in lines[-1]


def test_survivors_are_printed_if_asked_for(run):
    assert not any(line.startswith("aws:") for line in run()[0].splitlines())
    assert any(line.startswith("aws:") for line in run(survivors=True)[0].splitlines())


def test_part_of_the_run_does_not_ask_which_explanations_are_needed(run):
    printed, report = run()
    assert report["unneededExplanations"] == []
    assert "remove it" not in printed


def test_what_the_engine_says_otherwise_stands_in_the_report(run, monkeypatch):
    sampled = Sampled(3, 1, 0, ("only the engine: rule at urn",))
    seeds = []

    def ask(_checkout, _rules, _stack, _mutants, *, seed, say, share):
        seeds.append((seed, share))
        say("asked")
        return sampled

    monkeypatch.setattr(command, "ask_engine", ask)
    printed, report = run(engine=True, seed=7, share=0.02, resource_type=KEY)
    assert seeds == [(7, 0.02)]
    assert "seed 7" in printed
    assert "only the engine: rule at urn" in printed
    assert report["stacks"][0]["engine"]["asked"] == 3


def test_without_recordings_they_are_made(monkeypatch, tmp_path):
    asked = []

    def record(_checkout, stacks, _say):
        asked.extend(stacks)
        return tmp_path

    monkeypatch.setattr(command, "record", record)
    with pytest.raises(HostingError, match="can't be read"):
        command.mutate(Checkout.of_this_package(), Console())
    assert asked == list(command.STACKS)
