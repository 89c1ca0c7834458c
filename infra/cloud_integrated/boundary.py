"""The permission boundary: what no role of the stack can ever do, whatever its policies or a resource's policy say."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from infra.cloud_integrated.copy_roles import BACKUP, RESTORE
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement

TOKENS: Final = "tokens-task"
"""The role of the token service, the only one that may tag a session."""

TENANT_DATA: Final = "tenant-data"
"""The role through which a tenant's data are reached, in a session that is tagged with the tenant."""

BREAK_GLASS: Final = "break-glass"
"""The role for what nobody else can mend."""

OPERATOR: Final = "operator"
"""The role for what a failover and a drill need."""

MESH: Final = "mesh"
"""The role with which ECS makes the certificates of the services, in each region."""

READING: Final = (
    "access-analyzer:Get*",
    "access-analyzer:List*",
    "acm-pca:Describe*",
    "acm-pca:Get*",
    "acm:Describe*",
    "acm:List*",
    "application-autoscaling:Describe*",
    "arc-zonal-shift:Get*",
    "arc-zonal-shift:List*",
    "backup:Describe*",
    "backup:Get*",
    "backup:List*",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:List*",
    "cloudtrail:LookupEvents",
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "config:Describe*",
    "config:Get*",
    "config:List*",
    "dynamodb:Describe*",
    "dynamodb:List*",
    "ec2:Describe*",
    "ecr:Describe*",
    "ecs:Describe*",
    "ecs:List*",
    "elasticloadbalancing:Describe*",
    "events:Describe*",
    "events:List*",
    "guardduty:Get*",
    "guardduty:List*",
    "inspector2:List*",
    "kms:DescribeKey",
    "kms:Get*",
    "kms:List*",
    "logs:Describe*",
    "logs:FilterLogEvents",
    "logs:Get*",
    "logs:StartQuery",
    "logs:StopQuery",
    "network-firewall:Describe*",
    "network-firewall:List*",
    "route53:Get*",
    "route53:List*",
    "s3:Get*",
    "s3:List*",
    "secretsmanager:Describe*",
    "secretsmanager:Get*",
    "secretsmanager:ListSecrets",
    "securityhub:Describe*",
    "securityhub:Get*",
    "securityhub:List*",
    "sns:Get*",
    "sns:List*",
    "sqs:Get*",
    "sqs:ListQueues",
    "tag:GetResources",
    "wafv2:Get*",
    "wafv2:List*",
)
"""What looks at the stack. Nothing is allowed by standing here: a role's own policy has to say so, and say of what."""

WORK: Final = (
    "arc-zonal-shift:*ZonalShift",
    "backup:PutRestoreValidationResult",
    "dynamodb:*Item",
    "dynamodb:Query",
    "dynamodb:Scan",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:Get*",
    "ecs:StopTask",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:DeleteObject",
    "s3:PutObject",
    "s3:Replicate*",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sts:AssumeRole",
    "sts:TagSession",
)
"""What services and people do every day, with data, keys, messages, images, logs, secrets, sessions. What tenants' data
are opened with is refused to most of them below.
"""

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


def boundary(sites: Sequence[Names]) -> Sequence[Statement]:
    """The statements of the boundary of a stack with these regions, the first one first.

    It names what there is to do, and who does what not everybody needs. So nobody stops a trail, empties a log or opens
    a store: no role's work takes that, and what AWS will add is refused until somebody needs it.
    """
    names, regions = sites[0], [site.region for site in sites]
    return [
        Statement(sid="Reading", actions=READING),
        Statement(sid="Work", actions=WORK),
        *_of_few(sites),
        Statement(
            sid="NoDataOutsideTheJurisdiction",
            effect="Deny",
            actions=WHERE_DATA_LIE,
            conditions=[Condition.of("StringNotEquals", "aws:RequestedRegion", *regions)],
        ),
        _only(
            [TOKENS],
            names,
            Statement(sid="OnlyTokensTagSessions", effect="Deny", actions=["sts:TagSession"]),
        ),
        *_keys_and_items(names, regions),
    ]


