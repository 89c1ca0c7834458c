"""Recovery in one region: a backup vault a tenant under that tenant's key, a vault for the shared table, restore tests.

AWS Backup encrypts what it takes from S3 and DynamoDB anew under the vault's key, so a tenant's backups end with its
key. Customers' data are kept from accidental loss (e-mail document, 8), and are gone when the deletion policy says so
(6.d): once a tenant is cut off no point is made any more, and the locks of those that are there run out within its
term. Nobody can delete a vault before, so a tenant's row is removed after it.
"""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import backup

from infra.cloud_integrated.data import version_days
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room
from infra.tenants import TenantResources

DAILY: Final = "cron(0 3 * * ? *)"
MONTHLY: Final = "cron(0 4 1 * ? *)"
WEEKLY: Final = "cron(0 6 ? * SUN *)"

DAILY_POINTS: Final = 35
"""Days that a daily point is kept, if the deletion policy's term leaves so many."""

SHORTEST_POINT: Final = 7
"""Days that every point is kept at least, so that nobody can make one that is gone tomorrow."""

COOLING_OFF: Final = 3
"""Days in which a lock can still be taken off, the fewest that AWS Backup takes; after them nobody can, nor AWS."""

BACKED_UP: Final = {"DynamoDB": True, "S3": True}
"""What AWS Backup takes care of: the two stores of the stack."""


def point_days(deletion_policy_days: int) -> int:
    """Days that a recovery point is kept at most, and that a lock holds it.

    The last point that holds a deleted object is taken on the day on which S3 erases its version, at midnight after
    the term of versions; what the deletion policy leaves from there on is the points'.
    """
    return deletion_policy_days - version_days(deletion_policy_days) - 1


@dataclass(frozen=True, kw_only=True)
class Store:
    """What a plan backs up, and how: the ARN, and what its tags have to say for it."""

    arn: pulumi.Input[str]
    tags: dict[str, str]


