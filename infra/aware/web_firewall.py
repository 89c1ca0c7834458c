"""The web application firewall in front of the portal."""

from typing import Final

import pulumi
from pulumi_azure_native import frontdoor

from infra.aware.placement import Placement

REQUESTS_PER_MINUTE: Final = 600
"""Requests of one client address in a minute, after which it is refused: ten in a second is more than a person's
browser asks for, and less than a scanner or a flood."""

LOGGED_WITHOUT_VALUES: Final = (
    frontdoor.ScrubbingRuleEntryMatchVariable.REQUEST_HEADER_NAMES,
    frontdoor.ScrubbingRuleEntryMatchVariable.REQUEST_COOKIE_NAMES,
    frontdoor.ScrubbingRuleEntryMatchVariable.QUERY_STRING_ARG_NAMES,
    frontdoor.ScrubbingRuleEntryMatchVariable.REQUEST_BODY_POST_ARG_NAMES,
    frontdoor.ScrubbingRuleEntryMatchVariable.REQUEST_BODY_JSON_ARG_NAMES,
)
"""The firewall logs what a rule has found. In these places that may be a session, or content of a customer."""


def web_firewall(*, placement: Placement, parent: pulumi.Resource) -> frontdoor.Policy:
    """Microsoft's rules against attacks and bots, and a limit on each client's rate; what they catch is refused.

    Versions: Azure documentation, "Web Application Firewall DRS rule groups and rules" (the current ones).
    """
    return frontdoor.Policy(
        "main",
        policy_name=placement.compact_name("fdfp"),
        resource_group_name=placement.resource_group_name,
        location="Global",
        sku=frontdoor.SkuArgs(name=frontdoor.SkuName.PREMIUM_AZURE_FRONT_DOOR),
        policy_settings=frontdoor.PolicySettingsArgs(
            enabled_state=frontdoor.PolicyEnabledState.ENABLED,
            mode=frontdoor.PolicyMode.PREVENTION,
            request_body_check=frontdoor.PolicyRequestBodyCheck.ENABLED,
            state=frontdoor.WebApplicationFirewallScrubbingState.ENABLED,
            scrubbing_rules=[
                frontdoor.WebApplicationFirewallScrubbingRulesArgs(
                    match_variable=variable,
                    selector_match_operator=frontdoor.ScrubbingRuleEntryMatchOperator.EQUALS_ANY,
                    state=frontdoor.ScrubbingRuleEntryState.ENABLED,
                )
                for variable in LOGGED_WITHOUT_VALUES
            ],
        ),
        custom_rules=frontdoor.CustomRuleListArgs(
            rules=[
                frontdoor.CustomRuleArgs(
                    name="ratelimit",
                    enabled_state=frontdoor.CustomRuleEnabledState.ENABLED,
                    priority=100,
                    rule_type=frontdoor.RuleType.RATE_LIMIT_RULE,
                    rate_limit_duration_in_minutes=1,
                    rate_limit_threshold=REQUESTS_PER_MINUTE,
                    action=frontdoor.ActionType.BLOCK,
                    # The address that Front Door itself sees; a header could say anything.
                    group_by=[frontdoor.GroupByVariableArgs(variable_name=frontdoor.VariableName.SOCKET_ADDR)],
                    match_conditions=[
                        frontdoor.MatchConditionArgs(
                            match_variable=frontdoor.MatchVariable.SOCKET_ADDR,
                            operator=frontdoor.Operator.IP_MATCH,
                            match_value=["0.0.0.0/0", "::/0"],
                        )
                    ],
                )
            ]
        ),
        managed_rules=frontdoor.ManagedRuleSetListArgs(
            managed_rule_sets=[
                frontdoor.ManagedRuleSetArgs(
                    rule_set_type="Microsoft_DefaultRuleSet",
                    rule_set_version="2.2",
                    rule_set_action=frontdoor.ManagedRuleSetActionType.BLOCK,
                ),
                frontdoor.ManagedRuleSetArgs(rule_set_type="Microsoft_BotManagerRuleSet", rule_set_version="1.1"),
            ]
        ),
        tags=placement.tags("main"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
