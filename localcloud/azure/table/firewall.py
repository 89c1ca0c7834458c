"""Azure Firewall and its policies."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import firewall as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import firewall as rules
from localcloud.azure.rules.network import NETWORK_NAME
from localcloud.azure.table.line import ADDRESS, SUBNET, WORKSPACE, line

_POLICY: Final = "Microsoft.Network/firewallPolicies"
_THREATS: Final = ("Alert", "Deny", "Off")

LINES: Final = (
    line(
        "network:FirewallPolicy",
        f"{_POLICY}/{{firewallPolicyName}}",
        uses={"basePolicy.id": _POLICY},
        names={
            "insights.logAnalyticsResources.workspaces[].workspaceId.id": WORKSPACE,
            "insights.logAnalyticsResources.defaultWorkspaceId.id": WORKSPACE,
        },
        name=NETWORK_NAME,
        checks=(
            rules.policy,
            common.one_of("sku.tier", "Basic", "Standard", "Premium"),
            common.one_of("threatIntelMode", *_THREATS),
            common.one_of("intrusionDetection.mode", *_THREATS),
        ),
        rules=(rules.policy_tier_stays,),
        outputs=Outputs(generated=computed.policy_generated),
    ),
    line(
        "network:FirewallPolicyRuleCollectionGroup",
        f"{_POLICY}/{{firewallPolicyName}}/ruleCollectionGroups/{{ruleCollectionGroupName}}",
        name=NETWORK_NAME,
        checks=(
            rules.collections,
            common.between("priority", 100, 65000),
            common.between("ruleCollections[].priority", 100, 65000),
        ),
        rules=(rules.names_need_proxy,),
    ),
    line(
        "network:AzureFirewall",
        "Microsoft.Network/azureFirewalls/{azureFirewallName}",
        uses={
            "firewallPolicy.id": _POLICY,
            "ipConfigurations[].subnet.id": SUBNET,
            "ipConfigurations[].publicIPAddress.id": ADDRESS,
            "managementIpConfiguration.subnet.id": SUBNET,
            "managementIpConfiguration.publicIPAddress.id": ADDRESS,
        },
        name=NETWORK_NAME,
        checks=(
            common.one_of("sku.name", "AZFW_VNet", "AZFW_Hub"),
            common.one_of("sku.tier", "Basic", "Standard", "Premium"),
            common.one_of("threatIntelMode", *_THREATS),
        ),
        rules=(
            rules.firewall_lies_in_subnet,
            rules.firewall_fits_policy,
            common.same_region("ipConfigurations[].subnet.id"),
            common.same_region("ipConfigurations[].publicIPAddress.id"),
        ),
        outputs=Outputs(computed.firewall_certain, computed.firewall_generated),
    ),
)
