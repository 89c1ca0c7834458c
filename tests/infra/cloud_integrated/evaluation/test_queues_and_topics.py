"""The queues hold every customer's messages: who may put one in or take one out. The topics wake somebody: who may."""

import pytest

REGIONS = {"us-east-1": "", "us-west-2": "-2"}
REGION = pytest.mark.parametrize("region", REGIONS)
STRANGER = "arn:aws:iam::999999999999:user/stranger"
QUEUE_ACTIONS = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:PurgeQueue",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sqs:SetQueueAttributes",
    "sqs:StartMessageMoveTask",
)
OVER_PLAIN_HTTP = {"aws:SecureTransport": "false"}


def queue(region="us-east-1", name="messages"):
    return f"arn:aws:sqs:{region}:123456789012:hostco-ci-us-{name}{REGIONS[region]}"


def topic(region="us-east-1"):
    return f"arn:aws:sns:{region}:123456789012:hostco-ci-us-alarms{REGIONS[region]}"


def key(name, region="us-east-1"):
    return f"arn:aws:kms:{region}:123456789012:alias/{name}"


def through_sqs(region="us-east-1"):
    return {"kms:ViaService": f"sqs.{region}.amazonaws.com"}


def roles_that_may(policies, allowed, action, resource, region):
    return {
        name.removeprefix("hostco-ci-us-")
        for name in policies.roles
        if allowed(policies.session(name.removeprefix("hostco-ci-us-"), tenant="acme"), action, resource, region=region)
    }


@REGION
@pytest.mark.parametrize(
    ("action", "users"),
    [
        ("sqs:SendMessage", {"ingestion-task"}),
        ("sqs:ReceiveMessage", {"processing-task"}),
        ("sqs:DeleteMessage", {"processing-task"}),
        ("sqs:ChangeMessageVisibility", {"processing-task"}),
        ("sqs:PurgeQueue", set()),
        ("sqs:SetQueueAttributes", set()),
        ("sqs:AddPermission", set()),
    ],
)
def test_one_service_puts_messages_in_and_another_takes_them_out(policies, allowed, region, action, users):
    of_the_region = {user + REGIONS[region] for user in users}

    assert roles_that_may(policies, allowed, action, queue(region), region) == of_the_region


@REGION
@pytest.mark.parametrize("action", QUEUE_ACTIONS)
def test_nobody_takes_out_what_could_not_be_processed(policies, allowed, region, action):
    assert roles_that_may(policies, allowed, action, queue(region, "dead-letters"), region) == set()


@pytest.mark.parametrize("tags", [{}, {"tenant": ""}, {"tenant": "acme"}, {"tenant": "globex"}])
@pytest.mark.parametrize("action", QUEUE_ACTIONS)
def test_a_session_reaches_no_queue_whatever_its_tenant(policies, allowed, tags, action):
    """Messages of all tenants wait in one queue, so none of their sessions may touch it."""
    assert not allowed(policies.session("tenant-data", **tags), action, queue())


@REGION
def test_a_queue_is_reached_over_tls_only(policies, allowed, region):
    suffix = REGIONS[region]
    for role, action in (("ingestion-task", "sqs:SendMessage"), ("processing-task", "sqs:ReceiveMessage")):
        who = policies.session(role + suffix)

        assert allowed(who, action, queue(region), region=region)
        assert not allowed(who, action, queue(region), OVER_PLAIN_HTTP, region=region)


@REGION
@pytest.mark.parametrize("name", ["messages", "dead-letters"])
def test_another_account_reaches_no_queue(allowed, as_principal, region, name):
    for action in QUEUE_ACTIONS:
        assert not allowed(as_principal(STRANGER), action, queue(region, name), region=region)


def test_services_use_the_queues_key_through_the_queue_and_no_tenants(policies, allowed):
    ingestion, processing = policies.session("ingestion-task"), policies.session("processing-task")

    assert allowed(ingestion, "kms:GenerateDataKey", key("platform/data"), through_sqs())
    assert allowed(processing, "kms:Decrypt", key("platform/data"), through_sqs())
    for who in (ingestion, processing):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert not allowed(who, action, key("platform/data"))
            assert not allowed(who, action, key("platform/data"), {"kms:ViaService": "s3.us-east-1.amazonaws.com"})
            assert not allowed(who, action, key("tenant/acme"), through_sqs())


@REGION
@pytest.mark.parametrize(("account", "is_ours"), [("123456789012", True), ("999999999999", False)])
def test_alarms_of_this_account_are_published(allowed, as_service, region, account, is_ours):
    alarm = as_service(
        "cloudwatch.amazonaws.com",
        **{"aws:SourceAccount": account, "aws:SourceArn": f"arn:aws:cloudwatch:{region}:{account}:alarm:a"},
    )

    assert allowed(alarm, "sns:Publish", topic(region), region=region) is is_ours
    assert not allowed(alarm, "sns:Publish", topic(region), OVER_PLAIN_HTTP, region=region)


@REGION
def test_rules_publish_and_no_other_service_does(allowed, as_service, region):
    assert allowed(as_service("events.amazonaws.com"), "sns:Publish", topic(region), region=region)
    for service in ("backup.amazonaws.com", "s3.amazonaws.com"):
        assert not allowed(as_service(service), "sns:Publish", topic(region), region=region)


@REGION
@pytest.mark.parametrize("action", ["sns:Publish", "sns:Subscribe", "sns:SetTopicAttributes", "sns:DeleteTopic"])
def test_no_role_and_no_other_account_speaks_or_listens_to_on_call(policies, allowed, as_principal, region, action):
    assert roles_that_may(policies, allowed, action, topic(region), region) == set()
    assert not allowed(as_principal(STRANGER), action, topic(region), region=region)
