"""A premium vault, and the keys in it, which do no more than wrap the keys that services encrypt with, or sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native import authorization, eventgrid, keyvault

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.tenants import TenantResources

DELETED_KEYS_KEPT_DAYS: Final = 90
"""Days in which a deleted key can still be brought back, by which a mistake or an attacker is undone; the most that
Key Vault offers, and what PostgreSQL demands of the vault of its key."""

KEY_SIZE: Final = 3072
"""Bits of an RSA key: the strength of a 128-bit cipher, good beyond 2030 (NIST SP 800-57 part 1, table 4)."""

WRAPPING_ROLE: Final = "Key Vault Crypto Service Encryption User"
"""May read a key's public part, wrap and unwrap, and nothing else."""

NEAR_END: Final = (
    "Microsoft.KeyVault.KeyNearExpiry",
    "Microsoft.KeyVault.KeyExpired",
)
"""What a vault tells of a key whose end is near, or past (Event Grid documentation, "Azure Key Vault as source")."""


@dataclass(frozen=True)
class WrappingKey:
    """A key in a vault or in a managed HSM, as the services know it that encrypt with it."""

    name: pulumi.Input[str]
    key_uri: pulumi.Output[str]
    """Its identifier without a version, so that whoever uses it follows each rotation by itself; but for the indexes of
    Search, which name a version (`infra.aware.search`)."""
    vault_uri: pulumi.Output[str]
    """The address of the vault or managed HSM that holds it."""
    id: pulumi.Output[str] | None
    """Its id in Azure Resource Manager, the scope of roles. None in a managed HSM, which keeps roles of its own."""


@dataclass(frozen=True)
class SigningKey:
    """A key in a vault that does nothing but sign."""

    key_uri: pulumi.Output[str]
    """Its identifier without a version."""
    id: pulumi.Output[str]


def rotation_policy(*, expires: bool) -> keyvault.RotationPolicyArgs:
    """A new version every 90 days; each lives a year (if it `expires`) and is announced a month before its end.

    The rotation counts from the version's creation, since Key Vault gives an expiry only to the versions that it makes
    itself: counted from the expiry, the first version would never rotate. What was encrypted with an older version
    stays readable: storage, PostgreSQL and Event Hubs wrap their own keys again with each new version. What the
    applications have wrapped or encrypted themselves (content in what tenants share, the indexes of Search) they take
    over to the new version themselves, within the year that the old one lives.
    """
    rotate = keyvault.LifetimeActionArgs(
        action=keyvault.ActionArgs(type=keyvault.KeyRotationPolicyActionType.ROTATE),
        trigger=keyvault.TriggerArgs(time_after_create="P90D"),
    )
    if not expires:
        return keyvault.RotationPolicyArgs(lifetime_actions=[rotate])
    announce = keyvault.LifetimeActionArgs(
        action=keyvault.ActionArgs(type=keyvault.KeyRotationPolicyActionType.NOTIFY),
        trigger=keyvault.TriggerArgs(time_before_expiry="P30D"),
    )
    return keyvault.RotationPolicyArgs(
        attributes=keyvault.KeyRotationPolicyAttributesArgs(expiry_time="P1Y"), lifetime_actions=[rotate, announce]
    )


