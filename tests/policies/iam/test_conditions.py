import pytest

from policies.iam.conditions import Test
from policies.iam.context import Context, Other, State
from policies.iam.patterns import UNKNOWN
from policies.iam.truth import Truth

TAG = "aws:PrincipalTag/tenant"


def holds(operator, values, *wanted, key=TAG, **others):
    return Test(operator, key, wanted).holds(Context({key: values, **others}), variables=True)


@pytest.mark.parametrize(
    ("operator", "wanted", "answer"),
    [
        ("StringEquals", ["a"], Truth.NO),
        ("StringLike", ["*"], Truth.NO),
        ("ForAnyValue:StringEquals", ["a"], Truth.NO),
        ("StringNotEquals", ["a"], Truth.YES),
        ("StringEqualsIfExists", ["a"], Truth.YES),
        ("ForAllValues:StringEquals", ["a"], Truth.YES),
        ("Null", ["true"], Truth.YES),
        ("Null", ["false"], Truth.NO),
        ("Bool", ["false"], Truth.NO),
        ("NumericLessThan", ["1"], Truth.NO),
        ("IpAddress", ["10.0.0.0/8"], Truth.NO),
        ("NotIpAddress", ["10.0.0.0/8"], Truth.YES),
        ("DateLessThan", ["2026-01-01T00:00:00Z"], Truth.NO),
    ],
)
def test_a_request_without_the_key(operator, wanted, answer):
    assert holds(operator, State.ABSENT, *wanted) is answer
    assert holds(operator, (), *wanted) is answer


@pytest.mark.parametrize(
    ("operator", "value", "wanted", "answer"),
    [
        ("StringEquals", "acme", "acme", Truth.YES),
        ("stringequals", "acme", "Acme", Truth.NO),
        ("StringEquals", "acme", "ac*", Truth.NO),
        ("StringEqualsIgnoreCase", "acme", "Acme", Truth.YES),
        ("StringLike", "acme", "ac*", Truth.YES),
        ("StringLike", "", "?*", Truth.NO),
        ("StringNotLike", "acme", "ac*", Truth.NO),
        ("ArnEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/*", Truth.YES),
        ("ArnNotEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b", Truth.YES),
        ("Bool", "true", "True", Truth.YES),
        ("NumericLessThan", "1.3", "1.2", Truth.NO),
        ("NumericGreaterThanEquals", "30", "30", Truth.YES),
        ("IpAddress", "10.0.0.1", "10.0.0.0/8", Truth.POSSIBLE),
        ("Null", "acme", "false", Truth.YES),
        ("StringEquals", "acme", UNKNOWN, Truth.UNKNOWN),
        ("StringNotEquals", "acme", UNKNOWN, Truth.UNKNOWN),
        ("Null", "acme", UNKNOWN, Truth.UNKNOWN),
        ("NoSuchOperator", "acme", "acme", Truth.POSSIBLE),
    ],
)
def test_a_known_value(operator, value, wanted, answer):
    assert holds(operator, (value,), wanted) is answer


@pytest.mark.parametrize(
    ("operator", "wanted", "answer"),
    [
        ("StringEquals", "acme", Truth.NO),
        ("StringEquals", "globex", Truth.POSSIBLE),
        ("StringLike", "ac*", Truth.POSSIBLE),
        ("StringLike", "*", Truth.YES),
        ("StringNotEquals", "acme", Truth.YES),
        ("StringEquals", UNKNOWN, Truth.UNKNOWN),
    ],
)
def test_a_value_of_which_only_is_known_what_it_is_not(operator, wanted, answer):
    assert holds(operator, (Other(frozenset({"acme"})),), wanted) is answer


def test_what_is_not_a_pattern_is_nothing_narrower():
    inside = (Other(frozenset({"arn:aws:s3:::b/*"})),)

    assert holds("StringLike", inside, "arn:aws:s3:::b/x*") is Truth.NO
    assert holds("StringLike", inside, "arn:aws:s3:::b*") is Truth.POSSIBLE


@pytest.mark.parametrize(
    ("operator", "wanted", "answer"),
    [
        ("StringEquals", "acme", Truth.POSSIBLE),
        ("StringEquals", UNKNOWN, Truth.UNKNOWN),
        ("StringEqualsIfExists", UNKNOWN, Truth.POSSIBLE),
        ("StringNotEquals", "acme", Truth.POSSIBLE),
        ("ForAllValues:StringEquals", "acme", Truth.POSSIBLE),
        ("Null", "true", Truth.POSSIBLE),
    ],
)
def test_a_value_that_whoever_asks_chooses(operator, wanted, answer):
    assert holds(operator, State.CHOSEN, wanted) is answer


def test_every_value_or_any():
    assert holds("ForAllValues:StringEquals", ("a", "b"), "a") is Truth.NO
    assert holds("ForAllValues:StringEquals", ("a", "a"), "a", "b") is Truth.YES
    assert holds("ForAnyValue:StringEquals", ("a", "b"), "a") is Truth.YES


def test_variables():
    def ask(wanted, values, tag, operator="StringEquals"):
        return holds(operator, values, wanted, key="s3:prefix", **{TAG: tag})

    assert ask("${aws:PrincipalTag/tenant}", ("acme",), ("acme",)) is Truth.YES
    assert ask("${AWS:principaltag/Tenant}", ("acme",), ("globex",)) is Truth.NO
    assert ask("${aws:PrincipalTag/tenant}", ("acme",), State.CHOSEN) is Truth.POSSIBLE
    assert ask("${aws:PrincipalTag/tenant}", ("acme",), State.ABSENT) is Truth.NO
    assert ask("${aws:PrincipalTag/tenant}", State.CHOSEN, State.ABSENT) is Truth.NO
    assert ask("${aws:PrincipalTag/tenant, 'acme'}", ("acme",), State.ABSENT) is Truth.YES
    # What stands for a value is no pattern.
    assert ask("${aws:PrincipalTag/tenant}", ("acme",), ("*",), "StringLike") is Truth.NO
    assert ask("${*}", ("acme",), State.ABSENT, "StringLike") is Truth.NO
    assert ask("${*}", ("*",), State.ABSENT, "StringLike") is Truth.YES


def test_a_document_of_2008_knows_no_variables():
    test = Test("StringEquals", "s3:prefix", (f"${{{TAG}}}",))

    assert test.holds(Context({"s3:prefix": ("acme",), TAG: ("acme",)}), variables=False) is Truth.NO
