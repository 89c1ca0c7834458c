"""KMS keys."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.cloud import Session
from localcloud.aws.guards import DELETION_WINDOW
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties

_SHORTEST, _LONGEST = DELETION_WINDOW


def _key_problem(inputs: Properties) -> str | None:
    window = inputs.get("deletionWindowInDays")
    if window is not None and window is not UNKNOWN and not _SHORTEST <= window <= _LONGEST:
        return f"deletionWindowInDays must be between {_SHORTEST} and {_LONGEST}"
    return None


def _set_key_state(session: Session, values: Properties) -> None:
    key = {"KeyId": values["id"]}
    # The rotation of a disabled key can't be changed.
    session.call("enable_key", key)
    if values["enableKeyRotation"]:
        period = values.get("rotationPeriodInDays")
        session.call("enable_key_rotation", key | ({"RotationPeriodInDays": period} if period else {}))
    else:
        session.call("disable_key_rotation", key)
    if not values["isEnabled"]:
        session.call("disable_key", key)


def _schedule_deletion(session: Session, values: Properties) -> None:
    if session.ask("describe_key", "KeyMetadata.KeyState", KeyId=values["id"]) == "PendingDeletion":
        return
    window = values["deletionWindowInDays"]
    session.call("schedule_key_deletion", {"KeyId": values["id"], "PendingWindowInDays": window})


def _read_alias(session: Session, values: Properties) -> Properties | None:
    path = "Aliases[].[AliasName, TargetKeyId]"
    for name, target in session.ask("list_aliases", path):
        if name == values["id"]:
            return {"name": name, "targetKeyId": target}
    return None


def _alias_outputs(session: Session, values: Properties) -> Properties:
    arn = session.ask("describe_key", "KeyMetadata.Arn", KeyId=values["targetKeyId"])
    return {"targetKeyArn": arn}


KEYS: Final[Mapping[str, Type]] = {
    "aws:kms/key:Key": Type(
        service="kms",
        identity="KeyMetadata.KeyId",
        create=call(
            "create_key",
            Description="{description}",
            KeySpec="{customerMasterKeySpec}",
            KeyUsage="{keyUsage}",
            MultiRegion="{multiRegion}",
            Policy="{policy}",
            Tags="{tagListKms}",
        ),
        reads=(
            read(
                "describe_key",
                "[KeyMetadata][?KeyState!='PendingDeletion'] | [0].{arn: Arn, keyId: KeyId, description: Description, "
                "isEnabled: Enabled, keyUsage: KeyUsage, customerMasterKeySpec: KeySpec, multiRegion: MultiRegion}",
                KeyId="{id}",
            ),
            read(
                "get_key_rotation_status",
                "{enableKeyRotation: KeyRotationEnabled, rotationPeriodInDays: RotationPeriodInDays}",
                KeyId="{id}",
            ),
            read("get_key_policy", "{policy: Policy}", KeyId="{id}", PolicyName="default"),
        ),
        settings=(
            Setting(call("put_key_policy", KeyId="{id}", PolicyName="default", Policy="{policy}")),
            Setting(call("update_key_description", KeyId="{id}", Description="{description}")),
            Setting(_set_key_state, properties=("enableKeyRotation", "isEnabled", "rotationPeriodInDays")),
        ),
        delete=(_schedule_deletion,),
        tags=Tags(
            add=call("tag_resource", KeyId="{id}", Tags="{tagListKms}"),
            remove=call("untag_resource", KeyId="{id}", TagKeys="{removedTags}"),
            read=read("list_resource_tags", "{tags: Tags}", KeyId="{id}"),
        ),
        listing=read("list_keys", "Keys[].KeyId"),
        outputs={"arn": "arn:aws:kms:{region}:{account}:key/{id}", "keyId": "{id}"},
        defaults={
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "deletionWindowInDays": _LONGEST,
            "enableKeyRotation": False,
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
        computed=("description", "multiRegion", "policy", "rotationPeriodInDays"),
        replaces=("customerMasterKeySpec", "keyUsage", "multiRegion"),
        beside=("rotationPeriodInDays",),
        write_only=("bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"),
        check=_key_problem,
    ),
    "aws:kms/alias:Alias": Type(
        service="kms",
        identity="{name}",
        create=call("create_alias", AliasName="{name}", TargetKeyId="{targetKeyId}"),
        reads=(_read_alias, _alias_outputs),
        settings=(Setting(call("update_alias", AliasName="{id}", TargetKeyId="{targetKeyId}")),),
        delete=(call("delete_alias", AliasName="{id}"),),
        name="name",
        outputs={"arn": "arn:aws:kms:{region}:{account}:{name}"},
        normal={"targetKeyId": lambda key: key.rpartition("/")[2]},
        replaces=("name", "namePrefix"),
    ),
}
