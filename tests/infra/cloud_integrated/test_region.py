"""What stands in which region, and under which circumstances."""

import pytest

from infra.cloud_integrated.region import regions
from infra.settings import SettingsError, parse_settings

GLOBAL = ("aws:iam/", "aws:route53/", "aws:s3/accountPublicAccessBlock")


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
