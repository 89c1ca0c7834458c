"""Availability zones in AWS."""

import re
from collections.abc import Callable, Iterable

from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, aws_region, identities
from policies.rulebook import Findings, rule, stack_rule

SUBNET = "aws:ec2/subnet:Subnet"
SERVICE = "aws:ecs/service:Service"
TARGET = "aws:appautoscaling/target:Target"
ZONES = 3

_REGION = r"[a-z]+(-[a-z]+)+-\d+"


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


@rule(SUBNET)
def subnet_lies_in_a_zone_of_its_region(subnet: Resource) -> Findings:
    """A Local or Wavelength Zone belongs to a region and may lie in another country, as us-east-1-lim-1 does in Lima.

    It is one building besides, with a part of what the region's own zones have.
    """
    zone, number = subnet.get("availability_zone", None), subnet.get("availability_zone_id", None)
    region = aws_region(subnet) or ""
    if zone is not None and not re.fullmatch(rf"{re.escape(region) or _REGION}[a-z]", zone):
        yield "the zone is none of the region's own: set availability_zone to the region and a letter"
    if number is not None and not re.fullmatch(r"[a-z]+\d-az\d+", number):
        yield "the zone is none of the region's own: set availability_zone_id to one such as use1-az1"


@stack_rule("aws:ec2/vpc:Vpc")
def vpc_spans_three_zones(vpc: Resource, stack: Stack) -> Findings:
    """A zone is one group of data centres; only what stands in three survives the loss of one with a spare."""
    subnets = [subnet for subnet in stack.of_type(SUBNET) if stack.refers_to(subnet, "vpc_id", vpc, "id")]
    if len(_zones(subnets)) < ZONES:
        yield "the network has subnets in fewer than three zones: add an aws.ec2.Subnet in another availability_zone"


@stack_rule(SERVICE)
def ecs_service_spans_three_zones(service: Resource, stack: Stack) -> Findings:
    """A service that runs in one zone stops with it."""
    subnets = _subnets(service, "network_configuration", lambda: service.network_configuration.subnets, stack)
    if len(_zones(subnets)) < ZONES:
        yield "the service runs in fewer than three zones: give network_configuration.subnets one subnet a zone"
    if service.get("scheduling_strategy", "REPLICA") != "REPLICA" or stands_ready(service, stack):
        return
    fewest, _ = numbers_of_tasks(service, stack)
    if fewest < ZONES:
        yield "the service has fewer tasks than zones: set desired_count to at least 3"


def stands_ready(service: Resource, stack: Stack) -> bool:
    """Whether the service waits at size zero for a failover while the one it is called after runs in another region."""
    if runs_tasks(service, stack):
        return False
    return any(
        other.get("region", None) != service.get("region", None) and numbers_of_tasks(other, stack)[0] >= ZONES
        for other in stack.of_type(SERVICE)
        if service.resource_name.startswith(f"{other.resource_name}-")
    )


def scaling_of(service: Resource, kind: str, stack: Stack) -> list[Resource]:
    """The autoscaling's targets or policies for the service: by the last part of `service/CLUSTER/SERVICE`."""

    def is_meant(scaling: Resource) -> bool:
        return service in stack.meant(
            scaling, "resource_id", [SERVICE], "name", read=lambda: str(scaling.resource_id).rpartition("/")[2]
        )

    return [scaling for scaling in stack.of_type(kind) if is_meant(scaling)]


def runs_tasks(service: Resource, stack: Stack) -> bool:
    """Whether the service may have any task at all."""
    _, most = numbers_of_tasks(service, stack)
    return most > 0


def numbers_of_tasks(service: Resource, stack: Stack) -> tuple[int, int]:
    """The fewest and the most tasks of the service.

    Autoscaling moves their number into its bounds at once (Application Auto Scaling API, RegisterScalableTarget). What
    the service itself says is where it began: a failover and the way back leave it as it was.
    """
    bounds = [(target.min_capacity, target.max_capacity) for target in scaling_of(service, TARGET, stack)]
    if not bounds:
        bounds = [(service.get("desired_count", 0),) * 2]
    return min(fewest for fewest, _ in bounds), max(most for _, most in bounds)


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
        yield (
            "the VPN is associated with fewer than two zones: add an aws.ec2clientvpn.NetworkAssociation in another "
            "zone"
        )
