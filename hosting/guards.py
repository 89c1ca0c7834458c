"""What a cloud itself would refuse to delete, as a stack's state tells it.

`protect` is the engine's own and is let go with a word. A cloud asks nobody: what it refuses ends a destroy half-way,
after much has gone. So this is read from the state before anything goes, by the properties that guard:

- protection against deletion, which an update takes off: `is_protected_by_cloud`;
- locks of Azure Resource Manager on what would go before them: `locked_before`, `locks_of_azure_backup`;
- what nobody can delete before its time (object lock, immutability, locked vaults), which stays: `staying`;
- stores that a cloud deletes only when they are empty: `emptied`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from hosting.engine import EMPTYING, Deployed
from hosting.lineage import tenant_of

PROTECTIONS: Final = frozenset(
    {
        "deleteProtection",
        "deletionProtected",
        "deletionProtection",
        "deletionProtectionEnabled",
        "disableApiTermination",
        "enableDeletionProtection",
        "enableTerminationProtection",
        "terminationProtected",
        "terminationProtection",
        "terminationProtectionEnabled",
    }
)
"""How the types of Pulumi's AWS and Azure Native providers call the protection against deletion."""

_OFF: Final = frozenset({"", "disabled", "false", "inactive", "none"})

_BACKUP: Final = "azure-native:dataprotection:BackupInstance"
_LOCK: Final = "azure-native:authorization:ManagementLock"
_VAULT: Final = "aws:backup/vault:Vault"
_VAULT_LOCK: Final = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


def is_protected_by_cloud(resource: Deployed) -> bool:
    """Whether its own protection against deletion or termination is on."""
    return any(
        str(value).lower() not in _OFF
        for settings in (_settings(resource), _setting(resource, "properties"))
        if isinstance(settings, Mapping)
        for name, value in settings.items()
        if name in PROTECTIONS
    )


def locked_before(resources: Sequence[Deployed]) -> list[Deployed]:
    """Locks of Azure that would still be there when something below them is to go.

    The engine deletes what nothing depends on first, so a lock goes in time only if it depends on all that is below it
    (Azure documentation, "Lock your resources": a lock also holds for what lies below).
    """
    state = {resource.urn: resource for resource in resources}
    locks = [each for each in resources if each.kind.startswith(_LOCK)]
    late: list[Deployed] = []
    for lock in locks:
        above = lock.identity.lower().partition("/providers/microsoft.authorization/locks/")[0]
        before = {each.urn for each in _needed([lock], state)}
        below = (each for each in resources if f"{each.identity}/".lower().startswith(f"{above}/"))
        if any(each.urn not in before and not each.kind.startswith(_LOCK) for each in below):
            late.append(lock)
    return late


def locks_of_azure_backup(resources: Iterable[Deployed]) -> list[str]:
    """The ids of the locks that Azure Backup itself puts on accounts whose blobs it backs up; no state knows of them.

    (Azure documentation, "Overview of Azure Blob backup", delete lock.)
    """
    backups = (each for each in resources if each.kind == _BACKUP)
    sources = (str(_setting(backup, "properties", "dataSourceInfo", "resourceID")) for backup in backups)
    return [
        f"{source}/providers/Microsoft.Authorization/locks/AzureBackupProtectionLock"
        for source in sources
        if "/storageaccounts/" in source.lower()
    ]


def staying(resources: Sequence[Deployed]) -> list[Deployed]:
    """What stays in the cloud when the stack goes: what nobody can delete before its time, and what that needs.

    That is what it needs itself (its key, its group), and what is set on it (its policy, its lifecycle), for without
    these it would lie open or be lost. Of a tenant the locked store stays and not its key, which has to end: nobody
    reads it from then on. The locked ones come first. What a destroy that was interrupted has left stays, too: what
    told that it is locked may be gone from the state.
    """
    state = {resource.urn: resource for resource in resources}
    of_cloud = [each for each in resources if each.is_in_cloud]
    locked = [each for each in of_cloud if _is_locked(each, of_cloud)]
    kept = [*locked, *(each for each in of_cloud if any(_is_set_on(each, store) for store in locked))]
    of_stack = (each for each in kept if tenant_of(each, state) is None)
    urns = {each.urn for each in (*kept, *_needed(of_stack, state))}
    return [*locked, *(each for each in of_cloud if (each.urn in urns or each.retained) and each not in locked)]


def emptied(resources: Iterable[Deployed]) -> list[Deployed]:
    """Stores whose provider would refuse to delete them with something in them."""
    return [each for each in resources if any(each.outputs.get(name) is False for name in EMPTYING)]


def _settings(resource: Deployed) -> Mapping[str, Any]:
    """As the cloud said last; what it didn't say, as the program did."""
    return {**resource.inputs, **resource.outputs}


def _setting(resource: Deployed, *path: str) -> Any:
    """What is set at a path of properties; None where nothing is."""
    value: Any = _settings(resource)
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _is_locked(resource: Deployed, resources: Sequence[Deployed]) -> bool:
    """Whether nobody can delete it, or what is in it, before its time."""
    if resource.kind == _VAULT:
        # Without days to change one's mind the lock is one that whoever may can lift (AWS Backup, "Vault Lock").
        locks = (each for each in resources if each.kind == _VAULT_LOCK and _is_set_on(each, resource))
        return any(_setting(lock, "changeableForDays") for lock in locks)
    return (
        _setting(resource, "objectLockEnabled") is True
        or _setting(resource, "immutableStorageWithVersioning", "enabled") is True
        or _setting(resource, "properties", "securitySettings", "immutabilitySettings", "state") == "Locked"
    )


def _is_set_on(resource: Deployed, store: Deployed) -> bool:
    """Whether it is a setting of the store or a part of it: it names the bucket or vault, or its id lies below."""
    if resource.urn == store.urn:
        return False
    if store.kind.startswith("azure-native:"):
        before, is_below, path = resource.identity.lower().partition(f"{store.identity.lower()}/")
        # What else is below an id belongs to others: a role or a lock on the store.
        return bool(is_below) and not before and "providers/" not in path
    service = store.kind.partition("/")[0]
    named = (_setting(resource, name) for name in ("bucket", "backupVaultName"))
    return resource.kind.startswith(f"{service}/{_short(store)}") and store.identity in named


def _short(store: Deployed) -> str:
    """How the names of types begin that set something on it."""
    return "vault" if store.kind == _VAULT else "bucket"


def _needed(resources: Iterable[Deployed], state: Mapping[str, Deployed]) -> Iterator[Deployed]:
    """The resources, what they depend on, what that depends on and so on."""
    waiting = list(resources)
    seen: set[str] = set()
    while waiting:
        resource = waiting.pop()
        if resource.urn in seen:
            continue
        seen.add(resource.urn)
        yield resource
        waiting += [state[urn] for urn in (resource.parent, *resource.dependencies) if urn in state]
