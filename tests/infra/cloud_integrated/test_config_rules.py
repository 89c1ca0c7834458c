"""Settings are recorded in each region and held against the rules that the measures ask for."""

import gzip
import json
from importlib.resources import files

import pytest

from infra.cloud_integrated.config_rules import managed_rules, rules_of
from infra.settings import CLOUD_INTEGRATED_REGIONS

SITES = (("", "us-east-1"), ("-2", "us-west-2"))
RULES = managed_rules(365)
OFFERED = json.loads(gzip.decompress((files("moto.config") / "resources" / "aws_managed_rules.json.gz").read_bytes()))[
    "ManagedRules"
]
"""What AWS says of its rules, as moto ships it: parameters, and regions by their places."""
PLACES = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-2": "US West (Oregon)",
    "eu-west-2": "Europe (London)",
    "eu-central-1": "Europe (Frankfurt)",
    "af-south-1": "Africa (Cape Town)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ap-southeast-4": "Asia Pacific (Melbourne)",
    "ca-central-1": "Canada (Central)",
    "ca-west-1": "Canada West (Calgary)",
}


def asked(stack, suffix):
    pack = stack.inputs("aws:cfg/conformancePack:ConformancePack", f"measures{suffix}")
    return json.loads(pack["templateBody"])["Resources"].values()


def identifiers(stack, suffix):
    return {rule["Properties"]["Source"]["SourceIdentifier"] for rule in asked(stack, suffix)}


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_everything_is_recorded_as_it_changes(stack, suffix, region):
    recorder = stack.of_type("aws:cfg/recorder:Recorder")[f"config{suffix}"]
    status = stack.of_type("aws:cfg/recorderStatus:RecorderStatus")[f"config{suffix}"]

    assert recorder["protect"]
    assert recorder["inputs"]["region"] == status["inputs"]["region"] == region
    assert recorder["inputs"]["recordingGroup"]["allSupported"] is True
    assert recorder["inputs"]["recordingMode"] == {"recordingFrequency": "CONTINUOUS"}
    assert status["protect"]
    assert status["inputs"]["isEnabled"] is True
    assert status["inputs"]["name"] == recorder["inputs"]["name"]


def test_what_exists_once_an_account_is_recorded_once(stack):
    recorders = stack.of_type("aws:cfg/recorder:Recorder")

    assert {n: r["inputs"]["recordingGroup"]["includeGlobalResourceTypes"] for n, r in recorders.items()} == {
        "config": True,
        "config-2": False,
    }


def test_config_works_with_the_role_that_aws_keeps_for_it(stack):
    assert stack.inputs("aws:iam/serviceLinkedRole:ServiceLinkedRole", "config")["awsServiceName"] == (
        "config.amazonaws.com"
    )


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_config_starts_once_it_can_deliver(stack, suffix, region):
    urn = {type_: stack.of_type(type_)[f"config{suffix}"]["urn"] for type_ in CHAIN}
    channel, status = (stack.of_type(type_)[f"config{suffix}"] for type_ in CHAIN[2:4])
    pack = stack.of_type("aws:cfg/conformancePack:ConformancePack")[f"measures{suffix}"]

    assert {urn[CHAIN[0]], urn[CHAIN[1]]} <= set(channel["dependencies"])
    assert urn[CHAIN[2]] in status["dependencies"]
    assert urn[CHAIN[3]] in pack["dependencies"]
    assert channel["inputs"]["region"] == region


CHAIN = (
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:cfg/recorder:Recorder",
    "aws:cfg/deliveryChannel:DeliveryChannel",
    "aws:cfg/recorderStatus:RecorderStatus",
)


