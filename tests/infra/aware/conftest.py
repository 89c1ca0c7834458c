"""The stack `useast` as its file asks for it, and variations of it, as plain data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from infra.aware import Aware
from infra.settings import parse_settings

ROOT = Path(__file__).parents[3]

NAME_PROPERTIES = {
    "azure-native:cdn:AFDEndpoint": "endpointName",
    "azure-native:dataprotection:BackupVault": "vaultName",
    "azure-native:dbforpostgresql:Server": "serverName",
    "azure-native:eventgrid:SystemTopic": "systemTopicName",
    "azure-native:search:Service": "searchServiceName",
    "azure-native:cdn:AFDOriginGroup": "originGroupName",
    "azure-native:managedidentity:UserAssignedIdentity": "resourceName",
    "azure-native:network:PublicIPAddress": "publicIpAddressName",
    "azure-native:storage:StorageAccount": "accountName",
}
"""The input that holds a resource's name, where it isn't the type's own name with `Name` behind it."""


def computed(kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What Azure computes, as far as the program reads it."""
    type_name = kind.rpartition(":")[2]
    name = inputs.get(NAME_PROPERTIES.get(kind, f"{type_name[:1].lower()}{type_name[1:]}Name"))
    outputs: dict[str, Any] = {"name": name}
    identities = inputs.get("identity", {}).get("userAssignedIdentities", [])
    if identities:
        outputs["identity"] = {**inputs["identity"], "userAssignedIdentities": {each: {} for each in identities}}
    match kind:
        case "azure-native:keyvault:Vault":
            outputs["properties"] = {**inputs["properties"], "vaultUri": f"https://{name}.vault.azure.net/"}
        case "azure-native:keyvault:Key":
            outputs["keyUri"] = f"https://{inputs['vaultName']}.vault.azure.net/keys/{name}"
        case "azure-native:keyvault:ManagedHsm":
            outputs["name"] = inputs["name"]
        case "azure-native:search:Service" | "azure-native:dataprotection:BackupVault":
            outputs["identity"] = {
                **inputs["identity"],
                **outputs.get("identity", {}),
                "principalId": f"principal of {name}",
            }
        case "azure-native:managedidentity:UserAssignedIdentity":
            outputs["principalId"] = f"principal of {name}"
            outputs["clientId"] = f"client of {name}"
        case "azure-native:app:ManagedEnvironment":
            outputs["defaultDomain"] = "calm-sea.eastus.azurecontainerapps.io"
        case "azure-native:containerregistry:Registry":
            outputs["loginServer"] = f"{name}.azurecr.io"
        case "azure-native:network:AzureFirewall":
            outputs["ipConfigurations"] = [
                {**each, "privateIPAddress": "10.40.16.4"} for each in inputs["ipConfigurations"]
            ]
        case "azure-native:network:PublicIPAddress":
            outputs["ipAddress"] = f"address of {name}"
        case _:
            pass
    return outputs


@dataclass(frozen=True)
class Stack:
    """What the program declared, and what the service exposes."""

    resources: Sequence[dict[str, Any]]
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def named(self, kind: str) -> dict[str, dict[str, Any]]:
        """The resources of a type, such as `keyvault:Vault`, by their logical names."""
        found = {r["name"]: r for r in self.resources if r["type"] in (kind, f"azure-native:{kind}")}
        assert found, f"no {kind} was declared"
        return found

    def inputs(self, kind: str, name: str = "main") -> dict[str, Any]:
        """The inputs of one resource."""
        return self.named(kind)[name]["inputs"]

    def below(self, kind: str, name: str) -> list[dict[str, Any]]:
        """A component and all that hangs below it."""
        urns = {self.named(kind)[name]["urn"]}
        while more := {r["urn"] for r in self.resources if r["parent"] in urns} - urns:
            urns |= more
        return [r for r in self.resources if r["urn"] in urns]


@pytest.fixture(scope="session")
def sample() -> dict[str, Any]:
    """The settings of the stack file."""
    values = yaml.safe_load((ROOT / "Pulumi.useast.yaml").read_text())["config"]
    return {key.removeprefix("hosting:"): value for key, value in values.items() if key.startswith("hosting:")}


@pytest.fixture(scope="session")
def declare(declared: Any, sample: dict[str, Any]) -> Callable[..., Stack]:
    """`declare(tenants=[...])`: the stack with some of its settings changed."""

    def with_changes(*, stack: str = "useast", **changes: Any) -> Stack:
        settings = parse_settings(stack, {**sample, **changes})
        outputs: dict[str, Any] = {}

        def program() -> pulumi.Output[None]:
            aware = Aware(settings)
            return pulumi.Output.all(
                portal_url=aware.portal_url, vpn_endpoint=aware.vpn_endpoint, tenant_keys=aware.tenant_keys
            ).apply(outputs.update)

        return Stack(declared(program, computed), outputs)

    return with_changes


@pytest.fixture(scope="session")
def stack(declare: Callable[..., Stack]) -> Stack:
    """The stack as it is."""
    return declare()


@pytest.fixture(scope="session")
def small(declare: Callable[..., Stack]) -> Stack:
    """The stack without tenants, and with its logs kept for longer."""
    return declare(tenants=[], retention={"logDays": 730})


@pytest.fixture(scope="session")
def alone(declare: Callable[..., Stack]) -> Stack:
    """The stack in the size `dev`, without a second region."""
    return declare(size="dev", secondRegion={})


@pytest.fixture(scope="session")
def modest(declare: Callable[..., Stack], sample: dict[str, Any]) -> Stack:
    """The stack with its keys in a managed HSM, without a second region, and with a longer deletion policy."""
    return declare(
        aware={**sample["aware"], "keyStore": "managed-hsm"},
        secondRegion={},
        retention={"logDays": 365, "deletionPolicyDays": 120},
    )
