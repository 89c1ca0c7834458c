"""Vaults and keys in Azure Key Vault."""

from datetime import timedelta
from typing import Final

from policies.durations import duration
from policies.entra import own_tenant
from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

VAULT: Final = "azure-native:keyvault:Vault"
KEY: Final = "azure-native:keyvault:Key"
HSM: Final = "azure-native:keyvault:ManagedHsm"

_LONGEST_WITHOUT_ROTATION: Final = timedelta(days=366)
_TIME_TO_MEND: Final = timedelta(days=30)
"""How long a key lives on after a rotation has failed, at least."""

_WRAPPING: Final = frozenset({"wrapKey", "unwrapKey"})
_SIGN: Final = "sign"
_SIGNING: Final = frozenset({_SIGN, "verify"})
_FEWEST_BITS: Final = 3072
"""NIST SP 800-57 part 1, table 2: as strong as 128 bits."""


@rule(KEY)
def vault_key_rotates(key: Resource) -> Findings:
    """A key that never rotates exposes everything it ever encrypted at once; Key Vault rotates only by a policy."""
    policy = key.properties.part("rotation_policy")
    triggers = [each.trigger for each in policy.get("lifetime_actions", []) if each.action.type == "rotate"]
    after = [
        duration(each.time_after_create, "time_after_create") for each in triggers if each.has("time_after_create")
    ]
    # Key Vault gives an expiry to the versions that it makes itself only: from the expiry the first never rotates.
    if not after or min(after) > _LONGEST_WITHOUT_ROTATION:
        yield "the key does not rotate: add a lifetime action `rotate` with time_after_create to rotation_policy"
    elif policy.part("attributes").has("expiry_time"):
        yield _is_announced(policy, min(after))


def _is_announced(policy: Record, rotated: timedelta) -> Findings:
    expiry = duration(policy.attributes.expiry_time, "attributes.expiry_time")
    if expiry - rotated < _TIME_TO_MEND:
        yield "the key ends before a failed rotation is mended: set rotation_policy.attributes.expiry_time later"
    announced = [
        duration(each.trigger.get("time_before_expiry", "PT0S"), "trigger.time_before_expiry")
        for each in policy.lifetime_actions
        if each.action.type == "notify"
    ]
    if not announced or max(announced) < _TIME_TO_MEND:
        yield "nobody hears that the key nears its end: add a lifetime action `notify` 30 days before expiry"


@rule(KEY)
def vault_key_is_for_one_purpose(key: Resource) -> Findings:
    """A key for everything is as open as the most open of its uses; left out, a key may do all."""
    operations = frozenset(key.properties.get("key_ops", []))
    if operations != _WRAPPING and not {_SIGN} <= operations <= _SIGNING:
        yield "the key is for more, or less, than wrapping or signing: set key_ops to wrapKey and unwrapKey, or sign"
    if key.properties.get("key_size", 0 if key.properties.get("kty", "RSA").startswith("RSA") else 4096) < _FEWEST_BITS:
        yield f"the key is short: set key_size to at least {_FEWEST_BITS}"


@rule(KEY)
def vault_key_is_valid(key: Resource) -> Findings:
    """Whatever lies under a key that is off, not yet valid, or at its end, is out of reach for everybody."""
    attributes = key.properties.part("attributes")
    if not attributes.get("enabled", True):
        yield "the key is off: a tenant is cut off by its scope and its workload's subject, set attributes.enabled=True"
    for name in ("expires", "not_before"):
        if attributes.has(name):
            yield f"the key is good for a time that nobody prolongs: remove attributes.{name}, the rotation sets it"


@stack_rule(KEY)
def key_of_database_never_ends(key: Resource, stack: Stack) -> Findings:
    """PostgreSQL refuses every connection as soon as a version of its key has expired, rotated or not."""
    if not any(key in _keys_of(server, stack) for server in stack.of_type("azure-native:dbforpostgresql:Server")):
        not_applicable("the key is no database's")
    if key.properties.part("rotation_policy").part("attributes").has("expiry_time"):
        yield "the database stops when the key ends: remove rotation_policy.attributes.expiry_time"


def _keys_of(server: Resource, stack: Stack) -> list[Resource]:
    def read() -> list[str]:
        encryption = server.part("data_encryption")
        return [encryption.get(name, "") for name in ("primaryKeyURI", "geoBackupKeyURI")]

    return stack.meant(server, "data_encryption", [KEY, HSM], "key_uri", "key_uri_with_version", read=read)


@rule(KEY)
def vault_key_is_hsm_backed(key: Resource) -> Findings:
    """A key that lies in software can be copied by whoever controls the machine; one in an HSM never leaves it."""
    properties = key.properties
    if properties.get("kty", "RSA") not in ("RSA-HSM", "EC-HSM"):
        yield "the key lies in software: set kty to RSA-HSM"
    elif properties.kty == "EC-HSM" and _WRAPPING & set(properties.get("key_ops", [])):
        yield "a key of this kind wraps nothing: set kty to RSA-HSM"
    if properties.part("attributes").get("exportable", False) or properties.has("release_policy"):
        yield "the key can be exported: remove exportable and release_policy"


