"""Incidents in AWS: that each is noticed, and reaches the engineer on call or the log that keeps it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from policies.documents import statements
from policies.incidents import Incident, incidents
from policies.patterns import event_matches, log_matches
from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.aws.audit import LOG_GROUP, PROVIDER, TRAIL, trail_log
from policies.rules.aws.backup import PLAN, STORES
from policies.rules.aws.network import CLIENT_VPN

ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
FILTER: Final = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
EVENT_RULE: Final = "aws:cloudwatch/eventRule:EventRule"
EVENT_TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"
LOG_POLICY: Final = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
TOPIC: Final = "aws:sns/topic:Topic"
TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
REPLICATION: Final = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ROLE: Final = "aws:iam/role:Role"

DELIVERY: Final = frozenset({"events.amazonaws.com", "delivery.logs.amazonaws.com"})
"""The services that bring events to a log group."""

_KINDS_OF_IDENTITY: Final = (
    "AWSAccount",
    "AssumedRole",
    "FederatedUser",
    "IAMUser",
    "IdentityCenterUser",
    "Role",
    "Root",
    "SAMLUser",
    "WebIdentityUser",
)
"""Who does something, but for services of AWS themselves (CloudTrail User Guide, "CloudTrail userIdentity element")."""

_SOON: Final = 300
"""Seconds in which an alarm notices; CloudTrail takes five minutes by itself."""

_HOUR: Final = 3600

_DAY: Final = 24 * _HOUR
_MINUTE: Final = 60


class Metric(NamedTuple):
    """A metric of a filter: in its region, by namespace and name, with the value that a line counts for."""

    region: str | None
    namespace: str
    name: str
    value: float


def _destinations(resource: Resource, name: str, stack: Stack) -> list[Resource]:
    """The topics, or their policies, and the log groups that the property `name` means."""

    def read() -> Any:
        value = resource.get(name, None)
        return value if value is None or isinstance(value, str) else list(value)

    return stack.meant(resource, name, [TOPIC, TOPIC_POLICY, LOG_GROUP], "arn", read=read)


def _is_told(resource: Resource, name: str, stack: Stack) -> bool:
    """Whether the property `name` means a topic to which on-call is subscribed."""
    return any(each.urn in stack.derived(_heard) for each in _destinations(resource, name, stack))


def _heard(stack: Stack) -> set[str]:
    """The topics, and their policies, that somebody is subscribed to, by URN."""
    topics = {topic.urn for each in stack.of_type(SUBSCRIPTION) for topic in stack.meant(each, "topic", [TOPIC], "arn")}
    through = {
        policy.urn
        for policy in stack.of_type(TOPIC_POLICY)
        if any(topic.urn in topics for topic in stack.meant(policy, "arn", [TOPIC], "arn"))
    }
    return topics | through


def _keeps_quiet(alarm: Resource) -> bool:
    """Whether an alarm doesn't tell at once when a single line is counted."""
    return (
        alarm.get("statistic", None) != "Sum"
        or not 0 < alarm.get("period", 0) <= _SOON
        or alarm.evaluation_periods != 1
        or alarm.get("datapoints_to_alarm", 1) != 1
        or not _calms_down(alarm)
    )


def _calms_down(alarm: Resource) -> bool:
    """Whether an alarm of what was counted ends when nothing is any more: one that goes on is not raised again."""
    return alarm.get("treat_missing_data", "missing") in ("missing", "notBreaching")


def _is_raised_by(alarm: Resource, metric: Metric) -> bool:
    if (aws_region(alarm), alarm.get("namespace", None), alarm.get("metric_name", None)) != metric[:3]:
        return False
    if _keeps_quiet(alarm) or alarm.get("dimensions", None):
        return False
    match alarm.comparison_operator:
        case "GreaterThanThreshold":
            return metric.value > alarm.threshold >= 0
        case "GreaterThanOrEqualToThreshold":
            return metric.value >= alarm.threshold > 0
        case _:
            return False


def _metric(counter: Resource) -> Metric:
    transformation = counter.metric_transformation
    return Metric(aws_region(counter), transformation.namespace, transformation.name, _number(transformation.value))


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return 0.0


