from typing import Any

import pytest

TENANTS = ("acme", "globex", "initech")
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity/storage"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("kind", "StorageV2"),
        ("sku", {"name": "Standard_RAGZRS"}),
        ("minimumTlsVersion", "TLS1_2"),
        ("enableHttpsTrafficOnly", True),
        ("allowSharedKeyAccess", False),
        ("defaultToOAuthAuthentication", True),
        ("allowBlobPublicAccess", False),
        ("allowCrossTenantReplication", False),
        ("allowedCopyScope", "PrivateLink"),
        ("isLocalUserEnabled", False),
        ("isSftpEnabled", False),
        ("publicNetworkAccess", "Disabled"),
        ("networkRuleSet", {"defaultAction": "Deny", "bypass": "None", "ipRules": [], "virtualNetworkRules": []}),
        ("sasPolicy", {"expirationAction": "Block", "sasExpirationPeriod": "0.01:00:00"}),
        ("identity", {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}),
    ],
)
def test_storage_account(stack: Any, setting: str, value: Any):
    assert stack.inputs("storage:StorageAccount")[setting] == value


def test_storage_account_is_encrypted_twice_with_the_platform_key(stack: Any):
    encryption = stack.inputs("storage:StorageAccount")["encryption"]
    assert encryption["keySource"] == "Microsoft.Keyvault"
    assert encryption["keyVaultProperties"] == {
        "keyName": "platform",
        "keyVaultUri": "https://kvhostcouseast.vault.azure.net/",
    }, "no version, or the account would stay with the first one"
    assert encryption["encryptionIdentity"] == {"encryptionUserAssignedIdentity": IDENTITY}
    assert encryption["requireInfrastructureEncryption"] is True
    assert encryption["services"] == {
        service: {"enabled": True, "keyType": "Account"} for service in ("blob", "file", "queue", "table")
    }


def test_blobs_can_be_brought_back(stack: Any):
    blobs = stack.inputs("storage:BlobServiceProperties")
    assert blobs["accountName"] == "sthostcouseast"
    assert blobs["isVersioningEnabled"] is True
    assert blobs["restorePolicy"] == {"enabled": True, "days": 30}
    assert blobs["deleteRetentionPolicy"] == {"enabled": True, "days": 35, "allowPermanentDelete": False}
    assert blobs["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 35}
    assert blobs["changeFeed"]["enabled"] is True
    assert blobs["changeFeed"]["retentionInDays"] >= blobs["deleteRetentionPolicy"]["days"]


@pytest.mark.parametrize(("name", "days"), [("stack", 55), ("modest", 85)])
def test_old_versions_end_within_the_deletion_policys_term(request: pytest.FixtureRequest, name: str, days: int):
    policy = request.getfixturevalue(name).inputs("storage:ManagementPolicy")
    assert policy["accountName"] == "sthostcouseast"
    [rule] = policy["policy"]["rules"]
    assert rule["enabled"] is True
    assert rule["definition"]["filters"] == {"blobTypes": ["blockBlob"]}, "no container is left out"
    ends = {"delete": {"daysAfterCreationGreaterThan": days}}
    assert rule["definition"]["actions"] == {"version": ends, "snapshot": ends}


def test_no_lifecycle_touches_what_is_current(stack: Any):
    [rule] = stack.inputs("storage:ManagementPolicy")["policy"]["rules"]
    assert "baseBlob" not in rule["definition"]["actions"]


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_tenants_scope_is_on_the_tenants_own_key(stack: Any, tenant: str):
    scope = stack.inputs("storage:EncryptionScope", f"tenant-{tenant}")
    assert scope == {
        "accountName": "sthostcouseast",
        "encryptionScopeName": f"tenant-{tenant}",
        "keyVaultProperties": {"keyUri": f"https://kvthostcouseast.vault.azure.net/keys/tenant-{tenant}"},
        "requireInfrastructureEncryption": True,
        "resourceGroupName": "rg-hostco-useast",
        "source": "Microsoft.KeyVault",
        "state": "Enabled",
    }


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_tenants_container_takes_only_the_tenants_scope(stack: Any, tenant: str):
    container = stack.inputs("storage:BlobContainer", f"tenant-{tenant}")
    assert container == {
        "accountName": "sthostcouseast",
        "containerName": f"tenant-{tenant}",
        "defaultEncryptionScope": f"tenant-{tenant}",
        "denyEncryptionScopeOverride": True,
        "publicAccess": "None",
        "resourceGroupName": "rg-hostco-useast",
    }


@pytest.mark.parametrize("key", ["platform", *(f"tenant-{tenant}" for tenant in TENANTS)])
def test_storage_may_wrap_and_unwrap_with_each_key_and_no_more(stack: Any, key: str):
    assignment = stack.named("authorization:RoleAssignment")[f"storage-{key}"]
    inputs = assignment["inputs"]
    assert inputs["scope"] == f"azure-native:keyvault:Key/{key}"
    assert inputs["principalId"] == "principal of id-storage-hostco-useast"
    assert inputs["principalType"] == "ServicePrincipal"
    assert inputs["roleDefinitionId"].endswith("/e147488a-f6f5-4113-8e2d-b22465e65bf6")
    assert assignment["protect"]


def test_keys_may_be_used_before_something_is_encrypted_with_them(stack: Any):
    assignments = stack.named("authorization:RoleAssignment")
    account = stack.named("storage:StorageAccount")["main"]
    assert assignments["storage-platform"]["urn"] in account["dependencies"]
    for tenant in TENANTS:
        scope = stack.named("storage:EncryptionScope")[f"tenant-{tenant}"]
        assert assignments[f"storage-tenant-{tenant}"]["urn"] in scope["dependencies"]


def test_the_identity_that_opens_the_keys_is_protected(stack: Any):
    assert stack.named("managedidentity:UserAssignedIdentity")["storage"]["protect"]
