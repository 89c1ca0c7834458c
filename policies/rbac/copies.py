"""What it takes to encrypt, copy and export in Azure: each identity its role, each account a way in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from policies.properties import UndeterminedError, camel_case, is_unknown, scalars
from policies.rbac.directory import ACCOUNT, ASSIGNMENTS, KEY, SCOPE, Directory, allows
from policies.resources import Resource, Stack
from policies.rulebook import Findings

EXPORT: Final = "azure-native:operationalinsights:DataExport"
DIAGNOSTICS: Final = "azure-native:monitor:DiagnosticSetting"
FLOW_LOG: Final = "azure-native:network:FlowLog"
BACKUP: Final = "azure-native:dataprotection:BackupInstance"
VAULT: Final = "azure-native:dataprotection:BackupVault"
ALERT: Final = "azure-native:monitor:ScheduledQueryRule"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"

_ENCRYPTED: Final[Mapping[str, str]] = {
    ACCOUNT: "encryption",
    VAULT: "properties",
    "azure-native:dbforpostgresql:Server": "data_encryption",
    "azure-native:eventhub:Namespace": "encryption",
}
"""What opens a key by itself, and the property that names the key."""

COPIES: Final = (*_ENCRYPTED, SCOPE, EXPORT, DIAGNOSTICS, FLOW_LOG, BACKUP, ALERT)

_WRAPS: Final = (
    "Microsoft.KeyVault/vaults/keys/read",
    "Microsoft.KeyVault/vaults/keys/unwrap/action",
    "Microsoft.KeyVault/vaults/keys/wrap/action",
)
"""Azure Storage documentation, "Customer-managed keys for Azure Storage encryption"."""

_WRITES: Final = ("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",)
"""Network Watcher documentation, "Virtual network flow logs: managed identity"."""

_BACKS_UP: Final = (
    "Microsoft.Storage/storageAccounts/objectReplicationPolicies/write",
    "Microsoft.Storage/storageAccounts/restoreBlobRanges/action",
)
"""Azure Backup documentation, "Overview of operational backup for Azure Blobs", Storage Account Backup Contributor."""

_QUERIES: Final = ("Microsoft.OperationalInsights/workspaces/read",)
"""Azure Monitor documentation, "Create or edit a log search alert rule", managed identity."""


def gaps(copy: Resource, stack: Stack) -> Findings:
    """Yields what a copy takes and hasn't got."""
    match copy.resource_type:
        case kind if kind in _ENCRYPTED:
            yield from _opens_its_keys(copy, copy, stack)
        case kind if kind == SCOPE:
            for account in _accounts(copy, "account_name", stack):
                yield from _opens_its_keys(copy, account, stack)
        case kind if kind == BACKUP:
            yield from _backs_up(copy, stack)
        case kind if kind == FLOW_LOG:
            yield from _delivers(copy, "storage_id", stack)
            yield from _writes(copy, stack)
        case kind if kind == ALERT:
            yield from _queries(copy, stack)
        case kind if kind == EXPORT:
            yield from _delivers(copy, "resource_id", stack)
        case _:
            yield from _delivers(copy, "storage_account_id", stack)


def _opens_its_keys(user: Resource, store: Resource, stack: Stack) -> Findings:
    """The store's identity wraps with the key that the store, or a scope in it, names."""
    directory = stack.derived(Directory)
    keys = _keys(user, _ENCRYPTED[store.resource_type] if user is store else "key_vault_properties", stack)
    identities = [*directory.attached(store), store]
    for key in keys:
        if not any(_has(identity, key, _WRAPS, stack, of_data=True) for identity in identities):
            yield (
                f"no identity of {store.resource_name} may wrap with key {key.resource_name}: give "
                "one the role Key Vault Crypto Service Encryption User on the key"
            )


def _delivers(copy: Resource, name: str, stack: Stack) -> Findings:
    """Azure Monitor and Network Watcher come to an account that is closed as trusted services only."""
    for account in _accounts(copy, name, stack):
        rules = account.all_properties().get("networkRuleSet")
        settings = cast("Mapping[str, object]", rules) if isinstance(rules, Mapping) else {}
        if settings.get("defaultAction") == "Deny" and "AzureServices" not in str(settings.get("bypass")):
            yield f"account {account.resource_name} lets in no trusted service: set its bypass to AzureServices"


def _writes(log: Resource, stack: Stack) -> Findings:
    identities = stack.derived(Directory).attached(log)
    for account in _accounts(log, "storage_id", stack) if identities else []:
        if not any(_has(identity, account, _WRITES, stack, of_data=True) for identity in identities):
            yield (
                f"its identity may not write to account {account.resource_name}: "
                "add a RoleAssignment of Storage Blob Data Contributor there"
            )


