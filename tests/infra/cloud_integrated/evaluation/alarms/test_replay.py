"""A recorded event of each kind is sent the whole way: to where AWS tells it, through what listens there, past the
policies of topic and key, to the address of those on call; and nothing else is raised.

The events in `events/` have the form that AWS's documentation shows, with names of the sample stack.
"""

import json
import sqlite3
from pathlib import Path
from string import Template

import pytest
import yaml
from moto.events.models import EventPattern

ROOT = Path(__file__).parents[5]
ACCOUNT = "123456789012"
EVENTS = {file.stem: json.loads(file.read_text()) for file in sorted((Path(__file__).parent / "events").glob("*.json"))}
GLOBAL = "us-east-1"
FILTER, ALARM = "aws:cloudwatch/logMetricFilter:LogMetricFilter", "aws:cloudwatch/metricAlarm:MetricAlarm"
RULE, TARGET = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"
HEALTH = "health-"
"""With what the names of the alarms about the services' health begin, which tell of no event."""
VPN = "aws:ec2clientvpn/endpoint:Endpoint"
TOPIC, SUBSCRIPTION = "aws:sns/topic:Topic", "aws:sns/topicSubscription:TopicSubscription"


class Stack:
    """A declared stack, and the way of an event through it."""

    def __init__(self, declared, settings, filter_matches, evaluator):
        self.declared, self.filter_matches, self.evaluator = declared, filter_matches, evaluator
        self.on_call = settings["onCallEmail"]
        self.regions = {"first": settings["region"], GLOBAL: GLOBAL}
        if settings["secondRegion"]:
            self.regions["second"] = settings["secondRegion"]["region"]

    def inputs(self, type_):
        return [resource["inputs"] for resource in self.declared.of_type(type_).values()]

    def raised(self, via, at, event):
        """The alarms that reach those on call, by name, when AWS tells of `event` in the region called `at`."""
        match via:
            case "trail":
                raised = self.shown_by_log(self.log_of_the_trail(event), event)
            case "vpn-connections":
                raised = self.shown_by_log(self.log_of_the_vpn(at), event)
            case "bus":
                raised = self.carried_by_bus(event)
            case "metrics":
                raised = self.found_by_query(event)
            case "silence":
                raised = self.missed(event)
        return sorted(self.told(*alarm) for alarm in raised)

    def log_of_the_vpn(self, at):
        (endpoint,) = [endpoint for endpoint in self.inputs(VPN) if endpoint["region"] == self.regions[at]]
        return endpoint["connectionLogOptions"]["cloudwatchLogGroup"]

    def log_of_the_trail(self, event):
        """The log group that the trail brings the event to, from whatever region; None if it leaves the event out."""
        (trail,) = self.inputs("aws:cloudtrail/trail:Trail")
        if not trail["isMultiRegionTrail"] and event["awsRegion"] != self.regions["first"]:
            return None
        if not trail["includeGlobalServiceEvents"] and event["awsRegion"] == GLOBAL != self.regions["first"]:
            return None
        if not any(_selects(selector, event) for selector in trail["advancedEventSelectors"]):
            return None
        return trail["cloudWatchLogsGroupArn"].removesuffix(":*").split(":")[-1]

    def shown_by_log(self, group, event):
        for found in self.inputs(FILTER):
            if found["logGroupName"] == group and self.filter_matches(found["pattern"], event):
                metric = found["metricTransformation"]
                (alarm,) = [
                    alarm
                    for alarm in self.inputs(ALARM)
                    if (alarm["region"], alarm.get("namespace"), alarm.get("metricName"))
                    == (found["region"], metric["namespace"], metric["name"])
                ]
                assert alarm["statistic"] == "Sum"
                yield from self.alarm(alarm, float(metric["value"]))

    def carried_by_bus(self, event):
        targets = {(target["region"], target["rule"]): target for target in self.inputs(TARGET)}
        for rule in self.inputs(RULE):
            if rule["region"] == event["region"] and rule["state"] == "ENABLED":
                pattern = json.loads(rule["eventPattern"])
                if EventPattern(rule["eventPattern"], pattern).matches_event(event):
                    target = targets[rule["region"], rule["name"]]
                    assert "roleArn" not in target
                    # EventBridge names no source when it publishes to a topic, nor when the topic asks for its key.
                    yield rule["name"], "events.amazonaws.com", target["arn"], rule["region"], {}

    def found_by_query(self, event):
        """SQLite understands the queries of Metrics Insights that neither group nor name a schema."""
        table = sqlite3.connect(":memory:")
        table.execute(f'CREATE TABLE "{event["namespace"]}" ("{event["metric"]}" REAL)')
        table.execute(f'INSERT INTO "{event["namespace"]}" VALUES ({event["value"]})')  # noqa: S608  # our own file
        for alarm in self.inputs(ALARM):
            for query in alarm.get("metricQueries", []):
                if alarm["region"] == event["region"] and f'"{event["namespace"]}"' in query.get("expression", ""):
                    assert query["returnData"] is True
                    yield from self.alarm(alarm, table.execute(query["expression"]).fetchone()[0])

    def missed(self, event):
        for alarm in self.inputs(ALARM):
            if (alarm.get("namespace"), alarm.get("metricName")) == (event["namespace"], event["metric"]):
                assert (alarm["region"], alarm.get("dimensions")) == (event["region"], event["dimensions"])
                yield from self.alarm(alarm, event["value"])

    def alarm(self, alarm, value):
        # Only what has to come in a night is waited for longer, and all that time.
        assert alarm["evaluationPeriods"] in (1, 38)
        assert "datapointsToAlarm" not in alarm
        match alarm["comparisonOperator"], value:
            case _, None:
                is_raised = alarm["treatMissingData"] == "breaching"
            case "GreaterThanThreshold", _:
                is_raised = value > alarm["threshold"]
            case "LessThanThreshold", _:
                is_raised = value < alarm["threshold"]
        if is_raised:
            assert alarm["actionsEnabled"] is True
            (topic,) = alarm["alarmActions"]
            source = f"arn:aws:cloudwatch:{alarm['region']}:{ACCOUNT}:alarm:{alarm['name']}"
            context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": source}
            yield alarm["name"], "cloudwatch.amazonaws.com", topic, alarm["region"], context

    def told(self, name, service, topic_arn, region, context):
        """The alarm's name, once its service may publish to the topic, which lies in its region and tells on-call."""
        (topic,) = [topic for topic in self.inputs(TOPIC) if topic["name"] == topic_arn.split(":")[-1]]
        assert topic["region"] == region == topic_arn.split(":")[3]
        (policy,) = [p for p in self.inputs("aws:sns/topicPolicy:TopicPolicy") if p["arn"] == topic_arn]
        assert self.allows(policy["policy"], service, "sns:Publish", topic_arn, context)
        key_arn = topic["kmsMasterKeyId"]
        assert key_arn.split(":")[3] == region
        (key,) = [
            key
            for key in self.inputs("aws:kms/key:Key")
            if (key["region"], key["tags"]["Name"]) == (region, key_arn.split("/")[-1])
        ]
        of_the_topic = {"kms:EncryptionContext:aws:sns:topicArn": topic_arn}
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert self.allows(key["policy"], service, action, key_arn, {**context, **of_the_topic})
        assert [(s["protocol"], s["endpoint"]) for s in self.inputs(SUBSCRIPTION) if s["topic"] == topic_arn] == [
            ("email", self.on_call)
        ]
        return name.removeprefix("hostco-ci-us-").removesuffix("-2")

    def allows(self, policy, service, action, resource, context):
        decision = self.evaluator.decide(
            {
                "request": {
                    "principal": service,
                    "action": action,
                    "resource": {"resource": resource, "accountId": ACCOUNT},
                    "contextVariables": {"aws:SecureTransport": "true", **context},
                },
                "identityPolicies": [],
                "serviceControlPolicies": [],
                "resourceControlPolicies": [],
                "resourcePolicy": json.loads(policy),
            }
        )
        return decision == "Allowed"


