"""What ARM refuses of Event Hubs."""

from collections.abc import Iterator
from typing import Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.computed.common import principals
from localcloud.azure.rules.common import Failures
from localcloud.azure.rules.key_vault import encrypting_key
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import get, select

_LIMITS: Final = {"Basic": (32, 24), "Standard": (32, 168), "Premium": (100, 2160)}
"""Partitions of a hub, and hours for which it keeps events (Event Hubs, "Quotas and limits")."""


def namespace(inputs: Properties) -> Failures:
    """A customer's key needs the premium tier, a key and an identity."""
    if get(inputs, "encryption", "keySource") != "Microsoft.KeyVault":
        return
    if get(inputs, "sku", "name") not in ("Premium", UNKNOWN):
        yield CheckFailure("encryption", "a key from a vault needs the SKU Premium")
    if not get(inputs, "encryption", "keyVaultProperties"):
        yield CheckFailure("encryption.keyVaultProperties", "the key source Microsoft.KeyVault needs it")
    if inputs.get("identity") is None:
        yield CheckFailure("identity", "a namespace that is encrypted with a vault's key needs an identity")


def namespace_lasts(_cloud: Cloud, put: Put) -> Iterator[str]:
    """What is fixed when a namespace is created (Event Hubs, "Configure customer-managed keys")."""
    if put.old is None:
        return
    before, after = (
        get(inputs, "encryption", "requireInfrastructureEncryption") for inputs in (put.old.inputs, put.inputs)
    )
    if (before or False) != (after or False):
        yield "encryption.requireInfrastructureEncryption is fixed since the namespace was created and can't be changed"
    if get(put.old.inputs, "encryption", "keySource") and not get(put.inputs, "encryption", "keySource"):
        yield "encryption with a customer's key can't be switched off once it is on"
    one, two = (get(inputs, "sku", "name") for inputs in (put.old.inputs, put.inputs))
    if one != two and "Premium" in (one, two):
        yield f"sku.name can't be changed from {one} to {two}"


def namespace_keys(cloud: Cloud, put: Put) -> Iterator[str]:
    """A namespace's keys exist, and its identity may use them."""
    for _, entry in select(put.inputs, "encryption.keyVaultProperties[]"):
        uri, name = get(entry, "keyVaultUri"), get(entry, "keyName")
        if isinstance(uri, str):
            key = f"{uri.rstrip('/')}/keys/{name}"
            yield from encrypting_key(cloud, key, principals(cloud, put), f"the namespace {ids.name_of(put.identity)}")


def hub(inputs: Properties) -> Failures:
    """How long events are kept is said once."""
    if inputs.get("messageRetentionInDays") is not None and inputs.get("retentionDescription") is not None:
        yield CheckFailure("messageRetentionInDays", "give it or retentionDescription, not both")


def hub_fits_namespace(cloud: Cloud, put: Put) -> Iterator[str]:
    """Partitions and retention within what the namespace's tier allows; partitions never become fewer."""
    found = cloud.get(str(ids.parent(put.identity)))
    tier = get(found.inputs, "sku", "name") if found else None
    if tier in _LIMITS:
        partitions, hours = _LIMITS[tier]
        count = put.inputs.get("partitionCount") or 1
        kept = get(put.inputs, "retentionDescription", "retentionTimeInHours") or 24
        kept = max(kept, 24 * (put.inputs.get("messageRetentionInDays") or 1))
        if count > partitions:
            yield f"{count} partitions are more than the {partitions} of the tier {tier}"
        if kept > hours:
            yield f"{kept} hours are more than the {hours} for which the tier {tier} keeps events"
    before = put.old.inputs.get("partitionCount") if put.old else None
    after = put.inputs.get("partitionCount")
    if before and after != before and (tier != "Premium" or not after or after < before):
        yield f"partitionCount can't be changed from {before} to {after}"


NAMESPACE_NAME: Final = Name(
    r"(?!.*(-sb|-mgmt)$)[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]",
    "6 to 50 letters, digits and hyphens, a letter first, a letter or digit last, and not -sb or -mgmt",
)
HUB_NAME: Final = Name(r"[A-Za-z0-9]([\w.-]{0,254}[A-Za-z0-9])?", "1 to 256 letters, digits, _ . and hyphens")
