"""Azure virtual networks: who gets to what, by public addresses, network security groups, private endpoints, Front
Door, Container Apps and the flags by which platform services answer the internet.

Three simplifications, all to the careful side: route tables are not looked at, a peering joins the clients of a VPN to
the other network if either side lends its gateway, and every origin of Front Door counts as routed to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from policies.network.filters import Match, Rule, through
from policies.network.paths import DIRECT, Path, any_of, guarded, in_turn
from policies.network.ports import ALL_PORTS, CLOSED, Access, Ports, opened, possibly
from policies.network.references import Property, References, called, entry_id, every, single
from policies.network.sources import INTERNET, Addresses, Source, covers, may_overlap, vpn
from policies.properties import Record, UndeterminedError
from policies.resources import Resource, Stack

NETWORK: Final = "azure-native:network:VirtualNetwork"
SUBNET: Final = "azure-native:network:Subnet"
GROUP: Final = "azure-native:network:NetworkSecurityGroup"
GATEWAY: Final = "azure-native:network:VirtualNetworkGateway"
PEERING: Final = "azure-native:network:VirtualNetworkPeering"
PRIVATE_ENDPOINT: Final = "azure-native:network:PrivateEndpoint"
FIREWALL: Final = "azure-native:network:AzureFirewall"
FIREWALL_RULES: Final = "azure-native:network:FirewallPolicyRuleCollectionGroup"
INTERFACE: Final = "azure-native:network:NetworkInterface"
BALANCERS: Final = ("azure-native:network:LoadBalancer", "azure-native:network:ApplicationGateway")
ENVIRONMENT: Final = "azure-native:app:ManagedEnvironment"
APP: Final = "azure-native:app:ContainerApp"
ENDPOINT: Final = "azure-native:cdn:AFDEndpoint"
ORIGIN: Final = "azure-native:cdn:AFDOrigin"
SERVER: Final = "azure-native:dbforpostgresql:Server"
RESOLVER: Final = "azure-native:dnsresolver:InboundEndpoint"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
LINK_SCOPE: Final = "azure-native:monitor:PrivateLinkScope"

_RULE: Final = "azure-native:network:SecurityRule"
_ROUTE: Final = "azure-native:cdn:Route"
_PUBLIC_ADDRESS: Final = "azure-native:network:PublicIPAddress"
_SCOPED: Final = "azure-native:monitor:PrivateLinkScopedResource"

PARTS: Final = (_RULE, _ROUTE, _PUBLIC_ADDRESS, _SCOPED, NETWORK, SUBNET, GROUP)
"""What isn't reached itself, and decides who reaches what."""

FLAGS: Final[Mapping[str, tuple[str, ...]]] = {
    "azure-native:containerregistry:Registry": ("public_network_access",),
    "azure-native:eventhub:Namespace": ("public_network_access",),
    "azure-native:eventhub:NamespaceNetworkRuleSet": ("public_network_access",),
    "azure-native:keyvault:ManagedHsm": ("properties.public_network_access",),
    "azure-native:keyvault:Vault": ("properties.public_network_access",),
    WORKSPACE: (
        "public_network_access_for_ingestion",
        "public_network_access_for_query",
    ),
    "azure-native:search:Service": ("public_network_access",),
    "azure-native:storage:StorageAccount": ("public_network_access",),
}
"""The flags of platform services. Whatever isn't `Disabled` answers the internet, with or without a list of addresses;
left out, Azure takes `Enabled`."""

FACING: Final[Mapping[str, str]] = {
    "azure-native:network:BastionHost": "a bastion is a way in beside the VPN",
    "azure-native:network:PrivateLinkService": "others connect by private endpoints of their own",
    "azure-native:network:VirtualNetworkGatewayConnection": "another network is joined, which nobody here judges",
    "azure-native:web:WebApp": "an app answers the internet",
}
"""What lets others in by what it is. None of it has been reviewed."""

_Ranges = tuple[str, ...]
"""The addresses of a subnet; none where they aren't said."""

