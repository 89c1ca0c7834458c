from typing import Any

import pytest


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("sku", {"name": "Premium"}),
        ("adminUserEnabled", False),
        ("anonymousPullEnabled", False),
        ("publicNetworkAccess", "Disabled"),
        ("networkRuleBypassOptions", "AzureServices"),
        ("networkRuleSet", {"defaultAction": "Deny", "ipRules": []}),
        ("dataEndpointEnabled", True),
        ("zoneRedundancy", "Enabled"),
        (
            "policies",
            {
                "exportPolicy": {"status": "disabled"},
                "retentionPolicy": {"status": "disabled", "days": 7},
                "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
            },
        ),
    ],
)
def test_registry(stack: Any, setting: str, value: Any):
    assert stack.inputs("containerregistry:Registry", "images")[setting] == value


def test_is_protected_and_logged_and_found_within_the_network(stack: Any):
    assert stack.named("containerregistry:Registry")["images"]["protect"] is True
    identifier = "azure-native:containerregistry:Registry/images"
    assert stack.inputs("monitor:DiagnosticSetting", "registry")["resourceUri"] == identifier
    (link,) = stack.inputs("network:PrivateEndpoint", "registry")["privateLinkServiceConnections"]
    assert (link["privateLinkServiceId"], link["groupIds"]) == (identifier, ["registry"])


def test_images_are_in_the_second_region_too(stack: Any, alone: Any):
    copy = stack.inputs("containerregistry:Replication", "images")
    assert (copy["replicationName"], copy["location"], copy["zoneRedundancy"]) == (
        "centralus",
        "centralus",
        "Enabled",
    )
    assert not any(r["type"] == "azure-native:containerregistry:Replication" for r in alone.resources)


@pytest.mark.parametrize("endpoint", ["registry", "registry-2"])
def test_endpoints_find_both_regions_copies(stack: Any, endpoint: str):
    copy = stack.named("containerregistry:Replication")["images"]["urn"]
    assert copy in stack.named("network:PrivateEndpoint")[endpoint]["dependencies"]
