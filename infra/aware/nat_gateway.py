"""The way out of the network in the size `dev`: translation of addresses, without a list of where to."""

import pulumi
from pulumi_azure_native import network

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.public_address import public_address


def nat_gateway(name: str, *, placement: Placement, audit: Audit, parent: pulumi.Resource) -> network.NatGateway:
    """A gateway that lets nothing in. Security groups alone say where the services go: to Azure's own services."""
    address = public_address(name, placement=placement, audit=audit, parent=parent)
    return network.NatGateway(
        placement.label(name),
        nat_gateway_name=placement.name("ng"),
        resource_group_name=placement.resource_group_name,
        location=placement.region,
        sku=network.NatGatewaySkuArgs(name=network.NatGatewaySkuName.STANDARD),
        public_ip_addresses=[network.SubResourceArgs(id=address.id)],
        tags=placement.tags(name),
        opts=pulumi.ResourceOptions(parent=parent),
    )
