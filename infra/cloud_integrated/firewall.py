"""The firewall of what leaves: services reach the names on the list, and nothing else on the internet."""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import networkfirewall

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room

ALLOWED_DOMAINS: Final = (
    "accounts.google.com",
    "gmail.googleapis.com",
    "graph.microsoft.com",
    "login.microsoftonline.com",
    "oauth2.googleapis.com",
    "outlook.office365.com",
)
"""Where customers' mail is fetched and where their people sign in. Services of AWS are reached through endpoints."""

CAPACITY: Final = 100
"""Room in the rule group, fixed at its creation: a domain takes one (Network Firewall Developer Guide, "Rule group
capacity")."""


class Firewall(Room):
    """A firewall with an endpoint in each zone, `endpoint_ids` by zone.

    What isn't on the list is dropped and logged to `log_group_name`. While `protect` holds AWS refuses to delete it,
    whoever asks, where it `stays`: a second region's goes when that no longer serves, and its log group stays behind.
    """

    def __init__(
        self,
        *,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        inner_range: str,
        log_group_name: pulumi.Input[str],
        protect: bool,
        stays: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("firewall", names=names, options=options)
        firewall = networkfirewall.Firewall(
            names.logical("exit"),
            networkfirewall.FirewallArgs(
                region=names.region,
                name=names.physical("exit"),
                vpc_id=vpc_id,
                firewall_policy_arn=self._policy(inner_range),
                subnet_mappings=[
                    networkfirewall.FirewallSubnetMappingArgs(subnet_id=subnet_id) for subnet_id in subnet_ids.values()
                ],
                delete_protection=protect and stays,
                firewall_policy_change_protection=protect and stays,
                subnet_change_protection=protect and stays,
                tags=names.tags("exit"),
            ),
            opts=self.child(),
        )
        self._logs(firewall.arn, log_group_name, protect=stays)
        self.endpoint_ids: Mapping[str, pulumi.Output[str]] = {
            zone: firewall.firewall_statuses.apply(
                lambda statuses, zone=zone: next(
                    attachment.endpoint_id or ""
                    for status in statuses
                    for state in status.sync_states or []
                    if state.availability_zone == zone
                    for attachment in state.attachments or []
                )
            )
            for zone in subnet_ids
        }
        self.register_outputs({})

    def _policy(self, inner_range: str) -> pulumi.Output[str]:
        names = self.names
        domains = networkfirewall.RuleGroup(
            names.logical("allowed-domains"),
            networkfirewall.RuleGroupArgs(
                region=names.region,
                name=names.physical("allowed-domains"),
                type="STATEFUL",
                capacity=CAPACITY,
                rule_group=networkfirewall.RuleGroupRuleGroupArgs(
                    rule_variables=networkfirewall.RuleGroupRuleGroupRuleVariablesArgs(
                        ip_sets=[
                            networkfirewall.RuleGroupRuleGroupRuleVariablesIpSetArgs(
                                key="HOME_NET",
                                ip_set=networkfirewall.RuleGroupRuleGroupRuleVariablesIpSetIpSetArgs(
                                    definitions=[inner_range]
                                ),
                            )
                        ]
                    ),
                    rules_source=networkfirewall.RuleGroupRuleGroupRulesSourceArgs(
                        rules_source_list=networkfirewall.RuleGroupRuleGroupRulesSourceRulesSourceListArgs(
                            generated_rules_type="ALLOWLIST",
                            target_types=["TLS_SNI"],
                            targets=list(ALLOWED_DOMAINS),
                        )
                    ),
                    stateful_rule_options=networkfirewall.RuleGroupRuleGroupStatefulRuleOptionsArgs(
                        rule_order="STRICT_ORDER"
                    ),
                ),
                tags=names.tags("allowed-domains"),
            ),
            opts=self.child(),
        )
        return networkfirewall.FirewallPolicy(
            names.logical("exit"),
            networkfirewall.FirewallPolicyArgs(
                region=names.region,
                name=names.physical("exit"),
                firewall_policy=networkfirewall.FirewallPolicyFirewallPolicyArgs(
                    stateless_default_actions=["aws:forward_to_sfe"],
                    stateless_fragment_default_actions=["aws:forward_to_sfe"],
                    stateful_engine_options=networkfirewall.FirewallPolicyFirewallPolicyStatefulEngineOptionsArgs(
                        rule_order="STRICT_ORDER", stream_exception_policy="REJECT"
                    ),
                    # The handshake of a connection has to pass before its name can be read, all of it: with a
                    # post-quantum key the first message of TLS spans packets (Network Firewall Developer Guide, "Strict
                    # evaluation order"). Only what goes to the server is judged, answers of its TCP are not.
                    stateful_default_actions=[
                        "aws:drop_established_app_layer_to_server",
                        "aws:alert_established_app_layer_to_server",
                    ],
                    stateful_rule_group_references=[
                        networkfirewall.FirewallPolicyFirewallPolicyStatefulRuleGroupReferenceArgs(
                            priority=1, resource_arn=domains.arn
                        )
                    ],
                ),
                tags=names.tags("exit"),
            ),
            opts=self.child(),
        ).arn

    def _logs(self, firewall_arn: pulumi.Input[str], log_group_name: pulumi.Input[str], *, protect: bool) -> None:
        names = self.names
        networkfirewall.LoggingConfiguration(
            names.logical("exit"),
            networkfirewall.LoggingConfigurationArgs(
                region=names.region,
                firewall_arn=firewall_arn,
                logging_configuration=networkfirewall.LoggingConfigurationLoggingConfigurationArgs(
                    log_destination_configs=[
                        networkfirewall.LoggingConfigurationLoggingConfigurationLogDestinationConfigArgs(
                            log_destination_type="CloudWatchLogs",
                            log_type=kind,
                            log_destination={"logGroup": log_group_name},
                        )
                        for kind in ("ALERT", "FLOW")
                    ]
                ),
            ),
            opts=self.child(protect=protect),
        )
