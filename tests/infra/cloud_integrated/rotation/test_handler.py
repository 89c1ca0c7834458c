"""The function gives a secret a new value in the steps in which it is asked to."""

import boto3
import pytest
from moto import mock_aws

from infra.cloud_integrated.rotation.handler import rotate

VERSION = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def secrets(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name="portal", SecretString="first")
        yield client


def step(name, version=VERSION):
    rotate({"Step": name, "SecretId": "portal", "ClientRequestToken": version}, None)


def test_a_rotation_replaces_the_value(secrets):
    for name in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        step(name)

    value = secrets.get_secret_value(SecretId="portal", VersionStage="AWSCURRENT")
    assert value["VersionId"] == VERSION
    assert len(value["SecretString"]) == 64
    assert value["SecretString"].isalnum()


def test_until_the_last_step_the_former_value_holds(secrets):
    step("createSecret")

    assert secrets.get_secret_value(SecretId="portal")["SecretString"] == "first"


def test_a_step_that_is_asked_for_again_changes_nothing(secrets):
    step("createSecret")
    pending = secrets.get_secret_value(SecretId="portal", VersionId=VERSION)["SecretString"]
    step("createSecret")
    step("finishSecret")
    step("finishSecret")

    current = secrets.get_secret_value(SecretId="portal", VersionStage="AWSCURRENT")
    assert current["SecretString"] == pending


@pytest.mark.usefixtures("secrets")
def test_an_unknown_step_is_refused():
    with pytest.raises(ValueError, match="'anything' is not a step of a rotation"):
        step("anything")
