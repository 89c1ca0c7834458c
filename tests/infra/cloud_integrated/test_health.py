"""A zone or a region that fails is noticed, told, and left."""

import pytest

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def alarms(stack):
    return {name: r["inputs"] for name, r in stack.of_type(ALARM).items() if name.startswith("health-")}


def test_each_zone_of_each_service_has_an_alarm_and_the_region_has_one(stack):
    assert set(alarms(stack)) == {
        "health-portal", *(f"health-{service}-{zone}" for service in ("ingestion", "portal") for zone in ZONES)
    }  # fmt: skip


def test_alarms_go_to_the_engineer_on_call(stack):
    for alarm in alarms(stack).values():
        assert alarm["alarmActions"] == alarm["okActions"]
        assert alarm["alarmActions"][0].startswith("arn:aws:sns:us-east-1:123456789012:")


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_without_a_healthy_task_is_lost_after_three_minutes(stack, zone):
    alarm = alarms(stack)[f"health-portal-{zone}"]

    assert alarm["metricName"] == "HealthyHostCount"
    assert alarm["dimensions"] == {
        "LoadBalancer": "app/hostco-ci-us-portal/1",
        "TargetGroup": "targetgroup/hostco-ci-us-portal/1",
        "AvailabilityZone": zone,
    }
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert (alarm["period"], alarm["evaluationPeriods"]) == (60, 3)
    assert alarm["treatMissingData"] == "breaching"


def test_the_regions_health_check_goes_by_its_alarm(stack):
    check = stack.inputs("aws:route53/healthCheck:HealthCheck", "portal")

    assert check["type"] == "CLOUDWATCH_METRIC"
    assert check["cloudwatchAlarmName"] == alarms(stack)["health-portal"]["name"]
    assert check["cloudwatchAlarmRegion"] == "us-east-1"
    assert check["insufficientDataHealthStatus"] == "Unhealthy"
    assert "AvailabilityZone" not in alarms(stack)["health-portal"]["dimensions"]


def test_aws_may_shift_customers_away_from_a_zone_that_fails(stack):
    shift = stack.inputs("aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration", "portal")

    assert shift["zonalAutoshiftStatus"] == "ENABLED"
    assert shift["resourceArn"].endswith("hostco-ci-us-portal")
    assert [alarm["alarmIdentifier"].split(":")[-1] for alarm in shift["outcomeAlarms"]] == [
        "hostco-ci-us-health-portal"
    ]


def test_a_region_is_watched_once_it_serves(stack, stack_failed_over):
    assert not [name for name in alarms(stack) if name.endswith("-2")]
    assert len([name for name in alarms(stack_failed_over) if name.endswith("-2")]) == 7


def test_a_failover_changes_nothing_in_route_53_and_iam(stack, stack_failed_over):
    """Both are controlled from us-east-1: they may be lost together with the region that is failed over from."""

    def of_global_services(each):
        return {
            (r["type"], r["name"]): {key: value for key, value in r["inputs"].items() if key != "tags"}
            for r in each.resources
            if r["type"].startswith(("aws:route53/", "aws:iam/")) and "tenant-" not in r["name"]
        }

    assert of_global_services(stack_failed_over) == of_global_services(stack)
