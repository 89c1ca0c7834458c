"""What is refused of vaults and their keys, and what they keep."""

import pytest

from localcloud.backend import RejectedError


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"enablePurgeProtection": False}, "properties.enablePurgeProtection"),
        ({"enableSoftDelete": False}, "properties.enableSoftDelete"),
        ({"softDeleteRetentionInDays": 6}, "properties.softDeleteRetentionInDays"),
        ({"softDeleteRetentionInDays": 91}, "properties.softDeleteRetentionInDays"),
        ({"tenantId": "ours"}, "properties.tenantId"),
    ],
)
def test_vault_settings_that_azure_refuses(world, properties, path):
    given = {**world.minimal("keyvault:Vault")["properties"], **properties}
    [failure] = world.check("keyvault:Vault", properties=given)
    assert failure.startswith(f"{path}: ")


def test_purge_protection_and_retention_stay(world):
    basic = world.minimal("keyvault:Vault")["properties"]
    safe = {**basic, "enablePurgeProtection": True, "softDeleteRetentionInDays": 30}
    identity = world.put("keyvault:Vault", properties=safe)
    for properties, message in [
        ({**basic, "softDeleteRetentionInDays": 30}, "purge protection"),
        ({**safe, "softDeleteRetentionInDays": 31}, "softDeleteRetentionInDays"),
    ]:
        with pytest.raises(RejectedError, match=message):
            world.update("keyvault:Vault", identity, **world.minimal("keyvault:Vault", properties=properties))
    assert world.inputs("keyvault:Vault", identity)["properties"] == safe


def test_deleted_vault_keeps_its_name_and_can_be_recovered_with_its_keys(world):
    key = world.put("keyvault:Key")
    world.delete("keyvault:Vault", world.vault)
    assert not world.exists(key)
    with pytest.raises(RejectedError, match="createMode"):
        world.create("keyvault:Vault", **world.minimal("keyvault:Vault"))
    properties = {**world.minimal("keyvault:Vault")["properties"], "createMode": "recover"}
    world.create("keyvault:Vault", **world.minimal("keyvault:Vault", properties=properties))
    assert world.exists(key)


def test_names_of_vaults_and_accounts_are_taken_once(world):
    for token in ("keyvault:Vault", "storage:StorageAccount"):
        world.put(token)
        with pytest.raises(RejectedError, match="is taken"):
            world.put(token, resourceGroupName="other")


ROTATION = {"lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P90D"}}]}
KEY = {"kty": "RSA-HSM", "keySize": 3072, "rotationPolicy": ROTATION}
SLOWER = {"lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P180D"}}]}


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (
            {"properties": {**KEY, "rotationPolicy": SLOWER}},
            "with `az keyvault key rotation-policy update`, and refresh",
        ),
        ({"properties": {"kty": "RSA-HSM", "keySize": 3072}}, "with `az keyvault key rotation-policy update`"),
        ({"properties": {**KEY, "attributes": {"enabled": False}}}, "with `az keyvault key set-attributes`"),
        ({"properties": KEY, "tags": {"Name": "example1"}}, "with `az keyvault key set-attributes`"),
        ({"properties": {**KEY, "keySize": 4096}}, "properties.keySize .* with another name"),
        (
            {"properties": {**KEY, "rotationPolicy": SLOWER, "attributes": {"enabled": False}}},
            "`az keyvault key rotation-policy update` and `az keyvault key set-attributes`",
        ),
    ],
)
def test_key_that_exists_is_not_changed_and_that_is_said(world, change, advice):
    identity = world.put("keyvault:Key", properties=KEY)
    before = world.outputs(identity)
    with pytest.raises(RejectedError, match=f"Azure Resource Manager never changes a key that exists.*{advice}"):
        world.update("keyvault:Key", identity, **world.minimal("keyvault:Key", **change))
    assert world.outputs(identity) == before
    assert world.inputs("keyvault:Key", identity)["properties"] == KEY


def test_key_that_was_changed_in_its_vault_is_brought_back_there_only(world):
    identity = world.put("keyvault:Key", properties=KEY)
    inputs = world.inputs("keyvault:Key", identity)
    world.backend.put_body(identity, {"properties": {"rotationPolicy": SLOWER}}, whole=False)
    assert world.inputs("keyvault:Key", identity)["properties"]["rotationPolicy"] == SLOWER
    with pytest.raises(RejectedError, match="az keyvault key rotation-policy update"):
        world.update("keyvault:Key", identity, **inputs)
    world.backend.put_body(identity, {"properties": {"rotationPolicy": ROTATION}}, whole=False)
    assert world.update("keyvault:Key", identity, **inputs) == world.outputs(identity)


def test_key_is_flat_in_its_outputs(world):
    outputs = world.outputs(world.put("keyvault:Key", properties={"kty": "RSA-HSM", "keySize": 3072}))
    assert (outputs["kty"], outputs["keySize"], outputs["location"]) == ("RSA-HSM", 3072, "eastus")
    assert outputs["keyUri"] == "https://example1.vault.azure.net/keys/example1"
    assert outputs["keyUriWithVersion"].startswith(outputs["keyUri"] + "/")
    assert "properties" not in outputs


def test_key_that_is_gone_is_made_again_by_an_update(world):
    identity = world.put("keyvault:Key")
    world.backend.remove(identity)
    with pytest.raises(RejectedError, match="its name stays taken"):
        world.update("keyvault:Key", identity, **world.minimal("keyvault:Key"))


def test_hardware_key_needs_a_premium_vault(world):
    standard = {**world.minimal("keyvault:Vault")["properties"], "sku": {"family": "A", "name": "standard"}}
    world.put("keyvault:Vault", properties=standard)
    with pytest.raises(RejectedError, match="premium"):
        world.create("keyvault:Key", **world.minimal("keyvault:Key", properties={"kty": "RSA-HSM"}))


@pytest.mark.parametrize(
    "properties",
    [
        {"kty": "RSA", "keySize": 1024},
        {"kty": "oct"},
        {"rotationPolicy": {"attributes": {"expiryTime": "P27D"}}},
        {"rotationPolicy": {"attributes": {"expiryTime": "soon"}}},
        {"rotationPolicy": {"lifetimeActions": [{"trigger": {"timeAfterCreate": "P6D"}}]}},
    ],
)
def test_keys_that_azure_refuses(world, properties):
    assert len(world.check("keyvault:Key", properties=properties)) == 1
