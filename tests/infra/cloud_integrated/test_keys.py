"""Keys are administered by the account and used only by whom and for what they are made."""

import json

import pytest

KEY = "aws:kms/key:Key"
TENANTS = ("acme", "globex", "initech")
USES = {
    "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom",
    "kms:ReEncryptTo", "kms:CreateGrant", "kms:*",
}  # fmt: skip
PURPOSES = ("logs", "alarms", "data", "secrets", "images", "backup", "restore-tests")
REGIONS = {"us-east-1": "", "us-west-2": "-2"}
ROOT = "arn:aws:iam::123456789012:root"


def as_list(value):
    return value if isinstance(value, list) else [value]


def test_each_region_has_a_key_a_tenant_and_a_purpose(stack):
    names = {f"tenant-{tenant}-key" for tenant in TENANTS} | {f"{purpose}-key" for purpose in PURPOSES}

    assert set(stack.of_type(KEY)) == {f"{name}{suffix}" for name in names for suffix in REGIONS.values()} | {
        "trail-key"
    }
    assert stack.inputs(KEY, "trail-key")["region"] == "us-east-1"
    assert stack.inputs("aws:kms/alias:Alias", "trail-key")["name"] == "alias/platform/trail"
    for region, suffix in REGIONS.items():
        for name in names:
            assert stack.inputs(KEY, name + suffix)["region"] == region
            assert stack.inputs("aws:kms/alias:Alias", name + suffix)["region"] == region


def test_no_key_is_a_replica_of_another(stack):
    """Replicas of one key are disabled one by one; a key of its own in each region is in the tenant's life itself."""
    assert not any(key["inputs"].get("multiRegion") for key in stack.of_type(KEY).values())


@pytest.mark.parametrize(
    ("state", "enabled"), [("active", True), ("suspended", False), ("terminated", False), ("deleted", False)]
)
def test_a_tenant_is_cut_off_in_both_regions(stack_of_all_states, state, enabled):
    for suffix in REGIONS.values():
        assert stack_of_all_states.inputs(KEY, f"tenant-{state}-key{suffix}")["isEnabled"] is enabled


def test_every_key_rotates_and_is_protected(stack):
    for key in stack.of_type(KEY).values():
        assert key["protect"]
        assert key["inputs"]["enableKeyRotation"] is True
        assert key["inputs"]["rotationPeriodInDays"] == 365
        assert key["inputs"]["deletionWindowInDays"] == 30
        assert not key["inputs"].get("bypassPolicyLockoutSafetyCheck")


def test_every_key_has_its_alias(stack):
    aliases = stack.of_type("aws:kms/alias:Alias")

    for suffix in REGIONS.values():
        for purpose in PURPOSES:
            alias = aliases[f"{purpose}-key{suffix}"]["inputs"]
            assert (alias["name"], alias["targetKeyId"]) == (f"alias/platform/{purpose}", f"{purpose}-key{suffix}")
        for tenant in TENANTS:
            alias = aliases[f"tenant-{tenant}-key{suffix}"]["inputs"]
            assert (alias["name"], alias["targetKeyId"]) == (f"alias/tenant/{tenant}", f"tenant-{tenant}-key{suffix}")


def test_nobody_is_locked_out_of_a_key(stack, statements):
    for key in stack.of_type(KEY).values():
        administration = statements(key["inputs"]["policy"])["Administration"]
        assert administration["Principal"] == {"AWS": [ROOT]}
        assert {"kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:CancelKeyDeletion"} <= set(administration["Action"])


def test_administrators_cannot_use_a_key(stack):
    for key in stack.of_type(KEY).values():
        for statement in json.loads(key["inputs"]["policy"])["Statement"]:
            of_all = not {"kms:ViaService", "aws:PrincipalArn"} & set(json.dumps(statement).split('"'))
            if statement["Principal"] == {"AWS": [ROOT]} and of_all:
                assert not {action for action in as_list(statement["Action"]) if action in USES}, key["name"]
                assert not {action for action in as_list(statement["Action"]) if action.endswith("*")}


