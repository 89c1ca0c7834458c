"""Data of one region: a bucket a tenant, encrypted with that tenant's key and no other (e-mail document, 6.c and 9.a);
and what tenants share, a table and a queue.

What is shared holds ids, pointers to objects, and content only as ciphertext wrapped with the tenant's key. So it is
under a key of the platform: DynamoDB and SQS know one key a table or queue.
"""

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import dynamodb, s3, sqs

from infra.cloud_integrated.bucket import Bucket
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import EVERYONE, Condition, Statement, aws_principal, document
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.tenant_session import PRINCIPAL_TAG, TAG, TenantUsers, of_the_tenant, shared_table
from infra.tenants import TenantResources

MESSAGE_RETENTION: Final = 4 * 24 * 3600
"""Seconds that a message waits in the queue at most."""

DEAD_LETTER_RETENTION: Final = 14 * 24 * 3600
"""Seconds that a message waits that could not be processed, the longest that SQS keeps one."""

ATTEMPTS: Final = 5
"""How often a message is handed out before it counts as one that can't be processed."""

OBJECT_ACCESS: Final = (
    "s3:DeleteObject*",
    "s3:GetObject*",
    "s3:ListBucketVersions",
    "s3:PutObject*",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "s3:RestoreObject",
)
"""Everything that reads or writes objects. The plain list is left to the account's policies: whether a bucket exists is
asked by the same right, also by the engine."""


def version_days(deletion_policy_days: int) -> int:
    """Days that a deleted object can still be had as a version.

    A third of the deletion policy's term: backups hold versions too, and have the rest of the term to end.
    """
    return deletion_policy_days // 3


