"""DynamoDB."""

from collections.abc import Mapping
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends

from localcloud.aws.cloud import ACCOUNT, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties, RejectedError

_INDEX: Final = {"hashKey": "HASH", "rangeKey": "RANGE"}


def _keys(values: Properties) -> list[Properties]:
    return [{"AttributeName": values[name], "KeyType": kind} for name, kind in _INDEX.items() if values.get(name)]


def _encryption(values: Properties) -> Properties | None:
    wanted = values.get("serverSideEncryption")
    if not wanted or not wanted["enabled"]:
        return None
    key = wanted.get("kmsKeyArn")
    return {"Enabled": True, "SSEType": "KMS"} | ({"KMSMasterKeyId": key} if key else {})


def _indexes(values: Properties) -> list[Properties]:
    return [
        {
            "IndexName": index["name"],
            "KeySchema": _keys(index),
            "Projection": {
                "ProjectionType": index["projectionType"],
                **({"NonKeyAttributes": names} if (names := index.get("nonKeyAttributes")) else {}),
            },
        }
        for index in values.get("globalSecondaryIndexes") or []
    ]


def _create_table(session: Session, values: Properties) -> None:
    parameters: Properties = {
        "TableName": values["name"],
        "AttributeDefinitions": [
            {"AttributeName": each["name"], "AttributeType": each["type"]} for each in values["attributes"]
        ],
        "KeySchema": _keys(values),
        "BillingMode": values["billingMode"],
        "DeletionProtectionEnabled": values.get("deletionProtectionEnabled"),
        "SSESpecification": _encryption(values),
        "GlobalSecondaryIndexes": _indexes(values),
        "Tags": values.get("tagList"),
    }
    if values["billingMode"] == "PROVISIONED":
        throughput = {
            "ReadCapacityUnits": values.get("readCapacity"),
            "WriteCapacityUnits": values.get("writeCapacity"),
        }
        parameters["ProvisionedThroughput"] = throughput
    if values.get("streamEnabled"):
        parameters["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": values["streamViewType"]}
    session.call("create_table", {name: value for name, value in parameters.items() if value not in (None, [])})


def _set_encryption(session: Session, values: Properties) -> None:
    wanted = _encryption(values) or {"Enabled": False}
    session.call("update_table", {"TableName": values["id"], "SSESpecification": wanted})


def _set_recovery(session: Session, values: Properties) -> None:
    enabled = bool((values.get("pointInTimeRecovery") or {}).get("enabled"))
    specification = {"PointInTimeRecoveryEnabled": enabled}
    session.call(
        "update_continuous_backups",
        {"TableName": values["id"], "PointInTimeRecoverySpecification": specification},
    )


def _set_expiry(session: Session, values: Properties) -> None:
    wanted = values.get("ttl") or {}
    path = "TimeToLiveDescription.AttributeName"
    attribute = wanted.get("attributeName") or session.ask("describe_time_to_live", path, TableName=values["id"])
    if attribute:
        specification = {"Enabled": bool(wanted.get("enabled")), "AttributeName": attribute}
        session.call("update_time_to_live", {"TableName": values["id"], "TimeToLiveSpecification": specification})


