"""The way out of the network in production: a firewall that knows by name where the services have to go."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.public_address import public_address


@dataclass(frozen=True)
class Destination:
    """What the network may reach outside of it over HTTPS, by domain names, and what is carried there."""

    name: str
    domain_names: tuple[str, ...]
    carries: str


def destinations(region: str) -> tuple[Destination, ...]:
    """The allow-list of the Container Apps environment in `region`. The services themselves go nowhere outside.

    Sources: Azure documentation, "Use Azure Firewall with Azure Container Apps", and for monitoring "Outbound network
    and FQDN rules for Azure Kubernetes Service clusters", whose agents the environment runs. Vault, storage, search,
    ingestion and registry are reached over private endpoints and therefore aren't here.
    """
    return (
        Destination(
            "platform-images", ("mcr.microsoft.com", "*.data.mcr.microsoft.com"), "The environment's own images"
        ),
        Destination(
            "platform-packages", ("packages.aks.azure.com", "acs-mirror.azureedge.net"), "The environment's packages"
        ),
        Destination(
            "sign-in",
            (
                "*.identity.azure.net",
                "login.microsoftonline.com",
                "*.login.microsoftonline.com",
                "login.microsoft.com",
                "*.login.microsoft.com",
            ),
            "Tokens for the managed identities",
        ),
        Destination(
            "monitoring",
            (
                "global.handler.control.monitor.azure.com",
                f"{region}.handler.control.monitor.azure.com",
                f"{region}.ingest.monitor.azure.com",
            ),
            "Logs and metrics of the environment",
        ),
    )


class Firewall(pulumi.ComponentResource):
    """Azure Firewall in each zone, which lets out what `destinations` names, and lets nothing in.

    Premium, for its intrusion detection: known attacks and addresses of ill repute are refused, not only reported.
    """

    route_table_id: pulumi.Output[str]
    """For the subnets that leave the network through the firewall."""

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        subnet_id: pulumi.Input[str],
        sources: tuple[str, ...],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Firewall", placement.label(name), {}, options)
        self._placement = placement
        policy, allowed = self._policy(sources)
        address = public_address("firewall", placement=placement, audit=audit, parent=self)
        firewall = network.AzureFirewall(
            placement.label("main"),
            azure_firewall_name=placement.name("afw"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            sku=network.AzureFirewallSkuArgs(
                name=network.AzureFirewallSkuName.AZF_W_V_NET, tier=network.AzureFirewallSkuTier.PREMIUM
            ),
            firewall_policy=network.SubResourceArgs(id=policy.id),
            ip_configurations=[
                network.AzureFirewallIPConfigurationArgs(
                    name="main",
                    subnet=network.SubResourceArgs(id=subnet_id),
                    public_ip_address=network.SubResourceArgs(id=address.id),
                )
            ],
            zones=list(placement.zones),
            tags=placement.tags("main"),
            # A policy that changes while a firewall takes it up faults both; and the services, which wait for the
            # firewall, start with the list in force.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )
        audit.collect(placement.label("firewall"), firewall.id, parent=self)
        routes = network.RouteTable(
            placement.label("firewall"),
            route_table_name=placement.name("rt", "firewall"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            # A gateway could otherwise announce a shorter way out.
            disable_bgp_route_propagation=True,
            routes=[
                network.RouteArgs(
                    name="all-through-firewall",
                    address_prefix="0.0.0.0/0",
                    next_hop_type=network.RouteNextHopType.VIRTUAL_APPLIANCE,
                    next_hop_ip_address=firewall.ip_configurations.apply(_private_address),
                )
            ],
            tags=placement.tags("firewall"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.route_table_id = routes.id
        self.register_outputs({"routeTableId": routes.id})

    def _policy(
        self, sources: tuple[str, ...]
    ) -> tuple[network.FirewallPolicy, network.FirewallPolicyRuleCollectionGroup]:
        """The policy, and its list of what is allowed."""
        policy = network.FirewallPolicy(
            self._placement.label("main"),
            firewall_policy_name=self._placement.name("afwp"),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            sku=network.FirewallPolicySkuArgs(tier=network.FirewallPolicySkuTier.PREMIUM),
            threat_intel_mode=network.AzureFirewallThreatIntelMode.DENY,
            intrusion_detection=network.FirewallPolicyIntrusionDetectionArgs(
                mode=network.FirewallPolicyIntrusionDetectionStateType.DENY
            ),
            tags=self._placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        allowed = network.FirewallPolicyRuleCollectionGroup(
            self._placement.label("main"),
            rule_collection_group_name="allowed",
            firewall_policy_name=policy.name,
            resource_group_name=self._placement.resource_group_name,
            priority=1000,
            rule_collections=[
                network.FirewallPolicyFilterRuleCollectionArgs(
                    rule_collection_type="FirewallPolicyFilterRuleCollection",
                    name="by-domain-name",
                    priority=1000,
                    action=network.FirewallPolicyFilterRuleCollectionActionArgs(
                        type=network.FirewallPolicyFilterRuleCollectionActionType.ALLOW
                    ),
                    rules=[
                        network.ApplicationRuleArgs(
                            rule_type="ApplicationRule",
                            name=destination.name,
                            description=destination.carries,
                            source_addresses=list(sources),
                            target_fqdns=list(destination.domain_names),
                            protocols=[
                                network.FirewallPolicyRuleApplicationProtocolArgs(
                                    protocol_type=network.FirewallPolicyRuleApplicationProtocolType.HTTPS, port=443
                                )
                            ],
                        )
                        for destination in destinations(self._placement.region)
                    ],
                )
            ],
            opts=pulumi.ResourceOptions(parent=policy),
        )
        return policy, allowed


def _private_address(
    configurations: Sequence[network.outputs.AzureFirewallIPConfigurationResponse] | None,
) -> str:
    if not configurations:
        raise ValueError("the firewall has no address in its subnet: look at its deployment in the portal")
    return configurations[0].private_ip_address
