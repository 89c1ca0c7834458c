"""What the command line prints, where no engine is needed for it."""

import io
import json
import os
from dataclasses import replace
from types import SimpleNamespace

import pytest
from pulumi.automation import OpType
from rich.console import Console
from typer import Exit
from typer.testing import CliRunner

from hosting.__main__ import _conclude as conclude
from hosting.__main__ import application
from hosting.checkout import Checkout
from hosting.engine import Run, State, Step
from hosting.local_cloud import LocalCloud
from hosting.report import Judgement, Report
from hosting.session import Session, Verdict


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with this project's stack files, in whose local AWS nothing is up; its server is this process."""
    for file in Checkout.of_this_package().root.glob("Pulumi*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    found = Checkout(tmp_path)
    monkeypatch.setattr(Checkout, "of_this_package", classmethod(lambda _: found))
    monkeypatch.setattr("hosting.local_cloud.Server.is_running", lambda *_: True)
    folder = found.local / "cloud"
    folder.mkdir(parents=True)
    record = {"pid": os.getpid(), "instance": "a", "providerPort": 1, "httpPort": 2}
    (folder / "aws.json").write_text(json.dumps(record))
    return found


def environment(*arguments):
    """What `hosting env` exports, and what it says to the person at the terminal."""
    done = CliRunner().invoke(application, ["env", *arguments])
    assert done.exit_code == 0, done.output
    lines = [line.removeprefix("export ") for line in done.stdout.splitlines() if line.startswith("export ")]
    return dict(line.split("=", 1) for line in lines), done.stderr


@pytest.mark.parametrize(
    ("up", "arguments", "region"),
    [
        ([], [], "us-east-1"),
        (["ci-eu"], [], "eu-central-1"),
        (["ci-eu"], ["-s", "ci-za"], "af-south-1"),
        (["ci-au", "ci-eu"], ["--stack", "ci-eu"], "eu-central-1"),
        (["ci-eu"], ["-s", "useast"], "us-east-1"),
    ],
)
def test_aws_commands_work_in_the_region_of_the_stack(checkout, up, arguments, region):
    for stack in up:
        LocalCloud(checkout, "aws").remember(stack)

    variables, said = environment(*arguments)

    assert variables["AWS_DEFAULT_REGION"] == variables["AWS_REGION"] == region
    assert said == ""


def test_of_several_stacks_it_says_whose_region_it_is(checkout):
    for stack in ("ci-eu", "ci-au"):
        LocalCloud(checkout, "aws").remember(stack)

    variables, said = environment()

    assert variables["AWS_DEFAULT_REGION"] == "ap-southeast-2"
    assert said == "ci-au, ci-eu are up, and AWS commands work in the region of ci-au: say -s for another.\n"


def test_a_stack_file_that_can_not_be_used_is_refused_only_where_it_is_asked_for(checkout):
    LocalCloud(checkout, "aws").remember("ci-eu")
    checkout.stack_file("ci-eu").write_text("config: {}\n")

    variables, _ = environment()

    assert variables["AWS_REGION"] == "us-east-1"
    assert CliRunner().invoke(application, ["env", "-s", "ci-eu"]).exit_code == 1


@pytest.mark.usefixtures("checkout")
def test_a_stack_that_is_none_is_refused():
    done = CliRunner().invoke(application, ["env", "-s", "uswest"])

    assert done.exit_code == 1
    assert "There is no stack 'uswest'" in done.stderr


def test_help_says_what_the_command_is_for():
    assert "uv run" not in CliRunner().invoke(application, ["--help"]).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["preview", "--report", "/dev/null/a"],
            "No report can be written to /dev/null/a (Not a directory): name another",
        ),
        (["preview", "--baseline", "none.json"], "none.json is no report of an earlier run"),
        (["up", "--reviewed", "none.json"], "none.json is no report of an earlier run"),
        (["up", "--adopt", "urn=id"], "--adopt is for a real cloud, for the local one is searched: leave it out."),
    ],
)
def test_a_file_that_can_not_be_used_is_refused_before_anything_runs(monkeypatch, arguments, said):
    monkeypatch.setattr("hosting.__main__.open_session", lambda *_: pytest.fail("it ran"))
    done = CliRunner().invoke(application, arguments)

    assert done.exit_code == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("refresh", 1, "error: ci-us isn't up, so there is nothing to look for: `make up STACK=ci-us` first.\n"),
        ("destroy", 0, "ci-us isn't up: there is nothing to remove.\n"),
    ],
)
def test_of_a_stack_that_is_not_up_nothing_else_is_said(monkeypatch, command, status, said):
    session = SimpleNamespace(resume=lambda _: State(()))
    monkeypatch.setattr("hosting.__main__.open_session", lambda *_: session)
    done = CliRunner().invoke(application, [command, "-s", "ci-us"])

    assert (done.exit_code, done.output) == (status, said)


URN = "urn:pulumi:ci-us::hosting::aws:kms/alias:Alias::tenant-initech-key"
DELETED = Run(succeeded=False, steps=[Step(OpType.DELETE, URN, "aws:kms/alias:Alias")])
ALIAS = Judgement(rule="r", urn=URN, answer="violated", messages=("it is wrong: mend it",))


@pytest.mark.parametrize(
    ("run", "judgements", "said"),
    [
        (replace(DELETED, errors=["it is protected"]), (), "ci-us previewed, as far as it got: 1 delete."),
        (replace(DELETED, errors=["it is protected"]), (ALIAS,), "ci-us previewed, as far as it got: 1 delete."),
        (DELETED, (ALIAS,), "ci-us previewed: 1 delete."),
        (replace(DELETED, succeeded=True), (), "ci-us previewed: 1 delete."),
    ],
)
def test_a_run_that_ended_early_is_not_summed_up_as_if_it_were_whole(settings_with, run, judgements, said):
    verdict = Verdict(
        run, Report(pack=None, judgements=judgements), refusals=("Tenant 'initech' has no row any more.",)
    )
    session = Session(settings_with(), [], None, None)
    console = Console(file=io.StringIO(), width=200)

    with pytest.raises(Exit):
        conclude(session, verdict, console, "previewed")

    printed = console.file.getvalue()
    assert printed.splitlines()[0] == said
    assert ("ended before every rule had judged" in printed) == ("as far as" in said)
