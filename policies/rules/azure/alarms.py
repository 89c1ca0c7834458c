"""Who is called in Azure when something goes wrong, and by what."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from policies.detections import plain
from policies.durations import duration
from policies.properties import Record
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
ACTION_GROUP: Final = "azure-native:monitor:ActionGroup"
QUERY_ALERT: Final = "azure-native:monitor:ScheduledQueryRule"
ACTIVITY_ALERT: Final = "azure-native:monitor:ActivityLogAlert"
TOPIC: Final = "azure-native:eventgrid:SystemTopic"
SUBSCRIPTION: Final = "azure-native:eventgrid:SystemTopicEventSubscription"
VAULT: Final = "azure-native:keyvault:Vault"
KEY: Final = "azure-native:keyvault:Key"

_LATEST_CALL: Final = timedelta(minutes=15)

_NEW_INCIDENTS: Final = """
SecurityIncident
| summarize arg_max(TimeGenerated, Title, Severity, Status, IncidentUrl) by IncidentNumber
| where Status == "New"
| project TimeGenerated, IncidentNumber = tostring(IncidentNumber), Title, Severity, IncidentUrl
"""
"""The one question about incidents that is known to overlook none."""

_ONE_EACH: Final = "IncidentNumber"
"""The column that makes each incident a call of its own."""

_HEALTH: Final = ("ResourceHealth", "ServiceHealth")
_KEY_EVENTS: Final = frozenset({"Microsoft.KeyVault.KeyExpired", "Microsoft.KeyVault.KeyNearExpiry"})
_SUBSCRIPTION: Final = re.compile(r"(?i)/subscriptions/[^/]+")


@rule(ACTION_GROUP)
def action_group_calls_somebody(group: Resource) -> Findings:
    """An alarm that reaches nobody is none."""
    if not group.get("enabled", False):
        yield "nobody is called: set enabled=True"
    if len(group.get("email_receivers", [])) == 0:
        yield "nobody is called: set email_receivers"
    for name in (
        "arm_role_receivers",
        "automation_runbook_receivers",
        "azure_app_push_receivers",
        "azure_function_receivers",
        "event_hub_receivers",
        "itsm_receivers",
        "logic_app_receivers",
        "voice_receivers",
        "webhook_receivers",
    ):
        if len(group.get(name, [])) > 0:
            yield f"alarms go where nobody has reviewed: remove {name}"


@stack_rule(ACTION_GROUP)
def action_group_calls_those_on_call_only(group: Resource, stack: Stack) -> Findings:
    """An alarm at a wrong address is taken up by nobody, and tells a stranger where the service is weak."""
    if [each.get("email_address", None) for each in group.get("email_receivers", [])] != [stack.on_call_email]:
        yield "somebody else is called: set email_receivers to the address of those on call alone"
    phones = [f"+{each.country_code} {each.phone_number}" for each in group.get("sms_receivers", [])]
    agreed = stack.terms("on_call_phone")
    if agreed and not phones:
        yield "nobody is woken: set sms_receivers to the number of those on call"
    elif phones and (not agreed or phones != [stack.on_call_phone]):
        yield "somebody else gets text messages: set sms_receivers to the number of those on call alone"


def _calls_own_group(alert: Resource, stack: Stack, name: str, values: Sequence[str | None]) -> bool:
    groups = {ACTION_GROUP: ("id",)}
    return any(
        means(stack, alert, name, read=lambda at=number: values[at], targets=groups) for number in range(len(values))
    )


@rule(QUERY_ALERT)
def incident_calls_at_once(alert: Resource) -> Findings:
    """An incident that waits for somebody to look is taken up in the morning."""
    if not alert.get("enabled", True):
        yield "nobody is called: set enabled=True"
    if duration(alert.get("evaluation_frequency", "P1D"), "evaluation_frequency") > _LATEST_CALL:
        yield "the call comes late: set evaluation_frequency to PT15M or less"
    if duration(alert.get("window_size", "PT0S"), "window_size") < duration(
        alert.get("evaluation_frequency", "P1D"), "evaluation_frequency"
    ):
        yield "what happens between two questions is overlooked: set window_size to at least evaluation_frequency"
    if alert.get("severity", 4) > 1:
        yield "the call waits among others: set severity to 0 or 1"
    if alert.get("kind", "LogAlert") != "LogAlert":
        yield "the rule calls nobody: set kind to LogAlert"
    # Else it asks with the rights of whoever has changed it last.
    if "UserAssigned" not in alert.part("identity").get("type", "None"):
        yield "the question goes unanswered when its author goes: set identity to a user-assigned identity"
    for name in ("mute_actions_duration", "override_query_time_range", "resolve_configuration"):
        if alert.has(name):
            yield f"an incident is passed over, or counts as over by itself: remove {name}"
    conditions = list(alert.criteria.get("all_of", []))
    if len(conditions) != 1:
        yield "the call waits for several things at once: set criteria.all_of to one"
    for each in conditions:
        yield _tells_of_each(each)


def _tells_of_each(condition: Record) -> Findings:
    if plain(condition.get("query", "")) != plain(_NEW_INCIDENTS):
        yield "the call may overlook incidents: ask for all that are new, by their number, in criteria.all_of[0].query"
    if condition.get("operator", None) != "GreaterThan" or condition.get("threshold", 1) != 0:
        yield "some incidents call nobody: set operator to GreaterThan and threshold to 0"
    if condition.get("criterion_type", "StaticThresholdCriterion") != "StaticThresholdCriterion":
        yield "what is usual calls nobody: set criterion_type to StaticThresholdCriterion"
    for name in ("alert_sensitivity", "ignore_data_before"):
        if condition.has(name):
            yield f"what is usual calls nobody: remove {name} from criteria.all_of[0]"
    if condition.get("time_aggregation", None) != "Count":
        yield "incidents aren't counted: set time_aggregation to Count"
    if condition.part("failing_periods").get("min_failing_periods_to_alert", 1) != 1:
        yield "the call comes late: set failing_periods.min_failing_periods_to_alert to 1"
    dimensions = list(condition.get("dimensions", []))
    if not all(_includes_all(one) for one in dimensions):
        yield "some incidents call nobody: set dimensions to Include *"
    if _ONE_EACH not in [one.get("name", None) for one in dimensions]:
        yield f"a second incident calls nobody while the first is open: add {_ONE_EACH} to dimensions"


def _includes_all(dimension: Record) -> bool:
    return dimension.get("operator", None) == "Include" and list(dimension.get("values", [])) == ["*"]


@stack_rule(QUERY_ALERT)
def incident_calls_those_on_call(alert: Resource, stack: Stack) -> Findings:
    """An alarm that reaches nobody is none."""
    if not _calls_own_group(alert, stack, "actions", alert.part("actions").get("action_groups", [])):
        yield "nobody is called: set actions.action_groups to the stack's group"
    scopes = list(alert.get("scopes", []))
    workspaces = {WORKSPACE: ("id",)}
    if len(scopes) != 1 or not means(stack, alert, "scopes", read=lambda: scopes[0], targets=workspaces):
        yield "another workspace is asked: set scopes to the stack's workspace"


@rule(ACTIVITY_ALERT)
def health_alert_is_on(alert: Resource) -> Findings:
    """A fault of Azure's that nobody hears of is taken for one of ours, or not noticed at all."""
    if not alert.get("enabled", True):
        yield "nobody is called: set enabled=True"
    conditions = list(alert.condition.get("all_of", []))
    if (
        len(conditions) != 1
        or conditions[0].get("field", None) != "category"
        or conditions[0].get("equals", None) not in _HEALTH
    ):
        yield f"the alert is about less: set condition.all_of to the category, one of {', '.join(_HEALTH)}"
    scopes = list(alert.get("scopes", []))
    if not scopes or not all(_SUBSCRIPTION.fullmatch(each) for each in scopes):
        yield "the alert is about a part only: set scopes to the subscription"


