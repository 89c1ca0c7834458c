"""What the roles may do that copy tenants' data: to the other region, into backups, and back.

They serve all tenants, so each is bound to the buckets of tenants, to keys by way of one service, and to a bucket's ARN
as encryption context. A tenant's key and bucket name them one by one. Without use of the key these jobs would report
success and copy nothing.
"""

from collections.abc import Sequence
from typing import Final

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement, of_the_account
from infra.cloud_integrated.tenant_session import shared_table

REPLICATION: Final = "replication"
BACKUP: Final = "backup"
RESTORE: Final = "restore"

RESTORE_TEST: Final = "awsbackup-restore-test-"
"""With what the names begin of what AWS Backup makes to test (AWS Backup Developer Guide, "Restore testing")."""

RESTORE_TEST_BUCKETS: Final = f"arn:aws:s3:::{RESTORE_TEST}*"
"""The buckets into which AWS Backup restores when it tests."""


def replication(sites: Sequence[Names]) -> Sequence[Statement]:
    """S3 between the regions (S3 User Guide, "Setting up permissions for live replication" and "Replicating encrypted
    objects").
    """
    buckets = _tenant_buckets(sites)
    own = of_the_account(sites[0].account_id)
    return [
        Statement(
            sid="Buckets",
            actions=["s3:GetReplicationConfiguration", "s3:ListBucket"],
            resources=[buckets],
            conditions=[own],
        ),
        Statement(
            sid="Objects",
            actions=[
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
                "s3:ReplicateDelete",
                "s3:ReplicateObject",
                "s3:ReplicateTags",
            ],
            resources=[f"{buckets}/*"],
            conditions=[own],
        ),
        Statement(
            sid="Keys",
            actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            resources=_keys(sites),
            conditions=[_through(sites, "s3"), _of_buckets(buckets)],
        ),
    ]


