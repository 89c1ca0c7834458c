"""The room that everything else stands in: a virtual network, what may flow in it, and the ways in and out.

Aware document, 4.e (access only through a secure VPN tunnel with a second factor) and 6.b.
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from typing import Final, Literal

import pulumi
from pulumi_azure_native import network, privatedns

from infra.aware.audit import Audit
from infra.aware.firewall import Firewall
from infra.aware.nat_gateway import nat_gateway
from infra.aware.placement import Placement
from infra.aware.private_link import PRIVATE_DNS_ZONES, PUBLIC_BESIDE, PrivateLinks, PrivateZoneName
from infra.aware.resolver import Resolver
from infra.aware.security_groups import (
    Flow,
    apps_flows,
    database_flows,
    private_endpoints_flows,
    resolver_flows,
    security_rules,
)
from infra.aware.vpn import Vpn

SUBNETS: Final = ("gateway", "firewall", "apps", "private-endpoints", "database", "resolver")
"""Who has which sixteenth of the address space, in this order. An order that never changes: a new one comes last."""

RESOLVERS_PREFIX: Final = 24
"""Bits that the resolver's subnet fixes at least: Azure takes /28 to /24 ("Azure DNS Private Resolver")."""

AZURES_SUBNETS: Final[Mapping[str, str]] = {"gateway": "GatewaySubnet", "firewall": "AzureFirewallSubnet"}
"""The names that Azure looks for. A security group on either would stop what stands in it."""

DELEGATIONS: Final[Mapping[str, str]] = {
    "apps": "Microsoft.App/environments",
    "database": "Microsoft.DBforPostgreSQL/flexibleServers",
    "resolver": "Microsoft.Network/dnsResolvers",
}
"""Who else may put its machines into a subnet. What is delegated holds nothing of anybody else."""

DATABASE_ZONE: Final = "private.postgres.database.azure.com"
"""The end of the private zone of PostgreSQL's delegated subnet, which Azure demands (Azure documentation, "Network with
private access (virtual network integration) for Azure Database for PostgreSQL")."""


def _resolution_policy(zone: PrivateZoneName | Literal["database"]) -> privatedns.ResolutionPolicy | None:
    """What becomes of a name that the zone doesn't have; None where the zone is no private link's, which takes none."""
    if zone == "database":
        return None
    return (
        privatedns.ResolutionPolicy.NX_DOMAIN_REDIRECT if zone in PUBLIC_BESIDE else privatedns.ResolutionPolicy.DEFAULT
    )


def subnet_range(address_space: str, subnet: str) -> str:
    """The CIDR of `subnet`, one of SUBNETS, in an address space of the network. Raises ValueError for another name."""
    sixteenth = list(IPv4Network(address_space).subnets(prefixlen_diff=4))[SUBNETS.index(subnet)]
    if subnet == "resolver":
        return str(next(sixteenth.subnets(new_prefix=max(sixteenth.prefixlen, RESOLVERS_PREFIX))))
    return str(sixteenth)