def let_wrap(
    name: str,
    key: WrappingKey,
    principal_id: pulumi.Input[str],
    *,
    placement: Placement,
    options: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Lets a service's identity wrap and unwrap with one key, and no more than that.

    Gives what has to exist before the key is used. That is nothing for a key in a managed HSM: who may use it is said
    in the HSM itself (docs/runbooks/aware-managed-hsm.md), which Azure Resource Manager has no part in.
    """
    if key.id is None:
        return []
    return [
        authorization.RoleAssignment(
            name,
            role_assignment_name=placement.role_assignment_name(name),
            scope=key.id,
            principal_id=principal_id,
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=placement.role_definition_id(WRAPPING_ROLE),
            description=f"{name}: wraps and unwraps keys of its own with this key",
            opts=options,
        )
    ]


class Vault(pulumi.ComponentResource):
    """A premium vault that only the private network reaches, with keys that never leave its hardware.

    Azure Resource Manager makes a key if it isn't there and never changes it afterwards: a tenant's state is therefore
    not in its key's inputs, and a tenant is cut off by its encryption scope (`infra.aware.storage`). Another rotation
    policy reaches the keys that exist only through the vault (`az keyvault key rotation-policy update`).
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        vault_name: str,
        region: str,
        audit: Audit,
        private_links: PrivateLinks,
        bypass: keyvault.NetworkRuleBypassOptions = keyvault.NetworkRuleBypassOptions.AZURE_SERVICES,
        options: pulumi.ResourceOptions,
    ) -> None:
        """`bypass` says which of Microsoft's services come in although the public network is shut out: by default
        storage, PostgreSQL and Event Hubs, which unwrap their keys from outside the network, as trusted services and
        with a role on each key (Azure documentation, "Virtual network service endpoints for Azure Key Vault").
        """
        super().__init__("hosting:aware:Vault", placement.label(name), {}, options)
        self._placement = placement
        self._audit = audit
        self._name = name
        self._region = region
        label = placement.label(name)
        self._vault = keyvault.Vault(
            label,
            vault_name=vault_name,
            resource_group_name=placement.resource_group_name,
            location=region,
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
                    bypass=bypass,
                    ip_rules=[],
                    virtual_network_rules=[],
                ),
            ),
            tags=placement.tags(name),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.id: pulumi.Output[str] = self._vault.id
        self.vault_uri: pulumi.Output[str] = self._vault.properties.apply(lambda properties: properties.vault_uri)
        audit.collect(f"vault-{label}", self._vault.id, parent=self)
        private_links.connect(f"vault-{name}", self._vault.id, group="vault", parent=self)
        self.register_outputs({"vaultUri": self.vault_uri})

    def key(self, name: str, *, tenant: TenantResources | None = None, expires: bool = True) -> WrappingKey:
        """A key of the platform's, or of a tenant's, that wraps and unwraps."""
        wraps = (keyvault.JsonWebKeyOperation.WRAP_KEY, keyvault.JsonWebKeyOperation.UNWRAP_KEY)
        key = self._key(name, operations=wraps, tenant=tenant, expires=expires)
        return WrappingKey(name=key.name, key_uri=key.key_uri, vault_uri=self.vault_uri, id=key.id)

    def signing_key(self, name: str) -> SigningKey:
        """A key of the platform's that signs."""
        key = self._key(name, operations=(keyvault.JsonWebKeyOperation.SIGN,), tenant=None, expires=True)
        return SigningKey(key_uri=key.key_uri, id=key.id)

    def _key(
        self,
        name: str,
        *,
        operations: Sequence[keyvault.JsonWebKeyOperation],
        tenant: TenantResources | None,
        expires: bool,
    ) -> keyvault.Key:
        return keyvault.Key(
            name if tenant else self._placement.label(name),
            key_name=name,
            vault_name=self._vault.name,
            resource_group_name=self._placement.resource_group_name,
            properties=keyvault.KeyPropertiesArgs(
                kty=keyvault.JsonWebKeyType.RS_A_HSM,
                key_size=KEY_SIZE,
                key_ops=list(operations),
                attributes=keyvault.KeyAttributesArgs(enabled=True, exportable=False),
                rotation_policy=rotation_policy(expires=expires),
            ),
            tags=self._placement.tags(name, tenant.tenant if tenant else None),
            opts=tenant.child() if tenant else pulumi.ResourceOptions(parent=self, protect=True),
        )

    def announce_expiry(self, action_group_id: pulumi.Input[str]) -> None:
        """Calls those on call when a key nears its end: a rotation has failed then, 60 days or more before.

        Event Grid raises an alert of Azure Monitor by itself, without a mailbox or function between (Event Grid
        documentation, "Azure Monitor alerts as a destination").
        """
        label = self._placement.label(f"vault-{self._name}")
        topic = eventgrid.SystemTopic(
            label,
            system_topic_name=self._placement.name("egst", self._name),
            resource_group_name=self._placement.resource_group_name,
            location=self._region,
            source=self._vault.id,
            topic_type="Microsoft.KeyVault.vaults",
            tags=self._placement.tags(f"vault-{self._name}"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._audit.collect(f"events-{label}", topic.id, parent=self)
        eventgrid.SystemTopicEventSubscription(
            label,
            event_subscription_name="key-near-expiry",
            system_topic_name=topic.name,
            resource_group_name=self._placement.resource_group_name,
            event_delivery_schema=eventgrid.EventDeliverySchema.CLOUD_EVENT_SCHEMA_V1_0,
            filter=eventgrid.EventSubscriptionFilterArgs(included_event_types=list(NEAR_END)),
            destination=eventgrid.MonitorAlertEventSubscriptionDestinationArgs(
                endpoint_type="MonitorAlert",
                severity=eventgrid.MonitorAlertSeverity.SEV1,
                action_groups=[action_group_id],
                description="A key nears its end without having rotated; services stop where it ends.",
            ),
            opts=pulumi.ResourceOptions(parent=topic),
        )