def _selects(selector, event):
    """Whether a trail's advanced event selector takes the event (CloudTrail API, AdvancedFieldSelector)."""
    resource = event.get("resources", [{}])[0]
    arn = resource.get("ARN") or resource.get("ARNPrefix", "")
    values = {
        "eventCategory": event["eventCategory"],
        "resources.type": resource.get("type", ""),
        "resources.ARN": arn,
    }
    return all(
        values[field["field"]] in field.get("equals", [])
        or values[field["field"]].startswith(tuple(field.get("startsWiths", [])))
        for field in selector["fieldSelectors"]
    )


def _settings(name):
    values = yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text())["config"]
    return {key.removeprefix("hosting:"): value for key, value in values.items() if key.startswith("hosting:")}


SETTINGS = {name: {"secondRegion": None, **_settings(name)} for name in ("ci-us", "ci-eu")}
"""A stack of two regions, where AWS tells of IAM in the first one, and a stack of one, where it tells of it abroad."""


def _alarms(name):
    """The alarms of a stack: only where there is a second region is anything copied that could fail."""
    return set(EVENTS) - (set() if SETTINGS[name]["secondRegion"] else {"replication-failed"})


REPLAYS = [
    pytest.param(name, case, at, id=f"{name}: {alarm}: {case['what']} ({at})")
    for name, settings in SETTINGS.items()
    for alarm in sorted(_alarms(name))
    for case in EVENTS[alarm]
    for at in case["at"]
    if at != "second" or settings["secondRegion"]
]