@stack_rule(PROVIDER)
def incidents_are_noticed(_provider: Resource, stack: Stack) -> Findings:
    """An incident that nobody hears of goes on until a customer finds it."""
    stand_ins = {
        "{anybody}": _KINDS_OF_IDENTITY,
        "{emergency}": _emergency_roles(stack),
        "{people}": _roles(stack, "Federated"),
    }
    for name, incident in incidents().items():
        yield _is_noticed(name, incident, stand_ins, stack)


def _is_noticed(name: str, incident: Incident, stand_ins: Mapping[str, Sequence[str]], stack: Stack) -> Findings:
    events = list(incident.told(stand_ins))
    if incident.told_by == "bus":
        for region in sorted(stack.regions()):
            patterns = [each for each in stack.of_type(EVENT_RULE) if aws_region(each) == region]
            yield _is_carried(name, incident, events, patterns, stack)
        return
    for place, groups in _logs(incident.told_by, stack):
        heard = [each.pattern for each in _counters(groups, stack) if _wakes(each, stack)]
        if not all(any(log_matches(pattern, event, incident.lacks) for pattern in heard) for event in events):
            yield (
                f"{name}: nobody is woken when {incident.means}: add an aws.cloudwatch.LogMetricFilter on {place}, and "
                "a MetricAlarm that tells on-call"
            )


def _is_carried(
    name: str, incident: Incident, events: Sequence[Mapping[str, Any]], patterns: Sequence[Resource], stack: Stack
) -> Findings:
    carried = [
        each.document("event_pattern").plain()
        for each in patterns
        if each.get("state", "ENABLED") == "ENABLED" and _is_delivered(each, incident, stack)
    ]
    if not all(any(event_matches(pattern, event) for pattern in carried) for event in events):
        where = "a log group" if incident.kept else "the topic of on-call"
        yield f"{name}: in a region nobody hears when {incident.means}: add an EventRule with an EventTarget to {where}"


def _is_delivered(event_rule: Resource, incident: Incident, stack: Stack) -> bool:
    targets = [each for each in stack.of_type(EVENT_TARGET) if event_rule in _rules(each, stack)]
    if incident.kept:
        return any(one.resource_type == LOG_GROUP for each in targets for one in _destinations(each, "arn", stack))
    return any(_is_told(each, "arn", stack) for each in targets)


def _rules(target: Resource, stack: Stack) -> list[Resource]:
    return stack.meant(target, "rule", [EVENT_RULE], "name")


def _logs(told_by: str, stack: Stack) -> Iterator[tuple[str, list[Resource]]]:
    """Where an incident shows: each place in words, with the log group."""
    if told_by == "vpn":
        for vpn in stack.of_type(CLIENT_VPN):
            options = vpn.connection_log_options
            yield (
                f"the log of {vpn.resource_name}",
                stack.meant(
                    vpn,
                    "connection_log_options",
                    [LOG_GROUP],
                    "name",
                    read=lambda one=options: one.cloudwatch_log_group,
                ),
            )
    else:
        yield "the trail's log", [group for trail in stack.of_type(TRAIL) for group in trail_log(trail, stack)]


def _counters(groups: Sequence[Resource], stack: Stack) -> list[Resource]:
    """The filters that count lines of one of the log groups."""
    return [
        each
        for each in stack.of_type(FILTER)
        if any(group in groups for group in stack.meant(each, "log_group_name", [LOG_GROUP], "name"))
    ]


def _wakes(counter: Resource, stack: Stack) -> bool:
    """Whether on-call is told when a filter counts a line."""
    if not _counts_lines_alone(counter):
        return False
    metric = _metric(counter)
    return any(_is_raised_by(alarm, metric) and _tells(alarm, stack) for alarm in stack.of_type(ALARM))


def _counts_lines_alone(counter: Resource) -> bool:
    """With dimensions an alarm on the metric as a whole sees nothing; with a value for no line it rings for good, or
    never misses one.
    """
    transformation = counter.metric_transformation
    dimensions = transformation.get("dimensions", None)
    return not (dimensions is not None and dimensions.names()) and _number(transformation.get("default_value", 0)) <= 0


