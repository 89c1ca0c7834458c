"""Audit: who did what in the account, who read or wrote which object of a tenant, and who asked the portal for what;
kept where nobody can change it.

All access is logged, to customers' data as well (e-mail document, 4.f and 5.c).
"""

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudtrail

from infra.cloud_integrated.bucket import Bucket
from infra.cloud_integrated.log_group import log_group
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Condition, Statement, service_principal
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.service_role import ServiceRole


def trail_name(names: Names) -> str:
    """The name of the trail, which the policy of its key has to know before the trail is there."""
    return names.physical("trail")


def trail_arn(names: Names) -> str:
    """The ARN of the trail."""
    return names.arn("cloudtrail", f"trail/{trail_name(names)}")


def recorded_events(names: Names) -> Sequence[cloudtrail.TrailAdvancedEventSelectorArgs]:
    """What the trail records: all that is done to the account, and each read and write of a tenant's object.

    A trail records no access to objects unless it is told to (CloudTrail User Guide, "Logging data events"). The
    buckets are named by the beginning of their names, so that the trail stays as it is when tenants come and go.
    """
    field = cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs
    return [
        cloudtrail.TrailAdvancedEventSelectorArgs(
            name="management",
            field_selectors=[field(field="eventCategory", equals=["Management"])],
        ),
        cloudtrail.TrailAdvancedEventSelectorArgs(
            name="tenants-objects",
            field_selectors=[
                field(field="eventCategory", equals=["Data"]),
                field(field="resources.type", equals=["AWS::S3::Object"]),
                field(field="resources.ARN", starts_withs=[names.bucket_arn(names.tenant_buckets)]),
            ],
        ),
    ]


class Audit(Room):
    """The trail of the account, and the bucket for the load balancer's logs."""

    def __init__(
        self,
        *,
        names: Names,
        trail_key_arn: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("audit", names=names, options=options)
        self._trail(trail_key_arn, logs_key_arn, retention_days)
        self.edge_log_bucket = self._edge_log_bucket()
        self.register_outputs({"edgeLogBucket": self.edge_log_bucket})

    def _trail(self, trail_key_arn: pulumi.Input[str], logs_key_arn: pulumi.Input[str], retention_days: int) -> None:
        names = self.names
        bucket = names.physical("trail-logs")
        arn = names.bucket_arn(bucket)
        service = service_principal("cloudtrail.amazonaws.com")
        from_trail = Condition.of("ArnEquals", "aws:SourceArn", trail_arn(names))
        files = Bucket(
            "trail-logs",
            names=names,
            bucket=bucket,
            key_arn=trail_key_arn,
            lock_days=retention_days,
            statements=[
                Statement(
                    sid="TrailChecks",
                    principal=service,
                    actions=["s3:GetBucketAcl"],
                    resources=[arn],
                    conditions=[from_trail],
                ),
                Statement(
                    sid="TrailDelivers",
                    principal=service,
                    actions=["s3:PutObject"],
                    resources=[f"{arn}/AWSLogs/{names.account_id}/*"],
                    conditions=[from_trail, Condition.of("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control")],
                ),
            ],
            options=self.child(protect=True),
        )
        events = log_group(self, "trail", key_arn=logs_key_arn, retention_days=retention_days)
        role = ServiceRole(
            "trail-delivery",
            names=names,
            service="cloudtrail.amazonaws.com",
            # CloudTrail names no source when it takes on a role; IAM lets no other account pass this one to it.
            source_arn=None,
            statements=[
                Statement(
                    sid="Deliver",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[pulumi.Output.concat(events.arn, ":log-stream:*")],
                )
            ],
            options=self.child(),
        )
        cloudtrail.Trail(
            "trail",
            cloudtrail.TrailArgs(
                name=trail_name(names),
                s3_bucket_name=files.bucket,
                kms_key_id=trail_key_arn,
                cloud_watch_logs_group_arn=pulumi.Output.concat(events.arn, ":*"),
                cloud_watch_logs_role_arn=role.arn,
                enable_log_file_validation=True,
                enable_logging=True,
                include_global_service_events=True,
                is_multi_region_trail=True,
                advanced_event_selectors=recorded_events(names),
                tags=names.tags("trail"),
            ),
            opts=self.child(protect=True, depends_on=[files, role]),
        )

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
                        Condition.of("ArnLike", "aws:SourceArn", names.arn("elasticloadbalancing", "loadbalancer/*")),
                    ],
                )
            ],
            options=self.child(protect=True),
        ).bucket
