"""Amazon VPC: who gets to what, by public addresses, routes, network ACLs, security groups and load balancers.

Two simplifications, both to the careful side: what goes out is not looked at, and neither is Block Public Access for
VPCs, so that more counts as reached than is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from policies.network.filters import Match, Rule, through
from policies.network.paths import DIRECT, Path, any_of, guarded, in_turn
from policies.network.ports import ALL_PORTS, CLOSED, Access, Ports, opened, possibly, undecided
from policies.network.references import Named, Property, References, called, every, several, single
from policies.network.sources import INTERNET, Addresses, Source, covers, may_overlap, vpn
from policies.properties import Record, UndeterminedError, fits_any
from policies.resources import Resource, Stack

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNETS: Final = ("aws:ec2/subnet:Subnet", "aws:ec2/defaultSubnet:DefaultSubnet")
GROUPS: Final = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
BALANCERS: Final = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
CLASSIC_BALANCER: Final = "aws:elb/loadBalancer:LoadBalancer"
LISTENERS: Final = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
TARGET_GROUPS: Final = ("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup")
SERVICE: Final = "aws:ecs/service:Service"
INSTANCE: Final = "aws:ec2/instance:Instance"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
CLIENT_VPN: Final = "aws:ec2clientvpn/endpoint:Endpoint"
BUCKETS: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
DATABASES: Final = ("aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance")

_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
_TABLE: Final = "aws:ec2/routeTable:RouteTable"
_ROUTE: Final = "aws:ec2/route:Route"
_TABLE_ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
_DEFAULT_ACL: Final = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
_ACL_RULE: Final = "aws:ec2/networkAclRule:NetworkAclRule"
_INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_LEGACY_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
_LISTENER_RULE: Final = "aws:lb/listenerRule:ListenerRule"
_AUTHORIZATION: Final = "aws:ec2clientvpn/authorizationRule:AuthorizationRule"
_VPN_ASSOCIATION: Final = "aws:ec2clientvpn/networkAssociation:NetworkAssociation"
_ACCESS_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_ACCOUNT_BLOCK: Final = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"

FACING: Final[Mapping[str, str]] = {
    "aws:apigateway/restApi:RestApi": "an API gateway answers the internet",
    "aws:apigatewayv2/api:Api": "an API gateway answers the internet",
    "aws:cloudfront/distribution:Distribution": "a distribution answers the internet",
    "aws:ec2/vpcEndpointService:VpcEndpointService": "other accounts connect through the endpoint service",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "another network is joined, which nobody here judges",
    "aws:ec2/vpnGateway:VpnGateway": "another network is joined, which nobody here judges",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": "other networks are joined, which nobody here judges",
    "aws:ecrpublic/repository:Repository": "anybody pulls from a public registry",
    "aws:globalaccelerator/accelerator:Accelerator": "an accelerator answers the internet",
    "aws:lambda/functionUrl:FunctionUrl": "a function's URL answers the internet",
    "aws:opensearch/domain:Domain": "a domain answers the internet unless it lies in a VPC",
}
"""What lets others in by what it is. None of it has been reviewed."""

_LEADING: Final[Mapping[str, str]] = {
    _AUTHORIZATION: "target_network_cidr",
    "aws:ec2clientvpn/route:Route": "destination_cidr_block",
}
"""What says where clients of a VPN may go, and in which property."""

_BLOCKS: Final = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")

_ELSEWHERE: Final = (
    "carrier_gateway_id",
    "core_network_arn",
    "local_gateway_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
)
"""Where a route may lead besides a gateway, a NAT gateway, an endpoint or an interface of the same VPC."""


def _in_configuration(name: str) -> Callable[[Resource], Iterator[str]]:
    def read(service: Resource) -> Iterator[str]:
        yield from (str(value) for value in service.network_configuration.get(name, []))

    return read


def _mapped_subnets(balancer: Resource) -> Iterator[str]:
    yield from every(balancer.get("subnet_mappings", []), lambda mapping: [str(mapping.subnet_id)])


def _forwards(name: str) -> Callable[[Resource], Iterator[str]]:
    """Reads the target groups of a listener's, or its rule's, actions."""

    def of_action(action: Record) -> Iterator[str]:
        group = action.get("target_group_arn", None)
        if group:
            yield str(group)
        forward = action.get("forward", None)
        if forward is not None:
            yield from every(forward.get("target_groups", []), lambda target: [str(target.arn)])

    return lambda listener: every(listener.get(name, []), of_action)


def _served_by(service: Resource) -> Iterator[str]:
    yield from every(
        service.get("load_balancers", []), lambda entry: filter(None, [entry.get("target_group_arn", None)])
    )


_VPC_OF: Final = Property("vpcId", single("vpc_id"), (VPC,))
_ASSOCIATED_SUBNET: Final = Property("subnetId", single("subnet_id"), SUBNETS)
_TABLE_OF: Final = Property("routeTableId", single("route_table_id"), (_TABLE,))
_MAIN_TABLE_OF: Final = Property(
    "routeTableId", single("route_table_id"), (VPC,), ("mainRouteTableId", "defaultRouteTableId")
)
_LEADS_TO: Final = Property("gatewayId", single("gateway_id"), (_GATEWAY,))
_ACL_OF: Final = Property("subnetIds", several("subnet_ids"), SUBNETS)
_DEFAULT_ACL_OF: Final = Property(
    "defaultNetworkAclId", single("default_network_acl_id"), (VPC,), ("defaultNetworkAclId",)
)
_RULE_OF_ACL: Final = Property("networkAclId", single("network_acl_id"), (_ACL,))
_RULE_OF_GROUP: Final = Property("securityGroupId", single("security_group_id"), GROUPS)
_LISTENER_OF: Final = Property("loadBalancerArn", single("load_balancer_arn"), BALANCERS, ("arn", "id"))
_RULE_OF_LISTENER: Final = Property("listenerArn", single("listener_arn"), LISTENERS, ("arn", "id"))
_DEFAULT_TARGETS: Final = Property("defaultActions", _forwards("default_actions"), TARGET_GROUPS, ("arn", "id"))
_TARGETS: Final = Property("actions", _forwards("actions"), TARGET_GROUPS, ("arn", "id"))
_SERVES: Final = Property("loadBalancers", _served_by, TARGET_GROUPS, ("arn", "id"))
_VPN_OF: Final = Property("clientVpnEndpointId", single("client_vpn_endpoint_id"), (CLIENT_VPN,))
_VPN_GROUPS: Final = Property("securityGroupIds", several("security_group_ids"), GROUPS)
_ADDRESSES: Final[Mapping[str, Property]] = {
    "aws:ec2/eip:Eip": Property("instance", single("instance"), (INSTANCE,)),
    "aws:ec2/eipAssociation:EipAssociation": Property("instanceId", single("instance_id"), (INSTANCE,)),
}
"""What gives a machine a public address, and in which property."""

_BUCKET_OF: Final = Property("bucket", single("bucket"), BUCKETS, ("bucket", "id"))


@dataclass(frozen=True)
class _Interface:
    """How a resource is connected to a VPC."""

    subnets: tuple[Property, ...]
    groups: tuple[Property, ...]


_BALANCERS_SUBNETS: Final = Property("subnets", several("subnets"), SUBNETS)
_BALANCERS_GROUPS: Final = Property("securityGroups", several("security_groups"), GROUPS)
_MAPPED_SUBNETS: Final = Property("subnetMappings", _mapped_subnets, SUBNETS)

_INTERFACES: Final[Mapping[str, _Interface]] = {
    **dict.fromkeys(BALANCERS, _Interface((_BALANCERS_SUBNETS, _MAPPED_SUBNETS), (_BALANCERS_GROUPS,))),
    CLASSIC_BALANCER: _Interface((_BALANCERS_SUBNETS,), (_BALANCERS_GROUPS,)),
    SERVICE: _Interface(
        (Property("networkConfiguration", _in_configuration("subnets"), SUBNETS),),
        (Property("networkConfiguration", _in_configuration("security_groups"), GROUPS),),
    ),
    INSTANCE: _Interface(
        (_ASSOCIATED_SUBNET,),
        (Property("vpcSecurityGroupIds", several("vpc_security_group_ids"), GROUPS),),
    ),
    ENDPOINT: _Interface((Property("subnetIds", several("subnet_ids"), SUBNETS),), (_VPN_GROUPS,)),
}

PARTS: Final = (
    _GATEWAY,
    _TABLE,
    _ROUTE,
    _TABLE_ASSOCIATION,
    _ACL,
    _DEFAULT_ACL,
    _ACL_RULE,
    _INGRESS_RULE,
    _LEGACY_RULE,
    _LISTENER_RULE,
    *_ADDRESSES,
    _VPN_ASSOCIATION,
    _ACCESS_BLOCK,
    _ACCOUNT_BLOCK,
    VPC,
    *GROUPS,
    *LISTENERS,
    *TARGET_GROUPS,
)
"""What isn't reached itself, and decides who reaches what."""

