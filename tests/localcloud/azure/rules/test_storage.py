"""What is refused of immutability."""

import pytest

from localcloud.backend import RejectedError

ACCOUNT = "storage:StorageAccount"


def immutable(world, state, days=30):
    policy = {"state": state, "immutabilityPeriodSinceCreationInDays": days, "allowProtectedAppendWrites": True}
    return world.minimal(ACCOUNT, immutableStorageWithVersioning={"enabled": True, "immutabilityPolicy": policy})


def test_account_is_made_unlocked_and_locked_later(world):
    with pytest.raises(RejectedError, match="can't be made locked"):
        world.put(ACCOUNT, **immutable(world, "Locked"))
    identity = world.put(ACCOUNT, **immutable(world, "Unlocked"))
    world.update(ACCOUNT, identity, **immutable(world, "Locked"))
    with pytest.raises(RejectedError, match="stays locked"):
        world.update(ACCOUNT, identity, **immutable(world, "Unlocked"))
    with pytest.raises(RejectedError, match="can't become shorter"):
        world.update(ACCOUNT, identity, **immutable(world, "Locked", days=29))
    world.update(ACCOUNT, identity, **immutable(world, "Locked", days=31))


def test_containers_policy_allows_appends_in_one_way(world):
    both = {"allowProtectedAppendWrites": True, "allowProtectedAppendWritesAll": True}
    assert world.check("storage:BlobContainerImmutabilityPolicy", **both) == [
        "allowProtectedAppendWritesAll: excludes allowProtectedAppendWrites"
    ]


def test_lifecycle_rules_have_names_of_their_own(world):
    rule = {"name": "end", "type": "Lifecycle", "definition": {"actions": {}}}
    with pytest.raises(RejectedError, match="the rule end is taken"):
        world.put("storage:ManagementPolicy", policy={"rules": [rule, rule]})


def test_encryption_scope_is_disabled_and_never_deleted(world):
    identity = world.put("storage:EncryptionScope", state="Enabled")
    world.delete("storage:EncryptionScope", identity)
    assert world.outputs(identity)["state"] == "Disabled"
    with pytest.raises(RejectedError, match="already exists"):
        world.create("storage:EncryptionScope", **world.minimal("storage:EncryptionScope"))


def test_scope_under_a_vault_key(world):
    uri = world.encrypted_storage()
    scope = world.minimal(
        "storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri}, state="Enabled"
    )
    assert world.create("storage:EncryptionScope", **scope).endswith("/encryptionScopes/example1")
    with pytest.raises(RejectedError, match="there is no key"):
        world.create(
            "storage:EncryptionScope",
            **{**scope, "encryptionScopeName": "other", "keyVaultProperties": {"keyUri": uri + "x"}},
        )


