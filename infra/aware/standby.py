"""The second region, ready to take over the services when the first one fails.

Aware document, 8.b (each data center can be failed over and back).
"""

from collections.abc import Mapping
from typing import Literal

import pulumi
from pulumi_azure_native import privatedns, resources

from infra.aware.audit import Audit
from infra.aware.data import Data
from infra.aware.database import Replica
from infra.aware.edge import Edge
from infra.aware.flow_logs import FlowLogs
from infra.aware.keys import Keys
from infra.aware.network import Network
from infra.aware.placement import Placement
from infra.aware.private_queries import PrivateQueries
from infra.aware.registry import Registry
from infra.aware.services import Services
from infra.aware.tokens import Tokens
from infra.aware.vault import Vault
from infra.settings import AwareImages, SecondRegion


class Standby(pulumi.ComponentResource):
    """A network, a read replica and the services once more, behind the same Front Door as its second choice.

    A failover switches the applications and the database, never the storage account: its copy in the paired region is
    read while the first region is down (docs/runbooks/aware-failover.md). The region has a resource group and a vault
    of its own, since nothing of a group can be changed while the group's region is down.
    """

    group_id: pulumi.Output[str]
    """The resource group of the region."""
    services: Services
    vault: Vault
    """Where the region's own keys are."""
    lasting: Mapping[str, pulumi.Output[str]]
    """What must not be deleted, by a name for its lock."""

    def __init__(
        self,
        name: str,
        *,
        region: SecondRegion,
        first: Placement,
        audit: Audit,
        network: Network,
        address_space: str,
        vpn_address_space: str,
        size: Literal["dev", "production"],
        keys: Keys,
        data: Data,
        registry: Registry,
        images: AwareImages,
        endpoints: Mapping[str, pulumi.Input[str]],
        tokens: Tokens,
        private_queries: PrivateQueries,
        edge: Edge,
        log_retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        """`network` and `address_space` are those of the first region."""
        super().__init__("hosting:aware:Standby", name, {}, options)
        below = pulumi.ResourceOptions(parent=self)
        group = resources.ResourceGroup(
            "main-2",
            resource_group_name=first.name("rg", "2"),
            location=region.region,
            tags={"Name": "main-2", **first.common_tags},
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        placement = first.at(region, resource_group_name=group.name)
        own_network = Network(
            "network",
            placement=placement,
            audit=audit,
            address_space=region.address_space,
            vpn_address_space=vpn_address_space,
            size=size,
            other_address_space=address_space,
            options=below,
        )
        # In the first region the audit's copy gets them too: an account takes logs of its own region only.
        audit.collect(placement.label("vpn"), own_network.vpn_gateway_id, parent=own_network)
        reached_by = [
            network.peer_with(own_network, "other-region"),
            own_network.peer_with(network, "other-region"),
            self._resolve_database(own_network, placement, other=network, other_placement=first),
            self._resolve_database(network, first, other=own_network, other_placement=placement),
        ]
        self._reach(keys, tokens, data, registry, own_network)
        private_queries.connect(own_network.private_links, parent=self)

        vault = Vault(
            "platform",
            placement=placement,
            vault_name=placement.compact_name("kv"),
            region=placement.region,
            audit=audit,
            private_links=own_network.private_links,
            options=below,
        )
        FlowLogs(
            "flow-logs",
            placement=placement,
            audit=audit,
            virtual_network=own_network,
            key=vault.key("platform"),
            retention_days=log_retention_days,
            options=below,
        )
        Replica(
            "replica",
            placement=placement,
            audit=audit,
            subnet_id=own_network.subnet_ids["database"],
            private_zone_id=own_network.database_zone_id,
            key=vault.key("database", expires=False),
            database=data.database,
            database_placement=first,
            reached_by=reached_by,
            options=below,
        )
        self.services = Services(
            "services",
            placement=placement,
            audit=audit,
            subnet_id=own_network.subnet_ids["apps"],
            registry=registry,
            images=images,
            endpoints=endpoints,
            tokens=tokens,
            serving=region.serving,
            options=below,
        )
        edge.add_origins(self.services, priority=2)
        self.group_id = group.id
        self.vault = vault
        self.lasting = {"vault-platform-2": vault.id}
        self.register_outputs({"environmentId": self.services.environment_id})

    def _resolve_database(
        self, network: Network, placement: Placement, *, other: Network, other_placement: Placement
    ) -> privatedns.VirtualNetworkLink:
        """Lets the network of one region find the database server of the other, whose zone lies there."""
        return privatedns.VirtualNetworkLink(
            other_placement.label("other-network"),
            virtual_network_link_name=placement.name("link"),
            private_zone_name=other.database_zone_id.apply(lambda zone_id: zone_id.rpartition("/")[2]),
            resource_group_name=other_placement.resource_group_name,
            location="Global",
            virtual_network=privatedns.SubResourceArgs(id=network.virtual_network_id),
            registration_enabled=False,
            tags=other_placement.tags("other-network"),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _reach(self, keys: Keys, tokens: Tokens, data: Data, registry: Registry, network: Network) -> None:
        """Gives what the regions share an address in the second region's network too, after that in the first."""
        connect = network.private_links.connect
        for role, store_id in keys.store_ids.items():
            # Search has a private link to the tenants' keys of its own.
            before = [keys, data.search]
            connect(f"store-{role}", store_id, group=keys.private_link_groups[role], parent=self, after=before)
        connect("vault-signing", tokens.vault.id, group="vault", parent=self, after=[tokens])
        account_id = data.storage.account_id
        blobs = connect("blobs", account_id, group="blob", parent=self, after=[data.storage])
        connect("blobs-copy", account_id, group="blob", secondary=True, parent=self, after=[blobs])
        connect("ingestion", data.ingestion.namespace_id, group="namespace", parent=self, after=[data.ingestion])
        connect("search", data.search.service_id, group="searchService", parent=self, after=[data.search])
        registry.connect(network.private_links, parent=self)
