"""An alarm reaches those on call through an encrypted topic of its region."""

import json

import pytest

SITES = (("", "us-east-1"), ("-2", "us-west-2"))
TOPIC, POLICY = "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"
ALARM, FILTER = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/logMetricFilter:LogMetricFilter"
RULE, TARGET = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"


def topic_arn(suffix, region):
    return f"arn:aws:sns:{region}:123456789012:hostco-ci-us-alarms{suffix}"


def here(stack, type_, region):
    return {
        name: resource["inputs"]
        for name, resource in stack.of_type(type_).items()
        if resource["inputs"]["region"] == region and not name.startswith("health-")
    }


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_the_topic_is_encrypted_with_a_key_of_its_region(stack, suffix, region):
    topic = stack.of_type(TOPIC)[f"alarms{suffix}"]

    assert topic["protect"]
    assert topic["inputs"]["region"] == region
    assert topic["inputs"]["kmsMasterKeyId"] == f"arn:aws:kms:{region}:123456789012:key/alarms-key{suffix}"
    assert topic["inputs"]["signatureVersion"] == 2


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_only_alarms_and_rules_publish(stack, statements, suffix, region):
    policy = stack.of_type(POLICY)[f"alarms{suffix}"]
    said = statements(policy["inputs"]["policy"])

    assert policy["protect"]
    assert policy["inputs"]["arn"] == topic_arn(suffix, region)
    assert set(said) == {"PublishByAlarms", "PublishByRules", "RefusePlainHttp"}
    assert {s["Resource"] for s in said.values()} == {topic_arn(suffix, region)}
    assert {s["Action"] for s in said.values()} == {"sns:Publish"}
    assert said["PublishByAlarms"]["Principal"] == {"Service": ["cloudwatch.amazonaws.com"]}
    assert said["PublishByAlarms"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{region}:123456789012:alarm:*"},
    }
    assert said["PublishByRules"]["Principal"] == {"Service": ["events.amazonaws.com"]}
    # With a condition, whatever it is, EventBridge could publish nothing.
    assert "Condition" not in said["PublishByRules"]
    assert said["RefusePlainHttp"]["Effect"] == "Deny"
    assert said["RefusePlainHttp"]["Principal"] == "*"
    assert said["RefusePlainHttp"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_those_on_call_are_subscribed(stack, suffix, region):
    subscription = stack.inputs("aws:sns/topicSubscription:TopicSubscription", f"alarms{suffix}")

    assert subscription == {
        "region": region,
        "topic": f"arn:aws:sns:{region}:123456789012:hostco-ci-us-alarms{suffix}",
        "protocol": "email",
        "endpoint": "on-call@ci-us.example.com",
    }


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_an_alarm_is_raised_by_one_finding_and_silence_is_good(stack, region):
    alarms = here(stack, ALARM, region)

    assert alarms
    for alarm in alarms.values():
        if alarm.get("namespace") == "AWS/Logs" or "no-backup" in alarm["name"]:
            continue
        assert (alarm["comparisonOperator"], alarm["threshold"], alarm["evaluationPeriods"]) == (
            "GreaterThanThreshold",
            0,
            1,
        )
        assert alarm["treatMissingData"] == "notBreaching"
        periods = [query["period"] for query in alarm.get("metricQueries", [])] or [alarm["period"]]
        assert periods == [300]


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_an_alarm_tells_those_on_call(stack, suffix, region):
    for alarm in here(stack, ALARM, region).values():
        assert alarm["actionsEnabled"] is True
        assert alarm["alarmActions"] == [topic_arn(suffix, region)]


def test_a_trail_that_falls_silent_is_noticed(stack):
    alarm = stack.inputs(ALARM, "trail-silent")

    assert (alarm["namespace"], alarm["metricName"]) == ("AWS/Logs", "IncomingLogEvents")
    assert alarm["dimensions"] == {"LogGroupName": "/hostco/ci-us/trail"}
    assert (alarm["statistic"], alarm["period"]) == ("Sum", 3600)
    assert (alarm["comparisonOperator"], alarm["threshold"], alarm["evaluationPeriods"]) == ("LessThanThreshold", 1, 1)
    assert alarm["treatMissingData"] == "breaching"


@pytest.mark.parametrize(("name", "kind"), [("no-backup-of-objects", "S3"), ("no-backup-of-the-table", "DynamoDB")])
def test_backups_that_never_begin_are_noticed(stack, name, kind):
    alarm = stack.inputs(ALARM, name)

    assert f'"{kind}"' in stack.inputs(FILTER, name)["pattern"]
    assert (alarm["comparisonOperator"], alarm["threshold"], alarm["treatMissingData"]) == (
        "LessThanThreshold",
        1,
        "breaching",
    )
    # From one night's backup, at three, to the next one that takes the most that it may, an hour and twelve.
    assert 37 * 3600 < alarm["period"] * alarm["evaluationPeriods"] <= 48 * 3600


def test_a_filter_counts_for_its_alarm(stack):
    filters, alarms = here(stack, FILTER, "us-east-1"), here(stack, ALARM, "us-east-1")

    assert len(filters) == 17
    for name, found in filters.items():
        assert found["metricTransformation"] == {
            "namespace": "hostco-ci-us-alarms",
            "name": name,
            "value": "1",
            "unit": "Count",
        }
        assert (alarms[name]["namespace"], alarms[name]["metricName"]) == ("hostco-ci-us-alarms", name)
        assert alarms[name]["statistic"] == "Sum"


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_a_rule_publishes_to_the_topic_of_its_region(stack, suffix, region):
    rules = {name: rule for name, rule in here(stack, RULE, region).items() if "findings" not in name}

    assert set(rules) == {f"guardduty-high{suffix}", f"backup-failed{suffix}"}
    for name, rule in rules.items():
        target = stack.inputs(TARGET, name)
        assert rule["state"] == "ENABLED"
        assert json.loads(rule["eventPattern"])
        assert target == {
            "region": region,
            "rule": rule["name"],
            "targetId": "on-call",
            "arn": topic_arn(suffix, region),
        }