_HTTPS: Final = Ports.of("tcp", 443, 443)
_HTTP: Final = Ports.of("tcp", 80, 80)

_PROTOCOLS: Final[Mapping[str, Ports]] = {
    "openvpn": _HTTPS,
    "sstp": _HTTPS,
    "ikev2": Ports.of("udp", 500, 500) | Ports.of("udp", 4500, 4500),
}
"""Where a VPN gateway answers, by the protocol of its clients (Azure documentation, "About Point-to-Site VPN")."""

_GROUP_HOLDS: Final = ("enabled", "networksecuritygroupenabled")
"""The values of a subnet's `private_endpoint_network_policies` with which its group means private endpoints too."""


def _each_configuration(name: str, entry: str) -> Callable[[Resource], Iterator[str]]:
    """Reads the id of `entry` in each of a resource's configurations."""
    return lambda resource: every(resource.get(name, []), lambda one: entry_id(one, entry))


def _of_subnet(resource: Resource) -> Iterator[str]:
    yield from entry_id(resource, "subnet")


def _delegated(server: Resource) -> Iterator[str]:
    network = server.get("network", None)
    value = None if network is None else network.get("delegated_subnet_resource_id", None)
    if value:
        yield str(value)


def _of_environment(environment: Resource) -> Iterator[str]:
    network = environment.get("vnet_configuration", None)
    value = None if network is None else network.get("infrastructure_subnet_id", None)
    if value:
        yield str(value)


_SUBNETS_OF: Final[Mapping[str, Property]] = {
    PRIVATE_ENDPOINT: Property("subnet", _of_subnet, (SUBNET,)),
    SERVER: Property("network", _delegated, (SUBNET,)),
    RESOLVER: Property("ipConfigurations", _each_configuration("ip_configurations", "subnet"), (SUBNET,)),
    ENVIRONMENT: Property("vnetConfiguration", _of_environment, (SUBNET,)),
    INTERFACE: Property("ipConfigurations", _each_configuration("ip_configurations", "subnet"), (SUBNET,)),
    **{
        kind: Property("frontendIPConfigurations", _each_configuration("frontendIPConfigurations", "subnet"), (SUBNET,))
        for kind in BALANCERS
    },
}
"""Where what is connected to a network is connected."""

_PUBLIC_ADDRESSES_OF: Final[Mapping[str, Property]] = {
    GATEWAY: Property(
        "ipConfigurations", _each_configuration("ip_configurations", "publicIPAddress"), (_PUBLIC_ADDRESS,)
    ),
    INTERFACE: Property(
        "ipConfigurations", _each_configuration("ip_configurations", "publicIPAddress"), (_PUBLIC_ADDRESS,)
    ),
    **{
        kind: Property(
            "frontendIPConfigurations",
            _each_configuration("frontendIPConfigurations", "publicIPAddress"),
            (_PUBLIC_ADDRESS,),
        )
        for kind in BALANCERS
    },
}
"""Where public addresses are given."""


def _connected(name: str) -> Callable[[Resource], Iterator[str]]:
    return lambda endpoint: every(
        endpoint.get(name, []), lambda one: filter(None, [one.get("private_link_service_id", None)])
    )


def _linked(origin: Resource) -> Iterator[str]:
    yield from entry_id(origin.get("shared_private_link_resource", None), "private_link")


_LINKABLE: Final = (*FLAGS, ENVIRONMENT, SERVER, LINK_SCOPE)
_GROUP_OF: Final = Property("networkSecurityGroup", lambda subnet: entry_id(subnet, "network_security_group"), (GROUP,))
_RULE_OF: Final = Property(
    "networkSecurityGroupName",
    single("network_security_group_name"),
    (GROUP,),
    ("networkSecurityGroupName", "name"),
)
_NETWORK_OF: Final = Property(
    "virtualNetworkName", single("virtual_network_name"), (NETWORK,), ("virtualNetworkName", "name")
)
_REMOTE_OF: Final = Property(
    "remoteVirtualNetwork", lambda peering: entry_id(peering, "remote_virtual_network"), (NETWORK,)
)
_GATEWAYS_SUBNET: Final = Property("ipConfigurations", _each_configuration("ip_configurations", "subnet"), (SUBNET,))
_CONNECTABLE: Final = (*_LINKABLE, "azure-native:monitor:PrivateLinkScope")
"""A private link scope answers nobody itself: what it names are workspaces, which say whom they answer."""

