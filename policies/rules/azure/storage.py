"""Storage accounts, encryption scopes and containers in Azure Storage."""

from datetime import timedelta

from policies.durations import duration
from policies.ownership import uses_own
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.azure.private_link import ENDPOINT, connected
from policies.tables import tls_setting

ACCOUNT = "azure-native:storage:StorageAccount"
SCOPE = "azure-native:storage:EncryptionScope"
CONTAINER = "azure-native:storage:BlobContainer"
KEY = "azure-native:keyvault:Key"
HSM = "azure-native:keyvault:ManagedHsm"

_READ_IN_BOTH = "Standard_RAGZRS"
_IN_BOTH = ("Standard_GZRS", _READ_IN_BOTH)
_ZONE_REDUNDANT = ("Standard_ZRS", *_IN_BOTH, "Premium_ZRS")


@rule(ACCOUNT)
def storage_account_is_private(account: Resource) -> Findings:
    """Storage that the internet reaches, or that a shared key opens, is lost with one leaked link or key."""
    if account.get("public_network_access", "Enabled") != "Disabled":
        yield "the account answers the internet: set public_network_access to Disabled"
    if account.get("allow_blob_public_access", True):
        yield "a container may be made public: set allow_blob_public_access=False"
    if account.get("allow_shared_key_access", True):
        yield "a shared key opens all tenants' data: set allow_shared_key_access=False"
    for name in ("is_local_user_enabled", "is_sftp_enabled"):
        # Local users are on unless switched off; they sign in past Entra ID.
        if account.get(name, name == "is_local_user_enabled"):
            yield f"users of the account itself may sign in: set {name}=False"


@rule(ACCOUNT)
def storage_account_takes_tls_only(account: Resource) -> Findings:
    """What is sent in clear or under an old version of TLS can be read and changed on its way."""
    setting = tls_setting("azure-storage")
    if account.get("minimum_tls_version", "TLS1_0") not in setting.accepted:
        yield f"the account takes weaker TLS than storage offers: set minimum_tls_version to {setting.accepted[0]}"
    if not account.get("enable_https_traffic_only", True):
        yield "the account answers plain HTTP: set enable_https_traffic_only=True"


@rule(ACCOUNT)
def storage_account_is_encrypted_twice(account: Resource) -> Findings:
    """With infrastructure encryption data stay encrypted even where one algorithm or key fails."""
    encryption = account.get("encryption", None)
    if encryption is None or not encryption.get("require_infrastructure_encryption", False):
        yield "the account has no infrastructure encryption: set encryption.require_infrastructure_encryption=True"


@rule(ACCOUNT)
def storage_account_spans_zones(account: Resource) -> Findings:
    """Data in one zone are out of reach, or lost, with that zone."""
    if account.sku.name not in _ZONE_REDUNDANT:
        yield "the account's data lie in one zone: set sku.name to Standard_ZRS or Standard_GZRS"


@rule(ACCOUNT)
def storage_account_is_closed_by_firewall(account: Resource) -> Findings:
    """Public access is one switch; behind it the firewall decides once more, and lets in whom its rules name."""
    rules = account.part("network_rule_set")
    if rules.get("default_action", "Allow") != "Deny":
        yield "the firewall lets in what no rule names: set network_rule_set.default_action to Deny"
    for name in ("ip_rules", "virtual_network_rules", "resource_access_rules"):
        if len(rules.get(name, [])) > 0:
            yield f"the firewall names others who come in: remove network_rule_set.{name}"
    if rules.get("bypass", "AzureServices") not in ("None", "AzureServices"):
        yield "anybody reads logs or metrics past the firewall: set network_rule_set.bypass to None or AzureServices"


@rule(ACCOUNT)
def storage_account_is_under_own_key(account: Resource) -> Findings:
    """What lies under a key of Microsoft's can't be cut off with a key of ours; a key by its version isn't rotated."""
    encryption = account.part("encryption")
    if encryption.get("key_source", "Microsoft.Storage").lower() != "microsoft.keyvault":
        yield "the account is under a key of Microsoft's: set encryption.key_source to Microsoft.Keyvault"
    key = encryption.part("key_vault_properties")
    for name in ("key_name", "key_vault_uri"):
        if not key.has(name):
            yield f"the account has no key of ours: set encryption.key_vault_properties.{name}"
    if key.has("key_version"):
        yield "the account stays with one version of its key: remove encryption.key_vault_properties.key_version"
    identity = encryption.part("encryption_identity")
    if not identity.has("encryption_user_assigned_identity") or identity.has("encryption_federated_identity_client_id"):
        yield "nobody of the stack's opens the key: set encryption.encryption_identity to an identity of the stack"
    if not account.part("identity").has("user_assigned_identities"):
        yield "the account can't act as the identity that opens its key: set identity.user_assigned_identities"
    for name in ("blob", "file", "queue", "table"):
        # Left out, queues and tables are under a key of Microsoft's, but the account then has none to hold.
        service = encryption.part("services").part(name)
        if not service.get("enabled", True) or service.get("key_type", "Account") != "Account":
            yield f"a part of the account is under another key: set key_type of encryption.services.{name} to Account"