def _tells(alarm: Resource, stack: Stack) -> bool:
    return alarm.get("actions_enabled", True) and _is_told(alarm, "alarm_actions", stack)


def _roles(stack: Stack, kind: str) -> list[str]:
    """The names of the roles that principals of a kind take on."""
    return [
        role.name
        for role in stack.of_type(ROLE)
        if any(kind in statement.principal_kinds() for statement in statements(role.document("assume_role_policy")))
    ]


def _emergency_roles(stack: Stack) -> list[str]:
    """The ARNs of the roles that ask for a second factor themselves, past the identity provider."""
    return [
        role.arn
        for role in stack.of_type(ROLE)
        for statement in statements(role.document("assume_role_policy"))
        if any(key == "aws:multifactorauthpresent" for _, key in statement.conditions())
    ]


@stack_rule(PROVIDER)
def silence_and_failed_copies_are_noticed(_provider: Resource, stack: Stack) -> Findings:
    """A trail that stopped tells of nothing any more, and a copy that is missing is missed when it is needed."""
    for trail in stack.of_type(TRAIL):
        names = [group.name for group in trail_log(trail, stack)]
        if not any(_hears_silence(alarm, names) and _tells(alarm, stack) for alarm in stack.of_type(ALARM)):
            yield "nobody is woken when the trail falls silent: add an alarm on IncomingLogEvents of its log group"
    for region in sorted({aws_region(each) or "" for each in stack.of_type(REPLICATION)}):
        alarms = [each for each in stack.of_type(ALARM) if aws_region(each) == region]
        if not any(_hears_of_failed_copies(alarm) and _tells(alarm, stack) for alarm in alarms):
            yield f"in {region} nobody is woken when objects aren't copied: add an alarm on OperationsFailedReplication"


def _hears_silence(alarm: Resource, names: Sequence[str]) -> bool:
    dimensions = alarm.get("dimensions", None)
    return (
        (alarm.get("namespace", None), alarm.get("metric_name", None)) == ("AWS/Logs", "IncomingLogEvents")
        and dimensions is not None
        and dimensions.get("LogGroupName", None) in names
        and (alarm.comparison_operator, alarm.get("statistic", None)) == ("LessThanThreshold", "Sum")
        # Higher, it would ring in every quiet hour, and not once more when nothing comes at all.
        and alarm.get("threshold", 0) == 1
        and 0 < alarm.get("period", 0) * alarm.evaluation_periods <= _HOUR
        # Without lines there is no number either.
        and alarm.get("treat_missing_data", "missing") == "breaching"
    )


def _hears_of_failed_copies(alarm: Resource) -> bool:
    queries = list(alarm.get("metric_queries", []))
    return (
        len(queries) == 1
        and queries[0].get("expression", None) == 'SELECT SUM(OperationsFailedReplication) FROM "AWS/S3"'
        and queries[0].get("return_data", False)
        and 0 < queries[0].get("period", 0) <= _SOON
        and alarm.evaluation_periods == 1
        and alarm.comparison_operator == "GreaterThanThreshold"
        and alarm.get("threshold", None) == 0
        and _calms_down(alarm)
    )


@stack_rule(PLAN)
def backups_that_never_begin_are_noticed(_plan: Resource, stack: Stack) -> Findings:
    """What fails is told; a selection that finds nothing, or a right that is missing, stops backups without a word."""
    for place, awaited in stack.derived(_awaited_patterns):
        for kind in STORES:
            if not any(_counts_backups(pattern, kind) for pattern in awaited):
                yield (
                    f"nobody is woken when no backup of {kind} is done: add an aws.cloudwatch.LogMetricFilter of "
                    f"BackupJobCompleted, COMPLETED, on {place}, and a MetricAlarm on its absence for two days at most"
                )


def _awaited_patterns(stack: Stack) -> list[tuple[str, list[str]]]:
    """Of each log of a trail the patterns of the filters whose silence wakes somebody."""
    return [
        (place, [each.pattern for each in _counters(groups, stack) if _is_awaited(each, stack)])
        for place, groups in _logs("trail", stack)
    ]


