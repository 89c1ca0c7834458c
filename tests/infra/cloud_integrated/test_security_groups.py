"""Who may open a connection to whom."""

from infra.cloud_integrated.security_groups import SERVICES

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def group(identity):
    return identity.split("/")[-1]


def connections(stack, type_):
    """Who reaches whom on which port, of the rules between groups of the first region."""
    found = set()
    for rule in stack.of_type(type_).values():
        own, other = rule["inputs"]["securityGroupId"], rule["inputs"].get("referencedSecurityGroupId")
        if other is None or own.endswith("-2"):
            continue
        source, target = (other, own) if type_ == INGRESS else (own, other)
        assert rule["inputs"]["ipProtocol"] == "tcp"
        assert rule["inputs"]["fromPort"] == rule["inputs"]["toPort"]
        found.add((group(source), group(target), rule["inputs"]["fromPort"]))
    return found


def test_the_internet_reaches_nothing_but_https_at_the_edge(stack):
    open_to_addresses = {
        name: (r["inputs"]["fromPort"], r["inputs"]["toPort"], group(r["inputs"]["securityGroupId"]))
        for name, r in stack.of_type(INGRESS).items()
        if {"cidrIpv4", "cidrIpv6", "prefixListId"} & set(r["inputs"])
    }

    assert open_to_addresses == {"edge-from-internet": (443, 443, "edge"), "edge-from-internet-2": (443, 443, "edge-2")}


def test_who_reaches_whom(stack):
    expected = {
        ("edge", "ingestion", 8443),
        ("edge", "portal", 8443),
        ("vpn", "portal", 8443),
        ("ingestion", "tokens", 9443),
        ("processing", "tokens", 9443),
        ("quarantine", "tokens", 9443),
        ("portal", "tokens", 9443),
        ("portal", "quarantine", 9443),
        *((service, "endpoints", 443) for service in SERVICES),
    }

    assert connections(stack, INGRESS) == expected
    assert connections(stack, EGRESS) == expected


def test_engineers_do_not_reach_the_service_that_lets_its_callers_act_for_a_tenant(stack):
    assert ("vpn", "tokens") not in {(source, target) for source, target, _ in connections(stack, INGRESS)}


def test_only_what_has_to_goes_out_to_the_internet(stack):
    leaving = {
        group(r["inputs"]["securityGroupId"]): (r["inputs"]["fromPort"], r["inputs"]["toPort"])
        for name, r in stack.of_type(EGRESS).items()
        if "cidrIpv4" in r["inputs"] and not name.endswith("-2")
    }

    assert leaving == {"ingestion": (443, 443), "portal": (443, 443)}


def test_stores_are_reached_by_the_lists_of_their_own_addresses(stack):
    lists = {
        (group(r["inputs"]["securityGroupId"]), r["inputs"]["prefixListId"])
        for name, r in stack.of_type(EGRESS).items()
        if "prefixListId" in r["inputs"] and not name.endswith("-2")
    }

    assert lists == {(service, f"pl-{store}") for service in SERVICES for store in ("s3", "dynamodb")}


def test_security_groups_hold_no_rules_of_their_own(stack):
    for each in stack.of_type("aws:ec2/securityGroup:SecurityGroup").values():
        assert not {"ingress", "egress"} & set(each["inputs"])


def test_every_rule_is_of_tcp_and_names_one_peer(stack):
    for type_ in (INGRESS, EGRESS):
        for name, rule in stack.of_type(type_).items():
            peers = {"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"} & set(rule["inputs"])
            assert (rule["inputs"]["ipProtocol"], len(peers)) == ("tcp", 1), name
            assert rule["inputs"].get("cidrIpv4", "0.0.0.0/0") == "0.0.0.0/0"
