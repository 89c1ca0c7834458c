"""What is refused of backup vaults."""

import pytest

from localcloud.backend import RejectedError

VAULT = "dataprotection:BackupVault"
STORAGE = [{"datastoreType": "VaultStore", "type": "ZoneRedundant"}]


def vault(world, **security):
    return world.minimal(VAULT, properties={"storageSettings": STORAGE, "securitySettings": security})


def test_what_is_locked_stays_locked(world):
    locked = vault(world, immutabilitySettings={"state": "Locked"}, softDeleteSettings={"state": "AlwaysOn"})
    identity = world.put(VAULT, **locked)
    with pytest.raises(RejectedError, match=r"immutabilitySettings.state stays Locked"):
        world.update(VAULT, identity, **vault(world, softDeleteSettings={"state": "AlwaysOn"}))
    with pytest.raises(RejectedError, match=r"softDeleteSettings.state stays AlwaysOn"):
        world.update(VAULT, identity, **vault(world, immutabilitySettings={"state": "Locked"}))


def test_storage_is_chosen_once(world):
    identity = world.put(VAULT)
    other = {"storageSettings": [{"datastoreType": "VaultStore", "type": "GeoRedundant"}]}
    with pytest.raises(RejectedError, match="storageSettings are fixed"):
        world.update(VAULT, identity, **world.minimal(VAULT, properties=other))


def test_vault_needs_its_role_on_what_it_backs_up(world):
    identity = world.put(VAULT, identity={"type": "SystemAssigned"})
    properties = world.minimal("dataprotection:BackupInstance")["properties"]
    properties = {**properties, "dataSourceInfo": {"resourceID": world.storage}}
    with pytest.raises(RejectedError, match="this the role Storage Account Backup Contributor"):
        world.put("dataprotection:BackupInstance", properties=properties)
    world.create(
        "authorization:RoleAssignment",
        scope=world.storage,
        roleAssignmentName="00000000-0000-4000-8000-000000000009",
        principalId=world.outputs(identity)["identity"]["principalId"],
        roleDefinitionId=f"{world.root}/providers/Microsoft.Authorization/roleDefinitions/"
        "e5e2a7ff-d759-4cd2-bb51-3152d37e2eb1",
    )
    assert world.put("dataprotection:BackupInstance", properties=properties)
    with pytest.raises(RejectedError, match="can't be deleted before"):
        world.delete(VAULT, identity)


def test_policy_has_a_default_term(world):
    policy = {
        "objectType": "BackupPolicy",
        "datasourceTypes": ["Microsoft.Storage/storageAccounts/blobServices"],
        "policyRules": [],
    }
    with pytest.raises(RejectedError, match="needs a default retention rule"):
        world.put("dataprotection:BackupPolicy", properties=policy)