def backup(sites: Sequence[Names]) -> Sequence[Statement]:
    """AWS Backup for buckets and the table, and for copies to the other region.

    Narrowed from the managed policies AWSBackupServiceRolePolicyForS3Backup and ...ForBackup to what is the stack's.
    """
    buckets = _tenant_buckets(sites)
    tables = _tables(sites)
    own = of_the_account(sites[0].account_id)
    return [
        Statement(
            sid="Buckets",
            actions=[
                "s3:GetBucketAcl",
                "s3:GetBucketLocation",
                "s3:GetBucketNotification",
                "s3:GetBucketTagging",
                "s3:GetBucketVersioning",
                "s3:GetInventoryConfiguration",
                "s3:ListBucket",
                "s3:ListBucketVersions",
                "s3:ListTagsForResource",
                "s3:PutBucketNotification",
                "s3:PutInventoryConfiguration",
            ],
            resources=[buckets],
            conditions=[own],
        ),
        Statement(
            sid="Objects",
            actions=[
                "s3:GetObject",
                "s3:GetObjectAcl",
                "s3:GetObjectTagging",
                "s3:GetObjectVersion",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
            ],
            resources=[f"{buckets}/*"],
            conditions=[own],
        ),
        Statement(
            sid="KeysOfBuckets",
            actions=["kms:Decrypt"],
            resources=_keys(sites),
            conditions=[_through(sites, "s3"), _of_buckets(buckets)],
        ),
        Statement(
            sid="KeysOfVaultsAndTheTable",
            actions=["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
            resources=_keys(sites),
            conditions=[_through(sites, "backup", "dynamodb")],
        ),
        Statement(sid="KeysByName", actions=["kms:DescribeKey"], resources=_keys(sites)),
        Statement(
            sid="ChangesOfBuckets",
            actions=[
                "events:DeleteRule",
                "events:DescribeRule",
                "events:DisableRule",
                "events:EnableRule",
                "events:ListTargetsByRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
            ],
            resources=[site.arn("events", "rule/AwsBackupManagedRule*") for site in sites],
        ),
        # Without the last one, selections that ask for tags find nothing, and no job is made.
        Statement(
            sid="Metrics",
            actions=["cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets", "tag:GetResources"],
        ),
        Statement(
            sid="Table",
            actions=["dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"],
            resources=tables,
        ),
        Statement(
            sid="Vaults",
            actions=["backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:DescribeBackupVault"],
            resources=[site.arn("backup", f"backup-vault:{site.prefix}-{site.stack}-*") for site in sites],
        ),
        Statement(
            sid="Points",
            actions=["backup:TagResource"],
            resources=[site.arn("backup", "recovery-point:*") for site in sites],
        ),
    ]


def restore(sites: Sequence[Names]) -> Sequence[Statement]:
    """AWS Backup back into a tenant's bucket, a table beside the shared one, or what a restore test makes.

    Narrowed from the managed policies AWSBackupServiceRolePolicyForS3Restore and ...ForRestores.
    """
    return [
        *_restore_of_buckets(sites),
        *_restore_of_the_table(sites),
        Statement(
            sid="KeysOfVaults",
            actions=["kms:Decrypt"],
            resources=_keys(sites),
            conditions=[_through(sites, "backup")],
        ),
        Statement(sid="KeysByName", actions=["kms:DescribeKey"], resources=_keys(sites)),
    ]


def _restore_of_buckets(sites: Sequence[Names]) -> Sequence[Statement]:
    buckets = _tenant_buckets(sites)
    targets = [buckets, RESTORE_TEST_BUCKETS]
    own = of_the_account(sites[0].account_id)
    return [
        Statement(
            sid="Buckets",
            actions=[
                "s3:GetBucketLocation",
                "s3:GetBucketOwnershipControls",
                "s3:GetBucketVersioning",
                "s3:ListBucket",
                "s3:ListBucketVersions",
            ],
            resources=targets,
            conditions=[own],
        ),
        Statement(
            sid="Objects",
            actions=[
                # Buckets keep versions, so it only hides one.
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:GetObjectAcl",
                "s3:GetObjectTagging",
                "s3:GetObjectVersion",
                "s3:GetObjectVersionAcl",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
                "s3:PutObjectAcl",
                "s3:PutObjectTagging",
                "s3:PutObjectVersionAcl",
            ],
            resources=[f"{target}/*" for target in targets],
            conditions=[own],
        ),
        # Whatever is made is the account's own; whether the condition holds before it is there isn't documented.
        Statement(sid="NewBucketsOfTests", actions=["s3:CreateBucket"], resources=[RESTORE_TEST_BUCKETS]),
        Statement(
            sid="BucketsOfTests",
            actions=[
                "s3:DeleteBucket",
                "s3:DeleteObjectVersion",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutBucketVersioning",
                "s3:PutEncryptionConfiguration",
            ],
            resources=[RESTORE_TEST_BUCKETS, f"{RESTORE_TEST_BUCKETS}/*"],
            conditions=[own],
        ),
        Statement(
            sid="KeysOfBuckets",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=_keys(sites),
            conditions=[_through(sites, "s3"), _of_buckets(*targets)],
        ),
    ]


def _restore_of_the_table(sites: Sequence[Names]) -> Sequence[Statement]:
    """Into a new table only; DynamoDB writes over none."""
    targets = [
        site.arn("dynamodb", f"table/{name}")
        for site in sites
        for name in (f"{RESTORE_TEST}*", f"{shared_table(site)}-restored-*")
    ]
    through_dynamodb = _through(sites, "dynamodb")
    return [
        Statement(
            sid="Tables",
            actions=[
                "dynamodb:BatchWriteItem",
                "dynamodb:DeleteItem",
                "dynamodb:DescribeTable",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:RestoreTableFromAwsBackup",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
            resources=targets,
        ),
        # What DynamoDB asks of whoever makes a table (DynamoDB Developer Guide, "Encryption at rest: how it works").
        Statement(
            sid="KeysOfTables",
            actions=[
                "kms:Decrypt",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            resources=_keys(sites),
            conditions=[through_dynamodb],
        ),
        Statement(
            sid="GrantsOfTables",
            actions=["kms:CreateGrant"],
            resources=_keys(sites),
            conditions=[through_dynamodb, Condition.of("Bool", "kms:GrantIsForAWSResource", "true")],
        ),
    ]


def _tenant_buckets(sites: Sequence[Names]) -> str:
    """All tenants' buckets, which begin alike in both regions."""
    return f"{Names.bucket_arn(sites[0].tenant_buckets)}*"


def _tables(sites: Sequence[Names]) -> Sequence[str]:
    return [site.arn("dynamodb", f"table/{shared_table(site)}") for site in sites]


def _keys(sites: Sequence[Names]) -> Sequence[str]:
    return [site.arn("kms", "key/*") for site in sites]


def _through(sites: Sequence[Names], *services: str) -> Condition:
    return Condition.of(
        "StringEquals",
        "kms:ViaService",
        *(f"{service}.{site.region}.amazonaws.com" for service in services for site in sites),
    )


def _of_buckets(*buckets: str) -> Condition:
    return Condition.of("StringLike", "kms:EncryptionContext:aws:s3:arn", *buckets)
