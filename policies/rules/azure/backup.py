"""Backups in Azure, and the locks on what must outlast every mistake."""

from datetime import timedelta
from typing import Final

from policies.durations import duration
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.azure.blobs import is_immutable
from policies.rules.azure.storage import ACCOUNT, holds_tenants

VAULT: Final = "azure-native:dataprotection:BackupVault"
POLICY: Final = "azure-native:dataprotection:BackupPolicy"
INSTANCE: Final = "azure-native:dataprotection:BackupInstance"
LOCK: Final = "azure-native:authorization:ManagementLockByScope"
KEY_VAULT: Final = "azure-native:keyvault:Vault"
KEY: Final = "azure-native:keyvault:Key"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"

_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices"
_FEWEST: Final = timedelta(days=7)


@rule(VAULT)
def backup_vault_is_under_own_key(vault: Resource) -> Findings:
    """What a backup vault keeps under a key of Azure's can't be cut off with a key of ours."""
    encryption = vault.properties.part("security_settings").part("encryption_settings")
    if encryption.get("state", "Disabled") != "Enabled":
        yield "the vault is under a key of Azure's: set security_settings.encryption_settings with a key of the stack's"
    elif encryption.get("infrastructure_encryption", "Disabled") != "Enabled":
        yield "the vault is encrypted once only: set encryption_settings.infrastructure_encryption to Enabled"
    identity = encryption.part("kek_identity")
    if identity.get("identity_type", None) != "UserAssigned" or not identity.has("identity_id"):
        yield "nobody of the stack's opens the key: set encryption_settings.kek_identity to a user-assigned identity"
    if "UserAssigned" not in vault.part("identity").get("type", "None"):
        yield "the vault can't act as the identity that opens its key: set identity"
    if not vault.part("identity").has("user_assigned_identities"):
        yield "the vault can't act as the identity that opens its key: set identity.user_assigned_identities"


@rule(VAULT)
def backup_vault_keeps_what_is_deleted(vault: Resource) -> Findings:
    """Whoever is after the data goes for the backups first; they must be neither ended nor shortened."""
    security = vault.properties.part("security_settings")
    if security.part("immutability_settings").get("state", "Disabled") not in ("Unlocked", "Locked"):
        yield "backups can be stopped and shortened: set security_settings.immutability_settings.state to Unlocked"
    soft = security.part("soft_delete_settings")
    if soft.get("state", "Off") not in ("On", "AlwaysOn") or soft.get("retention_duration_in_days", 0) < 14:
        yield "a backup that is deleted is gone: set security_settings.soft_delete_settings to On with 14 days or more"


@rule(VAULT)
def backup_vault_spans_zones(vault: Resource) -> Findings:
    """Backups in one zone are lost with what they are to bring back."""
    settings = list(vault.properties.get("storage_settings", []))
    if not settings or any(each.get("type", None) not in ("ZoneRedundant", "GeoRedundant") for each in settings):
        yield "backups lie in one zone: set the type of storage_settings to ZoneRedundant"
    if any(each.get("datastore_type", None) != "VaultStore" for each in settings):
        yield "nothing says where the vault's own store lies: set datastore_type of storage_settings to VaultStore"


@rule(VAULT)
def backup_vault_reports_failures(vault: Resource) -> Findings:
    """A backup that fails unnoticed is found out on the day on which it is needed."""
    alerts = vault.properties.part("monitoring_settings").part("azure_monitor_alert_settings")
    if alerts.get("alerts_for_all_job_failures", "Disabled") != "Enabled":
        yield "failures are reported to nobody: set alerts_for_all_job_failures to Enabled in monitoring_settings"


