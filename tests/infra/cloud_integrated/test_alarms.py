"""The table of alarms: complete, each with its source, within what AWS takes. `evaluation/alarms` replays events."""

import json
from dataclasses import replace

import pytest

from infra.cloud_integrated.alarms import DATA_ROLES, Absent, Logged, alarms
from infra.cloud_integrated.names import Names

NAMES = Names(
    prefix="hostco",
    stack="ci-us",
    service="cloud-integrated",
    jurisdiction="us",
    region="us-east-1",
    account_id="123456789012",
)
LONGEST = replace(NAMES, prefix="abcdefgh", stack="ci-us-000002", region="ap-southeast-2")
PROVIDER = "arn:aws:iam::123456789012:saml-provider/workforce"
TABLE = alarms(NAMES, PROVIDER, replicated=True)
OF_DATA = ("s3:GetObject", "s3:PutObject", "s3:ReplicateObject", "dynamodb:GetItem", "dynamodb:StartAwsBackupJob")


def test_the_table_has_what_on_call_is_woken_for():
    assert {alarm.name for alarm in TABLE} == {
        "access-log-changed",
        "backup-failed",
        "break-glass-used",
        "data-protection-changed",
        "guardduty-high",
        "iam-changed",
        "key-disabled",
        "no-backup-of-objects",
        "no-backup-of-the-table",
        "no-second-factor",
        "policy-changed",
        "replication-failed",
        "restore-started",
        "root-used",
        "rotation-failed",
        "sign-in-failed",
        "tenant-data-read-by-person",
        "trail-changed",
        "trail-silent",
        "vpn-attempt-failed",
        "watch-changed",
    }
    assert len(TABLE) == 21


@pytest.mark.parametrize("alarm", TABLE, ids=lambda alarm: alarm.name)
def test_each_alarm_says_what_it_means_and_for_which_clause_it_is(alarm):
    assert alarm.means.endswith((".", "?"))
    assert all(clause.strip()[0].isdigit() for clause in alarm.source.split(","))


@pytest.mark.parametrize(
    "alarm", alarms(LONGEST, f"{PROVIDER}-{'x' * 100}", replicated=True), ids=lambda alarm: alarm.name
)
def test_patterns_are_as_short_as_cloudwatch_wants_them_for_the_longest_names(alarm):
    if isinstance(alarm.when, Logged | Absent):
        assert len(alarm.when.pattern) <= 1024


def test_every_role_that_may_reach_tenants_data_is_known_to_the_alarm(stack):
    """Otherwise the service itself would raise it all day."""
    roles = {
        r["inputs"]["role"]: r["inputs"]["policy"] for r in stack.of_type("aws:iam/rolePolicy:RolePolicy").values()
    }
    reaching = {
        role.removeprefix("hostco-ci-us-")
        for role, policy in roles.items()
        for statement in json.loads(policy)["Statement"]
        if statement["Effect"] == "Allow" and _is_about_tenants_data(statement)
    }

    assert reaching == set(DATA_ROLES)


def _is_about_tenants_data(statement):
    actions, resources = json.dumps(statement["Action"]), json.dumps(statement["Resource"])
    of_tenants = "hostco-ci-us-tenant-" in resources or "table/hostco-ci-us-" in resources
    return of_tenants and any(f'"{action}"' in actions for action in OF_DATA)


def test_one_region_alone_has_no_alarm_about_copies():
    left = {each.name for each in TABLE} - {each.name for each in alarms(NAMES, PROVIDER, replicated=False)}

    assert left == {"replication-failed"}