def _of_few(sites: Sequence[Names]) -> Sequence[Statement]:
    """What only the roles do whose work it is."""
    names = sites[0]
    work: Sequence[tuple[str, Sequence[str], Sequence[str]]] = [
        (
            "BreakGlass",
            [names.role_arn(BREAK_GLASS)],
            [
                "backup:StartRestoreJob",
                "cloudtrail:StartLogging",
                "ec2:AuthorizeSecurityGroup*",
                "ec2:CreateRoute",
                "ec2:DeleteRoute",
                "ec2:ReplaceRoute",
                "ec2:RevokeSecurityGroup*",
                "elasticloadbalancing:ModifyListener",
                "iam:PassRole",
                # When the certificate of the identity provider expires, nobody else can sign in to renew it.
                "iam:UpdateSAMLProvider",
                "kms:CancelKeyDeletion",
                "kms:EnableKey",
                "network-firewall:UpdateRuleGroup",
                "route53:ChangeResourceRecordSets",
                "wafv2:UpdateWebACL",
            ],
        ),
        ("Deployment", [names.role_arn(BREAK_GLASS), names.role_arn(OPERATOR)], ["ecs:UpdateService"]),
        (
            "Backup",
            [names.role_arn(BACKUP)],
            [
                "backup:Copy*",
                "backup:TagResource",
                "dynamodb:StartAwsBackupJob",
                "events:*Rule",
                "events:*Targets",
                "s3:PutBucketNotification",
                "s3:PutInventoryConfiguration",
            ],
        ),
        (
            "Restore",
            [names.role_arn(RESTORE)],
            [
                "dynamodb:RestoreTableFromAwsBackup",
                "kms:CreateGrant",
                "kms:ReEncrypt*",
                "s3:CreateBucket",
                "s3:DeleteBucket",
                "s3:DeleteObjectVersion",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutBucketVersioning",
                "s3:PutEncryptionConfiguration",
                "s3:PutObjectAcl",
                "s3:PutObjectTagging",
                "s3:PutObjectVersionAcl",
            ],
        ),
        (
            "Mesh",
            [site.role_arn(MESH) for site in sites],
            [
                "acm-pca:IssueCertificate",
                "secretsmanager:CreateSecret",
                "secretsmanager:DeleteSecret",
                "secretsmanager:RotateSecret",
                "secretsmanager:TagResource",
                "secretsmanager:UpdateSecret",
            ],
        ),
    ]
    return [
        Statement(sid=sid, actions=actions, conditions=[Condition.of("ArnEquals", "aws:PrincipalArn", *roles)])
        for sid, roles, actions in work
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
                sid="OnlyCopiesUseBackupsKeys",
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
            Statement(
                sid="OnlyBreakGlassMends",
                effect="Deny",
                actions=["iam:PassRole", "kms:CancelKeyDeletion", "kms:EnableKey"],
            ),
        ),
        Statement(
            sid="ForNobody",
            effect="Deny",
            actions=[
                "ecs:ExecuteCommand",
                "iam:TagRole",
                "iam:UntagRole",
                "kms:*KeyMaterial",
                "kms:Disable*",
                "kms:PutKeyPolicy",
                "kms:ReplicateKey",
                "kms:RevokeGrant",
                "kms:ScheduleKeyDeletion",
                "kms:TagResource",
                "kms:UntagResource",
                "kms:UpdatePrimaryRegion",
                "s3:DeleteBucketTagging",
                "s3:PutBucketTagging",
                "s3:TagResource",
                "s3:UntagResource",
            ],
        ),
        _only(
            [TENANT_DATA, RESTORE],
            names,
            Statement(
                sid="OnlySessionsAndRestores",
                effect="Deny",
                actions=[
                    "dynamodb:*Item",
                    "dynamodb:ExportTableToPointInTime",
                    "dynamodb:GetRecords",
                    "dynamodb:PartiQL*",
                    "dynamodb:Query",
                    "dynamodb:Scan",
                ],
            ),
        ),
    ]


def _only(roles: Sequence[str], names: Names, refusal: Statement) -> Statement:
    """The refusal, for all but these roles."""
    others = Condition.of("ArnNotEquals", "aws:PrincipalArn", *(names.role_arn(role) for role in roles))
    return replace(refusal, conditions=[*refusal.conditions, others])
