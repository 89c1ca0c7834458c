"""Under which key the stores lie that tenants share: one of the platform, of the stack's own vault or managed HSM."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from policies.properties import Record, UndeterminedError
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, stack_rule

KEY: Final = "azure-native:keyvault:Key"
HSM: Final = "azure-native:keyvault:ManagedHsm"

_Reader = Callable[[], "str | None"]


def _by_name(key: Record) -> _Reader:
    def read() -> str | None:
        return f"{key.key_vault_uri.rstrip('/')}/keys/{key.key_name}"

    return read


def _storage_account(account: Resource) -> Iterator[tuple[str, _Reader]]:
    yield "encryption", _by_name(account.part("encryption").part("key_vault_properties"))


def _event_hubs(namespace: Resource) -> Iterator[tuple[str, _Reader]]:
    keys = namespace.part("encryption").get("key_vault_properties", [])
    if len(keys) == 0:
        yield "encryption", lambda: None
    for key in keys:
        yield "encryption", _by_name(key)


def _postgresql(server: Resource) -> Iterator[tuple[str, _Reader]]:
    encryption = server.part("data_encryption")
    yield "data_encryption", lambda: encryption.get("primaryKeyURI", None)
    if encryption.has("geoBackupKeyURI"):
        yield "data_encryption", lambda: encryption.get("geoBackupKeyURI", None)


def _backup_vault(vault: Resource) -> Iterator[tuple[str, _Reader]]:
    settings = vault.properties.part("security_settings").part("encryption_settings")
    yield "properties", lambda: settings.part("key_vault_properties").get("key_uri", None)


_KEYS: Final[Mapping[str, Callable[[Resource], Iterator[tuple[str, _Reader]]]]] = {
    "azure-native:dataprotection:BackupVault": _backup_vault,
    "azure-native:dbforpostgresql:Server": _postgresql,
    "azure-native:eventhub:Namespace": _event_hubs,
    "azure-native:storage:StorageAccount": _storage_account,
}
"""For each kind of store the properties that name a key, and what they hold."""


@stack_rule(*_KEYS)
def shared_store_is_under_platforms_key(store: Resource, stack: Stack) -> Findings:
    """A stranger's key lets the stranger cut the store off; a tenant's key would end with the tenant, for everybody."""
    for name, read in _KEYS[store.resource_type](store):
        if not _is_of_platform(store, stack, name, read):
            yield f"the store isn't under a key of the platform: name one of the stack's own keys in {name}"


def _is_of_platform(store: Resource, stack: Stack, name: str, read: _Reader) -> bool:
    hsms = stack.of_type(HSM)
    if hsms:
        try:
            uri = read() or ""
        except UndeterminedError:
            if any(hsm in stack.sources(store, name) for hsm in hsms):
                return True
            raise
        # The keys of a managed HSM are no resources; a tenant's is called after the tenant.
        if any(
            uri.startswith(f"https://{hsm.name}.managedhsm.azure.net/keys/") and "/tenant-" not in uri for hsm in hsms
        ):
            return True
    keys = {KEY: ("key_uri",)}
    return means(stack, store, name, read=read, targets=keys, fits=lambda key: stack.tenant(key) is None)
