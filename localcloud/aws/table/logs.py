"""CloudWatch log groups."""

from collections.abc import Mapping
from typing import Final

from moto.logs.models import logs_backends

from localcloud.aws.cloud import ACCOUNT, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import Properties


def _read_log_group(session: Session, values: Properties) -> Properties | None:
    found = session.ask("describe_log_groups", "logGroups", logGroupNamePrefix=values["id"])
    group = next((each for each in found if each["logGroupName"] == values["id"]), None)
    if group is None:
        return None
    return {
        "name": group["logGroupName"],
        "retentionInDays": group.get("retentionInDays", 0),
        "kmsKeyId": group.get("kmsKeyId"),
        "logGroupClass": group.get("logGroupClass", "STANDARD"),
    }


def _set_key(session: Session, values: Properties) -> None:
    # moto has no call that exchanges the key of a log group.
    logs_backends[ACCOUNT][session.region].groups[values["id"]].kms_key_id = values.get("kmsKeyId")


def _read_log_stream(session: Session, values: Properties) -> Properties | None:
    group, name = values["logGroupName"], values["name"]
    path = "logStreams[].logStreamName"
    if name not in session.ask("describe_log_streams", path, logGroupName=group, logStreamNamePrefix=name):
        return None
    return {"logGroupName": group, "name": name}


LOGS: Final[Mapping[str, Type]] = {
    "aws:cloudwatch/logGroup:LogGroup": Type(
        service="logs",
        identity="{name}",
        create=call(
            "create_log_group",
            logGroupName="{name}",
            kmsKeyId="{kmsKeyId}",
            logGroupClass="{logGroupClass}",
            tags="{tags}",
        ),
        reads=(_read_log_group,),
        settings=(
            Setting(
                call("put_retention_policy", logGroupName="{id}", retentionInDays="{retentionInDays}"),
            ),
            Setting(_set_key, _set_key, ("kmsKeyId",)),
        ),
        delete=(call("delete_log_group", logGroupName="{id}"),),
        tags=Tags(
            add=call("tag_resource", resourceArn="{arn}", tags="{tags}"),
            remove=call("untag_resource", resourceArn="{arn}", tagKeys="{removedTags}"),
            read=read("list_tags_for_resource", "{tags: tags}", resourceArn="{arn}"),
        ),
        name="name",
        outputs={"arn": "arn:aws:logs:{region}:{account}:log-group:{name}"},
        defaults={"retentionInDays": 0, "skipDestroy": False},
        computed=("deletionProtectionEnabled", "logGroupClass"),
        replaces=("logGroupClass", "name", "namePrefix"),
        beside=("deletionProtectionEnabled",),
        write_only=("skipDestroy",),
    ),
    "aws:cloudwatch/logStream:LogStream": Type(
        service="logs",
        identity="{logGroupName}:{name}",
        create=call("create_log_stream", logGroupName="{logGroupName}", logStreamName="{name}"),
        reads=(_read_log_stream,),
        delete=(call("delete_log_stream", logGroupName="{logGroupName}", logStreamName="{name}"),),
        name="name",
        outputs={"arn": "arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:{name}"},
        replaces=("logGroupName", "name"),
    ),
}
