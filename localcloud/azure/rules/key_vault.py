"""What ARM refuses of vaults and their keys."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity, Name, Put
from localcloud.azure.rules.common import Failures, is_known
from localcloud.backend import CheckFailure, Properties
from localcloud.paths import get, select

WRAPPING_ROLES: Final[Mapping[str, str]] = {
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "12338af0-0e69-4776-bea7-57ae8d297424": "Key Vault Crypto User",
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603": "Key Vault Crypto Officer",
    "00482a5a-887f-4fb3-b363-3b7fe8e74483": "Key Vault Administrator",
}
"""Azure's own roles whose holder may wrap and unwrap with a vault's keys (Azure built-in roles, Security)."""

VAULT_NAME: Final = Name(
    r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]",
    "3 to 24 letters, digits and single hyphens, with a letter first and no hyphen last",
)

KEY_NAME: Final = Name(r"[A-Za-z0-9-]{1,127}", "1 to 127 letters, digits and hyphens")


def vault(inputs: Properties) -> Failures:
    """Soft delete can't be off, and purge protection is never given up (Key Vault, "Soft-delete overview")."""
    if get(inputs, "properties", "enablePurgeProtection") is False:
        yield CheckFailure("properties.enablePurgeProtection", "can't be false: leave it out, or set it for good")
    if get(inputs, "properties", "enableSoftDelete") is False:
        yield CheckFailure("properties.enableSoftDelete", "can't be false: every vault keeps what is deleted")


def vault_lasts(cloud: Cloud, put: Put) -> Iterator[str]:
    """Settings of a vault that can't be taken back, and names that deleted vaults still hold."""
    if put.old is None:
        left = [gone for gone in cloud.deleted.values() if _is_same_vault(gone.identity, put.identity)]
        if left and get(put.inputs, "properties", "createMode") != "recover":
            yield (
                f"the vault {left[0].name} is deleted but its name stays taken until its retention is over: "
                "set properties.createMode to recover, or choose another name"
            )
        return
    before, after = put.old.inputs["properties"], put.inputs["properties"]
    if before.get("enablePurgeProtection") is True and after.get("enablePurgeProtection") is not True:
        yield "purge protection can't be switched off once it is on"
    days = before.get("softDeleteRetentionInDays", 90)
    if after.get("softDeleteRetentionInDays", days) != days:
        yield f"softDeleteRetentionInDays is {days} since the vault was created and can't be changed"


def _is_same_vault(one: str, other: str) -> bool:
    return (
        ids.type_of(one).lower() == "microsoft.keyvault/vaults"
        and ids.name_of(one).lower() == ids.name_of(other).lower()
    )


def key(inputs: Properties) -> Failures:
    """Sizes, and a rotation policy's shortest terms (Key Vault, "Configure key auto-rotation")."""
    size, kind = get(inputs, "properties", "keySize"), get(inputs, "properties", "kty")
    if is_known(size) and str(kind).startswith("RSA") and size not in (2048, 3072, 4096):
        yield CheckFailure("properties.keySize", f"{size} is not a size of an RSA key: use 2048, 3072 or 4096")
    path = "properties.rotationPolicy.attributes.expiryTime"
    for found, value in select(inputs, path):
        if _days(value) is None or (_days(value) or 0) < 28:
            yield CheckFailure(found, f"{value!r} is not a term of at least 28 days such as P2Y or P90D")
    for term in ("timeAfterCreate", "timeBeforeExpiry"):
        for found, value in select(inputs, f"properties.rotationPolicy.lifetimeActions[].trigger.{term}"):
            if _days(value) is None or (_days(value) or 0) < 7:
                yield CheckFailure(found, f"{value!r} is not a term of at least 7 days such as P1Y or P30D")


def _days(term: Any) -> int | None:
    """The length in days of an ISO 8601 term in years, months, weeks or days; a month counts as 30."""
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", str(term))
    if match is None or str(term) == "P":
        return None
    return sum(int(number or 0) * days for number, days in zip(match.groups(), (365, 30, 7, 1), strict=True))


def key_fits_vault(cloud: Cloud, put: Put) -> Iterator[str]:
    """A key in hardware needs a premium vault; the name of a deleted key stays taken."""
    found = cloud.get(str(ids.parent(put.identity)))
    sku = get(found.inputs, "properties", "sku", "name") if found else None
    if str(get(put.inputs, "properties", "kty")).endswith("-HSM") and sku != "premium":
        yield "a key in a hardware security module needs a vault with the SKU premium"
    if put.identity.lower() in cloud.deleted:
        yield f"the key {ids.name_of(put.identity)} is deleted, but its name stays taken until its retention is over"


