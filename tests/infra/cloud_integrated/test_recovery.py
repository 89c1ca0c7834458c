"""Each tenant's backups lie in a vault of its own, under its key, locked no longer than the deletion policy says."""

import pytest

from infra.cloud_integrated.data import version_days
from infra.cloud_integrated.recovery import point_days

TENANTS = ("acme", "globex", "initech")
REGIONS = {"us-east-1": "", "us-west-2": "-2"}
VAULTS = [f"tenant-{tenant}" for tenant in TENANTS] + ["table"]
VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


@pytest.fixture(params=VAULTS)
def vault(request):
    return request.param


@pytest.mark.parametrize("region", REGIONS)
def test_a_vault_is_under_its_own_key(stack, vault, region):
    found = stack.of_type(VAULT)[vault + REGIONS[region]]
    key = "backup-key" if vault == "table" else f"{vault}-key"

    assert found["protect"]
    assert found["inputs"]["kmsKeyArn"] == f"arn:aws:kms:{region}:123456789012:key/{key}{REGIONS[region]}"
    assert found["inputs"]["region"] == region
    assert found["inputs"]["forceDestroy"] is False


@pytest.mark.parametrize("suffix", REGIONS.values())
def test_a_vault_is_locked_for_good_within_the_deletion_policy(stack, vault, suffix):
    lock = stack.inputs(LOCK, vault + suffix)

    assert lock["backupVaultName"] == f"hostco-ci-us-{vault}{suffix}"
    assert lock["changeableForDays"] == 3
    assert (lock["minRetentionDays"], lock["maxRetentionDays"]) == (7, 59)


@pytest.mark.parametrize("term", [30, 90, 365])
def test_versions_and_points_end_within_the_deletion_policy(term):
    """The last point is taken on the day on which the version ends, which S3 does at midnight after its term."""
    assert version_days(term) + 1 + point_days(term) <= term
    assert point_days(term) >= 7
    assert version_days(term) >= 10


def test_each_day_and_each_month_a_point_is_taken_and_copied(stack, vault):
    plan = stack.inputs("aws:backup/plan:Plan", vault)

    assert {rule["ruleName"]: rule["schedule"] for rule in plan["rules"]} == {
        "daily": "cron(0 3 * * ? *)",
        "monthly": "cron(0 4 1 * ? *)",
    }
    for rule in plan["rules"]:
        days = {"deleteAfter": {"daily": 35, "monthly": 59}[rule["ruleName"]]}
        assert rule["targetVaultName"] == f"hostco-ci-us-{vault}"
        assert rule["lifecycle"] == days
        assert rule["copyActions"] == [
            {
                "destinationVaultArn": f"arn:aws:backup:us-west-2:123456789012:backup-vault:hostco-ci-us-{vault}-2",
                "lifecycle": days,
            }
        ]


@pytest.mark.parametrize("term", [30, 365])
def test_no_point_outlives_its_lock(declare, term):
    stack = declare(retention={"logDays": 365, "deletionPolicyDays": term}, tenants=[{"id": "acme"}])
    longest = stack.inputs(LOCK, "tenant-acme")["maxRetentionDays"]

    for rule in stack.inputs("aws:backup/plan:Plan", "tenant-acme")["rules"]:
        assert 7 <= rule["lifecycle"]["deleteAfter"] <= longest < term


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_tenants_bucket_is_backed_up_while_the_tenant_is_served(stack, tenant):
    selection = stack.inputs("aws:backup/selection:Selection", f"tenant-{tenant}")

    assert selection["resources"] == [f"arn:aws:s3:::hostco-ci-us-tenant-{tenant}"]
    assert selection["conditions"] == [{"stringEquals": [{"key": "aws:ResourceTag/state", "value": "active"}]}]
    assert selection["iamRoleArn"].endswith("role/hostco-ci-us-backup")
    assert stack.inputs("aws:s3/bucket:Bucket", f"tenant-{tenant}-data")["tags"]["state"] == "active"


