"""On call: how an alarm of one region reaches the engineer who is on call, day and night.

A rule and an alarm can publish to a topic of their own region only, so each region has one.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_aws import cloudwatch, sns

from infra.cloud_integrated.alarms import Alarm
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import EVERYONE, Condition, Statement, document, service_principal
from infra.cloud_integrated.room import Room

HOUR: Final = 3600

PERIOD: Final = 300
"""Seconds that a metric is summed over. Shorter, a late event of the trail could fall out of what an alarm looks at."""


def topic_name(names: Names) -> str:
    """The name of a region's topic, which the policy of its key has to know before the topic is there."""
    return names.physical("alarms")


def topic_arn(names: Names) -> str:
    """The ARN of a region's topic."""
    return names.arn("sns", topic_name(names))


class OnCall(Room):
    """The encrypted topic of a region, to which the address of those on call is subscribed.

    AWS sends nothing until somebody there has followed the link in its first message.
    """

    def __init__(
        self, *, names: Names, alarms_key_arn: pulumi.Input[str], email: str, options: pulumi.ResourceOptions
    ) -> None:
        super().__init__("on-call", names=names, options=options)
        topic = sns.Topic(
            names.logical("alarms"),
            sns.TopicArgs(
                region=names.region,
                name=topic_name(names),
                kms_master_key_id=alarms_key_arn,
                signature_version=2,
                tags=names.tags("alarms"),
            ),
            opts=self.child(protect=True),
        )
        policy = sns.TopicPolicy(
            names.logical("alarms"),
            sns.TopicPolicyArgs(region=names.region, arn=topic.arn, policy=document(*_publishers(names))),
            opts=self.child(protect=True),
        )
        sns.TopicSubscription(
            names.logical("alarms"),
            sns.TopicSubscriptionArgs(region=names.region, topic=topic.arn, protocol="email", endpoint=email),
            opts=self.child(),
        )
        # The policy's output: an alarm that is raised before the policy is there would be lost.
        self.topic_arn = policy.arn
        self.register_outputs({"topicArn": self.topic_arn})

    def on_log(self, alarm: Alarm, pattern: str, log_group_name: pulumi.Input[str]) -> None:
        """Raises `alarm` when a line of the log group matches the pattern."""
        self._count(alarm, pattern, log_group_name)
        self._alarm(
            alarm,
            _above_zero(namespace=_namespace(self.names), metric_name=alarm.name, statistic="Sum", period=PERIOD),
        )

    def on_absence(self, alarm: Alarm, pattern: str, log_group_name: pulumi.Input[str], *, hours: int) -> None:
        """Raises `alarm` when no line of the log group matches the pattern for so many hours."""
        self._count(alarm, pattern, log_group_name)
        self._alarm(
            alarm,
            cloudwatch.MetricAlarmArgs(
                namespace=_namespace(self.names),
                metric_name=alarm.name,
                statistic="Sum",
                period=HOUR,
                comparison_operator="LessThanThreshold",
                threshold=1,
                # What isn't counted has no number.
                treat_missing_data="breaching",
            ),
            periods=hours,
        )

    def _count(self, alarm: Alarm, pattern: str, log_group_name: pulumi.Input[str]) -> None:
        names = self.names
        cloudwatch.LogMetricFilter(
            names.logical(alarm.name),
            cloudwatch.LogMetricFilterArgs(
                region=names.region,
                name=names.physical(alarm.name),
                log_group_name=log_group_name,
                pattern=pattern,
                metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
                    namespace=_namespace(names), name=alarm.name, value="1", unit="Count"
                ),
            ),
            opts=self.child(),
        )

    def on_silence(self, alarm: Alarm, log_group_name: pulumi.Input[str]) -> None:
        """Raises `alarm` when no line reaches the log group for an hour."""
        self._alarm(
            alarm,
            cloudwatch.MetricAlarmArgs(
                namespace="AWS/Logs",
                metric_name="IncomingLogEvents",
                dimensions={"LogGroupName": log_group_name},
                statistic="Sum",
                period=HOUR,
                comparison_operator="LessThanThreshold",
                threshold=1,
                # Without lines there is no number either.
                treat_missing_data="breaching",
            ),
        )

    def on_event(self, alarm: Alarm, pattern: Mapping[str, Any]) -> None:
        """Raises `alarm` when the region's bus carries an event that matches the pattern."""
        names = self.names
        rule = cloudwatch.EventRule(
            names.logical(alarm.name),
            cloudwatch.EventRuleArgs(
                region=names.region,
                name=names.physical(alarm.name),
                description=alarm.means,
                event_pattern=json.dumps(pattern),
                state="ENABLED",
                tags=names.tags(alarm.name),
            ),
            opts=self.child(),
        )
        cloudwatch.EventTarget(
            names.logical(alarm.name),
            # Without a role: with one, EventBridge fails to publish to an encrypted topic (EventBridge User Guide,
            # "Using resource-based policies").
            cloudwatch.EventTargetArgs(region=names.region, rule=rule.name, target_id="on-call", arn=self.topic_arn),
            opts=self.child(),
        )

    def on_metric(self, alarm: Alarm, query: str) -> None:
        """Raises `alarm` when the query of the region's metrics finds anything above zero."""
        found = cloudwatch.MetricAlarmMetricQueryArgs(id="found", expression=query, period=PERIOD, return_data=True)
        self._alarm(alarm, _above_zero(metric_queries=[found]))

    def _alarm(self, alarm: Alarm, when: cloudwatch.MetricAlarmArgs, *, periods: int = 1) -> None:
        names = self.names
        cloudwatch.MetricAlarm(
            names.logical(alarm.name),
            cloudwatch.MetricAlarmArgs(
                region=names.region,
                name=names.physical(alarm.name),
                alarm_description=alarm.means,
                namespace=when.namespace,
                metric_name=when.metric_name,
                dimensions=when.dimensions,
                statistic=when.statistic,
                period=when.period,
                metric_queries=when.metric_queries,
                comparison_operator=when.comparison_operator,
                threshold=when.threshold,
                evaluation_periods=periods,
                treat_missing_data=when.treat_missing_data,
                actions_enabled=True,
                alarm_actions=[self.topic_arn],
                tags=names.tags(alarm.name),
            ),
            opts=self.child(),
        )


