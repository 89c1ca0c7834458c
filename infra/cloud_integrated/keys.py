"""Keys: one a tenant, and the platform's own for logs and for the audit trail.

Each tenant has a key of its own (e-mail document, 6.c). Who may use a key stands in its policy, and is a service or one
role, in one circumstance. The account administers the keys and can't use them without changing the key's policy, which
the trail records.
"""

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import kms

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement, aws_principal, document, service_principal
from infra.cloud_integrated.room import Room
from infra.tenants import TenantResources

DELETION_WINDOW: Final = 30
"""Days between a key's scheduled deletion and its end, the longest that KMS offers: a mistake can be undone so long."""

ROTATION_PERIOD: Final = 365
"""Days between two rotations of a key's material."""

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


class Keys(Room):
    """The platform's keys, and the making of the tenants'."""

    def __init__(self, *, names: Names, trail_arn: str, options: pulumi.ResourceOptions) -> None:
        super().__init__("keys", names=names, options=options)
        self.logs_key_arn = self._platform_key("logs-key", "Log groups", [_logs_may_use(names)])
        self.trail_key_arn = self._platform_key("trail-key", "Audit trail", _trail_may_use(names, trail_arn))
        self.register_outputs({"logsKeyArn": self.logs_key_arn, "trailKeyArn": self.trail_key_arn})

    def tenant_key(
        self, resources: TenantResources, *, bucket_arn: str, used_by: pulumi.Input[str]
    ) -> pulumi.Output[str]:
        """The ARN of the tenant's key. The role `used_by` may use it through S3, for the bucket `bucket_arn` only.

        Disabled in every state but `active`, which cuts off what the key encrypted, and leaves it in place.
        """
        tenant = resources.tenant
        name = f"tenant-{tenant.id}-key"
        through_s3 = [
            Condition.of("StringEquals", "kms:ViaService", f"s3.{self.names.region}.amazonaws.com"),
            # Under bucket keys S3 gives the bucket's ARN, not the object's.
            Condition.of("StringEquals", "kms:EncryptionContext:aws:s3:arn", bucket_arn),
        ]
        key = self._key(
            name,
            description=f"Data of the tenant {tenant.id}",
            is_enabled=tenant.is_served,
            statements=[
                Statement(
                    sid="UseThroughTheBucket",
                    principal=aws_principal(used_by),
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    conditions=through_s3,
                )
            ],
            tenant=tenant.id,
            options=resources.child(),
        )
        self._alias(name, f"tenant/{tenant.id}", key, resources.child())
        return key.arn

    def _platform_key(self, name: str, description: str, statements: Sequence[Statement]) -> pulumi.Output[str]:
        key = self._key(
            name,
            description=f"{description} of {self.names.physical('platform')}",
            is_enabled=True,
            statements=statements,
            tenant=None,
            options=self.child(protect=True),
        )
        self._alias(name, f"platform/{name.removesuffix('-key')}", key, self.child(protect=True))
        return key.arn

    def _key(
        self,
        name: str,
        *,
        description: str,
        is_enabled: bool,
        statements: Sequence[Statement],
        tenant: str | None,
        options: pulumi.ResourceOptions,
    ) -> kms.Key:
        return kms.Key(
            name,
            kms.KeyArgs(
                description=description,
                is_enabled=is_enabled,
                enable_key_rotation=True,
                rotation_period_in_days=ROTATION_PERIOD,
                deletion_window_in_days=DELETION_WINDOW,
                policy=document(*_administration(self.names), *statements),
                tags=self.names.tags(name, tenant),
            ),
            opts=options,
        )

    def _alias(self, name: str, alias: str, key: kms.Key, options: pulumi.ResourceOptions) -> None:
        kms.Alias(name, kms.AliasArgs(name=f"alias/{alias}", target_key_id=key.key_id), opts=options)


def _administration(names: Names) -> Sequence[Statement]:
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


def _logs_may_use(names: Names) -> Statement:
    """CloudWatch Logs for the log groups of this stack (CloudWatch Logs User Guide, "Encrypt log data")."""
    return Statement(
        sid="UseByLogGroups",
        principal=service_principal(f"logs.{names.region}.amazonaws.com"),
        actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        conditions=[
            Condition.of(
                "ArnLike",
                "kms:EncryptionContext:aws:logs:arn",
                names.arn("logs", f"log-group:{names.log_group('*')}"),
            )
        ],
    )


def _trail_may_use(names: Names, trail_arn: str) -> Sequence[Statement]:
    """CloudTrail for its files; the account's auditors to read them.

    As in the CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail": a trail of all regions works in
    each of them under its own name.
    """
    in_any_region = trail_arn.replace(f":{names.region}:", ":*:")
    context = Condition.of("ArnLike", "kms:EncryptionContext:aws:cloudtrail:arn", in_any_region)
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
            principal=aws_principal(names.account_arn),
            actions=["kms:Decrypt"],
            conditions=[
                Condition.of("StringEquals", "kms:ViaService", f"s3.{names.region}.amazonaws.com"),
                context,
            ],
        ),
    ]
