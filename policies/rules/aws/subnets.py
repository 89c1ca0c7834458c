"""Subnets in Amazon VPC: what stands in them, and where their routes lead."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from policies.properties import camel_case
from policies.resources import Resource, Stack

SUBNET: Final = "aws:ec2/subnet:Subnet"
ROUTE: Final = "aws:ec2/route:Route"
ROUTE_TABLE: Final = "aws:ec2/routeTable:RouteTable"
LOAD_BALANCERS: Final = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
NAT_GATEWAY: Final = "aws:ec2/natGateway:NatGateway"
VPC_ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"
VPN_ASSOCIATION: Final = "aws:ec2clientvpn/networkAssociation:NetworkAssociation"

_ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"

_OCCUPANTS: Final[Mapping[str, tuple[str, Callable[[Resource], str | Iterable[str] | None]]]] = {
    **{kind: ("subnets", lambda balancer: balancer.get("subnets", None)) for kind in LOAD_BALANCERS},
    NAT_GATEWAY: ("subnet_id", lambda gateway: gateway.get("subnet_id", None)),
    VPC_ENDPOINT: ("subnet_ids", lambda endpoint: endpoint.get("subnet_ids", None)),
    VPN_ASSOCIATION: ("subnet_id", lambda association: association.get("subnet_id", None)),
    FIREWALL: ("subnet_mappings", lambda firewall: [each.subnet_id for each in firewall.get("subnet_mappings", [])]),
    "aws:ecs/service:Service": ("network_configuration", lambda service: service.network_configuration.subnets),
}
"""What stands in subnets: the property that says in which, and the texts that mean them."""


def occupants(subnet: Resource, stack: Stack) -> list[Resource]:
    """What stands in the subnet."""
    return stack.derived(_occupancy)[subnet.urn]


def _occupancy(stack: Stack) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = defaultdict(list)
    for kind, (name, read) in _OCCUPANTS.items():
        for each in stack.of_type(kind):
            for subnet in stack.meant(each, name, [SUBNET], "id", read=lambda one=each, read=read: read(one)):
                found[subnet.urn].append(each)
    return found


def routes(subnet: Resource, stack: Stack) -> list[Resource]:
    """The routes of the subnet's route table; none if it has none of its own, for the main one leads nowhere."""
    return stack.derived(_routes_by_subnet)[subnet.urn]


def subnets_of(table: Resource, stack: Stack) -> list[Resource]:
    """The subnets that go by a route table."""
    return stack.derived(_subnets_by_table)[table.urn]


def _subnets_by_table(stack: Stack) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = defaultdict(list)
    for association in stack.of_type(_ASSOCIATION):
        for table in stack.meant(association, "route_table_id", [ROUTE_TABLE], "id"):
            found[table.urn] += stack.meant(association, "subnet_id", [SUBNET], "id")
    return found


def _routes_by_subnet(stack: Stack) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = defaultdict(list)
    for route in stack.of_type(ROUTE):
        for table in stack.meant(route, "route_table_id", [ROUTE_TABLE], "id"):
            for subnet in subnets_of(table, stack):
                found[subnet.urn].append(route)
    return found


def leads_to(route: Resource, name: str) -> bool:
    """Whether the route's target is what the property `name` means, known or not."""
    return camel_case(name) in route.names()