@pytest.fixture(scope="module")
def stacks(declare, filter_matches, evaluator):
    return {name: Stack(declare(**values), values, filter_matches, evaluator) for name, values in SETTINGS.items()}


@pytest.mark.parametrize(("name", "case", "at"), REPLAYS)
def test_an_event_raises_its_alarm_and_no_other(stacks, name, case, at):
    names = {"prefix": "hostco-ci-us", "account": ACCOUNT, "at": stacks[name].regions[at]}
    event = json.loads(Template(json.dumps(case["event"])).substitute(names))

    assert stacks[name].raised(case["via"], at, event) == sorted(case["raises"])


@pytest.mark.parametrize("alarm", ["no-backup-of-objects", "no-backup-of-the-table"])
def test_only_a_backup_that_is_done_counts_as_one(stacks, filter_matches, alarm):
    (done,) = [case["event"] for case in EVENTS[alarm] if case["via"] == "trail"]
    failed = {**done, "serviceEventDetails": {**done["serviceEventDetails"], "state": "FAILED"}}
    filters = {found["name"]: found["pattern"] for found in stacks["ci-us"].inputs(FILTER)}

    assert [name for name, pattern in filters.items() if filter_matches(pattern, done)] == [f"hostco-ci-us-{alarm}"]
    assert not [name for name, pattern in filters.items() if filter_matches(pattern, failed)]


def test_each_alarm_has_a_recorded_event(stacks):
    for stack_name, stack in stacks.items():
        on_topic = [alarm["name"] for alarm in stack.inputs(ALARM) if alarm["alarmActions"]]
        targets = [target["rule"] for target in stack.inputs(TARGET) if ":sns:" in target["arn"]]
        names = {name.removeprefix("hostco-ci-us-").removesuffix("-2") for name in (*on_topic, *targets)}
        assert {name for name in names if not name.startswith(HEALTH)} == _alarms(stack_name)


@pytest.mark.parametrize("alarm", EVENTS)
def test_each_alarm_is_also_shown_what_it_leaves_alone(alarm):
    raising = [case["raises"] for case in EVENTS[alarm]]

    assert [alarm] in raising
    assert [] in raising
