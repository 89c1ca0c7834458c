"""Secrets Manager."""

from collections.abc import Mapping
from typing import Any, Final

from moto.secretsmanager.models import FakeSecret, secretsmanager_backends

from localcloud.aws.cloud import ACCOUNT, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties

_SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105  a type's name
_RECOVERY: Final = (7, 30)
"""Days that a deleted secret can be restored, shortest and longest; 0 deletes it at once (API, DeleteSecret)."""


def _secret_problem(inputs: Properties) -> str | None:
    days = inputs.get("recoveryWindowInDays")
    if days is None or days is UNKNOWN or days == 0 or _RECOVERY[0] <= days <= _RECOVERY[1]:
        return None
    return f"recoveryWindowInDays must be 0, or between {_RECOVERY[0]} and {_RECOVERY[1]}"


def _delete_secret(session: Session, values: Properties) -> None:
    days = values["recoveryWindowInDays"]
    how: Properties = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    session.call("delete_secret", {"SecretId": values["id"], **how})


def _put_version(session: Session, values: Properties) -> dict[str, Any]:
    parameters: Properties = {"SecretId": values["secretId"]}
    for name, spelled in (
        ("secretString", "SecretString"),
        ("secretStringWo", "SecretString"),
        ("secretBinary", "SecretBinary"),
        ("versionStages", "VersionStages"),
    ):
        if values.get(name) is not None:
            parameters[spelled] = values[name]
    answer = session.call("put_secret_value", parameters)
    return {"id": f"{answer['ARN']}|{answer['VersionId']}"}


def _read_version(session: Session, values: Properties) -> Properties | None:
    arn, _, version = values["id"].partition("|")
    held = session.call("get_secret_value", {"SecretId": arn, "VersionId": version})
    found: Properties = {"secretId": arn, "secretArn": arn, "arn": arn, "versionId": version}
    if values.get("secretStringWo") is None and values.get("secretStringWoVersion") is None:
        found["secretString"] = held.get("SecretString")
    return found | {"versionStages": held["VersionStages"]}


def _versions(session: Session) -> list[str]:
    return [
        f"{secret}|{version}"
        for secret in session.ask("list_secrets", "SecretList[].ARN")
        for version in session.ask("list_secret_version_ids", "Versions[].VersionId", SecretId=secret)
    ]


def _forget_version(session: Session, values: Properties) -> None:
    arn, _, version = values["id"].partition("|")
    secret = secretsmanager_backends[ACCOUNT][session.region].secrets.get(arn)
    if isinstance(secret, FakeSecret):
        # AWS ends a version when its last stage is taken from it, and keeps the current one as long as the secret.
        secret.versions.pop(version, None)
        if secret.default_version_id == version:
            secret.set_default_version_id(None)


SECRETS: Final[Mapping[str, Type]] = {
    _SECRET: Type(
        service="secretsmanager",
        identity="ARN",
        create=call(
            "create_secret",
            Name="{name}",
            Description="{description}",
            KmsKeyId="{kmsKeyId}",
            Tags="{tagList}",
        ),
        reads=(
            read(
                "describe_secret",
                "!DeletedDate && {name: Name, arn: ARN, description: Description, kmsKeyId: KmsKeyId, tags: Tags} "
                "|| `null`",
                SecretId="{id}",
            ),
        ),
        settings=(Setting(call("update_secret", SecretId="{id}", Description="{description}", KmsKeyId="{kmsKeyId}")),),
        delete=(_delete_secret,),
        tags=Tags(
            add=call("tag_resource", SecretId="{id}", Tags="{tagList}"),
            remove=call("untag_resource", SecretId="{id}", TagKeys="{removedTags}"),
        ),
        name="name",
        listing=read("list_secrets", "SecretList[].ARN"),
        outputs={"arn": "{id}"},
        defaults={"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": 30},
        computed=("replicas",),
        replaces=("name", "namePrefix"),
        beside=("replicas",),
        write_only=("forceOverwriteReplicaSecret", "recoveryWindowInDays"),
        check=_secret_problem,
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Type(
        service="secretsmanager",
        identity="{secretArn}",
        create=call("put_resource_policy", SecretId="{secretArn}", ResourcePolicy="{policy}"),
        create_again=True,
        reads=(read("get_resource_policy", "ResourcePolicy && {policy: ResourcePolicy}", SecretId="{id}"),),
        delete=(call("delete_resource_policy", SecretId="{id}"),),
        outputs={"secretArn": "{id}"},
        replaces=("secretArn",),
        write_only=("blockPublicPolicy",),
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Type(
        service="secretsmanager",
        identity="id",
        create=_put_version,
        takes=("secretBinary", "secretId", "secretString", "versionStages"),
        reads=(_read_version,),
        delete=(_forget_version,),
        key=("secretId",),
        listing=_versions,
        computed=("versionStages",),
        replaces=("secretBinary", "secretId", "secretString", "secretStringWoVersion"),
        write_only=("secretStringWo", "secretStringWoVersion"),
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": Type(
        service="secretsmanager",
        identity="{secretId}",
        reason="moto calls the function that rotates at once, and none runs here",
        outputs={"rotationEnabled": True},
        defaults={"rotateImmediately": True},
        computed=("rotationEnabled",),
        replaces=("secretId",),
        references={"secretId": _SECRET},
    ),
}
