"""How long objects in Amazon S3 stay: versions, locks, lifecycles, and the deletion of whole buckets."""

from typing import Final

from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.s3 import BUCKETS, OWNERSHIP, companions

LOCKS: Final = (
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
)
LIFECYCLES: Final = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
TRAIL: Final = "aws:cloudtrail/trail:Trail"

AUDIT_DAYS: Final = 365
"""Days that records stay at least: an intrusion is often found months later."""

MISTAKE_DAYS: Final = 7
"""Days in which a deletion can be taken back at least."""

UPLOAD_DAYS: Final = 7
"""Days after which the parts of an upload that nobody finished are erased at the latest."""


@stack_rule(*BUCKETS, "aws:backup/vault:Vault")
def store_is_emptied_with_its_tenant_only(store: Resource, stack: Stack) -> Findings:
    """The engine empties what it may destroy by force: one wrong line in the program, and the data are gone."""
    component = stack.tenant_component(store)
    if component is not None and component.get("state", "active") == "deleted":
        not_applicable("the tenant was let go")
    if store.get("force_destroy", False):
        yield "the engine may erase what is in it: set force_destroy=False until the tenant's state is deleted"


@stack_rule(*BUCKETS)
def s3_bucket_owns_its_objects(bucket: Resource, stack: Stack) -> Findings:
    """With access lists on, whoever writes an object owns it and says who may read it."""
    controls = companions(stack, bucket, OWNERSHIP)
    if not controls:
        yield "objects may belong to others: add an aws.s3.BucketOwnershipControls for the bucket"
    for control in controls:
        if control.rule.object_ownership != "BucketOwnerEnforced":
            yield "objects may belong to others: set rule.object_ownership to BucketOwnerEnforced"


@rule(*LOCKS)
def s3_lock_holds_for_everyone(lock: Resource) -> Findings:
    """In any mode but COMPLIANCE some people may take a lock off, and with it what it keeps."""
    setting = lock.get("rule", None)
    if setting is None:
        yield "the lock holds nothing: set rule.default_retention"
        return
    if setting.default_retention.get("mode", None) != "COMPLIANCE":
        yield "some people may take the lock off: set rule.default_retention.mode to COMPLIANCE"
    if lock.get("object_lock_enabled", "Enabled") != "Enabled":
        yield "the lock is off: remove object_lock_enabled"


def _days(lock: Resource) -> int:
    retention = lock.rule.default_retention
    return int(retention.get("days", 0)) or 365 * int(retention.get("years", 0))


@stack_rule(*BUCKETS)
def s3_bucket_of_the_trail_is_locked(bucket: Resource, stack: Stack) -> Findings:
    """Who gets in changes the records of it first; under a lock nobody can, for as long as an inquiry may take."""
    if not any(stack.refers_to(trail, "s3_bucket_name", bucket, "bucket", "id") for trail in stack.of_type(TRAIL)):
        not_applicable("no trail writes to the bucket")
    if not bucket.get("object_lock_enabled", False):
        yield "records can be changed: set object_lock_enabled=True"
    locks = companions(stack, bucket, *LOCKS)
    if not locks:
        yield "records can be changed: add an aws.s3.BucketObjectLockConfiguration for the bucket"
    for lock in locks:
        if _days(lock) < AUDIT_DAYS:
            yield f"records can be changed within a year: set rule.default_retention.days to at least {AUDIT_DAYS}"
        # They name people, and nobody can delete them before.
        if _days(lock) > max(AUDIT_DAYS, stack.log_days):
            yield "records stay longer than logs do: set rule.default_retention.days to the stack's logDays"


@stack_rule(*LOCKS)
def s3_lock_lets_tenant_be_erased(lock: Resource, stack: Stack) -> Findings:
    """A lock that outlasts the deletion policy's term keeps a customer's data longer than was promised."""
    if stack.tenant(lock) is None:
        not_applicable("what is locked belongs to no tenant")
    if _days(lock) > stack.deletion_policy_days:
        yield "the lock outlasts the deletion policy's term: set rule.default_retention.days to less"