@stack_rule(ACTIVITY_ALERT)
def health_alert_calls_those_on_call(alert: Resource, stack: Stack) -> Findings:
    """An alarm that reaches nobody is none."""
    groups = [each.get("action_group_id", None) for each in alert.part("actions").get("action_groups", [])]
    if not _calls_own_group(alert, stack, "actions", groups):
        yield "nobody is called: set actions.action_groups to the stack's group"


@stack_rule(WORKSPACE)
def alarms_are_set(_: Resource, stack: Stack) -> Findings:
    """What isn't asked for calls nobody: incidents, and faults of Azure's."""
    if not stack.of_type(QUERY_ALERT):
        yield "incidents call nobody: add a scheduled query rule over SecurityIncident"
    told = {
        each.get("equals", None)
        for alert in stack.of_type(ACTIVITY_ALERT)
        for each in alert.condition.get("all_of", [])
    }
    for category in _HEALTH:
        if category not in told:
            yield f"faults of Azure's call nobody: add an activity log alert on {category}"


@stack_rule(VAULT)
def end_of_keys_is_announced(vault: Resource, stack: Stack) -> Findings:
    """A key whose rotation fails stops every service on the day on which it ends."""
    keys = stack.referring("vault_name", vault, [KEY], "name")
    if not any(key.properties.part("rotation_policy").part("attributes").has("expiry_time") for key in keys):
        not_applicable("no key of the vault ends")
    topics = stack.referring("source", vault, [TOPIC], "id")
    if not any(stack.referring("system_topic_name", topic, [SUBSCRIPTION], "name") for topic in topics):
        yield (
            "nobody hears that a key nears its end: add a SystemTopic of the vault, and a SystemTopicEventSubscription"
        )


@stack_rule(SUBSCRIPTION)
def key_events_call_those_on_call(subscription: Resource, stack: Stack) -> Findings:
    """A key whose rotation fails stops every service on the day on which it ends."""
    destination = subscription.part("destination")
    if destination.get("endpoint_type", None) != "MonitorAlert":
        yield "the event reaches no alarm: set destination to MonitorAlert"
    elif not _calls_own_group(subscription, stack, "destination", destination.get("action_groups", [])):
        yield "nobody is called: set destination.action_groups to the stack's group"
    if destination.get("severity", "Sev4") not in ("Sev0", "Sev1"):
        yield "the call waits among others: set destination.severity to Sev1"
    if subscription.get("event_delivery_schema", "EventGridSchema") != "CloudEventSchemaV1_0":
        yield "an alarm can't read the event: set event_delivery_schema to CloudEventSchemaV1_0"
    event_filter = subscription.part("filter")
    # Left out, every event is delivered.
    if not set(event_filter.get("included_event_types", _KEY_EVENTS)) >= _KEY_EVENTS:
        yield "some events call nobody: set filter.included_event_types to KeyNearExpiry and KeyExpired"
    for name in ("subject_begins_with", "subject_ends_with", "advanced_filters"):
        if event_filter.has(name):
            yield f"some keys call nobody: remove filter.{name}"


@rule(TOPIC)
def topic_is_of_a_vault(topic: Resource) -> Findings:
    """Events of anything else may hold more than the name of a key."""
    if topic.get("topic_type", None) != "Microsoft.KeyVault.vaults":
        yield "nobody has reviewed what these events hold: set topic_type to Microsoft.KeyVault.vaults"
