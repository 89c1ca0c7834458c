"""Private names for engineers: what the network resolves, a VPN client resolves too."""

from ipaddress import IPv4Network

import pulumi
from pulumi_azure_native import dnsresolver

from infra.aware.placement import Placement


class Resolver(pulumi.ComponentResource):
    """A private resolver whose address VPN clients take as their name server.

    The services keep Azure's own resolver: they don't depend on this one. Azure's resolver isn't reached from outside
    of the network, which is why clients need one within (Azure documentation, "What is Azure DNS Private Resolver?").
    """

    address: str
    """Where the clients' profile sends questions about names."""

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        virtual_network_id: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        subnet_range: str,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Resolver", placement.label(name), {}, options)
        # Azure keeps the first four addresses of a subnet. A fixed one stays true in the profiles that people have.
        self.address = str(IPv4Network(subnet_range)[4])
        resolver = dnsresolver.DnsResolver(
            placement.label("vpn-clients"),
            dns_resolver_name=placement.name("dnspr"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            virtual_network=dnsresolver.SubResourceArgs(id=virtual_network_id),
            tags=placement.tags("vpn-clients"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        dnsresolver.InboundEndpoint(
            placement.label("vpn-clients"),
            inbound_endpoint_name="vpn-clients",
            dns_resolver_name=resolver.name,
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            ip_configurations=[
                dnsresolver.IpConfigurationArgs(
                    private_ip_allocation_method=dnsresolver.IpAllocationMethod.STATIC,
                    private_ip_address=self.address,
                    subnet=dnsresolver.SubResourceArgs(id=subnet_id),
                )
            ],
            tags=placement.tags("vpn-clients"),
            opts=pulumi.ResourceOptions(parent=resolver),
        )
        self.register_outputs({"address": self.address})