CONNECTED_TO: Final = (
    Property("privateLinkServiceConnections", _connected("private_link_service_connections"), _CONNECTABLE),
    Property(
        "manualPrivateLinkServiceConnections", _connected("manual_private_link_service_connections"), _CONNECTABLE
    ),
)
"""What a private endpoint leads to."""

_LINKED_TO: Final = Property("sharedPrivateLinkResource", _linked, (ENVIRONMENT,))
_SCOPED_TO: Final = Property("linkedResourceId", single("linked_resource_id"), (WORKSPACE,))
_SCOPE_OF: Final = Property("scopeName", single("scope_name"), (LINK_SCOPE,), ("scopeName", "name"))
_RUNS_IN: Final = Property("environmentId", single("environment_id"), (ENVIRONMENT,))
_MANAGED_IN: Final = Property("managedEnvironmentId", single("managed_environment_id"), (ENVIRONMENT,))

WITHIN: Final = tuple(dict.fromkeys((*_SUBNETS_OF, *_LINKABLE, APP)))
"""What a client of the VPN may reach."""

REACHED: Final = (*WITHIN, GATEWAY, PEERING, FIREWALL, FIREWALL_RULES, ENDPOINT, ORIGIN, *FACING)
"""What may be reached at all."""


@dataclass(frozen=True)
class _Clients:
    """The clients of the VPN, and the networks that they get into."""

    source: Source
    network_urns: frozenset[str]
    everywhere: bool
    """Whether a gateway stands in a network that is none of the stack's, so that its clients may be anywhere."""