@rule(VAULT)
def vault_is_premium(vault: Resource) -> Findings:
    """Only a vault of the premium tier keeps keys in an HSM."""
    if vault.properties.sku.name != "premium":
        yield "the vault keeps keys in software: set sku.name to premium"


@rule(VAULT, HSM)
def vault_is_purge_protected(vault: Resource) -> Findings:
    """Whoever purges a vault or key destroys all data under it; protection leaves 90 days to bring it back."""
    properties = vault.properties
    if not properties.get("enable_purge_protection", False):
        yield "the vault and its keys can be purged at once: set enable_purge_protection=True"
    if not properties.get("enable_soft_delete", True):
        yield "what is deleted can't be brought back: remove enable_soft_delete=False"
    if properties.get("soft_delete_retention_in_days", 90) < 90:
        yield "what is deleted is gone in less than 90 days: set soft_delete_retention_in_days to 90"


@rule(VAULT, HSM)
def vault_is_private(vault: Resource) -> Findings:
    """A vault that the internet reaches can be attacked with stolen credentials from anywhere."""
    properties = vault.properties
    if str(properties.get("public_network_access", "Enabled")).lower() != "disabled":
        yield "the vault answers the internet: set public_network_access to Disabled"
    rules = properties.part("network_acls")
    if rules.get("default_action", "Allow") != "Deny":
        yield "the vault's firewall lets in what no rule names: set network_acls.default_action to Deny"
    for name in ("ip_rules", "virtual_network_rules"):
        if len(rules.get(name, [])) > 0:
            yield f"the vault's firewall names others who come in: remove network_acls.{name}"


@stack_rule(VAULT, HSM)
def vault_is_of_own_tenant(vault: Resource, stack: Stack) -> Findings:
    """A vault in a stranger's tenant of Entra is opened by whomever the stranger lets in."""
    if vault.properties.tenant_id != own_tenant(vault, stack):
        yield "the vault trusts another tenant of Entra ID: set tenant_id to ours"


@rule(VAULT)
def vault_access_is_by_role(vault: Resource) -> Findings:
    """Access policies open a vault for a whole class of keys at once; a role can be given for one key only."""
    # API versions before 2026-02-01 take access policies unless told otherwise.
    if not vault.properties.get("enable_rbac_authorization", False):
        yield "access is by access policies: set enable_rbac_authorization=True"
    if len(vault.properties.get("access_policies", [])) > 0:
        yield "access policies wait to be used: remove access_policies"
    for name in ("enabled_for_deployment", "enabled_for_disk_encryption", "enabled_for_template_deployment"):
        if vault.properties.get(name, False):
            yield f"Azure hands keys and secrets to whoever deploys: set {name}=False"


@stack_rule(VAULT)
def vault_lets_in_services_that_unwrap_only(vault: Resource, stack: Stack) -> Findings:
    """Stores of Azure's unwrap past the firewall, or are out of reach; a vault whose keys sign needs none of them."""
    keys = stack.referring("vault_name", vault, [KEY], "name")
    # Before the first tenant comes there is nothing to unwrap.
    if not keys and not stack.tenants:
        return
    wraps = any(_WRAPPING & set(key.properties.get("key_ops", [])) for key in keys)
    bypass = vault.properties.part("network_acls").get("bypass", "AzureServices")
    if wraps and bypass != "AzureServices":
        yield "stores can't open what lies under these keys: set network_acls.bypass to AzureServices"
    if not wraps and bypass != "None":
        yield "services of Azure's come past the firewall: set network_acls.bypass to None"


@stack_rule(KEY)
def vault_holds_keys_of_one_kind(key: Resource, stack: Stack) -> Findings:
    """Who manages or uses what a vault holds gets at all of it: tenants' keys, the platform's and those that sign lie
    apart.
    """
    vaults = stack.meant(key, "vault_name", [VAULT], "name", "vault_name")
    if not vaults:
        yield "the key lies in a stranger's vault: set vault_name to one of the stack's"
    kind = _kind(key, stack)
    for vault in vaults:
        others = stack.referring("vault_name", vault, [KEY], "name", "vault_name")
        if any(_kind(each, stack) != kind for each in others):
            yield f"{vault.resource_name} holds keys of another kind: set vault_name to the vault of its own kind"


def _kind(key: Resource, stack: Stack) -> tuple[bool, bool]:
    """Whether a key is a tenant's, and whether it signs."""
    return stack.tenant(key) is not None, _SIGN in key.properties.get("key_ops", [])
