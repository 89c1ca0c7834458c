"""What stands in which region, and under which circumstances."""

from collections import defaultdict

import pytest

from hosting.gates import GUARDED_ROOMS
from infra.cloud_integrated.region import regions
from infra.settings import SettingsError, parse_settings

GLOBAL = ("aws:iam/", "aws:route53/", "aws:s3/accountPublicAccessBlock")


@pytest.fixture(scope="module")
def failover(declare, sample):
    """The stack with a tenant while its second region serves."""
    return declare(secondRegion={**sample["secondRegion"], "serving": True}, tenants=[{"id": "acme"}])


@pytest.fixture(scope="module")
def failback(declare):
    """The same stack once customers are back."""
    return declare(tenants=[{"id": "acme"}])


def of(sample, **changes):
    settings = parse_settings("ci-us", {**sample, **changes})
    assert settings.cloud_integrated
    return regions(settings, settings.cloud_integrated)


def test_the_first_region_serves_and_the_second_stands_ready(sample):
    first, second = of(sample)

    assert (first.names.region, first.serving, first.failover) == ("us-east-1", True, "PRIMARY")
    assert (second.names.region, second.serving, second.failover) == ("us-west-2", False, "SECONDARY")
    assert (first.images_copied_to, second.images_copied_to) == ("us-west-2", None)


def test_a_failover_turns_the_second_region_on(sample):
    _, second = of(sample, secondRegion={**sample["secondRegion"], "serving": True})

    assert second.serving


def test_a_second_region_that_serves_needs_a_way_in(sample):
    options = {k: v for k, v in sample["cloudIntegrated"].items() if k != "secondVpnDeviceCertificateArn"}

    with pytest.raises(SettingsError, match=r"secondVpnDeviceCertificateArn is missing: .* into ACM in us-west-2"):
        of(sample, cloudIntegrated=options, secondRegion={**sample["secondRegion"], "serving": True})


def test_a_jurisdiction_of_one_region_has_one(dev_stack):
    assert {r["inputs"]["region"] for r in dev_stack.resources if "region" in r["inputs"]} == {"eu-central-1"}
    assert not [r["name"] for r in dev_stack.resources if r["name"].endswith("-2")]


def test_every_resource_says_in_which_of_the_two_regions_it_lies(stack):
    for resource in stack.resources:
        if resource["custom"] and resource["type"].startswith("aws:") and not resource["type"].startswith(GLOBAL):
            suffix = resource["inputs"]["region"] == "us-west-2"
            assert resource["name"].endswith("-2") is suffix, resource["urn"]


def test_failback_takes_away_nothing_that_is_protected_and_no_logs(failover, failback):
    """The gate and the engine refuse to delete what is protected, and AWS a firewall whose own protection is on."""
    stays = {resource["urn"] for resource in failback.resources}
    leaving = [resource for resource in failover.resources if resource["urn"] not in stays]

    assert {"vpn-2", "exit-2"} <= {resource["name"] for resource in leaving}
    assert all(resource["name"].endswith("-2") for resource in leaving)
    assert not [each["urn"] for each in leaving if each["protect"] or each["type"].endswith(":LogGroup")]
    assert not [each["urn"] for each in leaving if any(f":{room}$" in each["urn"] for room in GUARDED_ROOMS)]
    assert not [
        (each["urn"], setting)
        for each in leaving
        for setting, value in each["inputs"].items()
        if "protection" in setting.lower() and value is not False
    ]


def test_logs_of_the_second_region_are_kept_in_the_same_groups(failover, failback):
    groups = [stack.of_type("aws:cloudwatch/logGroup:LogGroup") for stack in (failover, failback)]
    serving, ready = [{name: group["urn"] for name, group in each.items()} for each in groups]

    assert {"firewall", "firewall-2", "vpn-connections", "vpn-connections-2"} <= set(ready)
    assert serving == ready


@pytest.mark.parametrize("state", ["stack", "stack_failed_over"])
def test_what_hangs_below_a_room_lies_in_one_region(request, state):
    """As the pack demands of a finished stack; a failover makes rooms that no other preview has."""
    found = defaultdict(set)
    for resource in request.getfixturevalue(state).resources:
        if "region" in resource["inputs"] and "hosting:infra:Tenant" not in resource["parent"].rsplit("$", 1)[-1]:
            found[resource["parent"]].add(resource["inputs"]["region"])

    assert len(found) > 40
    assert [urn for urn, regions_of in found.items() if len(regions_of) > 1 and not urn.endswith("::access")] == []
