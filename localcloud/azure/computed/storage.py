"""Computed outputs of storage accounts."""

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.common import connections
from localcloud.azure.regions import region_of
from localcloud.backend import Properties


def storage_certain(identity: str, _inputs: Properties) -> Properties:
    """A storage account's addresses."""
    services = {"blob": "blob", "dfs": "dfs", "file": "file", "queue": "queue", "table": "table", "web": "z13.web"}
    account = ids.name_of(identity)
    return {
        "primaryEndpoints": {name: f"https://{account}.{host}.core.windows.net/" for name, host in services.items()}
    }


def storage_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A storage account's creation, region and private endpoints."""
    return {
        "creationTime": entity.created,
        "primaryLocation": region_of(entity.inputs),
        "statusOfPrimary": "available",
        **connections(cloud, entity),
    }


def scope_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """An encryption scope's times."""
    return {"creationTime": entity.created, "lastModifiedTime": entity.modified}


def container_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A container's state."""
    return {
        "lastModifiedTime": entity.modified,
        "hasImmutabilityPolicy": False,
        "hasLegalHold": False,
        "deleted": False,
        "leaseState": "Available",
        "leaseStatus": "Unlocked",
    }


def immutability_generated(_cloud: Cloud, _entity: Entity) -> Properties:
    """An immutability policy's state: it is locked by a call of its own."""
    return {"state": "Unlocked"}
