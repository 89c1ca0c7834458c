"""What ARM refuses of the private resolver."""

from collections.abc import Iterator

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Put
from localcloud.azure.computed.network import subnet_range
from localcloud.paths import get, select


def one_resolver(cloud: Cloud, put: Put) -> Iterator[str]:
    """A network has one resolver."""
    network = str(get(put.inputs, "virtualNetwork", "id")).lower()
    for other in cloud.of_type(put.kind.token):
        is_other = other.identity.lower() != put.identity.lower()
        if is_other and str(get(other.inputs, "virtualNetwork", "id")).lower() == network:
            yield f"the network {ids.name_of(network)} has a resolver already: {other.identity}"


def endpoint_subnet(cloud: Cloud, put: Put) -> Iterator[str]:
    """An endpoint has a subnet to itself, delegated, from /28 to /24 (DNS Private Resolver, "Endpoints")."""
    resolver = cloud.get(str(ids.parent(put.identity)))
    for path, value in select(put.inputs, "ipConfigurations[].subnet.id"):
        subnet = cloud.get(str(value))
        if subnet is None:
            continue
        delegations = {str(name).lower() for _, name in select(subnet.inputs, "delegations[].serviceName")}
        if "microsoft.network/dnsresolvers" not in delegations:
            yield f"the subnet {subnet.name} must be delegated to Microsoft.Network/dnsResolvers"
        block = subnet_range(cloud, subnet.identity)
        if block and not 24 <= block.prefixlen <= 28:
            yield f"the subnet {subnet.name} ({block}) must be from /28 to /24"
        network = str(ids.parent(subnet.identity)).lower()
        if resolver and str(get(resolver.inputs, "virtualNetwork", "id")).lower() != network:
            yield f"{path} is not in the resolver's network"
        for other in cloud.holders(subnet.identity):
            if other.identity.lower() != put.identity.lower():
                yield f"the subnet {subnet.name} is used by {other.identity} already"
