"""Keys of one region: one a tenant, and the platform's own, one for each purpose.

Each tenant has a key of its own (e-mail document, 6.c), in each region a different one: replicas of one key would have
to be disabled one by one all the same. Who may use a key stands in its policy (`key_policies.py`).
"""

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import kms

from infra.cloud_integrated import key_policies
from infra.cloud_integrated.key_policies import DELETION_WINDOW
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Statement, document
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.tenant_session import TenantUsers
from infra.tenants import TenantResources

ROTATION_PERIOD: Final = 365
"""Days between two rotations of a key's material."""


class Keys(Room):
    """The platform's keys, and the making of the trail's and the tenants'. In the second region its own set."""

    def __init__(self, *, names: Names, restore_role_arn: pulumi.Input[str], options: pulumi.ResourceOptions) -> None:
        super().__init__("keys", names=names, options=options)
        through = key_policies.through
        self.logs_key_arn = self._platform_key("logs", "Log groups", key_policies.logs(names))
        self.alarms_key_arn = self._platform_key("alarms", "Alarms", key_policies.alarms(names))
        self.data_key_arn = self._platform_key("data", "Table and queues", through(names, "dynamodb", "sqs"))
        self.secrets_key_arn = self._platform_key(
            "secrets", "Secrets", [*through(names, "secretsmanager"), *key_policies.mesh(names)]
        )
        self.images_key_arn = self._platform_key("images", "Container images", through(names, "ecr"))
        self.backup_key_arn = self._platform_key("backup", "Backups of the table", through(names, "backup"))
        self.restore_tests_key_arn = self._platform_key(
            "restore-tests", "Restore tests", key_policies.restore_tests(names, restore_role_arn)
        )
        self.register_outputs(
            {
                "logsKeyArn": self.logs_key_arn,
                "alarmsKeyArn": self.alarms_key_arn,
                "dataKeyArn": self.data_key_arn,
                "secretsKeyArn": self.secrets_key_arn,
                "imagesKeyArn": self.images_key_arn,
                "backupKeyArn": self.backup_key_arn,
                "restoreTestsKeyArn": self.restore_tests_key_arn,
            }
        )

    def trail_key(self, *, trail_arn: str, auditor_role_arn: pulumi.Input[str]) -> pulumi.Output[str]:
        """The ARN of the key of the one trail, which works in the first region; auditors may read its files."""
        return self._platform_key("trail", "Audit trail", key_policies.trail(self.names, trail_arn, auditor_role_arn))

    def tenant_key(self, resources: TenantResources, *, used_by: TenantUsers) -> pulumi.Output[str]:
        """The ARN of the tenant's key in this region, for the tenant's bucket and vault here.

        Disabled in every state but `active`, which cuts off what the key encrypted, and leaves it in place.
        """
        tenant = resources.tenant
        name = f"tenant-{tenant.id}-key"
        key = self._key(
            name,
            description=f"Data of the tenant {tenant.id}",
            is_enabled=tenant.is_served,
            statements=key_policies.tenant(self.names, tenant.id, used_by),
            tenant=tenant.id,
            options=resources.child(),
        )
        self._alias(name, f"tenant/{tenant.id}", key, resources.child())
        return key.arn

    def _platform_key(self, purpose: str, description: str, statements: Sequence[Statement]) -> pulumi.Output[str]:
        name = f"{purpose}-key"
        key = self._key(
            name,
            description=f"{description} of {self.names.physical('platform')}",
            is_enabled=True,
            statements=statements,
            tenant=None,
            options=self.child(protect=True),
        )
        self._alias(name, f"platform/{purpose}", key, self.child(protect=True))
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
            self.names.logical(name),
            kms.KeyArgs(
                description=description,
                is_enabled=is_enabled,
                enable_key_rotation=True,
                rotation_period_in_days=ROTATION_PERIOD,
                deletion_window_in_days=DELETION_WINDOW,
                policy=document(*key_policies.administration(self.names), *statements),
                region=self.names.region,
                tags=self.names.tags(name, tenant),
            ),
            opts=options,
        )

    def _alias(self, name: str, alias: str, key: kms.Key, options: pulumi.ResourceOptions) -> None:
        kms.Alias(
            self.names.logical(name),
            kms.AliasArgs(name=f"alias/{alias}", target_key_id=key.key_id, region=self.names.region),
            opts=options,
        )
