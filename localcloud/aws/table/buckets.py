"""S3 buckets."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.model import Read, Step, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties, RejectedError

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


def _account_problem(inputs: Properties) -> str | None:
    account = inputs.get("accountId")
    if account is not None and account is not UNKNOWN and account != ACCOUNT:
        return f"accountId {account} is not the account of the local AWS cloud, {ACCOUNT}"
    return None


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
        # Says also when the bucket is in another region than its part.
        references={"bucket": "aws:s3/bucket:Bucket"},
        **rest,
    )


BUCKETS: Final[Mapping[str, Type]] = {
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
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": _companion(
        call(
            "put_bucket_replication",
            Bucket="{bucket}",
            ReplicationConfiguration={"Role": "{role}", "Rules": "{rules}"},
        ),
        read(
            "get_bucket_replication",
            "ReplicationConfiguration.{role: Role, rules: Rules}",
            Bucket="{id}",
        ),
        call("delete_bucket_replication", Bucket="{id}"),
        computed=("rules.filter", "rules.id", "rules.priority"),
        write_only=("token",),
    ),
    "aws:s3/bucketNotification:BucketNotification": Type(
        service="s3",
        identity="{bucket}",
        create_again=True,
        reason="moto asks the receiver at once, which may not be there yet",
        outputs={"bucket": "{id}"},
        defaults={"eventbridge": False},
        replaces=("bucket",),
        references={"bucket": "aws:s3/bucket:Bucket"},
    ),
    "aws:s3/bucketAbac:BucketAbac": Type(
        service="s3",
        identity="{bucket}",
        create_again=True,
        replaces=("bucket", "expectedBucketOwner"),
        references={"bucket": "aws:s3/bucket:Bucket"},
    ),
}
