"""Customers' content: one storage account, and in it for each tenant a container under the tenant's key.

Aware document, 6.c (data at rest are encrypted with the customer's own key) and 9.a (logical separation).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_azure_native import storage

from infra.aware.audit import Audit
from infra.aware.closed_account import closed_account, hour_at_most
from infra.aware.keys import Keys
from infra.aware.managed_identity import managed_identity
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.aware.retention import Recoverable
from infra.aware.vault import WrappingKey, let_wrap
from infra.tenants import TenantResources

CHANGES_KEPT_DAYS: Final = 90
"""Days in which the record of changes to blobs is kept; longer than deleted data, so that it tells what to restore."""


class Storage(pulumi.ComponentResource):
    """A storage account that only the private network reaches, and that no shared key or shared secret opens.

    Redundancy is geo-zone with reading: three zones of the region and a copy in the paired region, which lies in the
    same jurisdiction and can be read while the region is down. The account itself is never failed over: it would come
    back without zones and without its backup. The account's own key is the platform's; a tenant's container is bound
    for good to an encryption scope on the tenant's key, and nobody can write to it with another one.

    Cutting a tenant off turns the scope off: the data stay, unreadable. A tenant has to be active in its first
    deployment, since Azure turns each new scope on (Azure documentation, "Create and manage encryption scopes"). A
    scope can't be deleted: once the row of a tenant is removed, its scope stays behind in Azure, turned off.

    A tenant has ten resources: its key (`infra.aware.keys`); the roles of the account and of Search on that key; here
    the scope and the container; and the workload identity with its credential and its roles on container, index and key
    (`infra.aware.workload`). Cut off it has eight, for the roles on index and key are taken away.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        keys: Keys,
        recoverable: Recoverable,
        tenants: Sequence[TenantResources],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Storage", name, {}, options)
        self._placement = placement
        # Without it the account can't open its keys, and all data are lost to the services.
        self._identity = managed_identity(
            "storage", placement=placement, options=pulumi.ResourceOptions(parent=self, protect=True)
        )
        may_use_platform_key = let_wrap(
            "storage-platform",
            keys.platform_key,
            self._identity.principal_id,
            placement=placement,
            options=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self._account = self._storage_account(keys.platform_key, may_use_platform_key)
        blobs = storage.BlobServiceProperties(
            "main",
            blob_services_name="default",
            account_name=self._account.name,
            resource_group_name=placement.resource_group_name,
            is_versioning_enabled=True,
            change_feed=storage.ChangeFeedArgs(enabled=True, retention_in_days=CHANGES_KEPT_DAYS),
            # Operational backup turns these on by itself; said here, so that no `up` turns them off again.
            restore_policy=storage.RestorePolicyPropertiesArgs(enabled=True, days=recoverable.restorable),
            delete_retention_policy=storage.DeleteRetentionPolicyArgs(
                enabled=True, days=recoverable.deleted, allow_permanent_delete=False
            ),
            container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=recoverable.deleted),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self._end_old_versions(recoverable.versions, after=blobs)
        audit.collect("blobs", blobs.id, parent=self, metrics="Transaction")
        private_links.connect("blobs", self._account.id, group="blob", parent=self)
        self.container_ids: Mapping[str, pulumi.Output[str]] = {
            tenant.tenant.id: self._tenant_container(tenant, keys.tenant_keys[tenant.tenant.id]) for tenant in tenants
        }
        """Tenant id -> the tenant's container."""
        self.account_id: pulumi.Output[str] = self._account.id
        self.account_name: pulumi.Output[str] = self._account.name
        self.register_outputs({"accountName": self.account_name})

    def _storage_account(self, key: WrappingKey, may_use_key: Sequence[pulumi.Resource]) -> storage.StorageAccount:
        encrypted_by_account_key = storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT)
        return closed_account(
            "main",
            placement=self._placement,
            abbreviation="st",
            sku=storage.SkuName.STANDARD_RAGZRS,
            access_tier=storage.AccessTier.HOT,
            key=key,
            identity=self._identity,
            may_wrap=may_use_key,
            bypass=storage.Bypass.NONE,
            copies_to=storage.AllowedCopyScope.PRIVATE_LINK,
            # Queues and tables use the customer-managed key only if that is said when the account is made.
            services=storage.EncryptionServicesArgs(
                blob=encrypted_by_account_key,
                file=encrypted_by_account_key,
                queue=encrypted_by_account_key,
                table=encrypted_by_account_key,
            ),
            signatures=hour_at_most(),
            parent=self,
        )

    def _end_old_versions(self, days: int, *, after: storage.BlobServiceProperties) -> None:
        """Otherwise what a customer deletes would stay for good, as a version that nobody shows."""
        storage.ManagementPolicy(
            "main",
            management_policy_name="default",
            account_name=self._account.name,
            resource_group_name=self._placement.resource_group_name,
            policy=storage.ManagementPolicySchemaArgs(
                rules=[
                    storage.ManagementPolicyRuleArgs(
                        name="end-old-versions",
                        type=storage.RuleType.LIFECYCLE,
                        enabled=True,
                        definition=storage.ManagementPolicyDefinitionArgs(
                            filters=storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"]),
                            actions=storage.ManagementPolicyActionArgs(
                                version=storage.ManagementPolicyVersionArgs(
                                    delete=storage.DateAfterCreationArgs(days_after_creation_greater_than=days)
                                ),
                                snapshot=storage.ManagementPolicySnapShotArgs(
                                    delete=storage.DateAfterCreationArgs(days_after_creation_greater_than=days)
                                ),
                            ),
                        ),
                    )
                ]
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _tenant_container(self, tenant: TenantResources, key: WrappingKey) -> pulumi.Output[str]:
        name = f"tenant-{tenant.tenant.id}"
        may_use_key = let_wrap(
            f"storage-{name}", key, self._identity.principal_id, placement=self._placement, options=tenant.child()
        )
        scope = storage.EncryptionScope(
            name,
            encryption_scope_name=name,
            account_name=self._account.name,
            resource_group_name=self._placement.resource_group_name,
            source=storage.EncryptionScopeSource.MICROSOFT_KEY_VAULT,
            key_vault_properties=storage.EncryptionScopeKeyVaultPropertiesArgs(key_uri=key.key_uri),
            require_infrastructure_encryption=True,
            state=(
                storage.EncryptionScopeState.ENABLED
                if tenant.tenant.is_served
                else storage.EncryptionScopeState.DISABLED
            ),
            opts=pulumi.ResourceOptions.merge(tenant.child(), pulumi.ResourceOptions(depends_on=may_use_key)),
        )
        container = storage.BlobContainer(
            name,
            container_name=name,
            account_name=self._account.name,
            resource_group_name=self._placement.resource_group_name,
            default_encryption_scope=scope.name,
            deny_encryption_scope_override=True,
            public_access=storage.PublicAccess.NONE,
            opts=tenant.child(),
        )
        return container.id