def _counts_backups(pattern: str, kind: str) -> bool:
    """Whether a filter counts backups of this kind of store that were done, and nothing else that backups tell."""
    done = _backup_event(kind)
    others = [_backup_event(each) for each in ("EBS", *STORES) if each != kind]
    unfinished = [_backup_event(kind, state=each) for each in ("ABORTED", "EXPIRED", "FAILED", "PARTIAL")]
    begun = [{**done, "eventName": each} for each in ("BackupJobStarted", "CopyJobCompleted", "RestoreCompleted")]
    return log_matches(pattern, done) and not any(log_matches(pattern, each) for each in (*others, *unfinished, *begun))


def _backup_event(kind: str, state: str = "COMPLETED") -> dict[str, Any]:
    return {
        "eventSource": "backup.amazonaws.com",
        "eventName": "BackupJobCompleted",
        "eventType": "AwsServiceEvent",
        "serviceEventDetails": {"state": state, "percentDone": 100, "resourceType": kind},
    }


def _is_awaited(counter: Resource, stack: Stack) -> bool:
    """Whether on-call is told when a filter counts nothing for too long."""
    if not _counts_lines_alone(counter):
        return False
    metric = _metric(counter)
    return any(_hears_absence(alarm, metric) and _tells(alarm, stack) for alarm in stack.of_type(ALARM))


def _hears_absence(alarm: Resource, metric: Metric) -> bool:
    return (
        (aws_region(alarm), alarm.get("namespace", None), alarm.get("metric_name", None)) == metric[:3]
        and not alarm.get("dimensions", None)
        and (alarm.comparison_operator, alarm.get("statistic", None)) == ("LessThanThreshold", "Sum")
        and 0 < alarm.get("threshold", 0) <= metric.value
        and 0 < alarm.get("period", 0) * alarm.evaluation_periods <= 2 * _DAY
        # What isn't counted has no number.
        and alarm.get("treat_missing_data", "missing") == "breaching"
    )


@stack_rule(FILTER)
def filter_raises_an_alarm(counter: Resource, stack: Stack) -> Findings:
    """What is counted and tells nobody is looked at when it is too late."""
    if not (_wakes(counter, stack) or _is_awaited(counter, stack)):
        yield (
            "nobody is woken by what the filter counts: add an aws.cloudwatch.MetricAlarm on its metric, above 0 in "
            "five minutes"
        )


@stack_rule(ALARM)
def alarm_reaches_on_call(alarm: Resource, stack: Stack) -> Findings:
    """An alarm that is off, or that no subscribed topic of its region carries, rings where nobody is."""
    if not alarm.get("actions_enabled", True):
        yield "the alarm tells nobody: set actions_enabled=True"
    if not _is_told(alarm, "alarm_actions", stack):
        yield "the alarm reaches nobody on call: set alarm_actions to the topic of its region"
    for name in ("alarm_actions", "ok_actions", "insufficient_data_actions"):
        yield _tells_nobody_else(alarm, name, stack)


def _tells_nobody_else(alarm: Resource, name: str, stack: Stack) -> Findings:
    wrong = f"{name} holds more than topics of this stack and region: outsiders would hear how the service is"
    try:
        actions = [str(each) for each in alarm.get(name, [])]
    except UndeterminedError:
        if not _destinations(alarm, name, stack):
            yield wrong
        return
    if not all(stack.meant(alarm, name, [TOPIC, TOPIC_POLICY], "arn", read=lambda one=one: one) for one in actions):
        yield wrong


@rule(ALARM)
def alarm_goes_by_whole_minutes(alarm: Resource) -> Findings:
    """AWS tells its own numbers once a minute, and CloudWatch takes no other periods: nothing would be seen."""
    periods = [alarm.get("period", None), *(each.get("period", None) for each in alarm.get("metric_queries", []))]
    if any(each is not None and (each <= 0 or each % _MINUTE) for each in periods):
        yield f"the alarm looks between the numbers: set each period to a multiple of {_MINUTE} seconds"


