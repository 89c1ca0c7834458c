"""What ARM refuses of Event Grid."""

from collections.abc import Iterator

from localcloud.azure.cloud import Cloud, Put
from localcloud.azure.rules.common import Failures
from localcloud.backend import CheckFailure, Properties


def topic(inputs: Properties) -> Failures:
    """A topic has a source and its type."""
    for name in ("source", "topicType"):
        if inputs.get(name) is None:
            yield CheckFailure(name, "a system topic needs it")


def one_topic(cloud: Cloud, put: Put) -> Iterator[str]:
    """A source has one system topic (Event Grid, "System topics")."""
    for other in cloud.of_type(put.kind.token):
        is_other = other.identity.lower() != put.identity.lower()
        if is_other and str(other.inputs.get("source")).lower() == str(put.inputs.get("source")).lower():
            yield f"{put.inputs.get('source')} has a system topic already: {other.identity}"


def subscription(inputs: Properties) -> Failures:
    """Events are delivered somewhere, with an identity or without."""
    if inputs.get("destination") is None and inputs.get("deliveryWithResourceIdentity") is None:
        yield CheckFailure("destination", "a subscription needs it or deliveryWithResourceIdentity")