class Data(Room):
    """The table, the queue, and the making of tenants' buckets.

    In the first region no bucket of the account can be made public. In the second, the table is a replica of
    `replica_of`, the first region's. AWS refuses to delete the table while `protect` holds, whoever asks.
    """

    def __init__(
        self,
        *,
        names: Names,
        data_key_arn: pulumi.Input[str],
        deletion_policy_days: int,
        protect: bool,
        replica_of: pulumi.Input[str] | None = None,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("data", names=names, options=options)
        self._version_days = version_days(deletion_policy_days)
        if replica_of is None:
            self._account_access_block()
            self.table_arn = self._table(data_key_arn, protect=protect)
        else:
            self.table_arn = self._replica(data_key_arn, replica_of, protect=protect)
        self.dead_letter_queue_arn = self._dead_letters(data_key_arn)
        self.queue_arn, self.queue_url = self._queue(data_key_arn)
        self.register_outputs(
            {
                "tableArn": self.table_arn,
                "queueArn": self.queue_arn,
                "deadLetterQueueArn": self.dead_letter_queue_arn,
            }
        )

    def tenant_bucket(self, resources: TenantResources, *, key_arn: pulumi.Input[str], used_by: TenantUsers) -> Bucket:
        """The tenant's bucket in this region, encrypted with `key_arn`.

        Once the tenant is let go, its data may be erased together with the bucket.
        """
        tenant = resources.tenant
        bucket = self.names.tenant_bucket(tenant.id)
        arn = self.names.bucket_arn(bucket)
        return Bucket(
            f"tenant-{tenant.id}-data",
            names=self.names,
            bucket=bucket,
            key_arn=key_arn,
            bucket_key=True,
            tenant=tenant.id,
            version_days=self._version_days,
            tags={"state": tenant.state},
            erasable=not tenant.is_protected,
            statements=[*_own_key_only(arn, key_arn), *_declared_roles_only(arn, tenant.id, used_by)],
            options=resources.child(),
        )

    def _account_access_block(self) -> None:
        s3.AccountPublicAccessBlock(
            "account",
            s3.AccountPublicAccessBlockArgs(
                account_id=self.names.account_id,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            opts=self.child(protect=True),
        )

    def _table(self, data_key_arn: pulumi.Input[str], *, protect: bool) -> pulumi.Output[str]:
        """The leading key is the tenant's id: that is what policies tell items of tenants apart by."""
        attribute = dynamodb.TableAttributeArgs
        return dynamodb.Table(
            "messages",
            dynamodb.TableArgs(
                name=shared_table(self.names),
                billing_mode="PAY_PER_REQUEST",
                hash_key=TAG,
                range_key="id",
                attributes=[attribute(name=TAG, type="S"), attribute(name="id", type="S")],
                server_side_encryption=dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=data_key_arn),
                point_in_time_recovery=dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
                deletion_protection_enabled=protect,
                # What a replica in another region follows.
                stream_enabled=True,
                stream_view_type="NEW_AND_OLD_IMAGES",
                region=self.names.region,
                tags=self.names.tags("messages"),
            ),
            # The replica, a resource of its own, shows up here as well.
            opts=pulumi.ResourceOptions(parent=self, protect=True, ignore_changes=["replicas"]),
        ).arn

    def _replica(
        self, data_key_arn: pulumi.Input[str], table_arn: pulumi.Input[str], *, protect: bool
    ) -> pulumi.Output[str]:
        return dynamodb.TableReplica(
            self.names.logical("messages"),
            dynamodb.TableReplicaInitArgs(
                global_table_arn=table_arn,
                kms_key_arn=data_key_arn,
                point_in_time_recovery=True,
                deletion_protection_enabled=protect,
                region=self.names.region,
                tags=self.names.tags("messages"),
            ),
            opts=self.child(protect=True),
        ).arn

    def _dead_letters(self, data_key_arn: pulumi.Input[str]) -> pulumi.Output[str]:
        source = self.names.arn("sqs", self.names.physical("messages"))
        return self._encrypted_queue(
            "dead-letters",
            data_key_arn,
            retention=DEAD_LETTER_RETENTION,
            redrive_allow={"redrivePermission": "byQueue", "sourceQueueArns": [source]},
        ).arn

    def _queue(self, data_key_arn: pulumi.Input[str]) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
        queue = self._encrypted_queue(
            "messages",
            data_key_arn,
            retention=MESSAGE_RETENTION,
            redrive={"deadLetterTargetArn": self.dead_letter_queue_arn, "maxReceiveCount": ATTEMPTS},
        )
        return queue.arn, queue.url

    def _encrypted_queue(
        self,
        name: str,
        key_arn: pulumi.Input[str],
        *,
        retention: int,
        redrive: dict[str, object] | None = None,
        redrive_allow: dict[str, object] | None = None,
    ) -> sqs.Queue:
        names = self.names
        queue = sqs.Queue(
            names.logical(name),
            sqs.QueueArgs(
                name=names.physical(name),
                kms_master_key_id=key_arn,
                kms_data_key_reuse_period_seconds=300,
                message_retention_seconds=retention,
                visibility_timeout_seconds=300,
                receive_wait_time_seconds=20,
                redrive_policy=None if redrive is None else pulumi.Output.json_dumps(redrive),
                redrive_allow_policy=None if redrive_allow is None else pulumi.Output.json_dumps(redrive_allow),
                region=names.region,
                tags=names.tags(name),
            ),
            opts=self.child(protect=True),
        )
        sqs.QueuePolicy(
            names.logical(name),
            sqs.QueuePolicyArgs(
                queue_url=queue.url,
                policy=document(*_account_over_tls(names, queue.arn)),
                region=names.region,
            ),
            opts=self.child(protect=True),
        )
        return queue


def replicate(
    resources: TenantResources,
    *,
    names: Names,
    source: Bucket,
    target: Bucket,
    target_key_arn: pulumi.Input[str],
    role_arn: pulumi.Input[str],
) -> None:
    """Has S3 copy each new object of `source`, where `names` is at home, to `target`, under the tenant's key there.

    A deletion is copied as well; the end of a version isn't, so that each bucket erases its own. Both directions are
    set up: what is written in the second region during a failover is there after the way back.
    """
    s3.BucketReplicationConfig(
        names.logical(f"tenant-{resources.tenant.id}-data"),
        s3.BucketReplicationConfigArgs(
            bucket=source.bucket,
            role=role_arn,
            rules=[
                s3.BucketReplicationConfigRuleArgs(
                    id="other-region",
                    status="Enabled",
                    priority=0,
                    filter=s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
                    delete_marker_replication=s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(
                        status="Enabled"
                    ),
                    # Without it S3 leaves out whatever a KMS key encrypts, which is everything.
                    source_selection_criteria=s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
                        sse_kms_encrypted_objects=(
                            s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
                                status="Enabled"
                            )
                        )
                    ),
                    destination=s3.BucketReplicationConfigRuleDestinationArgs(
                        bucket=target.arn,
                        encryption_configuration=(
                            s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                                replica_kms_key_id=target_key_arn
                            )
                        ),
                        metrics=s3.BucketReplicationConfigRuleDestinationMetricsArgs(status="Enabled"),
                    ),
                )
            ],
            region=names.region,
        ),
        # S3 refuses to replicate where either bucket keeps no versions.
        opts=pulumi.ResourceOptions.merge(resources.child(), pulumi.ResourceOptions(depends_on=[source, target])),
    )


