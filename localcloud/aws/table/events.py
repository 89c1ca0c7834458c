"""EventBridge: buses, rules and their targets."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Type, call, read
from localcloud.aws.table.common import WATCH_TAGS
from localcloud.backend import UNKNOWN, Properties

_DEFAULT_BUS: Final = "default"


def _bus(values: Properties) -> str:
    return values.get("eventBusName") or _DEFAULT_BUS


def _rule_id(values: Properties) -> str | None:
    """A rule of the default bus has its name as id, one of another bus also that bus's."""
    bus, name = values.get("eventBusName"), values.get("name")
    if UNKNOWN in (bus, name) or name is None:
        return None
    return name if bus in (None, _DEFAULT_BUS) else f"{bus}/{name}"


def _target_id(values: Properties) -> str | None:
    bus, rule, target = (values.get(name) for name in ("eventBusName", "rule", "targetId"))
    if UNKNOWN in (bus, rule, target) or None in (rule, target):
        return None
    return f"{rule}-{target}" if bus in (None, _DEFAULT_BUS) else f"{bus}-{rule}-{target}"


def _of(identity: str) -> tuple[str, str]:
    """Bus and name of a rule's id."""
    bus, _, name = identity.rpartition("/")
    return bus or _DEFAULT_BUS, name


def _put_event_rule(session: Session, values: Properties) -> None:
    state = values.get("state") or ("DISABLED" if values.get("isEnabled") is False else "ENABLED")
    parameters: Properties = {
        "Name": values["name"],
        "EventBusName": _bus(values),
        "Description": values.get("description"),
        "EventPattern": values.get("eventPattern"),
        "RoleArn": values.get("roleArn"),
        "ScheduleExpression": values.get("scheduleExpression"),
        "State": state,
        "Tags": values.get("tagList"),
    }
    session.call("put_rule", {name: value for name, value in parameters.items() if value is not None})


def _read_event_rule(session: Session, values: Properties) -> Properties | None:
    bus, name = _of(values["id"])
    held = session.call("describe_rule", {"Name": name, "EventBusName": bus})
    found: Properties = {
        "name": held["Name"],
        "arn": held["Arn"],
        "eventBusName": bus,
        "description": held.get("Description"),
        "eventPattern": held.get("EventPattern"),
        "roleArn": held.get("RoleArn"),
        "scheduleExpression": held.get("ScheduleExpression"),
        "state": held.get("State", "ENABLED"),
    }
    if values.get("isEnabled") is not None:
        found["isEnabled"] = found["state"] != "DISABLED"
    return {name: value for name, value in found.items() if value is not None}


def _delete_event_rule(session: Session, values: Properties) -> None:
    bus, name = _of(values["id"])
    session.call("delete_rule", {"Name": name, "EventBusName": bus})


_TARGET: Final = {
    "arn": "Arn",
    "deadLetterConfig": "DeadLetterConfig",
    "ecsTarget": "EcsParameters",
    "input": "Input",
    "inputPath": "InputPath",
    "kinesisTarget": "KinesisParameters",
    "retryPolicy": "RetryPolicy",
    "roleArn": "RoleArn",
    "sqsTarget": "SqsParameters",
}


_TRANSFORMER: Final = {"inputPaths": "InputPathsMap", "inputTemplate": "InputTemplate"}


def _put_target(session: Session, values: Properties) -> None:
    target: Properties = {"Id": values["targetId"]}
    target |= {spelled: values[name] for name, spelled in _TARGET.items() if values.get(name) is not None}
    if values.get("inputTransformer"):
        held = values["inputTransformer"]
        target["InputTransformer"] = {spelled: held[name] for name, spelled in _TRANSFORMER.items() if held.get(name)}
    session.call("put_targets", {"Rule": values["rule"], "EventBusName": _bus(values), "Targets": [target]})