class AzureNetwork:
    """The virtual networks of a stack."""

    def __init__(self, stack: Stack, references: References) -> None:
        self._stack = stack
        self._references = references
        self._known_clients: _Clients | None = None
        self._subnet_access: dict[tuple[str, Source, bool], Access] = {}

    def paths(self, resource: Resource, *, from_vpn: bool) -> Iterator[Path]:
        """The ways in which the internet, or a client of the VPN, gets to a resource of REACHED."""
        kind = resource.resource_type
        if kind in _SUBNETS_OF:
            ask = self._within if from_vpn else self._exposed
            yield Path(DIRECT, guarded(partial(ask, resource)))
        elif not from_vpn:
            yield from self._flags(resource) if kind in FLAGS else self._facing(resource)
        if kind in _LINKABLE:
            yield Path(PRIVATE_ENDPOINT, guarded(partial(self._by_private_endpoint, resource, from_vpn=from_vpn)))
        if kind == WORKSPACE:
            yield Path(LINK_SCOPE, guarded(partial(self._in_scope, resource, from_vpn=from_vpn)))
        if kind == ENVIRONMENT and not from_vpn:
            yield Path(ORIGIN, guarded(partial(self._behind_front_door, resource)))
        if kind == APP:
            yield Path(ENVIRONMENT, guarded(partial(self._in_environment, resource, from_vpn=from_vpn)))

    # What answers the internet by its own settings

    def _flags(self, service: Resource) -> Iterator[Path]:
        for flag in FLAGS[service.resource_type]:
            yield Path(flag.rpartition(".")[2], guarded(partial(_answers, service, flag)))

    def _facing(self, resource: Resource) -> Iterator[Path]:
        ask: Callable[[Resource], Access]
        match resource.resource_type:
            case kind if kind in FACING:
                yield Path(DIRECT, opened(_HTTPS, FACING[kind]))
                return
            case kind if kind == GATEWAY:
                ask = self._gateway
            case kind if kind == PEERING:
                ask = self._joins
            case kind if kind == FIREWALL:
                ask = _translates
            case kind if kind == FIREWALL_RULES:
                ask = _rules_translate
            case kind if kind == ENDPOINT:
                ask = self._front_door
            case kind if kind == ORIGIN:
                ask = self._origin
            case _:
                return
        yield Path(DIRECT, guarded(partial(ask, resource)))

    def _gateway(self, gateway: Resource) -> Access:
        if not self._has_public_address(gateway):
            return CLOSED
        clients = gateway.get("vpn_client_configuration", None)
        protocols = list(clients.get("vpn_client_protocols", [])) if clients is not None else []
        ports = Ports()
        for protocol in protocols or _PROTOCOLS:
            ports |= _PROTOCOLS.get(str(protocol).lower(), ALL_PORTS)
        return opened(ports, "its public address")

    def _joins(self, peering: Resource) -> Access:
        named = self._references.named(peering, _REMOTE_OF)
        if named.foreign or not named:
            return opened(ALL_PORTS, "the other network, which is none of the stack's and which nobody here judges")
        return CLOSED

    def _has_public_address(self, resource: Resource) -> bool:
        return bool(self._references.named(resource, _PUBLIC_ADDRESSES_OF[resource.resource_type]))

    # Front Door and Container Apps

    def _front_door(self, endpoint: Resource) -> Access:
        if str(endpoint.get("enabled_state", "Enabled")).lower() == "disabled":
            return CLOSED
        return self._taken

    @cached_property
    def _taken(self) -> Access:
        """On which ports Front Door answers, by any route."""
        return any_of(partial(_takes, route) for route in self._stack.of_type(_ROUTE))

    @cached_property
    def _edge(self) -> Access:
        """On which ports the internet gets to Front Door."""
        return any_of(partial(self._front_door, endpoint) for endpoint in self._stack.of_type(ENDPOINT))

    @cached_property
    def _forwarding(self) -> Mapping[str, Access]:
        """By which protocols Front Door goes on to origins, by any route."""
        ways = {name: partial(_forwards, name) for name in ("https", "http")}
        return {
            name: any_of(partial(way, route) for route in self._stack.of_type(_ROUTE)) for name, way in ways.items()
        }

    def _origin(self, origin: Resource) -> Access:
        named = self._references.named(origin, _LINKED_TO)
        if not named:
            return opened(_HTTPS, "its host on the internet, without a private link")
        if named.foreign:
            return opened(_HTTPS, "a private link to what isn't an environment of this stack")
        return CLOSED

    def _behind_front_door(self, environment: Resource) -> Access:
        if not self._edge:
            return CLOSED
        behind = any_of(self._references.users(_LINKED_TO, ORIGIN).ways(environment, self._goes_on))
        return behind if self._edge.surely or not behind else possibly(behind, self._edge.unknown[0])

    def _goes_on(self, origin: Resource) -> Access:
        """On which ports Front Door goes on to an origin."""
        access = CLOSED
        for name, default in (("https", 443), ("http", 80)):
            port = origin.get(f"{name}_port", default)
            ports = opened(Ports.of("tcp", port, port), called(origin))
            if self._forwarding[name]:
                access |= self._forwarding[name] & ports
        return access

    def _in_environment(self, app: Resource, *, from_vpn: bool) -> Access:
        configuration = app.get("configuration", None)
        ingress = None if configuration is None else configuration.get("ingress", None)
        if ingress is None or not ingress.get("external", False):
            return CLOSED
        places = [self._references.named(app, place) for place in (_RUNS_IN, _MANAGED_IN)]
        if any(each.foreign for each in places):
            return opened(ALL_PORTS, "an environment that is none of the stack's")
        environments = {each.urn: each for place in places for each in place.resources}
        return any_of(
            partial(self._environment, environment, from_vpn=from_vpn) for environment in environments.values()
        )

    def _environment(self, environment: Resource, *, from_vpn: bool) -> Access:
        access = any_of(partial(_access_of, path) for path in self.paths(environment, from_vpn=from_vpn))
        return access & opened(ALL_PORTS, called(environment)) if access else CLOSED

    # Private endpoints

    def _by_private_endpoint(self, service: Resource, *, from_vpn: bool) -> Access:
        ask = self._within if from_vpn else self._exposed

        def by(endpoint: Resource) -> Access:
            return ask(endpoint) & opened(ALL_PORTS, called(endpoint))

        users = [self._references.users(place, PRIVATE_ENDPOINT) for place in CONNECTED_TO]
        return any_of(way for each in users for way in each.ways(service, by))

    def _in_scope(self, workspace: Resource, *, from_vpn: bool) -> Access:
        """By the private link of a scope that it has been put into."""

        def by(scoped: Resource) -> Access:
            scopes = self._references.named(scoped, _SCOPE_OF)
            if scopes.foreign:
                return opened(ALL_PORTS, f"{called(scoped)} in a scope that is none of the stack's")
            return any_of(partial(self._by_private_endpoint, each, from_vpn=from_vpn) for each in scopes.resources)

        return any_of(self._references.users(_SCOPED_TO, _SCOPED).ways(workspace, by))

    # Networks

    def _exposed(self, resource: Resource) -> Access:
        """What the internet reaches of something that is connected to a network."""
        kind = resource.resource_type
        if kind == ENVIRONMENT:
            network = resource.get("vnet_configuration", None)
            internal = network is not None and network.get("internal", False)
            shut = str(resource.get("public_network_access", "Enabled")).lower() == "disabled"
            return CLOSED if internal or shut else opened(_HTTP | _HTTPS, "its public address")
        if kind == SERVER:
            return _server_answers(resource)
        if kind not in _PUBLIC_ADDRESSES_OF or not self._has_public_address(resource):
            return CLOSED
        return self._gates(resource, INTERNET) & opened(ALL_PORTS, "its public address")

    def _within(self, resource: Resource) -> Access:
        """What a client of the VPN reaches of it, by its private address."""
        if not self._stack.of_type(GATEWAY):
            return CLOSED
        clients = self._clients()
        if not clients.source.addresses:
            return CLOSED
        return in_turn(partial(self._is_joined, resource, clients), partial(self._gates, resource, clients.source))

    def _is_joined(self, resource: Resource, clients: _Clients) -> Access:
        if clients.everywhere:
            return opened(ALL_PORTS)
        subnets = self._references.named(resource, _SUBNETS_OF[resource.resource_type])
        joined = subnets.foreign > 0
        for subnet in subnets.resources:
            networks = self._references.named(subnet, _NETWORK_OF)
            joined = (
                joined or networks.foreign > 0 or any(each.urn in clients.network_urns for each in networks.resources)
            )
        return opened(ALL_PORTS) if joined else CLOSED

    def _gates(self, resource: Resource, source: Source) -> Access:
        kind = resource.resource_type
        subnets = self._references.named(resource, _SUBNETS_OF[kind])
        if subnets.foreign:
            return opened(ALL_PORTS, "a subnet that is none of the stack's")
        if kind == INTERFACE:
            own = partial(self._group_of, resource, (), source)
            # A public address without a subnet can't be: whatever isn't said lets through.
            within = any_of(partial(self._subnet, each, source, is_endpoint=False) for each in subnets.resources)
            return in_turn(lambda: within if subnets else opened(ALL_PORTS), own)
        if not subnets and kind in BALANCERS:
            # Only public frontends: who gets through is decided where the balancer leads, which is not judged.
            return opened(ALL_PORTS) if source is INTERNET else CLOSED
        if source is INTERNET:
            return opened(ALL_PORTS)
        is_endpoint = kind == PRIVATE_ENDPOINT
        return any_of(partial(self._subnet, each, source, is_endpoint=is_endpoint) for each in subnets.resources)

    def _subnet(self, subnet: Resource, source: Source, *, is_endpoint: bool) -> Access:
        key = (subnet.urn, source, is_endpoint)
        if key not in self._subnet_access:
            self._subnet_access[key] = guarded(partial(self._into, subnet, source, is_endpoint=is_endpoint))
        return self._subnet_access[key]

    def _into(self, subnet: Resource, source: Source, *, is_endpoint: bool) -> Access:
        policies = str(subnet.get("private_endpoint_network_policies", "Disabled"))
        if is_endpoint and policies.lower() not in _GROUP_HOLDS:
            hop = f"{called(subnet)}, whose private_endpoint_network_policies make its security group mean nothing"
            return opened(ALL_PORTS, hop)
        return self._group_of(subnet, tuple(_one_and_many(subnet, "address_prefix", "address_prefixes")), source)

    def _group_of(self, owner: Resource, destination: _Ranges, source: Source) -> Access:
        """Through the group of a subnet or an interface."""
        named = self._references.named(owner, _GROUP_OF)
        if named.foreign:
            return opened(ALL_PORTS, f"{called(owner)}, whose security group is none of the stack's")
        inline = owner.get("network_security_group", None) if not named else None
        if inline is not None:
            return _filtered(_inline_rules(inline, called(owner), destination), source)
        if not named:
            return opened(ALL_PORTS, f"{called(owner)}, which has no security group")
        return any_of(partial(self._group, group, destination, source) for group in named.resources)

    def _group(self, group: Resource, destination: _Ranges, source: Source) -> Access:
        users = self._references.users(_RULE_OF, _RULE)
        separate = [*((entry, None) for entry in users.of(group)), *users.unclear]
        rules = [*_inline_rules(group, called(group), destination)]
        rules += [
            _rule(entry, called(entry), destination, reason)
            for entry, reason in separate
            if str(entry.direction).lower() == "inbound"
        ]
        return _filtered(rules, source)

    def _clients(self) -> _Clients:
        if self._known_clients is None:
            ranges: list[str] = []
            networks: set[str] = set()
            everywhere = False
            for gateway in self._stack.of_type(GATEWAY):
                configuration = gateway.get("vpn_client_configuration", None)
                pool = None if configuration is None else configuration.get("vpn_client_address_pool", None)
                if pool is None:
                    continue
                ranges += [str(each) for each in pool.get("address_prefixes", [])]
                subnets = self._references.named(gateway, _GATEWAYS_SUBNET)
                named = [self._references.named(subnet, _NETWORK_OF) for subnet in subnets.resources]
                everywhere = everywhere or subnets.foreign > 0 or any(each.foreign for each in named)
                networks |= {network.urn for each in named for network in each.resources}
            self._known_clients = _Clients(
                vpn(dict.fromkeys(ranges)), frozenset(networks | self._lent(networks)), everywhere
            )
        return self._known_clients

    def _lent(self, networks: Iterable[str]) -> set[str]:
        """The networks that use a gateway of one of these, by a peering."""
        joined: set[str] = set()
        for peering in self._stack.of_type(PEERING):
            if peering.get("use_remote_gateways", False) or peering.get("allow_gateway_transit", False):
                ends = [
                    network.urn
                    for place in (_NETWORK_OF, _REMOTE_OF)
                    for network in self._references.named(peering, place).resources
                ]
                if any(end in networks for end in ends):
                    joined |= set(ends)
        return joined


