"""The roles that copy tenants' data can do all that copying takes, and nothing else."""

import pytest

REGIONS = {"us-east-1": "", "us-west-2": "-2"}
TENANT_BUCKET = "arn:aws:s3:::hostco-ci-us-tenant-acme"
TEST_BUCKET = "arn:aws:s3:::awsbackup-restore-test-1234"
REGION = pytest.mark.parametrize("region", REGIONS)


def key(region="us-east-1", name="tenant/acme"):
    return f"arn:aws:kms:{region}:123456789012:alias/{name}"


def bucket(region="us-east-1"):
    return TENANT_BUCKET + REGIONS[region]


def through_s3(region="us-east-1", of=None):
    return {"kms:ViaService": f"s3.{region}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": of or bucket(region)}


def through(service, region="us-east-1"):
    return {"kms:ViaService": f"{service}.{region}.amazonaws.com"}


@REGION
@pytest.mark.parametrize(
    "action",
    ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging", "s3:ReplicateObject", "s3:ReplicateDelete"],
)
def test_replication_reads_and_writes_objects_of_either_region(policies, allowed, region, action):
    assert allowed(policies.session("replication"), action, f"{bucket(region)}/a", region=region)


@REGION
def test_replication_reads_its_configuration(policies, allowed, region):
    for action in ("s3:GetReplicationConfiguration", "s3:ListBucket"):
        assert allowed(policies.session("replication"), action, bucket(region), region=region)


@REGION
@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"])
def test_replication_uses_a_tenants_key_for_the_tenants_bucket_only(policies, allowed, region, action):
    replication = policies.session("replication")

    assert allowed(replication, action, key(region), through_s3(region), region=region)
    assert not allowed(replication, action, key(region), through_s3(region, TENANT_BUCKET + "x"), region=region)
    assert not allowed(replication, action, key(region), region=region)
    assert not allowed(replication, action, key(region), {"kms:EncryptionContext:tenant": "acme"}, region=region)


def test_replication_reads_no_object_as_a_reader_does(policies, allowed):
    assert not allowed(policies.session("replication"), "s3:GetObject", f"{TENANT_BUCKET}/a")
    assert not allowed(policies.session("replication"), "s3:PutObject", f"{TENANT_BUCKET}/a")


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"])
def test_backup_reads_a_tenants_objects(policies, allowed, action):
    assert allowed(policies.session("backup"), action, f"{TENANT_BUCKET}/a")


@pytest.mark.parametrize(
    "action",
    ["s3:ListBucketVersions", "s3:ListTagsForResource", "s3:PutInventoryConfiguration", "s3:PutBucketNotification"],
)
def test_backup_follows_changes_of_a_tenants_bucket(policies, allowed, action):
    assert allowed(policies.session("backup"), action, TENANT_BUCKET)


@REGION
def test_backup_finds_by_tags_what_a_plan_selects(policies, allowed, region):
    assert allowed(policies.session("backup"), "tag:GetResources", "*", region=region)


def test_backup_uses_a_tenants_key_for_the_bucket_and_the_vault_only(policies, allowed):
    backup = policies.session("backup")

    assert allowed(backup, "kms:Decrypt", key(), through_s3())
    assert allowed(backup, "kms:GenerateDataKey", key(), through("backup"))
    assert not allowed(backup, "kms:GenerateDataKey", key(), through_s3())
    assert not allowed(backup, "kms:Decrypt", key(), through_s3(of=TEST_BUCKET))
    assert not allowed(backup, "kms:Decrypt", key())
    assert not allowed(backup, "kms:Decrypt", key(), {"kms:EncryptionContext:tenant": "acme"})


def test_backup_copies_points_to_the_second_region_under_the_key_there(policies, allowed):
    backup, region = policies.session("backup"), "us-west-2"
    vault = f"arn:aws:backup:{region}:123456789012:backup-vault:hostco-ci-us-tenant-acme-2"

    assert allowed(backup, "backup:CopyIntoBackupVault", vault, region=region)
    assert allowed(backup, "kms:GenerateDataKey", key(region), through("backup", region), region=region)


def test_backup_writes_no_object(policies, allowed):
    for action in ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"):
        assert not allowed(policies.session("backup"), action, f"{TENANT_BUCKET}/a")


def test_backup_reads_the_table_under_the_key_of_the_data(policies, allowed):
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/hostco-ci-us-messages"
    backup = policies.session("backup")

    assert allowed(backup, "dynamodb:StartAwsBackupJob", table)
    assert allowed(backup, "kms:Decrypt", key(name="platform/data"), through("dynamodb"))
    assert allowed(backup, "kms:GenerateDataKey", key(name="platform/backup"), through("backup"))
    assert not allowed(backup, "dynamodb:Scan", table)


@REGION
@pytest.mark.parametrize("name", ["tenant/acme", "platform/restore-tests"])
def test_restore_writes_the_tenants_bucket_or_one_of_a_test_each_under_its_key(policies, allowed, name, region):
    restore = policies.session("restore")
    target, other = bucket(region), TEST_BUCKET
    if name == "platform/restore-tests":
        target, other = other, target

    assert allowed(restore, "s3:PutObject", f"{target}/a", region=region)
    assert allowed(restore, "kms:GenerateDataKey", key(region, name), through_s3(region, target), region=region)
    assert not allowed(restore, "kms:GenerateDataKey", key(region, name), through_s3(region, other), region=region)


