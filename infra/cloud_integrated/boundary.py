"""The permission boundary: what no role of the stack can ever do, whatever its policies or a resource's policy say."""

from collections.abc import Sequence
from typing import Final

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement

TOKENS: Final = "tokens-task"
"""The role of the token service, the only one that may tag a session."""

TENANT_DATA: Final = "tenant-data"
"""The role through which a tenant's data are reached, in a session that is tagged with the tenant."""

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
        Statement(
            sid="OnlyTheTokenServiceTagsSessions",
            effect="Deny",
            actions=["sts:TagSession"],
            conditions=[Condition.of("ArnNotEquals", "aws:PrincipalArn", names.role_arn(TOKENS))],
        ),
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
