"""Networks in Amazon VPC: their defaults, their routes, and the block that keeps the internet out."""

from policies.addresses import is_private
from policies.properties import Record, UndeterminedError
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.subnets import (
    FIREWALL,
    LOAD_BALANCERS,
    NAT_GATEWAY,
    ROUTE,
    ROUTE_TABLE,
    SUBNET,
    VPC_ENDPOINT,
    leads_to,
    occupants,
    routes,
    subnets_of,
)

VPC = "aws:ec2/vpc:Vpc"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
DEFAULT_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
ACL = "aws:ec2/networkAcl:NetworkAcl"
SERVICE = "aws:ecs/service:Service"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
BLOCK = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
EXCLUSION = "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion"

_JUDGED_TARGETS = ("gateway_id", "nat_gateway_id", "vpc_endpoint_id")
_OTHER_TARGETS = (
    "carrier_gateway_id",
    "core_network_arn",
    "egress_only_gateway_id",
    "local_gateway_id",
    "network_interface_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
)


@rule(VPC)
def vpc_is_private(vpc: Resource) -> Findings:
    """Public addresses inside, or names that lead outside, carry what is meant for this network over the internet."""
    if not is_private(vpc.cidr_block):
        yield "the network has addresses of the internet: set cidr_block to a private range"
    if vpc.get("assign_generated_ipv6_cidr_block", False) or vpc.get("ipv6_cidr_block", None):
        yield (
            "the network has IPv6 addresses, which are public: remove assign_generated_ipv6_cidr_block and "
            "ipv6_cidr_block"
        )
    # Private names of endpoints need both (VPC User Guide, "DNS attributes for your VPC").
    for name, default in (("enable_dns_support", True), ("enable_dns_hostnames", False)):
        if not vpc.get(name, default):
            yield f"services of AWS are found on the internet, past the endpoints: set {name}=True"


@stack_rule(VPC)
def vpc_defaults_are_closed(vpc: Resource, stack: Stack) -> Findings:
    """Who wears no group, and what stands in a subnet without an ACL, is under defaults that let all in and out."""
    for kind, name in ((DEFAULT_GROUP, "vpc_id"), (DEFAULT_ACL, "default_network_acl_id")):
        identifier = "id" if name == "vpc_id" else "default_network_acl_id"
        if not any(vpc in stack.meant(each, name, [VPC], identifier) for each in stack.of_type(kind)):
            yield f"the network's default is as AWS makes it: add an {kind.split(':')[2]} without rules"


@rule(DEFAULT_GROUP, DEFAULT_ACL)
def default_lets_nothing_through(default: Resource) -> Findings:
    """Who wears no group, and what stands in a subnet without an ACL, was forgotten: it must be cut off, not open."""
    for name in ("ingress", "egress"):
        if len(default.get(name, [])) > 0:
            yield f"whoever was forgotten is let through: set {name} to an empty list"


def _judge_route(route: Record, place: str) -> Findings:
    for name in _OTHER_TARGETS:
        if route.get(name, None):
            yield f"{place} leads where no rule judges what is there: remove {name}"
    if sum(bool(route.get(name, None)) for name in _JUDGED_TARGETS) > 1:
        yield f"{place} has two targets: name one"


@rule(ROUTE)
def route_leads_where_it_is_judged(route: Resource) -> Findings:
    """A route to another network is a way in and out that no group, no firewall and no rule here watches."""
    for name in _OTHER_TARGETS:
        if route.get(name, None):
            yield f"the route leads where no rule judges what is there: remove {name}"
    for name in ("destination_ipv6_cidr_block", "destination_prefix_list_id"):
        if route.get(name, None):
            yield f"the route is for addresses that no rule judges: remove {name}"


@rule(ROUTE_TABLE)
def route_table_holds_no_route_of_its_own(table: Resource) -> Findings:
    """A route to another network is a way in and out that no group, no firewall and no rule here watches."""
    if len(table.get("propagating_vgws", [])) > 0:
        yield "routes come from a network that no rule judges: remove propagating_vgws"
    for number, route in table.numbered("routes"):
        yield _judge_route(route, f"routes[{number}]")


