"""What it takes to encrypt, copy and export in Azure: each identity its role, each account a way in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from policies.properties import UndeterminedError, camel_case, holds_unknown, is_unknown
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


def keys_over(store: Resource, stack: Stack) -> list[Resource]:
    """The keys in vaults under which a store lies."""
    name = _ENCRYPTED.get(store.resource_type)
    return [] if name is None else _keys(store, name, stack)


def _opens_its_keys(user: Resource, store: Resource, stack: Stack) -> Findings:
    """The store's identity wraps with the key that the store, or a scope in it, names."""
    directory = stack.derived(Directory)
    keys = keys_over(store, stack) if user is store else _keys(user, "key_vault_properties", stack)
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
    vaults = stack.meant(instance, "vault_name", [VAULT], "vault_name", "name")
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
    return _meant(user, name, ACCOUNT, stack)


def _keys(user: Resource, name: str, stack: Stack) -> list[Resource]:
    """The keys in vaults that a property means."""
    return _meant(user, name, KEY, stack)


_KNOWN_BY: Final[Mapping[str, tuple[str, ...]]] = {ACCOUNT: ("id", "accountName", "name"), KEY: ("keyUri",)}


def _meant(user: Resource, name: str, kind: str, stack: Stack) -> list[Resource]:
    """What a property means by value; where a part of it isn't known, or of what it means, by the dependency."""
    value = user.all_properties().get(camel_case(name))
    by_text = stack.derived(_by_text)[kind]
    found = [by_text[each] for each in _addresses(value) if each in by_text]
    sources = [each for each in stack.sources(user, name) if each.resource_type == kind]
    waiting = [each for each in sources if holds_unknown(value) or _known(each, _KNOWN_BY[kind][0]) is None]
    return list({each.urn: each for each in (*found, *waiting)}.values())


def _by_text(stack: Stack) -> Mapping[str, Mapping[str, Resource]]:
    return {
        kind: {text.lower(): each for each in stack.of_type(kind) for name in names if (text := _known(each, name))}
        for kind, names in _KNOWN_BY.items()
    }


def _known(resource: Resource, name: str) -> str | None:
    value = resource.all_properties().get(name)
    return value if isinstance(value, str) and not is_unknown(value) else None


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
