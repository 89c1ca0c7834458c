"""The trail: who did what in the account, in every region of AWS, and who read or wrote which data of a tenant.

It also brings home what AWS tells in us-east-1 only, whatever region a stack uses: what root does, each change of IAM,
and sign-ins at the global address. They reach the trail's log group, where the alarms look for them (`alarms.py`).
"""

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudtrail

from infra.cloud_integrated.bucket import Bucket
from infra.cloud_integrated.copy_roles import RESTORE_TEST
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


def recorded_events(names: Names, regions: Sequence[str]) -> Sequence[cloudtrail.TrailAdvancedEventSelectorArgs]:
    """What the trail records: all that is done to the account, and each read and write of tenants' objects and items.

    Nothing is left out of the management events, so those of KMS are in. A trail records no access to data unless it is
    told to (CloudTrail User Guide, "Logging data events"). Buckets and tables are named by the beginning of their
    names, in each of the stack's `regions`, so that the trail stays as it is when tenants come and go. What AWS Backup
    makes for a restore test holds tenants' data too, and so does a table's stream, whose ARN begins with the table's.
    """
    buckets = [names.bucket_arn(names.tenant_buckets), names.bucket_arn(RESTORE_TEST)]
    tables = [
        f"arn:aws:dynamodb:{region}:{names.account_id}:table/{beginning}"
        for region in regions
        for beginning in (names.physical(""), RESTORE_TEST)
    ]
    return [
        cloudtrail.TrailAdvancedEventSelectorArgs(
            name="management",
            field_selectors=[_field("eventCategory", equals=["Management"])],
        ),
        _data_events("tenants-objects", "AWS::S3::Object", buckets),
        _data_events("tenants-items", "AWS::DynamoDB::Table", tables),
        _data_events("tenants-changes", "AWS::DynamoDB::Stream", tables),
    ]


def _data_events(name: str, kind: str, beginnings: Sequence[str]) -> cloudtrail.TrailAdvancedEventSelectorArgs:
    return cloudtrail.TrailAdvancedEventSelectorArgs(
        name=name,
        field_selectors=[
            _field("eventCategory", equals=["Data"]),
            _field("resources.type", equals=[kind]),
            _field("resources.ARN", starts_withs=beginnings),
        ],
    )


def _field(
    name: str, *, equals: Sequence[str] | None = None, starts_withs: Sequence[str] | None = None
) -> cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs:
    return cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(field=name, equals=equals, starts_withs=starts_withs)


class Trail(Room):
    """The one trail of the account. Its files lie in a bucket where nobody can change or delete one for
    `retention_days`, and its events in a log group, where they can be searched and watched.
    """

    def __init__(
        self,
        *,
        names: Names,
        regions: Sequence[str],
        trail_key_arn: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        boundary_arn: pulumi.Input[str],
        retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("trail", names=names, options=options)
        files = self._files(trail_key_arn, retention_days)
        events = log_group(self, "trail", key_arn=logs_key_arn, retention_days=retention_days)
        self.log_group_name = events.name
        role = ServiceRole(
            "trail-delivery",
            names=names,
            service="cloudtrail.amazonaws.com",
            # CloudTrail names no source when it takes on a role; IAM lets no other account pass this one to it.
            source_arn=None,
            boundary_arn=boundary_arn,
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
                region=names.region,
                name=trail_name(names),
                s3_bucket_name=files.bucket,
                kms_key_id=trail_key_arn,
                cloud_watch_logs_group_arn=pulumi.Output.concat(events.arn, ":*"),
                cloud_watch_logs_role_arn=role.arn,
                enable_log_file_validation=True,
                enable_logging=True,
                include_global_service_events=True,
                is_multi_region_trail=True,
                advanced_event_selectors=recorded_events(names, regions),
                tags=names.tags("trail"),
            ),
            opts=self.child(protect=True, depends_on=[files]),
        )
        self.register_outputs({"logGroupName": self.log_group_name})

    def _files(self, key_arn: pulumi.Input[str], retention_days: int) -> Bucket:
        bucket = self.names.physical("trail-logs")
        arn = self.names.bucket_arn(bucket)
        service = service_principal("cloudtrail.amazonaws.com")
        from_trail = Condition.of("ArnEquals", "aws:SourceArn", trail_arn(self.names))
        return Bucket(
            "trail-logs",
            names=self.names,
            bucket=bucket,
            key_arn=key_arn,
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
                    resources=[f"{arn}/AWSLogs/{self.names.account_id}/*"],
                    conditions=[from_trail, Condition.of("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control")],
                ),
            ],
            options=self.child(protect=True),
        )
