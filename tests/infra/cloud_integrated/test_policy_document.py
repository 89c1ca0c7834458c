"""Policy documents are built from statements that can't say what is never meant."""

import json
from typing import Any

import pulumi
import pytest

from infra.cloud_integrated.policy_document import (
    EVERYONE,
    Condition,
    Statement,
    aws_principal,
    document,
    service_principal,
    trust,
)


@pytest.fixture
def written(declared: Any) -> Any:
    """The JSON of a document, its outputs resolved."""

    def resolve(build: Any) -> Any:
        texts: list[str] = []
        declared(lambda: pulumi.Output.from_input(build()).apply(texts.append), lambda _type, _inputs: {})
        return json.loads(texts[0])

    return resolve


def test_a_statement_is_written_in_the_grammar_of_iam(written):
    result = written(
        lambda: document(
            Statement(
                sid="Read",
                effect="Deny",
                principal=aws_principal(pulumi.Output.from_input("arn:aws:iam::123456789012:role/a")),
                actions=["s3:GetObject", "s3:ListBucket"],
                resources=["arn:aws:s3:::a"],
                conditions=[
                    Condition.of("StringEquals", "aws:PrincipalTag/tenant", pulumi.Output.from_input("acme"), "b"),
                    Condition.of("StringEquals", "aws:RequestedRegion", "us-east-1"),
                    Condition.of("Bool", "aws:SecureTransport", "true"),
                ],
            )
        )
    )

    assert result == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Deny",
                "Principal": {"AWS": ["arn:aws:iam::123456789012:role/a"]},
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": "arn:aws:s3:::a",
                "Condition": {
                    "StringEquals": {"aws:PrincipalTag/tenant": ["acme", "b"], "aws:RequestedRegion": "us-east-1"},
                    "Bool": {"aws:SecureTransport": "true"},
                },
            }
        ],
    }


def test_everyone_is_a_star(written):
    result = written(lambda: document(Statement(sid="No", effect="Deny", principal=EVERYONE, actions=["s3:*"])))

    assert result["Statement"][0]["Principal"] == "*"


def test_a_trust_policy_lets_in_one_service_for_one_source(written):
    (statement,) = written(
        lambda: trust("ecs-tasks.amazonaws.com", account_id="123456789012", source_arn="arn:aws:ecs:x:123456789012:*")
    )["Statement"]

    assert statement == {
        "Sid": "Service",
        "Effect": "Allow",
        "Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": "arn:aws:ecs:x:123456789012:*"},
        },
    }


def test_a_service_that_names_no_source_is_trusted_by_its_name(written):
    (statement,) = written(lambda: trust("cloudtrail.amazonaws.com", account_id="123456789012", source_arn=None))[
        "Statement"
    ]

    assert statement["Principal"] == {"Service": ["cloudtrail.amazonaws.com"]}
    assert "Condition" not in statement


def test_allowing_everyone_is_refused():
    with pytest.raises(ValueError, match="Open would allow everyone"):
        Statement(sid="Open", principal=EVERYONE, actions=["s3:GetObject"])


def test_a_name_that_aws_refuses_is_refused():
    with pytest.raises(ValueError, match="'not-this' has to consist of letters and digits"):
        Statement(sid="not-this", principal=service_principal("logs.amazonaws.com"), actions=["kms:Decrypt"])


def test_a_statement_without_action_is_refused():
    with pytest.raises(ValueError, match="Nothing names no action"):
        Statement(sid="Nothing", actions=[])


def test_a_test_that_would_overwrite_another_is_refused():
    twice = [Condition.of("StringEquals", "aws:SourceAccount", account) for account in ("1", "2")]

    with pytest.raises(ValueError, match="Twice tests the same key twice"):
        Statement(sid="Twice", actions=["s3:GetObject"], conditions=twice)


def test_two_statements_of_one_name_are_refused():
    statement = Statement(sid="Same", actions=["s3:GetObject"])

    with pytest.raises(ValueError, match="two statements have the same name: Same, Same"):
        document(statement, statement)
