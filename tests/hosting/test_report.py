import io
import json

import pytest
from pulumi.automation import OpType
from rich.console import Console

from hosting.engine import Run, Step
from hosting.report import fold, show

KEY = "urn:pulumi:ci-us::hosting::aws:kms/key:Key::acme"


@pytest.fixture
def answers(tmp_path):
    """Writes lines as the policy pack does and gives the file."""

    def write(*lines):
        file = tmp_path / "answers.jsonl"
        pack = {
            "name": "measures",
            "version": "1",
            "rules": {"key_rotates": {"clauses": ["6.c"], "summary": "rotates"}},
        }
        file.write_text("".join(json.dumps(line) + "\n" for line in [{"pack": pack}, *lines]))
        return file

    return write


def answer(value, rule="key_rotates", urn=KEY, messages=()):
    return {"rule": rule, "urn": urn, "type": "aws:kms/key:Key", "answer": value, "messages": list(messages)}


def test_a_run_in_which_every_rule_passed_passes(answers):
    assert fold(answers(answer("passed")), ["key_rotates"], Run()).passes


def test_a_violation_fails_and_is_kept_beside_a_pass_of_another_process(answers):
    report = fold(answers(answer("violated", messages=["set it"]), answer("passed")), ["key_rotates"], Run())

    assert not report.passes
    assert [violation.messages for violation in report.violations] == [("set it",)]


def test_undetermined_is_shown_and_does_not_fail_a_preview(answers):
    report = fold(answers(answer("undetermined")), ["key_rotates"], Run())

    assert report.passes
    assert [judgement.rule for judgement in report.undetermined] == ["key_rotates"]


def test_an_exempted_finding_is_listed_with_its_reason_and_does_not_fail(answers):
    said = "exempted until 2026-06-30 by Grace (SEC-1): a migration"
    report = fold(answers(answer("exempted", messages=[said, "set it"])), ["key_rotates"], Run())
    console = Console(file=io.StringIO(), width=200)
    show(report, console, whole=True)

    assert report.passes
    assert f"exempted key_rotates: aws:kms/key:Key acme\n    {said}\n" in console.file.getvalue()
    assert console.file.getvalue().endswith("0 violations, 0 undetermined, 1 exempted.\n")


def test_what_a_rule_says_alike_of_several_resources_stands_once_and_behind_what_concerns_fewer(answers):
    said = [answer("violated", urn=KEY + name, messages=["set it"]) for name in ("-one", "-two")]
    other = answer("violated", urn=KEY + "-three", messages=["make it true"])
    console = Console(file=io.StringIO(), width=200)
    show(fold(answers(other, *said), ["key_rotates"], Run()), console, whole=True, refusals=["acme is active."])

    assert console.file.getvalue().startswith(
        "violation key_rotates: aws:kms/key:Key acme-three [6.c]\n"
        "    make it true\n"
        "violation key_rotates: aws:kms/key:Key acme-one, acme-two [6.c]\n"
        "    set it\n"
        "refused acme is active.\n"
        "Policy: "
    )


def test_alike_means_of_one_type(answers):
    other = KEY.replace("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey")
    lines = [answer("violated", urn=KEY, messages=["set it"])]
    lines.append({**answer("violated", urn=other, messages=["set it"]), "type": "aws:kms/replicaKey:ReplicaKey"})
    console = Console(file=io.StringIO(), width=200)
    show(fold(answers(*lines), ["key_rotates"], Run()), console, whole=True)

    assert console.file.getvalue().startswith(
        "violation key_rotates: aws:kms/key:Key acme [6.c]\n"
        "violation key_rotates: aws:kms/replicaKey:ReplicaKey acme [6.c]\n"
        "    set it\n"
    )


def test_messages_that_differ_in_brackets_only_are_one(answers):
    said = ["it may use a key (kms:Decrypt): deny it", "it may use a key (kms:Encrypt): deny it", "it (a) or (b)"]
    console = Console(file=io.StringIO(), width=200)
    show(fold(answers(answer("violated", messages=said)), ["key_rotates"], Run()), console, whole=True)

    assert "    it may use a key (kms:Decrypt, kms:Encrypt): deny it\n    it (a) or (b)\n" in console.file.getvalue()


def test_a_check_of_the_pack_itself_shows_no_clause(answers):
    console = Console(file=io.StringIO(), width=200)
    lines = [answer("violated", rule="exemptions-are-sound", messages=["remove it"]), answer("passed")]
    show(fold(answers(*lines), ["key_rotates"], Run()), console, whole=True)

    assert console.file.getvalue().startswith("violation exemptions-are-sound: aws:kms/key:Key acme\n    remove it\n")


def test_a_warning_is_listed_and_does_not_fail(answers):
    report = fold(answers(answer("warned", messages=["the table is old"])), ["key_rotates"], Run())
    console = Console(file=io.StringIO(), width=200)
    show(report, console, whole=True)

    assert report.passes
    assert "warning key_rotates: the table is old\n" in console.file.getvalue()


def test_a_rule_that_gave_no_answer_fails_the_report(answers):
    report = fold(answers(answer("passed")), ["key_rotates", "switched_off"], Run())

    assert not report.passes
    assert report.problems == ("1 rule gave no answer at all: switched_off.",)


def test_a_missing_file_fails_the_report(tmp_path):
    assert not fold(tmp_path / "none.jsonl", ["key_rotates"], Run()).passes


def test_a_line_that_can_not_be_read_fails_the_report(answers):
    file = answers(answer("passed"))
    file.write_text(file.read_text() + '{"rule": "key_ro')

    assert fold(file, ["key_rotates"], Run()).problems == ("Line 3 of the policy pack's answers can't be read.",)


def test_what_the_engine_saw_and_the_pack_did_not_write_counts(answers):
    report = fold(answers(answer("passed")), ["key_rotates"], Run(policy_violations=[("key_rotates", KEY)]))

    assert [violation.urn for violation in report.violations] == [KEY]


def test_a_resource_that_no_rule_judged_fails_the_report(answers):
    component = Step(OpType.CREATE, "urn:pulumi:ci-us::hosting::hosting:infra:Tenant::acme", "hosting:infra:Tenant")
    bucket = Step(OpType.CREATE, "urn:pulumi:ci-us::hosting::aws:s3/bucket:Bucket::acme", "aws:s3/bucket:Bucket")
    gone = Step(OpType.DELETE, "urn:pulumi:ci-us::hosting::aws:s3/bucket:Bucket::old", "aws:s3/bucket:Bucket")

    report = fold(answers(answer("passed")), ["key_rotates"], Run(steps=[component, bucket, gone]))

    assert report.problems == ("No rule judged 1 resource.",)


def test_a_replacement_that_no_rule_judged_fails_the_report(answers):
    urn, kind = "urn:pulumi:ci-us::hosting::aws:ec2/subnet:Subnet::new", "aws:ec2/subnet:Subnet"

    report = fold(answers(answer("passed")), ["key_rotates"], Run(steps=[Step(OpType.CREATE_REPLACEMENT, urn, kind)]))

    assert report.problems == ("No rule judged 1 resource.",)