class Recovery(Room):
    """The vault of the shared table, the restore tests, and the making of tenants' vaults and plans.

    Plans are made in the first region only: what the second region holds is a replica, and the copies of points.
    """

    def __init__(
        self,
        *,
        names: Names,
        backup_key_arn: pulumi.Input[str],
        backup_role_arn: pulumi.Input[str],
        restore_role_arn: pulumi.Input[str],
        restore_tests_key_arn: pulumi.Input[str],
        data_key_arn: pulumi.Input[str],
        deletion_policy_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("recovery", names=names, options=options)
        self._point_days = point_days(deletion_policy_days)
        self._backup_role_arn = backup_role_arn
        backup.RegionSettings(
            names.logical("region"),
            backup.RegionSettingsArgs(
                resource_type_opt_in_preference=BACKED_UP,
                # Without it DynamoDB keeps its backups under the table's key, out of the vault's.
                resource_type_management_preference={"DynamoDB": True},
                region=names.region,
            ),
            # A region refuses the types that it lacks, and answers with all that it has, which would show as a change
            # each time. Who opts out later raises an alarm, and after a refresh a violation.
            opts=pulumi.ResourceOptions.merge(
                self.child(),
                pulumi.ResourceOptions(
                    ignore_changes=["resourceTypeOptInPreference", "resourceTypeManagementPreference"]
                ),
            ),
        )
        self.table_vault = self._vault("table", backup_key_arn, self.child(protect=True))
        tests = self._restore_tests()
        self._restore_test(
            "restores",
            tests,
            "S3",
            selection="buckets",
            role_arn=restore_role_arn,
            overrides={"encryptionType": "SSE-KMS", "kmsKey": restore_tests_key_arn},
        )
        self._restore_test(
            "table-restores",
            tests,
            "DynamoDB",
            selection="tables",
            role_arn=restore_role_arn,
            overrides={"encryptionType": "KMS", "kmsMasterKeyArn": data_key_arn},
        )
        self.register_outputs({"tableVaultArn": self.table_vault.arn})

    def table_plan(self, *, table_arn: pulumi.Input[str], copy_to: backup.Vault | None) -> None:
        """Backs up the table that tenants share, every day and every month."""
        store = Store(arn=table_arn, tags={"stack": self.names.stack})
        self._plan("table", store, self.table_vault, copy_to, tenant=None, options=self.child(protect=True))

    def tenant_vault(self, resources: TenantResources, *, key_arn: pulumi.Input[str]) -> backup.Vault:
        """The tenant's vault in this region, encrypted with `key_arn` and locked."""
        return self._vault(
            f"tenant-{resources.tenant.id}",
            key_arn,
            resources.child(),
            resources.tenant.id,
            resources.tenant.is_protected,
        )

    def tenant_plan(
        self, resources: TenantResources, *, bucket_arn: str, vault: backup.Vault, copy_to: backup.Vault | None
    ) -> None:
        """Backs up the tenant's bucket into `vault`, every day and every month, and copies each point to `copy_to`.

        Only while the tenant is served: without its key there is nothing to read, and a job would but fail.
        """
        tenant = resources.tenant.id
        store = Store(arn=bucket_arn, tags={"state": "active"})
        self._plan(f"tenant-{tenant}", store, vault, copy_to, tenant=tenant, options=resources.child())

    def _vault(
        self,
        name: str,
        key_arn: pulumi.Input[str],
        options: pulumi.ResourceOptions,
        tenant: str | None = None,
        is_kept: bool = True,
    ) -> backup.Vault:
        names = self.names
        vault = backup.Vault(
            names.logical(name),
            backup.VaultArgs(
                name=names.physical(name),
                kms_key_arn=key_arn,
                # A vault with points can't be deleted; a tenant that was let go takes its own along once they may go.
                force_destroy=not is_kept,
                region=names.region,
                tags=names.tags(name, tenant),
            ),
            opts=options,
        )
        backup.VaultLockConfiguration(
            names.logical(name),
            backup.VaultLockConfigurationArgs(
                backup_vault_name=vault.name,
                min_retention_days=SHORTEST_POINT,
                max_retention_days=self._point_days,
                changeable_for_days=COOLING_OFF,
                region=names.region,
            ),
            opts=options,
        )
        return vault

    def _plan(
        self,
        name: str,
        store: Store,
        vault: backup.Vault,
        copy_to: backup.Vault | None,
        *,
        tenant: str | None,
        options: pulumi.ResourceOptions,
    ) -> None:
        names = self.names

        def rule(rule_name: str, schedule: str, days: int) -> backup.PlanRuleArgs:
            return backup.PlanRuleArgs(
                rule_name=rule_name,
                target_vault_name=vault.name,
                schedule=schedule,
                start_window=60,
                completion_window=720,
                lifecycle=backup.PlanRuleLifecycleArgs(delete_after=days),
                copy_actions=[]
                if copy_to is None
                else [
                    backup.PlanRuleCopyActionArgs(
                        destination_vault_arn=copy_to.arn,
                        lifecycle=backup.PlanRuleCopyActionLifecycleArgs(delete_after=days),
                    )
                ],
            )

        plan = backup.Plan(
            names.logical(name),
            backup.PlanArgs(
                name=names.physical(name),
                rules=[
                    rule("daily", DAILY, min(DAILY_POINTS, self._point_days)),
                    rule("monthly", MONTHLY, self._point_days),
                ],
                region=names.region,
                tags=names.tags(name, tenant),
            ),
            opts=options,
        )
        backup.Selection(
            names.logical(name),
            backup.SelectionArgs(
                name=names.physical(name),
                plan_id=plan.id,
                iam_role_arn=self._backup_role_arn,
                resources=[store.arn],
                conditions=[
                    backup.SelectionConditionArgs(
                        string_equals=[
                            backup.SelectionConditionStringEqualArgs(key=f"aws:ResourceTag/{key}", value=value)
                            for key, value in store.tags.items()
                        ]
                    )
                ],
                region=names.region,
            ),
            opts=options,
        )

    def _restore_tests(self) -> backup.RestoreTestingPlan:
        """Restores the newest point of each tenant and of the table every week; AWS Backup removes what it made."""
        names = self.names
        # A name of a restore testing plan has no hyphens.
        name = names.physical("restores").replace("-", "_")
        return backup.RestoreTestingPlan(
            names.logical("restores"),
            backup.RestoreTestingPlanArgs(
                name=name,
                schedule_expression=WEEKLY,
                start_window_hours=8,
                recovery_point_selection=backup.RestoreTestingPlanRecoveryPointSelectionArgs(
                    algorithm="LATEST_WITHIN_WINDOW",
                    include_vaults=["*"],
                    recovery_point_types=["SNAPSHOT"],
                    selection_window_days=7,
                ),
                region=names.region,
                tags=names.tags("restores"),
            ),
            opts=self.child(),
        )

    def _restore_test(
        self,
        name: str,
        plan: backup.RestoreTestingPlan,
        resource_type: str,
        *,
        selection: str,
        role_arn: pulumi.Input[str],
        overrides: dict[str, pulumi.Input[str]],
    ) -> None:
        """Restores points of this type. `overrides` name the key: one for the buckets of all tenants, for AWS Backup
        knows one a type, and without a word it would take one that is AWS' own (AWS Backup Developer Guide, "Restore
        testing inferred metadata", which also says that upper and lower case don't matter in them).
        """
        backup.RestoreTestingSelection(
            self.names.logical(name),
            backup.RestoreTestingSelectionArgs(
                name=selection,
                restore_testing_plan_name=plan.name,
                protected_resource_type=resource_type,
                protected_resource_arns=["*"],
                iam_role_arn=role_arn,
                restore_metadata_overrides=overrides,
                # Time for whoever counts what came back (docs/runbooks/cloud-integrated-failover.md).
                validation_window_hours=24,
                region=self.names.region,
            ),
            opts=self.child(),
        )