def _access_of(path: Path) -> Access:
    return path.access


def _answers(service: Resource, flag: str) -> Access:
    *outer, name = flag.split(".")
    record: Record | None = service
    for part in outer:
        record = None if record is None else record.get(part, None)
    value = "Enabled" if record is None else str(record.get(name, "Enabled"))
    return CLOSED if value.lower() == "disabled" else opened(_HTTPS, f"{name} {value}")


def _server_answers(server: Resource) -> Access:
    network = server.get("network", None)
    delegated = network is not None and network.get("delegated_subnet_resource_id", None)
    # A server in a delegated subnet has no public address unless it is said (and Azure refuses that).
    default = "Disabled" if delegated else "Enabled"
    value = default if network is None else str(network.get("public_network_access", default))
    return (
        CLOSED if value.lower() == "disabled" else opened(Ports.of("tcp", 5432, 5432), "network.public_network_access")
    )


def _translates(firewall: Resource) -> Access:
    collections = firewall.get("nat_rule_collections", [])
    return opened(ALL_PORTS, "nat_rule_collections") if len(collections) > 0 else CLOSED


def _rules_translate(group: Resource) -> Access:
    def asks() -> Iterator[Callable[[], Access]]:
        for number, collection in group.numbered("rule_collections"):
            yield partial(_translating, collection, f"rule_collections[{number}]")

    return any_of(asks())