@stack_rule(POLICY)
def backups_end_in_time(policy: Resource, stack: Stack) -> Findings:
    """Backups reach back far enough to notice a mistake, and end within the promised term."""
    if list(policy.properties.get("datasource_types", [])) != [_BLOBS]:
        yield f"the policy is about nothing that customers store: set datasource_types to {_BLOBS}"
    rules = list(policy.properties.get("policy_rules", []))
    lifecycles = [each for one in rules for each in one.get("lifecycles", [])]
    if not lifecycles:
        yield "nothing says how far backups reach back: set lifecycles in policy_rules"
    for each in lifecycles:
        kept = duration(each.delete_after.duration, "delete_after.duration")
        if kept < _FEWEST:
            yield "backups reach back for less than a week: set delete_after.duration to P7D or more"
        if kept > timedelta(days=stack.deletion_policy_days):
            yield "backups outlive the term of the deletion policy: shorten delete_after.duration"
        if each.delete_after.get("object_type", None) != "AbsoluteDeleteOption":
            yield "nothing ends the backups: set delete_after.object_type to AbsoluteDeleteOption"
        # A vaulted copy lies under the vault's key, no longer under each tenant's.
        if each.source_data_store.data_store_type != "OperationalStore":
            yield "customers' data are copied out from under their keys: set data_store_type to OperationalStore"


@stack_rule(INSTANCE)
def backup_is_of_own_account(instance: Resource, stack: Stack) -> Findings:
    """A backup of something else leaves customers' data without one."""
    source = instance.properties.part("data_source_info")
    if source.get("datasource_type", None) != _BLOBS:
        yield f"something else is backed up: set data_source_info.datasource_type to {_BLOBS}"
    for name in ("resourceID", "resource_uri"):

        def read(name: str = name) -> str | None:
            return source.get(name, None)

        if not means(stack, instance, "properties", read=read, targets={ACCOUNT: ("id",)}):
            yield f"something else is backed up: set data_source_info.{name} to an account of the stack"

    def policy() -> str | None:
        return instance.properties.part("policy_info").get("policy_id", None)

    if not means(stack, instance, "properties", read=policy, targets={POLICY: ("id",)}):
        yield "the backup follows a stranger's policy: set policy_info.policy_id to one of the stack"


@stack_rule(ACCOUNT)
def tenants_account_is_backed_up(account: Resource, stack: Stack) -> Findings:
    """Versions don't help where a whole container is spoilt: it has to be set back to a moment."""
    if not holds_tenants(account, stack):
        not_applicable("the account holds no tenant's container")
    if not any(account in _backed_up(each, stack) for each in stack.of_type(INSTANCE)):
        yield "customers' data can't be set back to a moment: add a BackupInstance of the account"


def _backed_up(instance: Resource, stack: Stack) -> list[Resource]:
    def read() -> str | None:
        return instance.properties.part("data_source_info").get("resourceID", None)

    return stack.meant(instance, "properties", [ACCOUNT], "id", read=read)


@rule(LOCK)
def lock_holds(lock: Resource) -> Findings:
    """A lock of another kind keeps nobody from deleting."""
    if lock.get("level", None) not in ("CanNotDelete", "ReadOnly"):
        yield "the lock holds nothing: set level to CanNotDelete"


@stack_rule(KEY_VAULT, WORKSPACE, ACCOUNT)
def what_must_last_is_locked(resource: Resource, stack: Stack) -> Findings:
    """Who may change everything deletes the logs of what they did, or the keys of all, by mistake or not."""
    if resource.resource_type == KEY_VAULT:
        keys = stack.referring("vault_name", resource, [KEY], "name")
        if any(stack.tenant(key) for key in keys):
            not_applicable("a lock would hold the roles on the keys of tenants who go")
        if not keys and not stack.tenants:
            not_applicable("before the first tenant comes there is no key to lose")
    if resource.resource_type == ACCOUNT and not is_immutable(resource):
        not_applicable("the account holds no immutable copy")
    if not stack.referring("scope", resource, [LOCK], "id"):
        yield "it can be deleted at once: add a ManagementLockByScope with its id as scope"
