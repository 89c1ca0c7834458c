"""CloudTrail."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import RefusedError, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties


def _create_trail(session: Session, values: Properties) -> dict[str, Any]:
    if values["name"] in session.ask("describe_trails", "trailList[].Name", includeShadowTrails=False):
        raise RefusedError("CreateTrail", "TrailAlreadyExistsException", f"the trail {values['name']} exists")
    if values.get("tagList"):
        return session.call("create_trail", _trail_parameters(values) | {"TagsList": values["tagList"]})
    return session.call("create_trail", _trail_parameters(values))


def _update_trail(session: Session, values: Properties) -> None:
    session.call("update_trail", _trail_parameters(values))


def _trail_parameters(values: Properties) -> Properties:
    spelled = _TRAIL | {"name": "Name"}
    return {spelled[name]: values[name] for name in spelled if values.get(name) is not None}


_TRAIL: Final = {
    "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
    "cloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "enableLogFileValidation": "EnableLogFileValidation",
    "includeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "isMultiRegionTrail": "IsMultiRegionTrail",
    "isOrganizationTrail": "IsOrganizationTrail",
    "kmsKeyId": "KmsKeyId",
    "s3BucketName": "S3BucketName",
    "s3KeyPrefix": "S3KeyPrefix",
    "snsTopicName": "SnsTopicName",
}


def _set_logging(session: Session, values: Properties) -> None:
    session.call("start_logging" if values["enableLogging"] else "stop_logging", {"Name": values["id"]})


def _trail_problem(inputs: Properties) -> str | None:
    selectors = inputs.get("advancedEventSelectors")
    for selector in selectors if isinstance(selectors, list) else []:
        fields = {each.get("field"): each for each in selector["fieldSelectors"]}
        if UNKNOWN in fields:
            continue
        if "eventCategory" not in fields:
            return "each of advancedEventSelectors must select by eventCategory"
        if fields["eventCategory"].get("equals") == ["Data"] and "resources.type" not in fields:
            return "each of advancedEventSelectors for the category Data must select by resources.type"
    return None


TRAIL: Final[Mapping[str, Type]] = {
    "aws:cloudtrail/trail:Trail": Type(
        service="cloudtrail",
        identity="arn:aws:cloudtrail:{region}:{account}:trail/{name}",
        create=_create_trail,
        takes=(*_TRAIL, "name"),
        reads=(
            read(
                "get_trail",
                "Trail.{name: Name, arn: TrailARN, s3BucketName: S3BucketName, s3KeyPrefix: S3KeyPrefix, "
                "snsTopicName: SnsTopicName, includeGlobalServiceEvents: IncludeGlobalServiceEvents, "
                "isMultiRegionTrail: IsMultiRegionTrail, isOrganizationTrail: IsOrganizationTrail, "
                "homeRegion: HomeRegion, enableLogFileValidation: LogFileValidationEnabled, "
                "cloudWatchLogsGroupArn: CloudWatchLogsLogGroupArn, "
                "cloudWatchLogsRoleArn: CloudWatchLogsRoleArn, kmsKeyId: KmsKeyId}",
                Name="{id}",
            ),
            # moto keeps the advanced selectors when others take their place; CloudTrail has one kind at a time.
            read(
                "get_event_selectors",
                "{advancedEventSelectors: !EventSelectors && AdvancedEventSelectors || `null`}",
                TrailName="{id}",
            ),
            read("get_trail_status", "{enableLogging: IsLogging}", Name="{id}"),
        ),
        settings=(
            Setting(_update_trail, properties=tuple(_TRAIL)),
            Setting(
                call("put_event_selectors", TrailName="{id}", AdvancedEventSelectors="{advancedEventSelectors}"),
                # What a new trail records: all management events.
                call(
                    "put_event_selectors",
                    TrailName="{id}",
                    EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}],
                ),
                ("advancedEventSelectors",),
            ),
            Setting(_set_logging, _set_logging, ("enableLogging",)),
        ),
        check=_trail_problem,
        delete=(call("delete_trail", Name="{name}"),),
        tags=Tags(
            add=call("add_tags", ResourceId="{id}", TagsList="{tagList}"),
            remove=call("remove_tags", ResourceId="{id}", TagsList="{removedTagList}"),
            read=read("list_tags", "{tags: ResourceTagList[0].TagsList}", ResourceIdList=["{id}"]),
        ),
        name="name",
        outputs={"arn": "arn:aws:cloudtrail:{region}:{account}:trail/{name}", "homeRegion": "{region}"},
        defaults={
            "enableLogFileValidation": False,
            "enableLogging": True,
            "includeGlobalServiceEvents": True,
            "isMultiRegionTrail": False,
            "isOrganizationTrail": False,
        },
        replaces=("name",),
    ),
}
