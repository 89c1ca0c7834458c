"""The report as files says the same as on the screen, and leads to the line that declares a resource."""

import json

import pytest
from pulumi.automation import OpType

from hosting.engine import Run, Step
from hosting.errors import HostingError
from hosting.positions import Position
from hosting.report import Judgement, Pack, Report, Rule
from hosting.report_files import (
    SCHEMA_FILE,
    JsonReport,
    json_report,
    markdown,
    read,
    refuse_unreviewed,
    report_folder,
    sarif,
    schema,
    write,
)
from policies.properties import NOT_KNOWN

STACK = "urn:pulumi:ci-us::hosting::"
SERVICE = "hosting:cloud_integrated:CloudIntegrated"
KEY = f"{STACK}{SERVICE}$hosting:cloud_integrated:Keys$aws:kms/key:Key::logs"
BUCKET = f"{STACK}{SERVICE}$hosting:infra:Tenant$aws:s3/bucket:Bucket::acme"
PACK = Pack(
    name="measures",
    version="1",
    rules={
        "rotates": Rule(clauses=("A 6.c", "A 7.g"), summary="A key that never rotates exposes everything."),
        "private": Rule(clauses=("A 9.a",)),
        "idle": Rule(clauses=("A 4.g",)),
    },
)


def judgement(rule, urn, answer, *messages):
    return Judgement(rule=rule, urn=urn, type=urn.split("$")[-1].split("::")[0], answer=answer, messages=messages)


def made(*judgements, refusals=(), problems=()):
    steps = [
        Step(OpType.CREATE, KEY, "aws:kms/key:Key"),
        Step(OpType.UPDATE, BUCKET, "aws:s3/bucket:Bucket", ("tags", "policy")),
        Step(OpType.SAME, BUCKET + "2", "aws:s3/bucket:Bucket"),
    ]
    report = Report(pack=PACK, judgements=judgements, problems=problems)
    positions = {KEY: Position("infra/cloud_integrated/keys.py", 12)}
    return json_report("ci-us", "preview", report=report, run=Run(steps=steps), refusals=refusals, positions=positions)


@pytest.fixture
def refused():
    """A preview with an answer of each kind."""
    return made(
        judgement("rotates", KEY, "violated", "the key doesn't rotate: set it"),
        judgement("rotates", BUCKET, "passed"),
        judgement("private", BUCKET, "exempted", "exempted until 2026-01-01", "it is open"),
        judgement("private", KEY, "undetermined", "arn is not known"),
        judgement("idle", STACK, "not-applicable", "nothing"),
    )


def test_it_has_every_answer_with_clauses_and_line(refused):
    assert not refused.passes
    assert [(each.rule, each.answer, each.line) for each in refused.findings] == [
        ("idle", "not-applicable", None),
        ("private", "undetermined", 12),
        ("private", "exempted", None),
        ("rotates", "violated", 12),
        ("rotates", "passed", None),
    ]
    assert refused.findings[-1].clauses == ("A 6.c", "A 7.g")
    assert refused.clauses == {
        "A 6.c": "violated",
        "A 7.g": "violated",
        "A 9.a": "undetermined",
        "A 4.g": "touched nothing",
    }


def test_it_has_what_changes_and_in_which_room(refused):
    assert [(each.operation, each.room, each.name, each.file) for each in refused.changes] == [
        ("create", "Keys", "logs", "infra/cloud_integrated/keys.py"),
        ("update", "Tenant", "acme", None),
    ]


@pytest.mark.parametrize("against", [{"refusals": ["no"]}, {"problems": ["no"]}], ids=str)
def test_it_passes_only_if_nothing_is_against_it(against):
    assert made(judgement("rotates", KEY, "passed")).passes
    report = made(judgement("rotates", KEY, "passed"), **against)
    assert not report.passes
    assert "\n- no\n" in markdown(report)


def test_markdown_says_violations_first(refused):
    text = markdown(refused)

    assert text.startswith("### ci-us: preview **is refused**\n\n#### Violations (1)\n")
    assert "#### Undetermined (1)\n\nThe update judges these once it knows their values, and refuses" in text
    assert "\n\n\n" not in text
    places = [
        text.index(part)
        for part in ("#### Violations (1)", "#### Undetermined (1)", "#### Exempted (1)", "#### Changes (2)")
    ]
    assert places == sorted(places)
    assert (
        "- `rotates`: aws:kms/key:Key **logs** (infra/cloud_integrated/keys.py:12) [A 6.c, A 7.g]: "
        "the key doesn't rotate: set it" in text
    )
    assert "<summary>Tenant (1)</summary>\n\n- update `aws:s3/bucket:Bucket` acme (tags, policy)" in text
    assert text.endswith("3 rules ran, 2 resources judged.\n")


