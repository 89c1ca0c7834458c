"""Computed outputs of AI Search."""

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.common import connections
from localcloud.backend import Properties


def service_certain(identity: str, _inputs: Properties) -> Properties:
    """A service's address."""
    return {"endpoint": f"https://{ids.name_of(identity)}.search.windows.net"}


def service_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A service's state and its private endpoints."""
    return {"status": "running", "statusDetails": "", **connections(cloud, entity)}