@rule(ACCOUNT)
def storage_account_copies_to_own_network_only(account: Resource) -> Findings:
    """A copy into a stranger's account takes the data out without a download that anybody would see."""
    # Accounts made before December 2023 replicate to other tenants of Entra unless told otherwise.
    if account.get("allow_cross_tenant_replication", True):
        yield "blobs may be replicated to a stranger's account: set allow_cross_tenant_replication=False"
    if account.get("allowed_copy_scope", None) not in ("AAD", "PrivateLink"):
        yield "blobs may be copied to a stranger's account: set allowed_copy_scope to AAD or PrivateLink"


@rule(ACCOUNT)
def storage_account_ends_signatures(account: Resource) -> Findings:
    """A link with a signature opens a blob to whoever has it, until it ends."""
    policy = account.part("sas_policy")
    # An action `Log` only writes down that a signature lasts longer.
    if policy.get("expiration_action", "Log") != "Block":
        yield "signatures may last for days: set sas_policy.expiration_action to Block"
    if duration(policy.get("sas_expiration_period", "7.00:00:00"), "sas_policy.sas_expiration_period") > timedelta(
        hours=1
    ):
        yield "signatures may last for days: set sas_policy.sas_expiration_period to 0.01:00:00"
    if not account.get("default_to_o_auth_authentication", False):
        yield "the portal asks for shared keys first: set default_to_o_auth_authentication=True"


@rule(ACCOUNT)
def storage_account_has_blobs_with_versions(account: Resource) -> Findings:
    """Hierarchical names have no versions to come back to, and NFS lets in whoever reaches the network."""
    if account.get("kind", "Storage") != "StorageV2":
        yield "the kind lacks versions or encryption scopes: set kind to StorageV2"
    for name in ("is_hns_enabled", "enable_nfs_v3"):
        if account.get(name, False):
            yield f"the account has no versions, or no sign-in: set {name}=False"


@stack_rule(ACCOUNT)
def storage_account_of_tenants_trusts_no_service(account: Resource, stack: Stack) -> Findings:
    """Microsoft's trusted services come past the firewall with whatever role they have; customers' data need none."""
    if not holds_tenants(account, stack):
        not_applicable("the account holds no tenant's container")
    if account.part("network_rule_set").get("bypass", "AzureServices") != "None":
        yield "other services of Azure come past the firewall: set network_rule_set.bypass to None"


@stack_rule(ACCOUNT)
def storage_account_of_tenants_is_under_own_key_throughout(account: Resource, stack: Stack) -> Findings:
    """Queues and tables lie under a key of Microsoft's unless the account was made to take its own for them."""
    if not holds_tenants(account, stack):
        not_applicable("the account holds no tenant's container")
    services = account.part("encryption").part("services")
    for name in ("queue", "table"):
        if services.part(name).get("key_type", "Service") != "Account":
            yield f"a part of the account is under another key: set key_type of encryption.services.{name} to Account"


@stack_rule(ACCOUNT)
def storage_account_lies_in_two_regions(account: Resource, stack: Stack) -> Findings:
    """Customers' data and the copy of the audit outlast the loss of a region; the second one reads its copy."""
    name = account.part("sku").get("name", None)
    if holds_tenants(account, stack) and name != _READ_IN_BOTH:
        yield f"customers' data are lost with the region: set sku.name to {_READ_IN_BOTH}"
    if account.part("immutable_storage_with_versioning").get("enabled", False) and name not in _IN_BOTH:
        yield f"the copy is lost with the region: set sku.name to {_IN_BOTH[0]}"


@stack_rule(ACCOUNT)
def storage_account_is_copied_over_its_private_link_only(account: Resource, stack: Stack) -> Findings:
    """A copy to any account of the same tenant of Entra leaves the network; one over private links stays within."""
    if not any(account in connected(each, stack) for each in stack.of_type(ENDPOINT)):
        not_applicable("the account has no private endpoint")
    if account.get("allowed_copy_scope", None) != "PrivateLink":
        yield "blobs may be copied out of the network: set allowed_copy_scope to PrivateLink"