def test_a_key_is_deleted_only_after_the_full_window(stack, statements):
    for key in stack.of_type(KEY).values():
        policy = statements(key["inputs"]["policy"])
        allowing = [s["Sid"] for s in policy.values() if "kms:ScheduleKeyDeletion" in as_list(s["Action"])]
        assert allowing == ["DeletionAfterTheFullWindow"]
        assert policy["DeletionAfterTheFullWindow"]["Condition"] == {
            "NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "30"}
        }


def role(name):
    return {"AWS": [f"arn:aws:iam::123456789012:role/hostco-ci-us-{name}"]}


@pytest.fixture(params=[(tenant, region) for tenant in TENANTS for region in REGIONS], ids="-".join)
def of_tenant(request, stack, statements):
    """A tenant's id, a region, the key's statements there, and the bucket they are about."""
    tenant, region = request.param
    suffix = REGIONS[region]
    policy = statements(stack.inputs(KEY, f"tenant-{tenant}-key{suffix}")["policy"])
    return tenant, region, policy, f"arn:aws:s3:::hostco-ci-us-tenant-{tenant}{suffix}"


def test_a_tenants_key_knows_no_other_users(of_tenant):
    _, _, policy, _ = of_tenant

    assert {sid: s["Principal"] for sid, s in policy.items()} == {
        "Administration": {"AWS": [ROOT]},
        "DeletionAfterTheFullWindow": {"AWS": [ROOT]},
        "UseThroughTheBucket": role("tenant-data"),
        "UseWithTheTenantsContext": role("tenant-data"),
        "BackupReadsTheBucket": role("backup"),
        "RestoreWritesTheBucket": role("restore"),
        "ReplicationOfTheBucket": role("replication"),
        "VaultThroughBackup": {"AWS": [ROOT]},
        "GrantsOfTheService": {"AWS": [ROOT]},
    }


