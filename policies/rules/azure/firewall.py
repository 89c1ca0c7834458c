"""The way out of the network in Azure: only to names that are reviewed, and only through the firewall."""

from typing import Final

from policies.addresses import is_private
from policies.properties import Record, UndeterminedError
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.tables import egress, jurisdictions

FIREWALL: Final = "azure-native:network:AzureFirewall"
POLICY: Final = "azure-native:network:FirewallPolicy"
RULES: Final = "azure-native:network:FirewallPolicyRuleCollectionGroup"
ROUTES: Final = "azure-native:network:RouteTable"
NAT: Final = "azure-native:network:NatGateway"
SUBNET: Final = "azure-native:network:Subnet"

_OF_GATEWAYS: Final = ("GatewaySubnet", "AzureFirewallSubnet")
"""Subnets in which Azure's own machines stand, which have to reach Azure."""


@rule(POLICY)
def firewall_refuses_what_is_known_to_be_bad(policy: Resource) -> Findings:
    """An attack that is only reported has happened; what is left out of the search is where it comes through."""
    if policy.get("threat_intel_mode", "Alert") != "Deny":
        yield "addresses of ill repute are reached: set threat_intel_mode to Deny"
    detection = policy.part("intrusion_detection")
    if detection.get("mode", "Off") != "Deny":
        yield "known attacks get through: set intrusion_detection.mode to Deny"
    # The ARM reference says no more of the profiles than their names; Basic and Standard are taken for lesser ones.
    if detection.get("profile", "Advanced") not in ("Advanced", "Extended"):
        yield "some known attacks aren't looked for: remove intrusion_detection.profile"
    if detection.has("configuration"):
        yield "some traffic isn't looked at: remove intrusion_detection.configuration"
    if policy.part("sku").get("tier", "Standard") != "Premium":
        yield "the tier finds no attacks: set sku.tier to Premium"
    for name in ("threat_intel_whitelist", "base_policy", "explicit_proxy", "dns_settings", "sql", "snat"):
        if policy.has(name):
            yield f"nobody has reviewed this setting: remove {name}"


@rule(FIREWALL)
def firewall_spans_zones(firewall: Resource) -> Findings:
    """A firewall in one zone cuts the network off when the zone fails."""
    if not {"1", "2", "3"} <= set(firewall.get("zones", [])):
        yield "the firewall stands in fewer than three zones: set zones to 1, 2 and 3"
    # This is how a firewall is stopped (Azure documentation, "Azure Firewall FAQ").
    if len(firewall.get("ip_configurations", [])) == 0:
        yield "the firewall is stopped, and nothing gets out: set ip_configurations"
    if firewall.part("sku").get("name", "AZFW_VNet") != "AZFW_VNet":
        yield "the firewall is one of a virtual hub's: set sku.name to AZFW_VNet"
    if firewall.part("sku").get("tier", "Standard") != "Premium":
        yield "the tier finds no attacks: set sku.tier to Premium"
    for name in ("application_rule_collections", "network_rule_collections"):
        if len(firewall.get(name, [])) > 0:
            yield f"rules of its own let out what the policy doesn't: remove {name}"


@stack_rule(FIREWALL)
def firewall_keeps_own_policy(firewall: Resource, stack: Stack) -> Findings:
    """A firewall without a policy, or with a stranger's, lets out what the stranger likes."""

    def read() -> str | None:
        return firewall.part("firewall_policy").get("id", None)

    if not means(stack, firewall, "firewall_policy", read=read, targets={POLICY: ("id",)}):
        yield "the firewall has no policy of the stack's: set firewall_policy.id to one"


@stack_rule(RULES)
def firewall_lets_out_to_reviewed_names_only(group: Resource, stack: Stack) -> Findings:
    """Data leave by any name that somebody else can have, and over any protocol that isn't looked into."""
    for number, collection in group.numbered("rule_collections"):
        if collection.part("action").get("type", None) == "Deny":
            continue
        for position, each in collection.numbered("rules"):
            yield _is_reviewed(each, f"rule_collections[{number}].rules[{position}]", stack)


