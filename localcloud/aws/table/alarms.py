"""CloudWatch's alarms and filters, and EventBridge."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties

_ALARM: Final = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}

_DEFAULT_BUS: Final = "default"


def _pairs(dimensions: Mapping[str, str] | None) -> list[Properties]:
    return [{"Name": name, "Value": value} for name, value in (dimensions or {}).items()]


def _map(pairs: list[Properties] | None) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in pairs or []}


def _query(query: Properties) -> Properties:
    shaped: Properties = {
        "Id": query["id"],
        "Expression": query.get("expression"),
        "Label": query.get("label"),
        "ReturnData": query.get("returnData", False),
        "Period": query.get("period"),
        "AccountId": query.get("accountId"),
    }
    if query.get("metric"):
        metric = query["metric"]
        shaped["MetricStat"] = {
            "Metric": {
                "Namespace": metric.get("namespace"),
                "MetricName": metric["metricName"],
                "Dimensions": _pairs(metric.get("dimensions")),
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
        }
    return {name: value for name, value in shaped.items() if value is not None}


def _query_properties(query: Properties) -> Properties:
    found: Properties = {
        "id": query["Id"],
        "expression": query.get("Expression"),
        "label": query.get("Label"),
        "returnData": query.get("ReturnData"),
        "period": query.get("Period"),
        "accountId": query.get("AccountId"),
    }
    if query.get("MetricStat"):
        held = query["MetricStat"]
        found["metric"] = {
            "namespace": held["Metric"].get("Namespace"),
            "metricName": held["Metric"]["MetricName"],
            "dimensions": _map(held["Metric"].get("Dimensions")),
            "period": held["Period"],
            "stat": held["Stat"],
        }
    return {name: value for name, value in found.items() if value is not None}


def _put_alarm(session: Session, values: Properties) -> None:
    parameters: Properties = {spelled: values[name] for name, spelled in _ALARM.items() if values.get(name) is not None}
    parameters |= {"AlarmName": values["name"]}
    if values.get("dimensions"):
        parameters["Dimensions"] = _pairs(values["dimensions"])
    if values.get("metricQueries"):
        parameters["Metrics"] = [_query(each) for each in values["metricQueries"]]
    if values.get("tagList"):
        parameters["Tags"] = values["tagList"]
    session.call("put_metric_alarm", parameters)


def _read_alarm(session: Session, values: Properties) -> Properties | None:
    alarm = session.ask("describe_alarms", "MetricAlarms[0]", AlarmNames=[values["id"]])
    if not alarm:
        return None
    found: Properties = {name: alarm[spelled] for name, spelled in _ALARM.items() if alarm.get(spelled) is not None}
    if alarm.get("Dimensions"):
        found["dimensions"] = _map(alarm["Dimensions"])
    if alarm.get("Metrics"):
        found["metricQueries"] = [_query_properties(each) for each in alarm["Metrics"]]
    return found | {"name": alarm["AlarmName"], "arn": alarm["AlarmArn"]}


def _dimensionless(transformation: Properties) -> Properties:
    """A transformation without what CloudWatch Logs fills in."""
    return {name: value for name, value in transformation.items() if value not in (None, "", {}) and name != "unit"}


def _read_metric_filter(session: Session, values: Properties) -> Properties | None:
    for each in session.ask("describe_metric_filters", "metricFilters", filterNamePrefix=values["id"]):
        if each["filterName"] == values["id"] and values.get("logGroupName") in (None, each["logGroupName"]):
            transformation = each["metricTransformations"][0]
            return {
                "name": each["filterName"],
                "logGroupName": each["logGroupName"],
                "pattern": each.get("filterPattern", ""),
                "metricTransformation": {
                    "name": transformation["metricName"],
                    "namespace": transformation["metricNamespace"],
                    "value": transformation["metricValue"],
                    **(
                        {"defaultValue": f"{default:g}"}
                        if (default := transformation.get("defaultValue")) is not None
                        else {}
                    ),
                    **({"unit": unit} if (unit := transformation.get("unit")) else {}),
                    **({"dimensions": held} if (held := transformation.get("dimensions")) else {}),
                },
            }
    return None


def _put_metric_filter(session: Session, values: Properties) -> None:
    wanted = values["metricTransformation"]
    if _read_metric_filter(session, values | {"id": values["name"]}) is not None:
        # moto leaves a filter as it is when another of its name comes.
        session.call("delete_metric_filter", {"logGroupName": values["logGroupName"], "filterName": values["name"]})
    transformation: Properties = {
        "metricName": wanted["name"],
        "metricNamespace": wanted["namespace"],
        "metricValue": wanted["value"],
        "defaultValue": None if wanted.get("defaultValue") is None else float(wanted["defaultValue"]),
        "unit": wanted.get("unit"),
        "dimensions": wanted.get("dimensions"),
    }
    session.call(
        "put_metric_filter",
        {
            "logGroupName": values["logGroupName"],
            "filterName": values["name"],
            "filterPattern": values["pattern"],
            "metricTransformations": [{name: each for name, each in transformation.items() if each is not None}],
        },
    )


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


def _read_log_policy(session: Session, values: Properties) -> Properties | None:
    for each in session.ask("describe_resource_policies", "resourcePolicies"):
        if each["policyName"] == values["id"]:
            return {"policyName": each["policyName"], "policyDocument": each["policyDocument"]}
    return None


def _read_subscription_filter(session: Session, values: Properties) -> Properties | None:
    group, _, name = values["id"].partition("|")
    for each in session.ask("describe_subscription_filters", "subscriptionFilters", logGroupName=group):
        if each["filterName"] == name:
            return {
                "name": name,
                "logGroup": group,
                "destinationArn": each["destinationArn"],
                "filterPattern": each.get("filterPattern", ""),
                "roleArn": each.get("roleArn"),
                "distribution": each.get("distribution", "ByLogStream"),
            }
    return None


_EVENT_TAGS: Final = Tags(
    add=call("tag_resource", ResourceARN="{arn}", Tags="{tagList}"),
    remove=call("untag_resource", ResourceARN="{arn}", TagKeys="{removedTags}"),
    read=read("list_tags_for_resource", "{tags: Tags}", ResourceARN="{arn}"),
)

ALARMS: Final[Mapping[str, Type]] = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": Type(
        service="cloudwatch",
        identity="{name}",
        create=_put_alarm,
        create_again=True,
        takes=(*_ALARM, "dimensions", "metricQueries", "name"),
        reads=(_read_alarm,),
        delete=(call("delete_alarms", AlarmNames=["{id}"]),),
        tags=_EVENT_TAGS,
        name="name",
        outputs={"arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"},
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        computed=("evaluateLowSampleCountPercentiles",),
        replaces=("name",),
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Type(
        service="cloudwatch",
        identity="{alarmName}",
        name="alarmName",
        outputs={"arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{alarmName}"},
        defaults={"actionsEnabled": True},
        replaces=("actionsEnabled", "alarmName"),
    ),
    "aws:cloudwatch/dashboard:Dashboard": Type(
        service="cloudwatch",
        identity="{dashboardName}",
        name="dashboardName",
        reason="moto keeps the text of a dashboard as it is, and AWS doesn't",
        outputs={"dashboardArn": "arn:aws:cloudwatch::{account}:dashboard/{dashboardName}"},
        replaces=("dashboardName",),
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": Type(
        service="logs",
        identity="{name}",
        create=_put_metric_filter,
        create_again=True,
        takes=("logGroupName", "metricTransformation", "name", "pattern"),
        reads=(_read_metric_filter,),
        delete=(call("delete_metric_filter", logGroupName="{logGroupName}", filterName="{id}"),),
        name="name",
        computed=("applyOnTransformedLogs",),
        replaces=("logGroupName", "name"),
        normal={"metricTransformation": _dimensionless},
        beside=("applyOnTransformedLogs",),
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Type(
        service="logs",
        identity="{policyName}",
        create=call("put_resource_policy", policyName="{policyName}", policyDocument="{policyDocument}"),
        create_again=True,
        reads=(_read_log_policy,),
        delete=(call("delete_resource_policy", policyName="{id}"),),
        outputs={"policyScope": "ACCOUNT"},
        replaces=("policyName",),
    ),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": Type(
        service="logs",
        identity="{logGroup}|{name}",
        create=call(
            "put_subscription_filter",
            logGroupName="{logGroup}",
            filterName="{name}",
            filterPattern="{filterPattern}",
            destinationArn="{destinationArn}",
            roleArn="{roleArn}",
            distribution="{distribution}",
        ),
        create_again=True,
        reads=(_read_subscription_filter,),
        delete=(call("delete_subscription_filter", logGroupName="{logGroup}", filterName="{name}"),),
        name="name",
        defaults={"distribution": "ByLogStream"},
        computed=("applyOnTransformedLogs", "roleArn"),
        replaces=("destinationArn", "logGroup", "name"),
    ),
    "aws:cloudwatch/queryDefinition:QueryDefinition": Type(
        service="logs",
        identity="{random}",
        name="name",
        outputs={"queryDefinitionId": "{id}", "arn": "arn:aws:logs:{region}:{account}:query-definition:{id}"},
    ),
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
        tags=_EVENT_TAGS,
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
        tags=_EVENT_TAGS,
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
