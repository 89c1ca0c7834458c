"""Public addresses: only the VPN gateway and the way out of the network have one."""

import pulumi
from pulumi_azure_native import network

from infra.aware.audit import Audit
from infra.aware.placement import Placement


def public_address(
    name: str, *, placement: Placement, audit: Audit, parent: pulumi.Resource
) -> network.PublicIPAddress:
    """A fixed address that stands in each zone.

    Against floods it has what Azure does for every address (the default infrastructure protection). Of that nothing is
    logged: the log categories begin to fill only with a protection plan, which this stack doesn't have.
    """
    address = network.PublicIPAddress(
        placement.label(name),
        public_ip_address_name=placement.name("pip", name),
        resource_group_name=placement.resource_group_name,
        location=placement.region,
        sku=network.PublicIPAddressSkuArgs(
            name=network.PublicIPAddressSkuName.STANDARD, tier=network.PublicIPAddressSkuTier.REGIONAL
        ),
        public_ip_address_version=network.IPVersion.I_PV4,
        public_ip_allocation_method=network.IPAllocationMethod.STATIC,
        zones=list(placement.zones),
        tags=placement.tags(name),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    audit.collect(placement.label(f"pip-{name}"), address.id, parent=parent)
    return address
