"""Computed outputs of PostgreSQL."""

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.common import connections
from localcloud.backend import Properties


def server_certain(identity: str, _inputs: Properties) -> Properties:
    """A server's host name."""
    return {"fullyQualifiedDomainName": f"{ids.name_of(identity)}.postgres.database.azure.com"}


def server_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A server's state and its role among its replicas."""
    source = entity.inputs.get("sourceServerResourceId")
    is_replica = source is not None and entity.inputs.get("createMode") == "Replica"
    return {
        "state": "Ready",
        "minorVersion": "1",
        "replicationRole": entity.inputs.get("replicationRole") or ("AsyncReplica" if is_replica else "Primary"),
        "replicaCapacity": 0 if is_replica else 5,
        **connections(cloud, entity),
    }


def configuration_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """Where a configuration's value comes from."""
    return {"isReadOnly": False, "source": entity.inputs.get("source") or "user-override"}


def endpoint_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """The host names that follow the primary and its replica."""
    suffix = "postgres.database.azure.com"
    return {"virtualEndpoints": [f"{entity.name}.writer.{suffix}", f"{entity.name}.reader.{suffix}"]}
