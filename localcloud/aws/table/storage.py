"""KMS keys and S3 buckets."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.guards import DELETION_WINDOW
from localcloud.aws.model import Read, Setting, Step, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties, RejectedError

_SHORTEST, _LONGEST = DELETION_WINDOW

_ACCESS_BLOCK: Final = {
    "BlockPublicAcls": "{blockPublicAcls}",
    "BlockPublicPolicy": "{blockPublicPolicy}",
    "IgnorePublicAcls": "{ignorePublicAcls}",
    "RestrictPublicBuckets": "{restrictPublicBuckets}",
}

_OPEN: Final = {
    "blockPublicAcls": False,
    "blockPublicPolicy": False,
    "ignorePublicAcls": False,
    "restrictPublicBuckets": False,
}
"""What the provider takes for each setting of a public access block that isn't given."""


def _key_problem(inputs: Properties) -> str | None:
    window = inputs.get("deletionWindowInDays")
    if window is not None and window is not UNKNOWN and not _SHORTEST <= window <= _LONGEST:
        return f"deletionWindowInDays must be between {_SHORTEST} and {_LONGEST}"
    return None


def _account_problem(inputs: Properties) -> str | None:
    account = inputs.get("accountId")
    if account is not None and account is not UNKNOWN and account != ACCOUNT:
        return f"accountId {account} is not the account of the local AWS cloud, {ACCOUNT}"
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


def _create_bucket(session: Session, values: Properties) -> None:
    name = values["bucket"]
    # In us-east-1 S3 answers the owner's second creation with success; the provider looks first.
    if _bucket_exists(session, name):
        raise RefusedError("CreateBucket", "BucketAlreadyExists", f"the bucket {name} exists")
    parameters: Properties = {"Bucket": name}
    if values.get("objectLockEnabled"):
        parameters["ObjectLockEnabledForBucket"] = True
    if session.region != "us-east-1":
        parameters["CreateBucketConfiguration"] = {"LocationConstraint": session.region}
    session.call("create_bucket", parameters)


def _bucket_exists(session: Session, name: str) -> bool:
    try:
        session.call("head_bucket", {"Bucket": name})
    except RefusedError as error:
        if error.is_missing:
            return False
        raise
    return True


def _read_bucket(session: Session, values: Properties) -> Properties | None:
    if not _bucket_exists(session, values["id"]):
        return None
    location = session.call("get_bucket_location", {"Bucket": values["id"]}).get("LocationConstraint") or "us-east-1"
    if location != session.region:
        raise RejectedError(f"The bucket {values['id']} is in {location}, not in {session.region}.")
    return {"bucket": values["id"]}


def _empty_bucket(session: Session, values: Properties) -> None:
    if not values.get("forceDestroy") or not _bucket_exists(session, values["id"]):
        return
    bucket = {"Bucket": values["id"]}
    listed = session.call("list_object_versions", bucket)
    for version in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
        session.call("delete_object", bucket | {"Key": version["Key"], "VersionId": version["VersionId"]})


def _companion(put: Step, question: Read, delete: Step, **rest: Any) -> Type:
    """A part of a bucket that has an operation of its own; its id is the bucket's name."""
    return Type(
        service="s3",
        identity="{bucket}",
        create=put,
        create_again=True,
        reads=(question,),
        delete=(delete,),
        outputs={"bucket": "{id}"},
        replaces=("bucket", *rest.pop("replaces", ())),
        **rest,
    )


