"""Computed outputs of identities and roles."""

from localcloud.azure.cloud import Cloud, Entity
from localcloud.backend import Properties
from localcloud.identifiers import uuid_of


def identity_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A user-assigned identity's principal."""
    return {
        "principalId": uuid_of("principal", entity.identity),
        "clientId": uuid_of("client", entity.identity),
        "tenantId": cloud.tenant,
    }


def role_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A role assignment's times."""
    return {"createdOn": entity.created, "updatedOn": entity.modified}


def eligibility_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """What became of the request for an eligibility."""
    return {"status": "Provisioned", "requestType": "AdminAssign", "createdOn": entity.created}
