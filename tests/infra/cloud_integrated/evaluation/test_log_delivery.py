"""Logs arrive: each service that delivers some is let in by bucket and key, for this account only."""

import pytest

OURS = {"aws:SourceAccount": "123456789012"}
THEIRS = {"aws:SourceAccount": "999999999999"}
TRAIL = "arn:aws:cloudtrail:us-east-1:123456789012:trail/hostco-ci-us-trail"
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/hostco-ci-us-portal/1"


def key(name):
    return f"arn:aws:kms:us-east-1:123456789012:alias/platform/{name}"


@pytest.mark.parametrize(("source", "is_ours"), [(TRAIL, True), (TRAIL.replace("123456789012", "999999999999"), False)])
def test_the_trail_delivers_its_files(allowed, as_service, source, is_ours):
    trail = as_service("cloudtrail.amazonaws.com", **{"aws:SourceArn": source})
    files = "arn:aws:s3:::hostco-ci-us-trail-logs"

    assert allowed(trail, "s3:GetBucketAcl", files) is is_ours
    assert allowed(
        trail, "s3:PutObject", f"{files}/AWSLogs/123456789012/a", {"s3:x-amz-acl": "bucket-owner-full-control"}
    ) is is_ours  # fmt: skip
    assert allowed(
        trail, "kms:GenerateDataKey", key("trail"), {"kms:EncryptionContext:aws:cloudtrail:arn": source}
    ) is is_ours  # fmt: skip


@pytest.mark.parametrize(("account", "is_ours"), [(OURS, True), (THEIRS, False)])
def test_load_balancers_deliver_their_logs(allowed, as_service, account, is_ours):
    source = BALANCER.replace("123456789012", account["aws:SourceAccount"])
    balancer = as_service("logdelivery.elasticloadbalancing.amazonaws.com", **account, **{"aws:SourceArn": source})

    for prefix in ("access", "connection"):
        file = f"arn:aws:s3:::hostco-ci-us-edge-logs/{prefix}/AWSLogs/123456789012/a"
        assert allowed(balancer, "s3:PutObject", file) is is_ours


@pytest.mark.parametrize(("account", "is_ours"), [(OURS, True), (THEIRS, False)])
def test_config_delivers_what_it_records(allowed, as_service, account, is_ours):
    config = as_service("config.amazonaws.com", **account)
    files = "arn:aws:s3:::hostco-ci-us-config"

    assert allowed(config, "s3:GetBucketAcl", files) is is_ours
    assert allowed(config, "s3:PutObject", f"{files}/AWSLogs/123456789012/Config/a") is is_ours
    assert allowed(config, "kms:GenerateDataKey", key("logs")) is is_ours
    assert allowed(config, "kms:Decrypt", key("logs")) is is_ours


@pytest.mark.parametrize(
    ("role", "group"), [("trail-delivery", "/hostco/ci-us/trail"), ("flow-logs", "/hostco/ci-us/flow-logs")]
)
def test_a_role_writes_to_its_log_group_only(policies, allowed, role, group):
    def stream(name):
        return f"arn:aws:logs:us-east-1:123456789012:log-group:{name}:log-stream:a"

    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        assert allowed(policies.session(role), action, stream(group))
        assert not allowed(policies.session(role), action, stream("/hostco/ci-us/portal"))


@pytest.mark.parametrize(
    ("group", "is_ours"),
    [
        ("/hostco/ci-us/portal", True),
        ("/aws/ecs/containerinsights/hostco-ci-us-services/performance", True),
        ("/aws/ecs/containerinsights/somebody-else/performance", False),
        ("/somebody/else", False),
    ],
)
def test_log_groups_are_encrypted(allowed, as_service, group, is_ours):
    logs = as_service("logs.us-east-1.amazonaws.com")
    context = {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"}

    for action in ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"):
        assert allowed(logs, action, key("logs"), context) is is_ours


def test_alarms_are_published_under_their_key(allowed, as_service):
    for service in (as_service("cloudwatch.amazonaws.com", **OURS), as_service("events.amazonaws.com")):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert allowed(service, action, key("alarms"))
    assert not allowed(as_service("cloudwatch.amazonaws.com", **THEIRS), "kms:Decrypt", key("alarms"))


def test_auditors_read_the_trail_and_nobody_else(policies, allowed):
    context = {
        "kms:ViaService": "s3.us-east-1.amazonaws.com",
        "kms:EncryptionContext:aws:cloudtrail:arn": TRAIL,
    }
    file = "arn:aws:s3:::hostco-ci-us-trail-logs/AWSLogs/123456789012/a"
    readers = {
        name.removeprefix("hostco-ci-us-")
        for name in policies.roles
        if allowed(policies.session(name.removeprefix("hostco-ci-us-")), "s3:GetObject", file)
    }

    assert readers == {"auditor"}
    assert allowed(policies.session("auditor"), "kms:Decrypt", key("trail"), context)
    assert not allowed(policies.session("operator"), "kms:Decrypt", key("trail"), context)


@pytest.mark.parametrize(("region", "suffix"), [("us-east-1", ""), ("us-west-2", "-2")])
def test_findings_are_kept_as_their_own_rule_brings_them(allowed, as_service, region, suffix):
    def rule(name):
        arn = f"arn:aws:events:{region}:123456789012:rule/hostco-ci-us-{name}{suffix}"
        return as_service("events.amazonaws.com", **{"aws:SourceArn": arn})

    def stream(group):
        return f"arn:aws:logs:{region}:123456789012:log-group:/hostco/ci-us/{group}{suffix}:log-stream:a"

    assert allowed(as_service("delivery.logs.amazonaws.com"), "logs:CreateLogStream", stream("findings"), region=region)
    assert allowed(rule("findings"), "logs:PutLogEvents", stream("findings"), region=region)
    assert not allowed(rule("backup-failed"), "logs:PutLogEvents", stream("findings"), region=region)
    assert not allowed(rule("findings"), "logs:PutLogEvents", stream("trail"), region=region)
