"""Backups: taken of all data, kept apart and locked, gone in time."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from policies.properties import Record, UndeterminedError
from policies.resources import TENANT_TYPE, Resource, Stack, aws_region, identities
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.copies import TABLE, has_second_region
from policies.rules.aws.s3 import BUCKETS
from policies.rules.aws.s3_objects import LIFECYCLES
from policies.rules.aws.trust import ROLE

VAULT: Final = "aws:backup/vault:Vault"
LOCK: Final = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN: Final = "aws:backup/plan:Plan"
SELECTION: Final = "aws:backup/selection:Selection"
REGION: Final = "aws:backup/regionSettings:RegionSettings"

SHORTEST_POINT: Final = 7
"""Days that a recovery point is kept at least."""

COOLING_OFF: Final = 3
"""Days in which a lock can be taken off again, the fewest that AWS Backup takes."""

STORES: Final = ("DynamoDB", "S3")
"""What AWS Backup calls the kinds of stores that hold customers' data."""

DAILY: Final = re.compile(r"cron\(\d+ \d+ (\* \* \?|\? \* \*) \*\)")
_MONTHLY: Final = re.compile(r"cron\(\d+ \d+ (\d+|L) \* \? \*\)")


def _own(stack: Stack, resource: Resource, *types: str) -> list[Resource]:
    """The resources of these types that have the same owner: the same tenant, or all tenants together."""
    return stack.of_tenant(stack.tenant(resource), *types)


def _locks(stack: Stack, vault: Resource) -> list[Resource]:
    return stack.referring("backup_vault_name", vault, (LOCK,), "name", "id")


@stack_rule(VAULT)
def backup_vault_is_locked(vault: Resource, stack: Stack) -> Findings:
    """Whoever takes data hostage deletes the backups first; a lock in compliance mode stops even AWS."""
    locks = _locks(stack, vault)
    if not locks:
        yield "recovery points can be deleted: add an aws.backup.VaultLockConfiguration for the vault"
    for lock in locks:
        if stack.tenant(lock) != stack.tenant(vault):
            yield "the lock counts as somebody else's, whose term nobody asks: set the option parent to the vault's own"
        # Without days to change one's mind the lock is in governance mode, which some people may take off.
        if lock.get("changeable_for_days", 0) != COOLING_OFF:
            yield f"some people may take the lock off: set changeable_for_days to {COOLING_OFF}"
        if lock.get("min_retention_days", 0) < SHORTEST_POINT:
            yield f"a point may be gone the next day: set min_retention_days to at least {SHORTEST_POINT}"


@stack_rule(LOCK)
def backup_lock_ends_within_deletion_term(lock: Resource, stack: Stack) -> Findings:
    """What a lock keeps nobody can delete: a customer's data have to be gone when the deletion policy says so.

    The last point that holds a deleted object is taken on the day on which its version is erased; both terms add up.
    """
    left = stack.deletion_policy_days - stack.derived(_longest_version_days) - 1
    # Without a limit a point may be kept for ever.
    longest = lock.get("max_retention_days", 0)
    if longest <= 0 or longest > left:
        yield f"points outlast the deletion policy's term: set max_retention_days to at most {left}"


def _longest_version_days(stack: Stack) -> int:
    return max((_version_days(each) for each in stack.of_type(*LIFECYCLES)), default=0)


def _version_days(lifecycle: Resource) -> int:
    days = 0
    for _, entry in lifecycle.numbered("rules"):
        versions = entry.get("noncurrent_version_expiration", None)
        days = max(days, 0 if versions is None else int(versions.get("noncurrent_days", 0)))
    return days


@stack_rule(PLAN)
def backup_plan_is_complete(plan: Resource, stack: Stack) -> Findings:
    """A point of today helps against yesterday's mistake, one of last month against what was found late."""
    schedules = [entry.get("schedule", "") for _, entry in plan.numbered("rules")]
    if not any(DAILY.fullmatch(schedule) for schedule in schedules):
        yield "no point is made each day: add a rule with a schedule such as cron(0 3 * * ? *)"
    if not any(_MONTHLY.fullmatch(schedule) for schedule in schedules):
        yield "no point is made each month: add a rule with a schedule such as cron(0 4 1 * ? *)"
    for number, entry in plan.numbered("rules"):
        yield _goes_into_own_vault(f"rules[{number}]", entry, plan, stack)
        yield _is_kept_for_its_time(f"rules[{number}].lifecycle", entry, entry, plan, stack)
        yield _is_copied(f"rules[{number}].copy_actions", entry, plan, stack)


