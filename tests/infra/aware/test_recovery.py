from typing import Any

import pytest


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (
            "encryptionSettings",
            {
                "state": "Enabled",
                "infrastructureEncryption": "Enabled",
                "kekIdentity": {
                    "identityType": "UserAssigned",
                    "identityId": "azure-native:managedidentity:UserAssignedIdentity/backup",
                },
                "keyVaultProperties": {"keyUri": "https://kvhostcouseast.vault.azure.net/keys/backup"},
            },
        ),
        ("immutabilitySettings", {"state": "Unlocked"}),
        ("softDeleteSettings", {"state": "On", "retentionDurationInDays": 14}),
    ],
)
def test_backup_vault(stack: Any, setting: str, value: Any):
    assert stack.inputs("dataprotection:BackupVault", "backup")["properties"]["securitySettings"][setting] == value


def test_the_backup_vault_spans_zones_and_tells_of_failures(stack: Any):
    properties = stack.inputs("dataprotection:BackupVault", "backup")["properties"]
    assert properties["storageSettings"] == [{"datastoreType": "VaultStore", "type": "ZoneRedundant"}]
    assert properties["monitoringSettings"] == {"azureMonitorAlertSettings": {"alertsForAllJobFailures": "Enabled"}}


@pytest.mark.parametrize(("name", "days"), [("stack", 30), ("modest", 30)])
def test_backups_are_operational_and_end_within_the_deletion_policys_term(
    request: pytest.FixtureRequest, name: str, days: int
):
    stack = request.getfixturevalue(name)
    [rule] = stack.inputs("dataprotection:BackupPolicy", "blobs")["properties"]["policyRules"]
    [lifecycle] = rule["lifecycles"]
    assert lifecycle["sourceDataStore"]["dataStoreType"] == "OperationalStore", "a vaulted one leaves the scope"
    assert lifecycle["deleteAfter"] == {"objectType": "AbsoluteDeleteOption", "duration": f"P{days}D"}
    assert stack.inputs("storage:BlobServiceProperties")["restorePolicy"]["days"] == days


def test_every_container_is_backed_up(stack: Any):
    properties = stack.inputs("dataprotection:BackupInstance", "blobs")["properties"]
    assert properties["dataSourceInfo"]["resourceID"] == "azure-native:storage:StorageAccount/main"
    assert properties["dataSourceInfo"]["datasourceType"] == "Microsoft.Storage/storageAccounts/blobServices"
    assert properties["policyInfo"] == {"policyId": "azure-native:dataprotection:BackupPolicy/blobs"}, "none left out"


def test_azure_backup_may_work_on_the_account_and_nowhere_else(stack: Any):
    roles = [
        r["inputs"]
        for r in stack.named("authorization:RoleAssignment").values()
        if r["inputs"]["principalId"] == "principal of bvault-hostco-useast"
    ]
    assert [(r["scope"], r["roleDefinitionId"].rpartition("/")[2]) for r in roles] == [
        ("azure-native:storage:StorageAccount/main", "e5e2a7ff-d759-4cd2-bb51-3152d37e2eb1")
    ]
    role = stack.named("authorization:RoleAssignment")["backup-storage"]
    assert role["urn"] in stack.named("dataprotection:BackupInstance")["blobs"]["dependencies"]


@pytest.mark.parametrize(
    ("lock", "scope"),
    [
        ("vault-platform", "azure-native:keyvault:Vault/platform"),
        ("vault-copy", "azure-native:keyvault:Vault/copy"),
        ("vault-platform-2", "azure-native:keyvault:Vault/platform-2"),
        ("logs", "azure-native:operationalinsights:Workspace/audit"),
        ("logs-content", "azure-native:operationalinsights:Workspace/content"),
        ("audit-copy", "azure-native:storage:StorageAccount/audit-copy"),
    ],
)
def test_keys_and_logs_can_not_be_deleted(stack: Any, lock: str, scope: str):
    resource = stack.named("authorization:ManagementLockByScope")[lock]
    assert (resource["inputs"]["scope"], resource["inputs"]["level"]) == (scope, "CanNotDelete")
    assert resource["protect"]


def test_nothing_that_goes_with_a_tenant_is_locked(stack: Any):
    scopes = {r["inputs"]["scope"] for r in stack.named("authorization:ManagementLockByScope").values()}
    assert len(scopes) == 7
    assert "azure-native:storage:StorageAccount/main" not in scopes
    assert "azure-native:keyvault:Vault/tenants" not in scopes
    assert not [scope for scope in scopes if "ResourceGroup" in scope]


@pytest.mark.parametrize(
    "kind", ["dataprotection:BackupVault", "dataprotection:BackupPolicy", "dataprotection:BackupInstance"]
)
def test_backups_are_protected(stack: Any, kind: str):
    assert all(resource["protect"] for resource in stack.named(kind).values())


@pytest.mark.parametrize("lock", ["vault-platform", "vault-copy", "logs", "logs-content", "audit-copy"])
def test_a_lock_goes_before_what_lies_below_it(stack: Any, lock: str):
    """A lock holds all that lies below it: one that outlived it would let no `destroy` end."""
    needed = {
        urn.rpartition("$")[2] for urn in stack.named("authorization:ManagementLockByScope")[lock]["dependencies"]
    }
    assert {
        "azure-native:monitor:DiagnosticSetting::audit-copy",
        "azure-native:storage:ManagementPolicy::audit-copy",
        "azure-native:securityinsights:SentinelOnboardingState::audit",
        "azure-native:authorization:RoleAssignment::backup",
    } <= needed