def test_restore_reads_a_tenants_vault(policies, allowed):
    assert allowed(policies.session("restore"), "kms:Decrypt", key(), through("backup"))


@pytest.mark.parametrize("who", ["backup", "replication", "operator", "auditor", "break-glass", "tenant-data"])
def test_nobody_else_uses_the_key_of_restore_tests(policies, allowed, who):
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        for context in (through_s3(of=TEST_BUCKET), through("backup"), {}):
            assert not allowed(policies.session(who), action, key(name="platform/restore-tests"), context)


@pytest.mark.parametrize("target", [TENANT_BUCKET, TEST_BUCKET])
def test_restore_has_what_aws_backup_documents_for_buckets(policies, allowed, target):
    """AWSBackupServiceRolePolicyForS3Restore, version 2, but for what makes a bucket."""
    restore = policies.session("restore")

    for action in ("GetBucketLocation", "GetBucketOwnershipControls", "GetBucketVersioning", "ListBucketVersions"):
        assert allowed(restore, f"s3:{action}", target)
    for action in (
        "DeleteObject", "GetObject", "GetObjectAcl", "GetObjectTagging", "GetObjectVersion", "GetObjectVersionAcl",
        "ListMultipartUploadParts", "PutObject", "PutObjectAcl", "PutObjectTagging", "PutObjectVersionAcl",
    ):  # fmt: skip
        assert allowed(restore, f"s3:{action}", f"{target}/a")


def test_restore_ends_no_version_of_a_tenants_object(policies, allowed):
    assert allowed(policies.session("restore"), "s3:DeleteObjectVersion", f"{TEST_BUCKET}/a")
    assert not allowed(policies.session("restore"), "s3:DeleteObjectVersion", f"{TENANT_BUCKET}/a")


@REGION
@pytest.mark.parametrize("name", ["awsbackup-restore-test-1234", "hostco-ci-us-messages-restored-20260101"])
def test_restore_makes_a_table_beside_the_one_that_serves(policies, allowed, region, name):
    restore, table = policies.session("restore"), f"arn:aws:dynamodb:{region}:123456789012:table/"

    for action in ("RestoreTableFromAwsBackup", "DescribeTable"):
        assert allowed(restore, f"dynamodb:{action}", table + name, region=region)
    for action in ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"):
        assert allowed(restore, f"dynamodb:{action}", table + name, region=region)
        assert not allowed(restore, f"dynamodb:{action}", f"{table}hostco-ci-us-messages", region=region)
        assert not allowed(restore, f"dynamodb:{action}", f"{table}another-restored-1", region=region)


@REGION
def test_restore_encrypts_a_table_with_the_key_of_the_data_only(policies, allowed, region):
    restore, of_the_data = policies.session("restore"), key(region, "platform/data")
    through_dynamodb = through("dynamodb", region)

    for action in ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"):
        assert allowed(restore, action, of_the_data, through_dynamodb, region=region)
        assert not allowed(restore, action, of_the_data, region=region)
        for other in ("tenant/acme", "platform/restore-tests"):
            assert not allowed(restore, action, key(region, other), through_dynamodb, region=region)
    for_aws = {**through_dynamodb, "kms:GrantIsForAWSResource": "true"}
    assert allowed(restore, "kms:CreateGrant", of_the_data, for_aws, region=region)
    assert not allowed(restore, "kms:CreateGrant", of_the_data, through_dynamodb, region=region)
    assert not allowed(restore, "kms:CreateGrant", key(region), for_aws, region=region)
    assert allowed(restore, "kms:Decrypt", key(region, "platform/backup"), through("backup", region), region=region)


def test_restore_makes_and_removes_buckets_of_tests_only(policies, allowed):
    restore = policies.session("restore")

    for action in ("s3:CreateBucket", "s3:DeleteBucket"):
        assert allowed(restore, action, TEST_BUCKET)
        assert not allowed(restore, action, TENANT_BUCKET)


def test_restore_uses_the_key_for_no_other_bucket(policies, allowed):
    elsewhere = "arn:aws:s3:::somewhere-else"

    assert not allowed(policies.session("restore"), "kms:GenerateDataKey", key(), through_s3(of=elsewhere))
    assert not allowed(policies.session("restore"), "s3:PutObject", f"{elsewhere}/a")


@pytest.mark.parametrize("role", ["replication", "backup", "restore"])
def test_nothing_is_copied_outside_the_jurisdiction(policies, allowed, role):
    who = policies.session(role)

    assert not allowed(who, "s3:PutObject", f"{TENANT_BUCKET}/a", region="eu-central-1")
    assert not allowed(who, "s3:ReplicateObject", f"{TENANT_BUCKET}/a", region="eu-central-1")
    assert not allowed(who, "kms:Decrypt", key(), through_s3(), region="eu-central-1")


@pytest.mark.parametrize(
    ("role", "service"),
    [("replication", "s3.amazonaws.com"), ("backup", "backup.amazonaws.com"), ("restore", "backup.amazonaws.com")],
)
def test_a_copying_role_is_taken_on_by_its_service_only(policies, allowed, role, service, as_service):
    arn = f"arn:aws:iam::123456789012:role/hostco-ci-us-{role}"

    assert allowed(as_service(service), "sts:AssumeRole", arn)
    assert not allowed(as_service("ec2.amazonaws.com"), "sts:AssumeRole", arn)
    for other in ("operator", "break-glass", "tokens-task"):
        assert not allowed(policies.session(other), "sts:AssumeRole", arn)
