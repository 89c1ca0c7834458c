"""Computed outputs of Defender for Cloud and Sentinel."""

from localcloud.azure.cloud import Cloud, Entity
from localcloud.backend import Properties


def pricing_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """When a plan was switched on, and where it comes from."""
    is_on = entity.inputs.get("pricingTier") == "Standard"
    return {
        "deprecated": False,
        "inherited": "False",
        "freeTrialRemainingTime": "PT0S",
        **({"enablementTime": entity.created} if is_on else {}),
    }


def alert_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """When a rule was last changed."""
    return {"lastModifiedUtc": entity.modified}
