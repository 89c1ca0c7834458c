"""Vaults and keys in Azure Key Vault."""

from policies.resources import Resource
from policies.rulebook import Findings, rule

VAULT = "azure-native:keyvault:Vault"
KEY = "azure-native:keyvault:Key"


@rule(KEY)
def vault_key_rotates(key: Resource) -> Findings:
    """A key that never rotates exposes everything it ever encrypted at once; Key Vault rotates only by a policy."""
    policy = key.properties.get("rotation_policy", None)
    actions = [] if policy is None else policy.get("lifetime_actions", [])
    for action in actions:
        trigger = action.trigger
        timed = trigger.get("time_after_create", None) or trigger.get("time_before_expiry", None)
        if action.action.type == "rotate" and timed:
            return
    yield "the key does not rotate: add a lifetime action `rotate` with a trigger to rotation_policy"


@rule(KEY)
def vault_key_is_hsm_backed(key: Resource) -> Findings:
    """A key that lies in software can be copied by whoever controls the machine; one in an HSM never leaves it."""
    properties = key.properties
    if properties.get("kty", "RSA") not in ("RSA-HSM", "EC-HSM"):
        yield "the key lies in software: set kty to RSA-HSM"
    attributes = properties.get("attributes", None)
    if attributes is not None and attributes.get("exportable", False):
        yield "the key can be exported: remove exportable"


@rule(VAULT)
def vault_is_premium(vault: Resource) -> Findings:
    """Only a vault of the premium tier keeps keys in an HSM."""
    if vault.properties.sku.name != "premium":
        yield "the vault keeps keys in software: set sku.name to premium"


@rule(VAULT)
def vault_is_purge_protected(vault: Resource) -> Findings:
    """Whoever purges a vault or key destroys all data under it; protection leaves 90 days to bring it back."""
    properties = vault.properties
    if not properties.get("enable_purge_protection", False):
        yield "the vault and its keys can be purged at once: set enable_purge_protection=True"
    if not properties.get("enable_soft_delete", True):
        yield "what is deleted can't be brought back: remove enable_soft_delete=False"
    if properties.get("soft_delete_retention_in_days", 90) < 90:
        yield "what is deleted is gone in less than 90 days: set soft_delete_retention_in_days to 90"


@rule(VAULT)
def vault_is_private(vault: Resource) -> Findings:
    """A vault that the internet reaches can be attacked with stolen credentials from anywhere."""
    properties = vault.properties
    if str(properties.get("public_network_access", "Enabled")).lower() != "disabled":
        yield "the vault answers the internet: set public_network_access to Disabled"
    rules = properties.get("network_acls", None)
    if rules is None or rules.get("default_action", "Allow") != "Deny":
        yield "the vault's firewall lets in what no rule names: set network_acls.default_action to Deny"


@rule(VAULT)
def vault_access_is_by_role(vault: Resource) -> Findings:
    """Access policies open a vault for a whole class of keys at once; a role can be given for one key only."""
    # API versions before 2026-02-01 take access policies unless told otherwise.
    if not vault.properties.get("enable_rbac_authorization", False):
        yield "access is by access policies: set enable_rbac_authorization=True"