def _translating(collection: Record, hop: str) -> Access:
    kind = str(collection.get("rule_collection_type", "FirewallPolicyNatRuleCollection"))
    return opened(ALL_PORTS, hop) if kind == "FirewallPolicyNatRuleCollection" else CLOSED


def _takes(route: Resource) -> Access:
    """On which ports Front Door answers by a route."""
    if str(route.get("enabled_state", "Enabled")).lower() == "disabled":
        return CLOSED
    protocols = {str(each).lower() for each in route.get("supported_protocols", ["Http", "Https"])}
    ports = _HTTP | _HTTPS if "http" in protocols else _HTTPS
    return opened(ports, called(route))


def _forwards(name: str, route: Resource) -> Access:
    """Whether Front Door goes on by this protocol, `http` or `https`, by a route."""
    forwarding = str(route.get("forwarding_protocol", "MatchRequest")).lower()
    other = "httpsonly" if name == "http" else "httponly"
    return CLOSED if forwarding == other else opened(ALL_PORTS, called(route))


def _filtered(rules: Iterable[Rule], source: Source) -> Access:
    """Through a network security group: what its own rules leave open, Azure's default rules decide."""

    def from_network(addresses: Addresses) -> Match | None:
        return None if addresses.public else Match(ALL_PORTS, surely=True)

    default = Rule(65000, allows=True, hop="Azure's default rule AllowVnetInBound", match=from_network)
    return through([*rules, default], source)


