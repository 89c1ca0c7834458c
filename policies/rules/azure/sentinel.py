"""The watch over the logs in Azure: what Microsoft Sentinel looks for."""

from datetime import timedelta
from typing import Final

from policies.durations import duration
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.tables import detections

WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
ONBOARDING: Final = "azure-native:securityinsights:SentinelOnboardingState"
DETECTION: Final = "azure-native:securityinsights:ScheduledAlertRule"

_LATEST: Final = timedelta(hours=1)


@rule(DETECTION)
def detection_makes_incidents(detection: Resource) -> Findings:
    """A rule that is off, suppressed, or asks once a day tells of an intruder who has long gone."""
    if not detection.get("enabled", False):
        yield "nothing is looked for: set enabled=True"
    if detection.get("suppression_enabled", False):
        yield "what follows the first finding is overlooked: set suppression_enabled=False"
    if not detection.part("incident_configuration").get("create_incident", False):
        yield "a finding becomes no incident: set incident_configuration.create_incident=True"
    every, over = duration(detection.get("query_frequency", "P1D")), duration(detection.get("query_period", "P1D"))
    if every > _LATEST:
        yield "a finding comes late: set query_frequency to PT1H or less"
    if over < every:
        yield "what happens between two questions is overlooked: set query_period to at least query_frequency"
    if detection.get("trigger_operator", None) != "GreaterThan" or detection.get("trigger_threshold", 1) != 0:
        yield "some findings are overlooked: set trigger_operator to GreaterThan and trigger_threshold to 0"
    if detection.get("kind", None) != "Scheduled":
        yield "nothing asks the question: set kind to Scheduled"


@rule(DETECTION)
def detection_asks_for_what_matters(detection: Resource) -> Findings:
    """A question that leaves out a table or an operation finds nothing, and looks as if nothing had happened."""
    wanted = detections().get(detection.resource_name)
    if wanted is None:
        not_applicable("the rule is one beside those that have to be there")
    query = detection.get("query", "")
    if not all(word in query for word in wanted.words):
        yield "the question overlooks something: set query to hold what policies/detections.toml names"
    if detection.get("severity", "Informational") not in ("High", wanted.severity):
        yield f"the incident waits among others: set severity to {wanted.severity}"


@stack_rule(DETECTION, ONBOARDING)
def sentinel_watches_own_workspace(resource: Resource, stack: Stack) -> Findings:
    """Rules over a stranger's logs find the stranger's intruders."""
    if not any(each.resource_type == WORKSPACE for each in stack.sources(resource, "workspace_name")):
        yield "another workspace is watched: set workspace_name to the stack's"


@stack_rule(WORKSPACE)
def sentinel_looks_for_what_matters(_: Resource, stack: Stack) -> Findings:
    """Logs that nothing looks through tell only afterwards, if anybody asks."""
    if not stack.of_type(ONBOARDING):
        yield "nothing watches the logs: add a SentinelOnboardingState"
    named = {each.resource_name for each in stack.of_type(DETECTION)}
    for name in sorted(detections().keys() - named):
        yield f"nothing looks for {name}: add the rule of Sentinel (policies/detections.toml)"