@stack_rule(POLICY)
def firewall_lets_out_what_azure_needs(policy: Resource, stack: Stack) -> Findings:
    """Services that can't fetch tokens and images stop at the next restart; logs that can't leave are lost."""
    groups = stack.referring("firewall_policy_name", policy, [RULES], "name", "firewall_policy_name")
    names = {
        name
        for group in groups
        for collection in group.get("rule_collections", [])
        if collection.part("action").get("type", None) == "Allow"
        for each in collection.get("rules", [])
        for name in each.get("target_fqdns", [])
    }
    regions = jurisdictions().regions("azure", stack.jurisdiction)
    for name in egress().names:
        if not names & {name.replace("{region}", region) for region in regions}:
            yield f"{name} can't be reached: add it to target_fqdns of an application rule"


def _is_reviewed(each: Record, place: str, stack: Stack) -> Findings:
    if each.get("rule_type", None) != "ApplicationRule":
        yield f"an address stays the same when its owner changes: let out by name instead of {place}"
        return
    allowed = egress().destinations(jurisdictions().regions("azure", stack.jurisdiction))
    names = list(each.get("target_fqdns", []))
    if not names or not all(name in allowed for name in names):
        yield f"nobody has reviewed who has this name: take it out of {place}.target_fqdns (policies/egress.toml)"
    for name in ("fqdn_tags", "target_urls", "web_categories", "destination_addresses"):
        if len(each.get(name, [])) > 0:
            yield f"Azure decides what is behind this: name domains instead of {place}.{name}"
    for protocol in each.get("protocols", []):
        if protocol.get("protocol_type", None) != "Https" or protocol.get("port", 443) != 443:
            yield f"what leaves can be read on its way: set protocols of {place} to Https on 443"
    if len(each.get("protocols", [])) == 0:
        yield f"any protocol leaves: set protocols of {place} to Https on 443"
    sources = list(each.get("source_addresses", []))
    if not sources or not all(is_private(source) for source in sources):
        yield f"anybody leaves: set source_addresses of {place} to the subnets that need it"


@stack_rule(ROUTES)
def routes_lead_through_firewall(table: Resource, stack: Stack) -> Findings:
    """A route around the firewall is a way out that nobody narrows."""
    if not table.get("disable_bgp_route_propagation", False):
        yield "a gateway may announce a way around: set disable_bgp_route_propagation=True"
    if not any(route.get("address_prefix", None) == "0.0.0.0/0" for route in table.get("routes", [])):
        yield "what isn't named leaves by Azure's own route: add one for 0.0.0.0/0 to routes"
    for number, route in table.numbered("routes"):
        if route.get("next_hop_type", None) != "VirtualAppliance":
            yield f"the route leads past the firewall: set next_hop_type of routes[{number}] to VirtualAppliance"
        elif not _leads_to_firewall(table, route, stack):
            yield f"the route leads to somebody else: set next_hop_ip_address of routes[{number}] to the firewall's"


def _leads_to_firewall(table: Resource, route: Record, stack: Stack) -> bool:
    firewalls = [each for each in stack.sources(table, "routes") if each.resource_type == FIREWALL]
    try:
        address = route.next_hop_ip_address
    except UndeterminedError:
        return bool(firewalls)
    return any(
        each.get("privateIPAddress", None) == address
        for firewall in firewalls
        for each in firewall.get("ip_configurations", [])
    )


@stack_rule(SUBNET)
def subnet_leaves_through_firewall(subnet: Resource, stack: Stack) -> Findings:
    """Services that leave the network by themselves carry data out to anybody."""
    delegations = {each.get("service_name", None) for each in subnet.get("delegations", [])}
    name = subnet.one_of("subnet_name", "name")
    if not delegations and name not in _OF_GATEWAYS and subnet.get("default_outbound_access", True):
        yield "Azure lets the subnet out by an address of its own: set default_outbound_access=False"
    if "Microsoft.App/environments" not in delegations:
        return
    firewalls = stack.of_type(FIREWALL)
    if firewalls and not _ways(subnet, "route_table", ROUTES, stack):
        yield "the services leave past the firewall: set route_table to the one that leads through it"
    if not firewalls and not _ways(subnet, "nat_gateway", NAT, stack):
        yield "the services have no way out that is known: set nat_gateway"


def _ways(subnet: Resource, name: str, resource_type: str, stack: Stack) -> list[Resource]:
    return stack.meant(subnet, name, [resource_type], "id", read=lambda: subnet.part(name).get("id", None))