def test_a_session_uses_the_key_for_its_own_tenant_through_the_bucket(of_tenant):
    tenant, region, policy, bucket = of_tenant

    assert policy["UseThroughTheBucket"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert policy["UseThroughTheBucket"]["Condition"] == {
        "StringEquals": {
            "aws:PrincipalTag/tenant": tenant,
            "kms:ViaService": f"s3.{region}.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": bucket,
        }
    }


def test_a_direct_use_of_the_key_names_the_tenant(of_tenant):
    tenant, _, policy, _ = of_tenant

    assert policy["UseWithTheTenantsContext"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert policy["UseWithTheTenantsContext"]["Condition"] == {
        "StringEquals": {"aws:PrincipalTag/tenant": tenant, "kms:EncryptionContext:tenant": tenant},
        "Null": {"kms:ViaService": "true"},
    }


def test_copies_use_the_key_for_the_tenants_bucket_only(of_tenant):
    _, region, policy, bucket = of_tenant
    through_s3 = {"kms:ViaService": f"s3.{region}.amazonaws.com"}
    of_the_bucket = {"StringEquals": {**through_s3, "kms:EncryptionContext:aws:s3:arn": bucket}}

    assert policy["BackupReadsTheBucket"]["Action"] == "kms:Decrypt"
    assert policy["BackupReadsTheBucket"]["Condition"] == of_the_bucket
    assert policy["ReplicationOfTheBucket"]["Action"] == ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    assert policy["ReplicationOfTheBucket"]["Condition"] == of_the_bucket
    assert policy["RestoreWritesTheBucket"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert policy["RestoreWritesTheBucket"]["Condition"] == of_the_bucket


def test_the_account_reaches_the_key_through_aws_backup_only(of_tenant):
    _, region, policy, _ = of_tenant
    through_backup = {"StringEquals": {"kms:ViaService": f"backup.{region}.amazonaws.com"}}

    assert policy["VaultThroughBackup"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey", "kms:RetireGrant"]
    assert policy["VaultThroughBackup"]["Condition"] == through_backup
    assert policy["GrantsOfTheService"]["Action"] == "kms:CreateGrant"
    assert policy["GrantsOfTheService"]["Condition"] == {
        **through_backup,
        "Bool": {"kms:GrantIsForAWSResource": "true"},
    }


def test_a_key_policy_fits_with_the_longest_names(longest):
    """KMS takes 32 KB."""
    assert max(len(key["inputs"]["policy"]) for key in longest.of_type(KEY).values()) < 8_000


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(
    ("purpose", "services"),
    [("data", ["dynamodb", "sqs"]), ("secrets", ["secretsmanager"]), ("images", ["ecr"]), ("backup", ["backup"])],
)
def test_a_platform_key_is_used_through_its_services_only(stack, statements, purpose, services, region):
    policy = statements(stack.inputs(KEY, f"{purpose}-key{REGIONS[region]}")["policy"])
    through = {"kms:ViaService": [f"{service}.{region}.amazonaws.com" for service in services]}

    assert set(policy) - {"UseByTheMesh"} == {
        "Administration", "DeletionAfterTheFullWindow", "UseThroughTheService", "GrantsOfTheService"
    }  # fmt: skip
    assert ("UseByTheMesh" in policy) == (purpose == "secrets")
    assert "kms:RetireGrant" in policy["UseThroughTheService"]["Action"]
    for sid in ("UseThroughTheService", "GrantsOfTheService"):
        (condition,) = policy[sid]["Condition"]["StringEquals"].items()
        assert (condition[0], as_list(condition[1])) == ("kms:ViaService", through["kms:ViaService"])


@pytest.mark.parametrize("region", REGIONS)
def test_the_key_of_restore_tests_is_the_restore_roles_for_buckets_of_tests(stack, statements, region):
    policy = statements(stack.inputs(KEY, f"restore-tests-key{REGIONS[region]}")["policy"])

    assert set(policy) == {"Administration", "DeletionAfterTheFullWindow", "RestoreWritesTheBucketsOfTests"}
    use = policy["RestoreWritesTheBucketsOfTests"]
    assert use["Principal"] == role("restore")
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert use["Condition"] == {
        "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::awsbackup-restore-test-*"},
    }


def test_alarms_can_be_published_under_their_key(stack, statements):
    policy = statements(stack.inputs(KEY, "alarms-key")["policy"])

    assert policy["PublishByAlarms"]["Principal"] == {"Service": ["cloudwatch.amazonaws.com"]}
    assert policy["PublishByAlarms"]["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert policy["PublishByRules"]["Principal"] == {"Service": ["events.amazonaws.com"]}


def test_config_uses_the_logs_key_for_this_account(stack, statements):
    use = statements(stack.inputs(KEY, "logs-key")["policy"])["UseByConfig"]

    assert use["Principal"] == {"Service": ["config.amazonaws.com"]}
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert use["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


INSIGHTS = "/aws/ecs/containerinsights/hostco-ci-us-services/performance"


def test_the_logs_key_is_used_for_the_stacks_log_groups(stack, statements):
    use = statements(stack.inputs(KEY, "logs-key")["policy"])["UseByLogGroups"]

    assert use["Principal"] == {"Service": ["logs.us-east-1.amazonaws.com"]}
    assert use["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": [
                "arn:aws:logs:us-east-1:123456789012:log-group:/hostco/ci-us/*",
                "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-hostco-ci-us-edge",
                f"arn:aws:logs:us-east-1:123456789012:log-group:{INSIGHTS}",
            ]
        }
    }


def test_the_trail_key_is_used_for_the_trail(stack, statements):
    policy = statements(stack.inputs(KEY, "trail-key")["policy"])
    trail = "arn:aws:cloudtrail:us-east-1:123456789012:trail/hostco-ci-us-trail"

    for name in ("EncryptByTheTrail", "DescribeByTheTrail"):
        assert policy[name]["Principal"] == {"Service": ["cloudtrail.amazonaws.com"]}
        assert policy[name]["Condition"]["ArnEquals"] == {"aws:SourceArn": trail}
    for name in ("EncryptByTheTrail", "ReadOfTheTrail"):
        assert policy[name]["Condition"]["ArnLike"] == {
            "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:123456789012:trail/hostco-ci-us-trail"
        }
    assert policy["ReadOfTheTrail"]["Principal"] == role("auditor")
    assert policy["ReadOfTheTrail"]["Action"] == "kms:Decrypt"
    assert policy["ReadOfTheTrail"]["Condition"]["StringEquals"] == {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
