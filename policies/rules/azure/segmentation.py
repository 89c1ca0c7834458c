"""What may flow inside the network in Azure: from subnet to subnet what is named, and nothing beside it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from policies.addresses import is_private, lies_within, overlaps
from policies.network.references import Property, References, entry_id
from policies.properties import Record
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.tables import egress

GROUP: Final = "azure-native:network:NetworkSecurityGroup"
RULE: Final = "azure-native:network:SecurityRule"
SUBNET: Final = "azure-native:network:Subnet"
NETWORK: Final = "azure-native:network:VirtualNetwork"
PEERING: Final = "azure-native:network:VirtualNetworkPeering"

_WITHOUT_GROUP: Final = ("GatewaySubnet", "AzureFirewallSubnet")
"""Subnets whose gateway stops working under a security group, or that take none."""

_RESOLVER: Final = "168.63.129.16/32"
"""Azure's resolver, the same address in every virtual network."""

_PROBES: Final = "azureloadbalancer"
_SERVICES: Final = frozenset({"53", "443", "5432", "5671"})
"""The ports on which something of the stack answers: names, HTTPS, PostgreSQL, which takes what is encrypted only, and
AMQP over TLS. None is for operating machines, of which there are none."""

_PROBED: Final = range(30000, 32768)
"""Where an environment of Container Apps is probed (Azure documentation, "Securing a custom VNET in Azure Container
Apps with Network Security Groups")."""

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "Microsoft.App/environments": (
        "AzureActiveDirectory",
        "AzureFrontDoor.FirstParty",
        "AzureFrontDoor.Frontend",
        "AzureMonitor",
        "MicrosoftContainerRegistry",
    ),
    "Microsoft.DBforPostgreSQL/flexibleServers": ("AzureActiveDirectory", "Storage"),
}
"""What of Azure's must be reached over HTTPS, by what a subnet is delegated to: for tokens, images and logs, and the
archive of PostgreSQL's log, without which nothing can be restored (Azure documentation, as above and "Network with
private access (virtual network integration) for Azure Database for PostgreSQL")."""


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
            yield f"what isn't named goes through: add one to security_rules that denies everything {direction}"


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


@rule(RULE)
def network_rule_names_its_flow(entry: Resource) -> Findings:
    """A rule that stands by itself lets through as much as one that is written out in its group."""
    if str(entry.access).lower() == "allow":
        yield _is_narrow(entry, "the rule")


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
    probes = inbound and [each.lower() for each in sources] == [_PROBES]
    if not ports or not all(each in _SERVICES or (probes and _is_probed(each)) for each in ports):
        yield (
            f"the flow is open on ports where nothing of the stack answers: set destination_port_range of {place} to "
            f"one of {', '.join(sorted(_SERVICES, key=int))} (_SERVICES in policies/rules/azure/segmentation.py)"
        )
    if entry.get("protocol", "*") != "Tcp" and ports != ["53"] and not probes:
        yield f"the flow is open for other protocols: set protocol of {place} to Tcp"


def _is_probed(ports: str) -> bool:
    first, _, last = ports.partition("-")
    return all(each.isdecimal() and int(each) in _PROBED for each in (first, last or first))


@dataclass(frozen=True)
class _Flow:
    """What one rule lets through, from where to where."""

    inbound: bool
    source: str
    destination: str
    ports: frozenset[str]
    protocol: str


def _flows(entry: Record) -> list[_Flow]:
    sources = _all(entry, "source_address_prefix", "source_address_prefixes")
    destinations = _all(entry, "destination_address_prefix", "destination_address_prefixes")
    ports = frozenset(_all(entry, "destination_port_range", "destination_port_ranges"))
    inbound, protocol = str(entry.direction).lower() == "inbound", entry.get("protocol", "*")
    return [_Flow(inbound, source, target, ports, protocol) for source, target in product(sources, destinations)]


def _allowed(group: Resource) -> Iterator[tuple[int, Record]]:
    for number, entry in group.numbered("security_rules"):
        if str(entry.access).lower() == "allow":
            yield number, entry


class _Guarded:
    """Which ranges of addresses which group guards. Made by `Stack.derived`."""

    def __init__(self, stack: Stack) -> None:
        self.subnets: dict[str, list[Resource]] = defaultdict(list)
        """The subnets by the URN of their group."""
        self.groups: list[tuple[str, Resource]] = []
        """Each range with its group."""
        references = stack.derived(References)
        for subnet in stack.of_type(SUBNET):
            for group in references.named(subnet, _GROUP_OF).resources:
                self.subnets[group.urn].append(subnet)
                self.groups += [(each, group) for each in _ranges(subnet)]


