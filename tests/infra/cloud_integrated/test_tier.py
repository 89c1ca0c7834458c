"""Each tier has its own addresses and borders."""

from ipaddress import IPv4Network
from typing import get_args

import pytest

from infra.cloud_integrated.tier import TierName, subnet_ranges, tier_range

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
TIERS = get_args(TierName)
PUBLIC, PRIVATE = "10.50.0.0/18", "10.50.64.0/18"
INTERNET = "0.0.0.0/0"
UPPER = (1024, 65535)
BORDERS = {
    "public": ({((443, 443), INTERNET), (UPPER, PRIVATE)}, {(UPPER, INTERNET)}),
    "private": ({(UPPER, INTERNET)}, {((443, 443), INTERNET), (UPPER, PUBLIC), (UPPER, PRIVATE)}),
    "isolated": ({((443, 443), PRIVATE)}, {(UPPER, PRIVATE)}),
    "exit": ({((443, 443), PRIVATE), (UPPER, INTERNET)}, {((443, 443), INTERNET), (UPPER, PRIVATE)}),
    "firewall": ({((443, 443), PRIVATE), (UPPER, INTERNET)}, {((443, 443), INTERNET), (UPPER, PRIVATE)}),
}


def passages(rules):
    assert {(rule["action"], rule["protocol"]) for rule in rules} == {("allow", "tcp")}
    assert len({rule["ruleNo"] for rule in rules}) == len(rules)
    return {((rule["fromPort"], rule["toPort"]), rule["cidrBlock"]) for rule in rules}


def test_each_tier_has_a_subnet_in_each_zone(stack):
    subnets = stack.of_type("aws:ec2/subnet:Subnet")
    in_first = {(name, r["inputs"]["availabilityZone"]) for name, r in subnets.items() if not name.endswith("-2")}

    assert in_first == {(f"{tier}-{zone}", zone) for tier in TIERS for zone in ZONES}


def test_no_subnet_hands_out_public_addresses(stack):
    assert {r["inputs"]["mapPublicIpOnLaunch"] for r in stack.of_type("aws:ec2/subnet:Subnet").values()} == {False}


@pytest.mark.parametrize("address_space", ["10.0.0.0/16", "172.16.16.0/20"])
def test_subnets_lie_apart_within_the_address_space(address_space):
    ranges = [IPv4Network(item) for tier in TIERS for item in subnet_ranges(address_space, tier, ZONES).values()]

    assert len(ranges) == len(TIERS) * len(ZONES)
    assert all(item.subnet_of(IPv4Network(address_space)) for item in ranges)
    assert all(item.prefixlen <= 28 for item in ranges)
    assert not any(a.overlaps(b) for a in ranges for b in ranges if a is not b)
    for tier in TIERS:
        inside = tier_range(address_space, tier)
        assert all(IPv4Network(item).subnet_of(inside) for item in subnet_ranges(address_space, tier, ZONES).values())


def test_each_subnet_has_a_route_table_of_its_own(stack):
    associations = stack.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")

    assert set(associations) == set(stack.of_type("aws:ec2/subnet:Subnet"))
    for name, association in associations.items():
        assert association["inputs"]["subnetId"].endswith(f"/{name}")
        assert association["inputs"]["routeTableId"].endswith(f"/{name}")


@pytest.mark.parametrize("tier", TIERS)
def test_a_tiers_borders_are_as_narrow_as_its_work(stack, tier):
    borders = stack.inputs("aws:ec2/networkAcl:NetworkAcl", tier)

    assert passages(borders["ingress"]) == BORDERS[tier][0]
    assert passages(borders["egress"]) == BORDERS[tier][1]
    assert {subnet.split("/")[-1] for subnet in borders["subnetIds"]} == {f"{tier}-{zone}" for zone in ZONES}
