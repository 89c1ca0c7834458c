"""Computed outputs of logs."""

from localcloud.azure.cloud import Cloud, Entity
from localcloud.backend import Properties
from localcloud.identifiers import uuid_of


def workspace_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A workspace's id."""
    return {"customerId": uuid_of("workspace", entity.identity), "createdDate": entity.created}


def table_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """How long a table is archived after it can no longer be searched."""
    kept, total = entity.inputs.get("retentionInDays"), entity.inputs.get("totalRetentionInDays")
    days = total - kept if isinstance(kept, int) and isinstance(total, int) else 0
    return {"archiveRetentionInDays": max(days, 0)}


def export_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """An export's id and times."""
    return {
        "dataExportId": uuid_of("export", entity.identity),
        "createdDate": entity.created,
        "lastModifiedDate": entity.modified,
    }


def query_generated(_cloud: Cloud, _entity: Entity) -> Properties:
    """How a rule came to be."""
    return {"isLegacyLogAnalyticsRule": False, "isWorkspaceAlertsStorageConfigured": False}