def _goes_into_own_vault(place: str, entry: Record, plan: Resource, stack: Stack) -> Findings:
    here = [each for each in _own(stack, plan, VAULT) if aws_region(each) == aws_region(plan)]
    if entry.target_vault_name not in {vault.name for vault in here}:
        yield f"{place} puts points into another's vault: set target_vault_name to its own"


def _is_kept_for_its_time(place: str, holder: Record, entry: Record, plan: Resource, stack: Stack) -> Findings:
    """Outside the limits of the vault's lock AWS Backup makes no point at all.

    `holder` has the lifecycle: the plan's `entry`, or a copy of its points.
    """
    lifecycle = holder.get("lifecycle", None)
    days = 0 if lifecycle is None else lifecycle.get("delete_after", 0)
    locks = _own(stack, plan, LOCK)
    shortest = max((int(lock.get("min_retention_days", 0)) for lock in locks), default=SHORTEST_POINT)
    longest = min((int(lock.get("max_retention_days", 0)) for lock in locks), default=0)
    if not max(shortest, SHORTEST_POINT) <= days <= longest:
        yield f"{place} keeps points for another time than the vault's lock lets: set delete_after within its limits"
    elif _MONTHLY.fullmatch(entry.get("schedule", "")) and days < longest:
        yield f"{place} has gaps, or no point of last month: set delete_after to {longest}, the longest that is left"


def _is_copied(place: str, entry: Record, plan: Resource, stack: Stack) -> Findings:
    if not has_second_region(stack):
        return
    there = [each for each in _own(stack, plan, VAULT) if aws_region(each) != aws_region(plan)]
    copies = [copy for _, copy in entry.numbered("copy_actions")]
    if not copies:
        yield f"{place} is empty, and points lie in one region: add a copy to the vault in the other one"
    for copy in copies:
        yield _is_in(place, copy, there, plan, stack)
        yield _is_kept_for_its_time(f"{place}.lifecycle", copy, entry, plan, stack)


def _is_in(place: str, copy: Record, vaults: Iterable[Resource], plan: Resource, stack: Stack) -> Findings:
    wrong = (
        f"{place} leads to a vault that is not the same owner's in the other region: set destination_vault_arn to it"
    )
    vaults = list(vaults)
    try:
        arn = copy.destination_vault_arn
    except UndeterminedError:
        sources = [each for each in stack.sources(plan, "rules") if each.resource_type == VAULT]
        if not sources:
            raise
        if not all(stack.tenant(each) == stack.tenant(plan) for each in sources) or not set(vaults) & set(sources):
            yield wrong
        return
    if not any(arn.endswith(f":{aws_region(vault)}:{_account(arn)}:backup-vault:{vault.name}") for vault in vaults):
        yield wrong


