"""Patterns against the examples of AWS's documentation, and against what must not be taken for a match."""

import pytest

from policies.patterns import event_matches, log_matches

LINE = {
    "eventName": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "readOnly": False,
    "count": 3,
    "nothing": None,
    "list": ["first", {"name": "second"}],
    "user": {"id": 1, "type": "Root"},
}


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventName = "UpdateTrail" }',
        '{ $.eventName = "Update*" }',
        '{$.eventName="*Trail"}',
        "{ $.sourceIPAddress != 123.123.* }",
        '{ $.list[0] = "first" }',
        '{ $.list[1].name = "second" }',
        "{ $.count > 2 }",
        "{ $.count >= 3 && $.count <= 3 }",
        "{ $.count = 3.0 }",
        "{ $.count != 4 }",
        "{ $.count < 4 }",
        "{ $.missing NOT EXISTS }",
        "{ $.nothing IS NULL }",
        "{ $.readOnly IS FALSE }",
        '{ ($.user.id = 2 && $.missing NOT EXISTS) || ($.user.type = "Root") }',
        '{ $.user.id = 1 || $.missing = "a" && $.missing = "b" }',
    ],
)
def test_a_filter_picks_a_line(pattern) -> None:
    assert log_matches(pattern, LINE, lacks=["missing"])


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventName = "updatetrail" }',
        '{ $.eventName = "Update?rail" }',
        '{ $.eventName = "[UE]pdateTrail" }',
        '{ $.missing = "a" }',
        '{ $.missing != "a" }',
        "{ $.readOnly IS TRUE }",
        "{ $.eventName > 2 }",
        "{ $.count = three }",
        "{ $.eventName NOT EXISTS }",
        "{ $.eventID NOT EXISTS }",
        '{ $.eventName = "UpdateTrail" && $.user.arn NOT EXISTS }',
        '{ $.list[7] = "first" }',
        '{ $.list.name = "first" }',
        '$.eventName = "UpdateTrail"',
        "{ $.eventName = }",
        '{ ($.eventName = "UpdateTrail" }',
        '{ $.eventName = "UpdateTrail" ) }',
        '{ $.eventName ~ "UpdateTrail" }',
        '{ "UpdateTrail" = $.eventName }',
        "{ $.eventName ( }",
    ],
)
def test_a_filter_passes_over_a_line_or_cannot_be_read(pattern) -> None:
    assert not log_matches(pattern, LINE, lacks=["missing", "eventName"])


EVENT = {"source": "aws.backup", "detail": {"state": "FAILED", "size": 5, "tags": ["a", "b"]}, "account": "1"}


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.backup", "aws.s3"]},
        {"detail": {"state": [{"prefix": "FAI"}]}},
        {"detail": {"state": [{"suffix": "ED"}]}},
        {"detail": {"state": [{"equals-ignore-case": "failed"}]}},
        {"detail": {"state": [{"wildcard": "F*D"}]}},
        {"detail": {"state": [{"anything-but": ["COMPLETED"]}]}},
        {"detail": {"state": [{"anything-but": {"prefix": "COMP"}}]}},
        {"detail": {"size": [{"numeric": [">", 0, "<=", 5]}]}},
        {"detail": {"tags": ["b"]}},
        {"detail": {"state": [{"exists": True}]}},
        {"$or": [{"source": ["aws.s3"]}, {"detail": {"state": ["FAILED"]}}]},
    ],
)
def test_a_pattern_picks_an_event(pattern) -> None:
    assert event_matches(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.s3"]},
        {"source": "aws.backup"},
        {"source": {"inner": ["a"]}},
        {"missing": ["a"]},
        {"detail": {"state": [{"prefix": "fai"}]}},
        {"detail": {"state": [{"anything-but": ["FAILED"]}]}},
        {"detail": {"other": [{"anything-but": ["FAILED"]}]}},
        {"detail": {"size": [{"numeric": [">", 5]}]}},
        {"detail": {"size": ["5"]}},
        {"detail": {"state": [{"numeric": ["=", 5]}]}},
        {"detail": {"state": [{"exists": False}]}},
        {"detail": {"other": [{"exists": False}]}},
        {"id": [{"exists": False}], "source": ["aws.backup"]},
        {"detail": {"state": [{"unheard-of": "FAILED"}]}},
        {"$or": [{"source": ["aws.s3"]}]},
    ],
)
def test_a_pattern_passes_over_an_event(pattern) -> None:
    assert not event_matches(pattern, EVENT)
