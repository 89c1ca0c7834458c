"""Availability zones in AWS."""

from collections.abc import Callable, Iterable

from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings, stack_rule

SUBNET = "aws:ec2/subnet:Subnet"
ZONES = 3


def _subnets(user: Resource, name: str, read: Callable[[], Iterable[str]], stack: Stack) -> list[Resource]:
    """The subnets that the property `name` refers to, by value or, where either side isn't known, by dependency."""
    sources = [source for source in stack.sources(user, name) if source.resource_type == SUBNET]
    try:
        wanted = set(read())
    except UndeterminedError:
        if not sources:
            raise
        return sources
    known = {subnet.urn: identities(subnet, "id") for subnet in stack.of_type(SUBNET)}
    return [
        subnet
        for subnet in stack.of_type(SUBNET)
        if known[subnet.urn] & wanted or (not known[subnet.urn] and subnet in sources)
    ]


def _zones(subnets: Iterable[Resource]) -> set[str]:
    return {subnet.one_of("availability_zone", "availability_zone_id") for subnet in subnets}


@stack_rule("aws:ec2/vpc:Vpc")
def vpc_spans_three_zones(vpc: Resource, stack: Stack) -> Findings:
    """A zone is one group of data centres; only what stands in three survives the loss of one with a spare."""
    subnets = [subnet for subnet in stack.of_type(SUBNET) if stack.refers_to(subnet, "vpc_id", vpc, "id")]
    if len(_zones(subnets)) < ZONES:
        yield "the network has subnets in fewer than three zones: add subnets in other zones"


@stack_rule("aws:ecs/service:Service")
def ecs_service_spans_three_zones(service: Resource, stack: Stack) -> Findings:
    """A service that runs in one zone stops with it."""
    subnets = _subnets(service, "network_configuration", lambda: service.network_configuration.subnets, stack)
    if len(_zones(subnets)) < ZONES:
        yield "the service runs in fewer than three zones: give network_configuration.subnets one subnet a zone"
    if service.get("scheduling_strategy", "REPLICA") != "REPLICA" or stands_ready(service, stack):
        return
    if service.get("desired_count", 0) < ZONES:
        yield "the service has fewer tasks than zones: set desired_count to at least 3"


def stands_ready(service: Resource, stack: Stack) -> bool:
    """Whether the service waits at size zero for a failover while the one it is called after runs in another region."""
    if service.get("desired_count", None) != 0:
        return False
    return any(
        other.get("region", None) != service.get("region", None) and other.get("desired_count", 0) >= ZONES
        for other in stack.of_type("aws:ecs/service:Service")
        if service.resource_name.startswith(f"{other.resource_name}-")
    )


@stack_rule("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
def load_balancer_spans_three_zones(balancer: Resource, stack: Stack) -> Findings:
    """A load balancer that stands in one zone takes the portal down with it."""
    subnets = _subnets(balancer, "subnets", lambda: balancer.subnets, stack)
    if len(_zones(subnets)) < ZONES:
        yield "the load balancer stands in fewer than three zones: give subnets one subnet a zone"


@stack_rule("aws:ec2clientvpn/endpoint:Endpoint")
def client_vpn_spans_two_zones(endpoint: Resource, stack: Stack) -> Findings:
    """The VPN is the only way in for those who mend the service; with one association it fails with its zone."""
    zones: set[str] = set()
    for association in stack.of_type("aws:ec2clientvpn/networkAssociation:NetworkAssociation"):
        if stack.refers_to(association, "client_vpn_endpoint_id", endpoint, "id"):
            zones |= _zones(_subnets(association, "subnet_id", lambda one=association: [one.subnet_id], stack))
    if len(zones) < 2:
        yield "the VPN is associated with fewer than two zones: add network associations in other zones"
