from typing import Any


def test_prevents(stack: Any):
    policy = stack.inputs("frontdoor:Policy")
    assert policy["sku"] == {"name": "Premium_AzureFrontDoor"}
    settings = policy["policySettings"]
    assert (settings["enabledState"], settings["mode"], settings["requestBodyCheck"]) == (
        "Enabled",
        "Prevention",
        "Enabled",
    )


def test_has_the_current_rules_against_attacks_and_bots(stack: Any):
    assert stack.inputs("frontdoor:Policy")["managedRules"]["managedRuleSets"] == [
        {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.2", "ruleSetAction": "Block"},
        {"ruleSetType": "Microsoft_BotManagerRuleSet", "ruleSetVersion": "1.1"},
    ]


def test_refuses_a_client_that_asks_too_often(stack: Any):
    (rule,) = stack.inputs("frontdoor:Policy")["customRules"]["rules"]
    assert (rule["ruleType"], rule["action"], rule["enabledState"]) == ("RateLimitRule", "Block", "Enabled")
    assert (rule["rateLimitThreshold"], rule["rateLimitDurationInMinutes"]) == (600, 1)
    assert rule["groupBy"] == [{"variableName": "SocketAddr"}]
    assert rule["matchConditions"] == [
        {"matchVariable": "SocketAddr", "operator": "IPMatch", "matchValue": ["0.0.0.0/0", "::/0"]}
    ]


def test_logs_no_content(stack: Any):
    settings = stack.inputs("frontdoor:Policy")["policySettings"]
    assert settings["state"] == "Enabled"
    assert {rule["matchVariable"] for rule in settings["scrubbingRules"]} == {
        "RequestHeaderNames",
        "RequestCookieNames",
        "QueryStringArgNames",
        "RequestBodyPostArgNames",
        "RequestBodyJsonArgNames",
    }
    assert {(rule["selectorMatchOperator"], rule["state"]) for rule in settings["scrubbingRules"]} == {
        ("EqualsAny", "Enabled")
    }
