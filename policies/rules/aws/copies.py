"""Copies of data in the second region of a jurisdiction, wherever it has one."""

from typing import Final

from policies.ownership import AWS_KEY, uses_own
from policies.properties import Record
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, not_applicable, stack_rule
from policies.rules.aws.s3 import BUCKETS, REPLICATION, companions
from policies.rules.aws.s3_objects import is_about_all
from policies.rules.aws.trust import ROLE
from policies.tables import jurisdictions

TABLE: Final = "aws:dynamodb/table:Table"
REPLICA: Final = "aws:dynamodb/tableReplica:TableReplica"


def has_second_region(stack: Stack) -> bool:
    """Whether data of the stack can lie in two regions without leaving the jurisdiction."""
    return len(jurisdictions().regions("aws", stack.jurisdiction)) > 1


def demand_second_region(stack: Stack) -> None:
    """Ends a rule about copies where the jurisdiction has nowhere to copy to."""
    if not has_second_region(stack):
        not_applicable("the jurisdiction has one region only")


@stack_rule(*BUCKETS)
def s3_bucket_has_copy_in_other_region(bucket: Resource, stack: Stack) -> Findings:
    """What lies in one region is lost or out of reach with it."""
    if stack.tenant(bucket) is None:
        not_applicable("the bucket belongs to no tenant")
    demand_second_region(stack)
    if not companions(stack, bucket, REPLICATION):
        yield "the tenant's objects lie in one region: add an aws.s3.BucketReplicationConfig for the bucket"


@stack_rule(REPLICATION)
def s3_replication_is_complete(replication: Resource, stack: Stack) -> Findings:
    """A replication that leaves out some objects, or deletions, is found to be incomplete when it is needed."""
    if not any(stack.refers_to(replication, "role", role, "arn") for role in stack.of_type(ROLE)):
        yield "the copying is not done by a role of this stack, whose policies are known: set role to one"
    if len(replication.rules) != 1:
        yield "several rules, or none, say what is copied: leave one of rules"
    for number, entry in replication.numbered("rules"):
        yield _copies_all(f"rules[{number}]", entry)


def _copies_all(place: str, entry: Record) -> Findings:
    if entry.get("status", "Disabled") != "Enabled" or not is_about_all(entry):
        yield f"{place} leaves out objects: set status to Enabled and filter.prefix to nothing"
    markers = entry.get("delete_marker_replication", None)
    if markers is None or markers.get("status", "Disabled") != "Enabled":
        yield f"{place} leaves out deletions: set delete_marker_replication.status to Enabled"
    criteria = entry.get("source_selection_criteria", None)
    encrypted = None if criteria is None else criteria.get("sse_kms_encrypted_objects", None)
    if encrypted is None or encrypted.get("status", "Disabled") != "Enabled":
        yield f"{place} leaves out what KMS encrypts: enable source_selection_criteria.sse_kms_encrypted_objects"
    metrics = entry.destination.get("metrics", None)
    if metrics is None or metrics.get("status", "Disabled") != "Enabled":
        yield f"{place} fails unseen: set destination.metrics.status to Enabled"
    if entry.destination.get("account", None) is not None or entry.destination.get("access_control_translation", None):
        yield f"{place} copies into another account: remove destination.account and access_control_translation"


@stack_rule(REPLICATION)
def s3_replication_stays_with_its_tenant(replication: Resource, stack: Stack) -> Findings:
    """A copy in another tenant's bucket or under another's key is that tenant's, and outlives its own."""
    tenant = stack.tenant(replication)
    if tenant is None:
        not_applicable("the bucket belongs to no tenant")
    own = {f"arn:aws:s3:::{bucket.bucket}": aws_region(bucket) for bucket in stack.of_tenant(tenant, *BUCKETS)}
    for entry in replication.rules:
        region = own.get(entry.destination.bucket)
        if region is None:
            yield "the copy goes to a bucket that is not the tenant's: set destination.bucket to its own"
        elif region == aws_region(replication):
            yield "the copy stays in the same region: set destination.bucket to the tenant's in the other one"
        encryption = entry.destination.get("encryption_configuration", None)
        yield uses_own(
            stack,
            tenant,
            replication,
            "rules",
            read=lambda encryption=encryption: (
                None if encryption is None else encryption.get("replica_kms_key_id", None)
            ),
            targets={AWS_KEY: ("arn", "key_id")},
            what="the copy's key",
        )


@stack_rule(TABLE)
def dynamodb_table_has_copy_in_other_region(table: Resource, stack: Stack) -> Findings:
    """What lies in one region is lost or out of reach with it."""
    demand_second_region(stack)
    replicas = stack.referring("global_table_arn", table, (REPLICA,), "arn")
    if not any(aws_region(replica) != aws_region(table) for replica in replicas):
        yield "the table lies in one region: add an aws.dynamodb.TableReplica for it in the other one"
    if not table.get("stream_enabled", False) or table.get("stream_view_type", None) != "NEW_AND_OLD_IMAGES":
        yield "a replica can't follow: set stream_enabled=True and stream_view_type to NEW_AND_OLD_IMAGES"
