"""The web application firewall before the load balancer: known attacks, known attackers, and too many requests."""

from typing import Final

import pulumi
from pulumi_aws import wafv2

from infra.cloud_integrated.log_group import log_group
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room

MANAGED_RULES: Final = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
"""Rule groups that AWS keeps up to date, in the order in which they are asked."""

FOR_PEOPLE: Final = ("AWSManagedRulesAnonymousIpList",)
"""Rule groups that don't judge what comes to `INGESTION`: this one refuses addresses of hosting providers, from which
people don't come, but mail platforms do (WAF Developer Guide, "IP reputation rule groups")."""

INGESTION: Final = "/ingestion/"
"""With what paths begin where mail platforms call. It is compared as it was sent, as the load balancer compares it:
what one takes for ingestion's, the other does."""

REQUEST_LIMIT: Final = 2000
"""Requests of one address in five minutes; what comes beyond is refused until it falls below."""

INGESTION_REQUEST_LIMIT: Final = 20_000
"""The same where mail platforms call: few addresses, each for many mailboxes."""

SECRET_HEADERS: Final = ("authorization", "cookie")
"""Headers that prove who somebody is, which a log must not hold."""

_RateScope = wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementArgs
_GroupScope = wafv2.WebAclRuleStatementManagedRuleGroupStatementScopeDownStatementArgs


class WebFirewall(Room):
    """The rules before `balancer_arn`, and the log of what they refused and let through."""

    def __init__(
        self,
        *,
        names: Names,
        balancer_arn: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("web-firewall", names=names, options=options)
        rules = wafv2.WebAcl(
            names.logical("edge"),
            wafv2.WebAclArgs(
                region=names.region,
                name=names.physical("edge"),
                scope="REGIONAL",
                default_action=wafv2.WebAclDefaultActionArgs(allow=wafv2.WebAclDefaultActionAllowArgs()),
                rules=[
                    _rate_rule("too-many-requests", 0, REQUEST_LIMIT, _elsewhere()),
                    _rate_rule("too-many-requests-to-ingestion", 1, INGESTION_REQUEST_LIMIT, _at_ingestion()),
                    *(_managed_rule(name, 2 + number) for number, name in enumerate(MANAGED_RULES)),
                ],
                visibility_config=wafv2.WebAclVisibilityConfigArgs(
                    cloudwatch_metrics_enabled=True, metric_name="edge", sampled_requests_enabled=True
                ),
                tags=names.tags("edge"),
            ),
            opts=self.child(),
        )
        wafv2.WebAclAssociation(
            names.logical("edge"),
            wafv2.WebAclAssociationArgs(region=names.region, resource_arn=balancer_arn, web_acl_arn=rules.arn),
            opts=self.child(),
        )
        group = log_group(
            self, "web-firewall", key_arn=logs_key_arn, retention_days=retention_days, called=names.web_log_group
        )
        wafv2.WebAclLoggingConfiguration(
            names.logical("edge"),
            wafv2.WebAclLoggingConfigurationArgs(
                region=names.region,
                resource_arn=rules.arn,
                log_destination_configs=[group.arn],
                redacted_fields=[
                    wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
                        single_header=wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header)
                    )
                    for header in SECRET_HEADERS
                ],
            ),
            opts=self.child(protect=True),
        )
        self.register_outputs({})


def _rate_rule(name: str, priority: int, limit: int, scope: _RateScope) -> wafv2.WebAclRuleArgs:
    return wafv2.WebAclRuleArgs(
        name=name,
        priority=priority,
        action=wafv2.WebAclRuleActionArgs(block=wafv2.WebAclRuleActionBlockArgs()),
        statement=wafv2.WebAclRuleStatementArgs(
            rate_based_statement=wafv2.WebAclRuleStatementRateBasedStatementArgs(
                aggregate_key_type="IP", limit=limit, evaluation_window_sec=300, scope_down_statement=scope
            )
        ),
        visibility_config=_counted(name),
    )


def _managed_rule(name: str, priority: int) -> wafv2.WebAclRuleArgs:
    # A mail is longer than the 8 KB that this one rule takes for an attack: it is counted, all others refuse.
    only_counted = ["SizeRestrictions_BODY"] if name == "AWSManagedRulesCommonRuleSet" else []
    return wafv2.WebAclRuleArgs(
        name=name,
        priority=priority,
        override_action=wafv2.WebAclRuleOverrideActionArgs(none=wafv2.WebAclRuleOverrideActionNoneArgs()),
        statement=wafv2.WebAclRuleStatementArgs(
            managed_rule_group_statement=wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
                name=name,
                vendor_name="AWS",
                scope_down_statement=_group_elsewhere() if name in FOR_PEOPLE else None,
                rule_action_overrides=[
                    wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs(
                        name=rule,
                        action_to_use=(
                            wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs(
                                count=wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs()
                            )
                        ),
                    )
                    for rule in only_counted
                ],
            )
        ),
        visibility_config=_counted(name),
    )


def _at_ingestion() -> _RateScope:
    """What comes to ingestion."""
    return _RateScope(
        byte_match_statement=wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementByteMatchStatementArgs(
            field_to_match=wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementByteMatchStatementFieldToMatchArgs(
                uri_path=wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementByteMatchStatementFieldToMatchUriPathArgs()
            ),
            positional_constraint="STARTS_WITH",
            search_string=INGESTION,
            text_transformations=[
                wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementByteMatchStatementTextTransformationArgs(
                    priority=0, type="NONE"
                )
            ],
        )
    )


def _elsewhere() -> _RateScope:
    return _RateScope(
        not_statement=wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementNotStatementArgs(
            statement=_at_ingestion()
        )
    )


def _group_elsewhere() -> _GroupScope:
    """What comes to anything but ingestion."""
    to_ingestion = _GroupScope(
        byte_match_statement=wafv2.WebAclRuleStatementManagedRuleGroupStatementScopeDownStatementByteMatchStatementArgs(
            field_to_match=wafv2.WebAclRuleStatementManagedRuleGroupStatementScopeDownStatementByteMatchStatementFieldToMatchArgs(
                uri_path=wafv2.WebAclRuleStatementManagedRuleGroupStatementScopeDownStatementByteMatchStatementFieldToMatchUriPathArgs()
            ),
            positional_constraint="STARTS_WITH",
            search_string=INGESTION,
            text_transformations=[
                wafv2.WebAclRuleStatementManagedRuleGroupStatementScopeDownStatementByteMatchStatementTextTransformationArgs(
                    priority=0, type="NONE"
                )
            ],
        )
    )
    return _GroupScope(
        not_statement=wafv2.WebAclRuleStatementManagedRuleGroupStatementScopeDownStatementNotStatementArgs(
            statement=to_ingestion
        )
    )


def _counted(rule: str) -> wafv2.WebAclRuleVisibilityConfigArgs:
    return wafv2.WebAclRuleVisibilityConfigArgs(
        cloudwatch_metrics_enabled=True, metric_name=rule, sampled_requests_enabled=True
    )
