"""Audit: who did what in the account, who read or wrote which data of a tenant, who asked the portal for what, and what
is set up otherwise than it should be; kept where nobody can change it, and told to the engineer on call.

All access is logged and monitored, to customers' data as well (e-mail document, 4.f and 5.c).
"""

from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from infra.cloud_integrated import config_rules
from infra.cloud_integrated.alarms import Absent, Alarm, Carried, Log, Logged, Measured, Silent, alarms
from infra.cloud_integrated.bucket import Bucket
from infra.cloud_integrated.config_rules import Config
from infra.cloud_integrated.detectors import Detectors
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.on_call import OnCall
from infra.cloud_integrated.policy_document import Condition, Statement, service_principal
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.trail import Trail


class RegionalAudit(Room):
    """What watches one region: Config, the detectors, the topic and its alarms, and the bucket of the edge's logs.

    `of_account` is the region that also watches what exists once an account.
    """

    def __init__(
        self,
        *,
        names: Names,
        table: Sequence[Alarm],
        config_role_arn: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        alarms_key_arn: pulumi.Input[str],
        on_call_email: str,
        retention_days: int,
        of_account: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("regional-audit", names=names, options=options)
        self._table = table
        self.edge_log_bucket = self._edge_log_bucket()
        config = Config(
            names=names,
            role_arn=config_role_arn,
            key_arn=logs_key_arn,
            retention_days=retention_days,
            of_account=of_account,
            options=self.child(),
        )
        Detectors(
            names=names,
            logs_key_arn=logs_key_arn,
            retention_days=retention_days,
            recording=config.running,
            options=self.child(),
        )
        self._on_call = OnCall(names=names, alarms_key_arn=alarms_key_arn, email=on_call_email, options=self.child())
        self.topic_arn = self._on_call.topic_arn
        for alarm in table:
            match alarm.when:
                case Carried(pattern):
                    self._on_call.on_event(alarm, pattern)
                case Measured(query):
                    self._on_call.on_metric(alarm, query)
                case Logged() | Silent() | Absent():
                    pass  # watched where the log is
        self.register_outputs({"edgeLogBucket": self.edge_log_bucket, "topicArn": self.topic_arn})

    def watch_log(self, log: Log, log_group_name: pulumi.Input[str]) -> None:
        """Raises the alarms that look for something in `log`, which lies in the log group."""
        for alarm in self._table:
            match alarm.when:
                case Logged(log=where, pattern=pattern) if where == log:
                    self._on_call.on_log(alarm, pattern, log_group_name)
                case Silent(log=where) if where == log:
                    self._on_call.on_silence(alarm, log_group_name)
                case Absent(log=where, pattern=pattern, hours=hours) if where == log:
                    self._on_call.on_absence(alarm, pattern, log_group_name, hours=hours)
                case _:
                    pass

    def _edge_log_bucket(self) -> pulumi.Output[str]:
        names = self.names
        bucket = names.physical("edge-logs")
        return Bucket(
            "edge-logs",
            names=names,
            bucket=bucket,
            # A load balancer delivers its logs to a bucket under SSE-S3 only (Elastic Load Balancing, "Access logs").
            key_arn=None,
            statements=[
                Statement(
                    sid="LoadBalancerDelivers",
                    principal=service_principal("logdelivery.elasticloadbalancing.amazonaws.com"),
                    actions=["s3:PutObject"],
                    resources=[f"{names.bucket_arn(bucket)}/*/AWSLogs/{names.account_id}/*"],
                    conditions=[
                        Condition.of("StringEquals", "aws:SourceAccount", names.account_id),
                        Condition.of(
                            "ArnLike",
                            "aws:SourceArn",
                            names.arn("elasticloadbalancing", f"loadbalancer/app/{names.physical('portal')}/*"),
                        ),
                    ],
                )
            ],
            options=self.child(protect=True),
        ).bucket


class Audit(Room):
    """The trail of the account, and what watches each region that the stack uses.

    `second` are the names of the second region, where there is one; `identity_provider_arn` is the provider that
    demands the second factor of people.
    """

    def __init__(
        self,
        *,
        names: Names,
        second: Names | None,
        identity_provider_arn: str,
        trail_key_arn: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        alarms_key_arn: pulumi.Input[str],
        boundary_arn: pulumi.Input[str],
        on_call_email: str,
        retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("audit", names=names, options=options)
        self._table = alarms(names, identity_provider_arn, replicated=second is not None)
        self._on_call_email = on_call_email
        self._retention_days = retention_days
        # Config's own role, which AWS keeps to what Config has to read (AWS Config Developer Guide, "Using
        # service-linked roles"). A role of ours would need as many rights, and somebody to look after them.
        self._config_role_arn = iam.ServiceLinkedRole(
            "config",
            iam.ServiceLinkedRoleArgs(aws_service_name=config_rules.SERVICE, tags=names.tags("config")),
            opts=self.child(),
        ).arn
        self._first = self._region(names, logs_key_arn, alarms_key_arn, of_account=True)
        self.edge_log_bucket = self._first.edge_log_bucket
        self.topic_arn = self._first.topic_arn
        trail = Trail(
            names=names,
            regions=[site.region for site in (names, second) if site is not None],
            trail_key_arn=trail_key_arn,
            logs_key_arn=logs_key_arn,
            boundary_arn=boundary_arn,
            retention_days=retention_days,
            options=self.child(),
        )
        self._first.watch_log("trail", trail.log_group_name)
        self.register_outputs({"edgeLogBucket": self.edge_log_bucket, "topicArn": self.topic_arn})

    def watch_log(self, log: Log, log_group_name: pulumi.Input[str]) -> None:
        """Raises the alarms that look for something in `log` of the first region, which lies in the log group."""
        self._first.watch_log(log, log_group_name)

    def at_second(
        self, names: Names, *, logs_key_arn: pulumi.Input[str], alarms_key_arn: pulumi.Input[str]
    ) -> RegionalAudit:
        """What watches the second region; `names` and the keys are of that region."""
        return self._region(names, logs_key_arn, alarms_key_arn, of_account=False)

    def _region(
        self,
        names: Names,
        logs_key_arn: pulumi.Input[str],
        alarms_key_arn: pulumi.Input[str],
        *,
        of_account: bool,
    ) -> RegionalAudit:
        return RegionalAudit(
            names=names,
            table=self._table,
            config_role_arn=self._config_role_arn,
            logs_key_arn=logs_key_arn,
            alarms_key_arn=alarms_key_arn,
            on_call_email=self._on_call_email,
            retention_days=self._retention_days,
            of_account=of_account,
            options=self.child(),
        )
