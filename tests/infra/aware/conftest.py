"""The Aware stack as its stack file asks for it, and variations of it, as plain data."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.aware import Aware
from infra.settings import NAMESPACE, Settings, parse_settings

STACK_FILE = Path(__file__).parents[3] / "Pulumi.useast.yaml"

NAME_PROPERTIES = {
    "azure-native:managedidentity:UserAssignedIdentity": "resourceName",
    "azure-native:cdn:AFDEndpoint": "endpointName",
    "azure-native:cdn:AFDOriginGroup": "originGroupName",
    "azure-native:privatedns:PrivateZone": "privateZoneName",
    "azure-native:storage:EncryptionScope": "encryptionScopeName",
}


def computed(kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What Azure computes: a resource's name, its identities as a map, and what other rooms read of it."""
    _, _, type_name = kind.partition(":")[2].partition(":")
    usual = type_name[:1].lower() + type_name[1:] + "Name"
    name = inputs.get(NAME_PROPERTIES.get(kind, usual)) or inputs.get("keyName") or inputs.get("accountName")
    outputs: dict[str, Any] = {"name": name}
    identities = inputs.get("identity", {}).get("userAssignedIdentities", [])
    if identities:
        outputs["identity"] = {**inputs["identity"], "userAssignedIdentities": {identity: {} for identity in identities}}
    match kind:
        case "azure-native:keyvault:Vault":
            outputs["properties"] = {**inputs["properties"], "vaultUri": f"https://{name}.vault.azure.net/"}
        case "azure-native:keyvault:Key":
            outputs["keyUri"] = f"https://{inputs['vaultName']}.vault.azure.net/keys/{name}"
        case "azure-native:managedidentity:UserAssignedIdentity":
            outputs["principalId"] = f"principal of {name}"
        case "azure-native:app:ManagedEnvironment":
            outputs["defaultDomain"] = "calm-sea.eastus.azurecontainerapps.io"
        case "azure-native:network:PublicIPAddress":
            outputs["ipAddress"] = f"address of {name}"
        case _:
            pass
    return outputs
