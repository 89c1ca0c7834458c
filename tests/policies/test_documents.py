import pytest

from policies.documents import statements
from policies.properties import Record


def statement(**parts):
    return statements(Record({"Statement": {"Effect": "Allow", **parts}}))[0]


def denial(**parts):
    return statement(Effect="Deny", **parts)


def test_a_single_statement_needs_no_list():
    assert len(statements(Record({"Statement": [{"Effect": "Allow"}, {"Effect": "Deny"}]}))) == 2
    assert [one.is_allow for one in statements(Record({"Statement": {"Effect": "Deny"}}))] == [False]


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["arn", "*"]}, {"Service": "s", "AWS": "*"}])
def test_everyone(principal):
    assert statement(Principal=principal).everyone


@pytest.mark.parametrize("principal", ["arn", {"AWS": "arn"}, {"AWS": ["arn"]}, {"Service": "s"}])
def test_not_everyone(principal):
    assert not statement(Principal=principal).everyone


def test_what_is_hard_to_judge_allows_more_and_denies_less():
    assert statement(NotPrincipal={"AWS": "arn"}).everyone
    assert not denial(NotPrincipal={"AWS": "arn"}).everyone
    assert statement(NotAction="s3:Get*").acts_on("s3:PutObject")
    assert not denial(NotAction="s3:Get*").acts_on("s3:PutObject")


@pytest.mark.parametrize("actions", ["*", "s3:*", "S3:putobject", ["a", "s3:Put*"], "s3:Put?bject"])
def test_actions_match_as_aws_matches_them(actions):
    assert statement(Action=actions).acts_on("s3:PutObject")


@pytest.mark.parametrize("actions", ["s3:Get*", [], "kms:*", "s3:[P]utObject"])
def test_other_actions_do_not_match(actions):
    assert not statement(Action=actions).acts_on("s3:PutObject")


@pytest.mark.parametrize(
    ("resources", "covers"),
    [
        ("*", True),
        (["arn:aws:s3:::b", "arn:aws:s3:::b/*"], True),
        ("arn:aws:s3:::b*", True),
        ("arn:aws:s3:::b/*", False),
        ("arn:aws:s3:::b", False),
        ([], False),
    ],
)
def test_bucket_and_objects(resources, covers):
    assert denial(Resource=resources).covers_bucket_and_objects is covers


def test_conditions_are_read_in_lower_case_with_lists_of_texts():
    conditions = statement(Condition={"Bool": {"aws:SecureTransport": False}, "StringEquals": {"K": ["a", "B"]}})

    assert conditions.conditions() == {("bool", "aws:securetransport"): ["false"], ("stringequals", "k"): ["a", "B"]}
    assert statement().conditions() == {}
