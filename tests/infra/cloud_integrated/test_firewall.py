"""What leaves a production stack passes a firewall that knows where to."""

import pytest

from infra.cloud_integrated.firewall import ALLOWED_DOMAINS

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def firewall(stack):
    return stack.inputs("aws:networkfirewall/firewall:Firewall", "exit")


def rule_group(stack):
    return stack.inputs("aws:networkfirewall/ruleGroup:RuleGroup", "allowed-domains")


def test_only_names_on_the_list_are_let_through(stack):
    assert rule_group(stack)["ruleGroup"]["rulesSource"]["rulesSourceList"] == {
        "generatedRulesType": "ALLOWLIST", "targetTypes": ["TLS_SNI"], "targets": list(ALLOWED_DOMAINS)
    }  # fmt: skip
    assert not any(domain.startswith((".", "*")) for domain in ALLOWED_DOMAINS)
    assert len(ALLOWED_DOMAINS) <= rule_group(stack)["capacity"]


def test_the_list_holds_for_the_services_subnets(stack):
    assert rule_group(stack)["ruleGroup"]["ruleVariables"]["ipSets"] == [
        {"key": "HOME_NET", "ipSet": {"definitions": ["10.50.64.0/18"]}}
    ]


def test_what_is_not_on_the_list_is_dropped(stack):
    policy = stack.inputs("aws:networkfirewall/firewallPolicy:FirewallPolicy", "exit")["firewallPolicy"]

    assert policy["statelessDefaultActions"] == policy["statelessFragmentDefaultActions"] == ["aws:forward_to_sfe"]
    # Not before the whole name was read, which the first packet needn't hold.
    assert policy["statefulDefaultActions"] == [
        "aws:drop_established_app_layer_to_server",
        "aws:alert_established_app_layer_to_server",
    ]
    assert policy["statefulEngineOptions"]["ruleOrder"] == "STRICT_ORDER"
    assert rule_group(stack)["ruleGroup"]["statefulRuleOptions"]["ruleOrder"] == "STRICT_ORDER"


def test_the_firewall_stands_in_every_zone(stack):
    assert {mapping["subnetId"].split("/")[-1] for mapping in firewall(stack)["subnetMappings"]} == {
        f"firewall-{zone}" for zone in ZONES
    }


@pytest.mark.parametrize("setting", ["deleteProtection", "firewallPolicyChangeProtection", "subnetChangeProtection"])
def test_nobody_takes_the_firewall_away_while_tenants_live_behind_it(stack, stack_let_go, setting):
    assert firewall(stack)[setting] is True
    assert firewall(stack_let_go)[setting] is False


def test_no_firewall_is_logged_where_there_is_none(dev_stack):
    assert "firewall" not in dev_stack.of_type("aws:cloudwatch/logGroup:LogGroup")


def test_what_was_dropped_and_what_passed_is_logged(stack):
    logging = stack.of_type("aws:networkfirewall/loggingConfiguration:LoggingConfiguration")["exit"]

    assert logging["protect"]
    assert logging["inputs"]["loggingConfiguration"]["logDestinationConfigs"] == [
        {
            "logDestinationType": "CloudWatchLogs",
            "logType": kind,
            "logDestination": {"logGroup": "/hostco/ci-us/firewall"},
        }
        for kind in ("ALERT", "FLOW")
    ]


def test_the_firewall_goes_by_its_policy_and_the_policy_by_the_list(stack):
    policy = stack.inputs("aws:networkfirewall/firewallPolicy:FirewallPolicy", "exit")["firewallPolicy"]
    (reference,) = policy["statefulRuleGroupReferences"]
    logging = stack.inputs("aws:networkfirewall/loggingConfiguration:LoggingConfiguration", "exit")

    assert reference["resourceArn"].endswith(":hostco-ci-us-allowed-domains")
    assert rule_group(stack)["type"] == "STATEFUL"
    assert policy["statefulEngineOptions"]["streamExceptionPolicy"] == "REJECT"
    assert firewall(stack)["firewallPolicyArn"].endswith(":hostco-ci-us-exit")
    assert logging["firewallArn"].endswith(":hostco-ci-us-exit")
