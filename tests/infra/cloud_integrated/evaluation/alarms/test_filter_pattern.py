"""The matcher of filter patterns answers as AWS's documentation does (CloudWatch Logs, "Filter pattern syntax")."""

import pytest

LINE = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
    "user": {"id": 1, "email": "John.Doe@example.com"},
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6]],
}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ('{ $.eventType = "StopLogging" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress != 111.111.* }", False),
        ('{ $.sourceIPAddress = "*111" }', True),
        ('{ $.eventType = "*" }', True),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[2] = "value" }', False),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.SomeObject IS TRUE }", False),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag IS FALSE }", False),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ('{ ($.user.id = 1) && ($.user.email = "John.Doe@example.com") }', True),
        ('{ $.user.email = "John.Stiles" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nomatch" }', False),
        ('{ ($.user.email = "John.Doe@example.com" || $.coordinates[0][1] = 1) && $.actions[2] = "DELETE" }', True),
        ('{ $.eventType = "UpdateTrail" || $.user.id = 2 && $.actions[2] = "nomatch" }', True),
        # What is not there, and what is neither text nor number, matches nothing.
        ('{ $.notThere = "x" }', False),
        ('{ $.notThere != "x" }', False),
        ('{ $.user != "x" }', False),
        ('{ $.SomeObject != "x" }', False),
    ],
)
def test_a_documented_example(filter_matches, pattern, matches):
    assert filter_matches(pattern, LINE) is matches


@pytest.mark.parametrize(
    "pattern",
    ['[ip, user="x"]', "{ $.eventType ~ UpdateTrail }", '{ $.eventType = "Up*il" }', '{ ($.eventType = "x" }'],
)
def test_what_is_not_understood_is_an_error(filter_matches, pattern):
    with pytest.raises(AssertionError):
        filter_matches(pattern, LINE)