WITHIN: Final = (*_INTERFACES, *SUBNETS, *_LEADING)
"""What a client of the VPN may reach."""

REACHED: Final = (*WITHIN, CLIENT_VPN, *BUCKETS, *DATABASES, *FACING)
"""What may be reached at all."""


@dataclass(frozen=True)
class _Vpn:
    """One Client VPN endpoint, as the VPC sees its clients: under an address of the subnets that it is associated with
    (Client VPN Administrator Guide, "How AWS Client VPN works")."""

    source: Source
    subnets: tuple[Resource, ...]
    targets: tuple[Resource, ...]
    """The authorization rules."""


class AwsNetwork:
    """The VPCs of a stack."""

    def __init__(self, stack: Stack, references: References) -> None:
        self._stack = stack
        self._references = references
        self._groups: dict[tuple[str, Source], Access] = {}
        self._acls: dict[tuple[str, Source], Access] = {}
        self._routes: dict[str, Access] = {}

    def paths(self, resource: Resource, *, from_vpn: bool) -> Iterator[Path]:
        """The ways in which the internet, or a client of the VPN, gets to a resource of REACHED."""
        kind = resource.resource_type
        if kind in SUBNETS:
            yield Path(DIRECT, guarded(partial(self._from_vpn if from_vpn else self._from_internet, resource)))
        elif kind in _LEADING:
            if from_vpn:
                yield Path(DIRECT, guarded(partial(self._leads_away, resource)))
        elif kind in _INTERFACES:
            yield Path(DIRECT, guarded(partial(self._interface, resource, from_vpn=from_vpn)))
            if kind == SERVICE:
                yield Path(BALANCERS[0], guarded(partial(self._behind_balancers, resource, from_vpn=from_vpn)))
        elif not from_vpn:
            yield Path(DIRECT, guarded(partial(self._facing, resource)))

    def _facing(self, resource: Resource) -> Access:
        """What the internet reaches by a setting of the resource itself."""
        kind = resource.resource_type
        if kind in FACING:
            return opened(Ports.of("tcp", 443, 443), FACING[kind])
        if kind == CLIENT_VPN:
            port = resource.get("vpn_port", 443)
            return opened(Ports.of(resource.get("transport_protocol", "udp"), port, port), "its public address")
        if kind in BUCKETS:
            return CLOSED if self._is_blocked(resource) else opened(Ports.of("tcp", 443, 443), "no public access block")
        return opened(ALL_PORTS, "publicly_accessible") if resource.get("publicly_accessible", False) else CLOSED

    def _is_blocked(self, bucket: Resource) -> bool:
        own = self._references.users(_BUCKET_OF, _ACCESS_BLOCK)
        blocks = [*own.of(bucket), *self._stack.of_type(_ACCOUNT_BLOCK)]
        unknown: UndeterminedError | None = None
        for block in blocks:
            try:
                if all(block.get(name, False) for name in _BLOCKS):
                    return True
            except UndeterminedError as error:
                unknown = unknown or error
        if unknown is not None:
            raise unknown
        if own.unclear:
            raise UndeterminedError(own.unclear[0][1])
        return False

    # Interfaces in subnets

    def _interface(self, resource: Resource, *, from_vpn: bool) -> Access:
        face = _INTERFACES[resource.resource_type]
        if resource.resource_type == ENDPOINT and resource.get("vpc_endpoint_type", "Gateway") == "Gateway":
            return CLOSED
        if not from_vpn:
            return in_turn(
                partial(self._has_public_address, resource),
                partial(self._subnets, resource, face, self._from_internet),
                partial(self._wears, resource, face, INTERNET),
                partial(self._listens, resource),
            )
        return any_of(
            partial(
                in_turn,
                partial(self._subnets, resource, face, partial(self._from_one_vpn, one)),
                partial(self._wears, resource, face, one.source),
                partial(self._listens, resource),
            )
            for one in self._clients_beside(
                subnet for place in face.subnets for subnet in self._placed(resource, place)
            )
        )

    def _placed(self, resource: Resource, place: Property) -> Sequence[Resource]:
        return self._references.named(resource, place).resources

    def _has_public_address(self, resource: Resource) -> Access:
        match resource.resource_type:
            case kind if kind in (*BALANCERS, CLASSIC_BALANCER):
                public = not resource.get("internal", False)
            case kind if kind == SERVICE:
                public = resource.network_configuration.get("assign_public_ip", False)
            case kind if kind == INSTANCE:
                given = [self._references.users(place, kind) for kind, place in _ADDRESSES.items()]
                public = any(each.of(resource) for each in given) or resource.get("associate_public_ip_address", True)
            case _:
                public = False
        return opened(ALL_PORTS, "its public address") if public else CLOSED

    def _subnets(self, resource: Resource, face: _Interface, ask: Callable[[Resource], Access]) -> Access:
        named = [self._references.named(resource, place) for place in face.subnets]
        if not any(named) or any(each.foreign for each in named):
            return opened(ALL_PORTS, "a subnet that is none of the stack's")
        return any_of(partial(ask, subnet) for each in named for subnet in each.resources)

    def _wears(self, resource: Resource, face: _Interface, source: Source) -> Access:
        named = [self._references.named(resource, place) for place in face.groups]
        if not any(named):
            return opened(ALL_PORTS, "no security group is named")
        if any(each.foreign for each in named):
            return opened(ALL_PORTS, "a security group that is none of the stack's")
        return any_of(partial(self._group, group, source) for each in named for group in each.resources)

    def _listens(self, resource: Resource) -> Access:
        if resource.resource_type == CLASSIC_BALANCER:
            return any_of(
                partial(_at, entry, "lb_port", f"listeners[{number}]")
                for number, entry in resource.numbered("listeners")
            )
        if resource.resource_type not in BALANCERS:
            return opened(ALL_PORTS)
        return any_of(self._references.users(_LISTENER_OF, *LISTENERS).ways(resource, _listener_answers))

    # Routes

    def _routed(self, subnet: Resource) -> Access:
        """Whether packets pass between a subnet and the internet, or another network that nobody here judges."""
        if subnet.urn not in self._routes:
            self._routes[subnet.urn] = guarded(partial(self._leads_out, subnet))
        return self._routes[subnet.urn]

    def _leads_out(self, subnet: Resource) -> Access:
        associations = self._references.users(_ASSOCIATED_SUBNET, _TABLE_ASSOCIATION)
        if associations.unclear:
            raise UndeterminedError(associations.unclear[0][1])
        tables = [self._references.named(each, _TABLE_OF) for each in associations.of(subnet)]
        if any(each.foreign for each in tables):
            return opened(ALL_PORTS, "a route table that is none of the stack's")
        ways = list(self._separate_routes(subnet, tables))
        for table in (table for each in tables for table in each.resources):
            for number, route in table.numbered("routes"):
                ways.append(partial(self._goes_out, route, table, "routes", f"{called(table)} routes[{number}]"))
        return any_of(ways)

    def _separate_routes(self, subnet: Resource, tables: Sequence[Named]) -> Iterator[Callable[[], Access]]:
        of_table = self._references.users(_TABLE_OF, _ROUTE)
        of_main = self._references.users(_MAIN_TABLE_OF, _ROUTE)
        routes = [route for each in tables for table in each.resources for route in of_table.of(table)]
        if not tables:
            networks = self._references.named(subnet, _VPC_OF).resources
            routes = [route for network in networks for route in of_main.of(network)]
        yield from (partial(self._route, route) for route in routes)
        # A route whose table isn't known yet may be in any.
        elsewhere = {route.urn for route, _ in of_main.unclear}
        for route, reason in of_table.unclear:
            if route.urn in elsewhere:
                yield partial(self._if_so, route, reason)

    def _if_so(self, route: Resource, reason: str) -> Access:
        return possibly(self._route(route), reason)

    def _route(self, route: Resource) -> Access:
        return self._goes_out(route, route, "gatewayId", called(route))

    def _goes_out(self, route: Record, owner: Resource, name: str, hop: str) -> Access:
        if any(route.get(each, None) for each in _ELSEWHERE):
            return opened(ALL_PORTS, f"{hop} to another network")

        def gateway(_owner: Resource) -> Iterator[str]:
            value = route.get("gateway_id", None)
            if value and value != "local":
                yield str(value)

        named = self._references.named(owner, Property(name, gateway, (_GATEWAY,)))
        return opened(ALL_PORTS, hop) if named else CLOSED

    # Network ACLs

    def _from_internet(self, subnet: Resource) -> Access:
        return in_turn(partial(self._routed, subnet), partial(self._acl, subnet, INTERNET))

    def _acl(self, subnet: Resource, source: Source) -> Access:
        key = (subnet.urn, source)
        if key not in self._acls:
            self._acls[key] = guarded(partial(self._through_acls, subnet, source))
        return self._acls[key]

    def _through_acls(self, subnet: Resource, source: Source) -> Access:
        users = self._references.users(_ACL_OF, _ACL, _DEFAULT_ACL)
        if users.unclear:
            raise UndeterminedError(users.unclear[0][1])
        acls = users.of(subnet)
        if not acls:
            defaults = self._references.users(_DEFAULT_ACL_OF, _DEFAULT_ACL)
            networks = self._references.named(subnet, _VPC_OF).resources
            acls = [acl for network in networks for acl in defaults.of(network)]
        if not acls:
            return opened(ALL_PORTS, "the default network ACL, which lets everything through")
        return any_of(partial(self._through_acl, acl, source) for acl in acls)

    def _through_acl(self, acl: Resource, source: Source) -> Access:
        users = self._references.users(_RULE_OF_ACL, _ACL_RULE)
        separate = [*((entry, None) for entry in users.of(acl)), *users.unclear]
        rules = [_acl_rule(entry, "rule_no", "action", called(acl)) for entry in acl.get("ingress", [])]
        rules += [
            _acl_rule(entry, "rule_number", "rule_action", called(entry), reason)
            for entry, reason in separate
            if not entry.get("egress", False)
        ]
        return through(rules, source)

    # Security groups

    def _group(self, group: Resource, source: Source) -> Access:
        key = (group.urn, source)
        if key not in self._groups:
            self._groups[key] = any_of(self._rules_of(group, source))
        return self._groups[key]

    def _rules_of(self, group: Resource, source: Source) -> Iterator[Callable[[], Access]]:
        def inline() -> Access:
            return any_of(
                partial(self._entry, entry, group, "ingress", source, f"{called(group)} ingress[{number}]")
                for number, entry in group.numbered("ingress")
            )

        yield inline
        for kind in (_INGRESS_RULE, _LEGACY_RULE):
            yield from self._references.users(_RULE_OF_GROUP, kind).ways(group, partial(self._rule, source=source))

    def _rule(self, rule: Resource, source: Source) -> Access:
        name = "referencedSecurityGroupId" if rule.resource_type == _INGRESS_RULE else "sourceSecurityGroupId"
        return self._entry(rule, rule, name, source, called(rule))

    def _entry(self, entry: Record, owner: Resource, name: str, source: Source, hop: str) -> Access:
        """One rule of a group: separate or, where `name` is `ingress`, written out in the group."""
        if owner.resource_type == _LEGACY_RULE and entry.type != "ingress":
            return CLOSED
        protocol = "ip_protocol" if owner.resource_type == _INGRESS_RULE else "protocol"
        ports = _ports(entry, protocol)
        ranges = (
            ("cidr_ipv4", "cidr_ipv6") if owner.resource_type == _INGRESS_RULE else ("cidr_blocks", "ipv6_cidr_blocks")
        )
        lists = "prefix_list_id" if owner.resource_type == _INGRESS_RULE else "prefix_list_ids"

        def means() -> Access:
            return opened(ports, hop) if self._means(entry, (*ranges, lists), source) else CLOSED

        def names() -> Access:
            read = _groups_of(entry, name)
            named = self._references.named(owner, Property(name, read, GROUPS)) if source.group_urns else Named((), 0)
            worn = any(each.urn in source.group_urns for each in named.resources)
            return opened(ports, hop) if worn else CLOSED

        access = any_of([means, names])
        # What isn't known about the source concerns these ports only.
        return access & opened(ports) if access.unknown else access

    @staticmethod
    def _means(entry: Record, names: Iterable[str], source: Source) -> bool:
        def may_be_in(name: str) -> bool:
            value = entry.get(name, None)
            texts = [] if not value else [value] if isinstance(value, str) else value
            # What a prefix list holds can't be seen: it may hold anything.
            return any(
                name.startswith("prefix") or any(each.may_lie_in(text) for each in source.addresses) for text in texts
            )

        return fits_any(names, may_be_in)

    # Load balancers

    def _behind_balancers(self, service: Resource, *, from_vpn: bool) -> Access:
        named = self._references.named(service, _SERVES)
        if named.foreign:
            return opened(ALL_PORTS, "a target group that is none of the stack's")
        ports = any_of(
            partial(_at, entry, "container_port", f"load_balancers[{number}]")
            for number, entry in service.numbered("load_balancers")
        )
        answers = partial(self._answers, ports, from_vpn=from_vpn)
        by_default = self._references.users(_DEFAULT_TARGETS, *LISTENERS)
        by_rule = self._references.users(_TARGETS, _LISTENER_RULE)
        return any_of(
            way
            for group in named.resources
            for way in (*by_default.ways(group, answers), *by_rule.ways(group, partial(self._follows, answers)))
        )

    def _follows(self, answers: Callable[[Resource], Access], rule: Resource) -> Access:
        named = self._references.named(rule, _RULE_OF_LISTENER)
        if named.foreign:
            return opened(ALL_PORTS, f"{called(rule)} of a listener that is none of the stack's")
        return any_of(partial(answers, listener) for listener in named.resources)

    def _answers(self, ports: Access, listener: Resource, *, from_vpn: bool) -> Access:
        """Where a service is reached by whoever gets to a listener, on whatever port that answers."""
        named = self._references.named(listener, _LISTENER_OF)
        if named.foreign:
            return opened(ALL_PORTS, f"{called(listener)} of a load balancer that is none of the stack's")
        reached = any_of(partial(self._interface, each, from_vpn=from_vpn) for each in named.resources)
        reached &= _at(listener, "port", called(listener), "protocol")
        if not reached:
            return CLOSED
        hops = (*reached.hops, *(called(each) for each in named.resources))
        passed = opened(ALL_PORTS, *hops) if reached.surely else undecided(ALL_PORTS, reached.unknown[0], *hops)
        return passed & ports

    # Client VPN

    def _clients_beside(self, subnets: Iterable[Resource]) -> Iterable[_Vpn]:
        """The VPNs that end in the network of one of these subnets, or in one that isn't known."""
        networks = {network for subnet in subnets for network in self._network_urns(subnet)}
        if "" in networks:
            return [one for each in self._clients.values() for one in each]
        return [one for network in sorted({*networks, ""}) for one in self._clients.get(network, ())]

    def _network_urns(self, subnet: Resource) -> Sequence[str]:
        """The networks of a subnet; an empty name stands for one that isn't known or is none of the stack's."""
        try:
            named = self._references.named(subnet, _VPC_OF)
        except UndeterminedError:
            return [""]
        return [each.urn for each in named.resources] or [""]

    @cached_property
    def _clients(self) -> Mapping[str, Sequence[_Vpn]]:
        """The VPNs by the network in which they end."""
        found: dict[str, list[_Vpn]] = {}
        for endpoint in self._stack.of_type(CLIENT_VPN):
            one = self._client(endpoint)
            for network in {network for subnet in one.subnets for network in self._network_urns(subnet)}:
                found.setdefault(network, []).append(one)
        return found

    def _client(self, endpoint: Resource) -> _Vpn:
        associations = self._references.users(_VPN_OF, _VPN_ASSOCIATION)
        rules = self._references.users(_VPN_OF, _AUTHORIZATION)
        if associations.unclear or rules.unclear:
            raise UndeterminedError((associations.unclear or rules.unclear)[0][1])
        named = [self._references.named(each, _ASSOCIATED_SUBNET) for each in associations.of(endpoint)]
        subnets = {subnet.urn: subnet for each in named for subnet in each.resources}
        groups = self._references.named(endpoint, _VPN_GROUPS).resources
        source = vpn((str(each.cidr_block) for each in subnets.values()), (group.urn for group in groups))
        return _Vpn(source, tuple(subnets.values()), tuple(rules.of(endpoint)))

    def _from_vpn(self, subnet: Resource) -> Access:
        return any_of(partial(self._from_one_vpn, one, subnet) for one in self._clients_beside([subnet]))

    def _from_one_vpn(self, one: _Vpn, subnet: Resource) -> Access:
        def admitted() -> Access:
            return any_of(partial(_authorized, rule, subnet) for rule in one.targets)

        def passes() -> Access:
            # Within a subnet no ACL is asked.
            return opened(ALL_PORTS) if subnet in one.subnets else self._acl(subnet, one.source)

        return in_turn(admitted, passes)

    def _leads_away(self, rule: Resource) -> Access:
        target = str(getattr(rule, _LEADING[rule.resource_type]))
        unknown: UndeterminedError | None = None
        for network in self._stack.of_type(VPC):
            try:
                if covers(str(network.get("cidr_block", "")), target):
                    return CLOSED
            except UndeterminedError as error:
                unknown = unknown or error
        if unknown is not None:
            raise unknown
        return opened(ALL_PORTS, "beyond the networks of this stack")


