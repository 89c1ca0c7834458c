"""The room that everything else stands in: a virtual network, what may flow in it, and the one way in for engineers.

Aware document, 4.e (access only through a secure VPN tunnel with a second factor) and 6.b.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final, Literal

import pulumi
from pulumi_azure_native import network, privatedns

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.private_link import PRIVATE_DNS_ZONES, PrivateLinkGroup, PrivateLinks

SUBNETS: Final = ("gateway", "firewall", "apps", "private-endpoints", "database", "resolver")
"""Who has which sixteenth of the address space, in this order. An order that never changes: a new one comes last."""

VPN_CLIENT_APPLICATION_ID: Final = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8"
"""Microsoft's own registration of the Azure VPN Client, the audience of its sign-ins (Azure documentation,
"Configure P2S VPN Gateway for Microsoft Entra ID authentication: Microsoft-registered app")."""

AZURE_RESOLVER: Final = "168.63.129.16/32"
"""Azure's resolver, the same address in every virtual network."""


@dataclass(frozen=True)
class Flow:
    """One flow that a network security group lets through, named for what it carries.

    `source` and `destination` are a CIDR or one of Azure's service tags; `ports` are the destination's.
    """

    direction: Literal["Inbound", "Outbound"]
    name: str
    source: str
    destination: str
    carries: str
    ports: str = "443"
    protocol: Literal["Tcp", "*"] = "Tcp"


def subnet_range(address_space: str, subnet: str) -> str:
    """The CIDR of `subnet`, one of SUBNETS, in an address space of the network. Raises ValueError for another name."""
    return str(list(IPv4Network(address_space).subnets(prefixlen_diff=4))[SUBNETS.index(subnet)])


def apps_flows(*, apps: str, private_endpoints: str) -> tuple[Flow, ...]:
    """What the subnet of the applications needs.

    Source: Azure documentation, "Securing a custom VNET in Azure Container Apps with Network Security Groups". Front
    Door arrives over Private Link, from within the subnet. The services' registry serves its layers from data
    endpoints of its own, so no storage account outside the network has to be reached.
    """
    between = "Calls between the services and the environment's own parts, encrypted and mutually authenticated"
    return (
        Flow("Inbound", "allow-between-apps", apps, apps, between, ports="0-65535", protocol="*"),
        Flow("Inbound", "allow-probes", "AzureLoadBalancer", apps, "Health probes", ports="30000-32767"),
        Flow("Outbound", "allow-between-apps", apps, apps, between, ports="0-65535", protocol="*"),
        Flow("Outbound", "allow-private-endpoints", apps, private_endpoints, "Keys and customer data"),
        Flow("Outbound", "allow-names", apps, AZURE_RESOLVER, "Name resolution", ports="53", protocol="*"),
        Flow("Outbound", "allow-sign-in", apps, "AzureActiveDirectory", "Tokens for the managed identities"),
        Flow("Outbound", "allow-platform-images", apps, "MicrosoftContainerRegistry", "The environment's own images"),
        Flow("Outbound", "allow-platform-layers", apps, "AzureFrontDoor.FirstParty", "The layers of those images"),
        Flow("Outbound", "allow-service-images", apps, "AzureContainerRegistry", "The services' images"),
        Flow("Outbound", "allow-monitoring", apps, "AzureMonitor", "Logs and metrics of the environment"),
    )


def private_endpoints_flows(*, apps: str, private_endpoints: str, vpn_clients: str) -> tuple[Flow, ...]:
    """What the subnet of the private endpoints needs. An endpoint only answers, so nothing leaves it."""
    operation = "Operation of the vault and the storage account by engineers"
    return (
        Flow("Inbound", "allow-apps", apps, private_endpoints, "Keys and customer data for the services"),
        Flow("Inbound", "allow-vpn-clients", vpn_clients, private_endpoints, operation),
    )


