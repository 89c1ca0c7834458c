"""What is refused of Event Grid."""

import pytest

from localcloud.backend import RejectedError


def test_source_has_one_topic(world):
    world.put("eventgrid:SystemTopic")
    with pytest.raises(RejectedError, match="has a system topic already"):
        world.put("eventgrid:SystemTopic", systemTopicName="other")


def test_topic_and_subscription_need_their_ends(world):
    assert world.check("eventgrid:SystemTopic", source=None) == ["source: a system topic needs it"]
    [failure] = world.check("eventgrid:SystemTopicEventSubscription", destination=None)
    assert failure.startswith("destination: ")
