"""People look after the stack and never at data; they come through the identity provider or break the glass."""

import pytest

PROVIDER = "arn:aws:iam::123456789012:saml-provider/workforce"
BREAK_GLASS = "arn:aws:iam::210987654321:user/break-glass"
PEOPLE = ("operator", "auditor", "break-glass")
SIGNED_IN = {"SAML:aud": "https://signin.aws.amazon.com/saml", "SAML:sub_type": "persistent"}
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/hostco-ci-us-messages"
TENANT_KEY = "arn:aws:kms:us-east-1:123456789012:alias/tenant/acme"
POINT = "arn:aws:backup:us-east-1:123456789012:recovery-point:1234"
VAULT = "arn:aws:backup:us-east-1:123456789012:backup-vault:hostco-ci-us-tenant-acme"
TENANT_BUCKET = "arn:aws:s3:::hostco-ci-us-tenant-acme"


def role(name):
    return f"arn:aws:iam::123456789012:role/hostco-ci-us-{name}"


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", f"{TENANT_BUCKET}/a"),
        ("s3:PutObject", f"{TENANT_BUCKET}/a"),
        ("s3:DeleteObject", f"{TENANT_BUCKET}/a"),
        ("s3:ListBucket", TENANT_BUCKET),
        ("dynamodb:GetItem", TABLE),
        ("dynamodb:Query", TABLE),
        ("dynamodb:Scan", TABLE),
        ("sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:123456789012:hostco-ci-us-messages"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:hostco-ci-us-a"),
        ("kms:Decrypt", TENANT_KEY),
        ("kms:GenerateDataKey", TENANT_KEY),
        ("kms:CreateGrant", TENANT_KEY),
        ("kms:PutKeyPolicy", TENANT_KEY),
        ("s3:PutBucketPolicy", TENANT_BUCKET),
        ("iam:AttachRolePolicy", role("operator")),
        ("iam:PutRolePolicy", role("operator")),
        ("iam:UpdateAssumeRolePolicy", role("tenant-data")),
        ("iam:DeleteRolePermissionsBoundary", role("operator")),
        ("cloudtrail:StopLogging", "arn:aws:cloudtrail:us-east-1:123456789012:trail/hostco-ci-us-trail"),
    ],
)
def test_people_reach_no_data_and_change_no_rights(policies, allowed, name, action, resource):
    assert not allowed(policies.session(name), action, resource)
    assert not allowed(policies.session(name, tenant="acme"), action, resource)


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("service", ["s3", "backup", "dynamodb"])
def test_people_use_no_tenants_key_through_a_service(policies, allowed, name, service):
    context = {
        "kms:ViaService": f"{service}.us-east-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": TENANT_BUCKET,
    }

    assert not allowed(policies.session(name), "kms:Decrypt", TENANT_KEY, context)
    assert not allowed(policies.session(name), "kms:GenerateDataKey", TENANT_KEY, context)


@pytest.mark.parametrize("name", PEOPLE)
def test_people_see_the_state_of_things(policies, allowed, name):
    assert allowed(policies.session(name), "kms:DescribeKey", TENANT_KEY)
    assert allowed(policies.session(name), "s3:GetBucketPolicy", TENANT_BUCKET)
    assert allowed(policies.session(name), "dynamodb:DescribeTable", TABLE)


TO_BACKUP = {"iam:PassedToService": "backup.amazonaws.com"}


@pytest.mark.parametrize("name", ["operator", "auditor"])
def test_nobody_restores_in_the_course_of_the_service(policies, allowed, name):
    """The role that restores writes every tenant's bucket: one tenant's point could end in another's."""
    somebody = policies.session(name)

    assert not allowed(somebody, "backup:StartRestoreJob", POINT)
    assert not allowed(somebody, "backup:StartBackupJob", VAULT)
    assert not allowed(somebody, "backup:StartCopyJob", POINT)
    for other in ("restore", "backup", "replication"):
        assert not allowed(somebody, "iam:PassRole", role(other), TO_BACKUP)


def test_operators_say_how_a_restore_test_went(policies, allowed):
    assert allowed(policies.session("operator"), "backup:PutRestoreValidationResult", "*")


