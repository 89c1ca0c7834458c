"""Computed outputs of zones."""

from typing import Final

from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.network import subnet_range
from localcloud.backend import UNKNOWN, Properties
from localcloud.identifiers import label_of, uuid_of
from localcloud.paths import get

_DYNAMIC: Final[Properties] = {"privateIpAllocationMethod": "Dynamic", "privateIpAddress": UNKNOWN}


def zone_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A private zone's count of record sets."""
    return {"numberOfRecordSets": 1, "internalId": label_of("zone", entity.identity)}


def public_zone_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A zone's name servers."""
    number = int(label_of(entity.identity), 16) % 9 + 1
    servers = [f"ns{i}-0{number}.azure-dns.{top}." for i, top in enumerate(("com", "net", "org", "info"), start=1)]
    return {"nameServers": servers, "numberOfRecordSets": 2}


def link_generated(_cloud: Cloud, _entity: Entity) -> Properties:
    """A link's state."""
    return {"virtualNetworkLinkState": "Completed"}


def resolver_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A resolver's state."""
    return {"dnsResolverState": "Connected", "resourceGuid": uuid_of("resource", entity.identity)}


def inbound_certain(_identity: str, inputs: Properties) -> Properties:
    """An endpoint's configurations, whose addresses may still be to come."""
    found = inputs["ipConfigurations"]
    return {"ipConfigurations": found if found is UNKNOWN else [_DYNAMIC | item for item in found]}


def inbound_generated(cloud: Cloud, entity: Entity) -> Properties:
    """The addresses at which a resolver answers: those asked for, or the first free ones of the subnet."""
    found: list[Properties] = []
    for configuration in entity.inputs["ipConfigurations"]:
        block = subnet_range(cloud, str(get(configuration, "subnet", "id")))
        address = {"privateIpAddress": str(block[4])} if block else {}
        found.append({**_DYNAMIC, **address, **configuration})
    return {"ipConfigurations": found, "resourceGuid": uuid_of("resource", entity.identity)}
