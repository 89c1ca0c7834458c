"""What watches the account, alarms, and events."""

from typing import TYPE_CHECKING

from localcloud.aws.cloud import ACCOUNT
from localcloud.backend import Properties
from tests.localcloud.aws.lives.life import Life, policy

if TYPE_CHECKING:
    from conftest import Laboratory


def group(laboratory: "Laboratory") -> str:
    return laboratory.log_group["name"]


def metric(name: str) -> Properties:
    return {"name": name, "namespace": "Security", "value": "1", "defaultValue": "0"}


def event_rule(laboratory: "Laboratory") -> str:
    inputs = {"name": laboratory.unique("rule"), "eventPattern": '{"source": ["aws.kms"]}'}
    return laboratory.make("aws:cloudwatch/eventRule:EventRule", inputs)[0]


def recorder(laboratory: "Laboratory") -> str:
    inputs = {"name": "default", "roleArn": laboratory.role["arn"]}
    return laboratory.make("aws:cfg/recorder:Recorder", inputs)[0]


def channel(laboratory: "Laboratory") -> str:
    bucket = laboratory.once("config bucket", "aws:s3/bucket:Bucket", {"bucket": "config-bucket"})["id"]
    return laboratory.make("aws:cfg/deliveryChannel:DeliveryChannel", {"name": "default", "s3BucketName": bucket})[0]


def alone(laboratory: "Laboratory") -> None:
    """A region has one recorder, one channel, one detector: what another test left goes."""
    config = laboratory.aws.cloud.client("config", "us-east-1")
    for each in config.describe_configuration_recorders()["ConfigurationRecorders"]:
        config.stop_configuration_recorder(ConfigurationRecorderName=each["name"])
    for each in config.describe_delivery_channels()["DeliveryChannels"]:
        config.delete_delivery_channel(DeliveryChannelName=each["name"])
    for each in config.describe_configuration_recorders()["ConfigurationRecorders"]:
        config.delete_configuration_recorder(ConfigurationRecorderName=each["name"])
    guardduty = laboratory.aws.cloud.client("guardduty", "us-east-1")
    for each in guardduty.list_detectors()["DetectorIds"]:
        guardduty.delete_detector(DetectorId=each)


def clean(laboratory: "Laboratory", inputs: Properties) -> Properties:
    alone(laboratory)
    return inputs


def detector(laboratory: "Laboratory") -> str:
    alone(laboratory)
    return laboratory.make("aws:guardduty/detector:Detector", {"enable": True})[0]


def recording(laboratory: "Laboratory") -> str:
    alone(laboratory)
    name = recorder(laboratory)
    channel(laboratory)
    return name


def with_recorder(laboratory: "Laboratory", inputs: Properties) -> Properties:
    alone(laboratory)
    recorder(laboratory)
    return inputs


def stream(laboratory: "Laboratory") -> str:
    kinesis = laboratory.aws.cloud.client("kinesis", "us-east-1")
    name = laboratory.unique("stream")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    return kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"]


