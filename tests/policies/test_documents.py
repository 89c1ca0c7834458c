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


def test_all_actions_are_more_than_one_letter():
    assert statement(Action="s3:*").acts_on("s3:*")
    assert not statement(Action="s3:?").acts_on("s3:*")


@pytest.mark.parametrize("actions", ["s3:Get*", [], "kms:*", "s3:[P]utObject"])
def test_other_actions_do_not_match(actions):
    assert not statement(Action=actions).acts_on("s3:PutObject")


@pytest.mark.parametrize(
    ("resources", "bucket", "objects"),
    [
        ("*", True, True),
        (["arn:aws:s3:::b", "arn:aws:s3:::b/*"], True, True),
        (["arn:aws-us-gov:s3:::b", "arn:aws-us-gov:s3:::b/*"], True, True),
        ("arn:aws:s3:::b/*", False, True),
        ("arn:aws:s3:::b", True, False),
        ("arn:aws:s3:::b*", False, False),
        (["arn:aws:s3:::b", "arn:aws:s3:::b/logs/*"], True, False),
        (["arn:aws:s3:::other", "arn:aws:s3:::other/*"], False, False),
        ([], False, False),
    ],
)
def test_bucket_and_objects(resources, bucket, objects):
    policy = Record({"bucket": "b"})

    assert denial(Resource=resources).covers_bucket(policy) is bucket
    assert denial(Resource=resources).covers_objects(policy) is objects


def test_only_everyone_that_aws_knows_is_everyone_in_a_denial():
    assert denial(Principal="*").everyone
    assert denial(Principal={"AWS": ["*"]}).everyone
    assert not denial(Principal={"Service": "*"}).everyone
    assert statement(Principal={"Service": "*"}).everyone


@pytest.mark.parametrize("accounts", [[], ["123456789012"], ["123456789012", "210987654321"]])
@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalAccount": "123456789012"}},
        {"stringequals": {"AWS:SourceAccount": ["123456789012"]}, "StringLike": {"aws:PrincipalArn": "*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}},
    ],
)
def test_a_statement_is_bound_to_an_account(condition, accounts):
    assert statement(Condition=condition).is_bound_to_account(accounts)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"aws:PrincipalAccount": ["123456789012", "111111111111"]}},
        {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}},
        {"ArnLike": {"aws:SourceArn": "arn:*:123456789012:a:b:c"}},
        {"StringEquals": {"aws:RequestedRegion": "123456789012"}},
    ],
)
def test_a_statement_is_not_bound_to_an_account(condition):
    assert not statement(Condition=condition).is_bound_to_account(["123456789012"])


def test_a_key_spelt_in_two_ways_is_tested_twice():
    condition = {"Bool": {"aws:SecureTransport": "false", "AWS:securetransport": "true"}}

    assert statement(Condition=condition).conditions() == {("bool", "aws:securetransport"): ["false", "true"]}


def test_conditions_are_read_in_lower_case_with_lists_of_texts():
    conditions = statement(Condition={"Bool": {"aws:SecureTransport": False}, "StringEquals": {"K": ["a", "B"]}})

    assert conditions.conditions() == {("bool", "aws:securetransport"): ["false"], ("stringequals", "k"): ["a", "B"]}
    assert statement().conditions() == {}
