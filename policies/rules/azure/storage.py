"""Storage accounts, encryption scopes and containers in Azure Storage."""

from policies.ownership import uses_own
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.tables import tls_setting

ACCOUNT = "azure-native:storage:StorageAccount"
SCOPE = "azure-native:storage:EncryptionScope"
CONTAINER = "azure-native:storage:BlobContainer"
KEY = "azure-native:keyvault:Key"
HSM = "azure-native:keyvault:ManagedHsm"

_ZONE_REDUNDANT = ("Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS", "Premium_ZRS")


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
            yield "the scope's key is not the tenant's own: use the key `tenant-<id>` of the stack's managed HSM"
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


@stack_rule(CONTAINER)
def container_uses_tenants_own_scope(container: Resource, stack: Stack) -> Findings:
    """A container bound to another tenant's scope puts this tenant's data under the other's key."""
    tenant = stack.tenant(container) or not_applicable("the container belongs to no tenant")
    yield uses_own(
        stack,
        tenant,
        container,
        "default_encryption_scope",
        read=lambda: container.get("default_encryption_scope", None),
        targets={SCOPE: ("encryption_scope_name", "name")},
        what="the container's scope",
    )
