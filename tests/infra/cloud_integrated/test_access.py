"""Who may do what: the account's rules, people's roles, the one way to a tenant's data. What they amount to together is
asked in `evaluation`."""

import json
import re
from fnmatch import fnmatchcase

import pytest

REGIONS = {"us-east-1": "", "us-west-2": "-2"}
BOUNDARY = "arn:aws:iam::123456789012:policy/hostco-ci-us-boundary"
PEOPLE = ("operator", "auditor", "break-glass")


def test_passwords_are_long_mixed_changed_and_never_used_again(stack):
    policy = stack.of_type("aws:iam/accountPasswordPolicy:AccountPasswordPolicy")["account"]

    assert policy["protect"]
    assert policy["inputs"] == {
        "minimumPasswordLength": 14,
        "requireLowercaseCharacters": True,
        "requireUppercaseCharacters": True,
        "requireNumbers": True,
        "requireSymbols": True,
        "maxPasswordAge": 90,
        "passwordReusePrevention": 24,
        "allowUsersToChangePassword": True,
    }


def test_there_are_no_users(stack):
    forbidden = ("aws:iam/user", "aws:iam/group", "aws:iam/accessKey", "aws:iam/rolePolicyAttachment")

    assert not [r["type"] for r in stack.resources if r["type"].startswith(forbidden)]


def test_access_from_outside_is_looked_for_in_each_region_and_unused_access_once(stack):
    analyzers = {name: r["inputs"] for name, r in stack.of_type("aws:accessanalyzer/analyzer:Analyzer").items()}

    assert {name: (a["type"], a["region"]) for name, a in analyzers.items()} == {
        "external": ("ACCOUNT", "us-east-1"),
        "external-2": ("ACCOUNT", "us-west-2"),
        "unused": ("ACCOUNT_UNUSED_ACCESS", "us-east-1"),
    }
    assert analyzers["unused"]["configuration"] == {"unusedAccess": {"unusedAccessAge": 90}}


def test_every_role_has_the_boundary(stack):
    roles = stack.of_type("aws:iam/role:Role")

    assert len(roles) > 20
    for name, role in roles.items():
        assert role["inputs"].get("permissionsBoundary") == "arn:aws:iam::123456789012:policy/hostco-ci-us-boundary", (
            name
        )


def test_no_role_carries_the_tag_that_tells_tenants_apart(stack):
    """A role's own tags count as the session's: one called `tenant` would open that tenant to the role."""
    for role in stack.of_type("aws:iam/role:Role").values():
        assert "tenant" not in role["inputs"]["tags"]


def boundary(stack, statements):
    return statements(stack.inputs("aws:iam/policy:Policy", "boundary")["policy"])


def test_the_boundary_keeps_data_in_the_jurisdiction(stack, statements):
    statement = boundary(stack, statements)["NoDataOutsideTheJurisdiction"]

    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"StringNotEquals": {"aws:RequestedRegion": list(REGIONS)}}
    assert {"backup:*", "dynamodb:*", "kms:*", "s3:*Object*", "sqs:*"} <= set(statement["Action"])


def test_the_boundary_lets_one_role_tag_sessions_and_none_tag_tenants_things(stack, statements):
    found = boundary(stack, statements)

    assert found["OnlyTokensTagSessions"]["Effect"] == "Deny"
    assert found["OnlyTokensTagSessions"]["Action"] == "sts:TagSession"
    assert found["OnlyTokensTagSessions"]["Condition"] == {
        "ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/hostco-ci-us-tokens-task"}
    }
    assert found["ForNobody"]["Effect"] == "Deny"
    assert {"iam:TagRole", "kms:TagResource", "s3:PutBucketTagging"} <= set(found["ForNobody"]["Action"])


