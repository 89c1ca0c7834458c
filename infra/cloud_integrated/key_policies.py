"""Who may do what with a key.

The account administers its keys and can't use them without changing a key's policy, which the trail records. Use is for
a service or a named role, in one circumstance.
"""

from collections.abc import Sequence
from typing import Final

import pulumi

from infra.cloud_integrated.copy_roles import RESTORE_TEST_BUCKETS
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement, aws_principal, service_principal
from infra.cloud_integrated.tenant_session import TAG, TenantUsers, of_the_tenant

DELETION_WINDOW: Final = 30
"""Days between a key's scheduled deletion and its end, the longest that KMS offers: a mistake can be undone so long."""

ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""All that it takes to look after a key. No use, no grant (that is use by somebody else), no end of rotation."""


def administration(names: Names) -> Sequence[Statement]:
    """The account's administrators keep hold of the key, so nobody is ever locked out.

    They can't use it, not without changing the key's policy, which the trail records.
    """
    account = aws_principal(names.account_arn)
    return [
        Statement(sid="Administration", principal=account, actions=ADMINISTRATION),
        Statement(
            sid="DeletionAfterTheFullWindow",
            principal=account,
            actions=["kms:ScheduleKeyDeletion"],
            conditions=[
                Condition.of(
                    "NumericGreaterThanEquals", "kms:ScheduleKeyDeletionPendingWindowInDays", str(DELETION_WINDOW)
                )
            ],
        ),
    ]


def tenant(names: Names, tenant_id: str, users: TenantUsers) -> Sequence[Statement]:
    """A tenant's key: for sessions of that tenant, and for the roles that copy its data, each where it must."""
    bucket = names.bucket_arn(names.tenant_bucket(tenant_id))
    through_s3 = _through(names, "s3")
    # Under bucket keys S3 gives the bucket's ARN, not the object's (S3 User Guide, "Reducing the cost of SSE-KMS").
    of_the_bucket = Condition.of("StringEquals", "kms:EncryptionContext:aws:s3:arn", bucket)
    session, backup, restore = (aws_principal(role) for role in (users.session, users.backup, users.restore))
    statements = [
        Statement(
            sid="UseThroughTheBucket",
            principal=session,
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions=[of_the_tenant(tenant_id), through_s3, of_the_bucket],
        ),
        Statement(
            sid="UseWithTheTenantsContext",
            principal=session,
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions=[
                of_the_tenant(tenant_id),
                Condition.of("StringEquals", f"kms:EncryptionContext:{TAG}", tenant_id),
                Condition.of("Null", "kms:ViaService", "true"),
            ],
        ),
        Statement(
            sid="BackupReadsTheBucket",
            principal=backup,
            actions=["kms:Decrypt"],
            conditions=[through_s3, of_the_bucket],
        ),
        Statement(
            sid="RestoreWritesTheBucket",
            principal=restore,
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions=[through_s3, of_the_bucket],
        ),
        # What it takes to make a vault (AWS Backup Developer Guide, "API permissions"), and what the backup and restore
        # roles have in their own policies, nobody else.
        Statement(
            sid="VaultThroughBackup",
            principal=aws_principal(names.account_arn),
            actions=["kms:Decrypt", "kms:GenerateDataKey", "kms:RetireGrant"],
            conditions=[_through(names, "backup")],
        ),
        grants_by(names, "backup"),
    ]
    if users.replication is not None:
        statements.append(
            Statement(
                sid="ReplicationOfTheBucket",
                principal=aws_principal(users.replication),
                actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
                conditions=[through_s3, of_the_bucket],
            )
        )
    return statements


def grants_by(names: Names, *services: str) -> Statement:
    """Lets these services, asked by the account, give grants to themselves, as they do to work on without the asker."""
    return Statement(
        sid="GrantsOfTheService",
        principal=aws_principal(names.account_arn),
        actions=["kms:CreateGrant"],
        conditions=[_through(names, *services), Condition.of("Bool", "kms:GrantIsForAWSResource", "true")],
    )


def through(names: Names, *services: str) -> Sequence[Statement]:
    """A platform key: for whom the account's own policies allow it, through these services only."""
    return [
        Statement(
            sid="UseThroughTheService",
            principal=aws_principal(names.account_arn),
            # A grant is given up once what it was for is deleted (Amazon ECR User Guide, "Encryption at rest").
            actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:RetireGrant"],
            conditions=[_through(names, *services)],
        ),
        grants_by(names, *services),
    ]


