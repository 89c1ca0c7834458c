"""CloudWatch's alarms, and the filters and policies of its logs."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Type, call
from localcloud.aws.table.common import WATCH_TAGS
from localcloud.backend import Properties

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


ALARMS: Final[Mapping[str, Type]] = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": Type(
        service="cloudwatch",
        identity="{name}",
        create=_put_alarm,
        create_again=True,
        takes=(*_ALARM, "dimensions", "metricQueries", "name"),
        reads=(_read_alarm,),
        delete=(call("delete_alarms", AlarmNames=["{id}"]),),
        tags=WATCH_TAGS,
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
}
