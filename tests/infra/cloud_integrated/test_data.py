"""Each tenant's bucket is closed to everyone but the service, and to every key but the tenant's."""

import json

import pytest

TENANTS = ("acme", "globex", "initech")
KEY_HEADER = "s3:x-amz-server-side-encryption-aws-kms-key-id"


@pytest.fixture(params=TENANTS)
def tenant(request):
    return request.param


def of_bucket(stack, kind, tenant):
    return stack.inputs(f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", f"tenant-{tenant}-data")


def policy(stack, statements, tenant):
    return statements(of_bucket(stack, "BucketPolicy", tenant)["policy"])


def test_a_bucket_is_encrypted_with_its_tenants_key(stack, tenant):
    assert of_bucket(stack, "BucketServerSideEncryptionConfiguration", tenant)["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": "aws:kms",
                "kmsMasterKeyId": f"arn:aws:kms:us-east-1:123456789012:key/tenant-{tenant}-key",
            },
            "bucketKeyEnabled": True,
        }
    ]


def test_a_bucket_refuses_other_keys(stack, statements, tenant):
    found = policy(stack, statements, tenant)
    algorithm = "s3:x-amz-server-side-encryption"

    assert {name: found[name]["Condition"] for name in found if name.startswith("Refuse") and "Key" in name} == {
        "RefuseOtherKeys": {
            "Null": {KEY_HEADER: "false"},
            "StringNotEquals": {KEY_HEADER: f"arn:aws:kms:us-east-1:123456789012:key/tenant-{tenant}-key"},
        },
        "RefuseKeysOfTheCaller": {"Null": {f"{algorithm}-customer-algorithm": "false"}},
    }
    assert found["RefuseOtherEncryption"]["Condition"] == {
        "Null": {algorithm: "false"},
        "StringNotEquals": {algorithm: "aws:kms"},
    }
    for name in ("RefuseOtherKeys", "RefuseKeysOfTheCaller", "RefuseOtherEncryption"):
        assert (found[name]["Effect"], found[name]["Principal"], found[name]["Action"]) == ("Deny", "*", "s3:PutObject")


def test_only_the_service_is_let_in(stack, statements, tenant):
    allowing = {name: s for name, s in policy(stack, statements, tenant).items() if s["Effect"] == "Allow"}

    assert set(allowing) == {"Objects", "Listing"}
    for statement in allowing.values():
        assert statement["Principal"] == {"AWS": ["arn:aws:iam::123456789012:role/hostco-ci-us-portal-task"]}
        assert f"hostco-ci-us-tenant-{tenant}" in json.dumps(statement["Resource"])
    assert set(allowing["Objects"]["Action"]) == {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}


def test_the_account_can_have_no_public_bucket(stack):
    block = stack.inputs("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account")

    assert {name for name in block if block[name] is True} == {
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    }
    assert block["accountId"] == "123456789012"
