"""What watches the account: Config, GuardDuty, Security Hub, Inspector."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws import sdk
from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties

_DETECTOR: Final = "aws:guardduty/detector:Detector"
_RECORDER: Final = "aws:cfg/recorder:Recorder"
_HUB: Final = "aws:securityhub/account:Account"

_STANDARDS: Final = ("ruleset/", "standards/")


def _put_recorder(session: Session, values: Properties) -> None:
    group = dict(values.get("recordingGroup") or {})
    if isinstance(group.get("exclusionByResourceTypes"), list):
        (group["exclusionByResourceTypes"],) = group["exclusionByResourceTypes"]
    if group.get("recordingStrategies"):
        (group["recordingStrategy"],) = group.pop("recordingStrategies")
    recorder: Properties = {"name": values["name"], "roleARN": values["roleArn"]}
    session.call(
        "put_configuration_recorder", {"ConfigurationRecorder": recorder | ({"recordingGroup": group} if group else {})}
    )


def _read_recorder(session: Session, values: Properties) -> Properties | None:
    held = session.call("describe_configuration_recorders", {"ConfigurationRecorderNames": [values["id"]]})
    recorder = held["ConfigurationRecorders"][0]
    group = sdk.from_answer(_RECORDER, {"recordingGroup": recorder["recordingGroup"]})["recordingGroup"]
    excluded = [each for each in group.pop("exclusionByResourceTypes", []) if each.get("resourceTypes")]
    return {
        "name": recorder["name"],
        "roleArn": recorder["roleARN"],
        "recordingGroup": group | ({"exclusionByResourceTypes": excluded} if excluded else {}),
    }


def _put_channel(session: Session, values: Properties) -> None:
    channel: Properties = {
        "name": values["name"],
        "s3BucketName": values["s3BucketName"],
        "s3KeyPrefix": values.get("s3KeyPrefix"),
        "s3KmsKeyArn": values.get("s3KmsKeyArn"),
        "snsTopicARN": values.get("snsTopicArn"),
        "configSnapshotDeliveryProperties": values.get("snapshotDeliveryProperties"),
    }
    session.call("put_delivery_channel", {"DeliveryChannel": {name: value for name, value in channel.items() if value}})


def _set_recording(session: Session, values: Properties) -> None:
    operation = "start_configuration_recorder" if values["isEnabled"] else "stop_configuration_recorder"
    session.call(operation, {"ConfigurationRecorderName": values["name"]})


def _stop_recording(session: Session, values: Properties) -> None:
    session.call("stop_configuration_recorder", {"ConfigurationRecorderName": values["id"]})


def _put_rule(session: Session, values: Properties) -> None:
    if not session.ask("describe_configuration_recorders", "ConfigurationRecorders"):
        reason = "there is no configuration recorder"
        raise RefusedError("PutConfigRule", "NoAvailableConfigurationRecorderException", reason)
    rule: Properties = {
        "ConfigRuleName": values["name"],
        "Description": values.get("description"),
        "InputParameters": values.get("inputParameters"),
        "MaximumExecutionFrequency": values.get("maximumExecutionFrequency"),
        "Scope": values.get("scope"),
        "Source": values["source"],
    }
    tags = {"Tags": values["tagList"]} if values.get("tagList") else {}
    session.call("put_config_rule", {"ConfigRule": {name: each for name, each in rule.items() if each}, **tags})


def _create_detector(session: Session, values: Properties) -> dict[str, Any]:
    if session.ask("list_detectors", "DetectorIds"):
        reason = "a detector already exists for the current account"
        raise RefusedError("CreateDetector", "BadRequestException", reason)
    parameters: Properties = {
        "Enable": values["enable"],
        "FindingPublishingFrequency": values.get("findingPublishingFrequency"),
        "Tags": values.get("tags"),
    }
    return session.call("create_detector", {name: value for name, value in parameters.items() if value is not None})


def _read_detector(session: Session, values: Properties) -> Properties | None:
    if values["id"] not in session.ask("list_detectors", "DetectorIds"):
        return None
    held = session.call("get_detector", {"DetectorId": values["id"]})
    return {
        "enable": held["Status"] == "ENABLED",
        "findingPublishingFrequency": held.get("FindingPublishingFrequency"),
    }


def _delete_detector(session: Session, values: Properties) -> None:
    if _read_detector(session, values) is not None:
        session.call("delete_detector", {"DetectorId": values["id"]})


def _subscription(values: Properties) -> str | None:
    """The ARN of a subscription, which follows from that of the standard."""
    arn = values.get("standardsArn")
    if arn is UNKNOWN or arn is None:
        return None
    standard = next((arn.split(f":::{prefix}")[-1] for prefix in _STANDARDS if f":::{prefix}" in arn), None)
    standard = standard or arn.rpartition("::standards/")[2]
    return f"arn:aws:securityhub:{values['region']}:{ACCOUNT}:subscription/{standard}"


def _read_hub(session: Session, _values: Properties) -> Properties | None:
    try:
        held = session.call("describe_hub", {})
    except RefusedError as error:
        # AWS's word for an account without Security Hub.
        if error.code == "InvalidAccessException":
            return None
        raise
    return {"arn": held["HubArn"]}


def _disable_hub(session: Session, values: Properties) -> None:
    if _read_hub(session, values) is not None:
        session.call("disable_security_hub", {})


def _enabler_id(values: Properties) -> str | None:
    accounts, types = values.get("accountIds"), values.get("resourceTypes")
    if not isinstance(accounts, list) or not isinstance(types, list) or UNKNOWN in (*accounts, *types):
        return None
    return f"{','.join(sorted(accounts))}-{':'.join(sorted(types))}"


def _enabled_types(session: Session, values: Properties) -> Properties | None:
    accounts, _, _types = values["id"].partition("-")
    path = "accounts[].resourceState"
    states = session.ask("batch_get_account_status", path, accountIds=accounts.split(","))
    found = {"ec2": "EC2", "ecr": "ECR", "lambda": "LAMBDA", "lambdaCode": "LAMBDA_CODE"}
    held = [name for each in states for key, name in found.items() if each.get(key, {}).get("status") == "ENABLED"]
    wanted = values["id"].partition("-")[2].split(":")
    if not set(held) & set(wanted):
        return None
    return {"accountIds": accounts.split(","), "resourceTypes": sorted(set(held))}


AUDIT: Final[Mapping[str, Type]] = {
    _RECORDER: Type(
        service="config",
        identity="{name}",
        create=_put_recorder,
        create_again=True,
        takes=("name", "recordingGroup", "roleArn"),
        reads=(_read_recorder,),
        delete=(call("delete_configuration_recorder", ConfigurationRecorderName="{id}"),),
        name="name",
        defaults={"name": "default"},
        computed=(
            "recordingGroup",
            "recordingGroup.allSupported",
            "recordingGroup.includeGlobalResourceTypes",
            "recordingGroup.recordingStrategies",
            "recordingMode",
        ),
        replaces=("name",),
        beside=("recordingMode",),
    ),
    "aws:cfg/deliveryChannel:DeliveryChannel": Type(
        service="config",
        identity="{name}",
        create=_put_channel,
        create_again=True,
        takes=("name", "s3BucketName", "s3KeyPrefix", "s3KmsKeyArn", "snapshotDeliveryProperties", "snsTopicArn"),
        reads=(
            read(
                "describe_delivery_channels",
                "DeliveryChannels[0].{name: name, s3BucketName: s3BucketName, s3KeyPrefix: s3KeyPrefix, "
                "s3KmsKeyArn: s3KmsKeyArn, snsTopicArn: snsTopicARN, "
                "snapshotDeliveryProperties: configSnapshotDeliveryProperties}",
                DeliveryChannelNames=["{id}"],
            ),
        ),
        delete=(call("delete_delivery_channel", DeliveryChannelName="{id}"),),
        name="name",
        defaults={"name": "default"},
        replaces=("name",),
    ),
    "aws:cfg/recorderStatus:RecorderStatus": Type(
        service="config",
        identity="{name}",
        create=_set_recording,
        create_again=True,
        takes=("isEnabled", "name"),
        reads=(
            read(
                "describe_configuration_recorder_status",
                "ConfigurationRecordersStatus[0].{name: name, isEnabled: recording}",
                ConfigurationRecorderNames=["{id}"],
            ),
        ),
        delete=(_stop_recording,),
        replaces=("name",),
    ),
    "aws:cfg/rule:Rule": Type(
        service="config",
        identity="{name}",
        create=_put_rule,
        create_again=True,
        takes=("description", "inputParameters", "maximumExecutionFrequency", "name", "scope", "source"),
        reads=(
            read(
                "describe_config_rules",
                "ConfigRules[0].{name: ConfigRuleName, arn: ConfigRuleArn, ruleId: ConfigRuleId, "
                "description: Description, inputParameters: InputParameters, scope: Scope, source: Source, "
                "maximumExecutionFrequency: MaximumExecutionFrequency}",
                ConfigRuleNames=["{id}"],
            ),
        ),
        delete=(call("delete_config_rule", ConfigRuleName="{id}"),),
        tags=Tags(
            add=call("tag_resource", ResourceArn="{arn}", Tags="{tagList}"),
            remove=call("untag_resource", ResourceArn="{arn}", TagKeys="{removedTags}"),
            read=read("list_tags_for_resource", "{tags: Tags}", ResourceArn="{arn}"),
        ),
        name="name",
        computed=("evaluationModes", "scope", "source.sourceDetails"),
        replaces=("name",),
        beside=("evaluationModes",),
    ),
    "aws:cfg/conformancePack:ConformancePack": Type(
        service="config",
        identity="{name}",
        name="name",
        outputs={"arn": "arn:aws:config:{region}:{account}:conformance-pack/{name}"},
        replaces=("name",),
    ),
    "aws:cfg/retentionConfiguration:RetentionConfiguration": Type(
        service="config",
        identity=lambda _: "default",
        create=call("put_retention_configuration", RetentionPeriodInDays="{retentionPeriodInDays}"),
        create_again=True,
        reads=(
            read(
                "describe_retention_configurations",
                "RetentionConfigurations[0].{name: Name, retentionPeriodInDays: RetentionPeriodInDays}",
                RetentionConfigurationNames=["{id}"],
            ),
        ),
        delete=(call("delete_retention_configuration", RetentionConfigurationName="{id}"),),
    ),
    _DETECTOR: Type(
        service="guardduty",
        identity="DetectorId",
        create=_create_detector,
        takes=("enable", "findingPublishingFrequency"),
        reads=(_read_detector,),
        settings=(
            Setting(
                call(
                    "update_detector",
                    DetectorId="{id}",
                    Enable="{enable}",
                    FindingPublishingFrequency="{findingPublishingFrequency}",
                )
            ),
        ),
        delete=(_delete_detector,),
        listing=read("list_detectors", "DetectorIds"),
        key=("enable",),
        outputs={"accountId": "{account}", "arn": "arn:aws:guardduty:{region}:{account}:detector/{id}"},
        defaults={"enable": True},
        computed=("datasources", "findingPublishingFrequency"),
        beside=("datasources", "tags"),
    ),
    "aws:guardduty/detectorFeature:DetectorFeature": Type(
        service="guardduty",
        identity="{detectorId}/{name}",
        create_again=True,
        reason="moto mixes a detector's features up with its data sources",
        replaces=("detectorId", "name"),
        references={"detectorId": _DETECTOR},
    ),
    "aws:guardduty/publishingDestination:PublishingDestination": Type(
        service="guardduty",
        identity="{detectorId}:{random}",
        key=("detectorId", "destinationArn"),
        defaults={"destinationType": "S3"},
        replaces=("detectorId", "tags"),
        references={"detectorId": _DETECTOR},
    ),
    _HUB: Type(
        service="securityhub",
        identity="{account}",
        create=call("enable_security_hub", EnableDefaultStandards="{enableDefaultStandards}"),
        reads=(_read_hub,),
        delete=(_disable_hub,),
        outputs={"arn": "arn:aws:securityhub:{region}:{account}:hub/default"},
        defaults={"autoEnableControls": True, "enableDefaultStandards": True},
        computed=("controlFindingGenerator",),
        replaces=("enableDefaultStandards",),
        beside=("autoEnableControls", "controlFindingGenerator"),
        write_only=("enableDefaultStandards",),
    ),
    "aws:securityhub/standardsSubscription:StandardsSubscription": Type(
        service="securityhub",
        identity=_subscription,
        create_again=True,
        outputs={"arn": "{id}"},
        replaces=("standardsArn",),
    ),
    "aws:securityhub/findingAggregator:FindingAggregator": Type(
        service="securityhub",
        identity="arn:aws:securityhub:{region}:{account}:finding-aggregator/default",
        outputs={"arn": "{id}"},
    ),
    "aws:inspector2/enabler:Enabler": Type(
        service="inspector2",
        identity=_enabler_id,
        create=call("enable", accountIds="{accountIds}", resourceTypes="{resourceTypes}"),
        reads=(_enabled_types,),
        delete=(call("disable", accountIds="{accountIds}", resourceTypes="{resourceTypes}"),),
        replaces=("accountIds",),
    ),
}
