"""The permission boundary: what no role can get past."""

from collections.abc import Collection
from typing import Final

from policies.documents import Statement, statements
from policies.resources import Resource, Stack
from policies.rulebook import Findings, stack_rule
from policies.rules.aws.role_policies import ESCALATIONS
from policies.rules.aws.trust import ROLE, admissions
from policies.tables import jurisdictions

POLICY: Final = "aws:iam/policy:Policy"

WHERE_DATA_LIE: Final = (
    "backup:StartBackupJob",
    "backup:StartCopyJob",
    "dynamodb:CreateTable",
    "dynamodb:PutItem",
    "dynamodb:UpdateTable",
    "ec2:CopySnapshot",
    "ec2:CreateVolume",
    "ec2:RunInstances",
    "ecr:PutImage",
    "ecs:RunTask",
    "kms:CreateKey",
    "kms:ReplicateKey",
    "logs:CreateLogGroup",
    "logs:PutLogEvents",
    "s3:CreateBucket",
    "s3:PutObject",
    "s3:PutReplicationConfiguration",
    "secretsmanager:CreateSecret",
    "secretsmanager:ReplicateSecretToRegions",
    "sqs:CreateQueue",
    "sqs:SendMessage",
)
"""What puts data somewhere."""

TENANT_TAGS: Final = (
    "iam:TagRole",
    "iam:UntagRole",
    "kms:TagResource",
    "kms:UntagResource",
    "s3:DeleteBucketTagging",
    "s3:PutBucketTagging",
    "s3:TagResource",
    "s3:UntagResource",
)
"""What changes the tags by which policies tell tenants apart."""


@stack_rule(ROLE)
def role_has_permission_boundary(role: Resource, stack: Stack) -> Findings:
    """Without a boundary one wrong policy gives a role everything, and whoever writes its policies writes their own."""
    policies = stack.of_type(POLICY)
    if not any(stack.refers_to(role, "permissions_boundary", policy, "arn", "id") for policy in policies):
        yield "nothing bounds what the role can be given: set permissions_boundary to a policy of this stack"


@stack_rule(POLICY)
def permission_boundary_holds(policy: Resource, stack: Stack) -> Findings:
    """The boundary is what no role can get past, whatever else goes wrong: rights, regions and tenants' tags."""
    if not stack.referring("permissions_boundary", policy, (ROLE,), "arn", "id"):
        yield "the managed policy bounds no role, and could be attached to any: write an aws.iam.RolePolicy instead"
        return
    parts = statements(policy.document("policy"))
    yield _gives_no_rights(parts)
    denials = [each for each in parts if not each.is_allow and "*" in each.resources()]
    yield _keeps_data_in(denials, jurisdictions().regions("aws", stack.jurisdiction))
    yield _keeps_session_tags(denials, stack)
    always = [each for each in denials if not each.conditions()]
    if not all(any(each.acts_on(action) for each in always) for action in TENANT_TAGS):
        yield f"the boundary lets tenants' tags be changed: deny {', '.join(TENANT_TAGS)} on all resources"


def _gives_no_rights(parts: Collection[Statement]) -> Findings:
    for action in ESCALATIONS:
        if any(each.is_allow and each.acts_on(action) for each in parts):
            yield "the boundary lets a role give rights to itself or others: name actions of IAM that only read"
            return


def _keeps_data_in(denials: Collection[Statement], regions: Collection[str]) -> Findings:
    within = [each for each in denials if _is_outside(each, regions)]
    if not all(any(each.acts_on(action) for each in within) for action in WHERE_DATA_LIE):
        yield (
            "the boundary lets data be put outside the jurisdiction: deny what makes and fills stores where "
            "StringNotEquals aws:RequestedRegion holds for its regions"
        )


def _is_outside(denial: Statement, regions: Collection[str]) -> bool:
    conditions = denial.conditions()
    named = conditions.get(("stringnotequals", "aws:requestedregion"), [])
    return len(conditions) == 1 and bool(named) and set(named) <= set(regions)


def _keeps_session_tags(denials: Collection[Statement], stack: Stack) -> Findings:
    taggers = {
        principal
        for role in stack.of_type(ROLE)
        for _, statement in admissions(role)
        if statement.acts_on("sts:TagSession")
        for principal in statement.principals("AWS")
    }
    for denial in denials:
        conditions = denial.conditions()
        named = conditions.get(("arnnotequals", "aws:principalarn"), [])
        if denial.acts_on("sts:TagSession") and (
            not conditions or (len(conditions) == 1 and named and set(named) <= taggers)
        ):
            return
    yield "the boundary lets others tag a session than whom a role trusts with it: deny sts:TagSession to all others"
