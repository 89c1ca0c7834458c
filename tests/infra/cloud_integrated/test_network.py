"""The network has one way in for customers and one for engineers, and each zone stands on its own."""

from ipaddress import IPv4Network

import pytest

from infra.cloud_integrated.network import TIERS, subnet_ranges, tier_range

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def test_each_tier_has_a_subnet_in_each_zone(stack):
    subnets = stack.of_type("aws:ec2/subnet:Subnet")

    assert {(name, r["inputs"]["availabilityZone"]) for name, r in subnets.items()} == {
        (f"{tier}-{zone}", zone) for tier in TIERS for zone in ZONES
    }


def test_no_subnet_hands_out_public_addresses(stack):
    assert {r["inputs"]["mapPublicIpOnLaunch"] for r in stack.of_type("aws:ec2/subnet:Subnet").values()} == {False}


@pytest.mark.parametrize("address_space", ["10.0.0.0/16", "172.16.16.0/20"])
def test_subnets_lie_apart_within_the_address_space(address_space):
    ranges = [IPv4Network(item) for tier in TIERS for item in subnet_ranges(address_space, tier, 3)]

    assert all(item.subnet_of(IPv4Network(address_space)) for item in ranges)
    assert not any(a.overlaps(b) for a in ranges for b in ranges if a is not b)
    assert all(
        IPv4Network(r).subnet_of(tier_range(address_space, "private"))
        for r in subnet_ranges(address_space, "private", 3)
    )


def routes(stack, table):
    """The routes of the route table with this name."""
    return [
        r["inputs"]
        for r in stack.of_type("aws:ec2/route:Route").values()
        if r["inputs"]["routeTableId"].endswith(f"/{table}")
    ]


def test_isolated_subnets_have_no_route_out(stack):
    associations = stack.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")

    assert routes(stack, "isolated") == []
    for zone in ZONES:
        assert associations[f"isolated-{zone}"]["inputs"]["routeTableId"].endswith("/isolated")


def test_only_public_subnets_reach_the_internet_gateway(stack):
    associations = stack.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")
    tables = {r["inputs"]["routeTableId"] for name, r in associations.items() if name.startswith("public-")}
    through_gateway = {
        r["inputs"]["routeTableId"] for r in stack.of_type("aws:ec2/route:Route").values() if "gatewayId" in r["inputs"]
    }

    assert through_gateway == tables
    assert len(tables) == 1


@pytest.mark.parametrize("zone", ZONES)
def test_each_zone_leaves_through_its_own_nat_gateway(stack, zone):
    (route,) = routes(stack, f"private-{zone}")
    nat = stack.inputs("aws:ec2/natGateway:NatGateway", f"nat-{zone}")

    assert route["natGatewayId"].endswith(f"/nat-{zone}")
    assert nat["subnetId"].endswith(f"/public-{zone}")
    assert nat["allocationId"].endswith(f"/nat-{zone}")


def test_the_default_security_group_lets_nothing_through(stack):
    (group,) = stack.of_type("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").values()

    assert (group["inputs"]["ingress"], group["inputs"]["egress"]) == ([], [])


def test_the_internet_reaches_nothing_but_https_at_the_edge(stack):
    open_to_addresses = {
        name: (r["inputs"]["fromPort"], r["inputs"]["toPort"], r["inputs"]["securityGroupId"].split("/")[-1])
        for name, r in stack.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").items()
        if "cidrIpv4" in r["inputs"] or "cidrIpv6" in r["inputs"]
    }

    assert open_to_addresses == {"edge-from-internet": (443, 443, "edge")}


def test_services_are_reached_from_the_edge_and_the_vpn_only(stack):
    sources = {
        (r["inputs"]["referencedSecurityGroupId"].split("/")[-1], r["inputs"]["fromPort"], r["inputs"]["toPort"])
        for r in stack.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").values()
        if r["inputs"]["securityGroupId"].endswith("/services")
    }

    assert sources == {("edge", 8443, 8443), ("vpn", 8443, 8443)}


def test_what_leaves_is_narrow(stack):
    rules = {
        name: (r["inputs"]["ipProtocol"], r["inputs"]["fromPort"], r["inputs"]["toPort"], r["inputs"].get("cidrIpv4"))
        for name, r in stack.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").items()
    }

    assert rules == {
        "edge-to-services": ("tcp", 8443, 8443, None),
        "services-to-internet": ("tcp", 443, 443, "0.0.0.0/0"),
        "vpn-to-services": ("tcp", 8443, 8443, None),
    }