@pytest.mark.parametrize(
    ("sid", "roles", "actions"),
    [
        ("OnlyCopiesUseBackupsKeys", ["backup", "restore"], {"kms:Decrypt", "kms:GenerateDataKey*"}),
        ("OnlyRestoresGiveGrants", ["restore"], {"kms:CreateGrant"}),
        ("OnlyBreakGlassMends", ["break-glass"], {"iam:PassRole", "kms:CancelKeyDeletion", "kms:EnableKey"}),
        ("OnlySessionsAndRestores", ["tenant-data", "restore"], {"dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan"}),
    ],
)
def test_the_boundary_leaves_keys_and_items_to_few_roles(stack, statements, sid, roles, actions):
    statement = boundary(stack, statements)[sid]

    named = statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    assert statement["Effect"] == "Deny"
    assert ([named] if isinstance(named, str) else named) == [
        f"arn:aws:iam::123456789012:role/hostco-ci-us-{role}" for role in roles
    ]
    assert actions <= set([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])


def test_the_boundary_lets_nobody_change_a_key_or_enter_a_task(stack, statements):
    refusal = boundary(stack, statements)["ForNobody"]

    assert {"ecs:ExecuteCommand", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"} <= set(refusal["Action"])
    assert refusal["Effect"] == "Deny"
    assert "Condition" not in refusal


def test_the_boundary_names_what_there_is_to_do(stack, statements):
    allowed = [each for each in boundary(stack, statements).values() if each["Effect"] == "Allow"]
    actions = [action for each in allowed for action in actions_of(each)]

    assert [action for action in actions if action.endswith(":*")] == []
    assert {a for a in actions if a.startswith("iam:")} == {"iam:PassRole", "iam:UpdateSAMLProvider"}


def actions_of(statement):
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def roles_of(statement, anybody):
    named = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:PrincipalArn", anybody)
    return [named] if isinstance(named, str) else named


def test_what_roles_are_allowed_is_within_the_boundary(stack):
    """What it refuses a role would find out in production, when it needs it."""
    document = json.loads(stack.inputs("aws:iam/policy:Policy", "boundary")["policy"])
    allowed = [each for each in document["Statement"] if each["Effect"] == "Allow"]
    policies = [each["inputs"] for each in stack.of_type("aws:iam/rolePolicy:RolePolicy").values()]
    asked = {
        (policy["role"], action)
        for policy in policies
        for statement in json.loads(policy["policy"])["Statement"]
        for action in actions_of(statement)
        if statement["Effect"] == "Allow"
    }

    assert len(asked) > 100
    for role, action in sorted(asked):
        arn = f"arn:aws:iam::123456789012:role/{role}"
        assert any(
            fnmatchcase(action, pattern) and arn in roles_of(each, arn)
            for each in allowed
            for pattern in actions_of(each)
        ), (role, action)


def test_policies_fit(longest):
    """IAM takes 6,144 characters of a managed policy and 10,240 of a role's own, white space aside."""
    boundary = longest.inputs("aws:iam/policy:Policy", "boundary")["policy"]
    # Names of regions and of the stack may be longer than the sample's by this much.
    assert len("".join(boundary.split())) < 6_144 - 100
    for policy in longest.of_type("aws:iam/rolePolicy:RolePolicy").values():
        assert len(policy["inputs"]["policy"]) < 8_000, policy["name"]


def trust(stack, name):
    (statement,) = json.loads(stack.inputs("aws:iam/role:Role", name)["assumeRolePolicy"])["Statement"]
    return statement


@pytest.mark.parametrize("name", ["operator", "auditor"])
def test_people_come_through_the_identity_provider(stack, name):
    assert trust(stack, name)["Principal"] == {"Federated": ["arn:aws:iam::123456789012:saml-provider/workforce"]}
    assert trust(stack, name)["Action"] == "sts:AssumeRoleWithSAML"
    assert trust(stack, name)["Condition"] == {
        "StringEquals": {
            "SAML:aud": [
                "https://signin.aws.amazon.com/saml",
                "https://us-east-1.signin.aws.amazon.com/saml",
                "https://us-west-2.signin.aws.amazon.com/saml",
            ],
            "SAML:sub_type": "persistent",
        }
    }
    assert stack.inputs("aws:iam/role:Role", name)["maxSessionDuration"] == 8 * 3600


def test_the_glass_is_broken_with_a_second_factor(stack):
    assert trust(stack, "break-glass")["Principal"] == {"AWS": ["arn:aws:iam::210987654321:user/break-glass"]}
    assert trust(stack, "break-glass")["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
    }
    assert stack.inputs("aws:iam/role:Role", "break-glass")["maxSessionDuration"] == 3600


@pytest.mark.parametrize("name", PEOPLE)
def test_people_are_denied_data_whatever_else_they_are_given(stack, statements, name):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", name)["policy"])

    assert policy["NoData"]["Effect"] == policy["NoObjects"]["Effect"] == "Deny"
    assert {"dynamodb:GetItem", "dynamodb:Scan", "kms:CreateGrant", "secretsmanager:GetSecretValue"} <= set(
        policy["NoData"]["Action"]
    )
    assert policy["NoObjects"]["Resource"] == "arn:aws:s3:::hostco-ci-us-tenant-*"


def test_the_token_service_tags_with_a_tenant_and_nothing_else(stack):
    statement = trust(stack, "tenant-data")

    assert statement["Principal"] == {"AWS": ["arn:aws:iam::123456789012:role/hostco-ci-us-tokens-task"]}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"] == {
        "StringLike": {"aws:RequestTag/tenant": "?*"},
        "ForAllValues:StringEquals": {"aws:TagKeys": "tenant"},
        "Null": {"sts:TransitiveTagKeys": "true"},
    }