def _targets(session: Session) -> dict[str, Properties]:
    """All targets of the region by the ids that the provider makes up for them."""
    found: dict[str, Properties] = {}
    for bus in session.ask("list_event_buses", "EventBuses[].Name"):
        for rule in session.ask("list_rules", "Rules[].Name", EventBusName=bus):
            for each in session.ask("list_targets_by_rule", "Targets", Rule=rule, EventBusName=bus):
                properties: Properties = {"rule": rule, "eventBusName": bus, "targetId": each["Id"], "held": each}
                found[_target_id(properties) or ""] = properties
    return found


def _read_target(session: Session, values: Properties) -> Properties | None:
    found = _targets(session).get(values["id"])
    if found is None:
        return None
    held = found.pop("held")
    for name, spelled in _TARGET.items():
        value = held.get(spelled)
        if value:
            found[name] = (
                {key[0].lower() + key[1:]: each for key, each in value.items()} if isinstance(value, dict) else value
            )
    if held.get("InputTransformer"):
        found["inputTransformer"] = {
            name: held["InputTransformer"][spelled]
            for name, spelled in _TRANSFORMER.items()
            if held["InputTransformer"].get(spelled)
        }
    return found


def _delete_target(session: Session, values: Properties) -> None:
    if values["id"] in _targets(session):
        session.call(
            "remove_targets", {"Rule": values["rule"], "EventBusName": _bus(values), "Ids": [values["targetId"]]}
        )


EVENTS: Final[Mapping[str, Type]] = {
    "aws:cloudwatch/eventBus:EventBus": Type(
        service="events",
        identity="{name}",
        create=call(
            "create_event_bus",
            Name="{name}",
            Description="{description}",
            EventSourceName="{eventSourceName}",
            KmsKeyIdentifier="{kmsKeyIdentifier}",
            Tags="{tagList}",
        ),
        reads=(
            read(
                "describe_event_bus",
                "{name: Name, arn: Arn, description: Description, kmsKeyIdentifier: KmsKeyIdentifier}",
                Name="{id}",
            ),
        ),
        delete=(call("delete_event_bus", Name="{id}"),),
        tags=WATCH_TAGS,
        name="name",
        outputs={"arn": "arn:aws:events:{region}:{account}:event-bus/{name}"},
        replaces=("eventSourceName", "name"),
        beside=("deadLetterConfig", "description", "kmsKeyIdentifier", "logConfig"),
    ),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": Type(
        service="events",
        identity=lambda values: None if _bus(values) is UNKNOWN else _bus(values),
        create_again=True,
        reason="moto takes single permissions of a bus only",
        defaults={"eventBusName": _DEFAULT_BUS},
        replaces=("eventBusName",),
    ),
    "aws:cloudwatch/eventPermission:EventPermission": Type(
        service="events",
        identity="{eventBusName}/{statementId}",
        create_again=True,
        reason="moto forgets the condition of a permission",
        defaults={"action": "events:PutEvents", "eventBusName": _DEFAULT_BUS},
        replaces=("eventBusName", "statementId"),
    ),
    "aws:cloudwatch/eventRule:EventRule": Type(
        service="events",
        identity=_rule_id,
        create=_put_event_rule,
        create_again=True,
        takes=(
            "description",
            "eventBusName",
            "eventPattern",
            "isEnabled",
            "name",
            "roleArn",
            "scheduleExpression",
            "state",
        ),
        reads=(_read_event_rule,),
        delete=(_delete_event_rule,),
        tags=WATCH_TAGS,
        name="name",
        defaults={"eventBusName": _DEFAULT_BUS, "forceDestroy": False, "state": "ENABLED"},
        computed=("isEnabled",),
        replaces=("eventBusName", "name", "namePrefix"),
        write_only=("forceDestroy",),
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Type(
        service="events",
        identity=_target_id,
        create=_put_target,
        create_again=True,
        takes=(*_TARGET, "eventBusName", "inputTransformer", "rule", "targetId"),
        reads=(_read_target,),
        delete=(_delete_target,),
        name="targetId",
        defaults={"eventBusName": _DEFAULT_BUS, "forceDestroy": False},
        replaces=("eventBusName", "rule", "targetId"),
        write_only=("forceDestroy",),
    ),
}