def _inline_rules(group: Record, hop: str, destination: _Ranges) -> Iterator[Rule]:
    for number, entry in group.numbered("security_rules"):
        if str(entry.direction).lower() == "inbound":
            yield _rule(entry, f"{hop} {entry.get('name', None) or number}", destination)


def _rule(entry: Record, hop: str, destination: _Ranges, reason: str | None = None) -> Rule:
    def match(addresses: Addresses) -> Match | None:
        if reason is not None:
            raise UndeterminedError(reason)
        if len(entry.get("source_application_security_groups", [])) > 0:
            return None  # Machines of our own, which take the place of addresses.
        sources = list(_one_and_many(entry, "source_address_prefix", "source_address_prefixes"))
        if sources and not any(addresses.may_lie_in(each) for each in sources):
            return None
        targets = list(_one_and_many(entry, "destination_address_prefix", "destination_address_prefixes"))
        if destination and targets and not any(may_overlap(one, other) for one in targets for other in destination):
            return None
        machines = len(entry.get("destination_application_security_groups", [])) > 0
        whole = not machines and all(any(covers(each, one) for each in targets) for one in destination or ("::/0",))
        surely = whole and any(addresses.surely_lie_in(each) for each in sources) and _from_any_port(entry)
        return Match(_ports(entry), surely)

    order = int(entry.get("priority", 65000))
    return Rule(order, str(entry.access).lower() != "deny", hop, match)


def _from_any_port(entry: Record) -> bool:
    """Whether it doesn't matter from which port somebody comes."""
    ports = [str(each) for each in _one_and_many(entry, "source_port_range", "source_port_ranges")]
    return not ports or any(each in ("*", "0-65535") for each in ports)


def _ports(entry: Record) -> Ports:
    protocol = str(entry.get("protocol", "*"))
    ports = Ports()
    for text in _one_and_many(entry, "destination_port_range", "destination_port_ranges"):
        first, _, last = str(text).partition("-")
        ports |= Ports.of(protocol) if first == "*" else Ports.of(protocol, int(first), int(last or first))
    return ports


def _one_and_many(entry: Record, one: str, many: str) -> Iterator[str]:
    value = entry.get(one, None)
    if value not in (None, ""):
        yield str(value)
    yield from (str(each) for each in entry.get(many, []))
