"""The room of recovery: what brings data back, and what keeps keys and logs from being deleted.

Aware document, 8 (protection against accidental destruction or loss, timely restoration) and 6.d (deletion).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_azure_native import authorization, dataprotection

from infra.aware.audit import Audit
from infra.aware.managed_identity import managed_identity
from infra.aware.placement import Placement
from infra.aware.retention import Recoverable
from infra.aware.storage import Storage
from infra.aware.vault import WrappingKey, let_wrap

BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices"
"""How Azure Backup calls the blobs of a storage account."""

DELETED_BACKUPS_KEPT_DAYS: Final = 14
"""Days in which a backup that was stopped can be taken up again; the fewest that a backup vault offers."""


class Recovery(pulumi.ComponentResource):
    """Operational backup of all containers, and locks on what must outlast every mistake.

    Operational backup sets blobs back to any moment of the last days, inside the account: the data stay under the
    tenant's encryption scope, and end with it. It keeps nothing in the backup vault, whose immutability only stops
    people from stopping it or from shortening its days, which lie within the deletion policy's term.

    Azure Backup puts a delete lock of its own (AzureBackupProtectionLock) on the account. A lock also holds for what
    lies below (Azure documentation, "Lock your resources"): it is lifted before a tenant's row is removed
    (docs/runbooks/aware-failover.md, "Before a tenant is removed"). For the same reason we put none on the account, and
    none on the vault of the tenants' keys, whose roles go with a tenant; purge protection keeps that vault for 90 days.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        storage: Storage,
        key: WrappingKey,
        recoverable: Recoverable,
        locked: Mapping[str, pulumi.Input[str]],
        held: Sequence[pulumi.Resource],
        options: pulumi.ResourceOptions,
    ) -> None:
        """`locked` are the ids of what nobody may delete, each by a name for its lock.

        `held` are the rooms of what lies below them: it is made before the locks and outlives them, for a lock also
        holds what lies below it, and `destroy` would break off.
        """
        super().__init__("hosting:aware:Recovery", name, {}, options)
        self._placement = placement
        self._kept = pulumi.ResourceOptions(parent=self, protect=True)
        vault, opened = self._backup_vault(key)
        # None of a backup vault's metrics can be sent anywhere; how each backup went is in its logs.
        audit.collect("backup", vault.id, parent=self, metrics=None)
        self._back_up(storage, vault, days=recoverable.restorable)
        for each, resource_id in locked.items():
            authorization.ManagementLockByScope(
                each,
                lock_name="never-deleted",
                scope=resource_id,
                level=authorization.LockLevel.CAN_NOT_DELETE,
                notes="Keys and logs outlast every mistake. To lift this lock is an alarm.",
                opts=pulumi.ResourceOptions.merge(
                    self._kept, pulumi.ResourceOptions(depends_on=[*held, *opened, vault])
                ),
            )
        self.backup_vault_name: pulumi.Output[str] = vault.name
        self.register_outputs({"backupVaultName": vault.name})

    def _backup_vault(self, key: WrappingKey) -> tuple[dataprotection.BackupVault, Sequence[pulumi.Resource]]:
        """The vault, and what lets it use its key."""
        identity = managed_identity("backup", placement=self._placement, options=self._kept)
        may_wrap = let_wrap("backup", key, identity.principal_id, placement=self._placement, options=self._kept)
        vault = dataprotection.BackupVault(
            "backup",
            vault_name=self._placement.name("bvault"),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            # Its own identity is the one that Azure Backup works with; the other one opens the key from the start on.
            identity=dataprotection.DppIdentityDetailsArgs(
                type="SystemAssigned,UserAssigned", user_assigned_identities=[identity.id]
            ),
            properties=dataprotection.BackupVaultArgs(
                storage_settings=[
                    dataprotection.StorageSettingArgs(
                        datastore_type=dataprotection.StorageSettingStoreTypes.VAULT_STORE,
                        type=dataprotection.StorageSettingTypes.ZONE_REDUNDANT,
                    )
                ],
                security_settings=dataprotection.SecuritySettingsArgs(
                    encryption_settings=dataprotection.EncryptionSettingsArgs(
                        state=dataprotection.EncryptionState.ENABLED,
                        infrastructure_encryption=dataprotection.InfrastructureEncryptionState.ENABLED,
                        kek_identity=dataprotection.CmkKekIdentityArgs(
                            identity_type=dataprotection.IdentityType.USER_ASSIGNED, identity_id=identity.id
                        ),
                        key_vault_properties=dataprotection.CmkKeyVaultPropertiesArgs(key_uri=key.key_uri),
                    ),
                    # Not locked: a locked one could never be given up, and it holds no data.
                    immutability_settings=dataprotection.ImmutabilitySettingsArgs(
                        state=dataprotection.ImmutabilityState.UNLOCKED
                    ),
                    soft_delete_settings=dataprotection.SoftDeleteSettingsArgs(
                        state=dataprotection.SoftDeleteState.ON, retention_duration_in_days=DELETED_BACKUPS_KEPT_DAYS
                    ),
                ),
                monitoring_settings=dataprotection.MonitoringSettingsArgs(
                    azure_monitor_alert_settings=dataprotection.AzureMonitorAlertSettingsArgs(
                        alerts_for_all_job_failures=dataprotection.AlertsState.ENABLED
                    )
                ),
            ),
            tags=self._placement.tags("backup"),
            opts=pulumi.ResourceOptions.merge(self._kept, pulumi.ResourceOptions(depends_on=may_wrap)),
        )
        return vault, may_wrap

    def _back_up(self, storage: Storage, vault: dataprotection.BackupVault, *, days: int) -> None:
        may_back_up = authorization.RoleAssignment(
            "backup-storage",
            role_assignment_name=self._placement.role_assignment_name("backup-storage"),
            scope=storage.account_id,
            principal_id=vault.identity.apply(lambda identity: identity.principal_id if identity else ""),
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=self._placement.role_definition_id("Storage Account Backup Contributor"),
            description="Azure Backup sets the customers' blobs back to an earlier moment",
            opts=self._kept,
        )
        policy = dataprotection.BackupPolicy(
            "blobs",
            backup_policy_name="blobs",
            vault_name=vault.name,
            resource_group_name=self._placement.resource_group_name,
            properties=dataprotection.BackupPolicyArgs(
                object_type="BackupPolicy",
                datasource_types=[BLOBS],
                policy_rules=[
                    dataprotection.AzureRetentionRuleArgs(
                        object_type="AzureRetentionRule",
                        name="Default",
                        is_default=True,
                        lifecycles=[
                            dataprotection.SourceLifeCycleArgs(
                                delete_after=dataprotection.AbsoluteDeleteOptionArgs(
                                    object_type="AbsoluteDeleteOption", duration=f"P{days}D"
                                ),
                                source_data_store=dataprotection.DataStoreInfoBaseArgs(
                                    object_type="DataStoreInfoBase",
                                    data_store_type=dataprotection.DataStoreTypes.OPERATIONAL_STORE,
                                ),
                            )
                        ],
                    )
                ],
            ),
            opts=self._kept,
        )
        dataprotection.BackupInstance(
            "blobs",
            backup_instance_name="blobs",
            vault_name=vault.name,
            resource_group_name=self._placement.resource_group_name,
            properties=dataprotection.BackupInstanceArgs(
                object_type="BackupInstance",
                friendly_name="blobs",
                data_source_info=dataprotection.DatasourceArgs(
                    object_type="Datasource",
                    datasource_type=BLOBS,
                    resource_id=storage.account_id,
                    resource_name=storage.account_name,
                    resource_type="Microsoft.Storage/storageAccounts",
                    resource_uri=storage.account_id,
                    resource_location=self._placement.region,
                ),
                policy_info=dataprotection.PolicyInfoArgs(policy_id=policy.id),
            ),
            tags=self._placement.tags("blobs"),
            opts=pulumi.ResourceOptions.merge(self._kept, pulumi.ResourceOptions(depends_on=[may_back_up])),
        )
