"""A cloud to try things on, and the smallest inputs that each type of the table accepts."""

from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.azure import AzureBackend, ids
from localcloud.azure.table import KINDS
from localcloud.backend import Properties
from localcloud.paths import select
from localcloud.schema import INTEGER, NUMBER, TRUTH, Anything, Choice, ListOf, MapOf, OneOf, Plain, Record, Type

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
TENANT = "00000000-0000-4000-8000-000000000002"
GUID = "00000000-0000-4000-8000-000000000003"
ROOT = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{ROOT}/resourceGroups/example1"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
CDN = f"{GROUP}/providers/Microsoft.Cdn/profiles/example1"
WORKSPACE = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/example1"
CRYPTO_ROLE = f"{ROOT}/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6"

NAMES: dict[str, str] = {
    "scope": GROUP,
    "resourceUri": f"{NETWORK}/virtualNetworks/example1",
    "roleAssignmentName": GUID,
    "roleDefinitionId": GUID,
    "privateZoneName": "privatelink.example.com",
    "zoneName": "example.com",
    "recordType": "A",
    "blobServicesName": "default",
    "managementPolicyName": "default",
    "immutabilityPolicyName": "default",
    "sentinelOnboardingStateName": "default",
    "securityContactName": "default",
    "settingName": "current",
    "scopeId": ROOT,
    "resourceId": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/example1",
    "objectId": GUID,
    "ruleId": GUID,
    "pricingName": "KeyVaults",
}
"""Parameters of ids that can't be called `example1`."""

EXTRAS: dict[str, Properties] = {
    "network:VirtualNetwork": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
    "network:Subnet": {"addressPrefix": "10.0.0.0/24"},
    "network:SecurityRule": {"priority": 100},
    "network:PublicIPAddress": {"sku": {"name": "Standard"}, "publicIPAllocationMethod": "Static"},
    "network:VirtualNetworkGateway": {
        "ipConfigurations": [{"subnet": {"id": f"{NETWORK}/virtualNetworks/example1/subnets/GatewaySubnet"}}]
    },
    "network:FlowLog": {
        "targetResourceId": f"{NETWORK}/virtualNetworks/example1",
        "storageId": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/example1",
    },
    "keyvault:Vault": {"properties": {"sku": {"family": "A", "name": "premium"}, "tenantId": TENANT}},
    "storage:StorageAccount": {"kind": "StorageV2", "sku": {"name": "Standard_ZRS"}},
    "authorization:RoleAssignment": {"principalId": GUID, "roleDefinitionId": CRYPTO_ROLE},
    "authorization:ManagementLockByScope": {"level": "CanNotDelete"},
    "authorization:ManagementLockAtResourceGroupLevel": {"level": "CanNotDelete"},
    "authorization:ManagementLockAtSubscriptionLevel": {"level": "CanNotDelete"},
    "app:ContainerApp": {"environmentId": f"{GROUP}/providers/Microsoft.App/managedEnvironments/example1"},
    "app:Job": {"environmentId": f"{GROUP}/providers/Microsoft.App/managedEnvironments/example1"},
    "cdn:Profile": {"sku": {"name": "Premium_AzureFrontDoor"}},
    "cdn:AFDCustomDomain": {"hostName": "www.example.com"},
    "cdn:Route": {"originGroup": {"id": f"{CDN}/originGroups/example1"}},
    "monitor:DiagnosticSetting": {"workspaceId": WORKSPACE},
    "aadiam:DiagnosticSetting": {"workspaceId": WORKSPACE},
    "network:AzureFirewall": {
        "ipConfigurations": [
            {"name": "example1", "subnet": {"id": f"{NETWORK}/virtualNetworks/example1/subnets/AzureFirewallSubnet"}}
        ]
    },
    "dnsresolver:DnsResolver": {"virtualNetwork": {"id": f"{NETWORK}/virtualNetworks/example1"}},
    "dnsresolver:InboundEndpoint": {
        "ipConfigurations": [{"subnet": {"id": f"{NETWORK}/virtualNetworks/example1/subnets/resolver"}}]
    },
    "keyvault:ManagedHsm": {
        "properties": {"tenantId": TENANT, "initialAdminObjectIds": [GUID]},
        "sku": {"family": "B", "name": "Standard_B1"},
    },
    "dbforpostgresql:Server": {"authConfig": {"activeDirectoryAuth": "Enabled", "passwordAuth": "Disabled"}},
    "dbforpostgresql:Configuration": {"value": "on"},
    "eventhub:Namespace": {"sku": {"name": "Premium", "tier": "Premium", "capacity": 1}},
    "search:Service": {"sku": {"name": "standard"}},
    "containerregistry:Registry": {"sku": {"name": "Premium"}},
    "containerregistry:Replication": {"location": "centralus"},
    "dataprotection:BackupVault": {
        "properties": {"storageSettings": [{"datastoreType": "VaultStore", "type": "ZoneRedundant"}]}
    },
    "dataprotection:BackupInstance": {
        "properties": {
            "objectType": "BackupInstance",
            "dataSourceInfo": {"resourceID": f"{GROUP}/providers/Microsoft.KeyVault/vaults/example1"},
            "policyInfo": {
                "policyId": f"{GROUP}/providers/Microsoft.DataProtection/backupVaults/example1/backupPolicies/example1"
            },
        }
    },
    "operationalinsights:DataExport": {
        "resourceId": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/example1",
        "tableNames": ["SigninLogs"],
    },
    "securityinsights:ScheduledAlertRule": {
        "kind": "Scheduled",
        "queryFrequency": "PT5M",
        "queryPeriod": "PT5M",
        "severity": "High",
    },
    "monitor:MetricAlert": {"evaluationFrequency": "PT5M", "windowSize": "PT5M", "scopes": [WORKSPACE]},
    "monitor:ActivityLogAlert": {
        "scopes": [ROOT],
        "condition": {"allOf": [{"field": "category", "equals": "Security"}]},
        "actions": {"actionGroups": [{"actionGroupId": f"{GROUP}/providers/Microsoft.Insights/actionGroups/example1"}]},
    },
    "monitor:ScheduledQueryRule": {
        "scopes": [WORKSPACE],
        "evaluationFrequency": "PT5M",
        "windowSize": "PT5M",
        "severity": 1,
        "criteria": {"allOf": [{"query": "SigninLogs"}]},
    },
    "eventgrid:SystemTopic": {
        "source": f"{GROUP}/providers/Microsoft.KeyVault/vaults/example1",
        "topicType": "Microsoft.KeyVault.vaults",
    },
    "eventgrid:SystemTopicEventSubscription": {
        "destination": {"endpointType": "WebHook", "endpointUrl": "https://www.example.com/"}
    },
    "security:Pricing": {"pricingTier": "Standard"},
    "authorization:PimRoleEligibilitySchedule": {"principalId": GUID, "roleDefinitionId": CRYPTO_ROLE},
}
"""What the rules of a type want beyond the properties that the SDK requires."""

