"""People come in through the VPN: with a known device, through the identity provider, for eight hours."""

ENDPOINT = "aws:ec2clientvpn/endpoint:Endpoint"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def vpn(stack):
    return stack.inputs(ENDPOINT, "vpn")


def test_engineers_need_a_known_device_and_sign_in_through_the_identity_provider(stack):
    assert vpn(stack)["authenticationOptions"] == [
        {
            "type": "certificate-authentication",
            "rootCertificateChainArn": (
                "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000031"
            ),
        },
        {
            "type": "federated-authentication",
            "samlProviderArn": "arn:aws:iam::123456789012:saml-provider/workforce",
        },
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
    assert vpn(stack)["selfServicePortal"] == "disabled"


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


def test_a_region_has_a_vpn_once_it_serves(stack, stack_failed_over):
    certificates = "aws:acm/certificate:Certificate"
    assert set(stack.of_type(ENDPOINT)) == {"vpn"}
    # It is ready before, for its record could not be made while Route 53 can't be changed.
    assert stack.inputs(certificates, "vpn-2")["domainName"] == "vpn-2.portal.ci-us.example.com"
    assert set(stack_failed_over.of_type(ENDPOINT)) == {"vpn", "vpn-2"}
    (device, _) = stack_failed_over.inputs(ENDPOINT, "vpn-2")["authenticationOptions"]
    assert device["rootCertificateChainArn"].startswith("arn:aws:acm:us-west-2:")


def test_clients_wear_the_vpns_group_and_come_from_its_range(stack):
    assert [group.split("/")[-1] for group in vpn(stack)["securityGroupIds"]] == ["vpn"]
    assert vpn(stack)["clientCidrBlock"] == "172.21.0.0/20"
    assert vpn(stack)["serverCertificateArn"].endswith("vpn")


def test_subnets_and_rules_are_the_vpns(stack):
    for kind in ("networkAssociation:NetworkAssociation", "authorizationRule:AuthorizationRule"):
        for each in stack.of_type(f"aws:ec2clientvpn/{kind}").values():
            assert each["inputs"]["clientVpnEndpointId"].endswith("/vpn")