def _read_table(session: Session, values: Properties) -> Properties | None:
    name = {"TableName": values["id"]}
    table = session.call("describe_table", name)["Table"]
    keys = {each["KeyType"]: each["AttributeName"] for each in table["KeySchema"]}
    encryption = table.get("SSEDescription") or {}
    backups = session.call("describe_continuous_backups", name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = session.call("describe_time_to_live", name)["TimeToLiveDescription"]
    billing = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    found: Properties = {
        "name": table["TableName"],
        "arn": table["TableArn"],
        "attributes": [
            {"name": each["AttributeName"], "type": each["AttributeType"]} for each in table["AttributeDefinitions"]
        ],
        "billingMode": billing,
        "hashKey": keys["HASH"],
        "rangeKey": keys.get("RANGE"),
        "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "pointInTimeRecovery": {"enabled": recovery},
        "streamEnabled": table.get("StreamSpecification", {}).get("StreamEnabled", False),
        "streamViewType": table.get("StreamSpecification", {}).get("StreamViewType"),
        "streamArn": table.get("LatestStreamArn"),
        "streamLabel": table.get("LatestStreamLabel"),
        "ttl": {
            "enabled": expiry["TimeToLiveStatus"] == "ENABLED",
            "attributeName": expiry.get("AttributeName", ""),
        },
        "globalSecondaryIndexes": [_index(each) for each in table.get("GlobalSecondaryIndexes", [])] or None,
    }
    if encryption.get("Status") in ("ENABLED", "ENABLING", "UPDATING"):
        found["serverSideEncryption"] = {"enabled": True, "kmsKeyArn": encryption.get("KMSMasterKeyArn")}
    if billing == "PROVISIONED":
        throughput = table["ProvisionedThroughput"]
        found |= {"readCapacity": throughput["ReadCapacityUnits"], "writeCapacity": throughput["WriteCapacityUnits"]}
    return {name: value for name, value in found.items() if value is not None}


def _index(index: Mapping[str, Any]) -> Properties:
    keys = {each["KeyType"]: each["AttributeName"] for each in index["KeySchema"]}
    found: Properties = {
        "name": index["IndexName"],
        "hashKey": keys["HASH"],
        "rangeKey": keys.get("RANGE"),
        "projectionType": index["Projection"]["ProjectionType"],
        "nonKeyAttributes": index["Projection"].get("NonKeyAttributes"),
    }
    return {name: value for name, value in found.items() if value}


def _replica_id(values: Properties) -> str | None:
    """The table's name and home region."""
    arn = values.get("globalTableArn")
    if arn is UNKNOWN or arn is None:
        return None
    return f"{arn.rpartition('/')[2]}:{arn.split(':')[3]}"


def _replica_arn(session: Session, values: Properties) -> Properties:
    table, _, home = values["id"].partition(":")
    tables = dynamodb_backends[ACCOUNT][home].tables
    if table not in tables:
        raise RejectedError(f"globalTableArn names the table {table} in {home}, which isn't there.")
    if home == session.region:
        raise RejectedError(f"The table {table} is at home in {home}: a replica has to be in another region.")
    if not (tables[table].stream_specification or {}).get("StreamEnabled"):
        # DynamoDB Developer Guide, "Global tables": replicas follow the stream of new and old images.
        raise RejectedError(f"The table {table} has no stream of its changes, which its replica needs.")
    return {"arn": f"arn:aws:dynamodb:{session.region}:{ACCOUNT}:table/{table}"}


DYNAMODB: Final[Mapping[str, Type]] = {
    "aws:dynamodb/table:Table": Type(
        service="dynamodb",
        identity="{name}",
        create=_create_table,
        takes=(
            "attributes",
            "billingMode",
            "globalSecondaryIndexes",
            "hashKey",
            "name",
            "rangeKey",
            "readCapacity",
            "streamEnabled",
            "streamViewType",
            "writeCapacity",
        ),
        reads=(_read_table,),
        settings=(
            Setting(
                call("update_table", TableName="{id}", DeletionProtectionEnabled="{deletionProtectionEnabled}"),
                call("update_table", TableName="{id}", DeletionProtectionEnabled=False),
            ),
            Setting(call("update_table", TableName="{id}", BillingMode="{billingMode}")),
            Setting(_set_encryption, _set_encryption, ("serverSideEncryption",)),
            Setting(_set_recovery, _set_recovery, ("pointInTimeRecovery",)),
            Setting(_set_expiry, _set_expiry, ("ttl",)),
        ),
        delete=(call("delete_table", TableName="{id}"),),
        tags=Tags(
            add=call("tag_resource", ResourceArn="{arn}", Tags="{tagList}"),
            remove=call("untag_resource", ResourceArn="{arn}", TagKeys="{removedTags}"),
            read=read("list_tags_of_resource", "{tags: Tags}", ResourceArn="{arn}"),
        ),
        name="name",
        outputs={"arn": "arn:aws:dynamodb:{region}:{account}:table/{name}"},
        defaults={"billingMode": "PROVISIONED", "tableClass": "STANDARD"},
        computed=(
            "attributes",
            "globalSecondaryIndexes",
            "pointInTimeRecovery",
            "pointInTimeRecovery.recoveryPeriodInDays",
            "readCapacity",
            "serverSideEncryption",
            "serverSideEncryption.kmsKeyArn",
            "streamViewType",
            "ttl",
            "writeCapacity",
        ),
        replaces=("hashKey", "name", "rangeKey"),
        beside=("onDemandThroughput", "replicas", "tableClass"),
    ),
    "aws:dynamodb/tableReplica:TableReplica": Type(
        service="dynamodb",
        identity=_replica_id,
        reason="moto doesn't carry a table to another region",
        reads=(_replica_arn,),
        defaults={"pointInTimeRecovery": False},
        computed=("deletionProtectionEnabled", "kmsKeyArn"),
        replaces=("globalTableArn", "kmsKeyArn", "tableClassOverride"),
    ),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": Type(
        service="dynamodb",
        identity="{resourceArn}",
        create=call("put_resource_policy", ResourceArn="{resourceArn}", Policy="{policy}"),
        create_again=True,
        reads=(
            read(
                "get_resource_policy",
                "{policy: Policy, revisionId: RevisionId}",
                ResourceArn="{resourceArn}",
            ),
        ),
        delete=(call("delete_resource_policy", ResourceArn="{resourceArn}"),),
        outputs={"resourceArn": "{id}"},
        defaults={"confirmRemoveSelfResourceAccess": False},
        replaces=("resourceArn",),
        write_only=("confirmRemoveSelfResourceAccess",),
    ),
}
