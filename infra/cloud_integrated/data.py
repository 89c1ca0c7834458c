"""Data: a bucket a tenant, encrypted with that tenant's key and no other (e-mail document, 6.c and 9.a)."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import s3

from infra.cloud_integrated.bucket import Bucket
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import EVERYONE, Condition, Statement, aws_principal
from infra.cloud_integrated.room import Room
from infra.tenants import TenantResources


class Data(Room):
    """No bucket of the account can be made public; each tenant's lets in the service's role only."""

    def __init__(self, *, names: Names, options: pulumi.ResourceOptions) -> None:
        super().__init__("data", names=names, options=options)
        s3.AccountPublicAccessBlock(
            "account",
            s3.AccountPublicAccessBlockArgs(
                account_id=names.account_id,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            opts=self.child(protect=True),
        )
        self.register_outputs({})

    def tenant_bucket(
        self, resources: TenantResources, *, key_arn: pulumi.Input[str], used_by: pulumi.Input[str]
    ) -> None:
        """The tenant's bucket, encrypted with `key_arn`, for the role `used_by`.

        Once the tenant is let go, its data may be erased together with the bucket.
        """
        tenant = resources.tenant
        bucket = self.names.tenant_bucket(tenant.id)
        arn = self.names.bucket_arn(bucket)
        service = aws_principal(used_by)
        Bucket(
            f"tenant-{tenant.id}-data",
            names=self.names,
            bucket=bucket,
            key_arn=key_arn,
            bucket_key=True,
            tenant=tenant.id,
            erasable=not tenant.is_protected,
            statements=[
                *_own_key_only(arn, key_arn),
                Statement(
                    sid="Objects",
                    principal=service,
                    actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                    resources=[f"{arn}/*"],
                ),
                Statement(sid="Listing", principal=service, actions=["s3:ListBucket"], resources=[arn]),
            ],
            options=resources.child(),
        )


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
