"""Whoever the runbook names may type each of its commands: no right is missing on the day it is needed."""

from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from tests.shell_commands import aws_commands

PAGE = Path(__file__).parents[4] / "docs" / "runbooks" / "cloud-integrated-failover.md"
SESSION = botocore.session.get_session()
BY_BREAK_GLASS = ("Restore for a customer", "Restore the table")
"""The headings below which the page says so; everything else is the operator's."""
NEEDS_NO_RIGHT = "sts:GetCallerIdentity"
PREFIXES = {"monitoring": "cloudwatch"}
ACTIONS = {"s3:ListObjectsV2": "s3:ListBucket"}
HERE = "us-east-1:123456789012"
BALANCER = f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/hostco-ci-us-portal/1"
SERVICE = f"arn:aws:ecs:{HERE}:service/hostco-ci-us-services/hostco-ci-us-portal"
RESOURCES = {
    "arc-zonal-shift:CancelZonalShift": BALANCER,
    "arc-zonal-shift:StartZonalShift": BALANCER,
    "backup:ListRecoveryPointsByBackupVault": f"arn:aws:backup:{HERE}:backup-vault:hostco-ci-us-tenant-acme",
    "backup:StartRestoreJob": f"arn:aws:backup:{HERE}:recovery-point:1234",
    "cloudwatch:DescribeAlarms": f"arn:aws:cloudwatch:{HERE}:alarm:hostco-ci-us-health-portal",
    "dynamodb:DescribeTable": f"arn:aws:dynamodb:{HERE}:table/awsbackup-restore-test-1234",
    "ecs:DescribeServices": SERVICE,
    "ecs:UpdateService": SERVICE,
    "kms:DescribeKey": f"arn:aws:kms:{HERE}:alias/tenant/acme",
    "s3:ListBucket": "arn:aws:s3:::awsbackup-restore-test-1234",
    "sqs:GetQueueAttributes": f"arn:aws:sqs:{HERE}:hostco-ci-us-messages",
}
"""What the action is about, where the evaluator wants to know."""


def action_of(command):
    """The action of IAM, which AWS calls as the operation with few exceptions."""
    model = SESSION.get_service_model({"s3api": "s3"}.get(command.service, command.service))
    (name,) = [name for name in model.operation_names if xform_name(name, "-") == command.operation]
    action = f"{PREFIXES.get(model.signing_name, model.signing_name)}:{name}"
    return ACTIONS.get(action, action)


ASKED = sorted(
    {
        ("break-glass" if command.heading in BY_BREAK_GLASS else "operator", action_of(command))
        for command in aws_commands(PAGE.read_text())
    }
)


@pytest.mark.parametrize(("role", "action"), [each for each in ASKED if each[1] != NEEDS_NO_RIGHT])
def test_the_role_may_do_what_the_page_tells_it_to(policies, allowed, role, action):
    assert allowed(policies.session(role), action, RESOURCES.get(action, "*"))


def test_both_roles_are_told_something():
    assert {role for role, _ in ASKED} == {"operator", "break-glass"}
    assert all(heading in PAGE.read_text() for heading in BY_BREAK_GLASS)
