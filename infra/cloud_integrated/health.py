"""Health: which zone serves, which region does, and who is told when one doesn't."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import arczonalshift, cloudwatch, lb

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room

NAMESPACE = "AWS/ApplicationELB"

MINUTES = 3
"""Without a healthy task for so long a zone, or the region, counts as lost."""


class Health(Room):
    """Alarms for each zone of the load balancer and for the region, `alarm`, and the shift of zones."""

    def __init__(
        self,
        *,
        names: Names,
        zones: Sequence[str],
        balancer: lb.LoadBalancer,
        target_groups: Mapping[str, lb.TargetGroup],
        topic_arn: pulumi.Input[str],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("health", names=names, options=options)
        self._balancer, self._topic_arn = balancer, topic_arn
        for service, group in target_groups.items():
            for zone in zones:
                self._alarm(f"{service}-{zone}", group, f"{service} has no healthy task in {zone}", zone=zone)
        portal = self._alarm("portal", target_groups["portal"], f"The portal has no healthy task in {names.region}")
        arczonalshift.ZonalAutoshiftConfiguration(
            names.logical("portal"),
            arczonalshift.ZonalAutoshiftConfigurationArgs(
                region=names.region,
                resource_arn=balancer.arn,
                zonal_autoshift_status="ENABLED",
                outcome_alarms=[
                    arczonalshift.ZonalAutoshiftConfigurationOutcomeAlarmArgs(
                        type="CLOUDWATCH", alarm_identifier=portal.arn
                    )
                ],
            ),
            opts=self.child(),
        )
        self.alarm = portal
        self.register_outputs({})

    def _alarm(
        self, name: str, group: lb.TargetGroup, means: str, *, zone: str | None = None
    ) -> cloudwatch.MetricAlarm:
        names = self.names
        name = f"health-{name}"
        return cloudwatch.MetricAlarm(
            names.logical(name),
            cloudwatch.MetricAlarmArgs(
                region=names.region,
                name=names.physical(name),
                alarm_description=means,
                namespace=NAMESPACE,
                metric_name="HealthyHostCount",
                dimensions={
                    "LoadBalancer": self._balancer.arn_suffix,
                    "TargetGroup": group.arn_suffix,
                    **({"AvailabilityZone": zone} if zone else {}),
                },
                # Route 53 goes by the plain statistics only, and by alarms without "M of N".
                statistic="Maximum",
                period=60,
                evaluation_periods=MINUTES,
                comparison_operator="LessThanThreshold",
                threshold=1,
                treat_missing_data="breaching",
                alarm_actions=[self._topic_arn],
                ok_actions=[self._topic_arn],
                tags=names.tags(name),
            ),
            opts=self.child(),
        )