@stack_rule(ROUTE)
def route_leads_into_this_stack(route: Resource, stack: Stack) -> Findings:
    """A route to a gateway or an endpoint of somebody else's carries what leaves to him."""
    targets = [name for name in _JUDGED_TARGETS if leads_to(route, name)]
    for name, kind in (("gateway_id", GATEWAY), ("nat_gateway_id", NAT_GATEWAY)):
        if name in targets and not stack.meant(route, name, [kind], "id"):
            yield f"{name} is not of this stack: name one that is"
    if "vpc_endpoint_id" in targets and not _firewalls(route, stack):
        yield "vpc_endpoint_id is no endpoint of a firewall of this stack: name one"
    if not targets:
        yield (
            "the route leads nowhere that is judged: set gateway_id, nat_gateway_id or vpc_endpoint_id to one of "
            "this stack"
        )


def _firewalls(route: Resource, stack: Stack) -> list[Resource]:
    """The firewalls whose endpoint a route leads to. Their endpoints' ids stand deep in what AWS tells of them."""
    own = [each for each in stack.sources(route, "vpc_endpoint_id") if each.resource_type == FIREWALL]
    try:
        endpoint = route.get("vpc_endpoint_id", None)
    except UndeterminedError:
        if not own:
            raise
        return own
    return [each for each in stack.of_type(FIREWALL) if endpoint and each.mentions([endpoint])]


@stack_rule(SUBNET)
def internet_route_is_for_edge_and_exit_only(subnet: Resource, stack: Stack) -> Findings:
    """Beside the internet gateway stand the load balancer and the NAT gateways: anything else there can be attacked."""
    if not any(leads_to(route, "gateway_id") for route in routes(subnet, stack)):
        not_applicable("no route leads from the subnet to an internet gateway")
    for each in occupants(subnet, stack):
        if each.resource_type not in (*LOAD_BALANCERS, NAT_GATEWAY):
            yield (
                f"{each.resource_name} stands in a subnet with a route to the internet gateway: set subnet_id, or "
                "subnets, to another"
            )


@stack_rule(SUBNET)
def endpoints_stand_where_no_way_leads_out(subnet: Resource, stack: Stack) -> Findings:
    """Data lie behind the endpoints: their subnets answer the services, and have no way to the internet at all."""
    if not any(each.resource_type == VPC_ENDPOINT for each in occupants(subnet, stack)):
        not_applicable("no endpoint stands in the subnet")
    if routes(subnet, stack):
        yield "a route leads out of a subnet with endpoints: remove the aws.ec2.Route, or put them into another subnet"


@stack_rule(ROUTE)
def way_out_leads_through_firewall(route: Resource, stack: Stack) -> Findings:
    """What goes straight to the NAT gateway passes the firewall by, and with it the list of where services may go."""
    if not leads_to(route, "nat_gateway_id"):
        not_applicable("the route leads to no NAT gateway")
    tables = stack.meant(route, "route_table_id", [ROUTE_TABLE], "id")
    networks = {vpc.urn for table in tables for vpc in stack.meant(table, "vpc_id", [VPC], "id")}
    firewalls = stack.of_type(FIREWALL)
    if not any(vpc.urn in networks for each in firewalls for vpc in stack.meant(each, "vpc_id", [VPC], "id")):
        not_applicable("the network has no firewall")
    for table in tables:
        for subnet in subnets_of(table, stack):
            if not any(each.resource_type == FIREWALL for each in occupants(subnet, stack)):
                yield (
                    f"what leaves {subnet.resource_name} passes the firewall by: set vpc_endpoint_id of its route to "
                    "the firewall's endpoint"
                )


