import json
import os
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import psutil
import pytest
from pulumi.automation import CommandError, LocalWorkspace, ProjectBackend, ProjectSettings, Stack
from pulumi.automation._cmd import CommandResult

from hosting.engine import _LOCKED_BY, Place, Run, StackEngine, _runs_since, explain

PROVIDER = "urn:pulumi:ci-us::hosting::pulumi:providers:aws::aws"
VPC = "urn:pulumi:ci-us::hosting::aws:ec2/vpc:Vpc::main"


def event(**parts):
    names = ("resource_pre_event", "res_outputs_event", "res_op_failed_event", "diagnostic_event", "policy_event")
    return SimpleNamespace(**{**dict.fromkeys(names), **parts})


def diagnostic(message, urn=None, severity="error"):
    return event(diagnostic_event=SimpleNamespace(message=message, urn=urn, severity=severity))


def rfc3339(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_holder_of_a_lock_is_read_from_the_engines_words():
    found = _LOCKED_BY.search("file:///x.json: created by root@vm (pid 5558) at 2026-11-22T19:30:35Z")

    assert found.groupdict() == {"user": "root", "host": "vm", "pid": "5558", "since": "2026-11-22T19:30:35Z"}


def test_a_process_that_locked_in_the_second_it_started_in_still_holds_the_lock():
    started = datetime.fromtimestamp(psutil.Process().create_time(), UTC)

    assert _runs_since(os.getpid(), rfc3339(started))


def test_a_process_that_started_after_the_lock_was_taken_does_not_hold_it():
    started = datetime.fromtimestamp(psutil.Process().create_time(), UTC)

    assert not _runs_since(os.getpid(), rfc3339(started - timedelta(minutes=1)))


def test_a_process_that_has_ended_holds_no_lock():
    assert not _runs_since(2**22 - 1, rfc3339(datetime.now(UTC)))


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("error: incorrect passphrase", "The passphrase doesn't open the state of ci-us"),
        ("error: one reason\nerror: another", "one reason; another"),
        ("no word of error", "no word of error"),
        ("", "the engine was ended from outside"),
        ("error: PULUMI_ACCESS_TOKEN must be set for login", "You are not logged in to a state"),
    ],
)
def test_why_a_command_failed_is_one_sentence(stderr, said):
    assert explain(CommandError(CommandResult("", stderr, 255)), "ci-us").startswith(said)


def test_an_error_is_told_with_its_resource_and_without_what_the_engine_says_besides():
    run = Run()
    urn = "urn:pulumi:ci-us::hosting::hosting:x:Y$aws:kms/key:Key::acme"
    run.take(diagnostic("1 error occurred:\n\t* refused", urn))
    run.take(diagnostic("update failed"))
    run.take(diagnostic("failed to run remediation: context canceled", urn))
    run.take(diagnostic("just so you know", severity="info"))

    assert run.errors == ["aws:kms/key:Key acme: refused"]


def test_what_is_protected_is_told_without_the_engines_advice_to_unprotect_it():
    run = Run()
    urn = "urn:pulumi:ci-us::hosting::hosting:x:Y$aws:kms/key:Key::acme"
    run.take(
        diagnostic(f'unable to replace resource "{urn}"\nas it is currently marked for protection. To unprotect', urn)
    )

    assert run.errors == [
        "aws:kms/key:Key 'acme' is protected and would be deleted or replaced: undo that change of the program, or of "
        "the stack file"
    ]


def test_an_exception_of_the_program_is_told_by_its_place():
    run = Run()
    frames = 'Traceback (most recent call last):\n  File "/x/hosting/infra/aware/data.py", line 43, in f\n    y\n'
    run.take(diagnostic(f"python inline source runtime error: no\n{frames}NameError: name 'y' is not defined\n"))

    assert run.errors == ["infra/aware/data.py line 43: NameError: name 'y' is not defined"]


@pytest.fixture
def interrupted(tmp_path, pulumi_command):
    """A stack whose last run was killed while it made a resource, and its engine."""
    settings = ProjectSettings("hosting", "python", backend=ProjectBackend(tmp_path.as_uri()))
    environment = {"PULUMI_CONFIG_PASSPHRASE": "x", "PULUMI_BACKEND_URL": tmp_path.as_uri()}
    workspace = LocalWorkspace(
        work_dir=str(tmp_path), project_settings=settings, env_vars=environment, pulumi_command=pulumi_command
    )
    stack = Stack.create_or_select("ci-us", workspace)
    export = stack.export_stack()
    export.deployment = {
        "manifest": {"time": "2026-11-22T00:00:00Z", "magic": "", "version": ""},
        "resources": [{"urn": PROVIDER, "custom": True, "id": "1", "type": "pulumi:providers:aws"}],
    }
    stack.import_stack(export)
    # Written by hand, since the engine drops what is pending from a state that it imports.
    file = tmp_path / ".pulumi" / "stacks" / "hosting" / "ci-us.json"
    content = json.loads(file.read_text())
    vpc = {"urn": VPC, "custom": True, "type": "aws:ec2/vpc:Vpc", "provider": f"{PROVIDER}::1"}
    content["checkpoint"]["latest"]["pending_operations"] = [{"type": "creating", "resource": vpc}]
    file.write_text(json.dumps(content))
    return StackEngine("ci-us", Place(tmp_path, tmp_path, environment), pulumi_command, is_new_allowed=False)


def test_what_the_cloud_does_not_hold_is_cleared(interrupted):
    interrupted.adopt({})

    state = interrupted.state()
    assert [resource.urn for resource in state.resources] == [PROVIDER]
    assert state.pending_operations == ()


def test_what_the_cloud_holds_is_among_the_resources(interrupted, monkeypatch):
    monkeypatch.setattr(interrupted, "_refresh", lambda take, targets: None)

    interrupted.adopt({VPC: "vpc-1"})

    state = interrupted.state()
    assert {resource.urn: resource.identity for resource in state.resources} == {PROVIDER: "1", VPC: "vpc-1"}
    assert state.pending_operations == ()
