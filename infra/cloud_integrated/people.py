"""What people may do: look after the stack, or look at it; never read a tenant's data (e-mail document, 5.a).

People come through the identity provider, which knows each by a unique id and takes all access away when somebody
leaves (4.b, 4.e). There are no users in IAM.
"""

from collections.abc import Sequence
from typing import Final

import pulumi

from infra.cloud_integrated.copy_roles import RESTORE, RESTORE_TEST_BUCKETS
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import (
    Condition,
    Statement,
    aws_principal,
    document,
    federated_principal,
    of_the_account,
)
from infra.cloud_integrated.tenant_session import READ_AND_WRITE_OF_ITEMS

DATA_ACTIONS: Final = (
    *READ_AND_WRITE_OF_ITEMS,
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:GetRecords",
    "dynamodb:PartiQL*",
    "dynamodb:Scan",
    "ecs:ExecuteCommand",
    "kms:CreateGrant",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sts:AssumeRole",
    "sts:TagSession",
)
"""What reads or writes data, or leads to somebody who may."""

STATE: Final = (
    "access-analyzer:Get*",
    "access-analyzer:List*",
    "acm:Describe*",
    "acm:List*",
    "application-autoscaling:Describe*",
    "arc-zonal-shift:Get*",
    "arc-zonal-shift:List*",
    "backup:Describe*",
    "backup:Get*",
    "backup:List*",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:List*",
    "cloudtrail:LookupEvents",
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "config:Describe*",
    "config:Get*",
    "config:List*",
    "dynamodb:Describe*",
    "dynamodb:ListTables",
    "ec2:Describe*",
    "ecr:Describe*",
    "ecs:Describe*",
    "ecs:List*",
    "elasticloadbalancing:Describe*",
    "events:Describe*",
    "events:List*",
    "guardduty:Get*",
    "guardduty:List*",
    "inspector2:List*",
    "kms:DescribeKey",
    "kms:Get*",
    "kms:List*",
    "logs:Describe*",
    "logs:FilterLogEvents",
    "logs:Get*",
    "logs:StartQuery",
    "logs:StopQuery",
    "network-firewall:Describe*",
    "network-firewall:List*",
    "route53:Get*",
    "route53:List*",
    "s3:GetAccountPublicAccessBlock",
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListAllMyBuckets",
    "secretsmanager:DescribeSecret",
    "secretsmanager:ListSecrets",
    "securityhub:Describe*",
    "securityhub:Get*",
    "securityhub:List*",
    "sns:Get*",
    "sns:List*",
    "sqs:GetQueueAttributes",
    "sqs:ListQueues",
    "tag:GetResources",
    "wafv2:Get*",
    "wafv2:List*",
)
"""How the stack is set up and what it reports; logs hold ids, no content."""


ZONAL_SHIFTS: Final = (
    "arc-zonal-shift:CancelZonalShift",
    "arc-zonal-shift:StartZonalShift",
    "arc-zonal-shift:UpdateZonalShift",
)
"""Takes customers away from a zone that fails, for hours, and brings them back."""


def signed_in(identity_provider_arn: str, regions: Sequence[str]) -> pulumi.Output[str]:
    """The trust policy of a role for people: whoever the identity provider has signed in, by an id that stays.

    Sign-in at the console's global address needs us-east-1; where that fails, people come in by one of the `regions`
    (AWS General Reference, "AWS Sign-In endpoints").

    No session tags: an assertion that carries some is refused, for `sts:TagSession` isn't allowed.
    """
    return document(
        Statement(
            sid="PeopleOfTheIdentityProvider",
            principal=federated_principal(identity_provider_arn),
            actions=["sts:AssumeRoleWithSAML"],
            resources=None,
            conditions=[
                Condition.of(
                    "StringEquals",
                    "SAML:aud",
                    "https://signin.aws.amazon.com/saml",
                    *(f"https://{region}.signin.aws.amazon.com/saml" for region in regions),
                ),
                Condition.of("StringEquals", "SAML:sub_type", "persistent"),
            ],
        )
    )


