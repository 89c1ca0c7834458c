"""The room of the keys: the platform's own keys, and a key for each tenant.

Aware document, 6.c (each customer has a key of their own) and 7.g (industry-standard cryptography).
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import pulumi

from infra.aware.audit import Audit
from infra.aware.managed_hsm import ManagedHsm
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.aware.vault import Vault, WrappingKey
from infra.tenants import TenantResources

PLATFORM_KEYS: Final = ("platform", "ingestion", "audit", "backup")
"""The platform's own keys that expire, one a use: the storage account's own, the Event Hubs namespace's, the audit
copy's, the backup vault's."""

DATABASE_KEY: Final = "database"
"""PostgreSQL's key, which has no end: a server whose key has expired refuses every connection until it gets another
one (Azure documentation, "Data encryption in Azure Database for PostgreSQL"). It rotates like the others."""


class Keys(pulumi.ComponentResource):
    """Two premium vaults, or one and a managed HSM, that only the private network reaches; keys never leave the
    hardware.

    Tenants' keys have a vault of their own: the calls of one vault count against one limit (2,000 operations with an
    RSA key of an HSM in 10 seconds), and nobody who may manage the tenants' keys thereby gets at the platform's. A
    managed HSM holds the platform's only, since Search has no private link to one (Azure documentation, "Make outbound
    connections through a shared private link", supported resource types).
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        tenants: Sequence[TenantResources],
        key_store: Literal["vault", "managed-hsm"],
        administrators_id: str,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Keys", name, {}, options)
        below = pulumi.ResourceOptions(parent=self)

        def vault(role: str, abbreviation: str) -> Vault:
            return Vault(
                role,
                placement=placement,
                vault_name=placement.compact_name(abbreviation),
                region=placement.region,
                audit=audit,
                private_links=private_links,
                options=below,
            )

        tenants_store = vault("tenants", "kvt")
        if key_store == "managed-hsm":
            platform_store = ManagedHsm(
                "keys",
                placement=placement,
                audit=audit,
                private_links=private_links,
                administrators_id=administrators_id,
                options=below,
            )
            self._vaults = {"tenants": tenants_store}
        else:
            platform_store = vault("platform", "kv")
            self._vaults = {"platform": platform_store, "tenants": tenants_store}
        self.platform_keys: Mapping[str, WrappingKey] = {each: platform_store.key(each) for each in PLATFORM_KEYS}
        self.platform_key: WrappingKey = self.platform_keys["platform"]
        self.database_key: WrappingKey = platform_store.key(DATABASE_KEY, expires=False)
        self.tenant_keys: Mapping[str, WrappingKey] = {
            tenant.tenant.id: tenants_store.key(f"tenant-{tenant.tenant.id}", tenant=tenant) for tenant in tenants
        }
        self.vault_uri: pulumi.Output[str] = platform_store.vault_uri
        self.tenants_store_id: pulumi.Output[str] = tenants_store.id
        """The vault of the tenants' keys, to which Search has a private link of its own."""
        self.tenants_store_uri: pulumi.Output[str] = tenants_store.vault_uri
        self.store_ids: Mapping[str, pulumi.Output[str]] = {"platform": platform_store.id, "tenants": tenants_store.id}
        """What keeps the keys, by role."""
        self.private_link_groups: Mapping[str, Literal["vault", "managedhsm"]] = {
            role: "vault" if role in self._vaults else "managedhsm" for role in self.store_ids
        }
        """By what name a private link asks for each of them."""
        self.vault_ids: Mapping[str, pulumi.Output[str]] = {role: vault.id for role, vault in self._vaults.items()}
        """Those to which Azure Resource Manager gives roles; a managed HSM keeps roles of its own
        (docs/runbooks/aware-managed-hsm.md)."""
        self.lasting_store_id: pulumi.Output[str] = platform_store.id
        """What keeps the platform's keys, which nobody may delete. A vault of tenants' keys is left out: a lock on it
        would also hold the roles on a key, which go with their tenant."""
        self.register_outputs({"vaultUri": self.vault_uri})

    def announce_expiry(self, action_group_id: pulumi.Input[str]) -> None:
        """Calls those on call when a key nears its end. A managed HSM tells nobody: its log is all there is."""
        for vault in self._vaults.values():
            vault.announce_expiry(action_group_id)
