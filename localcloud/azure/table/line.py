"""What a line of the table is made of: its defaults, and the types and templates that several lines name."""

from collections.abc import Mapping
from typing import Final

from localcloud.azure.cloud import Check, Kind, Name, Outputs, Reference, Rule

PACKAGE: Final = "azure-native"

GROUP: Final = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
SUBNET: Final = "Microsoft.Network/virtualNetworks/subnets"
VNET: Final = "Microsoft.Network/virtualNetworks"
NSG: Final = "Microsoft.Network/networkSecurityGroups"
ADDRESS: Final = "Microsoft.Network/publicIPAddresses"
WORKSPACE: Final = "Microsoft.OperationalInsights/workspaces"
STORAGE: Final = "Microsoft.Storage/storageAccounts"
ENVIRONMENT: Final = "Microsoft.App/managedEnvironments"
ZONE: Final = "Microsoft.Network/privateDnsZones"
ROLE: Final = "Microsoft.Authorization/roleDefinitions"
POLICY: Final = "Microsoft.Authorization/policyDefinitions"
CDN: Final = "Microsoft.Cdn/profiles"
WAF: Final = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies"
IDENTITY: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"
ANY: Final = ""
"""For a reference that may name an object of several types."""


def line(
    token: str,
    template: str,
    *,
    replaces: tuple[str, ...] = (),
    uses: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    write_only: tuple[str, ...] = (),
    inline: Mapping[str, str] | None = None,
    named_by: tuple[str, ...] = (),
    singleton: bool = False,
    everywhere: bool = False,
    keeps_parent: bool = False,
    name: Name | None = None,
    checks: tuple[Check, ...] = (),
    rules: tuple[Rule, ...] = (),
    outputs: Outputs | None = None,
) -> Kind:
    """One type. `template` lies below the resource group unless it begins with a slash or a scope."""
    is_complete = template.startswith(("/", "{"))
    made = outputs or Outputs()
    return Kind(
        token=f"{PACKAGE}:{token}",
        template=("/" + template.lstrip("/")) if is_complete else f"{GROUP}/providers/{template}",
        replaces=replaces,
        references={
            "identity.userAssignedIdentities[]": Reference(IDENTITY, holds=False),
            **{path: Reference(wanted, holds=True) for path, wanted in (uses or {}).items()},
            **{path: Reference(wanted, holds=False) for path, wanted in (names or {}).items()},
        },
        write_only=write_only,
        inline={key: f"{PACKAGE}:{item}" for key, item in (inline or {}).items()},
        named_by=named_by,
        singleton=singleton,
        everywhere=everywhere,
        keeps_parent=keeps_parent,
        name=name,
        checks=checks,
        rules=rules,
        certain=made.certain,
        generated=made.generated,
    )
