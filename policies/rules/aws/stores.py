"""What holds data beside buckets: tables, queues, topics, secrets and backups, each under a key of ours."""

from typing import Final

from policies.ownership import uses_key_of_ours
from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, stack_rule

TABLE: Final = "aws:dynamodb/table:Table"

KEY_OF: Final = {
    "aws:backup/vault:Vault": "kms_key_arn",
    TABLE: "server_side_encryption",
    "aws:dynamodb/tableReplica:TableReplica": "kms_key_arn",
    "aws:secretsmanager/secret:Secret": "kms_key_id",
    "aws:sns/topic:Topic": "kms_master_key_id",
    "aws:sqs/queue:Queue": "kms_master_key_id",
}
"""The property that says under which key a store lies, by type."""


@stack_rule(*KEY_OF)
def store_is_encrypted_by_own_key(store: Resource, stack: Stack) -> Findings:
    """Under a key of AWS nobody can say who may decrypt, nor end it; under another's, data outlive their tenant."""
    name = KEY_OF[store.resource_type]

    def key() -> str | None:
        value = store.get(name, None)
        if not isinstance(value, Record):
            return value
        return value.get("kms_key_arn", None) if value.enabled else None

    yield uses_key_of_ours(stack, store, name, key, "the key of what is stored")
