"""The way to a tenant's data: a session that the token service has tagged with the tenant.

The tag decides everything, so whoever can set it is let in to any tenant. That is the token service alone: the trust
policy of the role names it and nobody else, and the permission boundary denies tagging to every other role. The session
can't pass the tag on, because a transitive tag is refused, and a session of this role may take on no other role.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement, aws_principal, document, of_the_account

TAG: Final = "tenant"
"""The name of the session's tag, whose value is the tenant's id."""

PRINCIPAL_TAG: Final = f"aws:PrincipalTag/{TAG}"

THE_TENANT: Final = f"${{{PRINCIPAL_TAG}}}"
"""Stands in a policy for the tenant of the session; a statement that names it means nothing without the tag."""

READ_AND_WRITE_OF_ITEMS: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
"""All that names the items it is about by their leading key. A scan doesn't, nor do statements of PartiQL."""


@dataclass(frozen=True, kw_only=True)
class TenantUsers:
    """The roles that reach tenants' data, each as far as it must; a tenant's keys and buckets let in no other."""

    session: pulumi.Input[str]
    """Reads and writes the tenant's data, in a session tagged with the tenant."""
    backup: pulumi.Input[str]
    """Reads the tenant's bucket for the tenant's vault."""
    restore: pulumi.Input[str]
    """Writes the tenant's bucket, or a bucket of a restore test, from the tenant's vault."""
    replication: pulumi.Input[str] | None
    """Carries objects between the tenant's buckets of the two regions, where there are two."""


def shared_table(names: Names) -> str:
    """The name of the table that all tenants share, the same in both regions: the one is a replica of the other."""
    return f"{names.prefix}-{names.stack}-messages"


def of_the_tenant(tenant: str) -> Condition:
    """Holds in a session of this tenant only."""
    return Condition.of("StringEquals", PRINCIPAL_TAG, tenant)


def taken_on_by(token_role_arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """The trust policy of the role: the token service, with a tenant, nothing but a tenant, and for this session only.

    `aws:RequestTag/tenant` has to be there and not empty for `StringLike` to hold. `ForAllValues` alone would also
    hold without any tag (IAM User Guide, "Single-valued vs. multivalued condition keys").
    """
    return document(
        Statement(
            sid="TokenServiceForOneTenant",
            principal=aws_principal(token_role_arn),
            actions=["sts:AssumeRole", "sts:TagSession"],
            resources=None,
            conditions=[
                Condition.of("StringLike", f"aws:RequestTag/{TAG}", "?*"),
                Condition.of("ForAllValues:StringEquals", "aws:TagKeys", TAG),
                Condition.of("Null", "sts:TransitiveTagKeys", "true"),
            ],
        )
    )


def tagging(tenant_data_role_arn: pulumi.Input[str]) -> Sequence[Statement]:
    """What the token service may do: take on the one role, tagged."""
    return [
        Statement(
            sid="TenantSessions",
            actions=["sts:AssumeRole", "sts:TagSession"],
            resources=[tenant_data_role_arn],
        )
    ]


def data_of_the_tenant(sites: Sequence[Names]) -> Sequence[Statement]:
    """What a session may do at each of the `sites`: read and write its tenant's objects and items, use its key."""
    buckets = [site.bucket_arn(site.tenant_bucket(THE_TENANT)) for site in sites]
    services = {name: [f"{name}.{site.region}.amazonaws.com" for site in sites] for name in ("dynamodb", "s3")}
    keys = [site.arn("kms", "key/*") for site in sites]
    own = of_the_account(sites[0].account_id)
    return [
        Statement(
            sid="Objects",
            actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resources=[f"{bucket}/*" for bucket in buckets],
            conditions=[own],
        ),
        Statement(sid="Listing", actions=["s3:ListBucket"], resources=buckets, conditions=[own]),
        Statement(
            sid="KeyThroughTheBucket",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=keys,
            conditions=[
                Condition.of("StringEquals", "kms:ViaService", *services["s3"]),
                Condition.of("StringLike", "kms:EncryptionContext:aws:s3:arn", *buckets),
            ],
        ),
        Statement(
            sid="KeyWithTheTenantsContext",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=keys,
            conditions=[
                Condition.of("StringEquals", f"kms:EncryptionContext:{TAG}", THE_TENANT),
                Condition.of("Null", "kms:ViaService", "true"),
            ],
        ),
        Statement(
            sid="Items",
            actions=READ_AND_WRITE_OF_ITEMS,
            resources=[site.arn("dynamodb", f"table/{shared_table(site)}") for site in sites],
            conditions=[
                Condition.of("ForAllValues:StringEquals", "dynamodb:LeadingKeys", THE_TENANT),
                Condition.of("Null", "dynamodb:LeadingKeys", "false"),
            ],
        ),
        Statement(
            sid="KeyOfTheTable",
            actions=["kms:Decrypt"],
            resources=keys,
            conditions=[
                Condition.of("StringEquals", "kms:ViaService", *services["dynamodb"]),
                Condition.of("StringEquals", "kms:EncryptionContext:aws:dynamodb:tableName", shared_table(sites[0])),
            ],
        ),
    ]
