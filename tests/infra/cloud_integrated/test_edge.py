"""The edge speaks the strictest TLS, on one port, in either region."""

import pytest

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
RECORD = "aws:route53/record:Record"
ZONES = {
    "portal": ("us-east-1a", "us-east-1b", "us-east-1c"),
    "portal-2": ("us-west-2a-2", "us-west-2b-2", "us-west-2c-2"),
}


def balancer(stack):
    return stack.inputs(BALANCER, "portal")


@pytest.mark.parametrize("name", ZONES)
def test_there_is_one_listener_and_it_speaks_tls_1_3(stack, name):
    listener = stack.inputs(LISTENER, name)

    assert set(stack.of_type(LISTENER)) == set(ZONES)
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"


def test_the_balancer_answers_to_the_portals_name_only(stack):
    (otherwise,) = stack.inputs(LISTENER, "portal")["defaultActions"]
    rules = {
        name: (list(r["inputs"]["conditions"]), r["inputs"]["priority"])
        for name, r in stack.of_type("aws:lb/listenerRule:ListenerRule").items()
        if not name.endswith("-2")
    }
    host = {"hostHeader": {"values": ["portal.ci-us.example.com"]}}

    assert (otherwise["type"], otherwise["fixedResponse"]["statusCode"]) == ("fixed-response", "404")
    assert rules == {
        "ingestion": ([host, {"pathPattern": {"values": ["/ingestion/*"]}}], 1),
        "portal": ([host, {"pathPattern": {"values": ["/*"]}}], 2),
    }


@pytest.mark.parametrize("service", ["ingestion", "portal"])
def test_a_rule_leads_to_its_services_target_group(stack, service):
    (action,) = stack.inputs("aws:lb/listenerRule:ListenerRule", service)["actions"]
    group = stack.inputs("aws:lb/targetGroup:TargetGroup", service)

    assert action["type"] == "forward"
    assert action["targetGroupArn"].endswith(group["name"])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("routingHttpResponseStrictTransportSecurityHeaderValue", "max-age=63072000; includeSubDomains"),
        ("routingHttpResponseXContentTypeOptionsHeaderValue", "nosniff"),
        ("routingHttpResponseXFrameOptionsHeaderValue", "DENY"),
        ("routingHttpResponseServerEnabled", False),
    ],
)
def test_what_the_balancer_answers_tells_browsers_to_be_strict(stack, setting, value):
    assert {r["inputs"][setting] for r in stack.of_type(LISTENER).values()} == {value}


@pytest.mark.parametrize("name", ZONES)
def test_the_balancer_stands_in_the_public_subnet_of_every_zone(stack, name):
    subnets = stack.inputs(BALANCER, name)["subnets"]

    assert [subnet.split("/")[-1] for subnet in subnets] == [f"public-{zone}" for zone in ZONES[name]]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("dropInvalidHeaderFields", True),
        ("desyncMitigationMode", "strictest"),
        ("enableDeletionProtection", True),
        ("enableWafFailOpen", False),
        ("enableZonalShift", True),
        ("ipAddressType", "ipv4"),
    ],
)
def test_the_balancer_is_hardened(stack, setting, value):
    assert {r["inputs"][setting] for r in stack.of_type(BALANCER).values()} == {value}


def test_the_balancer_can_be_deleted_once_no_tenant_lives_behind_it(stack_of_all_states, stack_let_go):
    assert balancer(stack_of_all_states)["enableDeletionProtection"] is True
    assert balancer(stack_let_go)["enableDeletionProtection"] is False


@pytest.mark.parametrize(
    ("name", "bucket"), [("portal", "hostco-ci-us-edge-logs"), ("portal-2", "hostco-ci-us-edge-logs-2")]
)
def test_requests_and_handshakes_are_logged_in_the_same_region(stack, name, bucket):
    inputs = stack.inputs(BALANCER, name)

    assert inputs["accessLogs"] == {"bucket": bucket, "enabled": True, "prefix": "access"}
    assert inputs["connectionLogs"] == {"bucket": bucket, "enabled": True, "prefix": "connection"}


@pytest.mark.parametrize("service", ["ingestion", "portal", "ingestion-2", "portal-2"])
def test_services_are_reached_over_tls(stack, service):
    group = stack.inputs("aws:lb/targetGroup:TargetGroup", service)

    assert (group["protocol"], group["port"], group["targetType"]) == ("HTTPS", 8443, "ip")
    assert group["healthCheck"]["protocol"] == "HTTPS"


@pytest.mark.parametrize(
    ("name", "region", "kind", "check"),
    [("portal", "us-east-1", "PRIMARY", True), ("portal-2", "us-west-2", "SECONDARY", False)],
)
def test_the_portals_name_leads_to_the_second_region_once_the_first_fails(stack, name, region, kind, check):
    record = stack.inputs(RECORD, name)

    assert (record["zoneId"], record["name"], record["type"]) == (
        "Z0000000000000000001", "portal.ci-us.example.com", "A"
    )  # fmt: skip
    assert record["failoverRoutingPolicies"] == [{"type": kind}]
    assert record["setIdentifier"] == region
    assert ("healthCheckId" in record) is check
    (alias,) = record["aliases"]
    assert alias["name"].endswith(f".{region}.elb.amazonaws.com")
    assert alias["evaluateTargetHealth"] is True


def test_the_portal_of_one_region_has_one_record_that_nothing_takes_away(dev_stack):
    record = dev_stack.inputs(RECORD, "portal")

    assert not {"failoverRoutingPolicies", "healthCheckId", "setIdentifier"} & set(record)
    assert not [r for r in dev_stack.resources if r["type"] == "aws:route53/healthCheck:HealthCheck"]


@pytest.mark.parametrize("name", ZONES)
def test_the_balancer_faces_customers_with_the_edges_group_and_certificate(stack, name):
    suffix = name.removeprefix("portal")
    inputs, listener = stack.inputs(BALANCER, name), stack.inputs(LISTENER, name)

    assert (inputs["loadBalancerType"], inputs["internal"]) == ("application", False)
    assert [group.split("/")[-1] for group in inputs["securityGroups"]] == [f"edge{suffix}"]
    assert listener["loadBalancerArn"].endswith(f"hostco-ci-us-portal{suffix}")
    assert listener["certificateArn"].endswith(f":portal{suffix}")


def test_a_task_is_asked_whether_it_is_well(stack):
    check = stack.inputs("aws:lb/targetGroup:TargetGroup", "portal")["healthCheck"]

    assert (check["enabled"], check["path"], check["matcher"], check["port"]) == (
        True,
        "/health",
        "200",
        "traffic-port",
    )