SENTINEL = f"{WORKSPACE}/providers/Microsoft.SecurityInsights/onboardingStates/default"

ALSO: dict[str, list[str]] = {
    "cdn:Route": [f"{CDN}/originGroups/example1/origins/example1"],
    "securityinsights:ScheduledAlertRule": [SENTINEL],
    "securityinsights:AutomationRule": [SENTINEL],
}
"""Objects that must be there without being named."""


SUBNETS: dict[str | None, Properties] = {
    "resolver": {"delegations": [{"name": "resolver", "serviceName": "Microsoft.Network/dnsResolvers"}]}
}
"""What a subnet of a certain name is for."""


def example_of(wanted: Type) -> Any:
    """The smallest value of a type."""
    match wanted:
        case Plain():
            return {INTEGER: 1, NUMBER: 1, TRUTH: True}.get(wanted, "example1")
        case OneOf():
            return wanted.values[0]
        case ListOf():
            return [example_of(wanted.item)]
        case MapOf() | Anything():
            return {}
        case Choice():
            return example_of(wanted.branches[0])
        case Record():
            return {
                name: item.constant or example_of(item.type)
                for name, item in wanted.properties.items()
                if item.required
            }


class World:
    """A cloud with a backend configured for one subscription."""

    root, group, network, cdn, tenant, guid, crypto_role = ROOT, GROUP, NETWORK, CDN, TENANT, GUID, CRYPTO_ROLE
    storage = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/example1"
    vault = f"{GROUP}/providers/Microsoft.KeyVault/vaults/example1"

    def __init__(self) -> None:
        self.backend = AzureBackend()
        self.backend.configure({"subscriptionId": SUBSCRIPTION, "tenantId": TENANT})

    def minimal(self, token: str, **more: Any) -> Properties:
        """The smallest inputs of a type (given without the package)."""
        line = KINDS[f"azure-native:{token}"]
        inputs: Properties = example_of(line.schema.inputs)
        inputs |= {name: NAMES.get(name, "example1") for name in line.given}
        inputs.pop("subscriptionId", None)
        if "location" in line.schema.inputs.properties:
            inputs["location"] = "global" if line.everywhere else "eastus"
        return {**inputs, **EXTRAS.get(token, {}), **more}

    def check(self, token: str, **more: Any) -> list[str]:
        """What is wrong with the smallest inputs and these more, as `path: reason`."""
        failures = self.backend.check(f"azure-native:{token}", self.minimal(token, **more))[1]
        return [f"{failure.property}: {failure.reason}" for failure in failures]

    def put(self, token: str, **more: Any) -> str:
        """Creates an object of a type with whatever has to be there before; gives its id."""
        inputs = self.minimal(token, **more)
        line = KINDS[f"azure-native:{token}"]
        identity = line.identity(inputs, SUBSCRIPTION)
        assert identity is not None
        self.require(ids.parent(identity))
        for name in ALSO.get(token, []):
            self.require(name)
        for pattern in line.references:
            for value in self.named(inputs, pattern):
                self.require(value)
        return self.create(token, **inputs)

    def create(self, token: str, **inputs: Any) -> str:
        """Creates an object with these inputs alone."""
        checked, failures = self.backend.check(f"azure-native:{token}", inputs)
        assert failures == []
        return self.backend.create(f"azure-native:{token}", "urn", checked)[0]

    def require(self, identity: str | None) -> None:
        """Creates what an id names, unless it is there."""
        if identity is None or identity == ROOT or self.exists(identity) or ids.is_built_in_role(identity):
            return
        for line in KINDS.values():
            found = ids.parse(line.template, identity)
            if found is not None and not found.keys() & {"scope", "scopeId", "resourceUri", "resourceId"}:
                self.put(line.token.removeprefix("azure-native:"), **found, **SUBNETS.get(found.get("subnetName"), {}))
                return
        self.require(ids.parent(identity))

    def named(self, inputs: Properties, pattern: str) -> Iterator[str]:
        """The ids at a pattern of the table."""
        return (str(value) for _, value in select(inputs, pattern))

    def update(self, token: str, identity: str, **inputs: Any) -> Properties:
        """Puts an object anew."""
        return self.backend.update(f"azure-native:{token}", identity, {}, inputs, everything=False)

    def delete(self, token: str, identity: str) -> None:
        self.backend.delete(f"azure-native:{token}", identity, {})

    def inputs(self, token: str, identity: str) -> Properties:
        """The inputs of an object as a refresh finds them."""
        found = self.backend.read(f"azure-native:{token}", identity, {})
        assert found is not None
        return found.inputs

    def encrypted_storage(self, **account: Any) -> str:
        """A vault with the key `example1` and a storage account that may use it; gives the key's URI."""
        vault = self.minimal("keyvault:Vault")["properties"]
        safe = {**vault, "enablePurgeProtection": True, "enableRbacAuthorization": True}
        self.put("keyvault:Vault", properties=safe)
        self.put("keyvault:Key", properties={"kty": "RSA-HSM", "keySize": 3072})
        found = self.outputs(self.put("storage:StorageAccount", **{"identity": {"type": "SystemAssigned"}, **account}))
        if "identity" in found:
            self.create(
                "authorization:RoleAssignment",
                scope=self.vault,
                roleAssignmentName=GUID,
                principalId=found["identity"]["principalId"],
                roleDefinitionId=CRYPTO_ROLE,
            )
        return "https://example1.vault.azure.net/keys/example1"

    def exists(self, identity: str) -> bool:
        return self.backend.body(identity) is not None

    def outputs(self, identity: str) -> Properties:
        """The outputs of an object that exists."""
        entity = next(line for line in KINDS.values() if ids.parse(line.template, identity))
        found = self.backend.read(entity.token, identity, None)
        assert found is not None
        return found.outputs


@pytest.fixture
def world() -> World:
    return World()
