"""The page of measures says what the register and the previews say, and nothing else."""

import pytest

from hosting.controls import judged_resources, render
from hosting.report import Judgement, Report
from hosting.session import rule_names
from policies.register import Control, load_register


def control(**changes):
    return Control.model_validate(
        {"summary": "Keys rotate.", "kind": "enforced", "rules": ["rotates", "idle"]} | changes
    )


def row(control, judged):
    return render({"Aware 6.c": control}, judged).splitlines()[-1]


def test_an_enforced_measure_tells_how_many_resources_its_rules_judged():
    line = row(control(limits="No more."), {"rotates": {"a", "b"}, "other": {"c"}})

    assert line == (
        "| 6.c | Keys rotate. | enforced, seen on 2 resources | `rotates`, `idle` (idle)<br>Limits: No more. |"
    )


def test_an_enforced_measure_that_touched_nothing_says_so():
    assert "| enforced, but touched nothing | `rotates` (idle), `idle` (idle) |" in row(control(), {})


def test_another_measure_tells_its_reason_and_its_owner():
    line = row(control(kind="organisational", rules=[], reason="By people.", owner="Security"), {})

    assert line == "| 6.c | Keys rotate. | organisational | By people. Owner: Security. |"


def test_a_rule_that_needs_values_of_the_update_says_so():
    line = row(control(), {"rotates": {"a"}, "idle": set()})

    assert "| enforced, seen on 1 resource | `rotates`, `idle` (in the update) |" in line


def test_only_what_passed_was_seen():
    answers = [
        ("rotates", "passed", "a"),
        ("rotates", "undetermined", "b"),
        ("waits", "undetermined", "a"),
        ("idle", "not-applicable", "a"),
    ]
    judgements = tuple(Judgement(rule=rule, answer=answer, urn=urn) for rule, answer, urn in answers)

    assert judged_resources([Report(pack=None, judgements=judgements)] * 2) == {"rotates": {"a"}, "waits": set()}


@pytest.fixture(scope="module")
def page():
    return render(load_register(rule_names()), {})


def test_the_page_has_every_measure_of_both_documents_in_their_order(page):
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ") and "---" not in line]

    assert rows[:2] == ["measure", "1.a"]
    assert rows[54:57] == ["11.d", "measure", "1.a"]
    assert rows[-1] == "11.d"
    assert len(rows) == 2 + 54 + 60
    assert "114 measures: " in page


def test_the_page_uses_the_words_of_the_register_not_of_the_documents(page):
    assert "Strong Encryption" not in page
