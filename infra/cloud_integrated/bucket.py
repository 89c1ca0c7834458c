"""Buckets, all private, versioned, encrypted and reached over TLS only."""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_aws import s3

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import EVERYONE, Condition, Statement, document

UPLOAD_DAYS: Final = 7
"""Days after which the parts of an upload that nobody finished are erased."""


class Bucket(pulumi.ComponentResource):
    """A bucket with everything that keeps it closed.

    `key_arn` is the KMS key of its objects; without one they are encrypted by S3 itself (SSE-S3), which is only for
    what can't be written otherwise. `bucket_key` has S3 ask KMS once for the bucket instead of once for each object.
    `statements` say who is let in; that nobody is without TLS holds always.
    `lock_days` keeps each object from being changed or deleted by anyone for so many days. `version_days` is how long
    what was deleted or overwritten can still be had; after it S3 erases it. `erasable` lets the engine delete the
    bucket together with what is in it. `tags` come on top of those that everything has.
    """

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        bucket: str,
        key_arn: pulumi.Input[str] | None,
        statements: Sequence[Statement],
        bucket_key: bool = False,
        tenant: str | None = None,
        lock_days: int | None = None,
        version_days: int | None = None,
        tags: Mapping[str, str] | None = None,
        erasable: bool = False,
        options: pulumi.ResourceOptions,
    ) -> None:
        logical, region = names.logical(name), names.region
        super().__init__("hosting:cloud_integrated:Bucket", logical, {}, options)
        child = pulumi.ResourceOptions(parent=self)
        arn = names.bucket_arn(bucket)
        container = s3.Bucket(
            logical,
            s3.BucketArgs(
                bucket=bucket,
                force_destroy=erasable,
                object_lock_enabled=lock_days is not None,
                region=region,
                tags={**names.tags(name, tenant), **(tags or {})},
            ),
            opts=child,
        )
        s3.BucketOwnershipControls(
            logical,
            s3.BucketOwnershipControlsArgs(
                bucket=container.bucket,
                region=region,
                rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            ),
            opts=child,
        )
        access_block = s3.BucketPublicAccessBlock(
            logical,
            s3.BucketPublicAccessBlockArgs(
                bucket=container.bucket,
                region=region,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            opts=child,
        )
        versioning = s3.BucketVersioning(
            logical,
            s3.BucketVersioningInitArgs(
                bucket=container.bucket,
                region=region,
                versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            ),
            opts=child,
        )
        s3.BucketServerSideEncryptionConfiguration(
            logical,
            s3.BucketServerSideEncryptionConfigurationInitArgs(
                bucket=container.bucket,
                region=region,
                rules=[
                    s3.BucketServerSideEncryptionConfigurationRuleArgs(
                        apply_server_side_encryption_by_default=(
                            s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                                sse_algorithm="AES256" if key_arn is None else "aws:kms", kms_master_key_id=key_arn
                            )
                        ),
                        bucket_key_enabled=bucket_key,
                    )
                ],
            ),
            opts=child,
        )
        if lock_days is not None:
            s3.BucketObjectLockConfiguration(
                logical,
                s3.BucketObjectLockConfigurationInitArgs(
                    bucket=container.bucket,
                    region=region,
                    rule=s3.BucketObjectLockConfigurationRuleArgs(
                        default_retention=s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                            mode="COMPLIANCE", days=lock_days
                        )
                    ),
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
            )
        if version_days is not None:
            s3.BucketLifecycleConfiguration(
                logical,
                s3.BucketLifecycleConfigurationArgs(
                    bucket=container.bucket,
                    region=region,
                    rules=[_erasure_after(version_days)],
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
            )
        policy = s3.BucketPolicy(
            logical,
            s3.BucketPolicyArgs(
                bucket=container.bucket,
                region=region,
                policy=document(*_tls_only(arn), *statements),
            ),
            # S3 refuses two changes of one bucket's access at the same time (OperationAborted).
            opts=pulumi.ResourceOptions(parent=self, depends_on=[access_block]),
        )
        # The policy's output, so that whoever is told the name waits until the policy is there.
        self.bucket = policy.bucket
        self.arn = arn
        self.register_outputs({"bucket": self.bucket})


def _erasure_after(days: int) -> s3.BucketLifecycleConfigurationRuleArgs:
    """Turns a deletion, which in a bucket with versions only hides the object, into a complete one."""
    return s3.BucketLifecycleConfigurationRuleArgs(
        id="erasure",
        status="Enabled",
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=days
        ),
        expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
        abort_incomplete_multipart_upload=s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
            days_after_initiation=UPLOAD_DAYS
        ),
    )


def _tls_only(arn: str) -> Sequence[Statement]:
    everything = [arn, f"{arn}/*"]
    return [
        Statement(
            sid="RefusePlainHttp",
            effect="Deny",
            principal=EVERYONE,
            actions=["s3:*"],
            resources=everything,
            conditions=[Condition.of("Bool", "aws:SecureTransport", "false")],
        ),
        Statement(
            sid="RefuseOldTls",
            effect="Deny",
            principal=EVERYONE,
            actions=["s3:*"],
            resources=everything,
            conditions=[Condition.of("NumericLessThan", "s3:TlsVersion", "1.2")],
        ),
    ]