def _account(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else ""


@stack_rule(SELECTION)
def backup_selection_finds_its_store(selection: Resource, stack: Stack) -> Findings:
    """A plan that finds nothing to back up succeeds each day, and nobody notices."""
    plans = [plan for plan in stack.of_type(PLAN) if stack.refers_to(selection, "plan_id", plan, "id")]
    if not any(stack.tenant(plan) == stack.tenant(selection) for plan in plans):
        yield "the selection belongs to no plan of the same owner: set plan_id to one"
    if not any(stack.refers_to(selection, "iam_role_arn", role, "arn") for role in stack.of_type(ROLE)):
        yield "backups are not made by a role of this stack: set iam_role_arn to one"
    if len(selection.get("not_resources", [])) > 0 or len(selection.get("selection_tags", [])) > 0:
        yield "what is backed up depends on more than its name: remove not_resources and selection_tags"
    stores = _selected(selection, stack)
    if not stores or _names_others(selection, stores, stack):
        yield "the selection names other things than stores of its owner: name the bucket's, or the table's, ARN only"
    for store in stores:
        component = stack.tenant_component(store)
        if component is None or component.get("state", "active") == "active":
            yield _meets_conditions(selection, store)


def _selected(selection: Resource, stack: Stack) -> list[Resource]:
    """The stores of the selection's owner that it names."""
    own = _own(stack, selection, *BUCKETS, TABLE)
    try:
        named = list(selection.get("resources", []))
    except UndeterminedError:
        return [store for store in stack.sources(selection, "resources") if store in own]
    return [store for store in own if any(_is_arn_of(each, store) for each in named)]


def _all_selected(stack: Stack) -> frozenset[str]:
    """The URNs of the stores that some selection names."""
    return frozenset(store.urn for each in stack.of_type(SELECTION) for store in _selected(each, stack))


def _names_others(selection: Resource, stores: Sequence[Resource], stack: Stack) -> bool:
    """Whether the selection means more than these stores."""
    try:
        return len(selection.get("resources", [])) != len(stores)
    except UndeterminedError:
        sources = stack.sources(selection, "resources")
        return any(each.resource_type in (*BUCKETS, TABLE) and each not in stores for each in sources)


def _is_arn_of(arn: str, store: Resource) -> bool:
    """Whether an ARN is the store's; as far as its name tells while its own isn't known yet."""
    if store.resource_type != TABLE:
        return arn == f"arn:aws:s3:::{store.bucket}"
    known = identities(store, "arn")
    return arn in known if known else arn.rsplit(":", 1)[-1] == f"table/{store.name}"


def _meets_conditions(selection: Resource, store: Resource) -> Findings:
    tags = store.get("tags", None)
    for condition in selection.get("conditions", []):
        if (
            set(condition.names())
            - {"stringEquals"}
            - {name for name in condition.names() if not condition.get(name, [])}
        ):
            yield "conditions hold more than plain comparisons: keep to string_equals"
        for wanted in condition.get("string_equals", []):
            name = wanted.key.removeprefix("aws:ResourceTag/")
            if tags is None or name not in tags.names() or tags.get(name, None) != wanted.value:
                yield "the store doesn't have the tag that conditions ask for, and isn't backed up: give it the tag"


@stack_rule(TENANT_TYPE, TABLE)
def data_are_backed_up(owner: Resource, stack: Stack) -> Findings:
    """What isn't backed up is gone with the first mistake that is copied to every replica."""
    selected = stack.derived(_all_selected)
    if owner.resource_type == TABLE:
        if owner.urn not in selected:
            yield "no plan backs up the table: add an aws.backup.Selection that names it"
        return
    buckets = stack.of_tenant(owner.resource_name, *BUCKETS)
    if not buckets:
        not_applicable("the tenant has no bucket in AWS")
    if not any(bucket.urn in selected for bucket in buckets):
        yield "no plan backs up the tenant's bucket: add an aws.backup.Selection below the tenant that names it"


@stack_rule(VAULT)
def region_backs_up_stores(vault: Resource, stack: Stack) -> Findings:
    """AWS Backup leaves out the kinds of stores that a region didn't opt in for, without a word."""
    settings = [each for each in stack.of_type(REGION) if aws_region(each) == aws_region(vault)]
    if not settings:
        yield "the region may leave out any kind of store: add an aws.backup.RegionSettings there"
    for setting in settings:
        # A program that ignores changes of these two is judged by what AWS answered at the last refresh.
        taken = setting.resource_type_opt_in_preference
        if not all(taken.get(kind, False) for kind in STORES):
            yield f"the region leaves out a kind of store: set resource_type_opt_in_preference of {', '.join(STORES)}"
        managed = setting.get("resource_type_management_preference", None)
        # Without it DynamoDB keeps its backups under the table's key, out of the vault's and of its lock.
        if managed is None or not managed.get("DynamoDB", False):
            yield "backups of tables lie outside the vault: set resource_type_management_preference of DynamoDB"


@rule("aws:backup/globalSettings:GlobalSettings")
def backups_stay_in_their_account(settings: Resource) -> Findings:
    """With copies between accounts on, one call puts customers' backups where nobody here decides."""
    if settings.global_settings.get("isCrossAccountBackupEnabled", False):
        yield "backups may be copied to other accounts: set isCrossAccountBackupEnabled to false"
