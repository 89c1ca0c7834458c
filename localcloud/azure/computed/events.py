"""Computed outputs of Event Grid."""

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity
from localcloud.backend import Properties
from localcloud.identifiers import uuid_of


def topic_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """What a topic's metrics are kept under."""
    return {"metricResourceId": uuid_of("metrics", entity.identity)}


def subscription_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """The topic of a subscription."""
    return {"topic": ids.parent(entity.identity)}
