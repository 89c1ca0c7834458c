"""What ARM refuses of container registries."""

from collections.abc import Iterator
from typing import Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.computed.common import principals
from localcloud.azure.regions import region_of
from localcloud.azure.rules.common import Failures
from localcloud.azure.rules.key_vault import encrypting_key
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import get


def registry(inputs: Properties) -> Failures:
    """What only the premium tier has (Container Registry, "Service tiers"), and settings that exclude one another."""
    is_premium = get(inputs, "sku", "name") in ("Premium", UNKNOWN)
    premium = {
        "zoneRedundancy": inputs.get("zoneRedundancy") == "Enabled",
        "publicNetworkAccess": inputs.get("publicNetworkAccess") == "Disabled",
        "encryption": get(inputs, "encryption", "status") == "enabled",
        "dataEndpointEnabled": inputs.get("dataEndpointEnabled") is True,
        "networkRuleSet": inputs.get("networkRuleSet") is not None,
    }
    for name, is_wanted in premium.items():
        if is_wanted and not is_premium:
            yield CheckFailure(name, "needs the SKU Premium")
    if get(inputs, "policies", "exportPolicy", "status") == "disabled" and inputs.get("publicNetworkAccess") not in (
        "Disabled",
        UNKNOWN,
    ):
        yield CheckFailure("policies.exportPolicy.status", "can be disabled only where public access is")
    if get(inputs, "policies", "trustPolicy", "status") == "enabled":
        yield CheckFailure("policies.trustPolicy.status", "content trust can't be enabled any more: sign with Notation")
    if get(inputs, "encryption", "status") == "enabled":
        for name in ("keyIdentifier", "identity"):
            if get(inputs, "encryption", "keyVaultProperties", name) is None:
                yield CheckFailure(f"encryption.keyVaultProperties.{name}", "encryption with a customer's key needs it")


def registry_lasts(_cloud: Cloud, put: Put) -> Iterator[str]:
    """What is fixed when a registry is created (Container Registry, "Customer-managed keys", "Zone redundancy")."""
    for path in (("encryption", "status"), ("zoneRedundancy",)):
        if put.old and (get(put.old.inputs, *path) or "").lower() != (get(put.inputs, *path) or "").lower():
            yield f"{'.'.join(path)} is fixed since the registry was created and can't be changed"


def registry_key(cloud: Cloud, put: Put) -> Iterator[str]:
    """A registry's key exists, and its identity may use it."""
    uri = get(put.inputs, "encryption", "keyVaultProperties", "keyIdentifier")
    if isinstance(uri, str):
        owner = f"the registry {ids.name_of(put.identity)}"
        yield from encrypting_key(cloud, uri, principals(cloud, put), owner)


def replication_elsewhere(cloud: Cloud, put: Put) -> Iterator[str]:
    """A replication is of a premium registry and lies in another region."""
    found = cloud.get(str(ids.parent(put.identity)))
    if found and get(found.inputs, "sku", "name") != "Premium":
        yield f"the registry {found.name} needs the SKU Premium to be replicated"
    if found and region_of(found.inputs) == region_of(put.inputs):
        yield f"the registry {found.name} is in {region_of(put.inputs)} already"


REGISTRY_NAME: Final = Name(r"[A-Za-z0-9]{5,50}", "5 to 50 letters and digits")
