"""Each tenant's bucket is closed to everyone but the service, and to every key but the tenant's."""

import json

import pytest

TENANTS = ("acme", "globex", "initech")
REGIONS = {"us-east-1": "", "us-west-2": "-2"}
ROLE = "arn:aws:iam::123456789012:role/hostco-ci-us-"
KEY_HEADER = "s3:x-amz-server-side-encryption-aws-kms-key-id"


@pytest.fixture(params=TENANTS)
def tenant(request):
    return request.param


def of_bucket(stack, kind, tenant, suffix=""):
    return stack.inputs(f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", f"tenant-{tenant}-data{suffix}")


def policy(stack, statements, tenant):
    return statements(of_bucket(stack, "BucketPolicy", tenant)["policy"])


@pytest.mark.parametrize("region", REGIONS)
def test_a_bucket_is_encrypted_with_its_tenants_key(stack, tenant, region):
    suffix = REGIONS[region]

    assert of_bucket(stack, "BucketServerSideEncryptionConfiguration", tenant, suffix)["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": "aws:kms",
                "kmsMasterKeyId": f"arn:aws:kms:{region}:123456789012:key/tenant-{tenant}-key{suffix}",
            },
            "bucketKeyEnabled": True,
        }
    ]


@pytest.mark.parametrize("suffix", REGIONS.values())
def test_a_deletion_is_completed_in_each_region(stack, tenant, suffix):
    assert of_bucket(stack, "BucketLifecycleConfiguration", tenant, suffix)["rules"] == [
        {
            "id": "erasure",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrentVersionExpiration": {"noncurrentDays": 30},
            "expiration": {"expiredObjectDeleteMarker": True},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        }
    ]


@pytest.mark.parametrize(("source", "target", "region"), [("", "-2", "us-west-2"), ("-2", "", "us-east-1")])
def test_each_object_is_copied_to_the_other_region_under_the_key_there(stack, tenant, source, target, region):
    name = f"tenant-{tenant}-data"
    config = stack.inputs("aws:s3/bucketReplicationConfig:BucketReplicationConfig", name + source)
    (rule,) = config["rules"]

    assert config["bucket"] == f"hostco-ci-us-tenant-{tenant}{source}"
    assert config["role"].endswith("role/hostco-ci-us-replication")
    assert rule["status"] == rule["deleteMarkerReplication"]["status"] == "Enabled"
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
    assert rule["destination"] == {
        "bucket": f"arn:aws:s3:::hostco-ci-us-tenant-{tenant}{target}",
        "encryptionConfiguration": {
            "replicaKmsKeyId": f"arn:aws:kms:{region}:123456789012:key/tenant-{tenant}-key{target}"
        },
        "metrics": {"status": "Enabled"},
    }


def test_copies_wait_until_both_buckets_keep_versions(stack, tenant):
    name = f"tenant-{tenant}-data"
    versionings = stack.of_type("aws:s3/bucketVersioning:BucketVersioning")

    for copy in (name, f"{name}-2"):
        config = stack.of_type("aws:s3/bucketReplicationConfig:BucketReplicationConfig")[copy]
        assert {versionings[each]["urn"] for each in (name, f"{name}-2")} <= set(config["dependencies"])
        assert config["protect"]


def test_a_stack_of_one_region_copies_nothing(dev_stack):
    copies = {"aws:s3/bucketReplicationConfig:BucketReplicationConfig", "aws:dynamodb/tableReplica:TableReplica"}

    assert not copies & {r["type"] for r in dev_stack.resources}
    assert not [r["name"] for r in dev_stack.of_tenant("acme") if r["name"].endswith("-2")]


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


@pytest.mark.parametrize("suffix", REGIONS.values())
def test_only_sessions_of_the_tenant_are_let_in(stack, statements, tenant, suffix):
    found = statements(of_bucket(stack, "BucketPolicy", tenant, suffix)["policy"])
    allowing = {name: s for name, s in found.items() if s["Effect"] == "Allow"}

    assert set(allowing) == {"Objects", "Listing"}
    for statement in allowing.values():
        assert statement["Principal"] == {"AWS": [f"{ROLE}tenant-data"]}
        assert statement["Condition"] == {"StringEquals": {"aws:PrincipalTag/tenant": tenant}}
        assert f"hostco-ci-us-tenant-{tenant}{suffix}" in json.dumps(statement["Resource"])
    assert set(allowing["Objects"]["Action"]) == {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}


