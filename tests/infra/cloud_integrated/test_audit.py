"""What happened is recorded, and nobody can unrecord it."""

import copy

TRAIL = "arn:aws:cloudtrail:us-east-1:123456789012:trail/hostco-ci-us-trail"


def test_the_trail_records_every_region_and_its_files_are_signed(stack):
    (trail,) = stack.of_type("aws:cloudtrail/trail:Trail").values()

    assert trail["protect"]
    assert trail["inputs"]["name"] == "hostco-ci-us-trail"
    for setting in ("isMultiRegionTrail", "includeGlobalServiceEvents", "enableLogFileValidation", "enableLogging"):
        assert trail["inputs"][setting] is True


def test_the_trail_is_encrypted_with_a_key_of_its_own(stack):
    trail = stack.inputs("aws:cloudtrail/trail:Trail", "trail")

    assert trail["kmsKeyId"].endswith("key/trail-key")
    assert trail["s3BucketName"] == "hostco-ci-us-trail-logs"
    assert trail["cloudWatchLogsGroupArn"].endswith("/hostco/ci-us/trail:*")
    assert trail["cloudWatchLogsRoleArn"].endswith("role/hostco-ci-us-trail-delivery")


def test_the_trail_records_who_reads_and_writes_tenants_objects(stack):
    selectors = {
        selector["name"]: {field.pop("field"): field for field in selector["fieldSelectors"]}
        for selector in copy.deepcopy(stack.inputs("aws:cloudtrail/trail:Trail", "trail")["advancedEventSelectors"])
    }

    # No `readOnly` among the fields: reads and writes alike.
    assert selectors == {
        "management": {"eventCategory": {"equals": ["Management"]}},
        "tenants-objects": {
            "eventCategory": {"equals": ["Data"]},
            "resources.type": {"equals": ["AWS::S3::Object"]},
            "resources.ARN": {"startsWiths": ["arn:aws:s3:::hostco-ci-us-tenant-"]},
        },
    }
    for bucket in stack.of_type("aws:s3/bucket:Bucket").values():
        name = bucket["inputs"]["bucket"]
        assert name.startswith("hostco-ci-us-tenant-") == ("tenant" in bucket["inputs"]["tags"]), name


def test_a_further_tenant_does_not_change_the_trail(stack, declare):
    more = declare(tenants=[{"id": "acme"}, {"id": "further"}])
    trail = "aws:cloudtrail/trail:Trail"

    assert more.inputs(trail, "trail") == stack.inputs(trail, "trail")


def test_the_trails_files_are_locked(stack):
    assert stack.inputs("aws:s3/bucket:Bucket", "trail-logs")["objectLockEnabled"] is True
    assert stack.inputs("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "trail-logs")["rule"] == {
        "defaultRetention": {"mode": "COMPLIANCE", "days": 365}
    }


def test_only_the_trail_writes_to_its_bucket(stack, statements):
    policy = statements(stack.inputs("aws:s3/bucketPolicy:BucketPolicy", "trail-logs")["policy"])
    allowing = {name: statement for name, statement in policy.items() if statement["Effect"] == "Allow"}

    assert set(allowing) == {"TrailChecks", "TrailDelivers"}
    for statement in allowing.values():
        assert statement["Principal"] == {"Service": ["cloudtrail.amazonaws.com"]}
        assert statement["Condition"]["ArnEquals"] == {"aws:SourceArn": TRAIL}
    assert allowing["TrailDelivers"]["Resource"] == "arn:aws:s3:::hostco-ci-us-trail-logs/AWSLogs/123456789012/*"


def test_the_trail_waits_for_its_bucket_and_its_role(stack):
    dependencies = stack.of_type("aws:cloudtrail/trail:Trail")["trail"]["dependencies"]

    assert stack.of_type("aws:s3/bucketPolicy:BucketPolicy")["trail-logs"]["urn"] in dependencies
    assert stack.of_type("aws:iam/rolePolicy:RolePolicy")["trail-delivery"]["urn"] in dependencies


def test_only_load_balancers_of_the_account_write_to_the_edges_bucket(stack, statements):
    policy = statements(stack.inputs("aws:s3/bucketPolicy:BucketPolicy", "edge-logs")["policy"])

    assert {name for name, statement in policy.items() if statement["Effect"] == "Allow"} == {"LoadBalancerDelivers"}
    assert policy["LoadBalancerDelivers"]["Principal"] == {
        "Service": ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
    assert policy["LoadBalancerDelivers"]["Resource"] == "arn:aws:s3:::hostco-ci-us-edge-logs/*/AWSLogs/123456789012/*"
    assert policy["LoadBalancerDelivers"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/*"},
    }


def test_the_trails_bucket_takes_signatures_as_the_trail_writes_them(stack, statements):
    (rule,) = stack.inputs(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "trail-logs"
    )["rules"]
    policy = statements(stack.inputs("aws:s3/bucketPolicy:BucketPolicy", "trail-logs")["policy"])

    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"].endswith("key/trail-key")
    assert rule["bucketKeyEnabled"] is False
    assert {name for name, statement in policy.items() if statement["Effect"] == "Deny"} == {
        "RefusePlainHttp",
        "RefuseOldTls",
    }


def test_the_edges_logs_are_encrypted_as_load_balancers_can_write_them(stack):
    (rule,) = stack.inputs(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "edge-logs"
    )["rules"]

    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
