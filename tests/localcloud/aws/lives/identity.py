"""Roles and their policies."""

from tests.localcloud.aws.lives.life import Life, identity_policy, trust_policy

LIVES: dict[str, Life] = {
    "aws:iam/role:Role": Life(
        lambda laboratory: {
            "name": laboratory.unique("role"),
            "assumeRolePolicy": trust_policy("ecs-tasks"),
            "description": "For tasks",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "assumeRolePolicy": trust_policy("lambda"),
            "description": None,
            "maxSessionDuration": 7200,
            "permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "tags": None,
        },
        {"path": "/other/"},
    ),
    "aws:iam/rolePolicy:RolePolicy": Life(
        lambda laboratory: {
            "name": laboratory.unique("policy"),
            "role": laboratory.role["name"],
            "policy": identity_policy("s3:GetObject"),
        },
        lambda laboratory: {"policy": identity_policy("s3:PutObject")},
        {"role": "other"},
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Life(
        lambda laboratory: {
            "role": laboratory.role["name"],
            "policyArn": "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        },
        replacement={"role": "other"},
    ),
    "aws:iam/policy:Policy": Life(
        lambda laboratory: {
            "name": laboratory.unique("policy"),
            "description": "For tests",
            "policy": identity_policy("s3:GetObject"),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"policy": identity_policy("s3:PutObject"), "tags": laboratory.tags()},
        {"path": "/other/"},
    ),
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": Life(
        lambda laboratory: {
            "minimumPasswordLength": 14,
            "maxPasswordAge": 90,
            "passwordReusePrevention": 24,
            "requireLowercaseCharacters": True,
            "requireNumbers": True,
            "requireSymbols": True,
            "requireUppercaseCharacters": True,
        },
        lambda laboratory: {"minimumPasswordLength": 16},
    ),
    "aws:iam/samlProvider:SamlProvider": Life(
        lambda laboratory: {"name": laboratory.unique("people"), "samlMetadataDocument": "<a>" + "x" * 1000 + "</a>"},
        lambda laboratory: {"samlMetadataDocument": "<b>" + "x" * 1000 + "</b>"},
        {"name": "other"},
    ),
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": Life(
        lambda laboratory: {"roleName": laboratory.role["name"], "policyNames": ["one"]},
        lambda laboratory: {"policyNames": ["two"]},
        {"roleName": "other"},
    ),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": Life(
        lambda laboratory: {"roleName": laboratory.role["name"], "policyArns": ["arn:one"]},
        lambda laboratory: {"policyArns": ["arn:two"]},
        {"roleName": "other"},
    ),
    "aws:accessanalyzer/analyzer:Analyzer": Life(
        lambda laboratory: {
            "analyzerName": laboratory.unique("unused"),
            "type": "ACCOUNT_UNUSED_ACCESS",
            "configuration": {"unusedAccess": {"unusedAccessAge": 90}},
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": laboratory.tags()},
        {"type": "ACCOUNT"},
    ),
    "aws:accessanalyzer/archiveRule:ArchiveRule": Life(
        lambda laboratory: {
            "analyzerName": laboratory.once(
                "analyzer", "aws:accessanalyzer/analyzer:Analyzer", {"analyzerName": "shared"}
            )["id"],
            "ruleName": laboratory.unique("rule"),
            "filters": [{"criteria": "isPublic", "eqs": ["false"]}],
        },
        lambda laboratory: {"filters": [{"criteria": "isPublic", "eqs": ["true"]}]},
        {"ruleName": "other"},
    ),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": Life(
        lambda laboratory: {"awsServiceName": "config.amazonaws.com", "tags": laboratory.tags()},
        lambda laboratory: {"description": "Records", "tags": laboratory.tags()},
        {"awsServiceName": "backup.amazonaws.com"},
    ),
}
