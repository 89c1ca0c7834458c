from typing import Any

import pytest

SERVICES = ("data-management", "search-and-discover", "signal", "spotlight")


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
    assert tuple(sorted(stack.named("app:ContainerApp"))) == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_apps_names_keep_azures_limit(stack: Any, service: str):
    assert len(stack.inputs("app:ContainerApp", service)["containerAppName"]) <= 32


@pytest.mark.parametrize("service", SERVICES)
def test_apps_run_an_image_by_digest_in_each_zone(stack: Any, service: str):
    template = stack.inputs("app:ContainerApp", service)["template"]
    (container,) = template["containers"]
    assert container["image"].partition("@")[0] == f"hostcoaware.azurecr.io/aware/{service}"
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
    assert inputs["configuration"]["registries"] == [{"server": "hostcoaware.azurecr.io", "identity": identity}]
    assert inputs["configuration"]["identitySettings"] == [{"identity": identity, "lifecycle": "Main"}]
    assert "secrets" not in inputs["configuration"]