def _declared_roles_only(arn: str, tenant: str, users: TenantUsers) -> Sequence[Statement]:
    """Lets in the sessions of the tenant, and refuses all but the declared roles.

    The refusals hold against the account's own policies too, which could otherwise let anybody in.
    """
    session = aws_principal(users.session)
    objects = [f"{arn}/*"]
    roles = [users.session, users.backup, users.restore, *([users.replication] if users.replication else [])]
    return [
        Statement(
            sid="RefuseOtherRoles",
            effect="Deny",
            principal=EVERYONE,
            actions=OBJECT_ACCESS,
            resources=[arn, *objects],
            conditions=[Condition.of("ArnNotEquals", "aws:PrincipalArn", *roles)],
        ),
        Statement(
            sid="RefuseOtherTenants",
            effect="Deny",
            principal=session,
            actions=["s3:*"],
            resources=[arn, *objects],
            conditions=[Condition.of("StringNotEquals", PRINCIPAL_TAG, tenant)],
        ),
        Statement(
            sid="Objects",
            principal=session,
            actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resources=objects,
            conditions=[of_the_tenant(tenant)],
        ),
        Statement(
            sid="Listing",
            principal=session,
            actions=["s3:ListBucket"],
            resources=[arn],
            conditions=[of_the_tenant(tenant)],
        ),
    ]


def _own_key_only(arn: str, key_arn: pulumi.Input[str]) -> Sequence[Statement]:
    """A request may leave the encryption to the bucket's default or ask for just that; nothing else.

    A negated operator also holds when the request has no such header, hence `Null` next to it.
    """
    algorithm = "s3:x-amz-server-side-encryption"
    key = f"{algorithm}-aws-kms-key-id"
    key_of_the_caller = f"{algorithm}-customer-algorithm"

    def refusal(sid: str, *conditions: Condition) -> Statement:
        return Statement(
            sid=sid,
            effect="Deny",
            principal=EVERYONE,
            actions=["s3:PutObject"],
            resources=[f"{arn}/*"],
            conditions=conditions,
        )

    return [
        refusal(
            "RefuseOtherEncryption",
            Condition.of("Null", algorithm, "false"),
            Condition.of("StringNotEquals", algorithm, "aws:kms"),
        ),
        refusal("RefuseOtherKeys", Condition.of("Null", key, "false"), Condition.of("StringNotEquals", key, key_arn)),
        refusal("RefuseKeysOfTheCaller", Condition.of("Null", key_of_the_caller, "false")),
    ]


def _account_over_tls(names: Names, queue_arn: pulumi.Input[str]) -> Sequence[Statement]:
    """Refuses plain HTTP and other accounts; whom the account's own policies let in stays theirs to say."""
    return [
        Statement(
            sid="RefusePlainHttp",
            effect="Deny",
            principal=EVERYONE,
            actions=["sqs:*"],
            resources=[queue_arn],
            conditions=[Condition.of("Bool", "aws:SecureTransport", "false")],
        ),
        Statement(
            sid="RefuseOtherAccounts",
            effect="Deny",
            principal=EVERYONE,
            actions=["sqs:*"],
            resources=[queue_arn],
            conditions=[Condition.of("StringNotEquals", "aws:PrincipalAccount", names.account_id)],
        ),
    ]
