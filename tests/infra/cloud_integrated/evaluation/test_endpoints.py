"""What leaves a task for a service of AWS goes through an endpoint, whose policy has a say too: what services need
passes, and nobody carries anything out with credentials of another account.
"""

import pytest

STRANGER = "arn:aws:iam::999999999999:user/stranger"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/hostco-ci-us-messages"
BUCKET = "arn:aws:s3:::hostco-ci-us-tenant-acme"
KEY = "arn:aws:kms:us-east-1:123456789012:alias/tenant/acme"
ROLE = "arn:aws:iam::123456789012:role/hostco-ci-us-tenant-data"


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
def test_a_session_reaches_its_tenants_objects(policies, allowed, action):
    assert allowed(policies.session("tenant-data", tenant="acme"), action, f"{BUCKET}/a", via="s3")


@pytest.mark.parametrize("action", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem"])
def test_a_session_reaches_its_tenants_items(policies, allowed, action):
    session = policies.session("tenant-data", tenant="acme")

    assert allowed(session, action, TABLE, {"dynamodb:LeadingKeys": ["acme"]}, via="dynamodb")


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:GenerateDataKey"])
def test_a_session_wraps_content_with_its_tenants_key(policies, allowed, action):
    session = policies.session("tenant-data", tenant="acme")

    assert allowed(session, action, KEY, {"kms:EncryptionContext:tenant": "acme"}, via="kms")


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession"])
def test_the_token_service_takes_on_the_role_with_a_tenant(policies, allowed, action):
    tags = {"aws:RequestTag/tenant": "acme", "aws:TagKeys": ["tenant"]}

    assert allowed(policies.session("tokens-task"), action, ROLE, tags, via="sts")


@pytest.mark.parametrize(
    ("role", "action"), [("ingestion-task", "sqs:SendMessage"), ("processing-task", "sqs:ReceiveMessage")]
)
def test_services_reach_the_queue(policies, allowed, role, action):
    queue = "arn:aws:sqs:us-east-1:123456789012:hostco-ci-us-messages"

    assert allowed(policies.session(role), action, queue, via="sqs")


@pytest.mark.parametrize("service", ["ingestion", "processing", "quarantine", "portal", "tokens"])
def test_a_task_pulls_its_own_image_and_writes_its_own_log(policies, allowed, service):
    starter = policies.session(f"{service}-execution")
    other = "tokens" if service == "portal" else "portal"

    def image(name):
        return f"arn:aws:ecr:us-east-1:123456789012:repository/hostco-ci-us/{name}"

    def stream(name):
        return f"arn:aws:logs:us-east-1:123456789012:log-group:/hostco/ci-us/{name}:log-stream:a"

    assert allowed(starter, "ecr:GetAuthorizationToken", "*", via="ecr.api")
    for action in ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"):
        assert allowed(starter, action, image(service), via="ecr.dkr")
        assert not allowed(starter, action, image(other), via="ecr.dkr")
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        assert allowed(starter, action, stream(service), via="logs")
        assert not allowed(starter, action, stream(other), via="logs")


@pytest.mark.parametrize(
    ("endpoint", "action", "theirs"),
    [
        ("dynamodb", "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:999999999999:table/a"),
        ("ecr.api", "ecr:BatchGetImage", "arn:aws:ecr:us-east-1:999999999999:repository/a"),
        ("ecr.dkr", "ecr:BatchGetImage", "arn:aws:ecr:us-east-1:999999999999:repository/a"),
        ("kms", "kms:Encrypt", "arn:aws:kms:us-east-1:999999999999:key/a"),
        ("logs", "logs:PutLogEvents", "arn:aws:logs:us-east-1:999999999999:log-group:a:log-stream:a"),
        ("s3", "s3:PutObject", "arn:aws:s3:::elsewhere/a"),
        (
            "secretsmanager",
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:us-east-1:999999999999:secret:a-abcdef",
        ),
        ("sqs", "sqs:SendMessage", "arn:aws:sqs:us-east-1:999999999999:a"),
        ("ssm", "ssm:GetParameter", "arn:aws:ssm:us-east-1:999999999999:parameter/a"),
        ("sts", "sts:AssumeRole", "arn:aws:iam::999999999999:role/a"),
    ],
)
def test_nobody_carries_anything_out_with_credentials_of_another_account(
    allowed, as_principal, endpoint, action, theirs
):
    stranger = as_principal(STRANGER)

    assert not allowed(stranger, action, theirs, owner="999999999999", via=endpoint)


def test_a_stranger_is_stopped_by_the_endpoint_and_by_nothing_else(allowed, as_principal):
    """Or the test above would prove nothing."""
    table = "arn:aws:dynamodb:us-east-1:999999999999:table/a"

    assert allowed(as_principal(STRANGER), "dynamodb:PutItem", table, owner="999999999999")
