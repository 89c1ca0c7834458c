from typing import Any

import pytest

KEYS = ("platform", "tenant-acme", "tenant-globex", "tenant-initech")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("sku", {"family": "A", "name": "premium"}),
        ("enableRbacAuthorization", True),
        ("accessPolicies", []),
        ("enableSoftDelete", True),
        ("softDeleteRetentionInDays", 90),
        ("enablePurgeProtection", True),
        ("publicNetworkAccess", "Disabled"),
        (
            "networkAcls",
            {"defaultAction": "Deny", "bypass": "AzureServices", "ipRules": [], "virtualNetworkRules": []},
        ),
        ("enabledForDeployment", False),
        ("enabledForDiskEncryption", False),
        ("enabledForTemplateDeployment", False),
        ("tenantId", "00000000-0000-4000-8000-000000000002"),
    ],
)
def test_vault(stack: Any, setting: str, value: Any):
    assert stack.inputs("keyvault:Vault")["properties"][setting] == value


def test_a_key_for_the_platform_and_one_for_each_tenant(stack: Any):
    keys = stack.named("keyvault:Key")
    assert tuple(sorted(keys)) == KEYS
    assert {name: key["inputs"]["keyName"] for name, key in keys.items()} == {name: name for name in KEYS}
    assert {key["inputs"]["vaultName"] for key in keys.values()} == {"kv-hostco-useast"}


@pytest.mark.parametrize("name", KEYS)
def test_keys_stay_in_hardware_and_only_wrap(stack: Any, name: str):
    properties = stack.inputs("keyvault:Key", name)["properties"]
    assert properties["kty"] == "RSA-HSM"
    assert properties["keySize"] >= 3072
    assert properties["keyOps"] == ["wrapKey", "unwrapKey"]
    assert properties["attributes"] == {"enabled": True, "exportable": False}


@pytest.mark.parametrize("name", KEYS)
def test_keys_rotate_from_their_first_version_on(stack: Any, name: str):
    policy = stack.inputs("keyvault:Key", name)["properties"]["rotationPolicy"]
    assert policy["attributes"] == {"expiryTime": "P1Y"}
    assert policy["lifetimeActions"] == [
        {"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P90D"}},
        {"action": {"type": "notify"}, "trigger": {"timeBeforeExpiry": "P30D"}},
    ]
