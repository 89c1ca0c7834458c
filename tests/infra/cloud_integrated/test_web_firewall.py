"""Before the load balancer stands a firewall that knows attacks when it sees them."""

import pytest

from infra.cloud_integrated.edge import TARGETS
from infra.cloud_integrated.web_firewall import INGESTION, MANAGED_RULES

REGIONS = ["edge", "edge-2"]
AT_INGESTION = {
    "byteMatchStatement": {
        "fieldToMatch": {"uriPath": {}},
        "positionalConstraint": "STARTS_WITH",
        "searchString": "/ingestion/",
        "textTransformations": [{"priority": 0, "type": "NONE"}],
    }
}
ELSEWHERE = {"notStatement": {"statement": AT_INGESTION}}


def rules(stack, name):
    return {rule["name"]: rule for rule in stack.inputs("aws:wafv2/webAcl:WebAcl", name)["rules"]}


@pytest.mark.parametrize("name", REGIONS)
def test_every_balancer_has_its_firewall(stack, name):
    association = stack.inputs("aws:wafv2/webAclAssociation:WebAclAssociation", name)

    assert association["resourceArn"].endswith("portal-2" if name.endswith("-2") else "portal")
    assert association["webAclArn"].endswith(stack.inputs("aws:wafv2/webAcl:WebAcl", name)["name"])


@pytest.mark.parametrize("name", REGIONS)
def test_the_rules_that_aws_keeps_refuse_what_they_find(stack, name):
    for rule in MANAGED_RULES:
        found = rules(stack, name)[rule]
        statement = found["statement"]["managedRuleGroupStatement"]
        assert found["overrideAction"] == {"none": {}}
        assert (statement["vendorName"], statement["name"]) == ("AWS", rule)
        assert found["visibilityConfig"]["cloudwatchMetricsEnabled"] is True


def test_only_the_rule_that_takes_a_mail_for_an_attack_is_counted(stack):
    overrides = {
        (name, override["name"])
        for name, rule in rules(stack, "edge").items()
        for override in rule["statement"].get("managedRuleGroupStatement", {}).get("ruleActionOverrides", [])
    }

    assert overrides == {("AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY")}


@pytest.mark.parametrize("name", REGIONS)
@pytest.mark.parametrize(
    ("rule", "limit", "where"),
    [("too-many-requests", 2000, ELSEWHERE), ("too-many-requests-to-ingestion", 20_000, AT_INGESTION)],
)
def test_one_address_asks_so_often_and_no_more(stack, name, rule, limit, where):
    found = rules(stack, name)[rule]

    assert found["action"] == {"block": {}}
    assert found["statement"]["rateBasedStatement"] == {
        "aggregateKeyType": "IP", "limit": limit, "evaluationWindowSec": 300, "scopeDownStatement": where
    }  # fmt: skip


@pytest.mark.parametrize("name", REGIONS)
def test_mail_platforms_may_call_from_where_people_do_not(stack, name):
    """Of all rule groups, one judges people only."""
    scopes = {
        rule: rules(stack, name)[rule]["statement"]["managedRuleGroupStatement"].get("scopeDownStatement")
        for rule in MANAGED_RULES
    }

    assert {rule: scope for rule, scope in scopes.items() if scope} == {"AWSManagedRulesAnonymousIpList": ELSEWHERE}
    assert TARGETS["ingestion"][1] == f"{INGESTION}*"


def test_rules_are_asked_in_an_order(stack):
    priorities = [rule["priority"] for rule in rules(stack, "edge").values()]

    assert len(set(priorities)) == len(priorities) == 2 + len(MANAGED_RULES)


@pytest.mark.parametrize(("name", "group"), [("edge", "web-firewall"), ("edge-2", "web-firewall-2")])
def test_what_it_decides_is_logged_without_what_proves_who_somebody_is(stack, name, group):
    logging = stack.of_type("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")[name]
    log_group = stack.inputs("aws:cloudwatch/logGroup:LogGroup", group)

    assert logging["protect"]
    assert logging["inputs"]["logDestinationConfigs"][0].endswith(log_group["name"])
    assert log_group["name"].startswith("aws-waf-logs-")
    assert log_group["kmsKeyId"]
    assert [field["singleHeader"]["name"] for field in logging["inputs"]["redactedFields"]] == [
        "authorization", "cookie"
    ]  # fmt: skip


@pytest.mark.parametrize(("key", "region"), [("logs-key", "us-east-1"), ("logs-key-2", "us-west-2")])
def test_its_log_may_use_the_key_of_logs(stack, statements, key, region):
    (use,) = [
        statement
        for statement in statements(stack.inputs("aws:kms/key:Key", key)["policy"]).values()
        if statement["Principal"].get("Service") == [f"logs.{region}.amazonaws.com"]
    ]
    group = stack.inputs("aws:cloudwatch/logGroup:LogGroup", key.replace("logs-key", "web-firewall"))["name"]

    assert (
        f"arn:aws:logs:{region}:123456789012:log-group:{group}"
        in use["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    )


@pytest.mark.parametrize("name", REGIONS)
def test_what_no_rule_refuses_is_let_through_and_all_is_counted(stack, name):
    inputs = stack.inputs("aws:wafv2/webAcl:WebAcl", name)
    seen = [inputs["visibilityConfig"], *(rule["visibilityConfig"] for rule in inputs["rules"])]

    assert inputs["scope"] == "REGIONAL"
    assert inputs["defaultAction"] == {"allow": {}}
    assert all(each["cloudwatchMetricsEnabled"] and each["sampledRequestsEnabled"] for each in seen)


def test_the_log_is_the_firewalls(stack):
    logging = stack.inputs("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "edge")
    (override,) = rules(stack, "edge")["AWSManagedRulesCommonRuleSet"]["statement"]["managedRuleGroupStatement"][
        "ruleActionOverrides"
    ]

    assert logging["resourceArn"].endswith("hostco-ci-us-edge")
    assert override["actionToUse"] == {"count": {}}