def holds_tenants(account: Resource, stack: Stack) -> bool:
    """Whether customers' content lies in the account."""
    return any(stack.tenant(each) for each in stack.referring("account_name", account, [CONTAINER], "name"))


@rule(CONTAINER)
def container_is_private(container: Resource) -> Findings:
    """A public container is readable by anyone who guesses its name."""
    if container.get("public_access", "None") != "None":
        yield "the container is public: set public_access to None"


@rule(CONTAINER)
def container_keeps_its_scope(container: Resource) -> Findings:
    """The default scope is only a default: without the denial a request could put data under another key."""
    if not container.get("default_encryption_scope", None):
        yield "the container has no encryption scope: set default_encryption_scope"
    if not container.get("deny_encryption_scope_override", False):
        yield "a request may choose another encryption scope: set deny_encryption_scope_override=True"


@stack_rule(SCOPE)
def encryption_scope_uses_tenants_own_key(scope: Resource, stack: Stack) -> Findings:
    """Tenants' data under one key, or under each other's, can't be told apart, cut off or erased one by one."""
    tenant = stack.tenant(scope) or not_applicable("the scope belongs to no tenant")
    if scope.get("source", "Microsoft.Storage").lower() != "microsoft.keyvault":
        yield "the scope uses a key of the platform: set source to Microsoft.KeyVault"
        return
    hsms = stack.of_type(HSM)
    if hsms and not stack.of_tenant(tenant, KEY):
        # The keys of a managed HSM are no resources: the tenant's own is the one that is called after it.
        own = {f"https://{hsm.name}.managedhsm.azure.net/keys/tenant-{tenant}" for hsm in hsms}
        if scope.key_vault_properties.key_uri not in own:
            yield (
                "key_vault_properties.key_uri is not the tenant's own key: use the key `tenant-<id>` of the stack's "
                "managed HSM"
            )
        return
    yield uses_own(
        stack,
        tenant,
        scope,
        "key_vault_properties",
        read=lambda: scope.key_vault_properties.key_uri,
        targets={KEY: ("key_uri", "key_uri_with_version")},
        what="the scope's key",
    )


@rule(SCOPE)
def encryption_scope_is_encrypted_twice(scope: Resource) -> Findings:
    """With infrastructure encryption data stay encrypted even where one algorithm or key fails."""
    if not scope.get("require_infrastructure_encryption", False):
        yield "the scope has no infrastructure encryption: set require_infrastructure_encryption=True"


@rule(SCOPE)
def encryption_scope_follows_rotation(scope: Resource) -> Findings:
    """A scope on one version of its key stays with it however often the key rotates."""
    # https://VAULT/keys/NAME, or with the version behind it
    uri = scope.part("key_vault_properties").get("key_uri", "")
    if len(uri.removeprefix("https://").rstrip("/").split("/")) > 3:
        yield "the scope stays with one version of its key: leave the version out of key_vault_properties.key_uri"


@stack_rule(SCOPE)
def encryption_scope_follows_its_tenants_state(scope: Resource, stack: Stack) -> Findings:
    """A tenant that is suspended or has left is cut off by its scope; one that is served needs it."""
    tenant = stack.tenant_component(scope) or not_applicable("the scope belongs to no tenant")
    wanted = "Enabled" if tenant.get("state", "active") == "active" else "Disabled"
    if scope.get("state", "Enabled") != wanted:
        yield f"the scope doesn't follow the tenant's state: set state to {wanted}"


@stack_rule(CONTAINER)
def container_is_called_after_its_tenant(container: Resource, stack: Stack) -> Findings:
    """Who reads a customer's data is seen by the name of the container that it lies in."""
    tenant = stack.tenant(container) or not_applicable("the container belongs to no tenant")
    if container.get("container_name", None) != f"tenant-{tenant}":
        yield "no detection knows the container for a tenant's: set container_name to tenant-<id>"


@stack_rule(CONTAINER)
def container_uses_tenants_own_scope(container: Resource, stack: Stack) -> Findings:
    """A container bound to another tenant's scope puts this tenant's data under the other's key.

    One that is nobody's among them would hold everybody's, under the account's key or one tenant's.
    """
    tenant = stack.tenant(container)
    if tenant is None:
        accounts = stack.meant(container, "account_name", [ACCOUNT], "name")
        if not any(holds_tenants(each, stack) for each in accounts):
            not_applicable("the container lies in no account with tenants' content")
        yield "the container lies among the tenants' and is nobody's: remove it, or set parent to its tenant"
        return
    yield uses_own(
        stack,
        tenant,
        container,
        "default_encryption_scope",
        read=lambda: container.get("default_encryption_scope", None),
        targets={SCOPE: ("encryption_scope_name", "name")},
        what="the container's scope",
    )
