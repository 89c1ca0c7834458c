"""Names stay within the limits of the cloud with the longest settings that are allowed."""

import pytest

from infra.cloud_integrated.names import Names
from infra.settings import SettingsError, parse_settings

LIMITS = {
    "aws:s3/bucket:Bucket": ("bucket", 63),
    "aws:iam/role:Role": ("name", 64),
    "aws:lb/loadBalancer:LoadBalancer": ("name", 32),
    "aws:lb/targetGroup:TargetGroup": ("name", 32),
    "aws:cloudtrail/trail:Trail": ("name", 128),
    "aws:kms/alias:Alias": ("name", 256),
    "aws:ecs/service:Service": ("name", 255),
    "aws:ec2/securityGroup:SecurityGroup": ("name", 255),
    "aws:backup/vault:Vault": ("name", 50),
    "aws:backup/selection:Selection": ("name", 50),
}


@pytest.mark.parametrize("type_", LIMITS)
def test_the_longest_names_fit(longest, type_):
    property_, limit = LIMITS[type_]
    missing_letters_of_the_stack = 12 - len("ci-us")

    for resource in longest.of_type(type_).values():
        assert len(resource["inputs"][property_]) + missing_letters_of_the_stack <= limit


def test_settings_of_another_service_are_refused(sample):
    settings = parse_settings("ci-us", sample).model_copy(update={"cloud_integrated": None})

    with pytest.raises(SettingsError, match="cloudIntegrated is missing"):
        Names.of(settings)


def test_an_object_is_tagged_with_what_it_belongs_to(sample):
    names = Names.of(parse_settings("ci-us", sample))

    assert names.tags("portal") == {
        "Name": "portal",
        "stack": "ci-us",
        "service": "cloud-integrated",
        "jurisdiction": "us",
        "managed-by": "pulumi",
    }
    assert names.tags("tenant-acme-key", "acme")["tenant"] == "acme"


def test_the_second_region_has_names_of_its_own(sample):
    names = Names.of(parse_settings("ci-us", sample))
    second = names.at_second("us-west-2")

    assert second.region == "us-west-2"
    assert (names.physical("portal"), second.physical("portal")) == ("hostco-ci-us-portal", "hostco-ci-us-portal-2")
    assert (names.logical("portal"), second.logical("portal")) == ("portal", "portal-2")
    assert second.log_group("portal") == "/hostco/ci-us/portal-2"
    assert second.arn("sqs", "a") == "arn:aws:sqs:us-west-2:123456789012:a"
    assert second.tags("portal")["Name"] == "portal-2"


def test_tenants_buckets_of_both_regions_begin_alike(sample):
    names = Names.of(parse_settings("ci-us", sample))
    second = names.at_second("us-west-2")

    assert names.tenant_bucket("acme") == "hostco-ci-us-tenant-acme"
    assert second.tenant_bucket("acme") == "hostco-ci-us-tenant-acme-2"
    assert second.tenant_buckets == names.tenant_buckets
