from typing import Any

import pytest

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity/ingestion"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("sku", {"name": "Premium", "tier": "Premium", "capacity": 1}),
        ("zoneRedundant", True),
        ("disableLocalAuth", True),
        ("minimumTlsVersion", "1.2"),
        ("publicNetworkAccess", "Disabled"),
        ("identity", {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}),
        (
            "encryption",
            {
                "keySource": "Microsoft.KeyVault",
                "keyVaultProperties": [
                    {
                        "keyName": "ingestion",
                        "keyVaultUri": "https://kvhostcouseast.vault.azure.net/",
                        "identity": {"userAssignedIdentity": IDENTITY},
                    }
                ],
                "requireInfrastructureEncryption": True,
            },
        ),
    ],
)
def test_namespace(stack: Any, setting: str, value: Any):
    assert stack.inputs("eventhub:Namespace", "ingestion")[setting] == value


def test_the_namespaces_firewall_lets_nothing_in(stack: Any):
    rules = stack.inputs("eventhub:NamespaceNetworkRuleSet", "ingestion")
    assert rules["publicNetworkAccess"] == "Disabled"
    assert rules["defaultAction"] == "Deny"
    assert rules["trustedServiceAccessEnabled"] is False
    assert rules["ipRules"] == rules["virtualNetworkRules"] == []


def test_one_broker_with_a_place_for_each_reader(stack: Any):
    assert list(stack.named("eventhub:Namespace")) == ["ingestion"]
    assert list(stack.named("eventhub:EventHub")) == ["messages"]
    readers = stack.named("eventhub:ConsumerGroup")
    assert sorted(readers) == ["search-and-discover", "signal", "spotlight"]
    assert {r["inputs"]["eventHubName"] for r in readers.values()} == {"messages"}


def test_messages_end_within_the_deletion_policys_term(stack: Any):
    retention = stack.inputs("eventhub:EventHub", "messages")["retentionDescription"]
    assert retention == {"cleanupPolicy": "Delete", "retentionTimeInHours": 168}


def test_no_messages_are_captured_elsewhere(stack: Any):
    assert "captureDescription" not in stack.inputs("eventhub:EventHub", "messages")


def test_the_key_may_be_used_before_the_namespace_needs_it(stack: Any):
    namespace = stack.named("eventhub:Namespace")["ingestion"]
    assert stack.named("authorization:RoleAssignment")["ingestion"]["urn"] in namespace["dependencies"]
    assert namespace["protect"]


def test_it_is_reached_privately_and_logged(stack: Any):
    [connection] = stack.inputs("network:PrivateEndpoint", "ingestion")["privateLinkServiceConnections"]
    assert connection["privateLinkServiceId"] == "azure-native:eventhub:Namespace/ingestion"
    assert connection["groupIds"] == ["namespace"]
    logged = stack.inputs("monitor:DiagnosticSetting", "ingestion")
    assert logged["resourceUri"] == "azure-native:eventhub:Namespace/ingestion"
