"""Event Grid."""

from typing import Final

from localcloud.azure.cloud import Name, Outputs
from localcloud.azure.computed import events as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import events as rules
from localcloud.azure.table.line import ANY, line

_TOPIC: Final = "Microsoft.EventGrid/systemTopics"
_NAME: Final = Name(r"[A-Za-z0-9-]{3,64}", "3 to 64 letters, digits and hyphens")

LINES: Final = (
    line(
        "eventgrid:SystemTopic",
        f"{_TOPIC}/{{systemTopicName}}",
        replaces=("location",),
        names={"source": ANY},
        name=_NAME,
        checks=(rules.topic,),
        rules=(rules.one_topic, common.same_region("source")),
        outputs=Outputs(generated=computed.topic_generated),
    ),
    line(
        "eventgrid:SystemTopicEventSubscription",
        f"{_TOPIC}/{{systemTopicName}}/eventSubscriptions/{{eventSubscriptionName}}",
        name=_NAME,
        checks=(rules.subscription,),
        outputs=Outputs(generated=computed.subscription_generated),
    ),
)
