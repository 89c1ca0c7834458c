"""AWS's refusals that moto doesn't make by itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localcloud.backend import PartlyDoneError, Properties, RejectedError

if TYPE_CHECKING:
    from conftest import Laboratory


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"]


def ends(laboratory: "Laboratory", key: str, how: str) -> None:
    kms = laboratory.aws.cloud.client("kms", "us-east-1")
    if how == "disabled":
        kms.disable_key(KeyId=key)
    else:
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


@pytest.mark.parametrize(("how", "code"), [("disabled", "DisabledException"), ("deleted", "KMSInvalidStateException")])
def test_ended_key_can_not_be_used(laboratory: "Laboratory", how: str, code: str) -> None:
    kms = laboratory.aws.cloud.client("kms", "us-east-1")
    key, _ = laboratory.make("aws:kms/key:Key", {})
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"x"
    ends(laboratory, key, how)
    assert refusal(lambda: kms.encrypt(KeyId=key, Plaintext=b"x")) == code
    assert refusal(lambda: kms.decrypt(CiphertextBlob=ciphertext)) == code
    assert refusal(lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256")) == code
    other, _ = laboratory.make("aws:kms/key:Key", {})
    assert refusal(lambda: kms.re_encrypt(CiphertextBlob=ciphertext, DestinationKeyId=other)) == code


def test_key_pending_deletion_can_not_be_enabled_until_that_is_cancelled(laboratory: "Laboratory") -> None:
    kms = laboratory.aws.cloud.client("kms", "us-east-1")
    key, _ = laboratory.make("aws:kms/key:Key", {})
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)
    assert refusal(lambda: kms.enable_key(KeyId=key)) == "KMSInvalidStateException"
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    assert kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]


@pytest.mark.parametrize("days", [6, 31])
def test_deletion_window_is_bounded(laboratory: "Laboratory", days: int) -> None:
    kms = laboratory.aws.cloud.client("kms", "us-east-1")
    key, _ = laboratory.make("aws:kms/key:Key", {})
    assert refusal(lambda: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)) == "ValidationException"
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


@pytest.mark.parametrize(
    ("how", "code"), [("disabled", "KMS.DisabledException"), ("deleted", "KMS.KMSInvalidStateException")]
)
def test_objects_under_an_ended_key_are_out_of_reach(laboratory: "Laboratory", how: str, code: str) -> None:
    s3 = laboratory.aws.cloud.client("s3", "us-east-1")
    key, outputs = laboratory.make("aws:kms/key:Key", {})
    bucket = laboratory.bucket()
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": outputs["arn"]}
    laboratory.make(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        {"bucket": bucket, "rules": [{"applyServerSideEncryptionByDefault": default}]},
    )
    s3.put_object(Bucket=bucket, Key="mail", Body=b"x")
    assert s3.get_object(Bucket=bucket, Key="mail")["Body"].read() == b"x"
    ends(laboratory, key, how)
    assert refusal(lambda: s3.get_object(Bucket=bucket, Key="mail")) == code
    assert refusal(lambda: s3.put_object(Bucket=bucket, Key="more", Body=b"x")) == code


def test_protected_load_balancer_stays(laboratory: "Laboratory") -> None:
    kind = "aws:lb/loadBalancer:LoadBalancer"
    inputs = {
        "name": laboratory.unique("protected"),
        "subnets": [laboratory.subnet(0), laboratory.subnet(1)],
        "enableDeletionProtection": True,
    }
    identity, outputs = laboratory.make(kind, inputs)
    with pytest.raises(RejectedError, match="deletion protection is enabled"):
        laboratory.aws.delete(kind, identity, outputs)
    outputs = laboratory.aws.update(
        kind, identity, inputs, inputs | {"enableDeletionProtection": False}, everything=False
    )
    laboratory.aws.delete(kind, identity, outputs)
    assert laboratory.aws.read(kind, identity, inputs) is None


REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"


def versioned(laboratory: "Laboratory", region: str) -> str:
    bucket = laboratory.bucket(region=region)
    inputs = {"bucket": bucket, "versioningConfiguration": {"status": "Enabled"}, "region": region}
    return laboratory.make("aws:s3/bucketVersioning:BucketVersioning", inputs)[0]


def replication(laboratory: "Laboratory", source: str, target: str, key_region: str | None) -> Properties:
    destination: Properties = {"bucket": f"arn:aws:s3:::{target}"}
    if key_region:
        key = f"arn:aws:kms:{key_region}:123456789012:key/one"
        destination["encryptionConfiguration"] = {"replicaKmsKeyId": key}
    rule = {
        "id": "all",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "deleteMarkerReplication": {"status": "Enabled"},
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
        "destination": destination,
    }
    return {"bucket": source, "role": laboratory.role["arn"], "rules": [rule]}


def test_replication_needs_versions_in_both_buckets_and_a_key_in_the_second_region(laboratory: "Laboratory") -> None:
    source, target = versioned(laboratory, "us-east-1"), versioned(laboratory, "us-west-2")
    for inputs, reason in (
        (replication(laboratory, laboratory.bucket(), target, "us-west-2"), "Versioning must be 'Enabled'"),
        (replication(laboratory, source, "missing", "us-west-2"), "must exist"),
        (replication(laboratory, source, laboratory.bucket(), "us-east-1"), "must have versioning"),
        (replication(laboratory, source, target, None), "together with EncryptionConfiguration"),
        (replication(laboratory, source, target, "us-east-1"), "key is in us-east-1"),
    ):
        with pytest.raises(RejectedError, match=reason):
            laboratory.make(REPLICATION, inputs)
    laboratory.make(REPLICATION, replication(laboratory, source, target, "us-west-2"))
    s3 = laboratory.aws.cloud.client("s3", "us-east-1")
    (rule,) = s3.get_bucket_replication(Bucket=source)["ReplicationConfiguration"]["Rules"]
    assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    assert rule["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert rule["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"].startswith("arn:aws:kms:us-west-2:")


@pytest.mark.parametrize("kind", ["kms", "elsewhere", "missing"])
def test_load_balancer_delivers_only_under_sse_s3_in_its_region(laboratory: "Laboratory", kind: str) -> None:
    bucket = "missing" if kind == "missing" else laboratory.bucket()
    if kind == "kms":
        default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": laboratory.key["arn"]}
        laboratory.make(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            {"bucket": bucket, "rules": [{"applyServerSideEncryptionByDefault": default}]},
        )
    if kind == "elsewhere":
        bucket = laboratory.bucket(region="eu-central-1")
    inputs = {
        "name": laboratory.unique("logged"),
        "subnets": [laboratory.subnet(0), laboratory.subnet(1)],
        "accessLogs": {"bucket": bucket, "enabled": True},
    }
    with pytest.raises(PartlyDoneError, match="Access Denied for bucket"):
        laboratory.make("aws:lb/loadBalancer:LoadBalancer", inputs)


def test_config_delivers_to_no_bucket_that_locks_by_default(laboratory: "Laboratory") -> None:
    config = laboratory.aws.cloud.client("config", "eu-west-3")
    recorder = {"name": "default", "roleARN": laboratory.role["arn"]}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    bucket = laboratory.bucket(objectLockEnabled=True)
    channel = {"name": "default", "s3BucketName": bucket}
    config.put_delivery_channel(DeliveryChannel=channel)
    config.delete_delivery_channel(DeliveryChannelName="default")
    lock = {"bucket": bucket, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 365}}}
    laboratory.make("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", lock)
    code = refusal(lambda: config.put_delivery_channel(DeliveryChannel=channel))
    assert code == "InsufficientDeliveryPolicyException"
    missing = channel | {"s3BucketName": "missing"}
    assert refusal(lambda: config.put_delivery_channel(DeliveryChannel=missing)) == "NoSuchBucketException"


def test_plan_that_a_vaults_lock_forbids_is_refused(laboratory: "Laboratory") -> None:
    vault, _ = laboratory.make("aws:backup/vault:Vault", {"name": laboratory.unique("locked")})
    lock = {"backupVaultName": vault, "minRetentionDays": 7, "maxRetentionDays": 90}
    laboratory.make("aws:backup/vaultLockConfiguration:VaultLockConfiguration", lock)
    for days in (3, 91, None):
        rule = {"ruleName": "daily", "targetVaultName": vault, "schedule": "cron(0 3 * * ? *)"}
        rule |= {"lifecycle": {"deleteAfter": days}} if days else {}
        with pytest.raises(RejectedError, match="takes from 7 to 90 days"):
            laboratory.make("aws:backup/plan:Plan", {"name": laboratory.unique("plan"), "rules": [rule]})


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        (
            "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
            {"backupVaultName": "a", "minRetentionDays": 90, "maxRetentionDays": 30},
            "is more than maxRetentionDays",
        ),
        (
            "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
            {"backupVaultName": "a", "changeableForDays": 2},
            "must be 3 or more",
        ),
        ("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", {"state": "blocked"}, "must be one of"),
        ("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", {"minimumPasswordLength": 5}, "between 6 and 128"),
        ("aws:secretsmanager/secret:Secret", {"recoveryWindowInDays": 3}, "must be 0, or between 7 and 30"),
        (
            "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
            {"resourceArn": "arn", "logDestinationConfigs": ["arn:aws:logs:us-east-1:123456789012:log-group:edge"]},
            "doesn't begin with aws-waf-logs-",
        ),
    ],
)
def test_values_that_aws_would_refuse_are_refused_before_anything_is_called(
    laboratory: "Laboratory", kind: str, inputs: Properties, reason: str
) -> None:
    _, failures = laboratory.aws.check(kind, inputs)
    assert [reason in each.reason for each in failures] == [True]