@stack_rule(ACL)
def network_acl_of_isolated_subnets_is_closed(acl: Resource, stack: Stack) -> Findings:
    """Subnets without a way to the internet expect nobody from there: an ACL for it waits for another mistake."""
    subnets = stack.meant(acl, "subnet_ids", [SUBNET], "id")
    if any(routes(subnet, stack) or _holds_services(subnet, stack) for subnet in subnets):
        not_applicable("a way leads out of the ACL's subnets, or will when services run there")
    for name in ("ingress", "egress"):
        for number, entry in acl.numbered(name):
            ranges = [entry.get(kind, None) for kind in ("cidr_block", "ipv6_cidr_block")]
            if entry.action.lower() != "deny" and not all(is_private(each) for each in ranges if each):
                yield f"{name}[{number}] is for the internet, to which no way leads: name a private range"


def _holds_services(subnet: Resource, stack: Stack) -> bool:
    return any(each.resource_type == SERVICE for each in occupants(subnet, stack))


@stack_rule(SUBNET)
def subnet_has_table_and_acl_of_its_own(subnet: Resource, stack: Stack) -> Findings:
    """A subnet without them is under the network's defaults, which lead nowhere: what stands in it is cut off."""
    if not any(subnet in subnets_of(table, stack) for table in stack.of_type(ROUTE_TABLE)):
        yield "the subnet has no route table of its own: add an aws.ec2.RouteTableAssociation"
    if not any(subnet in stack.meant(acl, "subnet_ids", [SUBNET], "id") for acl in stack.of_type(ACL)):
        yield "the subnet has no network ACL of its own: name it in subnet_ids of one"


@rule(BLOCK)
def region_is_closed_to_internet_by_default(block: Resource) -> Findings:
    """A network that somebody makes beside the program is judged by no rule: the region's block still holds for it."""
    if block.internet_gateway_block_mode not in ("block-ingress", "block-bidirectional"):
        yield "the internet reaches every network with a gateway: set internet_gateway_block_mode to block-ingress"


@stack_rule(EXCLUSION)
def exclusion_is_for_edge_only(exclusion: Resource, stack: Stack) -> Findings:
    """Where the region's block doesn't hold, one wrong group or address is enough to be reached from the internet."""
    if exclusion.get("vpc_id", None) is not None:
        yield "the whole network is excluded from the block: remove vpc_id, and set subnet_id to the edge's"
        return
    subnets = stack.meant(exclusion, "subnet_id", [SUBNET], "id")
    for subnet in subnets:
        standing = occupants(subnet, stack)
        if not standing:
            yield "nothing stands in the subnet that has to be reached: remove the VpcBlockPublicAccessExclusion"
        for each in standing:
            if each.resource_type not in LOAD_BALANCERS:
                yield f"{each.resource_name} can be reached from the internet: set subnet_id to the edge's alone"


@stack_rule(*LOAD_BALANCERS)
def edge_is_excluded_from_block(balancer: Resource, stack: Stack) -> Findings:
    """Where a region blocks the internet, a load balancer in a subnet that isn't excluded serves nobody."""
    if balancer.get("internal", False) or not stack.of_type(BLOCK):
        not_applicable("the internet need not reach the load balancer")
    excluded = [each for one in stack.of_type(EXCLUSION) for each in stack.meant(one, "subnet_id", [SUBNET], "id")]
    for subnet in stack.meant(balancer, "subnets", [SUBNET], "id"):
        if subnet not in excluded:
            yield (
                f"the region's block keeps customers from {subnet.resource_name}: add an "
                "aws.ec2.VpcBlockPublicAccessExclusion for it"
            )


@stack_rule(*LOAD_BALANCERS)
def edge_is_on_the_way_from_the_internet(balancer: Resource, stack: Stack) -> Findings:
    """A load balancer in a subnet whose table has no route to the internet gateway can't answer in that zone."""
    if balancer.get("internal", False):
        not_applicable("the internet need not reach the load balancer")
    for subnet in stack.meant(balancer, "subnets", [SUBNET], "id"):
        if not any(_is_to_internet(route) for route in routes(subnet, stack)):
            yield (
                f"no route leads from {subnet.resource_name} to the internet gateway: add an aws.ec2.Route for "
                "0.0.0.0/0"
            )


def _is_to_internet(route: Resource) -> bool:
    return leads_to(route, "gateway_id") and route.get("destination_cidr_block", None) == "0.0.0.0/0"