def test_security_groups_hold_no_rules_of_their_own(stack):
    for group in stack.of_type("aws:ec2/securityGroup:SecurityGroup").values():
        assert not {"ingress", "egress"} & set(group["inputs"])


def test_the_storage_endpoint_leads_to_the_accounts_buckets_only(stack, statements):
    (endpoint,) = stack.of_type("aws:ec2/vpcEndpoint:VpcEndpoint").values()
    policy = statements(endpoint["inputs"]["policy"])

    assert endpoint["inputs"]["vpcEndpointType"] == "Gateway"
    assert {table.split("/")[-1] for table in endpoint["inputs"]["routeTableIds"]} == {
        "isolated",
        *(f"private-{zone}" for zone in ZONES),
    }
    assert policy["OwnBuckets"]["Condition"] == {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
    assert policy["ImageLayers"]["Action"] == "s3:GetObject"
    assert policy["ImageLayers"]["Resource"] == "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"


def test_all_traffic_is_logged(stack):
    (flow_log,) = stack.of_type("aws:ec2/flowLog:FlowLog").values()

    assert flow_log["protect"]
    assert flow_log["inputs"]["trafficType"] == "ALL"
    assert flow_log["inputs"]["vpcId"].endswith("/network")
    assert flow_log["inputs"]["logDestination"].endswith("/flow-logs")


def test_the_flow_logs_role_writes_to_its_group_only(stack, statements):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "flow-logs")["policy"])
    group = "arn:aws:logs:us-east-1:123456789012:/hostco/ci-us/flow-logs"

    assert set(policy) == {"Deliver"}
    assert policy["Deliver"]["Resource"] == [group, f"{group}:log-stream:*"]


def vpn(stack):
    return stack.inputs("aws:ec2clientvpn/endpoint:Endpoint", "vpn")


def test_engineers_sign_in_through_the_identity_provider(stack):
    assert vpn(stack)["authenticationOptions"] == [
        {
            "type": "federated-authentication",
            "samlProviderArn": "arn:aws:iam::123456789012:saml-provider/workforce",
        }
    ]


def test_each_group_has_a_rule_and_nobody_else(stack):
    rules = {
        name: r["inputs"] for name, r in stack.of_type("aws:ec2clientvpn/authorizationRule:AuthorizationRule").items()
    }

    assert {name: rule["accessGroupId"] for name, rule in rules.items()} == {
        "vpn-platform": "00000000-0000-4000-8000-000000000011",
        "vpn-on-call": "00000000-0000-4000-8000-000000000012",
    }
    assert not any("authorizeAllGroups" in rule for rule in rules.values())
    assert {rule["targetNetworkCidr"] for rule in rules.values()} == {"10.50.64.0/18"}


def test_the_vpn_stands_in_every_zone(stack):
    associations = stack.of_type("aws:ec2clientvpn/networkAssociation:NetworkAssociation")

    assert {r["inputs"]["subnetId"].split("/")[-1] for r in associations.values()} == {
        f"private-{zone}" for zone in ZONES
    }


def test_vpn_sessions_end_after_eight_hours(stack):
    assert vpn(stack)["sessionTimeoutHours"] == 8
    assert vpn(stack)["disconnectOnSessionTimeout"] is True


def test_the_vpn_carries_the_private_network_only(stack):
    assert vpn(stack)["splitTunnel"] is True
    assert vpn(stack)["clientRouteEnforcementOptions"] == {"enforced": True}
    assert (vpn(stack)["transportProtocol"], vpn(stack)["vpnPort"]) == ("udp", 443)


def test_vpn_connections_are_logged_and_announced(stack):
    assert vpn(stack)["connectionLogOptions"] == {
        "enabled": True,
        "cloudwatchLogGroup": "/hostco/ci-us/vpn-connections",
    }
    assert vpn(stack)["clientLoginBannerOptions"]["enabled"] is True
    assert "logged" in vpn(stack)["clientLoginBannerOptions"]["bannerText"]


def test_the_vpn_proves_its_name(stack):
    certificate = stack.inputs("aws:acm/certificate:Certificate", "vpn")

    assert certificate["domainName"] == "vpn.portal.ci-us.example.com"
    assert certificate["validationMethod"] == "DNS"
    assert certificate["keyAlgorithm"] == "RSA_2048"