def encrypting_key(cloud: Cloud, uri: str, principals: Collection[str], owner: str) -> Iterator[str]:
    """A key that is to encrypt something exists, may do so, and can be used by one of the owner's principals.

    The keys of a managed HSM and its roles lie beyond Azure Resource Manager: there only the HSM is looked at.
    """
    hsm = _hsm_of(cloud, uri)
    if hsm is not None:
        if get(hsm.inputs, "properties", "enablePurgeProtection") is not True:
            yield f"the managed HSM {hsm.name} needs purge protection before its keys can encrypt anything"
        return
    problems = list(usable_key(cloud, uri))
    yield from problems
    found = cloud.vault_key(uri)
    if problems or found is None:
        return
    if not principals:
        yield f"{owner} has no identity with which to use the key: give it one"
    elif not any(may_wrap(cloud, principal, found.identity) for principal in principals):
        yield (
            f"{owner} may not use the key {found.name}: assign its identity the role "
            f"{WRAPPING_ROLES['e147488a-f6f5-4113-8e2d-b22465e65bf6']} on the key or its vault first"
        )


def _hsm_of(cloud: Cloud, uri: str) -> Entity | None:
    host = uri.removeprefix("https://").partition("/")[0].lower()
    hsms = cloud.of_type("azure-native:keyvault:ManagedHsm")
    return next((hsm for hsm in hsms if host == f"{hsm.name.lower()}.managedhsm.azure.net"), None)


def usable_key(cloud: Cloud, uri: str) -> Iterator[str]:
    """A key that is to encrypt something exists, is enabled, and is in a vault with purge protection."""
    found = cloud.vault_key(uri)
    vault_found = cloud.get(str(ids.parent(found.identity))) if found else None
    if _hsm_of(cloud, uri) is not None:
        return
    if found is None or vault_found is None:
        yield f"there is no key {uri}"
    elif get(vault_found.inputs, "properties", "enablePurgeProtection") is not True:
        yield f"the vault {vault_found.name} needs purge protection before its keys can encrypt anything"
    elif get(found.inputs, "properties", "attributes", "enabled") is False:
        yield f"the key {found.name} is disabled"


def hsm(inputs: Properties) -> Failures:
    """A managed HSM needs its first administrators, and purge protection is never given up (Managed HSM)."""
    if not get(inputs, "properties", "initialAdminObjectIds"):
        yield CheckFailure("properties.initialAdminObjectIds", "a managed HSM needs at least one administrator")
    if get(inputs, "properties", "enablePurgeProtection") is False:
        yield CheckFailure("properties.enablePurgeProtection", "can't be false: leave it out, or set it for good")


def hsm_lasts(_cloud: Cloud, put: Put) -> Iterator[str]:
    """Settings of a managed HSM that can't be taken back."""
    if put.old is None:
        return
    before, after = put.old.inputs.get("properties"), put.inputs.get("properties")
    if get(before, "enablePurgeProtection") is True and get(after, "enablePurgeProtection") is not True:
        yield "purge protection can't be switched off once it is on"
    for name in ("softDeleteRetentionInDays", "initialAdminObjectIds", "tenantId"):
        if get(before, name) != get(after, name):
            yield f"properties.{name} is fixed since the managed HSM was created and can't be changed"


def may_wrap(cloud: Cloud, principal: str, key_identity: str) -> bool:
    """Whether a role lets a principal use a key; a role of one's own is trusted to."""
    vault_found = cloud.get(str(ids.parent(key_identity)))
    if vault_found and get(vault_found.inputs, "properties", "enableRbacAuthorization") is not True:
        entries = select(vault_found.inputs, "properties.accessPolicies[].objectId")
        return any(str(value).lower() == principal.lower() for _, value in entries)
    for assignment in cloud.of_type("azure-native:authorization:RoleAssignment"):
        if str(assignment.inputs["principalId"]).lower() != principal.lower():
            continue
        role = str(assignment.inputs["roleDefinitionId"])
        is_able = ids.name_of(role).lower() in WRAPPING_ROLES or cloud.get(role) is not None
        if is_able and f"{key_identity}/".lower().startswith(str(assignment.inputs["scope"]).rstrip("/").lower() + "/"):
            return True
    return False


HSM_NAME: Final = Name(
    r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]",
    "3 to 24 letters, digits and single hyphens, with a letter first and no hyphen last",
)
