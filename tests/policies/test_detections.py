"""The questions that Sentinel asks, against the queries that the program writes."""

import pytest

from infra.aware.detections import detections as written
from policies.detections import Detection, detections

PEOPLE = {
    "break_glass_user_ids": ("user-1", "user-2"),
    "empty_group_ids": ("readers", "operators"),
    "deciding_group_ids": ("approvers",),
    "deployer_id": "deployer",
    "signer_ids": ("/id/tokens",),
    "signing_vault": "kvs",
    "content_workspace": "log-content",
    "replicated": True,
}

ASKED = Detection(severity="High", question='Logs\n| where Who in ({people[]}) or By == "{one}" or To == "{one}"')


@pytest.mark.parametrize("detection", written(**PEOPLE), ids=lambda each: each.name)
def test_the_program_asks_the_questions_that_the_rules_accept(detection):
    """Two tables on purpose: whoever changes a question has to change it twice, and is seen."""
    wanted = detections()[detection.name]

    assert wanted.stand_ins(detection.query) is not None
    assert (wanted.severity, wanted.entities) == (detection.severity, detection.entities)


def test_every_question_is_asked():
    assert detections().keys() == {each.name for each in written(**PEOPLE)}


def test_a_question_tells_what_its_names_stand_for():
    let_in = next(each.query for each in written(**PEOPLE) if each.name == "let-in")

    assert detections()["let-in"].stand_ins(let_in) == {
        "groups": ("readers", "operators"),
        "watched": ("readers", "operators", "approvers"),
        "deployer": ("deployer",),
    }


@pytest.mark.parametrize(
    "query",
    [
        'Logs | where Who in ("a", "b") or By == "c" or To == "c"',
        'Logs\n// whoever it is\n| where Who in ("a", "b")\n    or By == "c" or To == "c"\n',
    ],
)
def test_white_space_and_comments_do_not_count(query):
    assert ASKED.stand_ins(query) == {"people": ("a", "b"), "one": ("c",)}


@pytest.mark.parametrize(
    "query",
    [
        "",
        'Logs | where Who in () or By == "c" or To == "c"',
        'Logs | where Who in ("a") or By == "c" or To == "d"',
        'Logs | where Who in ("a") or By == "c" or To == "c" | take 0',
        'Logs | where Who in ("a") // or By == "c" or To == "c"',
        'Logs | where Who in ("a") and Who != "b" or By == "c" or To == "c"',
    ],
)
def test_another_question_is_none(query):
    assert ASKED.stand_ins(query) is None
