"""AWS's refusals that moto doesn't make by itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localcloud.backend import RejectedError

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
