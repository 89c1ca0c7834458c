"""Policy documents of IAM, KMS and S3 from typed statements, so that a document is never put together as text.

The grammar is that of the IAM User Guide, "IAM JSON policy elements reference".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pulumi

Operator = Literal[
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "Bool",
    "ForAllValues:StringEquals",
    "Null",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "StringEquals",
    "StringLike",
    "StringNotEquals",
]


@dataclass(frozen=True)
class Principal:
    """Whom a statement of a resource's policy is about: AWS principals by ARN, services, an identity
    provider, everyone.
    """

    kind: Literal["AWS", "Federated", "Service", "everyone", "inside"]
    identifiers: tuple[pulumi.Input[str], ...] = ()

    def render(self) -> object:
        """The `Principal` element."""
        return {self.kind: list(self.identifiers)} if self.identifiers else "*"


EVERYONE: Final = Principal("everyone")
"""Every principal, known to the account or not; only for statements that deny."""

WHOEVER_IS_INSIDE: Final = Principal("inside")
"""Everyone who sends through a VPC endpoint, whose policy can only narrow what other policies allow. That of a gateway
endpoint takes nothing but a star (AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies")."""


def aws_principal(*arns: pulumi.Input[str]) -> Principal:
    """Roles, or a whole account by the ARN of its root."""
    return Principal("AWS", arns)


def service_principal(name: str) -> Principal:
    """A service of AWS, such as `cloudtrail.amazonaws.com`."""
    return Principal("Service", (name,))


def federated_principal(provider_arn: pulumi.Input[str]) -> Principal:
    """Whoever signs in through an identity provider."""
    return Principal("Federated", (provider_arn,))


@dataclass(frozen=True)
class Condition:
    """One test of a statement: `operator` compares the request's `key` with the values (any of them)."""

    operator: Operator
    key: str
    values: tuple[pulumi.Input[str], ...]

    @classmethod
    def of(cls, operator: Operator, key: str, *values: pulumi.Input[str]) -> "Condition":
        """The condition, with its values as arguments."""
        return cls(operator, key, values)


def of_the_account(account_id: str) -> Condition:
    """Holds for resources of this account only: the ARN of a bucket says nothing of whose it is, and a stranger may
    have taken a name that fits a pattern.
    """
    return Condition.of("StringEquals", "aws:ResourceAccount", account_id)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement. All its conditions must hold."""

    sid: str
    effect: Literal["Allow", "Deny"] = "Allow"
    principal: Principal | None = None
    """Left out in the policy of a role, which is about the role itself."""
    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]] | None = ("*",)
    """Left out (None) in the trust policy of a role; `*` in the policy of a key means the key itself."""
    conditions: Sequence[Condition] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for what is never meant: a name that AWS refuses, no action, something for everyone."""
        if re.fullmatch(r"[A-Za-z0-9]+", self.sid) is None:
            raise ValueError(f"statement id {self.sid!r} has to consist of letters and digits")
        if not self.actions:
            raise ValueError(f"statement {self.sid} names no action")
        if self.effect == "Allow" and self.principal == EVERYONE:
            raise ValueError(f"statement {self.sid} would allow everyone")
        tests = [(condition.operator, condition.key) for condition in self.conditions]
        if len(set(tests)) != len(tests):
            raise ValueError(f"statement {self.sid} tests the same key twice with the same operator")

    def render(self) -> Mapping[str, Any]:
        """The statement as it stands in a document."""
        conditions: dict[str, dict[str, object]] = {}
        for condition in self.conditions:
            conditions.setdefault(condition.operator, {})[condition.key] = _one_or_many(condition.values)
        return {
            "Sid": self.sid,
            "Effect": self.effect,
            **({"Principal": self.principal.render()} if self.principal else {}),
            "Action": _one_or_many(self.actions),
            **({"Resource": _one_or_many(self.resources)} if self.resources else {}),
            **({"Condition": conditions} if conditions else {}),
        }


def document(*statements: Statement) -> pulumi.Output[str]:
    """The statements as a JSON document. Raises ValueError when two have the same name."""
    names = [statement.sid for statement in statements]
    if len(set(names)) != len(names):
        raise ValueError(f"two statements have the same name: {', '.join(sorted(names))}")
    return pulumi.Output.json_dumps(
        {"Version": "2012-10-17", "Statement": [statement.render() for statement in statements]}
    )


def trust(service: str, *, account_id: str, source_arn: str | None) -> pulumi.Output[str]:
    """The trust policy of a role that `service` takes on, on behalf of this account's `source_arn` (a pattern) only.

    Without the source a service could be talked into using the role for somebody else ("confused deputy problem").
    None is for a service that doesn't say for whom it works.
    """
    conditions: list[Condition] = []
    if source_arn is not None:
        conditions.append(Condition.of("StringEquals", "aws:SourceAccount", account_id))
        conditions.append(Condition.of("ArnLike", "aws:SourceArn", source_arn))
    return document(
        Statement(
            sid="Service",
            principal=service_principal(service),
            actions=["sts:AssumeRole"],
            resources=None,
            conditions=conditions,
        )
    )


def _one_or_many(values: Sequence[pulumi.Input[str]]) -> object:
    return values[0] if len(values) == 1 else list(values)
