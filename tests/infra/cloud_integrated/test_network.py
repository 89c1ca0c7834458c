"""The network has one way in for customers and one for engineers, and each zone stands on its own."""

import pytest

ROUTE = "aws:ec2/route:Route"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
DEV_ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")


def routes(stack, table):
    """The routes of the route table with this name."""
    return [r["inputs"] for r in stack.of_type(ROUTE).values() if r["inputs"]["routeTableId"].endswith(f"/{table}")]


@pytest.mark.parametrize("zone", ZONES)
def test_isolated_subnets_have_no_route_out(stack, zone):
    assert routes(stack, f"isolated-{zone}") == []


def test_only_the_load_balancers_and_nat_gateways_subnets_reach_the_internet_gateway(stack):
    through_gateway = {
        r["inputs"]["routeTableId"].split("/")[-1] for r in stack.of_type(ROUTE).values() if "gatewayId" in r["inputs"]
    }

    assert through_gateway == {
        *(f"{tier}-{zone}" for tier in ("public", "exit") for zone in ZONES),
        *(f"public-us-west-2{letter}-2" for letter in "abc"),
    }


@pytest.mark.parametrize("zone", ZONES)
def test_what_leaves_a_production_stack_passes_the_firewall_both_ways(stack, zone):
    (out,) = routes(stack, f"private-{zone}")
    (on,) = routes(stack, f"firewall-{zone}")
    to_internet, back = sorted(routes(stack, f"exit-{zone}"), key=lambda route: route["destinationCidrBlock"])
    private = stack.inputs("aws:ec2/subnet:Subnet", f"private-{zone}")["cidrBlock"]
    endpoint = f"vpce-firewall-{zone}"

    assert (out["destinationCidrBlock"], out["vpcEndpointId"]) == ("0.0.0.0/0", endpoint)
    assert (on["destinationCidrBlock"], on["natGatewayId"].split("/")[-1]) == ("0.0.0.0/0", f"nat-{zone}")
    assert to_internet["destinationCidrBlock"] == "0.0.0.0/0"
    assert (back["destinationCidrBlock"], back["vpcEndpointId"]) == (private, endpoint)


@pytest.mark.parametrize("zone", DEV_ZONES)
def test_what_leaves_a_dev_stack_goes_through_its_zones_nat_gateway(dev_stack, zone):
    (route,) = routes(dev_stack, f"private-{zone}")

    assert route["natGatewayId"].endswith(f"/nat-{zone}")
    assert not any(r["type"].startswith("aws:networkfirewall") for r in dev_stack.resources)


@pytest.mark.parametrize("zone", ZONES)
def test_a_nat_gateway_stands_in_its_zone_apart_from_the_load_balancer(stack, zone):
    nat = stack.inputs("aws:ec2/natGateway:NatGateway", f"nat-{zone}")

    assert nat["subnetId"].endswith(f"/exit-{zone}")
    assert nat["allocationId"].endswith(f"/nat-{zone}")


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default"),
        ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default-2"),
        ("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "default"),
        ("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "default-2"),
    ],
)
def test_the_defaults_let_nothing_through(stack, type_, name):
    default = stack.inputs(type_, name)

    assert (default["ingress"], default["egress"]) == ([], [])


def test_no_subnet_is_left_to_the_default_acl(stack):
    with_acl = {
        subnet.split("/")[-1]
        for acl in stack.of_type("aws:ec2/networkAcl:NetworkAcl").values()
        for subnet in acl["inputs"]["subnetIds"]
    }

    assert with_acl == set(stack.of_type("aws:ec2/subnet:Subnet"))


@pytest.mark.parametrize("suffix", ["", "-2"])
def test_all_traffic_is_logged(stack, suffix):
    flow_log = stack.of_type("aws:ec2/flowLog:FlowLog")[f"network{suffix}"]

    assert flow_log["protect"]
    assert flow_log["inputs"]["trafficType"] == "ALL"
    assert flow_log["inputs"]["vpcId"].endswith(f"/network{suffix}")
    assert flow_log["inputs"]["logDestination"].endswith(f"/flow-logs{suffix}")


def test_the_flow_logs_role_writes_to_its_group_only(stack, statements):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "flow-logs")["policy"])
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/hostco/ci-us/flow-logs"

    assert set(policy) == {"Deliver"}
    assert policy["Deliver"]["Resource"] == [group, f"{group}:log-stream:*"]


def test_a_region_that_does_not_serve_has_no_way_in_or_out_but_its_edge(stack, stack_failed_over):
    costly = {
        "aws:ec2/natGateway:NatGateway": {f"nat-us-west-2{letter}-2" for letter in "abc"},
        "aws:ec2/eip:Eip": {f"nat-us-west-2{letter}-2" for letter in "abc"},
        "aws:ec2clientvpn/endpoint:Endpoint": {"vpn-2"},
        "aws:networkfirewall/firewall:Firewall": {"exit-2"},
    }
    for type_, names in costly.items():
        assert not [name for name in stack.of_type(type_) if name.endswith("-2")]
        assert {name for name in stack_failed_over.of_type(type_) if name.endswith("-2")} == names


def test_the_second_network_lies_apart(stack):
    networks = {name: r["inputs"] for name, r in stack.of_type("aws:ec2/vpc:Vpc").items()}

    assert {name: (vpc["region"], vpc["cidrBlock"]) for name, vpc in networks.items()} == {
        "network": ("us-east-1", "10.50.0.0/16"),
        "network-2": ("us-west-2", "10.51.0.0/16"),
    }


@pytest.mark.parametrize("suffix", ["", "-2"])
def test_everything_of_a_region_belongs_to_its_network(stack, suffix):
    networks = {
        r["inputs"]["vpcId"].split("/")[-1]
        for r in stack.resources
        if "vpcId" in r["inputs"] and r["name"].endswith("-2") is bool(suffix)
    }

    assert networks == {f"network{suffix}"}


@pytest.mark.parametrize("zone", ZONES)
def test_the_load_balancers_subnets_lead_to_the_internet(stack, zone):
    (route,) = routes(stack, f"public-{zone}")

    assert (route["destinationCidrBlock"], route["gatewayId"].split("/")[-1]) == ("0.0.0.0/0", "internet")


def test_flow_logs_are_written_by_their_own_role_every_minute(stack):
    flow_log = stack.inputs("aws:ec2/flowLog:FlowLog", "network")

    assert flow_log["iamRoleArn"].endswith("role/hostco-ci-us-flow-logs")
    assert (flow_log["logDestinationType"], flow_log["maxAggregationInterval"]) == ("cloud-watch-logs", 60)


def test_the_default_acl_is_the_networks(stack):
    assert stack.inputs("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "default")["defaultNetworkAclId"] == (
        "acl-default-network"
    )
