"""The edge speaks the strictest TLS, on one port."""

import pytest


def balancer(stack):
    return stack.inputs("aws:lb/loadBalancer:LoadBalancer", "portal")


def test_there_is_one_listener_and_it_speaks_tls_1_3(stack):
    (listener,) = stack.of_type("aws:lb/listener:Listener").values()

    assert (listener["inputs"]["port"], listener["inputs"]["protocol"]) == (443, "HTTPS")
    assert listener["inputs"]["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"
    assert [action["type"] for action in listener["inputs"]["defaultActions"]] == ["forward"]


def test_the_balancer_stands_in_the_public_subnet_of_every_zone(stack):
    assert [subnet.split("/")[-1] for subnet in balancer(stack)["subnets"]] == [
        "public-us-east-1a", "public-us-east-1b", "public-us-east-1c"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("dropInvalidHeaderFields", True),
        ("desyncMitigationMode", "strictest"),
        ("enableDeletionProtection", True),
        ("ipAddressType", "ipv4"),
    ],
)
def test_the_balancer_is_hardened(stack, setting, value):
    assert balancer(stack)[setting] == value


def test_the_balancer_can_be_deleted_once_no_tenant_lives_behind_it(stack_of_all_states, stack_let_go):
    assert balancer(stack_of_all_states)["enableDeletionProtection"] is True
    assert balancer(stack_let_go)["enableDeletionProtection"] is False


def test_requests_and_handshakes_are_logged(stack):
    assert balancer(stack)["accessLogs"] == {"bucket": "hostco-ci-us-edge-logs", "enabled": True, "prefix": "access"}
    assert balancer(stack)["connectionLogs"] == {
        "bucket": "hostco-ci-us-edge-logs", "enabled": True, "prefix": "connection"
    }  # fmt: skip


def test_services_are_reached_over_tls(stack):
    group = stack.inputs("aws:lb/targetGroup:TargetGroup", "portal")

    assert (group["protocol"], group["port"], group["targetType"]) == ("HTTPS", 8443, "ip")
    assert group["healthCheck"]["protocol"] == "HTTPS"


def test_the_portals_name_leads_to_the_balancer(stack):
    record = stack.inputs("aws:route53/record:Record", "portal")

    assert (record["zoneId"], record["name"], record["type"]) == (
        "Z0000000000000000001", "portal.ci-us.example.com", "A"
    )  # fmt: skip
    assert record["aliases"] == [
        {
            "name": "hostco-ci-us-portal.us-east-1.elb.amazonaws.com",
            "zoneId": "Z35SXDOTRQ7X7K",
            "evaluateTargetHealth": True,
        }
    ]
