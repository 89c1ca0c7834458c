"""The permission boundary: what no role of the stack can ever do, whatever its policies or a resource's policy say."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from infra.cloud_integrated.copy_roles import BACKUP, RESTORE
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement
from infra.cloud_integrated.tenant_session import READ_AND_WRITE_OF_ITEMS

TOKENS: Final = "tokens-task"
"""The role of the token service, the only one that may tag a session."""

TENANT_DATA: Final = "tenant-data"
"""The role through which a tenant's data are reached, in a session that is tagged with the tenant."""

BREAK_GLASS: Final = "break-glass"
"""The role for what nobody else can mend."""

SERVICES: Final = (
    "access-analyzer:*",
    "acm-pca:*",
    "acm:*",
    "application-autoscaling:*",
    "arc-zonal-shift:*",
    "backup-storage:*",
    "backup:*",
    "cloudtrail:*",
    "cloudwatch:*",
    "config:*",
    "dynamodb:*",
    "ec2:*",
    "ecr:*",
    "ecs:*",
    "elasticloadbalancing:*",
    "events:*",
    "guardduty:*",
    "inspector2:*",
    "kms:*",
    "logs:*",
    "network-firewall:*",
    "route53:*",
    "s3:*",
    "secretsmanager:*",
    "securityhub:*",
    "servicediscovery:*",
    "sns:*",
    "sqs:*",
    "tag:GetResources",
    "wafv2:*",
    # Of IAM and STS only what changes nobody's rights, but for the identity provider's certificate: when that expires,
    # nobody can sign in to renew it but through the break-glass role.
    "iam:Generate*",
    "iam:Get*",
    "iam:List*",
    "iam:PassRole",
    "iam:Simulate*",
    "iam:UpdateSAMLProvider",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
    "sts:TagSession",
)
"""The services that the stack consists of. Nothing is allowed by standing here: a role's own policy has to say so."""

WHERE_DATA_LIE: Final = (
    "backup:*",
    "dynamodb:*",
    "ec2:*",
    "ecr:*",
    "ecs:*",
    "kms:*",
    "logs:*",
    "s3:*Object*",
    "s3:CreateBucket",
    "s3:PutReplicationConfiguration",
    "secretsmanager:*",
    "sqs:*",
)
"""What could put data outside the jurisdiction."""


def boundary(names: Names, regions: Sequence[str]) -> Sequence[Statement]:
    """The statements of the boundary of a stack that works in `regions`."""
    return [
        Statement(sid="ServicesOfTheStack", actions=SERVICES),
        Statement(
            sid="NoDataOutsideTheJurisdiction",
            effect="Deny",
            actions=WHERE_DATA_LIE,
            conditions=[Condition.of("StringNotEquals", "aws:RequestedRegion", *regions)],
        ),
        _only(
            [TOKENS],
            names,
            Statement(sid="OnlyTheTokenServiceTagsSessions", effect="Deny", actions=["sts:TagSession"]),
        ),
        *_keys_and_items(names, regions),
        Statement(
            sid="NobodyTagsWhatTenantsAreToldApartBy",
            effect="Deny",
            actions=[
                "iam:TagRole",
                "iam:UntagRole",
                "kms:TagResource",
                "kms:UntagResource",
                "s3:DeleteBucketTagging",
                "s3:PutBucketTagging",
                "s3:TagResource",
                "s3:UntagResource",
            ],
        ),
    ]


def _keys_and_items(names: Names, regions: Sequence[str]) -> Sequence[Statement]:
    """What would open tenants' data beside their sessions, whatever the policies of roles and keys come to say.

    It holds before the other policies are known, so that a preview can already tell who may use a tenant's key.
    """
    return [
        _only(
            [BACKUP, RESTORE],
            names,
            Statement(
                sid="OnlyCopiesUseKeysThroughBackup",
                effect="Deny",
                actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                conditions=[
                    Condition.of(
                        "StringEquals", "kms:ViaService", *(f"backup.{each}.amazonaws.com" for each in regions)
                    )
                ],
            ),
        ),
        _only(
            [RESTORE],
            names,
            Statement(sid="OnlyRestoresGiveGrants", effect="Deny", actions=["kms:CreateGrant"]),
        ),
        _only(
            [BREAK_GLASS],
            names,
            Statement(sid="OnlyBreakGlassMendsKeys", effect="Deny", actions=["kms:CancelKeyDeletion", "kms:EnableKey"]),
        ),
        _only(
            [BREAK_GLASS],
            names,
            Statement(sid="OnlyBreakGlassHandsRolesToServices", effect="Deny", actions=["iam:PassRole"]),
        ),
        Statement(sid="NobodyEntersATask", effect="Deny", actions=["ecs:ExecuteCommand"]),
        Statement(
            sid="NobodyChangesKeys",
            effect="Deny",
            actions=[
                "kms:DeleteImportedKeyMaterial",
                "kms:Disable*",
                "kms:ImportKeyMaterial",
                "kms:PutKeyPolicy",
                "kms:ReplicateKey",
                "kms:RevokeGrant",
                "kms:ScheduleKeyDeletion",
                "kms:UpdatePrimaryRegion",
            ],
        ),
        _only(
            [TENANT_DATA, RESTORE],
            names,
            Statement(
                sid="OnlySessionsAndRestoresReachItems",
                effect="Deny",
                actions=[
                    *READ_AND_WRITE_OF_ITEMS,
                    "dynamodb:ExportTableToPointInTime",
                    "dynamodb:GetRecords",
                    "dynamodb:PartiQL*",
                    "dynamodb:Scan",
                ],
            ),
        ),
    ]


def _only(roles: Sequence[str], names: Names, refusal: Statement) -> Statement:
    """The refusal, for all but these roles."""
    others = Condition.of("ArnNotEquals", "aws:PrincipalArn", *(names.role_arn(role) for role in roles))
    return replace(refusal, conditions=[*refusal.conditions, others])
