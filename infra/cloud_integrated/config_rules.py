"""Config: records how everything in a region is set up, and holds it against rules that AWS maintains.

Measures are tested and evaluated regularly (e-mail document, 11). What Config asks goes on when no deployment runs, and
finds what was changed by hand. Security Hub's standards ask more; the rules here are those that a clause asks for.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
from pulumi_aws import cfg

from infra.cloud_integrated.access import PASSWORD_AGE, PASSWORD_LENGTH, PASSWORDS_REMEMBERED
from infra.cloud_integrated.bucket import Bucket
from infra.cloud_integrated.log_group import retention
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement, service_principal
from infra.cloud_integrated.room import Room

SERVICE: Final = "config.amazonaws.com"


CALGARY: Final = "ca-west-1"
MELBOURNE: Final = "ap-southeast-4"


@dataclass(frozen=True)
class ManagedRule:
    """A rule that AWS maintains, by its identifier, and the clause of the e-mail document that asks for it.

    A rule that is `of_account` looks at what exists once an account, such as root: the first region's Config asks it.
    `not_in` are those of our regions in which AWS doesn't offer the rule.
    """

    identifier: str
    source: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    of_account: bool = False
    not_in: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The rule's name, in words with hyphens."""
        return self.identifier.lower().replace("_", "-")


def managed_rules(retention_days: int) -> Sequence[ManagedRule]:
    """The table (AWS Config Developer Guide, "List of managed rules")."""
    return [
        ManagedRule("IAM_ROOT_ACCESS_KEY_CHECK", "4.a", of_account=True, not_in=(CALGARY,)),
        ManagedRule("IAM_USER_MFA_ENABLED", "4.d", of_account=True, not_in=(CALGARY, MELBOURNE)),
        ManagedRule("IAM_USER_NO_POLICIES_CHECK", "4.a", of_account=True, not_in=(CALGARY, MELBOURNE)),
        ManagedRule("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", "4.a", of_account=True, not_in=(CALGARY, MELBOURNE)),
        ManagedRule("ROOT_ACCOUNT_MFA_ENABLED", "4.d", of_account=True, not_in=(CALGARY,)),
        ManagedRule(
            "IAM_PASSWORD_POLICY",
            "4.c",
            {
                "RequireUppercaseCharacters": "true",
                "RequireLowercaseCharacters": "true",
                "RequireSymbols": "true",
                "RequireNumbers": "true",
                "MinimumPasswordLength": str(PASSWORD_LENGTH),
                "PasswordReusePrevention": str(PASSWORDS_REMEMBERED),
                "MaxPasswordAge": str(PASSWORD_AGE),
            },
            of_account=True,
        ),
        ManagedRule("MULTI_REGION_CLOUD_TRAIL_ENABLED", "4.f", of_account=True),
        ManagedRule("S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC", "5.b", of_account=True),
        ManagedRule("CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", "4.f", of_account=True),
        ManagedRule("CLOUD_TRAIL_ENCRYPTION_ENABLED", "4.f", of_account=True),
        ManagedRule("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", "4.f", of_account=True),
        ManagedRule("CLOUDWATCH_LOG_GROUP_ENCRYPTED", "4.f"),
        ManagedRule("CW_LOGGROUP_RETENTION_PERIOD_CHECK", "4.f", {"MinRetentionTime": str(retention(retention_days))}),
        ManagedRule("GUARDDUTY_ENABLED_CENTRALIZED", "4.f"),
        ManagedRule("VPC_FLOW_LOGS_ENABLED", "4.f"),
        ManagedRule("ELB_LOGGING_ENABLED", "4.f"),
        ManagedRule("WAFV2_LOGGING_ENABLED", "4.f"),
        ManagedRule("INCOMING_SSH_DISABLED", "4.d"),
        ManagedRule("VPC_DEFAULT_SECURITY_GROUP_CLOSED", "4.d"),
        ManagedRule("S3_BUCKET_PUBLIC_READ_PROHIBITED", "5.b"),
        ManagedRule("S3_BUCKET_PUBLIC_WRITE_PROHIBITED", "5.b"),
        ManagedRule("S3_BUCKET_SSL_REQUESTS_ONLY", "6"),
        ManagedRule("S3_BUCKET_VERSIONING_ENABLED", "8"),
        ManagedRule("ALB_HTTP_DROP_INVALID_HEADER_ENABLED", "6.a"),
        ManagedRule("ELBV2_ACM_CERTIFICATE_REQUIRED", "6.a", not_in=(CALGARY, MELBOURNE)),
        ManagedRule("ELB_DELETION_PROTECTION_ENABLED", "8"),
        ManagedRule("CMK_BACKING_KEY_ROTATION_ENABLED", "6.c"),
        ManagedRule("DYNAMODB_TABLE_ENCRYPTED_KMS", "6.c"),
        ManagedRule("DYNAMODB_PITR_ENABLED", "8"),
        ManagedRule("EC2_EBS_ENCRYPTION_BY_DEFAULT", "6.c"),
        ManagedRule("SNS_ENCRYPTED_KMS", "7.g"),
        ManagedRule("SECRETSMANAGER_ROTATION_ENABLED_CHECK", "4.c"),
        ManagedRule("ECR_PRIVATE_IMAGE_SCANNING_ENABLED", "7.e"),
        ManagedRule("ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED", "7.f"),
        ManagedRule("ECS_CONTAINERS_NONPRIVILEGED", "4.a"),
        ManagedRule("ECS_CONTAINERS_READONLY_ACCESS", "7.f"),
        ManagedRule("BACKUP_RECOVERY_POINT_ENCRYPTED", "6.c", not_in=(CALGARY,)),
    ]


