"""Computed outputs of Azure Firewall."""

from typing import Final

from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.network import subnet_range
from localcloud.backend import UNKNOWN, Properties
from localcloud.paths import get

_RESERVED: Final = 4
"""Addresses at the start of a subnet that Azure keeps to itself; a firewall takes the next one."""


def firewall_certain(_identity: str, inputs: Properties) -> Properties:
    """A firewall's configurations, whose private addresses are still to come."""
    found = inputs.get("ipConfigurations")
    if not isinstance(found, list):
        return {}
    return {"ipConfigurations": [{"privateIPAddress": UNKNOWN, **configuration} for configuration in found]}


def firewall_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A firewall's private address, to which route tables send what leaves."""
    found: list[Properties] = []
    for configuration in entity.inputs.get("ipConfigurations") or []:
        block = subnet_range(cloud, str(get(configuration, "subnet", "id")))
        address = {"privateIPAddress": str(block[_RESERVED])} if block else {}
        name = f"{entity.identity}/azureFirewallIpConfigurations/{configuration.get('name')}"
        found.append({**configuration, **address, "id": name, "provisioningState": "Succeeded"})
    return {"ipConfigurations": found} if found else {}


def policy_generated(cloud: Cloud, entity: Entity) -> Properties:
    """What a policy consists of, and which firewalls follow it."""
    key = entity.identity.lower()
    firewalls = [item for item in cloud.of_type("azure-native:network:AzureFirewall") if key in item.references]
    return {
        "ruleCollectionGroups": [{"id": item.identity} for item in cloud.below(entity.identity)],
        "firewalls": [{"id": item.identity} for item in firewalls],
        "childPolicies": [],
    }