LIVES: dict[str, Life] = {
    "aws:cfg/recorder:Recorder": Life(
        lambda laboratory: clean(
            laboratory,
            {
                "name": "default",
                "roleArn": laboratory.role["arn"],
                "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
            },
        ),
        lambda laboratory: {
            "recordingGroup": {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]},
        },
        {"name": "other"},
    ),
    "aws:cfg/deliveryChannel:DeliveryChannel": Life(
        lambda laboratory: with_recorder(
            laboratory,
            {
                "name": "default",
                "s3BucketName": laboratory.bucket(),
                "s3KeyPrefix": "config",
                "snapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
            },
        ),
        lambda laboratory: {"s3BucketName": laboratory.bucket()},
        {"name": "other"},
    ),
    "aws:cfg/recorderStatus:RecorderStatus": Life(
        lambda laboratory: {"name": recording(laboratory), "isEnabled": True},
        lambda laboratory: {"isEnabled": False},
        {"name": "other"},
        outlives_deletion=True,
    ),
    "aws:cfg/rule:Rule": Life(
        lambda laboratory: with_recorder(
            laboratory,
            {
                "name": laboratory.unique("rule"),
                "source": {"owner": "AWS", "sourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
                "description": "Versions",
                "tags": laboratory.tags(),
            },
        ),
        lambda laboratory: {"description": "Other"},
        {"name": "other"},
    ),
    "aws:cfg/conformancePack:ConformancePack": Life(
        lambda laboratory: {"name": laboratory.unique("pack"), "templateBody": "Resources: {}"},
        lambda laboratory: {"templateBody": "Resources: {One: {}}"},
        {"name": "other"},
    ),
    "aws:cfg/retentionConfiguration:RetentionConfiguration": Life(
        lambda laboratory: {"retentionPeriodInDays": 365}, lambda laboratory: {"retentionPeriodInDays": 400}
    ),
    "aws:guardduty/detector:Detector": Life(
        lambda laboratory: clean(
            laboratory,
            {"enable": True, "findingPublishingFrequency": "FIFTEEN_MINUTES", "tags": {"Name": "detector"}},
        ),
        lambda laboratory: {"findingPublishingFrequency": "ONE_HOUR"},
    ),
    "aws:guardduty/detectorFeature:DetectorFeature": Life(
        lambda laboratory: {
            "detectorId": detector(laboratory),
            "name": "RUNTIME_MONITORING",
            "status": "ENABLED",
            "additionalConfigurations": [{"name": "ECS_FARGATE_AGENT_MANAGEMENT", "status": "ENABLED"}],
        },
        lambda laboratory: {"status": "DISABLED"},
        {"name": "S3_DATA_EVENTS"},
    ),
    "aws:guardduty/publishingDestination:PublishingDestination": Life(
        lambda laboratory: {
            "detectorId": detector(laboratory),
            "destinationArn": "arn:aws:s3:::findings",
            "kmsKeyArn": laboratory.key["arn"],
        },
        lambda laboratory: {"destinationArn": "arn:aws:s3:::others"},
        {"detectorId": "other"},
    ),
    "aws:securityhub/account:Account": Life(
        lambda laboratory: {"enableDefaultStandards": False, "autoEnableControls": True},
        replacement={"enableDefaultStandards": True},
    ),
    "aws:securityhub/standardsSubscription:StandardsSubscription": Life(
        lambda laboratory: {
            "standardsArn": "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0"
        },
        replacement={"standardsArn": "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0"},
    ),
    "aws:securityhub/findingAggregator:FindingAggregator": Life(
        lambda laboratory: {"linkingMode": "SPECIFIED_REGIONS", "specifiedRegions": ["us-west-2"]},
        lambda laboratory: {"specifiedRegions": ["us-east-2"]},
    ),
    "aws:inspector2/enabler:Enabler": Life(
        lambda laboratory: {"accountIds": [ACCOUNT], "resourceTypes": ["ECR"]},
        replacement={"accountIds": ["210987654321"]},
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Life(
        lambda laboratory: {
            "name": laboratory.unique("alarm"),
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "evaluationPeriods": 1,
            "metricName": "RootUse",
            "namespace": "Security",
            "period": 300,
            "statistic": "Sum",
            "threshold": 1,
            "treatMissingData": "notBreaching",
            "alarmActions": [laboratory.topic],
            "dimensions": {"LoadBalancer": "app/one/1"},
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"threshold": 2, "treatMissingData": None, "tags": laboratory.tags()},
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Life(
        lambda laboratory: {"alarmName": laboratory.unique("alarm"), "alarmRule": "ALARM(one)"},
        lambda laboratory: {"alarmRule": "ALARM(two)"},
        {"alarmName": "other"},
    ),
    "aws:cloudwatch/dashboard:Dashboard": Life(
        lambda laboratory: {"dashboardName": laboratory.unique("board"), "dashboardBody": '{"widgets": []}'},
        lambda laboratory: {"dashboardBody": '{"widgets": [{}]}'},
        {"dashboardName": "other"},
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": Life(
        lambda laboratory: {
            "name": laboratory.unique("filter"),
            "logGroupName": group(laboratory),
            "pattern": '{ $.userIdentity.type = "Root" }',
            "metricTransformation": metric("RootUse"),
        },
        lambda laboratory: {"pattern": "", "metricTransformation": metric("Other")},
        {"logGroupName": "/other"},
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Life(
        lambda laboratory: {"policyName": laboratory.unique("policy"), "policyDocument": policy()},
        lambda laboratory: {"policyDocument": policy("Deny")},
        {"policyName": "other"},
    ),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": Life(
        lambda laboratory: {
            "name": laboratory.unique("filter"),
            "logGroup": laboratory.make("aws:cloudwatch/logGroup:LogGroup", {"name": laboratory.unique("/subscribed")})[
                0
            ],
            "destinationArn": stream(laboratory),
            "filterPattern": "ERROR",
            "roleArn": laboratory.role["arn"],
        },
        lambda laboratory: {"filterPattern": "WARNING"},
        {"name": "other"},
    ),
    "aws:cloudwatch/queryDefinition:QueryDefinition": Life(
        lambda laboratory: {"name": laboratory.unique("query"), "queryString": "fields @message"},
        lambda laboratory: {"queryString": "fields @timestamp"},
    ),
    "aws:cloudwatch/eventBus:EventBus": Life(
        lambda laboratory: {"name": laboratory.unique("bus"), "tags": laboratory.tags()},
        lambda laboratory: {"kmsKeyIdentifier": laboratory.key["arn"], "tags": laboratory.tags()},
        {"name": "other"},
    ),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": Life(
        lambda laboratory: {"policy": policy()},
        lambda laboratory: {"policy": policy("Deny")},
        {"eventBusName": "other"},
    ),
    "aws:cloudwatch/eventPermission:EventPermission": Life(
        lambda laboratory: {"principal": ACCOUNT, "statementId": laboratory.unique("Region")},
        lambda laboratory: {"principal": "*"},
        {"statementId": "other"},
    ),
    "aws:cloudwatch/eventRule:EventRule": Life(
        lambda laboratory: {
            "name": laboratory.unique("rule"),
            "eventPattern": '{"source": ["aws.guardduty"]}',
            "description": "Findings",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "eventPattern": '{"source": ["aws.kms"]}',
            "state": "DISABLED",
            "tags": laboratory.tags(),
        },
        {"name": "other"},
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Life(
        lambda laboratory: {
            "rule": event_rule(laboratory),
            "targetId": "topic",
            "arn": laboratory.topic,
            "inputTransformer": {"inputPaths": {"what": "$.detail.type"}, "inputTemplate": '"<what>"'},
        },
        lambda laboratory: {"inputTransformer": {"inputTemplate": '"something"'}},
        {"targetId": "other"},
    ),
}
