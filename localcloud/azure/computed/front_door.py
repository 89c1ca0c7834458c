"""Computed outputs of Front Door."""

from localcloud.azure.cloud import Cloud, Entity
from localcloud.backend import Properties
from localcloud.identifiers import label_of, uuid_of


def profile_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """The id that Front Door sends to its origins."""
    return {"frontDoorId": uuid_of("front-door", entity.identity), "resourceState": "Active", "kind": "frontdoor"}


def endpoint_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """An endpoint's host name."""
    return {"hostName": f"{entity.name}-{label_of(entity.identity)}.z01.azurefd.net", "deploymentStatus": "NotStarted"}


def domain_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """What proves a custom domain to Front Door."""
    return {
        "domainValidationState": "Pending",
        "deploymentStatus": "NotStarted",
        "validationProperties": {"validationToken": label_of("validation", entity.identity)},
    }