def security_rules(flows: Sequence[Flow]) -> list[network.SecurityRuleArgs]:
    """The rules of a network security group that lets only `flows` through.

    Azure's default rules let through all that stays in the virtual network and all that leaves for the internet; an
    explicit denial of the rest comes before them, last in each direction.
    """
    rules: list[network.SecurityRuleArgs] = []
    for direction in ("Inbound", "Outbound"):
        allowed = [flow for flow in flows if flow.direction == direction]
        for number, flow in enumerate(allowed):
            rules.append(
                network.SecurityRuleArgs(
                    name=f"{flow.name}-{direction.lower()}",
                    description=flow.carries,
                    direction=direction,
                    access=network.SecurityRuleAccess.ALLOW,
                    priority=1000 + 10 * number,
                    protocol=flow.protocol,
                    source_address_prefix=flow.source,
                    source_port_range="*",
                    destination_address_prefix=flow.destination,
                    destination_port_range=flow.ports,
                )
            )
        rules.append(
            network.SecurityRuleArgs(
                name=f"deny-all-{direction.lower()}",
                description="Whatever isn't named above",
                direction=direction,
                access=network.SecurityRuleAccess.DENY,
                priority=4096,
                protocol=network.SecurityRuleProtocol.ASTERISK,
                source_address_prefix="*",
                source_port_range="*",
                destination_address_prefix="*",
                destination_port_range="*",
            )
        )
    return rules


