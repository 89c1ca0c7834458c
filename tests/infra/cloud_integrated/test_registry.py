"""Nobody puts another image in an image's place."""

import json

import pytest

from infra.cloud_integrated.security_groups import SERVICES

REPOSITORY = "aws:ecr/repository:Repository"


@pytest.mark.parametrize(("suffix", "region"), [("", "us-east-1"), ("-2", "us-west-2")])
@pytest.mark.parametrize("service", SERVICES)
def test_a_repository_keeps_its_tags_scans_and_encrypts(stack, service, suffix, region):
    repository = stack.inputs(REPOSITORY, service + suffix)

    assert repository["name"] == f"hostco-ci-us/{service}"
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfigurations"] == [
        {"encryptionType": "KMS", "kmsKey": f"arn:aws:kms:{region}:123456789012:key/images-key{suffix}"}
    ]
    assert repository["forceDelete"] is False


@pytest.mark.parametrize("name", ["registry", "registry-2"])
def test_images_are_scanned_whenever_a_flaw_becomes_known(stack, name):
    scanning = stack.inputs("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", name)

    assert scanning["scanType"] == "ENHANCED"
    assert scanning["rules"] == [
        {"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}
    ]


def test_images_are_copied_to_the_second_region_and_nowhere_else(stack):
    (copies,) = stack.of_type("aws:ecr/replicationConfiguration:ReplicationConfiguration").values()
    (rule,) = copies["inputs"]["replicationConfiguration"]["rules"]

    assert copies["inputs"]["region"] == "us-east-1"
    assert rule["destinations"] == [{"region": "us-west-2", "registryId": "123456789012"}]
    assert rule["repositoryFilters"] == [{"filter": "hostco-ci-us/", "filterType": "PREFIX_MATCH"}]


def test_images_of_one_region_are_not_copied(dev_stack):
    assert not [
        r for r in dev_stack.resources if r["type"] == "aws:ecr/replicationConfiguration:ReplicationConfiguration"
    ]


def test_old_images_go(stack):
    policy = json.loads(stack.inputs("aws:ecr/lifecyclePolicy:LifecyclePolicy", "portal")["policy"])
    (rule,) = policy["rules"]

    assert (rule["selection"]["countType"], rule["selection"]["countNumber"]) == ("imageCountMoreThan", 100)
    assert rule["action"] == {"type": "expire"}
