"""The room of the keys: one vault, a key of the platform's own, and a key for each tenant.

Aware document, 6.c (each customer has a key of their own).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_azure_native import keyvault

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.tenants import TenantResources

DELETED_KEYS_KEPT_DAYS: Final = 90
"""Days in which a deleted key can still be brought back, by which a mistake or an attacker is undone; the most that
Key Vault offers."""

KEY_SIZE: Final = 3072
"""Bits of an RSA key: the strength of a 128-bit cipher, good beyond 2030 (NIST SP 800-57 part 1, table 4)."""


def rotation_policy() -> keyvault.RotationPolicyArgs:
    """A new version every 90 days; each lives a year and is announced a month before its end.

    The rotation counts from the version's creation, since Key Vault gives an expiry only to the versions that it makes
    itself: counted from the expiry, the first version would never rotate. What was encrypted with an older version
    stays readable: storage wraps its own key again with each new version.
    """
    return keyvault.RotationPolicyArgs(
        attributes=keyvault.KeyRotationPolicyAttributesArgs(expiry_time="P1Y"),
        lifetime_actions=[
            keyvault.LifetimeActionArgs(
                action=keyvault.ActionArgs(type=keyvault.KeyRotationPolicyActionType.ROTATE),
                trigger=keyvault.TriggerArgs(time_after_create="P90D"),
            ),
            keyvault.LifetimeActionArgs(
                action=keyvault.ActionArgs(type=keyvault.KeyRotationPolicyActionType.NOTIFY),
                trigger=keyvault.TriggerArgs(time_before_expiry="P30D"),
            ),
        ],
    )


class Keys(pulumi.ComponentResource):
    """A premium vault that only the private network reaches, with keys that never leave its hardware.

    Azure Resource Manager makes a key if it isn't there and never changes it afterwards: a tenant's state is therefore
    not in its key's inputs, and a tenant is cut off by its encryption scope (`infra.aware.data`). Another rotation
    policy reaches the keys that exist only through the vault (`az keyvault key rotation-policy update`).
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        tenants: Sequence[TenantResources],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Keys", name, {}, options)
        self._placement = placement
        self._vault = keyvault.Vault(
            "main",
            vault_name=placement.name("kv"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            properties=keyvault.VaultPropertiesArgs(
                tenant_id=placement.entra_tenant_id,
                sku=keyvault.SkuArgs(family=keyvault.SkuFamily.A, name=keyvault.SkuName.PREMIUM),
                # Said in so many words: it is the default from API version 2026-02-01 on, and off before it.
                enable_rbac_authorization=True,
                access_policies=[],
                enable_soft_delete=True,
                soft_delete_retention_in_days=DELETED_KEYS_KEPT_DAYS,
                enable_purge_protection=True,
                enabled_for_deployment=False,
                enabled_for_disk_encryption=False,
                enabled_for_template_deployment=False,
                public_network_access="Disabled",
                network_acls=keyvault.NetworkRuleSetArgs(
                    default_action=keyvault.NetworkRuleAction.DENY,
                    # Storage unwraps the tenants' keys from outside the network, as a trusted service and with a role
                    # on each key (Azure documentation, "Customer-managed keys for Azure Storage encryption").
                    bypass=keyvault.NetworkRuleBypassOptions.AZURE_SERVICES,
                    ip_rules=[],
                    virtual_network_rules=[],
                ),
            ),
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        audit.collect("vault", self._vault.id, parent=self)
        private_links.connect("vault", self._vault.id, group="vault", parent=self)

        self.platform_key = self._key("platform", tenant=None)
        self.tenant_keys: Mapping[str, keyvault.Key] = {
            tenant.tenant.id: self._key(f"tenant-{tenant.tenant.id}", tenant=tenant) for tenant in tenants
        }
        self.vault_uri: pulumi.Output[str] = self._vault.properties.apply(lambda properties: properties.vault_uri)
        self.register_outputs({"vaultUri": self.vault_uri})

    def _key(self, name: str, *, tenant: TenantResources | None) -> keyvault.Key:
        return keyvault.Key(
            name,
            key_name=name,
            vault_name=self._vault.name,
            resource_group_name=self._placement.resource_group_name,
            properties=keyvault.KeyPropertiesArgs(
                kty=keyvault.JsonWebKeyType.RS_A_HSM,
                key_size=KEY_SIZE,
                key_ops=[keyvault.JsonWebKeyOperation.WRAP_KEY, keyvault.JsonWebKeyOperation.UNWRAP_KEY],
                attributes=keyvault.KeyAttributesArgs(enabled=True, exportable=False),
                rotation_policy=rotation_policy(),
            ),
            tags=self._placement.tags(name, tenant.tenant if tenant else None),
            opts=tenant.child() if tenant else pulumi.ResourceOptions(parent=self, protect=True),
        )
