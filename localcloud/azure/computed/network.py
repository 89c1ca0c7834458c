"""Computed outputs of virtual networks and what lies in them."""

from ipaddress import IPv4Network

from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.common import public_address
from localcloud.backend import Properties
from localcloud.identifiers import uuid_of


def network_guid(_cloud: Cloud, entity: Entity) -> Properties:
    """The GUID that network resources have beside their id."""
    return {"resourceGuid": uuid_of("resource", entity.identity)}


def address_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A public address."""
    return {**network_guid(_cloud, entity), "ipAddress": public_address(entity.identity)}


def subnet_range(cloud: Cloud, identity: str) -> IPv4Network | None:
    """The address range of a subnet that exists."""
    subnet = cloud.get(identity)
    if subnet is None:
        return None
    ranges = [subnet.inputs.get("addressPrefix"), *(subnet.inputs.get("addressPrefixes") or [])]
    return next((IPv4Network(item) for item in ranges if isinstance(item, str) and ":" not in item), None)


def private_endpoint_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A private endpoint's network interface."""
    group = entity.identity.partition("/providers/")[0]
    interface = (
        entity.inputs.get("customNetworkInterfaceName") or f"{entity.name}.nic.{uuid_of('nic', entity.identity)}"
    )
    return {"networkInterfaces": [{"id": f"{group}/providers/Microsoft.Network/networkInterfaces/{interface}"}]}
