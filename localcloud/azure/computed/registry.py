"""Computed outputs of container registries."""

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.common import connections
from localcloud.azure.regions import region_of
from localcloud.backend import Properties


def registry_certain(identity: str, _inputs: Properties) -> Properties:
    """A registry's address."""
    return {"loginServer": f"{ids.name_of(identity).lower()}.azurecr.io"}


def registry_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A registry's data endpoints, its creation and its private endpoints."""
    regions = [region_of(entity.inputs), *(region_of(item.inputs) for item in cloud.below(entity.identity))]
    has_endpoints = entity.inputs.get("dataEndpointEnabled") is True
    return {
        "creationDate": entity.created,
        "dataEndpointHostNames": [f"{entity.name.lower()}.{region}.data.azurecr.io" for region in regions]
        if has_endpoints
        else [],
        **connections(cloud, entity),
    }


def replication_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A replication's state."""
    return {"status": {"displayStatus": "Ready", "timestamp": entity.created}}