def test_the_token_service_takes_on_one_role(stack, statements):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "tokens-task")["policy"])

    assert set(policy) == {"TenantSessions"}
    assert policy["TenantSessions"]["Resource"] == "arn:aws:iam::123456789012:role/hostco-ci-us-tenant-data"


def test_what_a_session_reaches_is_named_by_its_tag(stack, statements):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "tenant-data")["policy"])
    bucket = "arn:aws:s3:::hostco-ci-us-tenant-${aws:PrincipalTag/tenant}"

    assert policy["Objects"]["Resource"] == [f"{bucket}/*", f"{bucket}-2/*"]
    assert policy["Listing"]["Resource"] == [bucket, f"{bucket}-2"]
    assert policy["KeyThroughTheBucket"]["Condition"]["StringLike"] == {
        "kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}-2"]
    }
    assert policy["KeyWithTheTenantsContext"]["Condition"]["StringEquals"] == {
        "kms:EncryptionContext:tenant": "${aws:PrincipalTag/tenant}"
    }
    assert policy["Items"]["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${aws:PrincipalTag/tenant}"},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    assert not {"dynamodb:Scan", "dynamodb:PartiQLSelect"} & set(policy["Items"]["Action"])


@pytest.mark.parametrize("name", ["replication", "backup", "restore", "tenant-data", "operator"])
def test_no_role_reaches_a_strangers_bucket_whose_name_fits(stack, statements, name):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", name)["policy"])
    by_pattern = {
        sid: each
        for sid, each in policy.items()
        if each["Effect"] == "Allow" and re.search(r"arn:aws:s3:::[^/\"]*[*$]", json.dumps(each["Resource"]))
    }

    assert by_pattern
    for sid, each in by_pattern.items():
        condition = None if each["Action"] == "s3:CreateBucket" else {"aws:ResourceAccount": "123456789012"}
        assert each.get("Condition", {}).get("StringEquals") == condition, sid


@pytest.mark.parametrize(
    ("name", "service"),
    [("replication", "s3"), ("backup", "backup"), ("restore", "backup")],
)
def test_a_copying_role_is_for_its_service(stack, name, service):
    assert trust(stack, name)["Principal"] == {"Service": [f"{service}.amazonaws.com"]}


def test_a_stack_of_one_region_has_no_role_of_replication(dev_stack):
    assert "replication" not in dev_stack.of_type("aws:iam/role:Role")
    assert "hostco-ci-us-replication" not in json.dumps(
        [r["inputs"] for r in dev_stack.resources if r["type"].startswith(("aws:kms", "aws:s3", "aws:iam"))]
    )
