"""What happened is recorded, and nobody can unrecord it."""

import copy

TRAIL = "arn:aws:cloudtrail:us-east-1:123456789012:trail/hostco-ci-us-trail"


def selectors(stack):
    return {
        selector["name"]: {field.pop("field"): field for field in selector["fieldSelectors"]}
        for selector in copy.deepcopy(stack.inputs("aws:cloudtrail/trail:Trail", "trail")["advancedEventSelectors"])
    }


def test_the_one_trail_records_every_region_and_its_files_are_signed(stack):
    (trail,) = stack.of_type("aws:cloudtrail/trail:Trail").values()

    assert trail["protect"]
    assert trail["inputs"]["name"] == "hostco-ci-us-trail"
    assert trail["inputs"]["region"] == "us-east-1"
    for setting in ("isMultiRegionTrail", "includeGlobalServiceEvents", "enableLogFileValidation", "enableLogging"):
        assert trail["inputs"][setting] is True


def test_the_trail_is_encrypted_with_a_key_of_its_own(stack):
    trail = stack.inputs("aws:cloudtrail/trail:Trail", "trail")

    assert trail["kmsKeyId"].endswith("key/trail-key")
    assert trail["s3BucketName"] == "hostco-ci-us-trail-logs"
    assert trail["cloudWatchLogsGroupArn"].endswith("/hostco/ci-us/trail:*")
    assert trail["cloudWatchLogsRoleArn"].endswith("role/hostco-ci-us-trail-delivery")


def test_no_management_event_is_left_out(stack):
    # One field: neither reads, nor KMS, nor anything else is excluded.
    assert selectors(stack)["management"] == {"eventCategory": {"equals": ["Management"]}}
    assert "eventSelectors" not in stack.inputs("aws:cloudtrail/trail:Trail", "trail")


def test_the_trail_records_who_reads_and_writes_tenants_data_in_both_regions(stack):
    # No `readOnly` among the fields: reads and writes alike.
    assert {name: fields for name, fields in selectors(stack).items() if name != "management"} == {
        "tenants-objects": {
            "eventCategory": {"equals": ["Data"]},
            "resources.type": {"equals": ["AWS::S3::Object"]},
            "resources.ARN": {
                "startsWiths": ["arn:aws:s3:::hostco-ci-us-tenant-", "arn:aws:s3:::awsbackup-restore-test-"]
            },
        },
        **{
            name: {
                "eventCategory": {"equals": ["Data"]},
                "resources.type": {"equals": [kind]},
                "resources.ARN": {
                    "startsWiths": [
                        f"arn:aws:dynamodb:{region}:123456789012:table/{beginning}"
                        for region in ("us-east-1", "us-west-2")
                        for beginning in ("hostco-ci-us-", "awsbackup-restore-test-")
                    ]
                },
            }
            for name, kind in (
                ("tenants-items", "AWS::DynamoDB::Table"),
                ("tenants-changes", "AWS::DynamoDB::Stream"),
            )
        },
    }


def test_each_bucket_of_a_tenant_and_each_table_is_recorded(stack):
    bucket_prefixes = tuple(selectors(stack)["tenants-objects"]["resources.ARN"]["startsWiths"])
    table_prefixes = tuple(selectors(stack)["tenants-items"]["resources.ARN"]["startsWiths"])

    for bucket in stack.of_type("aws:s3/bucket:Bucket").values():
        name = bucket["inputs"]["bucket"]
        assert f"arn:aws:s3:::{name}".startswith(bucket_prefixes) == ("tenant" in bucket["inputs"]["tags"]), name
    for table in stack.of_type("aws:dynamodb/table:Table").values():
        inputs = table["inputs"]
        assert f"arn:aws:dynamodb:{inputs['region']}:123456789012:table/{inputs['name']}".startswith(table_prefixes)


def test_a_further_tenant_does_not_change_the_trail(stack, declare):
    more = declare(tenants=[{"id": "acme"}, {"id": "further"}])
    trail = "aws:cloudtrail/trail:Trail"

    assert more.inputs(trail, "trail") == stack.inputs(trail, "trail")


def test_the_trails_files_are_locked(stack):
    bucket = stack.of_type("aws:s3/bucket:Bucket")["trail-logs"]

    assert bucket["protect"]
    assert bucket["inputs"]["objectLockEnabled"] is True
    assert not bucket["inputs"]["forceDestroy"]
    assert stack.inputs("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "trail-logs")["rule"] == {
        "defaultRetention": {"mode": "COMPLIANCE", "days": 365}
    }


def test_the_trails_files_are_locked_as_long_as_logs_are_kept(declare):
    longer = declare(retention={"logDays": 500, "deletionPolicyDays": 90})
    locks = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

    assert longer.inputs(locks, "trail-logs")["rule"]["defaultRetention"]["days"] == 500
    assert longer.inputs("aws:cloudwatch/logGroup:LogGroup", "trail")["retentionInDays"] == 545


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


def test_the_trails_role_does_nothing_but_deliver(stack, statements):
    role = stack.inputs("aws:iam/role:Role", "trail-delivery")
    rights = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "trail-delivery")["policy"])

    assert role["permissionsBoundary"].endswith("policy/hostco-ci-us-boundary")
    assert set(rights) == {"Deliver"}
    assert rights["Deliver"]["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert rights["Deliver"]["Resource"].endswith(":/hostco/ci-us/trail:log-stream:*")


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