def _ranges(subnet: Resource) -> list[str]:
    return _all(subnet, "address_prefix", "address_prefixes")


def _group_id(subnet: Resource) -> Iterator[str]:
    yield from entry_id(subnet, "network_security_group")


_GROUP_OF: Final = Property("networkSecurityGroup", _group_id, (GROUP,))


@stack_rule(GROUP)
def network_flow_is_open_at_both_ends(group: Resource, stack: Stack) -> Findings:
    """What only one end lets through is missed at the failover that needs it, or opens later what nobody meant."""
    guarded = stack.derived(_Guarded)
    own = [each for subnet in guarded.subnets[group.urn] for each in _ranges(subnet)]
    if not own:
        not_applicable("the group guards no subnet")
    for number, entry in _allowed(group):
        for flow in _flows(entry):
            yield _is_open_at_other_end(flow, f"security_rules[{number}]", own, guarded)


def _is_open_at_other_end(flow: _Flow, place: str, own: Sequence[str], guarded: _Guarded) -> Findings:
    near, far = (flow.destination, flow.source) if flow.inbound else (flow.source, flow.destination)
    if not any(lies_within(near, each) for each in own):
        yield f"{place} is about another subnet than the group's: put it into that one's group"
    counterpart = replace(flow, inbound=not flow.inbound)
    for reached, other in guarded.groups:
        if overlaps(far, reached) and counterpart not in (one for _, entry in _allowed(other) for one in _flows(entry)):
            yield f"{place} is not open at its other end: add the same flow to {other.resource_name}, or remove this"


@stack_rule(GROUP)
def network_group_lets_out_what_azure_needs(group: Resource, stack: Stack) -> Findings:
    """Services that get no tokens and images stop at the next restart; a database whose log isn't archived can't be
    restored."""
    subnets = stack.derived(_Guarded).subnets[group.urn]
    delegations = {each.get("service_name", None) for one in subnets for each in one.get("delegations", [])}
    needed = {tag for delegation in delegations for tag in _NEEDED.get(delegation, ())}
    if not needed:
        not_applicable("what stands in the group's subnets needs nothing of Azure's")
    flows = [each for _, entry in _allowed(group) for each in _flows(entry)]
    reached = {each.destination for each in flows if not each.inbound and "443" in each.ports}
    for tag in sorted(needed - reached):
        yield f"{tag} can't be reached: add one to security_rules that lets it out on 443"


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
    for name in ("subnets", "virtual_network_peerings"):
        if len(network.get(name, [])) > 0:
            yield (
                f"what is written out inside the network is judged by no rule: make each of {name} a resource of its "
                "own"
            )


@stack_rule(SUBNET)
def subnet_lies_in_its_network(subnet: Resource, stack: Stack) -> Findings:
    """Rules go by a subnet's addresses: those of others would be let in, or kept out, in its place."""
    networks = stack.meant(subnet, "virtual_network_name", [NETWORK], "name", "virtual_network_name")
    known = [each for one in networks for each in one.part("address_space").get("address_prefixes", [])]
    own = _ranges(subnet)
    if not own or not all(any(lies_within(each, prefix) for prefix in known) for each in own):
        yield "the subnet's addresses are none of its network's: set address_prefix to a part of the network's"


@stack_rule(PEERING)
def peering_is_mutual(peering: Resource, stack: Stack) -> Findings:
    """Networks that are joined from one side only don't answer each other: nothing is copied, nothing fails over."""
    if not peering.get("allow_virtual_network_access", True):
        yield "the networks are joined and don't answer each other: set allow_virtual_network_access=True"
    ways = [(_ends(each, stack), each) for each in stack.of_type(PEERING)]
    own, remote = _ends(peering, stack)
    if not any(ends == (remote, own) for ends, each in ways if each.urn != peering.urn):
        yield "the other network isn't joined to this one: add a VirtualNetworkPeering of the other side"


def _ends(peering: Resource, stack: Stack) -> tuple[tuple[str, ...], tuple[str, ...]]:
    def read() -> str | None:
        return peering.part("remote_virtual_network").get("id", None)

    own = stack.meant(peering, "virtual_network_name", [NETWORK], "name", "virtual_network_name")
    remote = stack.meant(peering, "remote_virtual_network", [NETWORK], "id", read=read)
    return tuple(each.urn for each in own), tuple(each.urn for each in remote)


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