class Network(pulumi.ComponentResource):
    """A virtual network: subnets, security groups, private DNS zones, VPN gateway, resolver, and one way out.

    The way out is a firewall with a list of domain names, or in the size `dev` a NAT gateway. A stack with a second
    region has a second network there; `other_address_space` is the address space of the network in the other region.
    """

    virtual_network_id: pulumi.Output[str]
    watcher_name: pulumi.Output[str]
    """The watcher of the network's region, below which its flows are logged."""
    subnet_ids: Mapping[str, pulumi.Output[str]]
    """The subnets of SUBNETS by name."""
    private_links: PrivateLinks
    database_zone_id: pulumi.Output[str]
    """The private DNS zone in which PostgreSQL's servers are found."""
    vpn_endpoint: pulumi.Output[str | None]
    vpn_gateway_id: pulumi.Output[str]
    resolver_address: str
    """The name server of VPN clients."""

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        address_space: str,
        vpn_address_space: str,
        size: Literal["dev", "production"],
        other_address_space: str | None = None,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Network", placement.label(name), {}, options)
        self._placement = placement
        self._audit = audit
        self._ranges = {subnet: subnet_range(address_space, subnet) for subnet in SUBNETS}
        # Azure makes a watcher, and never a second one, with the first network of a region: this one comes before it.
        # A subscription that has one from earlier lets the program have its own once that is deleted.
        watcher = network.NetworkWatcher(
            placement.label("main"),
            network_watcher_name=placement.name("nw"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.watcher_name = watcher.name
        self._virtual_network = network.VirtualNetwork(
            placement.label("main"),
            virtual_network_name=placement.name("vnet"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            address_space=network.AddressSpaceArgs(address_prefixes=[address_space]),
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[watcher]),
        )
        self.virtual_network_id = self._virtual_network.id
        audit.collect(placement.label("virtual-network"), self._virtual_network.id, parent=self)

        self._subnets: dict[str, network.Subnet] = {}
        below = pulumi.ResourceOptions(parent=self)
        self._subnet("gateway", flows=())
        self._subnet("firewall", flows=())
        way_out = self._way_out(size)
        for subnet, flows in self._flows(vpn_address_space, other_address_space).items():
            self._subnet(subnet, flows=flows, **(way_out if subnet == "apps" else {}))
        self.subnet_ids = {subnet: resource.id for subnet, resource in self._subnets.items()}

        self.private_links = PrivateLinks(
            placement=placement,
            subnet_id=self.subnet_ids["private-endpoints"],
            zone_ids={name: self._private_dns_zone(name, zone_name) for name, zone_name in PRIVATE_DNS_ZONES.items()},
        )
        self.database_zone_id = self._private_dns_zone("database", f"{placement.compact_name('psql')}.{DATABASE_ZONE}")
        vpn = Vpn(
            "vpn",
            placement=placement,
            audit=audit,
            subnet_id=self.subnet_ids["gateway"],
            client_range=vpn_address_space,
            options=below,
        )
        self.vpn_endpoint, self.vpn_gateway_id = vpn.endpoint, vpn.gateway_id
        self.resolver_address = Resolver(
            "resolver",
            placement=placement,
            virtual_network_id=self._virtual_network.id,
            subnet_id=self.subnet_ids["resolver"],
            subnet_range=self._ranges["resolver"],
            options=below,
        ).address
        self.register_outputs({"vpnEndpoint": self.vpn_endpoint, "resolverAddress": self.resolver_address})

    def peer_with(self, other: "Network", name: str) -> network.VirtualNetworkPeering:
        """Lets this network reach `other` as far as both security groups allow. Each side says so for itself."""
        return network.VirtualNetworkPeering(
            self._placement.label(name),
            virtual_network_peering_name=self._placement.name("peer"),
            virtual_network_name=self._virtual_network.name,
            resource_group_name=self._placement.resource_group_name,
            remote_virtual_network=network.SubResourceArgs(id=other.virtual_network_id),
            allow_virtual_network_access=True,
            allow_forwarded_traffic=False,
            allow_gateway_transit=False,
            use_remote_gateways=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._subnets.values())),
        )

    def _flows(self, vpn_clients: str, other_address_space: str | None) -> Mapping[str, Sequence[Flow]]:
        apps, endpoints, database = (self._ranges[subnet] for subnet in ("apps", "private-endpoints", "database"))
        other_database, other_apps = (
            subnet_range(other_address_space, subnet) if other_address_space else None
            for subnet in ("database", "apps")
        )
        return {
            "apps": apps_flows(
                apps=apps, private_endpoints=endpoints, database=database, other_database=other_database
            ),
            "private-endpoints": private_endpoints_flows(
                apps=apps, private_endpoints=endpoints, vpn_clients=vpn_clients
            ),
            "database": database_flows(
                apps=apps,
                database=database,
                vpn_clients=vpn_clients,
                other_database=other_database,
                other_apps=other_apps,
            ),
            "resolver": resolver_flows(resolver=self._ranges["resolver"], vpn_clients=vpn_clients),
        }

    def _way_out(self, size: Literal["dev", "production"]) -> Mapping[str, pulumi.Output[str]]:
        """What a subnet needs to leave the network."""
        if size == "dev":
            gateway = nat_gateway("nat", placement=self._placement, audit=self._audit, parent=self)
            return {"nat_gateway_id": gateway.id}
        firewall = Firewall(
            "firewall",
            placement=self._placement,
            audit=self._audit,
            subnet_id=self._subnets["firewall"].id,
            sources=(self._ranges["apps"],),
            options=pulumi.ResourceOptions(parent=self),
        )
        return {"route_table_id": firewall.route_table_id}

    def _subnet(
        self,
        name: str,
        *,
        flows: Sequence[Flow],
        route_table_id: pulumi.Input[str] | None = None,
        nat_gateway_id: pulumi.Input[str] | None = None,
    ) -> None:
        group = None if name in AZURES_SUBNETS else self._security_group(name, flows)
        delegation = DELEGATIONS.get(name)
        closed = name not in AZURES_SUBNETS and delegation is None
        self._subnets[name] = network.Subnet(
            self._placement.label(name),
            subnet_name=AZURES_SUBNETS.get(name, self._placement.name("snet", name)),
            resource_group_name=self._placement.resource_group_name,
            virtual_network_name=self._virtual_network.name,
            address_prefix=self._ranges[name],
            network_security_group=network.NetworkSecurityGroupArgs(id=group.id) if group else None,
            route_table=network.RouteTableArgs(id=route_table_id) if route_table_id else None,
            nat_gateway=network.SubResourceArgs(id=nat_gateway_id) if nat_gateway_id else None,
            # Otherwise Azure leaves the security group out of account for private endpoints.
            private_endpoint_network_policies=(
                network.VirtualNetworkPrivateEndpointNetworkPolicies.ENABLED if group else None
            ),
            # A delegated subnet leaves by the service that it is delegated to and can't be given this setting.
            default_outbound_access=False if closed else None,
            delegations=[network.DelegationArgs(name=name, service_name=delegation)] if delegation else None,
            # Azure refuses to change two subnets of a network at the same time: each waits for the one before.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._subnets.values())[-1:]),
        )

    def _security_group(self, name: str, flows: Sequence[Flow]) -> network.NetworkSecurityGroup:
        group = network.NetworkSecurityGroup(
            self._placement.label(name),
            network_security_group_name=self._placement.name("nsg", name),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            security_rules=security_rules(flows),
            tags=self._placement.tags(name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._audit.collect(self._placement.label(f"nsg-{name}"), group.id, parent=self, metrics=None)
        return group

    def _private_dns_zone(self, name: PrivateZoneName | Literal["database"], zone_name: str) -> pulumi.Output[str]:
        """A zone that this network resolves; gives its id once the network does."""
        zone = privatedns.PrivateZone(
            self._placement.label(name),
            private_zone_name=zone_name,
            resource_group_name=self._placement.resource_group_name,
            location="Global",
            tags=self._placement.tags(name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        link = privatedns.VirtualNetworkLink(
            self._placement.label(name),
            virtual_network_link_name=self._placement.name("link"),
            private_zone_name=zone.name,
            resource_group_name=self._placement.resource_group_name,
            location="Global",
            virtual_network=privatedns.SubResourceArgs(id=self._virtual_network.id),
            registration_enabled=False,
            resolution_policy=_resolution_policy(name),
            tags=self._placement.tags(name),
            opts=pulumi.ResourceOptions(parent=zone),
        )
        # PostgreSQL takes a zone only once its network resolves it.
        return pulumi.Output.all(zone.id, link.id).apply(lambda ids: ids[0])
