"""The watch over the logs in Azure: what Microsoft Sentinel looks for."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from policies.detections import Detection, detections
from policies.durations import duration
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.azure.roles import let_in_groups

WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
ONBOARDING: Final = "azure-native:securityinsights:SentinelOnboardingState"
DETECTION: Final = "azure-native:securityinsights:ScheduledAlertRule"

IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
VAULT: Final = "azure-native:keyvault:Vault"

_LATEST: Final = timedelta(hours=1)
_LONGEST_INCIDENT: Final = timedelta(days=1)

_DEPLOYER: Final = "deployer"
"""What a question calls the identity that deploys."""


@rule(DETECTION)
def detection_makes_incidents(detection: Resource) -> Findings:
    """A rule that is off, suppressed, or asks once a day tells of an intruder who has long gone."""
    if not detection.get("enabled", False):
        yield "nothing is looked for: set enabled=True"
    if detection.get("suppression_enabled", False):
        yield "what follows the first finding is overlooked: set suppression_enabled=False"
    if not detection.part("incident_configuration").get("create_incident", False):
        yield "a finding becomes no incident: set incident_configuration.create_incident=True"
    every, over = (
        duration(detection.get("query_frequency", "P1D"), "query_frequency"),
        duration(detection.get("query_period", "P1D"), "query_period"),
    )
    if every > _LATEST:
        yield "a finding comes late: set query_frequency to PT1H or less"
    if over < every:
        yield "what happens between two questions is overlooked: set query_period to at least query_frequency"
    if detection.get("trigger_operator", None) != "GreaterThan" or detection.get("trigger_threshold", 1) != 0:
        yield "some findings are overlooked: set trigger_operator to GreaterThan and trigger_threshold to 0"
    if detection.get("kind", None) != "Scheduled":
        yield "nothing asks the question: set kind to Scheduled"


@rule(DETECTION)
def detection_groups_nothing_away(detection: Resource) -> Findings:
    """A finding that joins an incident which somebody has taken up, or closed, calls nobody."""
    grouping = detection.part("incident_configuration").part("grouping_configuration")
    if not grouping.get("enabled", False):
        not_applicable("each finding makes an incident of its own")
    if grouping.get("matching_method", "AnyAlert") != "AllEntities":
        yield "what others do joins the incident: set grouping_configuration.matching_method to AllEntities"
    if duration(grouping.get("lookback_duration", "P30D"), "lookback_duration") > _LONGEST_INCIDENT:
        yield "an incident takes in what comes days later: set grouping_configuration.lookback_duration to P1D or less"
    if grouping.get("reopen_closed_incident", False):
        yield "a closed incident takes in what is new: set grouping_configuration.reopen_closed_incident=False"


@rule(DETECTION)
def detection_asks_for_what_matters(detection: Resource) -> Findings:
    """A question that leaves out a table or an operation finds nothing, and looks as if nothing had happened."""
    wanted = _wanted(detection)
    if detection.get("severity", "Informational") not in ("High", wanted.severity):
        yield f"the incident waits among others: set severity to {wanted.severity}"
    yield _asks(detection, wanted)
    yield _tells(detection, wanted)


def _wanted(detection: Resource) -> Detection:
    return detections().get(detection.resource_name) or not_applicable("the rule is one beside those that have to be")


def _asks(detection: Resource, wanted: Detection) -> Findings:
    if wanted.stand_ins(detection.get("query", "")) is None:
        yield "the question may overlook something: set query to the one in policies/detections.toml"


def _tells(detection: Resource, wanted: Detection) -> Findings:
    told = {
        (each.get("entity_type", None), field.get("identifier", None), field.get("column_name", None))
        for each in detection.get("entity_mappings", [])
        for field in each.get("field_mappings", [])
    }
    if told != {(kind, *column) for kind, column in wanted.entities.items()}:
        yield "the incident doesn't say who did it, and where: set entity_mappings as in policies/detections.toml"


@stack_rule(DETECTION)
def detection_asks_about_own(detection: Resource, stack: Stack) -> Findings:
    """A question about a stranger's vault, or that leaves out an identity of the stranger's, finds nothing."""
    meant = _stand_ins(detection)
    for name, own in (
        ("content_workspace", _known(stack, WORKSPACE, "name", "workspace_name")),
        ("signing_vault", _known(stack, VAULT, "name", "vault_name")),
        ("signers", _known(stack, IDENTITY, "id")),
    ):
        if not own >= set(meant.get(name, ())):
            yield f"the question is about a stranger's {name.replace('_', ' ')}: name the stack's in query"
    let_in = let_in_groups(stack)
    if "groups" in meant and set(meant["groups"]) != let_in:
        yield "who is let in by another group isn't seen: name all groups without members in query"
    if "watched" in meant and set(meant["watched"]) != {*let_in, *stack.guardian_group_ids}:
        yield (
            "who comes into another group isn't seen: name all groups without members in query, and the stack's "
            "guardianGroupIds"
        )
    if "accounts" in meant and set(meant["accounts"]) != set(stack.break_glass_user_ids):
        yield "the use of another account for emergencies isn't seen: name the stack's breakGlassUserIds in query"
    if any(each != stack.deployer_id for each in meant.get(_DEPLOYER, ())):
        yield "what somebody else does isn't seen: leave out the stack's deployerId alone in query"


def _known(stack: Stack, resource_type: str, *names: str) -> set[str]:
    return {text for each in stack.of_type(resource_type) for text in identities(each, *names)}


@stack_rule(DETECTION)
def detection_leaves_out_whom_another_sees(detection: Resource, stack: Stack) -> Findings:
    """Who deploys is left out of some questions because another asks about nobody else: it has to be the same one."""
    if not _names_deployer(detection):
        not_applicable("the question leaves out nobody")
    queries = [_stand_ins(each) for each in stack.of_type(DETECTION) if _names_deployer(each)]
    if len({texts for each in queries for name, texts in each.items() if name == _DEPLOYER}) > 1:
        yield "what somebody does is seen by no query: name the same identity that deploys in each"


def _names_deployer(detection: Resource) -> bool:
    wanted = detections().get(detection.resource_name)
    return wanted is not None and f"{{{_DEPLOYER}}}" in wanted.question


def _stand_ins(detection: Resource) -> Mapping[str, Sequence[str]]:
    return _wanted(detection).stand_ins(detection.get("query", "")) or {}


def is_watched(workspace: Resource, stack: Stack) -> bool:
    """Whether Sentinel looks through the workspace."""
    return bool(stack.referring("workspace_name", workspace, [ONBOARDING], "name"))


@stack_rule(DETECTION, ONBOARDING)
def sentinel_watches_own_workspace(resource: Resource, stack: Stack) -> Findings:
    """Rules over a stranger's logs find the stranger's intruders, and in a workspace without Sentinel nobody's."""
    workspaces = stack.meant(resource, "workspace_name", [WORKSPACE], "name")
    if not workspaces:
        yield "another workspace is watched: set workspace_name to the stack's"
    elif resource.resource_type == DETECTION and not any(is_watched(each, stack) for each in workspaces):
        yield "it is asked where Sentinel doesn't watch: set workspace_name to that of SentinelOnboardingState"


@stack_rule(WORKSPACE)
def sentinel_looks_for_what_matters(_: Resource, stack: Stack) -> Findings:
    """Logs that nothing looks through tell only afterwards, if anybody asks."""
    if not stack.of_type(ONBOARDING):
        yield "nothing watches the logs: add a SentinelOnboardingState"
    named = {each.resource_name for each in stack.of_type(DETECTION)}
    wanted = {name for name, each in detections().items() if each.only_with is None or stack.of_type(each.only_with)}
    for name in sorted(wanted - named):
        yield f"nothing looks for {name}: add its ScheduledAlertRule (policies/detections.toml)"


@stack_rule(WORKSPACE)
def sentinel_may_ask_its_workspace(workspace: Resource, stack: Stack) -> Findings:
    """Sentinel asks over no private link: a workspace that answers the network only is watched by nobody."""
    if not is_watched(workspace, stack):
        not_applicable("Sentinel doesn't watch the workspace")
    if workspace.get("public_network_access_for_query", "Enabled") != "Enabled":
        yield "Sentinel's questions go unanswered: set public_network_access_for_query to Enabled"