def _listener_answers(listener: Resource) -> Access:
    return _at(listener, "port", called(listener), "protocol")


def _authorized(rule: Resource, subnet: Resource) -> Access:
    within = may_overlap(str(rule.target_network_cidr), str(subnet.get("cidr_block", "")))
    return opened(ALL_PORTS, called(rule)) if within else CLOSED


def _at(entry: Record, name: str, hop: str, protocol: str | None = None) -> Access:
    """The one port that an entry names; `protocol` is the property that says which protocol's."""
    port = entry.get(name, None)
    if port is None:
        return opened(ALL_PORTS, hop)
    transport = str(entry.get(protocol, "tcp")).lower() if protocol else "tcp"
    found = Ports.of("udp", port, port) if "udp" in transport or "quic" in transport else Ports()
    return opened(found if transport in ("udp", "quic") else found | Ports.of("tcp", port, port), hop)


def _ports(entry: Record, protocol: str) -> Ports:
    name = str(entry.get(protocol, "-1"))
    if name in ("-1", "all"):
        return ALL_PORTS
    return Ports.of(name, entry.get("from_port", 0), entry.get("to_port", 65535))


def _groups_of(entry: Record, name: str) -> Callable[[Resource], Iterator[str]]:
    """Reads the groups that a rule of a group lets in; written out in the group, it names several."""

    def read(_owner: Resource) -> Iterator[str]:
        if name == "ingress":
            yield from (str(value) for value in entry.get("security_groups", []))
        else:
            value = entry.get(name, None)
            if value:
                yield str(value)

    return read


def _acl_rule(entry: Record, order: str, action: str, hop: str, reason: str | None = None) -> Rule:
    def match(addresses: Addresses) -> Match | None:
        if reason is not None:
            raise UndeterminedError(reason)
        ranges = [
            str(value) for value in (entry.get(each, None) for each in ("cidr_block", "ipv6_cidr_block")) if value
        ]
        if not any(addresses.may_lie_in(each) for each in ranges):
            return None
        return Match(_ports(entry, "protocol"), any(addresses.surely_lie_in(each) for each in ranges))

    number = int(entry.get(order, 0))
    return Rule(number, str(entry.get(action, "allow")).lower() != "deny", f"{hop} rule {number}", match)
