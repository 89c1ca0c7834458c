from collections.abc import Callable
from typing import Any

import pytest

ACCOUNT = "azure-native:storage:StorageAccount/audit-copy"


@pytest.fixture
def account(stack: Any) -> Any:
    return stack.inputs("storage:StorageAccount", "audit-copy")


def test_the_copy_is_made_immutable_and_unlocked(account: Any):
    assert account["immutableStorageWithVersioning"] == {
        "enabled": True,
        "immutabilityPolicy": {
            "immutabilityPeriodSinceCreationInDays": 365,
            "allowProtectedAppendWrites": True,
            "state": "Unlocked",
        },
    }


def immutability(stack: Any, side: str = "inputs") -> dict[str, Any]:
    (account,) = (r for r in stack.resources if r["type"].endswith(":StorageAccount") and r["name"] == "audit-copy")
    return account[side]["immutableStorageWithVersioning"]["immutabilityPolicy"]


@pytest.fixture(scope="module")
def locked(declare: Callable[..., Any], sample: dict[str, Any]) -> Any:
    return declare(aware={**sample["aware"], "auditCopy": "locked"})


def test_locking_is_a_step_that_changes_nothing_else(stack: Any, locked: Any):
    assert immutability(locked)["state"] == "Locked"
    for side in ("inputs", "outputs"):
        immutability(locked, side)["state"] = "Unlocked"
    assert locked.resources == stack.resources


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("accountName", "stauhostcouseast"),
        ("sku", {"name": "Standard_GZRS"}),
        ("minimumTlsVersion", "TLS1_2"),
        ("enableHttpsTrafficOnly", True),
        ("allowSharedKeyAccess", False),
        ("allowBlobPublicAccess", False),
        ("allowCrossTenantReplication", False),
        ("isLocalUserEnabled", False),
        ("isSftpEnabled", False),
        ("publicNetworkAccess", "Disabled"),
        (
            "networkRuleSet",
            {"defaultAction": "Deny", "bypass": "AzureServices", "ipRules": [], "virtualNetworkRules": []},
        ),
    ],
)
def test_account(account: Any, setting: str, value: Any):
    assert account[setting] == value


def test_the_copy_is_kept_under_a_key_of_its_own(stack: Any, account: Any):
    encryption = account["encryption"]
    assert encryption["keySource"] == "Microsoft.Keyvault"
    assert encryption["requireInfrastructureEncryption"] is True
    assert encryption["keyVaultProperties"]["keyName"] == "audit"
    assert encryption["encryptionIdentity"] == {
        "encryptionUserAssignedIdentity": "azure-native:managedidentity:UserAssignedIdentity/audit-copy"
    }
    role = stack.named("authorization:RoleAssignment")["audit-copy"]
    assert role["inputs"]["scope"] == "azure-native:keyvault:Key/audit"
    assert role["urn"] in stack.named("storage:StorageAccount")["audit-copy"]["dependencies"]


@pytest.mark.parametrize(
    "kind",
    [
        "storage:StorageAccount",
        "storage:BlobServiceProperties",
        "managedidentity:UserAssignedIdentity",
        "operationalinsights:DataExport",
    ],
)
def test_nothing_of_the_copy_goes_by_mistake(stack: Any, kind: str):
    assert stack.named(kind)["audit-copy"]["protect"] is True


def test_the_copy_is_reached_privately(stack: Any):
    connection = stack.inputs("network:PrivateEndpoint", "audit-copy")["privateLinkServiceConnections"]
    assert [(each["privateLinkServiceId"], each["groupIds"]) for each in connection] == [(ACCOUNT, ["blob"])]


def test_the_copy_is_filled_from_the_archived_tables(stack: Any):
    export = stack.inputs("operationalinsights:DataExport", "audit-copy")
    assert export["enable"] is True
    assert export["resourceId"] == ACCOUNT
    tables = set(export["tableNames"])
    assert tables == set(stack.named("operationalinsights:Table")) - {"AzureActivity"}
    assert {"AuditLogs", "AZKVAuditLogs", "SigninLogs", "StorageBlobLogs", "LAQueryLogs"} <= tables


def test_nothing_that_may_hold_content_is_copied(stack: Any):
    tables = set(stack.inputs("operationalinsights:DataExport", "audit-copy")["tableNames"])
    assert not tables & {"AzureDiagnostics", "ContainerAppConsoleLogs", "PGSQLQueryStoreQueryText", "PGSQLServerLogs"}


def test_tables_exist_before_they_are_exported(stack: Any):
    export = stack.named("operationalinsights:DataExport")["audit-copy"]
    tables = stack.named("operationalinsights:Table")
    assert {tables[name]["urn"] for name in export["inputs"]["tableNames"]} <= set(export["dependencies"])


def test_the_activity_log_goes_to_the_workspace_and_to_the_copy(stack: Any):
    setting = stack.inputs("monitor:DiagnosticSetting", "activity-log")
    assert setting["resourceUri"] == "/subscriptions/00000000-0000-4000-8000-000000000001"
    assert setting["workspaceId"] == "azure-native:operationalinsights:Workspace/audit"
    assert setting["storageAccountId"] == ACCOUNT
    assert [log["category"] for log in setting["logs"] if log["enabled"]] == [
        "Administrative",
        "Security",
        "ServiceHealth",
        "Alert",
        "Recommendation",
        "Policy",
        "Autoscale",
        "ResourceHealth",
    ]


@pytest.mark.parametrize(("setting", "account"), [("vpn", ACCOUNT), ("vpn-2", None)])
def test_who_dials_in_is_in_the_copy_of_the_same_region(stack: Any, setting: str, account: str | None):
    written = stack.inputs("monitor:DiagnosticSetting", setting)
    assert written["resourceUri"].endswith(f"VirtualNetworkGateway/{setting}")
    assert written["workspaceId"] == "azure-native:operationalinsights:Workspace/audit"
    assert written.get("storageAccountId") == account
    assert written["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]


def test_the_copy_ends_with_the_archive_and_not_before(stack: Any):
    (rule,) = stack.inputs("storage:ManagementPolicy", "audit-copy")["policy"]["rules"]
    assert rule["enabled"] is True
    assert rule["definition"]["actions"] == {
        "baseBlob": {"delete": {"daysAfterModificationGreaterThan": 1095}},
        "version": {"delete": {"daysAfterCreationGreaterThan": 1095}},
    }


def test_versions_are_kept(stack: Any):
    assert stack.inputs("storage:BlobServiceProperties", "audit-copy")["isVersioningEnabled"] is True
