from typing import Any

import pytest

URI = "https://mhsmhostcouseast.managedhsm.azure.net/"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("enableSoftDelete", True),
        ("softDeleteRetentionInDays", 90),
        ("enablePurgeProtection", True),
        ("publicNetworkAccess", "Disabled"),
        (
            "networkAcls",
            {"defaultAction": "Deny", "bypass": "AzureServices", "ipRules": [], "virtualNetworkRules": []},
        ),
        ("tenantId", "00000000-0000-4000-8000-000000000002"),
    ],
)
def test_managed_hsm(modest: Any, setting: str, value: Any):
    assert modest.inputs("keyvault:ManagedHsm", "keys")["properties"][setting] == value


def test_a_group_of_people_activates_it(modest: Any, sample: dict[str, Any]):
    administrators = modest.inputs("keyvault:ManagedHsm", "keys")["properties"]["initialAdminObjectIds"]
    assert administrators == [sample["aware"]["accessGroups"]["keyOperators"]]


def test_it_is_private_logged_and_protected(modest: Any):
    [connection] = modest.inputs("network:PrivateEndpoint", "managed-hsm")["privateLinkServiceConnections"]
    assert connection["groupIds"] == ["managedhsm"]
    assert connection["privateLinkServiceId"] == "azure-native:keyvault:ManagedHsm/keys"
    setting = modest.inputs("monitor:DiagnosticSetting", "managed-hsm")
    assert setting["resourceUri"] == "azure-native:keyvault:ManagedHsm/keys"
    assert modest.named("keyvault:ManagedHsm")["keys"]["protect"]


def test_every_key_of_the_platform_in_the_region_lies_in_it(modest: Any):
    assert sorted(modest.named("keyvault:Vault")) == ["copy", "signing", "tenants"], (
        "the database's copy is in another region, and what signs encrypts nothing"
    )
    tenants = ["tenant-acme", "tenant-globex", "tenant-initech"]
    assert sorted(modest.named("keyvault:Key")) == ["database-copy", *tenants, "tokens"]
    account = modest.inputs("storage:StorageAccount")["encryption"]["keyVaultProperties"]
    assert account == {"keyName": "platform", "keyVaultUri": URI}
    assert modest.inputs("dbforpostgresql:Server")["dataEncryption"]["primaryKeyURI"] == f"{URI}keys/database"


@pytest.mark.parametrize("tenant", ["acme", "globex", "initech"])
def test_a_tenants_scope_is_on_the_tenants_own_key(modest: Any, tenant: str):
    scope = modest.inputs("storage:EncryptionScope", f"tenant-{tenant}")
    assert scope["keyVaultProperties"] == {"keyUri": f"https://kvthostcouseast.vault.azure.net/keys/tenant-{tenant}"}


def test_search_reaches_the_tenants_keys_in_a_vault(modest: Any):
    """It has no private link to a managed HSM."""
    link = modest.inputs("search:SharedPrivateLinkResource", "search-to-keys")["properties"]
    assert link["groupId"] == "vault"
    assert link["privateLinkResourceId"] == "azure-native:keyvault:Vault/tenants"


def test_no_role_of_resource_manager_names_its_keys(modest: Any):
    scopes = [r["inputs"]["scope"] for r in modest.named("authorization:RoleAssignment").values()]
    assert not [scope for scope in scopes if "ManagedHsm" in scope]
