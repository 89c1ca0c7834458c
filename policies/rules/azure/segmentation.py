"""What may flow inside the network in Azure: from subnet to subnet what is named, and nothing beside it."""

from collections.abc import Iterator
from typing import Final

from policies.addresses import is_private
from policies.properties import Record
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.tables import egress

GROUP: Final = "azure-native:network:NetworkSecurityGroup"
SUBNET: Final = "azure-native:network:Subnet"
NETWORK: Final = "azure-native:network:VirtualNetwork"
PEERING: Final = "azure-native:network:VirtualNetworkPeering"

_WITHOUT_GROUP: Final = ("GatewaySubnet", "AzureFirewallSubnet")
"""Subnets whose gateway stops working under a security group, or that take none."""

_RESOLVER: Final = "168.63.129.16/32"
"""Azure's resolver, the same address in every virtual network."""

_PROBES: Final = "azureloadbalancer"
_OPERATION: Final = frozenset({22, 3389, 5985, 5986})
"""SSH, RDP and WinRM: ways to operate machines, of which there are none."""


def _entries(group: Resource, direction: str) -> Iterator[tuple[int, Record]]:
    for number, entry in group.numbered("security_rules"):
        if str(entry.direction).lower() == direction:
            yield number, entry


def _all(entry: Record, one: str, many: str) -> list[str]:
    return [*filter(None, [entry.get(one, None)]), *entry.get(many, [])]


@rule(GROUP)
def network_group_denies_the_rest(group: Resource) -> Findings:
    """Azure's default rules let through all that stays in the network and all that leaves for the internet."""
    for direction in ("inbound", "outbound"):
        if not any(_denies_all(entry) for _, entry in _entries(group, direction)):
            yield f"what isn't named goes through: add a rule that denies everything {direction}"


def _denies_all(entry: Record) -> bool:
    everything = ("source_address_prefix", "source_port_range", "destination_address_prefix", "destination_port_range")
    return (
        str(entry.access).lower() == "deny"
        and entry.get("protocol", None) == "*"
        and all(entry.get(name, None) == "*" for name in everything)
    )


@rule(GROUP)
def network_group_names_each_flow(group: Resource) -> Findings:
    """A flow that is open from anywhere in the network, or on any port, is the way from one broken part to the next."""
    for number, entry in group.numbered("security_rules"):
        if str(entry.access).lower() == "allow":
            yield _is_narrow(entry, f"security_rules[{number}]")
    priorities = [entry.priority for _, entry in group.numbered("security_rules") if _denies_all(entry)]
    allowed = [e.priority for _, e in group.numbered("security_rules") if str(e.access).lower() == "allow"]
    if priorities and allowed and max(allowed) >= min(priorities):
        yield "a flow comes after the denial of everything: give it a lower priority number"


def _is_narrow(entry: Record, place: str) -> Findings:
    sources = _all(entry, "source_address_prefix", "source_address_prefixes")
    destinations = _all(entry, "destination_address_prefix", "destination_address_prefixes")
    within = len(sources) == 1 and sources == destinations and is_private(sources[0])
    inbound = str(entry.direction).lower() == "inbound"
    if not sources or not all(is_private(each) or (inbound and each.lower() == _PROBES) for each in sources):
        yield f"the flow comes from more than a subnet: set source_address_prefix of {place} to one"
    known = (*egress().tags, _RESOLVER)
    if not destinations or not all(is_private(each) or (not inbound and each in known) for each in destinations):
        yield f"the flow goes to where nobody has reviewed: set destination_address_prefix of {place} to a subnet"
    if within:
        return
    ports = _all(entry, "destination_port_range", "destination_port_ranges")
    if not ports or any(_is_wide(each) for each in ports):
        yield f"the flow is open on many ports, or on one for operating machines: set destination_port_range of {place}"
    if entry.get("protocol", "*") == "*" and ports != ["53"] and sources != ["AzureLoadBalancer"]:
        yield f"the flow is open for every protocol: set protocol of {place} to Tcp"


def _is_wide(ports: str) -> bool:
    first, _, last = ports.partition("-")
    if not first.isdecimal() or (last and not last.isdecimal()):
        return True
    span = range(int(first), int(last or first) + 1)
    # The ports from 30000 on are those of the environment's own probes.
    return any(port in span for port in _OPERATION) or (len(span) > 1 and int(first) < 30000)


@stack_rule(SUBNET)
def subnet_has_its_group(subnet: Resource, stack: Stack) -> Findings:
    """A subnet without a security group takes everything from everywhere in the network."""
    name = subnet.one_of("subnet_name", "name")
    if name in _WITHOUT_GROUP:
        if subnet.has("network_security_group"):
            yield "a gateway stops under a security group: remove network_security_group"
        return

    def read() -> str | None:
        return subnet.part("network_security_group").get("id", None)

    if not means(stack, subnet, "network_security_group", read=read, targets={GROUP: ("id",)}):
        yield "the subnet takes everything from the network: set network_security_group.id to a group of the stack's"
    # Azure's default leaves private endpoints out of the subnet's group.
    if subnet.get("private_endpoint_network_policies", "Disabled") != "Enabled":
        yield "the group means nothing for private endpoints: set private_endpoint_network_policies to Enabled"
    if subnet.get("private_link_service_network_policies", "Enabled") != "Enabled":
        yield "the group means nothing for private links: set private_link_service_network_policies to Enabled"
    if len(subnet.get("service_endpoints", [])) > 0:
        yield "the subnet reaches everybody's storage past the firewall: remove service_endpoints"


@rule(NETWORK)
def virtual_network_is_private(network: Resource) -> Findings:
    """Names from a stranger's resolver lead where the stranger likes; public ranges hide who is reached."""
    prefixes = list(network.part("address_space").get("address_prefixes", []))
    if not prefixes or not all(is_private(each) for each in prefixes):
        yield "the network takes public addresses for its own: set address_space to private ranges"
    if not all(is_private(each) for each in network.part("dhcp_options").get("dns_servers", [])):
        yield "names come from a stranger's resolver: remove dhcp_options.dns_servers"


@stack_rule(PEERING)
def peering_joins_own_networks_only(peering: Resource, stack: Stack) -> Findings:
    """A peered network is inside; what it forwards comes from nobody knows where."""

    def read() -> str | None:
        return peering.part("remote_virtual_network").get("id", None)

    if not means(stack, peering, "remote_virtual_network", read=read, targets={NETWORK: ("id",)}):
        yield "a stranger's network comes in: set remote_virtual_network.id to one of the stack's"
    for name in ("allow_forwarded_traffic", "allow_gateway_transit", "use_remote_gateways"):
        if peering.get(name, False):
            yield f"others come in through the other network: set {name}=False"