@pytest.mark.parametrize(("suffix", "region"), SITES)
def test_records_lie_encrypted_in_a_bucket_that_config_accepts(stack, suffix, region):
    bucket = stack.of_type("aws:s3/bucket:Bucket")[f"config{suffix}"]
    locks = stack.of_type("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
    (rule,) = stack.inputs(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", f"config{suffix}"
    )["rules"]
    channel = stack.inputs("aws:cfg/deliveryChannel:DeliveryChannel", f"config{suffix}")
    key = f"arn:aws:kms:{region}:123456789012:key/logs-key{suffix}"

    assert bucket["protect"]
    assert bucket["inputs"]["objectLockEnabled"] is False
    assert f"config{suffix}" not in locks
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
    assert channel["s3KmsKeyArn"] == key
    assert channel["s3BucketName"] == f"hostco-ci-us-config{suffix}"


@pytest.mark.parametrize("suffix", ["", "-2"])
def test_only_config_for_this_account_writes_to_its_bucket(stack, statements, suffix):
    policy = statements(stack.inputs("aws:s3/bucketPolicy:BucketPolicy", f"config{suffix}")["policy"])
    allowing = {name: statement for name, statement in policy.items() if statement["Effect"] == "Allow"}

    assert set(allowing) == {"ConfigChecks", "ConfigDelivers"}
    for statement in allowing.values():
        assert statement["Principal"] == {"Service": ["config.amazonaws.com"]}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert allowing["ConfigDelivers"]["Resource"] == (
        f"arn:aws:s3:::hostco-ci-us-config{suffix}/AWSLogs/123456789012/Config/*"
    )


def test_records_are_kept_as_long_as_logs(declare):
    longer = declare(retention={"logDays": 500, "deletionPolicyDays": 90})
    kept = longer.of_type("aws:cfg/retentionConfiguration:RetentionConfiguration")

    assert {name: resource["inputs"] for name, resource in kept.items()} == {
        f"config{suffix}": {"region": region, "retentionPeriodInDays": 500} for suffix, region in SITES
    }


def test_the_first_region_asks_all_rules_and_the_second_those_of_a_region(stack):
    assert identifiers(stack, "") == {rule.identifier for rule in RULES}
    assert identifiers(stack, "-2") == {rule.identifier for rule in RULES if not rule.of_account}


def test_each_rule_is_one_of_aws_under_a_name_of_its_own(stack):
    rules = asked(stack, "")

    assert len({rule["Properties"]["ConfigRuleName"] for rule in rules}) == len(rules) == len(RULES) > 30
    assert {rule["Properties"]["Source"]["Owner"] for rule in rules} == {"AWS"}


def test_parameters_are_those_of_the_measures(stack):
    properties = {r["Properties"]["Source"]["SourceIdentifier"]: r["Properties"] for r in asked(stack, "")}
    password = stack.inputs("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", "account")

    assert properties["CW_LOGGROUP_RETENTION_PERIOD_CHECK"]["InputParameters"] == {"MinRetentionTime": "365"}
    assert properties["IAM_PASSWORD_POLICY"]["InputParameters"] == {
        "RequireUppercaseCharacters": "true",
        "RequireLowercaseCharacters": "true",
        "RequireSymbols": "true",
        "RequireNumbers": "true",
        "MinimumPasswordLength": str(int(password["minimumPasswordLength"])),
        "PasswordReusePrevention": str(int(password["passwordReusePrevention"])),
        "MaxPasswordAge": str(int(password["maxPasswordAge"])),
    }


def test_a_pack_is_within_what_config_takes(stack):
    for pack in stack.of_type("aws:cfg/conformancePack:ConformancePack").values():
        assert len(pack["inputs"]["templateBody"]) <= 51_200


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.identifier)
def test_each_rule_names_its_clause(rule):
    assert rule.source[0].isdigit()


@pytest.mark.parametrize("region", [region for regions in CLOUD_INTEGRATED_REGIONS.values() for region in regions])
def test_a_region_is_asked_what_aws_offers_there(region):
    """A pack with a rule that the region doesn't have is refused whole."""
    offered = {rule.identifier for rule in RULES if _is_offered(OFFERED[rule.identifier]["AWS Region"], PLACES[region])}

    assert {rule.identifier for rule in rules_of(region, 365, of_account=True)} == offered


def _is_offered(where, place):
    everywhere, _, exceptions = where.partition(" except ")
    assert everywhere == "All supported AWS regions"
    return place not in exceptions


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.identifier)
def test_a_rule_is_given_parameters_that_it_knows(rule):
    assert set(rule.parameters) <= {parameter["Name"] for parameter in OFFERED[rule.identifier]["Parameters"]}