def rules_of(region: str, retention_days: int, *, of_account: bool) -> Sequence[ManagedRule]:
    """The rules that a region's Config asks; where `of_account`, also those about what exists once an account."""
    return [
        rule
        for rule in managed_rules(retention_days)
        if region not in rule.not_in and (of_account or not rule.of_account)
    ]


def conformance_template(rules: Sequence[ManagedRule]) -> str:
    """The rules as the template of a conformance pack (AWS Config Developer Guide, "Conformance packs")."""
    return json.dumps({"Resources": {rule.identifier.title().replace("_", ""): _resource(rule) for rule in rules}})


def _resource(rule: ManagedRule) -> Mapping[str, Any]:
    return {
        "Type": "AWS::Config::ConfigRule",
        "Properties": {
            "ConfigRuleName": rule.name,
            "Description": f"E-mail document, {rule.source}",
            "Source": {"Owner": "AWS", "SourceIdentifier": rule.identifier},
            **({"InputParameters": dict(rule.parameters)} if rule.parameters else {}),
        },
    }


class Config(Room):
    """The recorder of a region, its bucket and its rules.

    `role_arn` is Config's own role. Where `of_account`, it also records and judges what exists once an account.
    `running` is there once the recorder records.
    """

    def __init__(
        self,
        *,
        names: Names,
        role_arn: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        retention_days: int,
        of_account: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("config", names=names, options=options)
        records = self._records(key_arn)
        recorder = cfg.Recorder(
            names.logical("config"),
            cfg.RecorderArgs(
                region=names.region,
                name=names.physical("config"),
                role_arn=role_arn,
                recording_group=cfg.RecorderRecordingGroupArgs(
                    all_supported=True, include_global_resource_types=of_account
                ),
                recording_mode=cfg.RecorderRecordingModeArgs(recording_frequency="CONTINUOUS"),
            ),
            opts=self.child(protect=True),
        )
        channel = cfg.DeliveryChannel(
            names.logical("config"),
            cfg.DeliveryChannelArgs(
                region=names.region,
                name=names.physical("config"),
                s3_bucket_name=records.bucket,
                s3_kms_key_arn=key_arn,
                snapshot_delivery_properties=cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs(
                    delivery_frequency="TwentyFour_Hours"
                ),
            ),
            opts=self.child(protect=True, depends_on=[recorder, records]),
        )
        self.running = cfg.RecorderStatus(
            names.logical("config"),
            cfg.RecorderStatusArgs(region=names.region, name=recorder.name, is_enabled=True),
            opts=self.child(protect=True, depends_on=[channel]),
        )
        cfg.RetentionConfiguration(
            names.logical("config"),
            cfg.RetentionConfigurationArgs(region=names.region, retention_period_in_days=retention_days),
            opts=self.child(depends_on=[recorder]),
        )
        cfg.ConformancePack(
            names.logical("measures"),
            cfg.ConformancePackArgs(
                region=names.region,
                name=names.physical("measures"),
                template_body=conformance_template(rules_of(names.region, retention_days, of_account=of_account)),
            ),
            opts=self.child(depends_on=[self.running]),
        )
        self.register_outputs({})

    def _records(self, key_arn: pulumi.Input[str]) -> Bucket:
        """Config's own bucket, without Object Lock: Config refuses one that keeps each object for some time."""
        names = self.names
        bucket = names.physical("config")
        arn = names.bucket_arn(bucket)
        service = service_principal(SERVICE)
        for_us = Condition.of("StringEquals", "aws:SourceAccount", names.account_id)
        return Bucket(
            "config",
            names=names,
            bucket=bucket,
            key_arn=key_arn,
            statements=[
                Statement(
                    sid="ConfigChecks",
                    principal=service,
                    actions=["s3:GetBucketAcl", "s3:ListBucket"],
                    resources=[arn],
                    conditions=[for_us],
                ),
                Statement(
                    sid="ConfigDelivers",
                    principal=service,
                    actions=["s3:PutObject"],
                    resources=[f"{arn}/AWSLogs/{names.account_id}/Config/*"],
                    conditions=[for_us],
                ),
            ],
            options=self.child(protect=True),
        )
