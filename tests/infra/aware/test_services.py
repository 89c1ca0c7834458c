from typing import Any

import pytest

SERVICES = ("data-management", "search-and-discover", "signal", "spotlight", "tokens")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("publicNetworkAccess", "Disabled"),
        ("zoneRedundant", True),
        ("vnetConfiguration", {"infrastructureSubnetId": "azure-native:network:Subnet/apps", "internal": True}),
        ("peerAuthentication", {"mtls": {"enabled": True}}),
        ("peerTrafficConfiguration", {"encryption": {"enabled": True}}),
        ("appLogsConfiguration", {"destination": "azure-monitor"}),
        ("workloadProfiles", [{"name": "Consumption", "workloadProfileType": "Consumption", "enableFips": False}]),
    ],
)
def test_environment(stack: Any, setting: str, value: Any):
    assert stack.inputs("app:ManagedEnvironment")[setting] == value


def test_one_app_a_service(stack: Any):
    standby = [f"{service}-2" for service in SERVICES]
    assert sorted(stack.named("app:ContainerApp")) == sorted([*SERVICES, *standby])


@pytest.mark.parametrize("service", SERVICES)
def test_apps_names_keep_azures_limit(stack: Any, service: str):
    assert len(stack.inputs("app:ContainerApp", service)["containerAppName"]) <= 32


@pytest.mark.parametrize("service", SERVICES)
def test_apps_run_an_image_by_digest_in_each_zone(stack: Any, service: str):
    template = stack.inputs("app:ContainerApp", service)["template"]
    (container,) = template["containers"]
    assert container["image"].partition("@")[0] == f"crhostcouseast.azurecr.io/aware/{service}"
    assert container["image"].partition("@")[2].startswith("sha256:")
    assert 3 <= template["scale"]["minReplicas"] <= template["scale"]["maxReplicas"]


@pytest.mark.parametrize("service", SERVICES)
def test_apps_are_probed_on_the_port_that_serves(stack: Any, service: str):
    inputs = stack.inputs("app:ContainerApp", service)
    (container,) = inputs["template"]["containers"]
    assert sorted(probe["type"] for probe in container["probes"]) == ["Liveness", "Readiness", "Startup"]
    assert {probe["httpGet"]["port"] for probe in container["probes"]} == {
        inputs["configuration"]["ingress"]["targetPort"]
    }


@pytest.mark.parametrize("service", SERVICES)
def test_apps_are_reached_over_tls_within_the_network_only(stack: Any, service: str):
    inputs = stack.inputs("app:ContainerApp", service)
    assert inputs["environmentId"] == "azure-native:app:ManagedEnvironment/main"
    assert inputs["configuration"]["ingress"]["allowInsecure"] is False


@pytest.mark.parametrize("service", SERVICES)
def test_apps_have_an_identity_of_their_own_and_no_password(stack: Any, service: str):
    inputs = stack.inputs("app:ContainerApp", service)
    identity = f"azure-native:managedidentity:UserAssignedIdentity/{service}"
    assert inputs["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [identity]}
    assert inputs["configuration"]["registries"] == [{"server": "crhostcouseast.azurecr.io", "identity": identity}]
    assert inputs["configuration"]["identitySettings"] == [{"identity": identity, "lifecycle": "Main"}]
    assert "secrets" not in inputs["configuration"]


@pytest.mark.parametrize("service", SERVICES)
def test_apps_may_pull_and_wait_until_they_may(stack: Any, service: str):
    role = stack.inputs("authorization:RoleAssignment", f"pull-{service}")
    assert role["scope"] == "azure-native:containerregistry:Registry/images"
    assert role["principalId"] == f"principal of id-{service}-hostco-useast"
    assert role["roleDefinitionId"].endswith("7f951dda-4ed3-4680-a7ca-43fe172d538d")
    urn = stack.named("authorization:RoleAssignment")[f"pull-{service}"]["urn"]
    assert urn in stack.named("app:ContainerApp")[service]["dependencies"]


@pytest.mark.parametrize("service", [service for service in SERVICES if service != "tokens"])
def test_apps_are_told_where_data_are_and_nothing_secret(stack: Any, service: str):
    (container,) = stack.inputs("app:ContainerApp", service)["template"]["containers"]
    told = {each["name"]: each["value"] for each in container["env"]}
    assert told == {
        "AZURE_CLIENT_ID": f"client of id-{service}-hostco-useast",
        "VAULT_URI": "https://kvthostcouseast.vault.azure.net/",
        "BLOBS_URL": "https://sthostcouseast.blob.core.windows.net",
        "BLOBS_SECONDARY_URL": "https://sthostcouseast-secondary.blob.core.windows.net",
        "DATABASE_HOST": "psql-any-hostco-useast.writer.postgres.database.azure.com",
        "DATABASE_NAME": "aware",
        "EVENTS_HOST": "evhns-hostco-useast.servicebus.windows.net",
        "SEARCH_URL": "https://srch-hostco-useast.search.windows.net",
        "TOKENS_URL": "https://ca-tokens.calm-sea.eastus.azurecontainerapps.io",
    }
