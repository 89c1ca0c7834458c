"""Each operator, what it makes and what it leaves alone."""

import pytest

from hosting.mutation import operators
from hosting.mutation.operators import OPERATORS, Mutation, Place, equivalent, mutations
from hosting.mutation.paths import MISSING
from hosting.mutation.sdk import Knowledge


def made(operator, value, *path, **other):
    return [each.value for each in operator(Place(path or ("x",), value, **other))]


@pytest.mark.parametrize(
    ("value", "path", "operator"),
    [
        ("a", ("x",), "removed"),
        ({}, ("x",), "subtree-removed"),
        ([1], ("x",), "subtree-removed"),
        ("a", ("x", 0), "element-removed"),
    ],
)
def test_removed(value, path, operator):
    assert list(operators.removed(Place(path, value))) == [Mutation(path, operator, MISSING)]


def test_emptied():
    assert made(operators.emptied, "text") == [""]
    assert made(operators.emptied, ["a"]) == [[]]
    assert made(operators.emptied, "") == []
    assert made(operators.emptied, {"a": 1}) == []
    assert made(operators.emptied, "a", "x", 0) == []
    assert made(operators.emptied, "a", in_document=True) == []
    assert made(operators.emptied, "On", known=Knowledge(others=("Off",))) == []


@pytest.mark.parametrize(
    ("value", "other"),
    [(True, False), (False, True), ("true", "false"), ("Enabled", "Disabled"), ("ON", "OFF"), ("Deny", "Allow")],
)
def test_flipped(value, other):
    assert made(operators.flipped, value) == [other]


def test_flipped_keeps_to_the_enumeration():
    assert made(operators.flipped, "Enabled", known=Knowledge(others=("Suspended",))) == []
    assert made(operators.flipped, 1) == []


def test_other_value():
    assert made(operators.other_value, "a", known=Knowledge(others=("b", "c"))) == ["b", "c"]


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        (30, [0, -1, 15, 60, 2_000_000_000]),
        ("30", ["0", "-1", "15", "60", "2000000000"]),
        ("P90D", ["P0D", "P-1D", "P45D", "P180D", "P2000000000D"]),
        ("PT5M", ["PT0M", "PT-1M", "PT2M", "PT10M", "PT2000000000M"]),
        (0, [-1, 2_000_000_000]),
        (-1, [0, -2, 2_000_000_000]),
        (True, []),
        ("thirty", []),
    ],
)
def test_out_of_bounds(value, changed):
    assert [each for each in made(operators.out_of_bounds, value) if each != value] == changed


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        ("10.0.0.0/16", ["0.0.0.0/0", "128.0.0.0/1"]),
        ("10.1.2.3", ["0.0.0.0/0", "128.0.0.0/1"]),
        ("fd00::/8", ["::/0", "8000::/1"]),
        ("7", []),
        ("text", []),
    ],
)
def test_opened(value, changed):
    assert made(operators.opened, value) == changed


@pytest.mark.parametrize(
    "path",
    [
        ("policy", "Statement", 0, "Principal"),
        ("policy", "Statement", 0, "Action", 0),
        ("policy", "Statement", 0, "Principal", "AWS"),
        ("policy", "Statement", 0, "Condition", "StringLike", "aws:SourceArn"),
        ("policy", "Statement", 0, "Condition", "ForAnyValue:ArnEquals", "aws:SourceArn", 0),
        ("sourceAddressPrefix",),
        ("principalId",),
    ],
)
def test_anyone(path):
    assert made(operators.anyone, "someone", *path) == ["*"]


@pytest.mark.parametrize(
    "path", [("name",), ("policy", "Statement", 0, "Condition", "StringEquals", "aws:SourceAccount")]
)
def test_asterisk_that_stands_for_itself_is_not_anyone(path):
    assert made(operators.anyone, "someone", *path) == []


def test_condition_weakened():
    path = ("policy", "Statement", 0, "Condition")
    assert made(operators.condition_weakened, {"Bool": {"a": "true"}}, *path) == [
        {"BoolIfExists": {"a": "true"}},
        {"ForAllValues:Bool": {"a": "true"}},
    ]
    weakened = made(operators.condition_weakened, {"StringEquals": {"a": "1", "b": "2"}}, *path)
    assert {"StringLike": {"a": "*"}, "StringEquals": {"b": "2"}} in weakened
    assert {"StringLike": {"b": "*"}, "StringEquals": {"a": "1"}} in weakened
    assert made(operators.condition_weakened, {"StringNotEquals": {"a": "1"}}, *path)[-1] == {
        "StringNotLike": {"a": "*"}
    }
    assert made(operators.condition_weakened, {"ForAllValues:StringLike": {"a": "1"}}, *path) == []
    assert made(operators.condition_weakened, {"Bool": {}}, "tags") == []