@stack_rule(*BUCKETS)
def s3_bucket_completes_deletions(bucket: Resource, stack: Stack) -> Findings:
    """Where versions are kept, deleting an object only hides it; only a lifecycle erases it, in each copy by itself."""
    if stack.tenant(bucket) is None:
        not_applicable("the bucket belongs to no tenant")
    lifecycles = companions(stack, bucket, *LIFECYCLES)
    if not any(_erases_versions(each) for lifecycle in lifecycles for _, each in lifecycle.numbered("rules")):
        yield (
            "what is deleted stays for ever: add an aws.s3.BucketLifecycleConfiguration with a rule for all objects "
            "that sets noncurrent_version_expiration.noncurrent_days and expiration.expired_object_delete_marker"
        )


def _erases_versions(entry: Record) -> bool:
    versions = entry.get("noncurrent_version_expiration", None)
    markers = entry.get("expiration", None)
    return (
        entry.get("status", "Disabled") == "Enabled"
        and is_about_all(entry)
        and versions is not None
        and versions.get("noncurrent_days", 0) > 0
        and versions.get("newer_noncurrent_versions", 0) == 0
        and markers is not None
        and markers.get("expired_object_delete_marker", False)
    )


def is_about_all(entry: Record) -> bool:
    """Whether a rule of a lifecycle or a replication is about all objects of its bucket."""
    selection = entry.get("filter", None)
    if entry.get("prefix", ""):
        return False
    return selection is None or all(name == "prefix" and selection.get(name, "") == "" for name in selection.names())


@stack_rule(*LIFECYCLES)
def s3_lifecycle_erases_in_time(lifecycle: Resource, stack: Stack) -> Findings:
    """Customers were promised when deleted data are gone; and what a customer didn't delete, or a record, must stay."""
    for number, entry in lifecycle.numbered("rules"):
        place = f"rules[{number}]"
        if stack.tenant(lifecycle) is None:
            yield _keeps_records(place, entry)
        else:
            yield _keeps_to_deletions(place, entry, stack)


def _keeps_to_deletions(place: str, entry: Record, stack: Stack) -> Findings:
    current = entry.get("expiration", None)
    if current is not None and (current.get("days", 0) > 0 or current.get("date", None) is not None):
        yield f"{place} erases what the customer didn't delete: remove expiration.days and expiration.date"
    versions = entry.get("noncurrent_version_expiration", None)
    if versions is not None:
        days = versions.get("noncurrent_days", 0)
        if days < MISTAKE_DAYS:
            yield f"{place} erases before a mistake is noticed: set noncurrent_days to at least {MISTAKE_DAYS}"
        if days >= stack.deletion_policy_days:
            yield f"{place} erases after the deletion policy's term: set noncurrent_days to less"
    uploads = entry.get("abort_incomplete_multipart_upload", None)
    if uploads is None or not 0 < uploads.get("days_after_initiation", 0) <= UPLOAD_DAYS:
        yield (
            f"{place} leaves parts of unfinished uploads: set "
            f"abort_incomplete_multipart_upload.days_after_initiation to at most {UPLOAD_DAYS}"
        )


def _keeps_records(place: str, entry: Record) -> Findings:
    current, versions = entry.get("expiration", None), entry.get("noncurrent_version_expiration", None)
    if current is not None and (0 < current.get("days", 0) < AUDIT_DAYS or current.get("date", None) is not None):
        yield f"{place} erases records within a year: set expiration.days to at least {AUDIT_DAYS}"
    if versions is not None and versions.get("noncurrent_days", 0) < AUDIT_DAYS:
        yield f"{place} erases old versions of records within a year: set noncurrent_days to at least {AUDIT_DAYS}"
