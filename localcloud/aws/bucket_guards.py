"""What AWS refuses of buckets that others deliver to or replicate to (`localcloud.aws.guards` asks it)."""

from typing import Any

from moto.config.models import ConfigBackend
from moto.core.exceptions import JsonRESTError
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, S3Backend, s3_backends


def refuse_replication(backend: S3Backend, arguments: dict[str, Any]) -> None:
    """Both buckets need versions, and a replica's key has to be in the replica's region (S3 User Guide, "Replication
    requirements")."""
    if backend.get_bucket(arguments["bucket_name"]).versioning_status != "Enabled":
        raise S3ClientError(
            "InvalidRequest", "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        )
    rules: Any = arguments["replication"]["Rule"]
    for rule in rules if isinstance(rules, list) else [rules]:
        _refuse_destination(backend, rule)


def _refuse_destination(backend: S3Backend, rule: dict[str, Any]) -> None:
    destination = rule["Destination"]
    bucket = _bucket(backend.account_id, destination["Bucket"].rpartition(":")[2])
    if bucket is None:
        raise S3ClientError("InvalidRequest", "Destination bucket must exist.")
    if bucket.versioning_status != "Enabled":
        raise S3ClientError("InvalidRequest", "Destination bucket must have versioning enabled.")
    key = (destination.get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    selected = (rule.get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects") or {}
    if selected.get("Status") == "Enabled" and key is None:
        reason = "SseKmsEncryptedObjects must be specified together with EncryptionConfiguration."
        raise S3ClientError("InvalidRequest", reason)
    if key is not None and key.startswith("arn:") and key.split(":")[3] != bucket.region_name:
        reason = f"The replica's key is in {key.split(':')[3]}, the destination bucket in {bucket.region_name}."
        raise S3ClientError("InvalidRequest", reason)


def refuse_log_delivery(backend: ELBv2Backend, arguments: dict[str, Any]) -> None:
    """A load balancer writes its logs only to a bucket of its region under SSE-S3 (Elastic Load Balancing, "Access
    logs for your Application Load Balancer")."""
    attributes = arguments["attrs"]
    for kind in ("access_logs", "connection_logs"):
        if str(attributes.get(f"{kind}.s3.enabled")).lower() != "true":
            continue
        name = attributes.get(f"{kind}.s3.bucket")
        bucket = _bucket(backend.account_id, name)
        if bucket is None or bucket.region_name != backend.region_name or _is_under_kms(bucket):
            raise ELBClientError(
                "InvalidConfigurationRequest",
                f"Access Denied for bucket: {name}. It has to be there, in the region, and under SSE-S3.",
            )


def refuse_channel(backend: ConfigBackend, arguments: dict[str, Any]) -> None:
    """Config can't deliver to a bucket with a default retention of Object Lock (Config Developer Guide, "Permissions
    for the Amazon S3 Bucket")."""
    name = arguments["delivery_channel"].get("s3BucketName")
    bucket = _bucket(backend.account_id, name)
    if name and bucket is None:
        raise JsonRESTError("NoSuchBucketException", f"The bucket {name} doesn't exist.")
    if bucket is not None and bucket.has_default_lock:
        raise JsonRESTError(
            "InsufficientDeliveryPolicyException",
            f"The bucket {name} has a default retention of Object Lock, under which Config can't deliver.",
        )


def _bucket(account: str, name: str | None) -> FakeBucket | None:
    return s3_backends[account]["aws"].buckets.get(name) if name else None


def _is_under_kms(bucket: FakeBucket) -> bool:
    if not bucket.encryption:
        return False
    rules: Any = bucket.encryption["Rule"]
    rule = rules[0] if isinstance(rules, list) else rules
    return str(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]).startswith("aws:kms")