@pytest.mark.parametrize("suffix", REGIONS.values())
def test_all_but_the_declared_roles_are_refused(stack, statements, tenant, suffix):
    found = statements(of_bucket(stack, "BucketPolicy", tenant, suffix)["policy"])
    arn = f"arn:aws:s3:::hostco-ci-us-tenant-{tenant}{suffix}"
    others, tenants = found["RefuseOtherRoles"], found["RefuseOtherTenants"]

    assert (others["Effect"], others["Principal"], others["Resource"]) == ("Deny", "*", [arn, f"{arn}/*"])
    assert {"s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:ReplicateObject"} <= set(others["Action"])
    assert others["Condition"] == {
        "ArnNotEquals": {
            "aws:PrincipalArn": [f"{ROLE}{name}" for name in ("tenant-data", "backup", "restore", "replication")]
        }
    }
    assert (tenants["Effect"], tenants["Action"]) == ("Deny", "s3:*")
    assert tenants["Principal"] == {"AWS": [f"{ROLE}tenant-data"]}
    assert tenants["Condition"] == {"StringNotEquals": {"aws:PrincipalTag/tenant": tenant}}


def test_the_account_can_have_no_public_bucket(stack):
    block = stack.inputs("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account")

    assert {name for name in block if block[name] is True} == {
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    }
    assert block["accountId"] == "123456789012"


def table(stack):
    return stack.of_type("aws:dynamodb/table:Table")["messages"]


def test_the_table_is_led_by_the_tenant(stack):
    assert (table(stack)["inputs"]["hashKey"], table(stack)["inputs"]["rangeKey"]) == ("tenant", "id")
    assert table(stack)["inputs"]["name"] == "hostco-ci-us-messages"


def test_the_table_is_encrypted_kept_and_paid_by_use(stack):
    inputs = table(stack)["inputs"]

    assert table(stack)["protect"]
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    assert inputs["serverSideEncryption"] == {
        "enabled": True,
        "kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/data-key",
    }
    assert inputs["pointInTimeRecovery"]["enabled"] is True
    assert inputs["deletionProtectionEnabled"] is True


def test_the_tables_replica_is_as_safe(stack):
    replica = stack.of_type("aws:dynamodb/tableReplica:TableReplica")["messages-2"]

    assert replica["protect"]
    assert replica["inputs"]["region"] == "us-west-2"
    assert replica["inputs"]["globalTableArn"] == "arn:aws:dynamodb:us-east-1:123456789012:table/hostco-ci-us-messages"
    assert replica["inputs"]["kmsKeyArn"] == "arn:aws:kms:us-west-2:123456789012:key/data-key-2"
    assert replica["inputs"]["pointInTimeRecovery"] is True
    assert replica["inputs"]["deletionProtectionEnabled"] is True


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("name", ["messages", "dead-letters"])
def test_a_queue_is_encrypted_and_answers_over_tls_to_this_account_only(stack, statements, name, region):
    suffix = REGIONS[region]
    queue = stack.of_type("aws:sqs/queue:Queue")[name + suffix]
    policy = stack.inputs("aws:sqs/queuePolicy:QueuePolicy", name + suffix)
    found = statements(policy["policy"])

    assert queue["protect"]
    assert queue["inputs"]["region"] == region
    assert queue["inputs"]["kmsMasterKeyId"] == f"arn:aws:kms:{region}:123456789012:key/data-key{suffix}"
    assert policy["queueUrl"].endswith(f"/hostco-ci-us-{name}{suffix}")
    assert {sid: s["Condition"] for sid, s in found.items()} == {
        "RefusePlainHttp": {"Bool": {"aws:SecureTransport": "false"}},
        "RefuseOtherAccounts": {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}},
    }
    assert {(s["Effect"], s["Principal"], s["Action"]) for s in found.values()} == {("Deny", "*", "sqs:*")}


def test_what_cannot_be_processed_is_kept_apart(stack):
    queue = stack.inputs("aws:sqs/queue:Queue", "messages")
    dead_letters = stack.inputs("aws:sqs/queue:Queue", "dead-letters")

    assert json.loads(queue["redrivePolicy"]) == {
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:hostco-ci-us-dead-letters",
        "maxReceiveCount": 5,
    }
    assert json.loads(dead_letters["redriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": ["arn:aws:sqs:us-east-1:123456789012:hostco-ci-us-messages"],
    }
    assert dead_letters["messageRetentionSeconds"] == 14 * 24 * 3600 > queue["messageRetentionSeconds"]
