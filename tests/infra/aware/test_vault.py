from typing import Any

import pytest

VAULTS = ("copy", "platform", "platform-2", "signing", "tenants")
TENANTS = ("tenant-acme", "tenant-globex", "tenant-initech")
EXPIRING = ("audit", "backup", "ingestion", "platform", "platform-2", "tokens", *TENANTS)
LASTING = ("database", "database-2", "database-copy")
KEYS = (*EXPIRING, *LASTING)


@pytest.mark.parametrize("vault", VAULTS)
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
        ("enabledForDeployment", False),
        ("enabledForDiskEncryption", False),
        ("enabledForTemplateDeployment", False),
        ("tenantId", "00000000-0000-4000-8000-000000000002"),
    ],
)
def test_vault(stack: Any, vault: str, setting: str, value: Any):
    assert stack.inputs("keyvault:Vault", vault)["properties"][setting] == value


@pytest.mark.parametrize("vault", VAULTS)
def test_a_vault_takes_in_nobody_but_services_that_unwrap(stack: Any, vault: str):
    bypass = "None" if vault == "signing" else "AzureServices"
    assert stack.inputs("keyvault:Vault", vault)["properties"]["networkAcls"] == {
        "defaultAction": "Deny",
        "bypass": bypass,
        "ipRules": [],
        "virtualNetworkRules": [],
    }


@pytest.mark.parametrize(
    ("vault", "name", "region"),
    [
        ("platform", "kvhostcouseast", "eastus"),
        ("signing", "kvshostcouseast", "eastus"),
        ("tenants", "kvthostcouseast", "eastus"),
        ("copy", "kvchostcouseast", "westus"),
        ("platform-2", "kv2hostcouseast", "centralus"),
    ],
)
def test_vaults_lie_where_their_keys_are_used(stack: Any, vault: str, name: str, region: str):
    inputs = stack.inputs("keyvault:Vault", vault)
    assert (inputs["vaultName"], inputs["location"]) == (name, region)
    assert stack.named("keyvault:Vault")[vault]["protect"]


def test_the_longest_settings_still_give_a_name_that_azure_takes(stack: Any):
    longest = max(len(vault["inputs"]["vaultName"]) for vault in stack.named("keyvault:Vault").values())
    assert longest + len("abcdefgh") - len("hostco") + len("abcdefghijkl") - len("useast") <= 24


@pytest.mark.parametrize(
    ("endpoint", "vault"),
    [
        ("vault-platform", "platform"),
        ("vault-signing", "signing"),
        ("vault-signing-2", "signing"),
        ("vault-tenants", "tenants"),
        ("vault-copy", "copy"),
        ("vault-platform-2", "platform-2"),
    ],
)
def test_vaults_have_a_private_endpoint_and_logs(stack: Any, endpoint: str, vault: str):
    [connection] = stack.inputs("network:PrivateEndpoint", endpoint)["privateLinkServiceConnections"]
    target = f"azure-native:keyvault:Vault/{vault}"
    assert (connection["privateLinkServiceId"], connection["groupIds"]) == (target, ["vault"])
    logged = [s["inputs"] for s in stack.named("monitor:DiagnosticSetting").values()]
    assert any(s["resourceUri"] == target and s["logs"][0]["categoryGroup"] == "allLogs" for s in logged)


@pytest.mark.parametrize("name", KEYS)
def test_keys_stay_in_hardware_and_only_wrap_or_sign(stack: Any, name: str):
    key = stack.named("keyvault:Key")[name]
    properties = key["inputs"]["properties"]
    assert properties["kty"] == "RSA-HSM"
    assert properties["keySize"] >= 3072
    assert properties["keyOps"] == (["sign"] if name == "tokens" else ["wrapKey", "unwrapKey"])
    assert properties["attributes"] == {"enabled": True, "exportable": False}
    assert key["protect"]


@pytest.mark.parametrize("name", EXPIRING)
def test_keys_rotate_from_their_first_version_on_and_end(stack: Any, name: str):
    policy = stack.inputs("keyvault:Key", name)["properties"]["rotationPolicy"]
    assert policy["attributes"] == {"expiryTime": "P1Y"}
    assert policy["lifetimeActions"] == [
        {"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P90D"}},
        {"action": {"type": "notify"}, "trigger": {"timeBeforeExpiry": "P30D"}},
    ]


@pytest.mark.parametrize("name", LASTING)
def test_postgresql_keys_rotate_but_never_end(stack: Any, name: str):
    policy = stack.inputs("keyvault:Key", name)["properties"]["rotationPolicy"]
    assert policy == {"lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P90D"}}]}


@pytest.mark.parametrize("vault", ["platform", "platform-2", "signing", "tenants"])
def test_a_key_near_its_end_calls_those_on_call(stack: Any, vault: str):
    topic = stack.inputs("eventgrid:SystemTopic", f"vault-{vault}")
    assert topic["source"] == f"azure-native:keyvault:Vault/{vault}"
    assert topic["topicType"] == "Microsoft.KeyVault.vaults"
    subscription = stack.inputs("eventgrid:SystemTopicEventSubscription", f"vault-{vault}")
    assert subscription["systemTopicName"] == topic["systemTopicName"]
    assert subscription["filter"]["includedEventTypes"] == [
        "Microsoft.KeyVault.KeyNearExpiry",
        "Microsoft.KeyVault.KeyExpired",
    ]
    destination = subscription["destination"]
    assert (destination["endpointType"], destination["severity"]) == ("MonitorAlert", "Sev1")
    [action_group] = destination["actionGroups"]
    assert action_group.startswith("azure-native:monitor:ActionGroup/")
