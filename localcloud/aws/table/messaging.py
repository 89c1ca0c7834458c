"""SQS queues and SNS topics."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Setting, Step, Tags, Type, call, read
from localcloud.backend import Properties

_QUEUE: Final = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}

_TOPIC: Final = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
}

_SUBSCRIPTION: Final = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
}

_SEPARATE: Final = ("policy", "redrivePolicy")
"""What can be a resource of its own: then the queue or topic doesn't tell it, but to who imports it."""


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attributes(spelled: Mapping[str, str], values: Properties) -> dict[str, str]:
    return {spelled[name]: _text(values[name]) for name in spelled if values.get(name) not in (None, "")}


def _properties(spelled: Mapping[str, str], held: Mapping[str, str], values: Properties) -> Properties:
    found: Properties = {}
    for name, attribute in spelled.items():
        value = held.get(attribute)
        if value in (None, "") or (name in _SEPARATE and "name" in values and not values.get(name)):
            continue
        found[name] = value == "true" if value in ("true", "false") else int(value) if value.isdigit() else value
    return found


def _create_queue(session: Session, values: Properties) -> dict[str, Any]:
    attributes = _attributes(_QUEUE, values) | ({"FifoQueue": "true"} if values["fifoQueue"] else {})
    tags = {"tags": values["tags"]} if values.get("tags") else {}
    return session.call("create_queue", {"QueueName": values["name"], "Attributes": attributes, **tags})


def _set_queue(session: Session, values: Properties) -> None:
    # An attribute that nobody names any more is taken back by an empty text.
    emptied = {"KmsMasterKeyId": ""}
    session.call(
        "set_queue_attributes", {"QueueUrl": values["id"], "Attributes": emptied | _attributes(_QUEUE, values)}
    )


def _read_queue(session: Session, values: Properties) -> Properties | None:
    answer = session.call("get_queue_attributes", {"QueueUrl": values["id"], "AttributeNames": ["All"]})
    held = answer["Attributes"]
    found = _properties(_QUEUE, held, values)
    name = held["QueueArn"].rpartition(":")[2]
    return found | {"name": name, "arn": held["QueueArn"], "url": values["id"], "fifoQueue": name.endswith(".fifo")}


def _queue_part(name: str, attribute: str) -> Type:
    """A part of a queue that is a resource of its own; its id is the queue's address."""

    def question(session: Session, values: Properties) -> Properties | None:
        wanted = {"QueueUrl": values["id"], "AttributeNames": [attribute]}
        held = session.call("get_queue_attributes", wanted).get("Attributes", {}).get(attribute)
        return {name: held} if held else None

    return Type(
        service="sqs",
        identity="{queueUrl}",
        create=call("set_queue_attributes", QueueUrl="{queueUrl}", Attributes={attribute: f"{{{name}}}"}),
        create_again=True,
        reads=(question,),
        delete=(call("set_queue_attributes", QueueUrl="{id}", Attributes={attribute: ""}),),
        outputs={"queueUrl": "{id}"},
        replaces=("queueUrl",),
    )


def _create_topic(session: Session, values: Properties) -> dict[str, Any]:
    attributes = _attributes(_TOPIC, values) | ({"FifoTopic": "true"} if values["fifoTopic"] else {})
    tags = {"Tags": values["tagList"]} if values.get("tagList") else {}
    return session.call("create_topic", {"Name": values["name"], "Attributes": attributes, **tags})


def _set_each(operation: str, target: str, spelled: Mapping[str, str]) -> Step:
    """SNS sets one attribute at a time."""

    def apply(session: Session, values: Properties) -> None:
        for name, attribute in spelled.items():
            if name in values:
                value = "" if values[name] is None else _text(values[name])
                session.call(operation, {target: values["id"], "AttributeName": attribute, "AttributeValue": value})

    return apply


def _set_topic(session: Session, values: Properties) -> None:
    wanted = {name: values.get(name) for name in ("kmsMasterKeyId", "displayName")} | values
    _SET_TOPIC(session, wanted)


_SET_TOPIC: Final[Any] = _set_each("set_topic_attributes", "TopicArn", _TOPIC)


def _read_topic(session: Session, values: Properties) -> Properties | None:
    held = session.call("get_topic_attributes", {"TopicArn": values["id"]})["Attributes"]
    found = _properties({name: each for name, each in _TOPIC.items() if name != "deliveryPolicy"}, held, values)
    name = held["TopicArn"].rpartition(":")[2]
    return found | {"arn": held["TopicArn"], "name": name, "owner": held["Owner"], "fifoTopic": name.endswith(".fifo")}


def _read_subscription(session: Session, values: Properties) -> Properties | None:
    held = session.call("get_subscription_attributes", {"SubscriptionArn": values["id"]})["Attributes"]
    return _properties(_SUBSCRIPTION, held, dict.fromkeys(_SUBSCRIPTION, True)) | {
        "arn": held["SubscriptionArn"],
        "topic": held["TopicArn"],
        "protocol": held["Protocol"],
        "endpoint": held["Endpoint"],
        "ownerId": held["Owner"],
    }