def _above_zero(**metric: Any) -> cloudwatch.MetricAlarmArgs:
    """The condition of an alarm about what was found; no number means nothing was."""
    return cloudwatch.MetricAlarmArgs(
        comparison_operator="GreaterThanThreshold", threshold=0, treat_missing_data="notBreaching", **metric
    )


def _namespace(names: Names) -> str:
    return names.physical("alarms")


def _publishers(names: Names) -> Sequence[Statement]:
    """The services that raise alarms, and nobody without TLS."""
    topic = topic_arn(names)
    return [
        Statement(
            sid="PublishByAlarms",
            principal=service_principal("cloudwatch.amazonaws.com"),
            actions=["sns:Publish"],
            resources=[topic],
            conditions=[
                Condition.of("StringEquals", "aws:SourceAccount", names.account_id),
                Condition.of("ArnLike", "aws:SourceArn", names.arn("cloudwatch", "alarm:*")),
            ],
        ),
        Statement(
            sid="PublishByRules",
            principal=service_principal("events.amazonaws.com"),
            actions=["sns:Publish"],
            resources=[topic],
            # No condition: EventBridge doesn't say for which rule it publishes to a topic, so any would refuse every
            # event (EventBridge User Guide, "Amazon SNS permissions"). At worst a stranger's rule wakes somebody.
        ),
        Statement(
            sid="RefusePlainHttp",
            effect="Deny",
            principal=EVERYONE,
            actions=["sns:Publish"],
            resources=[topic],
            conditions=[Condition.of("Bool", "aws:SecureTransport", "false")],
        ),
    ]