def test_a_restore_takes_the_broken_glass_and_its_role_only(policies, allowed):
    break_glass = policies.session("break-glass")

    assert allowed(break_glass, "backup:StartRestoreJob", POINT)
    assert allowed(break_glass, "iam:PassRole", role("restore"), TO_BACKUP)
    assert not allowed(break_glass, "iam:PassRole", role("restore"), {"iam:PassedToService": "lambda.amazonaws.com"})
    assert not allowed(break_glass, "iam:PassRole", role("tenant-data"), TO_BACKUP)
    # Copies are the plans' work, with a role that nobody may pass.
    assert not allowed(break_glass, "backup:StartCopyJob", POINT)
    assert not allowed(break_glass, "iam:PassRole", role("backup"), TO_BACKUP)


@pytest.mark.parametrize("name", ["operator", "auditor"])
def test_people_sign_in_through_the_identity_provider_with_an_id_that_stays(allowed, as_federated, name):
    sign_in = "sts:AssumeRoleWithSAML"

    assert allowed(as_federated(PROVIDER), sign_in, role(name), SIGNED_IN)
    assert not allowed(as_federated(PROVIDER.replace("workforce", "other")), sign_in, role(name), SIGNED_IN)
    assert not allowed(as_federated(PROVIDER), sign_in, role(name), {**SIGNED_IN, "SAML:sub_type": "transient"})
    assert not allowed(as_federated(PROVIDER), sign_in, role(name), {**SIGNED_IN, "SAML:aud": "https://elsewhere"})


@pytest.mark.parametrize("name", ["operator", "auditor"])
@pytest.mark.parametrize(("region", "is_of_the_stack"), [("us-west-2", True), ("eu-west-1", False)])
def test_people_sign_in_at_a_region_of_the_stack_too(allowed, as_federated, name, region, is_of_the_stack):
    """The global address is in us-east-1, which may be what failed."""
    there = {**SIGNED_IN, "SAML:aud": f"https://{region}.signin.aws.amazon.com/saml"}

    assert allowed(as_federated(PROVIDER), "sts:AssumeRoleWithSAML", role(name), there) is is_of_the_stack


@pytest.mark.parametrize("name", ["operator", "auditor"])
def test_people_bring_no_session_tags(allowed, as_federated, name):
    tags = {"SAML:aud": SIGNED_IN["SAML:aud"], "aws:RequestTag/tenant": "acme", "aws:TagKeys": ["tenant"]}

    assert not allowed(as_federated(PROVIDER), "sts:TagSession", role(name), tags)


def test_nobody_signs_in_to_the_break_glass_role(allowed, as_federated):
    assert not allowed(as_federated(PROVIDER), "sts:AssumeRoleWithSAML", role("break-glass"), SIGNED_IN)


@pytest.mark.parametrize(
    ("context", "opens"),
    [
        ({"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60"}, True),
        ({"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "7200"}, False),
        ({"aws:MultiFactorAuthPresent": "false"}, False),
        ({}, False),
    ],
    ids=["fresh", "stale", "without", "unsaid"],
)
def test_the_glass_is_broken_with_a_fresh_second_factor_only(allowed, as_principal, context, opens):
    assert allowed(as_principal(BREAK_GLASS), "sts:AssumeRole", role("break-glass"), context) is opens
    assert not allowed(as_principal(BREAK_GLASS + "x"), "sts:AssumeRole", role("break-glass"), context)


def test_nobody_of_another_account_takes_on_a_role(policies, allowed, as_principal):
    stranger = as_principal("arn:aws:iam::999999999999:user/break-glass")
    fresh = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60"}

    assert len(policies.roles) > 8
    for name in policies.roles:
        assert not allowed(stranger, "sts:AssumeRole", f"arn:aws:iam::123456789012:role/{name}", fresh), name


@pytest.mark.parametrize(("account", "is_ours"), [("123456789012", True), ("999999999999", False)])
def test_tasks_of_this_account_take_on_the_roles_of_tasks(policies, allowed, as_service, account, is_ours):
    """A service of AWS works for everybody: whom it works for has to be said."""
    context = {"aws:SourceAccount": account, "aws:SourceArn": f"arn:aws:ecs:us-east-1:{account}:task/a"}
    tasks = as_service("ecs-tasks.amazonaws.com", **context)
    roles = [name for name in policies.roles if name.endswith(("-task", "-execution"))]

    assert len(roles) > 8
    for name in roles:
        assert allowed(tasks, "sts:AssumeRole", f"arn:aws:iam::123456789012:role/{name}") is is_ours, name


def test_every_role_is_within_the_one_boundary(policies):
    assert {role.boundary for role in policies.roles.values()} == {
        "arn:aws:iam::123456789012:policy/hostco-ci-us-boundary"
    }
