"""Keys and buckets."""

import json
from typing import TYPE_CHECKING

from localcloud.aws.cloud import ACCOUNT
from localcloud.backend import Properties
from tests.localcloud.aws.lives.life import Life, identity_policy, policy

if TYPE_CHECKING:
    from conftest import Laboratory


def encryption(laboratory: "Laboratory", algorithm: str) -> list[Properties]:
    key = {"kmsMasterKeyId": laboratory.key["arn"]} if algorithm == "aws:kms" else {}
    default = {"sseAlgorithm": algorithm, **key}
    return [{"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": algorithm == "aws:kms"}]


def log_bucket(laboratory: "Laboratory") -> str:
    bucket = laboratory.bucket()
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    laboratory.make("aws:s3/bucketPolicy:BucketPolicy", {"bucket": bucket, "policy": document})
    return bucket


def versioned(laboratory: "Laboratory", region: str = "us-east-1") -> str:
    bucket = laboratory.bucket(region=region)
    versioning = {"bucket": bucket, "versioningConfiguration": {"status": "Enabled"}, "region": region}
    laboratory.make("aws:s3/bucketVersioning:BucketVersioning", versioning)
    return bucket


def replicating(laboratory: "Laboratory", markers: str) -> list[Properties]:
    return [
        {
            "id": "all",
            "priority": 1,
            "status": "Enabled",
            "filter": {"prefix": ""},
            "deleteMarkerReplication": {"status": markers},
            "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
            "destination": {
                "bucket": f"arn:aws:s3:::{versioned(laboratory, 'us-west-2')}",
                "storageClass": "STANDARD_IA",
                "encryptionConfiguration": {"replicaKmsKeyId": f"arn:aws:kms:us-west-2:{ACCOUNT}:key/one"},
                "metrics": {"status": "Enabled", "eventThreshold": {"minutes": 15}},
                "replicationTime": {"status": "Enabled", "time": {"minutes": 15}},
            },
        }
    ]


LIVES: dict[str, Life] = {
    "aws:kms/key:Key": Life(
        lambda laboratory: {
            "description": "A tenant's",
            "enableKeyRotation": True,
            "rotationPeriodInDays": 365,
            "deletionWindowInDays": 30,
            "policy": identity_policy("kms:*"),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "description": "Nobody's",
            "enableKeyRotation": None,
            "rotationPeriodInDays": None,
            "isEnabled": False,
            "policy": identity_policy("kms:Describe*"),
        },
        {"customerMasterKeySpec": "RSA_2048"},
    ),
    "aws:kms/alias:Alias": Life(
        lambda laboratory: {"name": f"alias/{laboratory.unique('key')}", "targetKeyId": laboratory.key["id"]},
        lambda laboratory: {"targetKeyId": laboratory.make("aws:kms/key:Key", {})[0]},
        {"name": "alias/other"},
    ),
    "aws:s3/bucket:Bucket": Life(
        lambda laboratory: {
            "bucket": laboratory.unique("bucket"),
            "objectLockEnabled": True,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": None, "forceDestroy": True},
        {"bucket": "another"},
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": Life(
        lambda laboratory: {"accountId": ACCOUNT, "blockPublicAcls": True, "blockPublicPolicy": True},
        lambda laboratory: {"blockPublicAcls": None, "restrictPublicBuckets": True},
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "policy": policy()},
        lambda laboratory: {"policy": policy("Deny")},
        {"bucket": "another"},
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "blockPublicAcls": True, "ignorePublicAcls": True},
        lambda laboratory: {"ignorePublicAcls": None, "restrictPublicBuckets": True},
        {"bucket": "another"},
    ),
    "aws:s3/bucketVersioning:BucketVersioning": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "versioningConfiguration": {"status": "Enabled"}},
        lambda laboratory: {"versioningConfiguration": {"status": "Suspended"}},
        {"bucket": "another"},
        outlives_deletion=True,
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "rules": encryption(laboratory, "aws:kms")},
        lambda laboratory: {"rules": encryption(laboratory, "AES256")},
        {"bucket": "another"},
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        lambda laboratory: {"rule": {"objectOwnership": "ObjectWriter"}},
        {"bucket": "another"},
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Life(
        lambda laboratory: {
            "bucket": laboratory.bucket(),
            "rules": [
                {"id": "old", "status": "Enabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 400}},
                {
                    "id": "versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrentVersionExpiration": {"noncurrentDays": 30},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                },
            ],
        },
        lambda laboratory: {
            "rules": [{"id": "old", "status": "Disabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 800}}]
        },
        {"bucket": "another"},
    ),
    "aws:s3/bucketLogging:BucketLogging": Life(
        lambda laboratory: {
            "bucket": laboratory.bucket(),
            "targetBucket": log_bucket(laboratory),
            "targetPrefix": "one/",
        },
        lambda laboratory: {"targetPrefix": "two/"},
        {"bucket": "another"},
    ),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": Life(
        lambda laboratory: {
            "bucket": laboratory.bucket(objectLockEnabled=True),
            "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 365}},
        },
        lambda laboratory: {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 730}}},
        {"bucket": "another"},
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": Life(
        lambda laboratory: {
            "bucket": versioned(laboratory),
            "role": laboratory.role["arn"],
            "rules": replicating(laboratory, "Disabled"),
        },
        lambda laboratory: {"rules": replicating(laboratory, "Enabled")},
        {"bucket": "another"},
    ),
    "aws:s3/bucketNotification:BucketNotification": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "eventbridge": True},
        lambda laboratory: {"eventbridge": None},
        {"bucket": "another"},
    ),
    "aws:s3/bucketAbac:BucketAbac": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "abacStatus": {"status": "Enabled"}},
        lambda laboratory: {"abacStatus": {"status": "Disabled"}},
        {"bucket": "another"},
    ),
    "aws:kms/grant:Grant": Life(
        lambda laboratory: {
            "keyId": laboratory.key["id"],
            "granteePrincipal": laboratory.role["arn"],
            "name": laboratory.unique("grant"),
            "operations": ["Decrypt", "GenerateDataKey"],
            "constraints": [{"encryptionContextEquals": {"tenant": "acme"}}],
        },
        replacement={"operations": ["Decrypt"]},
    ),
}