def with_second_factor(user_arn: str) -> pulumi.Output[str]:
    """The trust policy of the break-glass role: one user, who has shown a second factor within the last hour.

    A user, for what a role's session asks carries no second factor, and the conditions would never hold.
    """
    return document(
        Statement(
            sid="BreakGlassWithSecondFactor",
            principal=aws_principal(user_arn),
            actions=["sts:AssumeRole"],
            resources=None,
            conditions=[
                Condition.of("Bool", "aws:MultiFactorAuthPresent", "true"),
                Condition.of("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
            ],
        )
    )


def operator(names: Names) -> Sequence[Statement]:
    """Looks at everything but data, and does what a failover and a restore drill need.

    No restore: the role for it writes every tenant's bucket, and one tenant's point could end in another's.
    """
    return [
        Statement(sid="State", actions=STATE),
        Statement(
            sid="Operation",
            actions=[
                *ZONAL_SHIFTS,
                "backup:PutRestoreValidationResult",
                "ecs:StopTask",
                "ecs:UpdateService",
            ],
        ),
        # A restore test counts once somebody has seen objects in its bucket, by their names.
        Statement(
            sid="ListOfRestoreTests",
            actions=["s3:ListBucket"],
            resources=[RESTORE_TEST_BUCKETS],
            conditions=[of_the_account(names.account_id)],
        ),
        *_no_data(names),
    ]


def auditor(names: Names, trail_bucket: str) -> Sequence[Statement]:
    """Looks at everything but data, and reads the trail."""
    return [
        Statement(sid="State", actions=STATE),
        Statement(sid="TrailFiles", actions=["s3:GetObject"], resources=[f"{names.bucket_arn(trail_bucket)}/*"]),
        Statement(sid="TrailList", actions=["s3:ListBucket"], resources=[names.bucket_arn(trail_bucket)]),
        Statement(
            sid="TrailKey",
            actions=["kms:Decrypt"],
            resources=[names.arn("kms", "key/*")],
            conditions=[Condition.of("StringEquals", "kms:ViaService", f"s3.{names.region}.amazonaws.com")],
        ),
        *_no_data(names),
    ]


def break_glass(names: Names) -> Sequence[Statement]:
    """Mends what locks everybody out or takes the service down, when nothing else can. Each use is an alarm."""
    return [
        Statement(sid="State", actions=STATE),
        Statement(
            sid="Repair",
            actions=[
                *ZONAL_SHIFTS,
                "backup:StartRestoreJob",
                "cloudtrail:StartLogging",
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:CreateRoute",
                "ec2:DeleteRoute",
                "ec2:ReplaceRoute",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
                "ecs:StopTask",
                "ecs:UpdateService",
                "elasticloadbalancing:ModifyListener",
                "iam:UpdateSAMLProvider",
                "kms:CancelKeyDeletion",
                "kms:EnableKey",
                "network-firewall:UpdateRuleGroup",
                "route53:ChangeResourceRecordSets",
                "wafv2:UpdateWebACL",
            ],
        ),
        Statement(
            sid="RestoreWithItsRole",
            actions=["iam:PassRole"],
            resources=[names.role_arn(RESTORE)],
            conditions=[Condition.of("StringEquals", "iam:PassedToService", "backup.amazonaws.com")],
        ),
        *_no_data(names),
    ]


def _no_data(names: Names) -> Sequence[Statement]:
    """Stays true whatever else the role is given."""
    return [
        Statement(sid="NoData", effect="Deny", actions=DATA_ACTIONS),
        Statement(
            sid="NoObjects",
            effect="Deny",
            actions=["s3:DeleteObject*", "s3:GetObject*", "s3:ListBucket*", "s3:PutObject*"],
            resources=[f"{names.bucket_arn(names.tenant_buckets)}*"],
        ),
    ]