def test_what_is_not_known_yet_is_said_once():
    text = markdown(made(judgement("rotates", KEY, "undetermined", *(f"{each}{NOT_KNOWN}" for each in "abc"), "other")))

    assert "[A 6.c, A 7.g]: other; not known before the update: a, b, c\n" in text
    assert f"[A 6.c, A 7.g]: a{NOT_KNOWN}\n" in markdown(
        made(judgement("rotates", KEY, "undetermined", f"a{NOT_KNOWN}"))
    )


def test_markdown_says_which_clauses_changed(refused):
    before = made(judgement("rotates", KEY, "passed"), judgement("private", KEY, "undetermined", "x"))

    text = markdown(refused, before)
    assert "- A 6.c: held → violated\n" in text
    assert "A 9.a:" not in text
    assert "Clauses whose status changed" not in markdown(refused, refused)


def test_sarif_leads_to_the_line_that_declares_the_resource(refused):
    (run,) = sarif(refused)["runs"]

    assert [(each["ruleId"], each["level"]) for each in run["results"]] == [
        ("private", "note"),
        ("private", "note"),
        ("rotates", "error"),
    ]
    (place,) = run["results"][-1]["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "infra/cloud_integrated/keys.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12},
    }
    assert {each["id"] for each in run["tool"]["driver"]["rules"]} == {"private", "rotates"}


def test_sarif_says_what_a_rule_is_about_and_how_to_mend_it(refused):
    rules = {each["id"]: each for each in sarif(refused)["runs"][0]["tool"]["driver"]["rules"]}

    assert rules["rotates"] == {
        "id": "rotates",
        "shortDescription": {"text": "Rotates."},
        "fullDescription": {"text": "A key that never rotates exposes everything. It stands for A 6.c, A 7.g."},
        "help": {
            "text": "A key that never rotates exposes everything.\nIt stands for A 6.c, A 7.g.\nTo mend it, set it."
        },
        "properties": {"tags": ["A 6.c", "A 7.g"]},
    }


def test_sarif_says_of_a_check_of_the_pack_itself_that_it_is_one():
    (rule,) = sarif(made(judgement("exemptions-are-sound", STACK, "violated", "x")))["runs"][0]["tool"]["driver"][
        "rules"
    ]

    assert rule["fullDescription"]["text"].startswith("A check of the policy pack itself")
    assert rule["shortDescription"]["text"] == "Exemptions are sound."


def test_all_are_written_and_the_json_can_be_a_baseline(refused, tmp_path):
    folder = report_folder(tmp_path / "new" / "reports")
    write(refused, folder, None)
    write(refused, folder, read(folder / "ci-us.json"))

    assert sorted(each.name for each in folder.iterdir()) == ["ci-us.json", "ci-us.md", "ci-us.sarif"]
    assert JsonReport.model_validate_json((folder / "ci-us.json").read_text()) == refused
    assert json.loads((folder / "ci-us.sarif").read_text())["version"] == "2.1.0"


def test_a_baseline_that_is_none_is_refused(tmp_path):
    with pytest.raises(HostingError, match="is no report of an earlier run"):
        read(tmp_path / "missing.json")


def test_a_folder_that_can_not_be_written_to_is_refused(tmp_path):
    (tmp_path / "file").touch()

    for folder, reason in (("file", "File exists"), ("file/below", "Not a directory")):
        with pytest.raises(HostingError, match=rf"No report can be written to \S+ \({reason}\): name another folder"):
            report_folder(tmp_path / folder)


def test_the_schema_in_the_checkout_is_that_of_the_report():
    assert SCHEMA_FILE.read_text() == schema()


def test_only_what_was_reviewed_may_be_done(refused):
    refuse_unreviewed(refused, refused)

    first, second = refused.changes
    for other in (
        [first],
        [first, second.model_copy(update={"properties": ("tags",)})],
        [first, second, second.model_copy(update={"urn": "x::new"})],
    ):
        with pytest.raises(HostingError, match=r"What would be done to \w+ is not what was reviewed"):
            refuse_unreviewed(refused.model_copy(update={"changes": tuple(other)}), refused)


def test_what_concerns_few_resources_stands_first_and_says_once_what_differs_in_brackets_only():
    many = [judgement("a-consequence", STACK + f"x::{number}", "violated", "it follows") for number in range(2)]
    cause = judgement("the-cause", STACK + "x::one", "violated", "it may use a key (a): deny it")
    cause = cause.model_copy(update={"messages": (*cause.messages, "it may use a key (b): deny it")})
    bullets = [line for line in markdown(made(*many, cause)).splitlines() if line.startswith("- `")]

    assert [each.split("`")[1] for each in bullets[:3]] == ["the-cause", "a-consequence", "a-consequence"]
    assert bullets[0].endswith(": it may use a key (a, b): deny it")
