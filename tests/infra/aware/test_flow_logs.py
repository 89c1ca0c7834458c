from typing import Any

import pytest


def test_every_flow_of_the_network_is_logged_and_analysed(stack: Any):
    log = stack.inputs("network:FlowLog")
    assert log["enabled"] is True
    assert log["targetResourceId"] == "azure-native:network:VirtualNetwork/main"
    assert log["storageId"] == "azure-native:storage:StorageAccount/flow-logs"
    assert log["format"] == {"type": "JSON", "version": 2}
    analysis = log["flowAnalyticsConfiguration"]["networkWatcherFlowAnalyticsConfiguration"]
    assert analysis == {
        "enabled": True,
        "trafficAnalyticsInterval": 10,
        "workspaceResourceId": "azure-native:operationalinsights:Workspace/audit",
    }


def test_the_writer_has_an_identity_and_a_role_on_the_account_only(stack: Any):
    identity = "azure-native:managedidentity:UserAssignedIdentity/flow-logs-writer"
    assert stack.inputs("network:FlowLog")["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": [identity],
    }
    role = stack.inputs("authorization:RoleAssignment", "flow-logs-writer")
    assert role["scope"] == "azure-native:storage:StorageAccount/flow-logs"
    assert role["roleDefinitionId"].endswith("ba92f5b4-2d11-453d-a403-e96b0029c9fe")
    assert (
        stack.named("authorization:RoleAssignment")["flow-logs-writer"]["urn"]
        in (stack.named("network:FlowLog")["main"]["dependencies"])
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("publicNetworkAccess", "Disabled"),
        ("allowSharedKeyAccess", False),
        ("allowBlobPublicAccess", False),
        ("allowCrossTenantReplication", False),
        ("allowedCopyScope", "AAD"),
        ("isLocalUserEnabled", False),
        ("isSftpEnabled", False),
        ("enableHttpsTrafficOnly", True),
        ("minimumTlsVersion", "TLS1_2"),
        (
            "networkRuleSet",
            {"bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": []},
        ),
    ],
)
def test_the_account_is_open_to_network_watcher_only(stack: Any, setting: str, value: Any):
    assert stack.inputs("storage:StorageAccount", "flow-logs")[setting] == value


def test_the_account_lies_under_a_key_of_ours(stack: Any):
    encryption = stack.inputs("storage:StorageAccount", "flow-logs")["encryption"]
    assert encryption["keySource"] == "Microsoft.Keyvault"
    assert encryption["requireInfrastructureEncryption"] is True
    assert encryption["keyVaultProperties"]["keyName"] == "platform"
    assert "keyVersion" not in encryption["keyVaultProperties"]
    assert stack.named("storage:StorageAccount")["flow-logs"]["protect"] is True


def test_logs_end_with_the_term_of_all_logs(stack: Any, small: Any):
    def days(declared: Any) -> int:
        (rule,) = declared.inputs("storage:ManagementPolicy", "flow-logs")["policy"]["rules"]
        assert rule["enabled"] is True
        return rule["definition"]["actions"]["baseBlob"]["delete"]["daysAfterModificationGreaterThan"]

    assert (days(stack), days(small)) == (365, 730)


def test_the_second_region_has_logs_of_its_own(stack: Any):
    log = stack.inputs("network:FlowLog", "main-2")
    assert log["location"] == "centralus"
    assert log["targetResourceId"] == "azure-native:network:VirtualNetwork/main-2"
    assert log["storageId"] == "azure-native:storage:StorageAccount/flow-logs-2"
    assert stack.inputs("storage:StorageAccount", "flow-logs-2")["encryption"]["keyVaultProperties"] == {
        "keyName": "platform",
        "keyVaultUri": "https://kv2hostcouseast.vault.azure.net/",
    }
