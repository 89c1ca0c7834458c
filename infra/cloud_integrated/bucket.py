"""Buckets, all private, versioned, encrypted and reached over TLS only."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import s3

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import EVERYONE, Condition, Statement, document


class Bucket(pulumi.ComponentResource):
    """A bucket with everything that keeps it closed.

    `key_arn` is the KMS key of its objects; without one they are encrypted by S3 itself (SSE-S3), which is only for
    what can't be written otherwise. `bucket_key` has S3 ask KMS once for the bucket instead of once for each object.
    `statements` say who is let in; that nobody is without TLS holds always.
    `lock_days` keeps each object from being changed or deleted by anyone for so many days. `erasable` lets the engine
    delete the bucket together with what is in it.
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
        erasable: bool = False,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:cloud_integrated:Bucket", name, {}, options)
        child = pulumi.ResourceOptions(parent=self)
        arn = names.bucket_arn(bucket)
        container = s3.Bucket(
            name,
            s3.BucketArgs(
                bucket=bucket,
                force_destroy=erasable,
                object_lock_enabled=lock_days is not None,
                tags=names.tags(name, tenant),
            ),
            opts=child,
        )
        s3.BucketOwnershipControls(
            name,
            s3.BucketOwnershipControlsArgs(
                bucket=container.bucket,
                rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            ),
            opts=child,
        )
        access_block = s3.BucketPublicAccessBlock(
            name,
            s3.BucketPublicAccessBlockArgs(
                bucket=container.bucket,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            opts=child,
        )
        versioning = s3.BucketVersioning(
            name,
            s3.BucketVersioningInitArgs(
                bucket=container.bucket,
                versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            ),
            opts=child,
        )
        s3.BucketServerSideEncryptionConfiguration(
            name,
            s3.BucketServerSideEncryptionConfigurationInitArgs(
                bucket=container.bucket,
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
                name,
                s3.BucketObjectLockConfigurationInitArgs(
                    bucket=container.bucket,
                    rule=s3.BucketObjectLockConfigurationRuleArgs(
                        default_retention=s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                            mode="COMPLIANCE", days=lock_days
                        )
                    ),
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
            )
        policy = s3.BucketPolicy(
            name,
            s3.BucketPolicyArgs(
                bucket=container.bucket,
                policy=document(*_tls_only(arn), *statements),
            ),
            # S3 refuses two changes of one bucket's access at the same time (OperationAborted).
            opts=pulumi.ResourceOptions(parent=self, depends_on=[access_block]),
        )
        # The policy's output, so that whoever is told the name waits until the policy is there.
        self.bucket = policy.bucket
        self.arn = arn
        self.register_outputs({"bucket": self.bucket})


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
