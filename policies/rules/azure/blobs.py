"""What becomes of blobs in Azure Storage that were changed or deleted: kept for a while, then gone."""

from typing import Final

from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.azure.storage import ACCOUNT, holds_tenants

BLOBS: Final = "azure-native:storage:BlobServiceProperties"
LIFECYCLE: Final = "azure-native:storage:ManagementPolicy"

_FEWEST_DAYS: Final = 7
"""Days in which a mistake is noticed."""

_LOG_DAYS: Final = 365
_LONGEST_LOG_DAYS: Final = 3 * 365
"""As long as the archive of the audit."""


def is_immutable(account: Resource) -> bool:
    """Whether nobody can change or delete the account's blobs before their time."""
    return bool(account.part("immutable_storage_with_versioning").get("enabled", False))


def _accounts(resource: Resource, stack: Stack) -> list[Resource]:
    return stack.meant(resource, "account_name", (ACCOUNT,), "name")


@rule(BLOBS)
def deleted_blobs_are_not_ended_at_once(blobs: Resource) -> Findings:
    """Whoever may end for good what is deleted can do in one step what the days of grace are against."""
    if blobs.part("delete_retention_policy").get("allow_permanent_delete", False):
        yield "what is deleted can be ended at once: set delete_retention_policy.allow_permanent_delete=False"


@rule(BLOBS)
def blobs_answer_no_other_site(blobs: Resource) -> Findings:
    """Pages of other sites may ask for blobs in the name of whoever is signed in."""
    if len(blobs.part("cors").get("cors_rules", [])) > 0:
        yield "pages of other sites may ask for blobs: remove cors"


@stack_rule(BLOBS)
def blobs_survive_deletion(blobs: Resource, stack: Stack) -> Findings:
    """Somebody deletes by mistake, or in anger; for some days that can be taken back, within the promised term."""
    for account in _accounts(blobs, stack):
        # What nobody can delete needs no way back.
        if not is_immutable(account):
            yield _keeps_deleted(blobs, "delete_retention_policy", stack)
            yield _keeps_deleted(blobs, "container_delete_retention_policy", stack)
        if holds_tenants(account, stack):
            yield _can_be_set_back(blobs, stack)
        # Flow logs are written over every minute: their versions would be a copy of each minute.
        if (holds_tenants(account, stack) or is_immutable(account)) and not blobs.get("is_versioning_enabled", False):
            yield "what is overwritten is lost: set is_versioning_enabled=True"


def _keeps_deleted(blobs: Resource, name: str, stack: Stack) -> Findings:
    policy = blobs.part(name)
    if not policy.get("enabled", False) or policy.get("days", 0) < _FEWEST_DAYS:
        yield f"what is deleted is gone at once: set {name} with at least {_FEWEST_DAYS} days"
    elif policy.get("days", 0) > stack.deletion_policy_days:
        yield f"what is deleted stays beyond the term of the deletion policy: shorten {name}"


def _can_be_set_back(blobs: Resource, stack: Stack) -> Findings:
    restore = blobs.part("restore_policy")
    days = restore.get("days", 0)
    if not restore.get("enabled", False) or days < _FEWEST_DAYS:
        yield f"customers' data can't be set back to a moment: set restore_policy with at least {_FEWEST_DAYS} days"
    if days >= blobs.part("delete_retention_policy").get("days", 0):
        yield "what is to be set back is deleted by then: set delete_retention_policy longer than restore_policy"
    changes = blobs.part("change_feed")
    # Without a number the feed is kept for good.
    if not changes.get("enabled", False) or changes.get("retention_in_days", days) < days:
        yield "nothing tells what to set back: set change_feed for at least the days of restore_policy"
    if changes.get("retention_in_days", stack.deletion_policy_days + 1) > stack.deletion_policy_days:
        yield "names of what was deleted outlive the deletion policy's term: set change_feed.retention_in_days"