class Network(pulumi.ComponentResource):
    """A virtual network with its subnets, security groups, private DNS zones and VPN gateway."""

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        address_space: str,
        vpn_address_space: str,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Network", name, {}, options)
        self._placement = placement
        self._audit = audit
        self._address_space = address_space
        self._virtual_network = network.VirtualNetwork(
            "main",
            virtual_network_name=placement.name("vnet"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            address_space=network.AddressSpaceArgs(address_prefixes=[address_space]),
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        audit.collect("virtual-network", self._virtual_network.id, parent=self)

        apps, endpoints = (subnet_range(address_space, subnet) for subnet in ("apps", "private-endpoints"))
        gateway_subnet = network.Subnet(
            "gateway",
            # The name that Azure looks for. A security group here would stop the gateway.
            subnet_name="GatewaySubnet",
            resource_group_name=placement.resource_group_name,
            virtual_network_name=self._virtual_network.name,
            address_prefix=subnet_range(address_space, "gateway"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        apps_subnet = self._subnet(
            "apps",
            flows=apps_flows(apps=apps, private_endpoints=endpoints),
            delegation="Microsoft.App/environments",
            # Azure refuses to change two subnets of a network at the same time: each waits for the one before.
            after=gateway_subnet,
        )
        endpoints_subnet = self._subnet(
            "private-endpoints",
            flows=private_endpoints_flows(apps=apps, private_endpoints=endpoints, vpn_clients=vpn_address_space),
            delegation=None,
            after=apps_subnet,
        )
        self.apps_subnet_id: pulumi.Output[str] = apps_subnet.id
        self.private_links = PrivateLinks(
            placement=placement, subnet_id=endpoints_subnet.id, zone_ids=self._private_dns_zones()
        )
        self.vpn_endpoint: pulumi.Output[str | None] = self._vpn_gateway(gateway_subnet, vpn_address_space)
        self.register_outputs({"vpnEndpoint": self.vpn_endpoint})

    def _subnet(
        self, name: str, *, flows: Sequence[Flow], delegation: str | None, after: network.Subnet
    ) -> network.Subnet:
        group = network.NetworkSecurityGroup(
            name,
            network_security_group_name=self._placement.name("nsg", name),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            security_rules=security_rules(flows),
            tags=self._placement.tags(name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._audit.collect(f"nsg-{name}", group.id, parent=self, metrics=None)
        return network.Subnet(
            name,
            subnet_name=self._placement.name("snet", name),
            resource_group_name=self._placement.resource_group_name,
            virtual_network_name=self._virtual_network.name,
            address_prefix=subnet_range(self._address_space, name),
            network_security_group=network.NetworkSecurityGroupArgs(id=group.id),
            # Otherwise Azure leaves the security group out of account for private endpoints.
            private_endpoint_network_policies=network.VirtualNetworkPrivateEndpointNetworkPolicies.ENABLED,
            # A delegated subnet leaves by the service that it is delegated to and can't be given this setting.
            default_outbound_access=None if delegation else False,
            delegations=[network.DelegationArgs(name=name, service_name=delegation)] if delegation else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _private_dns_zones(self) -> Mapping[PrivateLinkGroup, pulumi.Output[str]]:
        zone_ids: dict[PrivateLinkGroup, pulumi.Output[str]] = {}
        for group, zone_name in PRIVATE_DNS_ZONES.items():
            zone = privatedns.PrivateZone(
                group,
                private_zone_name=zone_name,
                resource_group_name=self._placement.resource_group_name,
                location="Global",
                tags=self._placement.tags(group),
                opts=pulumi.ResourceOptions(parent=self),
            )
            privatedns.VirtualNetworkLink(
                group,
                virtual_network_link_name=self._placement.name("link"),
                private_zone_name=zone.name,
                resource_group_name=self._placement.resource_group_name,
                location="Global",
                virtual_network=privatedns.SubResourceArgs(id=self._virtual_network.id),
                registration_enabled=False,
                tags=self._placement.tags(group),
                opts=pulumi.ResourceOptions(parent=zone),
            )
            zone_ids[group] = zone.id
        return zone_ids

    def _vpn_gateway(self, subnet: network.Subnet, client_range: str) -> pulumi.Output[str | None]:
        """A gateway that runs twice, in different zones, and takes no one but who has signed in to Entra.

        Two instances need an address each and point-to-site a third one (Azure documentation, "About active-active
        gateways"). Conditional Access on the VPN client's application demands the second factor.
        """
        addresses = {role: self._public_address(role) for role in ("vpn-first", "vpn-second", "vpn-clients")}
        gateway = network.VirtualNetworkGateway(
            "vpn",
            virtual_network_gateway_name=self._placement.name("vgw"),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            gateway_type=network.VirtualNetworkGatewayType.VPN,
            vpn_type=network.VpnType.ROUTE_BASED,
            vpn_gateway_generation=network.VpnGatewayGeneration.GENERATION2,
            sku=network.VirtualNetworkGatewaySkuArgs(
                name=network.VirtualNetworkGatewaySkuName.VPN_GW2_AZ,
                tier=network.VirtualNetworkGatewaySkuTier.VPN_GW2_AZ,
            ),
            active_active=True,
            enable_bgp=False,
            ip_configurations=[
                network.VirtualNetworkGatewayIPConfigurationArgs(
                    name=role,
                    private_ip_allocation_method=network.IPAllocationMethod.DYNAMIC,
                    public_ip_address=network.SubResourceArgs(id=address.id),
                    subnet=network.SubResourceArgs(id=subnet.id),
                )
                for role, address in addresses.items()
            ],
            vpn_client_configuration=network.VpnClientConfigurationArgs(
                vpn_client_protocols=[network.VpnClientProtocol.OPEN_VPN],
                vpn_authentication_types=[network.VpnAuthenticationType.AAD],
                vpn_client_address_pool=network.AddressSpaceArgs(address_prefixes=[client_range]),
                aad_audience=VPN_CLIENT_APPLICATION_ID,
                aad_tenant=f"https://login.microsoftonline.com/{self._placement.entra_tenant_id}/",
                aad_issuer=f"https://sts.windows.net/{self._placement.entra_tenant_id}/",
            ),
            tags=self._placement.tags("vpn"),
            # A gateway takes 30 to 60 minutes, which is longer than the provider waits by default.
            opts=pulumi.ResourceOptions(
                parent=self, custom_timeouts=pulumi.CustomTimeouts(create="2h", update="2h", delete="1h")
            ),
        )
        self._audit.collect("vpn", gateway.id, parent=self)
        return addresses["vpn-clients"].ip_address

    def _public_address(self, name: str) -> network.PublicIPAddress:
        address = network.PublicIPAddress(
            name,
            public_ip_address_name=self._placement.name("pip", name),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            sku=network.PublicIPAddressSkuArgs(
                name=network.PublicIPAddressSkuName.STANDARD, tier=network.PublicIPAddressSkuTier.REGIONAL
            ),
            public_ip_address_version=network.IPVersion.I_PV4,
            public_ip_allocation_method=network.IPAllocationMethod.STATIC,
            zones=list(self._placement.zones),
            tags=self._placement.tags(name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._audit.collect(f"pip-{name}", address.id, parent=self)
        return address
