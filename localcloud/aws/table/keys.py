"""KMS keys."""

from collections.abc import Mapping
from typing import Any, Final

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


def _create_grant(session: Session, values: Properties) -> dict[str, Any]:
    names = ("constraints", "granteePrincipal", "keyId", "name", "operations", "retiringPrincipal")
    parameters = {name: values[name] for name in names if values.get(name)}
    answer = session.call("create_grant", parameters)
    return {"id": f"{values['keyId'].rpartition('/')[2]}:{answer['GrantId']}"}


def _read_grant(session: Session, values: Properties) -> Properties | None:
    key, _, grant = values["id"].partition(":")
    for held in session.ask("list_grants", "Grants", KeyId=key):
        if held["GrantId"] == grant:
            found: Properties = {name[0].lower() + name[1:]: value for name, value in held.items()}
            constraints = {name[0].lower() + name[1:]: value for name, value in held.get("Constraints", {}).items()}
            return {
                "grantId": grant,
                "keyId": key,
                "granteePrincipal": found["granteePrincipal"],
                "name": found.get("name") or None,
                "operations": found["operations"],
                "retiringPrincipal": found.get("retiringPrincipal") or None,
                "constraints": [constraints] if constraints else None,
            }
    return None


def _revoke_grant(session: Session, values: Properties) -> None:
    key, _, grant = values["id"].partition(":")
    if _read_grant(session, values) is not None:
        session.call("revoke_grant", {"KeyId": key, "GrantId": grant})


def _grants(session: Session) -> list[str]:
    return [
        f"{key}:{grant}"
        for key in session.ask("list_keys", "Keys[].KeyId")
        for grant in session.ask("list_grants", "Grants[].GrantId", KeyId=key)
    ]


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
    "aws:kms/grant:Grant": Type(
        service="kms",
        identity="id",
        create=_create_grant,
        takes=("constraints", "granteePrincipal", "keyId", "name", "operations", "retiringPrincipal"),
        reads=(_read_grant,),
        delete=(_revoke_grant,),
        key=("keyId", "name", "granteePrincipal"),
        listing=_grants,
        defaults={"retireOnDelete": False},
        replaces=(
            "constraints",
            "grantCreationTokens",
            "granteePrincipal",
            "keyId",
            "name",
            "operations",
            "retireOnDelete",
            "retiringPrincipal",
        ),
        write_only=("grantCreationTokens", "retireOnDelete"),
        normal={"keyId": lambda key: key.rpartition("/")[2]},
    ),
}