def test_scope_needs_the_accounts_right_to_the_key(world):
    uri = world.encrypted_storage()
    assignment = next(name for name in world.backend.identities() if "/roleAssignments/" in name)
    world.delete("authorization:RoleAssignment", assignment)
    with pytest.raises(RejectedError, match="Key Vault Crypto Service Encryption User"):
        world.put("storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri})


def test_scope_needs_an_account_with_an_identity(world):
    uri = world.encrypted_storage(identity=None)
    with pytest.raises(RejectedError, match="no identity"):
        world.put("storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri})


def test_scope_needs_a_vault_with_purge_protection(world):
    world.put("keyvault:Key")
    world.put("storage:StorageAccount", identity={"type": "SystemAssigned"})
    uri = "https://example1.vault.azure.net/keys/example1"
    with pytest.raises(RejectedError, match="purge protection"):
        world.put("storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri})


def test_scope_needs_a_key_that_is_enabled(world):
    uri = world.encrypted_storage()
    world.backend.put_body(
        f"{world.vault}/keys/example1", {"properties": {"attributes": {"enabled": False}}}, whole=False
    )
    with pytest.raises(RejectedError, match="the key example1 is disabled"):
        world.put("storage:EncryptionScope", source="Microsoft.KeyVault", keyVaultProperties={"keyUri": uri})


def test_scope_is_encrypted_twice_for_good(world):
    identity = world.put("storage:EncryptionScope", requireInfrastructureEncryption=True)
    with pytest.raises(RejectedError, match="fixed since the scope was created"):
        world.update("storage:EncryptionScope", identity, **world.minimal("storage:EncryptionScope"))


def test_scope_and_key_belong_together(world):
    assert world.check("storage:EncryptionScope", source="Microsoft.KeyVault") == [
        "keyVaultProperties.keyUri: the source Microsoft.KeyVault needs it"
    ]
    key = {"keyUri": "https://a.vault.azure.net/keys/b"}
    assert len(world.check("storage:EncryptionScope", source="Microsoft.Storage", keyVaultProperties=key)) == 1


def test_containers_scope_is_chosen_for_good(world):
    world.put("storage:EncryptionScope")
    scoped = {"defaultEncryptionScope": "example1", "denyEncryptionScopeOverride": True}
    identity = world.put("storage:BlobContainer", **scoped)
    for changed in [
        {},
        {**scoped, "defaultEncryptionScope": "other"},
        {**scoped, "denyEncryptionScopeOverride": False},
    ]:
        with pytest.raises(RejectedError, match="fixed since the container was created"):
            world.update("storage:BlobContainer", identity, **world.minimal("storage:BlobContainer", **changed))


def test_containers_scope_must_be_there_and_enabled(world):
    scoped = {"defaultEncryptionScope": "example1"}
    world.put("storage:StorageAccount")
    with pytest.raises(RejectedError, match="no encryption scope example1"):
        world.create("storage:BlobContainer", **world.minimal("storage:BlobContainer", **scoped))
    world.put("storage:EncryptionScope", state="Disabled")
    with pytest.raises(RejectedError, match="disabled"):
        world.create("storage:BlobContainer", **world.minimal("storage:BlobContainer", **scoped))


def test_container_is_public_only_where_the_account_allows_it(world):
    world.put("storage:StorageAccount", allowBlobPublicAccess=False)
    with pytest.raises(RejectedError, match="public access"):
        world.create("storage:BlobContainer", **world.minimal("storage:BlobContainer", publicAccess="Blob"))
    assert world.create("storage:BlobContainer", **world.minimal("storage:BlobContainer", publicAccess="None"))


def test_override_is_denied_only_with_a_scope(world):
    assert len(world.check("storage:BlobContainer", denyEncryptionScopeOverride=True)) == 1


def test_infrastructure_encryption_is_chosen_for_good(world):
    encryption = {"keySource": "Microsoft.Storage", "requireInfrastructureEncryption": True}
    identity = world.put("storage:StorageAccount", encryption=encryption)
    with pytest.raises(RejectedError, match="requireInfrastructureEncryption"):
        world.update("storage:StorageAccount", identity, **world.minimal("storage:StorageAccount"))


def test_account_under_a_vault_key_needs_the_key_and_an_identity(world):
    assert len(world.check("storage:StorageAccount", encryption={"keySource": "Microsoft.Keyvault"})) == 2
    world.put("keyvault:Vault")
    encryption = {
        "keySource": "Microsoft.Keyvault",
        "keyVaultProperties": {"keyVaultUri": "https://example1.vault.azure.net/", "keyName": "none"},
    }
    with pytest.raises(RejectedError, match="there is no key"):
        world.put("storage:StorageAccount", encryption=encryption, identity={"type": "SystemAssigned"})


def test_blob_service_is_there_already_and_reset_by_deletion(world):
    identity = world.put("storage:BlobServiceProperties", isVersioningEnabled=True)
    again = world.minimal("storage:BlobServiceProperties", isVersioningEnabled=True)
    assert world.create("storage:BlobServiceProperties", **again) == identity
    world.delete("storage:BlobServiceProperties", identity)
    world.create("storage:BlobServiceProperties", **world.minimal("storage:BlobServiceProperties"))
    assert "isVersioningEnabled" not in world.outputs(identity)


def test_point_in_time_restore_needs_what_it_builds_on(world):
    restore = {"enabled": True, "days": 7}
    assert len(world.check("storage:BlobServiceProperties", restorePolicy=restore)) == 3