MESSAGING: Final[Mapping[str, Type]] = {
    "aws:sqs/queue:Queue": Type(
        service="sqs",
        identity="QueueUrl",
        create=_create_queue,
        takes=("fifoQueue", "name"),
        reads=(_read_queue,),
        settings=(Setting(_set_queue, _set_queue, tuple(_QUEUE)),),
        delete=(call("delete_queue", QueueUrl="{id}"),),
        tags=Tags(
            add=call("tag_queue", QueueUrl="{id}", Tags="{tags}"),
            remove=call("untag_queue", QueueUrl="{id}", TagKeys="{removedTags}"),
            read=read("list_queue_tags", "{tags: Tags}", QueueUrl="{id}"),
        ),
        name="name",
        listing=read("list_queues", "QueueUrls"),
        outputs={"arn": "arn:aws:sqs:{region}:{account}:{name}"},
        defaults={
            "contentBasedDeduplication": False,
            "delaySeconds": 0,
            "fifoQueue": False,
            "maxMessageSize": 262144,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        },
        computed=(
            "deduplicationScope",
            "fifoThroughputLimit",
            "kmsDataKeyReusePeriodSeconds",
            "policy",
            "redriveAllowPolicy",
            "redrivePolicy",
            "sqsManagedSseEnabled",
        ),
        replaces=("fifoQueue", "name", "namePrefix"),
        beside=("redriveAllowPolicy",),
    ),
    "aws:sqs/queuePolicy:QueuePolicy": _queue_part("policy", "Policy"),
    "aws:sqs/redrivePolicy:RedrivePolicy": _queue_part("redrivePolicy", "RedrivePolicy"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": Type(
        service="sqs",
        identity="{queueUrl}",
        create_again=True,
        reason="moto doesn't know this attribute of a queue",
        replaces=("queueUrl",),
        references={"queueUrl": "aws:sqs/queue:Queue"},
    ),
    "aws:sns/topic:Topic": Type(
        service="sns",
        identity="arn:aws:sns:{region}:{account}:{name}",
        create=_create_topic,
        takes=("fifoTopic", "name"),
        reads=(_read_topic,),
        settings=(Setting(_set_topic, _set_topic, tuple(_TOPIC)),),
        delete=(call("delete_topic", TopicArn="{id}"),),
        tags=Tags(
            add=call("tag_resource", ResourceArn="{id}", Tags="{tagList}"),
            remove=call("untag_resource", ResourceArn="{id}", TagKeys="{removedTags}"),
            read=read("list_tags_for_resource", "{tags: Tags}", ResourceArn="{id}"),
        ),
        name="name",
        outputs={"arn": "arn:aws:sns:{region}:{account}:{name}", "owner": "{account}"},
        defaults={"contentBasedDeduplication": False, "fifoTopic": False},
        computed=("fifoThroughputScope", "policy", "signatureVersion", "tracingConfig"),
        replaces=("fifoTopic", "name", "namePrefix"),
        beside=("fifoThroughputScope", "signatureVersion", "tracingConfig"),
    ),
    "aws:sns/topicPolicy:TopicPolicy": Type(
        service="sns",
        identity="{arn}",
        create=call("set_topic_attributes", TopicArn="{arn}", AttributeName="Policy", AttributeValue="{policy}"),
        create_again=True,
        reads=(read("get_topic_attributes", "Attributes.{policy: Policy, owner: Owner}", TopicArn="{id}"),),
        outputs={"arn": "{id}"},
        replaces=("arn",),
    ),
    "aws:sns/topicSubscription:TopicSubscription": Type(
        service="sns",
        identity="SubscriptionArn",
        create=call(
            "subscribe", TopicArn="{topic}", Protocol="{protocol}", Endpoint="{endpoint}", ReturnSubscriptionArn=True
        ),
        reads=(_read_subscription,),
        settings=(
            Setting(
                _set_each("set_subscription_attributes", "SubscriptionArn", _SUBSCRIPTION),
                properties=tuple(_SUBSCRIPTION),
            ),
        ),
        delete=(call("unsubscribe", SubscriptionArn="{id}"),),
        key=("topic", "protocol", "endpoint"),
        listing=read("list_subscriptions", "Subscriptions[].SubscriptionArn"),
        outputs={"arn": "{id}"},
        defaults={
            "confirmationTimeoutInMinutes": 1,
            "endpointAutoConfirms": False,
            "rawMessageDelivery": False,
        },
        computed=("filterPolicyScope",),
        replaces=("endpoint", "protocol", "topic"),
        write_only=("confirmationTimeoutInMinutes", "endpointAutoConfirms"),
    ),
}
