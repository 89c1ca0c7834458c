"""Tiers of the network: which addresses each has, and what may pass its subnets' borders.

A quarter of the address space each for the public, the private and the isolated tier. The last quarter holds the way
out: half of it for NAT gateways, half for the firewall's endpoints.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final, Literal

import pulumi
from pulumi_aws import ec2

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room

TierName = Literal["public", "private", "isolated", "exit", "firewall"]

INTERNET: Final = "0.0.0.0/0"

UPPER: Final = (1024, 65535)
"""Where services listen and where answers come back: a network ACL keeps no state, so it has to let these in."""

HTTPS: Final = (443, 443)


@dataclass(frozen=True)
class Passage:
    """TCP ports, first and last, that one side of a border may be reached on from or at `range_`."""

    ports: tuple[int, int]
    range_: str


def tier_range(address_space: str, tier: TierName) -> IPv4Network:
    """The range that holds all subnets of a tier."""
    quarters = list(IPv4Network(address_space).subnets(prefixlen_diff=2))
    halves = list(quarters[3].subnets())
    match tier:
        case "public":
            return quarters[0]
        case "private":
            return quarters[1]
        case "isolated":
            return quarters[2]
        case "exit":
            return halves[0]
        case "firewall":
            return halves[1]


def subnet_ranges(address_space: str, tier: TierName, zones: Sequence[str]) -> Mapping[str, str]:
    """The CIDR of the tier's subnet in each of up to four zones."""
    ranges = tier_range(address_space, tier).subnets(prefixlen_diff=2)
    return {zone: str(range_) for zone, range_ in zip(zones, ranges, strict=False)}


class Tier(Room):
    """The subnets of one tier, each with a route table of its own, behind the tier's network ACL.

    A table a zone lets each zone keep to itself: the loss of one cuts off no other. No subnet hands out public
    addresses.
    """

    def __init__(
        self,
        tier: TierName,
        *,
        names: Names,
        vpc_id: pulumi.Input[str],
        zones: Sequence[str],
        address_space: str,
        lets_in: Sequence[Passage],
        lets_out: Sequence[Passage],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(tier, names=names, options=options)
        subnet_ids: dict[str, pulumi.Output[str]] = {}
        route_table_ids: dict[str, pulumi.Output[str]] = {}
        for zone, range_ in subnet_ranges(address_space, tier, zones).items():
            name = f"{tier}-{zone}"
            subnet_ids[zone] = ec2.Subnet(
                names.logical(name),
                ec2.SubnetArgs(
                    region=names.region,
                    vpc_id=vpc_id,
                    cidr_block=range_,
                    availability_zone=zone,
                    map_public_ip_on_launch=False,
                    tags=names.tags(name),
                ),
                opts=self.child(),
            ).id
            route_table_ids[zone] = ec2.RouteTable(
                names.logical(name),
                ec2.RouteTableArgs(region=names.region, vpc_id=vpc_id, tags=names.tags(name)),
                opts=self.child(),
            ).id
            ec2.RouteTableAssociation(
                names.logical(name),
                ec2.RouteTableAssociationArgs(
                    region=names.region, subnet_id=subnet_ids[zone], route_table_id=route_table_ids[zone]
                ),
                opts=self.child(),
            )
        ec2.NetworkAcl(
            names.logical(tier),
            ec2.NetworkAclArgs(
                region=names.region,
                vpc_id=vpc_id,
                subnet_ids=list(subnet_ids.values()),
                ingress=[
                    ec2.NetworkAclIngressArgs(
                        rule_no=100 + number,
                        action="allow",
                        protocol="tcp",
                        from_port=passage.ports[0],
                        to_port=passage.ports[1],
                        cidr_block=passage.range_,
                    )
                    for number, passage in enumerate(lets_in)
                ],
                egress=[
                    ec2.NetworkAclEgressArgs(
                        rule_no=100 + number,
                        action="allow",
                        protocol="tcp",
                        from_port=passage.ports[0],
                        to_port=passage.ports[1],
                        cidr_block=passage.range_,
                    )
                    for number, passage in enumerate(lets_out)
                ],
                tags=names.tags(tier),
            ),
            opts=self.child(),
        )
        self.subnet_ids: Mapping[str, pulumi.Output[str]] = subnet_ids
        self.route_table_ids: Mapping[str, pulumi.Output[str]] = route_table_ids
        self.register_outputs({})

    def route(self, name: str, zone: str, **target: pulumi.Input[str]) -> None:
        """A route of the zone's table; `target` is its destination and where to, as `ec2.RouteArgs` calls them."""
        ec2.Route(
            self.names.logical(name),
            ec2.RouteArgs(region=self.names.region, route_table_id=self.route_table_ids[zone], **target),
            opts=self.child(),
        )
