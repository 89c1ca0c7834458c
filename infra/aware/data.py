"""The room of the customers' data: what is a tenant's own (storage, search) and what tenants share (database,
ingestion).

Aware document, 6.c (data at rest are encrypted with the customer's own key) and 9.a (logical separation).
"""

from collections.abc import Sequence

import pulumi

from infra.aware.audit import Audit
from infra.aware.database import Database
from infra.aware.ingestion import Ingestion
from infra.aware.keys import Keys
from infra.aware.network import Network
from infra.aware.placement import Placement
from infra.aware.retention import Recoverable
from infra.aware.search import Search
from infra.aware.storage import Storage
from infra.aware.vault import Vault
from infra.aware.workload import workload_identity
from infra.settings import AWARE_PAIRS
from infra.tenants import TenantResources


class Data(pulumi.ComponentResource):
    """Every store of the customers' data in the first region, and the vault in the paired region for the database's
    copy.

    The copy's key lies in a vault also where the other keys lie in a managed HSM: a managed HSM of its own in the
    paired region would hold this one key.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        network: Network,
        keys: Keys,
        deletion_policy_days: int,
        portal_domain: str,
        replicated: bool,
        tenants: Sequence[TenantResources],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Data", name, {}, options)
        below = pulumi.ResourceOptions(parent=self)
        self.recoverable = recoverable = Recoverable.within(deletion_policy_days)
        self.storage = Storage(
            "storage",
            placement=placement,
            audit=audit,
            private_links=network.private_links,
            keys=keys,
            recoverable=recoverable,
            tenants=tenants,
            options=below,
        )
        copy_region = AWARE_PAIRS[placement.region]
        self.copy_vault = Vault(
            "copy",
            placement=placement,
            vault_name=placement.compact_name("kvc"),
            region=copy_region,
            audit=audit,
            private_links=network.private_links,
            options=below,
        )
        self.database = Database(
            "database",
            placement=placement,
            audit=audit,
            subnet_id=network.subnet_ids["database"],
            private_zone_id=network.database_zone_id,
            key=keys.database_key,
            copy_key=self.copy_vault.key("database-copy", expires=False),
            copy_region=copy_region,
            backup_days=recoverable.database,
            replicated=replicated,
            options=below,
        )
        self.ingestion = Ingestion(
            "ingestion",
            placement=placement,
            audit=audit,
            private_links=network.private_links,
            key=keys.platform_keys["ingestion"],
            options=below,
        )
        self.search = Search(
            "search",
            placement=placement,
            audit=audit,
            private_links=network.private_links,
            keys=keys,
            tenants=tenants,
            options=below,
        )
        for tenant in tenants:
            workload_identity(
                tenant,
                container_id=self.storage.container_ids[tenant.tenant.id],
                index_id=self.search.index_ids[tenant.tenant.id],
                key=keys.tenant_keys[tenant.tenant.id],
                placement=placement,
                portal_domain=portal_domain,
            )
        self.register_outputs({"accountName": self.storage.account_name})
