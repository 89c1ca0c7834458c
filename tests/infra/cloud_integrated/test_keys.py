"""Keys are administered by the account and used only by whom and for what they are made."""

import json

import pytest

KEY = "aws:kms/key:Key"
TENANTS = ("acme", "globex", "initech")
USES = {
    "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom",
    "kms:ReEncryptTo", "kms:CreateGrant", "kms:*",
}  # fmt: skip
ROOT = "arn:aws:iam::123456789012:root"


def as_list(value):
    return value if isinstance(value, list) else [value]


def test_each_tenant_has_a_key_and_the_platform_two(stack):
    assert set(stack.of_type(KEY)) == {"logs-key", "trail-key", *(f"tenant-{tenant}-key" for tenant in TENANTS)}


def test_every_key_rotates_and_is_protected(stack):
    for key in stack.of_type(KEY).values():
        assert key["protect"]
        assert key["inputs"]["enableKeyRotation"] is True
        assert key["inputs"]["rotationPeriodInDays"] == 365
        assert key["inputs"]["deletionWindowInDays"] == 30
        assert not key["inputs"].get("bypassPolicyLockoutSafetyCheck")


def test_every_key_has_its_alias(stack):
    aliases = stack.of_type("aws:kms/alias:Alias")

    assert {(r["inputs"]["name"], r["inputs"]["targetKeyId"]) for r in aliases.values()} == {
        ("alias/platform/logs", "logs-key"),
        ("alias/platform/trail", "trail-key"),
        *((f"alias/tenant/{tenant}", f"tenant-{tenant}-key") for tenant in TENANTS),
    }


def test_nobody_is_locked_out_of_a_key(stack, statements):
    for key in stack.of_type(KEY).values():
        administration = statements(key["inputs"]["policy"])["Administration"]
        assert administration["Principal"] == {"AWS": [ROOT]}
        assert {"kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:CancelKeyDeletion"} <= set(administration["Action"])


def test_administrators_cannot_use_a_key(stack):
    for key in stack.of_type(KEY).values():
        for statement in json.loads(key["inputs"]["policy"])["Statement"]:
            if statement["Principal"] == {"AWS": [ROOT]} and "kms:ViaService" not in json.dumps(statement):
                assert not {action for action in as_list(statement["Action"]) if action in USES}
                assert not {action for action in as_list(statement["Action"]) if action.endswith("*")}


def test_a_key_is_deleted_only_after_the_full_window(stack, statements):
    for key in stack.of_type(KEY).values():
        policy = statements(key["inputs"]["policy"])
        allowing = [s["Sid"] for s in policy.values() if "kms:ScheduleKeyDeletion" in as_list(s["Action"])]
        assert allowing == ["DeletionAfterTheFullWindow"]
        assert policy["DeletionAfterTheFullWindow"]["Condition"] == {
            "NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "30"}
        }


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_tenants_key_is_used_by_the_service_through_the_tenants_bucket(stack, statements, tenant):
    policy = statements(stack.inputs(KEY, f"tenant-{tenant}-key")["policy"])

    assert set(policy) == {"Administration", "DeletionAfterTheFullWindow", "UseThroughTheBucket"}
    assert policy["UseThroughTheBucket"] == {
        "Sid": "UseThroughTheBucket",
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::123456789012:role/hostco-ci-us-portal-task"]},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:ViaService": "s3.us-east-1.amazonaws.com",
                "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::hostco-ci-us-tenant-{tenant}",
            }
        },
    }


def test_the_logs_key_is_used_for_the_stacks_log_groups(stack, statements):
    use = statements(stack.inputs(KEY, "logs-key")["policy"])["UseByLogGroups"]

    assert use["Principal"] == {"Service": ["logs.us-east-1.amazonaws.com"]}
    assert use["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:/hostco/ci-us/*"
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
    assert policy["ReadOfTheTrail"]["Action"] == "kms:Decrypt"
    assert policy["ReadOfTheTrail"]["Condition"]["StringEquals"] == {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
