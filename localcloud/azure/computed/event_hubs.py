"""Computed outputs of Event Hubs."""

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.common import connections
from localcloud.backend import Properties


def times(_cloud: Cloud, entity: Entity) -> Properties:
    """When an object was made and last changed."""
    return {"createdAt": entity.created, "updatedAt": entity.modified}


def namespace_certain(identity: str, _inputs: Properties) -> Properties:
    """A namespace's address."""
    return {"serviceBusEndpoint": f"https://{ids.name_of(identity)}.servicebus.windows.net:443/"}


def namespace_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A namespace's state and its private endpoints."""
    subscription = str(ids.subscription_of(entity.identity)).rpartition("/")[2]
    return {
        "status": "Active",
        "kafkaEnabled": True,
        "zoneRedundant": True,
        "metricId": f"{subscription}:{entity.name}",
        **times(cloud, entity),
        **connections(cloud, entity),
    }


def hub_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A hub's partitions."""
    count = int(entity.inputs.get("partitionCount") or 4)
    return {"status": "Active", "partitionIds": [str(number) for number in range(count)], **times(cloud, entity)}