def test_other_region():
    assert made(operators.other_region, "us-east-1") == ["ap-northeast-1"]
    assert made(operators.other_region, "arn:aws:kms:us-east-1:1:key") == ["arn:aws:kms:ap-northeast-1:1:key"]
    assert made(operators.other_region, "eastus") == ["japaneast"]
    assert made(operators.other_region, "northeastusable") == []


def test_plain_http():
    assert made(operators.plain_http, "https://a.example.com") == ["http://a.example.com"]
    assert made(operators.plain_http, "HTTPS") == ["HTTP"]
    assert made(operators.plain_http, "http://a.example.com") == []


def test_stranger():
    assert made(operators.stranger, "arn:aws:iam::123456789012:role/a") == ["arn:aws:iam::999999999999:role/a"]
    assert made(operators.stranger, "00000000-0000-4000-8000-000000000001") == [operators.STRANGE_ID]
    assert made(operators.stranger, "on-call@example.com") == ["stranger@example.org"]
    assert made(operators.stranger, "sha-0123456789012345") == []


def test_unpinned():
    assert made(operators.unpinned, f"registry/app@sha256:{'0' * 64}") == ["registry/app:latest"]
    assert made(operators.unpinned, "registry/app:1") == []


def test_other_text_only_where_nothing_else_is_told():
    assert made(operators.other_text, "name") == ["name-other"]
    for told in ("us-east-1", "true", "10.0.0.0/8", "https://a", "12", "123456789012"):
        assert made(operators.other_text, told) == []
    assert made(operators.other_text, "a", known=Knowledge(others=("b",))) == []


def test_element_added():
    assert made(operators.element_added, ["10.0.0.0/16"]) == [["10.0.0.0/16", "0.0.0.0/0"]]
    rule = {"access": "Deny", "source": "10.0.0.0/8", "port": 22}
    assert made(operators.element_added, [rule]) == [[rule, {"access": "Allow", "source": "0.0.0.0/0", "port": 22}]]
    assert made(operators.element_added, ["same"]) == []
    assert made(operators.element_added, []) == []


def test_statement_added():
    deny = {"Effect": "Deny", "Principal": "*", "Action": "a", "Resource": "b"}
    assert made(operators.element_added, [deny]) == [
        [deny, {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]
    ]
    of_identity = {"Effect": "Deny", "Action": "a", "Resource": "b"}
    assert made(operators.element_added, [of_identity])[0][1] == {"Effect": "Allow", "Action": "*", "Resource": "*"}


def test_every_operator_is_asked_and_nothing_comes_twice():
    place = Place(("x",), "Enabled", Knowledge(others=("Disabled", "Other")))
    values = [each.value for each in mutations(place)]
    assert values == [MISSING, "Disabled", "Other"]
    assert len(OPERATORS) == len(set(OPERATORS)) == 14


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (Place(("x",), None), MISSING),
        (Place(("x",), []), MISSING),
        (Place(("x",), "FALSE", Knowledge(default="false")), MISSING),
        (Place(("x", 0), "a", around=["a", "a"]), MISSING),
        (Place(("policy", "Statement", 0, "Sid"), "a"), "b"),
        (Place(("policy", "Statement", 0, "Sid"), "a"), MISSING),
        (Place(("x",), ["a"]), "a"),
        (Place(("x",), "true"), True),
        (Place(("x",), {"a": ["true"]}), {"a": True}),
    ],
)
def test_equivalents_are_known(place, value):
    assert equivalent(place, Mutation(place.path, "any", value)) is not None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (Place(("x",), True, Knowledge(default="false")), MISSING),
        (Place(("x",), True), MISSING),
        (Place(("x", 0), "a", around=["a", "b"]), MISSING),
        (Place(("x",), ["a", "b"]), "a"),
        (Place(("x",), True), False),
        (Place(("x",), "a"), ""),
    ],
)
def test_others_are_not_equivalent(place, value):
    assert equivalent(place, Mutation(place.path, "any", value)) is None
