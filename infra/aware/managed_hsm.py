"""A managed HSM: hardware for keys that no other customer of Azure shares."""

import pulumi
from pulumi_azure_native import keyvault

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.aware.vault import DELETED_KEYS_KEPT_DAYS, WrappingKey


class ManagedHsm(pulumi.ComponentResource):
    """A managed HSM that only the private network reaches.

    It is made inactive: people activate it with keys of their own, then make each key and say who may use it, with the
    commands of docs/runbooks/aware-managed-hsm.md. Until then `up` ends at the first resource that needs a key and goes
    on from there the next time. The SDK has no type for such a key (a generic resource would escape every rule), and
    the HSM keeps its roles itself; so keys are known here by the identifiers they are going to have.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        administrators_id: str,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:ManagedHsm", name, {}, options)
        hsm_name = placement.compact_name("mhsm")
        hsm = keyvault.ManagedHsm(
            name,
            name=hsm_name,
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            sku=keyvault.ManagedHsmSkuArgs(
                family=keyvault.ManagedHsmSkuFamily.B, name=keyvault.ManagedHsmSkuName.STANDARD_B1
            ),
            properties=keyvault.ManagedHsmPropertiesArgs(
                tenant_id=placement.entra_tenant_id,
                initial_admin_object_ids=[administrators_id],
                enable_soft_delete=True,
                soft_delete_retention_in_days=DELETED_KEYS_KEPT_DAYS,
                enable_purge_protection=True,
                public_network_access=keyvault.PublicNetworkAccess.DISABLED,
                network_acls=keyvault.MHSMNetworkRuleSetArgs(
                    default_action=keyvault.NetworkRuleAction.DENY,
                    # As for a vault: the services that unwrap come as trusted services.
                    bypass=keyvault.NetworkRuleBypassOptions.AZURE_SERVICES,
                    ip_rules=[],
                    virtual_network_rules=[],
                ),
            ),
            tags=placement.tags(name),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.id: pulumi.Output[str] = hsm.id
        # What the HSM says of its address is known only after its activation; the address itself follows from its name.
        self.vault_uri: pulumi.Output[str] = hsm.name.apply(lambda known: f"https://{known}.managedhsm.azure.net/")
        audit.collect("managed-hsm", hsm.id, parent=self)
        private_links.connect("managed-hsm", hsm.id, group="managedhsm", parent=self)
        self.register_outputs({"vaultUri": self.vault_uri})

    def key(self, name: str, *, expires: bool = True) -> WrappingKey:
        """The key of the platform that the runbook's commands make under this name; whether it expires is said
        there."""
        del expires
        return WrappingKey(
            name=name, key_uri=pulumi.Output.concat(self.vault_uri, "keys/", name), vault_uri=self.vault_uri, id=None
        )
