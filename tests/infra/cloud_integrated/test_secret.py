"""Secrets change every month, and nobody sees them."""

import pytest

SECRET = "aws:secretsmanager/secret:Secret"
NAMES = ["portal", "tokens", "portal-2", "tokens-2"]


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_is_under_our_key_in_its_own_region_only(stack, name):
    secret = stack.of_type(SECRET)[name]
    suffix = "-2" if name.endswith("-2") else ""

    assert set(stack.of_type(SECRET)) == set(NAMES)
    assert secret["protect"]
    assert secret["inputs"]["kmsKeyId"].endswith(f"key/secrets-key{suffix}")
    assert secret["inputs"]["recoveryWindowInDays"] == 30
    assert "replicas" not in secret["inputs"]


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_changes_every_month(stack, name):
    rotation = stack.inputs("aws:secretsmanager/secretRotation:SecretRotation", name)

    assert rotation["rotationRules"] == {"automaticallyAfterDays": 30}
    assert rotation["rotateImmediately"] is True
    assert rotation["rotationLambdaArn"].split(":")[-1].startswith("hostco-ci-us-rotation")


def test_no_value_of_a_secret_is_in_the_program(stack):
    assert not [r for r in stack.resources if r["type"] == "aws:secretsmanager/secretVersion:SecretVersion"]


def test_only_the_store_of_secrets_calls_the_function(stack):
    permission = stack.inputs("aws:lambda/permission:Permission", "rotation")

    assert permission["principal"] == "secretsmanager.amazonaws.com"
    assert permission["sourceAccount"] == "123456789012"


def test_the_function_changes_our_secrets_and_no_others(stack, statements):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "rotation")["policy"])

    assert policy["Rotate"]["Resource"] == [
        f"arn:aws:secretsmanager:us-east-1:123456789012:hostco-ci-us-{name}" for name in ("portal", "tokens")
    ]
    assert policy["RandomValue"]["Action"] == "secretsmanager:GetRandomPassword"
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/hostco/ci-us/rotation"
    assert policy["WriteLogs"]["Resource"] == f"{group}:log-stream:*"


def test_the_function_logs_to_its_own_encrypted_group(stack):
    function = stack.inputs("aws:lambda/function:Function", "rotation")

    assert function["code"]["handler.py"].endswith("infra/cloud_integrated/rotation/handler.py")
    assert function["handler"] == "handler.rotate"
    assert function["loggingConfig"] == {"logFormat": "JSON", "logGroup": "/hostco/ci-us/rotation"}
    assert stack.inputs("aws:cloudwatch/logGroup:LogGroup", "rotation")["kmsKeyId"].endswith("key/logs-key")


def test_the_function_runs_in_its_own_role(stack):
    function = stack.inputs("aws:lambda/function:Function", "rotation")
    permission = stack.inputs("aws:lambda/permission:Permission", "rotation")

    assert function["role"].endswith("role/hostco-ci-us-rotation")
    # A new account has too few executions to set any apart.
    assert "reservedConcurrentExecutions" not in function
    assert function["runtime"] == "python3.13"
    assert (permission["function"], permission["action"]) == ("hostco-ci-us-rotation", "lambda:InvokeFunction")


@pytest.mark.parametrize("name", NAMES)
def test_a_rotation_is_of_its_secret(stack, name):
    assert stack.inputs("aws:secretsmanager/secretRotation:SecretRotation", name)["secretId"].endswith(f"/{name}")
