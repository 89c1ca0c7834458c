"""Who is called when something is wrong, and what calls them.

Aware document, 4.g and 5.c (access is monitored) and 8.e (the data centers are watched day and night).
"""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_azure_native import authorization, monitor

from infra.aware.audit import Audit
from infra.aware.managed_identity import managed_identity
from infra.aware.placement import Placement

NEW_INCIDENTS: Final = """
SecurityIncident
| summarize arg_max(TimeGenerated, Title, Severity, Status, IncidentUrl) by IncidentNumber
| where Status == "New"
| project TimeGenerated, IncidentNumber = tostring(IncidentNumber), Title, Severity, IncidentUrl
"""
"""The incidents that Sentinel has raised and nobody has taken up."""

HEALTH: Final[Mapping[str, str]] = {"service-health": "ServiceHealth", "resource-health": "ResourceHealth"}
"""Alert -> the category of the activity log by which Azure tells that a service, or one of our resources, is down."""


class Alarms(pulumi.ComponentResource):
    """An action group that reaches those on call day and night, and the alerts that lead to it.

    Sentinel has no action groups: one alert asks the workspace every five minutes for incidents that are new, and calls
    once for each. It asks under an identity of its own that may read the workspace.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        on_call_email: str,
        on_call_phone: str | None,
        options: pulumi.ResourceOptions,
    ) -> None:
        """`on_call_phone` is a country code such as `+1`, a space and the number."""
        super().__init__("hosting:aware:Alarms", name, {}, options)
        self._placement = placement
        group = monitor.ActionGroup(
            "on-call",
            action_group_name=placement.name("ag", "on-call"),
            resource_group_name=placement.resource_group_name,
            location="Global",
            enabled=True,
            group_short_name="on-call",
            email_receivers=[
                monitor.MicrosoftCommonEmailReceiverArgs(
                    name="on-call", email_address=on_call_email, use_common_alert_schema=True
                )
            ],
            sms_receivers=[_text_messages_to(on_call_phone)] if on_call_phone else [],
            tags=placement.tags("on-call"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.action_group_id: pulumi.Output[str] = group.id
        self._call_for_incidents(audit)
        for alert, category in HEALTH.items():
            self._call_for_health(alert, category)
        self.register_outputs({"actionGroupId": self.action_group_id})

    def _call_for_incidents(self, audit: Audit) -> None:
        identity = managed_identity("alarms", placement=self._placement, options=pulumi.ResourceOptions(parent=self))
        may_read = authorization.RoleAssignment(
            "alarms",
            role_assignment_name=self._placement.role_assignment_name("alarms"),
            scope=audit.workspace_id,
            principal_id=identity.principal_id,
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=self._placement.role_definition_id("Log Analytics Reader"),
            description="alarms: the alert for new incidents reads the workspace",
            opts=pulumi.ResourceOptions(parent=self),
        )
        monitor.ScheduledQueryRule(
            "new-incident",
            rule_name=self._placement.name("alert", "new-incident"),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            kind=monitor.Kind.LOG_ALERT,
            identity=monitor.MicrosoftCommonIdentityArgs(
                type=monitor.IdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]
            ),
            display_name="An incident that nobody has taken up",
            description="Sentinel has raised an incident: open it by its link and take it up.",
            enabled=True,
            severity=1,
            scopes=[audit.workspace_id],
            evaluation_frequency="PT5M",
            window_size="PT15M",
            criteria=monitor.ScheduledQueryRuleCriteriaArgs(
                all_of=[
                    monitor.ConditionArgs(
                        query=NEW_INCIDENTS.strip(),
                        time_aggregation=monitor.TimeAggregation.COUNT,
                        # The SDK's enumeration of this name belongs to another type of the same provider.
                        operator="GreaterThan",
                        threshold=0,
                        # One alert for each incident, and its words in the call.
                        dimensions=[
                            monitor.DimensionArgs(name=column, operator=monitor.DimensionOperator.INCLUDE, values=["*"])
                            for column in ("IncidentNumber", "Title", "Severity", "IncidentUrl")
                        ],
                        failing_periods=monitor.ConditionFailingPeriodsArgs(
                            number_of_evaluation_periods=1, min_failing_periods_to_alert=1
                        ),
                    )
                ]
            ),
            auto_mitigate=True,
            actions=monitor.ActionsArgs(action_groups=[self.action_group_id]),
            tags=self._placement.tags("new-incident"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_read, audit.sentinel]),
        )

    def _call_for_health(self, name: str, category: str) -> None:
        monitor.ActivityLogAlert(
            name,
            activity_log_alert_name=self._placement.name("alert", name),
            resource_group_name=self._placement.resource_group_name,
            location="Global",
            enabled=True,
            description=f"Azure reports a fault ({category}) that concerns this subscription.",
            scopes=[f"/subscriptions/{self._placement.subscription_id}"],
            condition=monitor.AlertRuleAllOfConditionArgs(
                all_of=[monitor.AlertRuleAnyOfOrLeafConditionArgs(field="category", equals=category)]
            ),
            actions=monitor.ActionListArgs(
                action_groups=[monitor.ActionGroupArgs(action_group_id=self.action_group_id)]
            ),
            tags=self._placement.tags(name),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _text_messages_to(phone: str) -> monitor.MicrosoftCommonSmsReceiverArgs:
    country_code, number = phone.removeprefix("+").split(" ")
    return monitor.MicrosoftCommonSmsReceiverArgs(name="on-call-phone", country_code=country_code, phone_number=number)
