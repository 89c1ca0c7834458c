"""Stores beside buckets: tables in DynamoDB, vaults of AWS Backup."""

from collections.abc import Callable

from policies.ownership import uses_own
from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings, stack_rule

KEY = "aws:kms/key:Key"


@stack_rule("aws:backup/vault:Vault")
def backup_vault_encrypted_by_own_key(vault: Resource, stack: Stack) -> Findings:
    """AWS Backup encrypts what it takes anew under the vault's key: under another's, backups outlive their tenant."""
    yield _under_own_key(vault, stack, "kms_key_arn", lambda: vault.get("kms_key_arn", None), "the vault's key")


@stack_rule("aws:dynamodb/table:Table")
def dynamodb_table_encrypted_by_own_key(table: Resource, stack: Stack) -> Findings:
    """Under a key of AWS nobody can say who may decrypt a table, nor end it."""

    def key() -> str | None:
        encryption = table.get("server_side_encryption", None)
        return None if encryption is None or not encryption.enabled else encryption.get("kms_key_arn", None)

    yield _under_own_key(table, stack, "server_side_encryption", key, "the table's key")


def _under_own_key(store: Resource, stack: Stack, name: str, read: Callable[[], str | None], what: str) -> Findings:
    """Yields a finding unless the store is under its tenant's key, or, where tenants share it, the platform's."""
    tenant = stack.tenant(store)
    if tenant is not None:
        yield uses_own(stack, tenant, store, name, read=read, targets={KEY: ("arn",)}, what=what)
        return
    sources = [source for source in stack.sources(store, name) if source.resource_type == KEY]
    wrong = f"{what} is not one of the platform's: use a key that is no tenant's"
    if any(stack.tenant(source) is not None for source in sources):
        yield wrong
        return
    try:
        value = read()
    except UndeterminedError:
        if not sources:
            raise
        return
    shared = [key for key in stack.of_type(KEY) if stack.tenant(key) is None]
    known = [identities(key, "arn") for key in shared]
    if any(value in names for names in known):
        return
    if value is not None and not all(known):
        raise UndeterminedError("the platform's keys are not known before the update")
    yield wrong
