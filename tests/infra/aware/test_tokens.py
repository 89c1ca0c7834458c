from typing import Any

import pytest

KEY = "azure-native:keyvault:Key/tokens"
SIGNER = "azure-native:authorization:RoleDefinition/token-signer"


def test_only_the_token_services_sign(stack: Any):
    """No role reaches the key but theirs, neither on it nor on its vault, except that of the keepers of keys."""
    reach = {
        (r["inputs"]["principalId"], r["inputs"]["roleDefinitionId"])
        for r in stack.named("authorization:RoleAssignment").values()
        if r["inputs"]["scope"] in (KEY, "azure-native:keyvault:Vault/signing")
    }
    assert reach == {
        ("principal of id-tokens-hostco-useast", SIGNER),
        ("principal of id-tokens-2-hostco-useast", SIGNER),
        ("00000000-0000-4000-8000-000000000015", "azure-native:authorization:RoleDefinition/key-keeper"),
    }


def test_whoever_signs_does_nothing_else_with_the_key(stack: Any):
    role = stack.inputs("authorization:RoleDefinition", "token-signer")
    assert role["permissions"] == [
        {
            "actions": [],
            "notActions": [],
            "dataActions": ["Microsoft.KeyVault/vaults/keys/read", "Microsoft.KeyVault/vaults/keys/sign/action"],
            "notDataActions": [],
        }
    ]
    assert role["assignableScopes"] == [role["scope"]]
    assert role["scope"].endswith("/resourceGroups/rg-hostco-useast")


@pytest.mark.parametrize("label", ["tokens", "tokens-2"])
def test_the_token_service_signs_and_pulls_its_image_and_no_more(stack: Any, label: str):
    principal = f"principal of id-{label}-hostco-useast"
    scopes = {
        r["inputs"]["scope"]
        for r in stack.named("authorization:RoleAssignment").values()
        if r["inputs"]["principalId"] == principal
    }
    assert scopes == {KEY, "azure-native:containerregistry:Registry/images"}


@pytest.mark.parametrize("label", ["tokens", "tokens-2"])
def test_the_token_service_knows_its_key_and_nothing_of_data(stack: Any, label: str):
    (container,) = stack.inputs("app:ContainerApp", label)["template"]["containers"]
    assert {each["name"]: each["value"] for each in container["env"]} == {
        "AZURE_CLIENT_ID": f"client of id-{label}-hostco-useast",
        "ISSUER": "https://portal.aware.example.com/tokens",
        "SIGNING_KEY_URL": "https://kvshostcouseast.vault.azure.net/keys/tokens",
    }


def test_what_entra_fetches_lies_where_it_looks(stack: Any):
    """OpenID Connect Discovery: the issuer, and behind it the path of the document."""
    issuers = {c["inputs"]["issuer"] for c in stack.named("managedidentity:FederatedIdentityCredential").values()}
    [issuer] = issuers
    [domain] = {d["inputs"]["hostName"] for d in stack.named("cdn:AFDCustomDomain").values()}
    discovery, keys = (f"https://{domain}{path}" for path in stack.inputs("cdn:Route", "tokens")["patternsToMatch"])
    assert discovery == f"{issuer}/.well-known/openid-configuration"
    assert keys.startswith(f"{issuer}/")


def test_nothing_else_of_the_token_service_is_reached_from_the_internet(stack: Any):
    patterns = stack.inputs("cdn:Route", "tokens")["patternsToMatch"]
    assert not [pattern for pattern in patterns if "*" in pattern]
    for service, route in stack.named("cdn:Route").items():
        leads_to_tokens = route["inputs"]["originGroup"]["id"].endswith("/tokens")
        assert leads_to_tokens == (service == "tokens")


def test_the_signing_keys_vault_outlasts_every_mistake(stack: Any):
    lock = stack.inputs("authorization:ManagementLockByScope", "vault-signing")
    assert (lock["scope"], lock["level"]) == ("azure-native:keyvault:Vault/signing", "CanNotDelete")