STORAGE: Final[Mapping[str, Type]] = {
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
    "aws:s3/bucket:Bucket": Type(
        service="s3",
        identity="{bucket}",
        create=_create_bucket,
        takes=("bucket", "objectLockEnabled"),
        reads=(
            _read_bucket,
            read(
                "get_object_lock_configuration",
                "{objectLockEnabled: ObjectLockConfiguration.ObjectLockEnabled=='Enabled'}",
                Bucket="{id}",
            ),
        ),
        delete=(_empty_bucket, call("delete_bucket", Bucket="{id}")),
        tags=Tags(
            add=call("put_bucket_tagging", Bucket="{id}", Tagging={"TagSet": "{tagList}"}),
            remove=call("delete_bucket_tagging", Bucket="{id}"),
            read=read("get_bucket_tagging", "{tags: TagSet}", Bucket="{id}"),
            adding_replaces=True,
        ),
        name="bucket",
        outputs={
            "arn": "arn:aws:s3:::{bucket}",
            "bucketDomainName": "{bucket}.s3.amazonaws.com",
            "bucketRegion": "{region}",
            "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
        },
        defaults={"forceDestroy": False, "objectLockEnabled": False},
        replaces=("bucket", "bucketPrefix", "objectLockEnabled"),
        write_only=("forceDestroy",),
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": Type(
        service="s3control",
        identity="{account}",
        create=call("put_public_access_block", AccountId="{account}", PublicAccessBlockConfiguration=_ACCESS_BLOCK),
        create_again=True,
        takes=("accountId",),
        reads=(read("get_public_access_block", "PublicAccessBlockConfiguration", AccountId="{account}"),),
        delete=(call("delete_public_access_block", AccountId="{account}"),),
        outputs={"accountId": "{account}"},
        defaults=_OPEN,
        computed=("accountId",),
        replaces=("accountId",),
        check=_account_problem,
    ),
    "aws:s3/bucketPolicy:BucketPolicy": _companion(
        call("put_bucket_policy", Bucket="{bucket}", Policy="{policy}"),
        read("get_bucket_policy", "{policy: Policy}", Bucket="{id}"),
        call("delete_bucket_policy", Bucket="{id}"),
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _companion(
        call(
            "put_public_access_block",
            Bucket="{bucket}",
            PublicAccessBlockConfiguration=_ACCESS_BLOCK,
        ),
        read("get_public_access_block", "PublicAccessBlockConfiguration", Bucket="{id}"),
        call("delete_public_access_block", Bucket="{id}"),
        defaults=_OPEN,
        write_only=("skipDestroy",),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _companion(
        call("put_bucket_versioning", Bucket="{bucket}", VersioningConfiguration="{versioningConfiguration}"),
        read(
            "get_bucket_versioning",
            "Status && {versioningConfiguration: {status: Status, mfaDelete: MFADelete}}",
            Bucket="{id}",
        ),
        call("put_bucket_versioning", Bucket="{id}", VersioningConfiguration={"Status": "Suspended"}),
        computed=("versioningConfiguration.mfaDelete",),
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _companion(
        call("put_bucket_encryption", Bucket="{bucket}", ServerSideEncryptionConfiguration={"Rules": "{rules}"}),
        read("get_bucket_encryption", "{rules: ServerSideEncryptionConfiguration.Rules}", Bucket="{id}"),
        call("delete_bucket_encryption", Bucket="{id}"),
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _companion(
        call("put_bucket_ownership_controls", Bucket="{bucket}", OwnershipControls={"Rules": ["{rule}"]}),
        read("get_bucket_ownership_controls", "{rule: OwnershipControls.Rules[0]}", Bucket="{id}"),
        call("delete_bucket_ownership_controls", Bucket="{id}"),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _companion(
        call("put_bucket_lifecycle_configuration", Bucket="{bucket}", LifecycleConfiguration={"Rules": "{rules}"}),
        read("get_bucket_lifecycle_configuration", "{rules: Rules}", Bucket="{id}"),
        call("delete_bucket_lifecycle", Bucket="{id}"),
    ),
    "aws:s3/bucketLogging:BucketLogging": _companion(
        call(
            "put_bucket_logging",
            Bucket="{bucket}",
            BucketLoggingStatus={
                "LoggingEnabled": {"TargetBucket": "{targetBucket}", "TargetPrefix": "{targetPrefix}"},
            },
        ),
        read(
            "get_bucket_logging",
            "LoggingEnabled.{targetBucket: TargetBucket, targetPrefix: TargetPrefix}",
            Bucket="{id}",
        ),
        call("put_bucket_logging", Bucket="{id}", BucketLoggingStatus={}),
    ),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _companion(
        call(
            "put_object_lock_configuration",
            Bucket="{bucket}",
            ObjectLockConfiguration={"ObjectLockEnabled": "{objectLockEnabled}", "Rule": "{rule}"},
        ),
        read(
            "get_object_lock_configuration",
            "ObjectLockConfiguration.Rule && {objectLockEnabled: ObjectLockConfiguration.ObjectLockEnabled, "
            "rule: ObjectLockConfiguration.Rule}",
            Bucket="{id}",
        ),
        call("put_object_lock_configuration", Bucket="{id}", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}),
        defaults={"objectLockEnabled": "Enabled"},
        replaces=("objectLockEnabled",),
    ),
}
