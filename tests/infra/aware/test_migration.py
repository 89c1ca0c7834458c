from typing import Any

import pytest

from infra.aware.access import OPERATIONS

ADMINISTRATOR = "azure-native:managedidentity:UserAssignedIdentity/database-administrator"


def test_only_the_job_has_the_administrators_identity(stack: Any):
    kinds = ("app:Job", "app:ContainerApp")
    holders = [
        name
        for kind in kinds
        for name, resource in stack.named(kind).items()
        if ADMINISTRATOR in resource["inputs"]["identity"]["userAssignedIdentities"]
    ]
    assert holders == ["migrate"]
    identity = stack.inputs("app:Job", "migrate")["identity"]
    assert identity == {"type": "UserAssigned", "userAssignedIdentities": [ADMINISTRATOR]}


def test_it_runs_once_and_when_it_is_started(stack: Any):
    configuration = stack.inputs("app:Job", "migrate")["configuration"]
    assert configuration["triggerType"] == "Manual"
    assert configuration["manualTriggerConfig"] == {"parallelism": 1, "replicaCompletionCount": 1}
    assert configuration["replicaRetryLimit"] == 0
    assert configuration["replicaTimeout"] == 3600
    assert "secrets" not in configuration


def test_it_runs_an_image_of_the_own_registry_by_digest(stack: Any, sample: dict[str, Any]):
    inputs = stack.inputs("app:Job", "migrate")
    [container] = inputs["template"]["containers"]
    digest = sample["aware"]["images"]["migration"]
    assert container["image"] == f"crhostcouseast.azurecr.io/aware/migration@{digest}"
    assert inputs["configuration"]["registries"] == [{"server": "crhostcouseast.azurecr.io", "identity": ADMINISTRATOR}]
    assert inputs["configuration"]["identitySettings"] == [{"identity": ADMINISTRATOR, "lifecycle": "Main"}]
    assert inputs["environmentId"] == "azure-native:app:ManagedEnvironment/main"
    role = stack.named("authorization:RoleAssignment")["pull-migration"]
    assert role["inputs"]["scope"] == "azure-native:containerregistry:Registry/images"
    assert role["inputs"]["principalId"] == "principal of id-database-administrator-hostco-useast"
    assert role["urn"] in stack.named("app:Job")["migrate"]["dependencies"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AZURE_CLIENT_ID", "client of id-database-administrator-hostco-useast"),
        ("DATABASE_USER", "id-database-administrator-hostco-useast"),
        ("DATABASE_HOST", "psql-any-hostco-useast.writer.postgres.database.azure.com"),
        ("DATABASE_NAME", "aware"),
    ],
)
def test_it_knows_the_database(stack: Any, variable: str, value: str):
    [container] = stack.inputs("app:Job", "migrate")["template"]["containers"]
    assert {each["name"]: each["value"] for each in container["env"]}[variable] == value


def test_no_operator_starts_it():
    """Whoever starts a job may name another image for it."""
    assert not [each for each in OPERATIONS if "/jobs/" in each or each in ("*", "*/action", "Microsoft.App/*")]