@stack_rule(ACCOUNT)
def storage_account_says_what_becomes_of_blobs(account: Resource, stack: Stack) -> Findings:
    """Without settings of its own an account keeps neither versions nor what was deleted, and ends nothing."""
    for needed, what in ((BLOBS, "BlobServiceProperties"), (LIFECYCLE, "ManagementPolicy")):
        if not stack.referring("account_name", account, [needed], "name"):
            yield f"nothing says how long old blobs stay: add {what} of the account"


@stack_rule(LIFECYCLE)
def old_blobs_are_deleted_in_time(policy: Resource, stack: Stack) -> Findings:
    """What a customer deletes stays as an old version until a rule ends it: within the promised term, everywhere."""
    accounts = _accounts(policy, stack)
    if not accounts:
        yield "the policy is about no account of the stack: set account_name to one"
    rules = list(policy.policy.get("rules", []))
    for number, each in enumerate(rules):
        if not each.get("enabled", True) or each.get("type", "Lifecycle") != "Lifecycle":
            yield f"the rule does nothing: set enabled=True and type Lifecycle in policy.rules[{number}]"
        filters = each.definition.part("filters")
        if filters.has("prefix_match") or filters.has("blob_index_match"):
            yield f"the rule leaves some blobs alone: remove prefixes and tags from policy.rules[{number}]"
    for account in accounts:
        if holds_tenants(account, stack):
            yield _ends_versions_in_term(rules, account, stack)
        # Before the first tenant comes nothing says which account is meant for customers' content.
        elif stack.tenants or any(_ends_versions_in_term(rules, account, stack)):
            yield _keeps_logs(rules, account)


def _ends_versions_in_term(rules: list[Record], account: Resource, stack: Stack) -> Findings:
    soft = restored = 0
    for blobs in stack.referring("account_name", account, [BLOBS], "name"):
        soft = blobs.part("delete_retention_policy").get("days", 0)
        restored = blobs.part("restore_policy").get("days", 0)
    for kind in ("version", "snapshot"):
        days = [
            each.definition.actions.part(kind).part("delete").get("days_after_creation_greater_than", None)
            for each in rules
            if "blockBlob" in each.definition.part("filters").get("blob_types", [])
        ]
        known = [each for each in days if each is not None]
        if not known or min(known) + soft > stack.deletion_policy_days:
            yield (
                f"an old {kind} outlives the deletion policy's term: lower days_after_creation_greater_than, to which "
                "the days of soft delete come"
            )
        elif min(known) < restored:
            yield f"an old {kind} is gone before it may be set back: it must end after the days of restore_policy"
    if any(each.definition.actions.has("base_blob") for each in rules):
        yield "the rule deletes what customers still have: remove base_blob from its actions"


def _keeps_logs(rules: list[Record], account: Resource) -> Findings:
    # Logs are written as blocks; what is exported to an immutable copy is appended, and leaves versions.
    kinds = ("blockBlob", "appendBlob") if is_immutable(account) else ("blockBlob",)
    for kind in kinds:
        of_kind = [each for each in rules if kind in each.definition.part("filters").get("blob_types", [])]
        if not any(_ends_after_term(each, "base_blob", "days_after_modification_greater_than") for each in of_kind):
            yield f"a log is gone within a year, or stays for long: delete each {kind} after {_LOG_DAYS} days or more"
        if is_immutable(account) and not any(
            _ends_after_term(each, "version", "days_after_creation_greater_than") for each in of_kind
        ):
            yield f"a version is gone within a year, or stays for long: delete those of each {kind} with the logs"
    for each in rules:
        for part, name in (
            ("base_blob", "days_after_modification_greater_than"),
            ("version", "days_after_creation_greater_than"),
        ):
            if each.definition.actions.part(part).has("delete") and not _ends_after_term(each, part, name):
                yield f"logs are gone within a year, or stay for long: set {name} to 365 to {_LONGEST_LOG_DAYS}"


def _ends_after_term(each: Record, part: str, name: str) -> bool:
    days = each.definition.actions.part(part).part("delete").get(name, None)
    return days is not None and _LOG_DAYS <= days <= _LONGEST_LOG_DAYS
