"""Signal's ingestion: the one broker, through which every message of every tenant comes.

Aware document, 6.b, 6.c and 9.b (in each step of the processing data carry their customer's identifier).
"""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_azure_native import eventhub

from infra.aware.audit import Audit
from infra.aware.managed_identity import managed_identity
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.aware.vault import WrappingKey, let_wrap

EVENT_HUB: Final = "messages"

PARTITIONS: Final = 32
"""A tenant's id is the partition key, so that a tenant's messages stay in their order and in one partition."""

KEPT_HOURS: Final = 168
"""A week: long enough to take up again what a service missed, and far within the deletion policy's term."""

CONSUMERS: Final = ("signal", "spotlight", "search-and-discover")
"""The services that read the messages, each at its own pace."""


class Ingestion(pulumi.ComponentResource):
    """A premium Event Hubs namespace that only the private network reaches, and that no shared key opens.

    Tenants share it, so an event holds the tenant's id, pointers, and content only as ciphertext wrapped with the
    tenant's key. The namespace itself lies under the platform's key, and is encrypted a second time below that.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        key: WrappingKey,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Ingestion", name, {}, options)
        identity = managed_identity(
            "ingestion", placement=placement, options=pulumi.ResourceOptions(parent=self, protect=True)
        )
        may_wrap = let_wrap(
            "ingestion",
            key,
            identity.principal_id,
            placement=placement,
            options=pulumi.ResourceOptions(parent=self, protect=True),
        )
        namespace = eventhub.Namespace(
            "ingestion",
            namespace_name=placement.name("evhns"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            sku=eventhub.SkuArgs(name=eventhub.SkuName.PREMIUM, tier=eventhub.SkuTier.PREMIUM, capacity=1),
            zone_redundant=True,
            disable_local_auth=True,
            # Event Hubs ends at 1.2.
            minimum_tls_version=eventhub.TlsVersion.TLS_VERSION_1_2,
            public_network_access=eventhub.PublicNetworkAccess.DISABLED,
            identity=eventhub.IdentityArgs(
                type=eventhub.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]
            ),
            encryption=eventhub.EncryptionArgs(
                key_source=eventhub.KeySource.MICROSOFT_KEY_VAULT,
                key_vault_properties=[
                    eventhub.KeyVaultPropertiesArgs(
                        key_name=key.name,
                        key_vault_uri=key.vault_uri,
                        identity=eventhub.UserAssignedIdentityPropertiesArgs(user_assigned_identity=identity.id),
                    )
                ],
                require_infrastructure_encryption=True,
            ),
            tags=placement.tags("ingestion"),
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=may_wrap),
        )
        audit.collect("ingestion", namespace.id, parent=self)
        private_links.connect("ingestion", namespace.id, group="namespace", parent=self)
        eventhub.NamespaceNetworkRuleSet(
            "ingestion",
            namespace_name=namespace.name,
            resource_group_name=placement.resource_group_name,
            public_network_access=eventhub.PublicNetworkAccessFlag.DISABLED,
            default_action=eventhub.DefaultAction.DENY,
            trusted_service_access_enabled=False,
            ip_rules=[],
            virtual_network_rules=[],
            opts=pulumi.ResourceOptions(parent=self),
        )
        event_hub = eventhub.EventHub(
            EVENT_HUB,
            event_hub_name=EVENT_HUB,
            namespace_name=namespace.name,
            resource_group_name=placement.resource_group_name,
            partition_count=PARTITIONS,
            retention_description=eventhub.RetentionDescriptionArgs(
                cleanup_policy=eventhub.CleanupPolicyRetentionDescription.DELETE, retention_time_in_hours=KEPT_HOURS
            ),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.consumer_group_ids: Mapping[str, pulumi.Output[str]] = {
            consumer: eventhub.ConsumerGroup(
                consumer,
                consumer_group_name=consumer,
                event_hub_name=event_hub.name,
                namespace_name=namespace.name,
                resource_group_name=placement.resource_group_name,
                opts=pulumi.ResourceOptions(parent=self),
            ).id
            for consumer in CONSUMERS
        }
        """Service -> where it reads."""
        self.namespace_id: pulumi.Output[str] = namespace.id
        self.namespace_name: pulumi.Output[str] = namespace.name
        self.event_hub_id: pulumi.Output[str] = event_hub.id
        self.register_outputs({"namespaceName": namespace.name})