def _backs_up(instance: Resource, stack: Stack) -> Findings:
    vaults = [each for each in stack.sources(instance, "vault_name") if each.resource_type == VAULT] or [
        each
        for each in stack.of_type(VAULT)
        if each.all_properties().get("vaultName", each.all_properties().get("name"))
        == instance.all_properties().get("vaultName")
    ]
    accounts = _accounts(instance, "properties", stack)
    if not vaults or not accounts:
        yield "its vault or what it backs up is not in the stack: set data_store and data_source_info to what is there"
    for vault, account in ((vault, account) for vault in vaults for account in accounts):
        if not _has(vault, account, _BACKS_UP, stack, of_data=False):
            yield (
                f"vault {vault.resource_name} may not back up account {account.resource_name}: "
                "add a RoleAssignment of Storage Account Backup Contributor there"
            )


def _queries(alert: Resource, stack: Stack) -> Findings:
    identities = [*stack.derived(Directory).attached(alert), alert]
    for workspace in stack.meant(alert, "scopes", [WORKSPACE], "id"):
        if not any(_has(identity, workspace, _QUERIES, stack, of_data=False) for identity in identities):
            yield (
                f"no identity of the alert may read workspace {workspace.resource_name}: "
                "add a RoleAssignment of Log Analytics Reader there for it"
            )


def _has(who: Resource, on: Resource, operations: Iterable[str], stack: Stack, *, of_data: bool) -> bool:
    """Whether a resource's identity is given all of the operations on another resource.

    Raises UndeterminedError when nothing that is known gives them, but something that isn't known might.
    """
    missing = set(operations)
    given = stack.derived(_given_by_grantee).get(who.urn)
    if given is None:
        return not missing
    directory = stack.derived(Directory)
    for place in dict.fromkeys(directory.places(on)):
        for assignment in given.by_place.get(place, ()):
            granted = directory.permissions(assignment)
            missing -= {each for each in missing if allows(granted, [each], of_data=of_data)}
    if missing and given.waiting is not None:
        raise given.waiting
    return not missing


@dataclass
class _Given:
    """The assignments that somebody is given."""

    by_place: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    """By the scope at which each counts: comparing all with all takes the square of the tenants."""
    waiting: UndeterminedError | None = None
    """Why it isn't known at which scope one counts."""


def _given_by_grantee(stack: Stack) -> Mapping[str, _Given]:
    directory = stack.derived(Directory)
    found: dict[str, _Given] = defaultdict(_Given)
    for assignment in stack.of_type(*ASSIGNMENTS[:1]):
        try:
            grantees = directory.grantees(assignment)
        except UndeterminedError:
            continue  # It may be anybody's; whoever lacks a role says so.
        for given in (found[each.resource.urn] for each in grantees if each.resource is not None):
            try:
                for place in directory.places_of(assignment):
                    given.by_place[place].append(assignment)
            except UndeterminedError as error:
                given.waiting = error
    return found


def _accounts(user: Resource, name: str, stack: Stack) -> list[Resource]:
    """The storage accounts that a property means."""
    by_dependency = [each for each in stack.sources(user, name) if each.resource_type == ACCOUNT]
    known = stack.derived(_accounts_by_name)
    found = [known[text] for text in _texts(user.all_properties().get(camel_case(name))) if text in known]
    return list({each.urn: each for each in (*found, *by_dependency)}.values())


def _accounts_by_name(stack: Stack) -> Mapping[str, Resource]:
    found: dict[str, Resource] = {}
    for account in stack.of_type(ACCOUNT):
        for name in ("id", "accountName", "name"):
            value = account.all_properties().get(name)
            if isinstance(value, str) and not is_unknown(value):
                found[value.lower()] = account
    return found


def _keys(user: Resource, name: str, stack: Stack) -> list[Resource]:
    """The keys in vaults that a property means: by dependency, else by the key's address."""
    known = stack.derived(_keys_by_address)
    addresses = _addresses(user.all_properties().get(camel_case(name)))
    named = {known[each].urn: known[each] for each in addresses if each in known}
    return list(named.values()) or [each for each in stack.sources(user, name) if each.resource_type == KEY]


def _addresses(value: object) -> Iterable[str]:
    """Every text, and the addresses of keys that are named by their vault and their own name."""
    if isinstance(value, Mapping):
        parts = cast("Mapping[str, object]", value)
        yield f"{str(parts.get('keyVaultUri') or '').rstrip('/')}/keys/{parts.get('keyName')}".lower()
        for each in parts.values():
            yield from _addresses(each)
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _addresses(each)
    elif isinstance(value, str):
        yield value.lower()


def _keys_by_address(stack: Stack) -> Mapping[str, Resource]:
    addresses = ((each.all_properties().get("keyUri"), each) for each in stack.of_type(KEY))
    return {text.lower(): key for text, key in addresses if isinstance(text, str) and not is_unknown(text)}


def _texts(value: object) -> Iterable[str]:
    return (each.lower() for each in scalars(value) if isinstance(each, str))