@stack_rule(EVENT_RULE)
def event_rule_delivers(event_rule: Resource, stack: Stack) -> Findings:
    """An event that is picked and brought nowhere is lost."""
    if event_rule.get("state", "ENABLED") != "ENABLED" or event_rule.get("is_enabled", True) is False:
        yield "the rule is off: set state to ENABLED"
    if event_rule.get("event_bus_name", "default") != "default":
        yield "AWS tells its events on the default bus alone: remove event_bus_name"
    if not any(event_rule in _rules(each, stack) for each in stack.of_type(EVENT_TARGET)):
        yield "what the rule picks is brought nowhere: add an aws.cloudwatch.EventTarget"


@stack_rule(EVENT_TARGET)
def event_target_is_of_this_stack(target: Resource, stack: Stack) -> Findings:
    """Events tell an outsider what is found and what fails; one that is cut down tells on-call nothing."""
    for name in ("input", "input_path", "input_transformer"):
        if target.get(name, None) is not None:
            yield f"the event doesn't arrive as it was: remove {name}"
    if target.get("role_arn", None) is not None:
        yield "EventBridge can't publish to an encrypted topic under a role: remove role_arn"
    destinations = _destinations(target, "arn", stack)
    if not destinations:
        yield "the target is neither a topic nor a log group of this stack: set arn to one that is"
    policies = [each for each in stack.of_type(LOG_POLICY) if aws_region(each) == aws_region(target)]
    for group in (each for each in destinations if each.resource_type == LOG_GROUP):
        if not any(_lets_in(each, group, stack) for each in policies):
            yield "EventBridge may not write to the log group: add an aws.cloudwatch.LogResourcePolicy about it"


def _lets_in(policy: Resource, group: Resource, stack: Stack) -> bool:
    try:
        found = [
            (action, service)
            for statement in statements(policy.document("policy_document"))
            if statement.is_allow and any(group in _own_logs(policy, arn, stack) for arn in statement.resources())
            for action in statement.actions()
            for service in statement.principals("Service")
        ]
    except UndeterminedError:
        return True  # Its own rule shows what isn't known.
    return all((action, "events.amazonaws.com") in found for action in ("logs:CreateLogStream", "logs:PutLogEvents"))


@stack_rule(LOG_POLICY)
def log_policy_lets_delivery_write_only(policy: Resource, stack: Stack) -> Findings:
    """Who may write to a log may bury what happened under lines of his own; who may read it learns of every flaw."""
    for number, statement in enumerate(statements(policy.document("policy_document"))):
        if not statement.is_allow:
            continue
        if statement.leaves_out or statement.principal_kinds() != ["Service"]:
            yield f"statement {number} lets in others than services of AWS: name services"
        if not set(statement.principals("Service")) <= DELIVERY:
            yield f"statement {number} lets in more services than deliver events: name {', '.join(sorted(DELIVERY))}"
        actions = set(statement.actions())
        if not actions <= {"logs:CreateLogStream", "logs:PutLogEvents"}:
            yield f"statement {number} allows more than to write: name logs:CreateLogStream and logs:PutLogEvents"
        if not all(_own_logs(policy, arn, stack) for arn in statement.resources()):
            yield f"statement {number} is about log groups that are not of this stack: name one that is in Resource"
        # A stream is made in nobody's name; what is written to it, in the rule's.
        if "logs:PutLogEvents" in actions and not statement.is_bound_to_account(policy.allowed_accounts):
            yield f"statement {number} lets services write for other accounts: add aws:SourceArn of this stack's rule"


def _own_logs(policy: Resource, arn: str, stack: Stack) -> list[Resource]:
    return stack.meant(policy, "policy_document", [LOG_GROUP], "arn", read=lambda: arn.removesuffix(":*"))


@stack_rule(SUBSCRIPTION)
def on_call_hears_every_alarm(subscription: Resource, stack: Stack) -> Findings:
    """A subscription that is somebody else's, or that leaves some alarms out, is as good as none."""
    if subscription.protocol != "email" or subscription.endpoint != stack.on_call_email:
        yield "alarms go to somebody else than on-call: set protocol to email, and endpoint to the stack's onCallEmail"
    for name in ("filter_policy", "delivery_policy", "redrive_policy"):
        if subscription.get(name, None) is not None:
            yield f"some alarms are left out: remove {name}"
