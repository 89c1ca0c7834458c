"""Tables in Amazon DynamoDB: recoverable, hard to delete, keyed by tenant."""

from typing import Final

from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

TABLE: Final = "aws:dynamodb/table:Table"
REPLICA: Final = "aws:dynamodb/tableReplica:TableReplica"

RECOVERABLE_DAYS: Final = 35
"""Days that a table can be taken back to, the most that DynamoDB offers and what it takes when nothing is said."""


@rule(TABLE, REPLICA)
def dynamodb_table_recovers_to_a_point_in_time(table: Resource) -> Findings:
    """A program that goes wrong overwrites items for days; a backup a day loses a day, and all that came since."""
    recovery = table.get("point_in_time_recovery", None)
    if not (recovery.get("enabled", False) if isinstance(recovery, Record) else recovery):
        yield "the table can't be taken back to a moment: turn point_in_time_recovery on"
    elif isinstance(recovery, Record) and recovery.get("recovery_period_in_days", RECOVERABLE_DAYS) < RECOVERABLE_DAYS:
        yield "the table can be taken back for too few days: remove point_in_time_recovery.recovery_period_in_days"


@stack_rule(TABLE, REPLICA)
def dynamodb_table_resists_deletion(table: Resource, stack: Stack) -> Findings:
    """One call deletes a table with everything in it, by a mistake or on purpose."""
    if stack.hosts_nobody():
        not_applicable("no customer is left")
    if not table.get("deletion_protection_enabled", False):
        yield "one call deletes the table: set deletion_protection_enabled=True"


@stack_rule(TABLE)
def dynamodb_table_is_keyed_by_tenant(table: Resource, stack: Stack) -> Findings:
    """In a shared table policies tell tenants' items apart by the leading key; under another they are everybody's."""
    if stack.tenant(table) is not None:
        not_applicable("the table belongs to one tenant")
    if table.hash_key != "tenant":
        yield "the leading key is not the tenant's id: set hash_key to tenant"
    for number, index in table.numbered("global_secondary_indexes"):
        if index.get("hash_key", None) != "tenant":
            yield f"global_secondary_indexes[{number}] is not keyed by the tenant's id: set hash_key to tenant"