def restore_tests(names: Names, restore_role_arn: pulumi.Input[str]) -> Sequence[Statement]:
    """The role that restores, for the buckets that AWS Backup makes to test: objects of every tenant, for a day.

    Nobody else, so that people can count what came back and not read it.
    """
    return [
        Statement(
            sid="RestoreWritesTheBucketsOfTests",
            principal=aws_principal(restore_role_arn),
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions=[
                _through(names, "s3"),
                Condition.of("StringLike", "kms:EncryptionContext:aws:s3:arn", RESTORE_TEST_BUCKETS),
            ],
        )
    ]


def mesh(names: Names) -> Sequence[Statement]:
    """The role that keeps the certificates of the mesh: it makes their keys itself, not through Secrets Manager."""
    return [
        Statement(
            sid="UseByTheMesh",
            principal=aws_principal(names.account_arn),
            actions=["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"],
            # A condition, for a principal would have to be there before the key.
            conditions=[Condition.of("ArnEquals", "aws:PrincipalArn", names.role_arn("mesh"))],
        )
    ]


def logs(names: Names) -> Sequence[Statement]:
    """CloudWatch Logs for the log groups of this stack (CloudWatch Logs User Guide, "Encrypt log data"); AWS Config for
    what it records (AWS Config Developer Guide, "Permissions for the KMS key for the delivery channel").
    """
    return [
        Statement(
            sid="UseByConfig",
            principal=service_principal("config.amazonaws.com"),
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions=[Condition.of("StringEquals", "aws:SourceAccount", names.account_id)],
        ),
        Statement(
            sid="UseByLogGroups",
            principal=service_principal(f"logs.{names.region}.amazonaws.com"),
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            conditions=[
                Condition.of(
                    "ArnLike",
                    "kms:EncryptionContext:aws:logs:arn",
                    names.arn("logs", f"log-group:{names.log_group('*')}"),
                    names.arn("logs", f"log-group:{names.web_log_group}"),
                    names.arn("logs", f"log-group:{names.insights_log_group}"),
                )
            ],
        ),
    ]


def trail(names: Names, trail_arn: str, auditor_role_arn: pulumi.Input[str]) -> Sequence[Statement]:
    """CloudTrail for its files; auditors to read them.

    As in the CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail": a trail of all regions works in
    each of them under its own name.
    """
    _, _, _, _, account_id, name = trail_arn.split(":", 5)
    context = Condition.of(
        "ArnLike", "kms:EncryptionContext:aws:cloudtrail:arn", f"arn:aws:cloudtrail:*:{account_id}:{name}"
    )
    cloudtrail = service_principal("cloudtrail.amazonaws.com")
    from_trail = Condition.of("ArnEquals", "aws:SourceArn", trail_arn)
    return [
        Statement(
            sid="EncryptByTheTrail",
            principal=cloudtrail,
            actions=["kms:GenerateDataKey*"],
            conditions=[from_trail, context],
        ),
        Statement(sid="DescribeByTheTrail", principal=cloudtrail, actions=["kms:DescribeKey"], conditions=[from_trail]),
        Statement(
            sid="ReadOfTheTrail",
            principal=aws_principal(auditor_role_arn),
            actions=["kms:Decrypt"],
            conditions=[_through(names, "s3"), context],
        ),
    ]


def alarms(names: Names) -> Sequence[Statement]:
    """The services that raise alarms, or a topic under this key would refuse what they publish.

    EventBridge doesn't say for whom it publishes to an encrypted topic, so no condition can ask (SNS Developer Guide,
    "Configure AWS KMS permissions").
    """
    use = ["kms:Decrypt", "kms:GenerateDataKey*"]
    return [
        Statement(
            sid="PublishByAlarms",
            principal=service_principal("cloudwatch.amazonaws.com"),
            actions=use,
            conditions=[Condition.of("StringEquals", "aws:SourceAccount", names.account_id)],
        ),
        Statement(sid="PublishByRules", principal=service_principal("events.amazonaws.com"), actions=use),
    ]


def _through(names: Names, *services: str) -> Condition:
    return Condition.of(
        "StringEquals", "kms:ViaService", *(f"{service}.{names.region}.amazonaws.com" for service in services)
    )
