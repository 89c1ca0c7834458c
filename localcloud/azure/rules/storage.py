"""What ARM refuses of storage accounts."""

from collections.abc import Iterator
from typing import Any, Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.computed.common import principals
from localcloud.azure.rules.common import Failures
from localcloud.azure.rules.key_vault import encrypting_key, usable_key
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import get, select

STORAGE_NAME: Final = Name(r"[a-z0-9]{3,24}", "3 to 24 lower-case letters and digits")

SCOPE_NAME: Final = Name(
    r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*", "3 to 63 lower-case letters, digits and single hyphens between them"
)

CONTAINER_NAME: Final = Name(
    r"\$(root|web|logs)|(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*",
    "3 to 63 lower-case letters, digits and single hyphens between them",
)


def storage_account(inputs: Properties) -> Failures:
    """A customer's key needs a key and an identity that may use it."""
    if get(inputs, "encryption", "keySource") == "Microsoft.Keyvault":
        if get(inputs, "encryption", "keyVaultProperties", "keyVaultUri") is None:
            yield CheckFailure(
                "encryption.keyVaultProperties.keyVaultUri", "the key source Microsoft.Keyvault needs it"
            )
        if inputs.get("identity") is None:
            yield CheckFailure("identity", "an account that is encrypted with a vault's key needs an identity")


def storage_account_lasts(_cloud: Cloud, put: Put) -> Iterator[str]:
    """What is fixed when an account is created (Storage, "Enable infrastructure encryption")."""
    if put.old is None:
        return
    for path in (("encryption", "requireInfrastructureEncryption"), ("immutableStorageWithVersioning", "enabled")):
        if (get(put.old.inputs, *path) or False) != (get(put.inputs, *path) or False):
            yield f"{'.'.join(path)} is fixed since the account was created and can't be changed"


def storage_account_key(cloud: Cloud, put: Put) -> Iterator[str]:
    """The vault's key that encrypts an account exists."""
    found = get(put.inputs, "encryption", "keyVaultProperties")
    uri, name = get(found, "keyVaultUri"), get(found, "keyName")
    if get(put.inputs, "encryption", "keySource") == "Microsoft.Keyvault" and isinstance(uri, str):
        full = f"{uri.rstrip('/')}/keys/{name}"
        yield from usable_key(cloud, full)


def storage_account_immutability(_cloud: Cloud, put: Put) -> Iterator[str]:
    """A policy of the account's is made unlocked, and once locked only its term grows (Storage, "WORM")."""

    def at(inputs: Properties | None, name: str) -> Any:
        return get(inputs, "immutableStorageWithVersioning", "immutabilityPolicy", name)

    before = put.old.inputs if put.old else None
    if at(before, "state") is None and at(put.inputs, "state") == "Locked":
        yield "an immutability policy can't be made locked: make it Unlocked, and lock it in a second step"
    if at(before, "state") == "Locked":
        if at(put.inputs, "state") != "Locked":
            yield "an immutability policy that is locked stays locked"
        elif at(put.inputs, "immutabilityPeriodSinceCreationInDays") < at(
            before, "immutabilityPeriodSinceCreationInDays"
        ):
            yield "the term of a locked immutability policy can't become shorter"


def container_immutability(inputs: Properties) -> Failures:
    """Appends are allowed to append blobs alone or to all, not both."""
    if inputs.get("allowProtectedAppendWrites") is True and inputs.get("allowProtectedAppendWritesAll") is True:
        yield CheckFailure("allowProtectedAppendWritesAll", "excludes allowProtectedAppendWrites")


def management_policy(cloud: Cloud, put: Put) -> Iterator[str]:
    """Rules' names are taken once."""
    del cloud
    names = [str(value).lower() for _, value in select(put.inputs, "policy.rules[].name")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the name of the rule {name} is taken by another rule"


def blob_service(inputs: Properties) -> Failures:
    """Point-in-time restore builds on three other settings (Storage, "Point-in-time restore")."""
    if get(inputs, "restorePolicy", "enabled") is not True:
        return
    for path in (("isVersioningEnabled",), ("changeFeed", "enabled"), ("deleteRetentionPolicy", "enabled")):
        if get(inputs, *path) not in (True, UNKNOWN):
            yield CheckFailure("restorePolicy.enabled", f"point-in-time restore needs {'.'.join(path)}")


def scope(inputs: Properties) -> Failures:
    """A scope has a key exactly if its source is the vault."""
    uri, source = get(inputs, "keyVaultProperties", "keyUri"), inputs.get("source")
    if source == "Microsoft.KeyVault" and uri is None:
        yield CheckFailure("keyVaultProperties.keyUri", "the source Microsoft.KeyVault needs it")
    if source == "Microsoft.Storage" and uri is not None:
        yield CheckFailure("keyVaultProperties.keyUri", "the source Microsoft.Storage doesn't take it")


def scope_key(cloud: Cloud, put: Put) -> Iterator[str]:
    """A scope's key exists, in a vault with purge protection, and the account may use it."""
    uri = get(put.inputs, "keyVaultProperties", "keyUri")
    if put.old is not None:
        before = put.old.inputs.get("requireInfrastructureEncryption") or False
        if (put.inputs.get("requireInfrastructureEncryption") or False) != before:
            yield "requireInfrastructureEncryption is fixed since the scope was created and can't be changed"
    if not isinstance(uri, str) or put.inputs.get("state") == "Disabled":
        return
    account = cloud.get(str(ids.parent(put.identity)))
    if account is not None:
        yield from encrypting_key(cloud, uri, principals(cloud, account), f"the storage account {account.name}")


def container(inputs: Properties) -> Failures:
    """Overrides of a default scope can only be denied where there is one."""
    if inputs.get("denyEncryptionScopeOverride") is True and inputs.get("defaultEncryptionScope") is None:
        yield CheckFailure("denyEncryptionScopeOverride", "needs defaultEncryptionScope")


def container_lasts(cloud: Cloud, put: Put) -> Iterator[str]:
    """A container's scope is one of the account's, enabled, and chosen for good; public access needs the account's."""
    wanted = put.inputs.get("defaultEncryptionScope")
    account = str(put.identity).rpartition("/blobServices/")[0]
    if put.old is not None:
        for name in ("defaultEncryptionScope", "denyEncryptionScopeOverride"):
            if put.old.inputs.get(name) != put.inputs.get(name):
                yield f"{name} is fixed since the container was created and can't be changed"
    elif isinstance(wanted, str) and wanted != "$account-encryption-key":
        found = cloud.get(f"{account}/encryptionScopes/{wanted}")
        if found is None:
            yield f"the storage account {ids.name_of(account)} has no encryption scope {wanted}"
        elif found.inputs.get("state") == "Disabled":
            yield f"the encryption scope {wanted} is disabled"
    owner = cloud.get(account)
    is_public = put.inputs.get("publicAccess") not in (None, "None")
    if is_public and owner and owner.inputs.get("allowBlobPublicAccess") is not True:
        yield f"public access is not permitted on the storage account {owner.name}"
