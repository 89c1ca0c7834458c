"""Who reaches what is in tenants' buckets and in the table that tenants share, and for which tenant."""

from collections.abc import Mapping, Sequence
from typing import Final

from policies.iam.account import TABLES, VIA_SERVICE, Account, document
from policies.iam.context import Context, State, Values
from policies.iam.copies import key_of_bucket
from policies.iam.decision import decide, unlike
from policies.iam.keys import CONTEXT_BUCKET, PRINCIPAL_TAG, everybody
from policies.iam.statements import Document
from policies.iam.truth import Truth, refuse_to_guess
from policies.principals import AwsRole, Uses
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings

_OBJECTS: Final[Mapping[str, str]] = {
    "s3:GetObject": "kms:Decrypt",
    "s3:GetObjectVersion": "kms:Decrypt",
    "s3:PutObject": "kms:GenerateDataKey",
    "s3:ReplicateObject": "kms:GenerateDataKey",
}
"""What reads or writes objects, and what it takes of their key besides (S3 User Guide, "Using SSE-KMS")."""

_ITEMS: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)
"""What reads or writes items."""

_LEADING: Final = "dynamodb:LeadingKeys"
_SOMEBODY: Final = "a-tenant"

_STRAYING: Final[Mapping[str, Mapping[str, Values]]] = {
    "without a tenant": {PRINCIPAL_TAG: State.ABSENT, _LEADING: (_SOMEBODY,)},
    "without naming items": {PRINCIPAL_TAG: (_SOMEBODY,), _LEADING: State.ABSENT},
    "of another tenant": {PRINCIPAL_TAG: (_SOMEBODY,), _LEADING: unlike(_SOMEBODY)},
    "of another tenant among its own": {PRINCIPAL_TAG: (_SOMEBODY,), _LEADING: (_SOMEBODY, *unlike(_SOMEBODY))},
}
"""Requests of a session that must not be let in, each with the tenant of the session and the items it is about."""


def objects_opened(bucket: Resource, tenant: str, stack: Stack) -> Findings:
    """Yields whoever reaches a tenant's objects, key included, and isn't meant to."""
    account = stack.derived(Account)
    waiting: list[str] = []
    documents, arn = account.bucket_documents(bucket), account.arn(bucket)
    key = key_of_bucket(bucket, stack)
    region = aws_region(bucket)
    through: dict[str, Values] = {VIA_SERVICE: (f"s3.{region}.amazonaws.com",), CONTEXT_BUCKET: (arn,)}
    for who, caller, declared in everybody(account, stack, documents):
        for how, keys in _other_sessions(declared, tenant):
            for action, with_key in _OBJECTS.items():
                opened = Truth.YES
                if key is not None:
                    context = Context({**keys, **through})
                    policies = account.key_documents(key)
                    opened = decide(caller, with_key, account.arn(key), context, policies, own_policies_suffice=False)
                if opened is not Truth.NO:
                    opened = min(opened, decide(caller, action, f"{arn}/any", Context(keys), documents))
                if opened is Truth.UNKNOWN:
                    waiting.append(f"{who} ({action})")
                elif opened is not Truth.NO:
                    yield f"{who} reaches the tenant's objects{how} ({action}): take the right away"
    refuse_to_guess("others reach tenants' content", waiting)


def _other_sessions(declared: Uses | None, tenant: str) -> Sequence[tuple[str, Mapping[str, Values]]]:
    """The circumstances in which somebody must not be let in."""
    if declared is None or "bucket" not in declared.use:
        return [("", {})]
    if isinstance(declared, AwsRole) and declared.session:
        return [
            (" without a tenant's session", {PRINCIPAL_TAG: State.ABSENT}),
            (" in another tenant's session", {PRINCIPAL_TAG: unlike(tenant)}),
        ]
    return []


def items_opened(table: Resource, stack: Stack) -> Findings:
    """Yields whoever reaches items of the table without a session of the tenant whose they are."""
    account = stack.derived(Account)
    waiting: list[str] = []
    documents, arn = stack.derived(_documents_of_tables).get(table.urn, []), account.arn(table)
    for who, caller, declared in everybody(account, stack, documents):
        if caller is account.unlisted:
            continue  # Whoever sets the stack up is watched by the trail, which records each read of an item.
        in_session = isinstance(declared, AwsRole) and declared.session
        for how, keys in _STRAYING.items() if in_session else [("", {})]:
            for action in _ITEMS:
                about = f"{arn}/stream/any" if action == "dynamodb:GetRecords" else arn
                answer = decide(caller, action, about, Context(keys), documents)
                if answer is Truth.UNKNOWN:
                    waiting.append(f"{who} ({action})")
                elif answer is not Truth.NO:
                    yield (
                        f"{who} reaches items {how or 'of all tenants'} ({action}): take the action from the policy, "
                        "or demand aws:PrincipalTag/tenant"
                    )
    refuse_to_guess("others reach tenants' content", waiting)


def _documents_of_tables(stack: Stack) -> Mapping[str, list[Document]]:
    account = stack.derived(Account)
    found: dict[str, list[Document]] = {}
    for policy in stack.of_type("aws:dynamodb/resourcePolicy:ResourcePolicy"):
        for table in account.named(policy, "resource_arn", *TABLES):
            content = document(policy)
            found.setdefault(table.urn, []).extend([] if content is None else [content])
    return found