def test_the_table_is_backed_up(stack):
    selection = stack.inputs("aws:backup/selection:Selection", "table")

    assert selection["resources"] == ["arn:aws:dynamodb:us-east-1:123456789012:table/hostco-ci-us-messages"]


def test_plans_are_made_in_the_first_region_only(stack):
    assert set(stack.of_type("aws:backup/plan:Plan")) == set(VAULTS)


@pytest.mark.parametrize("region", REGIONS)
def test_aws_backup_takes_care_of_the_two_stores(stack, region):
    settings = stack.inputs("aws:backup/regionSettings:RegionSettings", f"region{REGIONS[region]}")

    assert settings["resourceTypeOptInPreference"] == {"DynamoDB": True, "S3": True}
    assert settings["resourceTypeManagementPreference"] == {"DynamoDB": True}
    assert settings["region"] == region


@pytest.mark.parametrize("suffix", REGIONS.values())
def test_kinds_of_stores_that_a_region_has_besides_are_no_change(stack, suffix):
    found = stack.of_type("aws:backup/regionSettings:RegionSettings")[f"region{suffix}"]

    assert set(found["ignored"]) == {"resourceTypeOptInPreference", "resourceTypeManagementPreference"}


@pytest.mark.parametrize("suffix", REGIONS.values())
def test_each_tenants_newest_point_is_restored_every_week(stack, suffix):
    plan = stack.inputs("aws:backup/restoreTestingPlan:RestoreTestingPlan", f"restores{suffix}")
    selection = stack.inputs("aws:backup/restoreTestingSelection:RestoreTestingSelection", f"restores{suffix}")

    assert plan["scheduleExpression"] == "cron(0 6 ? * SUN *)"
    assert plan["recoveryPointSelection"]["includeVaults"] == ["*"]
    assert (selection["protectedResourceType"], selection["protectedResourceArns"]) == ("S3", ["*"])
    assert selection["iamRoleArn"].endswith("role/hostco-ci-us-restore")
    assert selection["validationWindowHours"] == 24


@pytest.mark.parametrize("region", REGIONS)
def test_what_a_restore_test_makes_is_under_the_key_of_restore_tests(stack, region):
    suffix = REGIONS[region]
    selection = stack.inputs("aws:backup/restoreTestingSelection:RestoreTestingSelection", f"restores{suffix}")

    assert selection["restoreMetadataOverrides"] == {
        "encryptionType": "SSE-KMS",
        "kmsKey": f"arn:aws:kms:{region}:123456789012:key/restore-tests-key{suffix}",
    }


@pytest.mark.parametrize("region", REGIONS)
def test_the_tables_newest_point_is_restored_every_week_under_the_tables_key(stack, region):
    suffix = REGIONS[region]
    selection = stack.inputs("aws:backup/restoreTestingSelection:RestoreTestingSelection", f"table-restores{suffix}")

    assert selection["restoreTestingPlanName"] == f"hostco_ci_us_restores{suffix.replace('-', '_')}"
    assert (selection["protectedResourceType"], selection["protectedResourceArns"]) == ("DynamoDB", ["*"])
    assert selection["iamRoleArn"].endswith("role/hostco-ci-us-restore")
    assert selection["validationWindowHours"] == 24
    assert selection["region"] == region
    assert selection["restoreMetadataOverrides"] == {
        "encryptionType": "KMS",
        "kmsMasterKeyArn": f"arn:aws:kms:{region}:123456789012:key/data-key{suffix}",
    }


def test_a_stack_of_one_region_backs_up_without_copies(dev_stack):
    for rule in dev_stack.inputs("aws:backup/plan:Plan", "tenant-acme")["rules"]:
        assert rule["copyActions"] == []
    assert set(dev_stack.of_type(VAULT)) == {"tenant-acme", "table"}


def test_a_tenants_vault_goes_with_the_tenant(stack_let_go):
    vault = stack_let_go.of_type(VAULT)["tenant-acme"]

    assert vault["inputs"]["forceDestroy"] is True
    assert not vault["protect"]
