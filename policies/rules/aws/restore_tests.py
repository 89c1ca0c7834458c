"""Restore tests: points of all vaults are brought back regularly, and stay encrypted."""

import re
from typing import Final

from policies.ownership import AWS_KEY
from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.backup import DAILY, SHORTEST_POINT, STORES, VAULT
from policies.rules.aws.trust import ROLE

TEST_PLAN: Final = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
TEST_SELECTION: Final = "aws:backup/restoreTestingSelection:RestoreTestingSelection"

_WEEKLY: Final = re.compile(r"cron\(\d+ \d+ \? \* (\w+) \*\)")


@stack_rule(VAULT)
def backups_are_tried(vault: Resource, stack: Stack) -> Findings:
    """A backup that nobody has ever restored is a hope; the document promises regular testing (8)."""
    plans = [each for each in stack.of_type(TEST_PLAN) if aws_region(each) == aws_region(vault)]
    covering = [each for each in plans if _takes_points_of(each, vault)]
    if not covering:
        yield "no point of the vault is ever restored: add a RestoreTestingPlan for all vaults in its region"
    kinds = {
        selection.protected_resource_type
        for plan in covering
        for selection in stack.referring("restore_testing_plan_name", plan, (TEST_SELECTION,), "name")
        if "*" in selection.get("protected_resource_arns", [])
    }
    if covering and not kinds.issuperset(STORES):
        yield f"a kind of store is never restored: add an aws.backup.RestoreTestingSelection for {', '.join(STORES)}"


def _takes_points_of(plan: Resource, vault: Resource) -> bool:
    points = plan.recovery_point_selection
    if len(points.get("exclude_vaults", [])) > 0:
        return False
    return "*" in points.include_vaults or vault.get("arn", None) in points.include_vaults


@rule(TEST_PLAN)
def restore_test_is_regular(plan: Resource) -> Findings:
    """A test each week finds a backup that has begun to fail while the last good one is still there."""
    if not (_WEEKLY.fullmatch(plan.schedule_expression) or DAILY.fullmatch(plan.schedule_expression)):
        yield "restores are not tried each week: set schedule_expression to one such as cron(0 6 ? * SUN *)"
    points = plan.recovery_point_selection
    if not 0 < points.get("selection_window_days", 30) <= SHORTEST_POINT:
        yield f"an old point may be tried while new ones fail: set selection_window_days to at most {SHORTEST_POINT}"
    if points.algorithm != "LATEST_WITHIN_WINDOW":
        yield "any point may be tried while the newest fail: set algorithm to LATEST_WITHIN_WINDOW"
    if "SNAPSHOT" not in points.recovery_point_types:
        yield "the points that the plans make are not tried: add SNAPSHOT to recovery_point_types"


@stack_rule(TEST_SELECTION)
def restore_test_keeps_data_encrypted(selection: Resource, stack: Stack) -> Findings:
    """A test brings customers' data back; without a word AWS Backup puts them under a key of AWS."""
    if not any(stack.refers_to(selection, "iam_role_arn", role, "arn") for role in stack.of_type(ROLE)):
        yield "restores are not made by a role of this stack: set iam_role_arn to one"
    if selection.protected_resource_type not in STORES:
        not_applicable("no data of customers are of that kind")
    key, kind = ("kmsKey", "SSE-KMS") if selection.protected_resource_type == "S3" else ("kmsMasterKeyArn", "KMS")
    overrides = selection.get("restore_metadata_overrides", None)
    wrong = (
        f"what is restored lies under a key of AWS: set restore_metadata_overrides, {key} to a key of the platform's"
    )
    if overrides is None or overrides.get("encryptionType", None) != kind:
        yield wrong
        return
    shared = [each for each in stack.of_type(AWS_KEY) if stack.tenant(each) is None]
    try:
        value = overrides.get(key, None)
    except UndeterminedError:
        sources = [each for each in stack.sources(selection, "restore_metadata_overrides") if each in shared]
        if not sources:
            raise
        return
    if not any(value in (each.get("arn", None), each.get("key_id", None)) for each in shared) or value is None:
        yield wrong
