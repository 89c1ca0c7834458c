"""Who may use, administer or grant use of a tenant's key, by all policies together."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from policies.iam.account import BUCKETS, VIA_SERVICE, Account, via_services
from policies.iam.context import Context, State, Values
from policies.iam.decision import Caller, decide, unlike
from policies.iam.statements import Document
from policies.iam.truth import Truth, refuse_to_guess
from policies.principals import TAG, AwsRole, Uses, principals
from policies.resources import Resource, Stack
from policies.rulebook import Findings

USE: Final = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What reads or writes under a symmetric key (AWS KMS Developer Guide, "AWS KMS permissions")."""

ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateGrant",
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:ImportKeyMaterial",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdatePrimaryRegion",
)
"""What changes a key, or who may use it."""

PRINCIPAL_TAG: Final = f"aws:PrincipalTag/{TAG}"
CONTEXT_TENANT: Final = f"kms:EncryptionContext:{TAG}"
CONTEXT_BUCKET: Final = "kms:EncryptionContext:aws:s3:arn"


_HOWEVER: Final[Mapping[str, Values]] = {VIA_SERVICE: State.CHOSEN}


def of_key(
    account: Account, key: Resource, caller: Caller, action: str, keys: Mapping[str, Values] | None = None
) -> Truth:
    """Whether the caller may do `action` with the key in a request with these condition keys, the others chosen."""
    documents, arn = account.key_documents(key), account.arn(key)

    def ask(more: Mapping[str, Values]) -> Truth:
        context = Context({**(keys or {}), **more})
        return decide(caller, action, arn, context, documents, own_policies_suffice=False)

    answer = ask({})
    if answer is Truth.NO or VIA_SERVICE in (keys or {}):
        return answer
    # A key's policy and a role's may each demand another service, and together allow nothing.
    services = via_services((*documents, *caller.policies))
    ways: list[Values] = [State.ABSENT, unlike(*services), *((each,) for each in services)]
    return max(ask({VIA_SERVICE: way}) for way in ways)


def misuse(key: Resource, tenant: str, stack: Stack) -> Findings:
    """Yields each use of the tenant's key that the design doesn't know."""
    account = stack.derived(Account)
    waiting: list[str] = []
    buckets = [account.arn(each) for each in stack.of_tenant(tenant, *BUCKETS)]
    policies = account.key_documents(key)
    for who, caller, declared in everybody(account, stack, policies):
        for action, actions in _alike(USE, caller, policies):
            if of_key(account, key, caller, action, _HOWEVER) is Truth.NO:
                continue
            if declared is None or not declared.use:
                answer = of_key(account, key, caller, action)
                if answer is Truth.UNKNOWN:
                    waiting.append(f"{who} ({actions})")
                elif answer is not Truth.NO:
                    yield (
                        f"{who} may use the key ({actions}): take the right away, or declare in "
                        "policies/principals.toml why"
                    )
                    break
                continue
            for how, context in _outside(account, declared, tenant, buckets):
                answer = of_key(account, key, caller, action, context)
                if answer is Truth.UNKNOWN:
                    waiting.append(f"{who} ({actions}, {how})")
                elif answer is not Truth.NO:
                    yield (
                        f"{who} may use the key {how} ({actions}): bind the right to what policies/principals.toml "
                        "declares"
                    )
    refuse_to_guess("others may use the key", waiting)


def administration(key: Resource, stack: Stack) -> Findings:
    """Yields whoever may change the key, or give others its use, and isn't meant to."""
    account = stack.derived(Account)
    waiting: list[str] = []
    policies = account.key_documents(key)
    for who, caller, declared in everybody(account, stack, policies):
        # The account's administrators keep its keys. A grant for anything but a service of AWS is use by others.
        is_unlisted = caller is account.unlisted
        meant = declared.mends if isinstance(declared, AwsRole) else ()
        asked = ("kms:CreateGrant",) if is_unlisted else tuple(each for each in ADMINISTRATION if each not in meant)
        for action, actions in _alike(asked, caller, policies):
            for keys in _grants_by(account) if is_unlisted else [{}]:
                answer = of_key(account, key, caller, action, keys)
                if answer is Truth.UNKNOWN:
                    waiting.append(f"{who} ({actions})")
                elif answer is not Truth.NO:
                    yield f"{who} may administer the key ({actions}): leave that to whoever sets the stack up"
    refuse_to_guess("others may administer the key", waiting)


@lru_cache(maxsize=1024)
def _sayings(documents: tuple[Document, ...], actions: tuple[str, ...]) -> Sequence[tuple[int, ...]]:
    """For each action, what the documents say about it."""
    return [tuple(id(each.about(action)) for each in documents) for action in actions]


def _alike(actions: tuple[str, ...], caller: Caller, policies: Sequence[Document]) -> Iterator[tuple[str, str]]:
    """One action of each group about which all policies say the same, so that one answer holds for them, and all names.

    A caller has a decision or two of each kind to wait for instead of dozens: that is most of the time of these proofs.
    """
    groups: dict[tuple[int, ...], list[str]] = {}
    said = zip(_sayings(tuple(policies), actions), _sayings(caller.policies, actions), strict=True)
    for action, (of_key, of_caller) in zip(actions, said, strict=True):
        groups.setdefault(of_key + of_caller, []).append(action)
    for group in groups.values():
        yield group[0], ", ".join(group)


def _grants_by(account: Account) -> list[Mapping[str, Values]]:
    for_aws = "kms:GrantIsForAWSResource"
    backup = [each for each in account.via_services if each.startswith("backup.")]
    return [
        {for_aws: ("false",)},
        {for_aws: State.ABSENT},
        {for_aws: ("true",), VIA_SERVICE: State.ABSENT},
        {for_aws: ("true",), VIA_SERVICE: unlike(*backup)},
    ]


def everybody(
    account: Account, stack: Stack, policies: Sequence[Document]
) -> Iterator[tuple[str, Caller, Uses | None]]:
    """Who there is: what to call it, whom to ask about, and what the design gives it.

    `policies` are those of what is asked about: they may name services and identity providers.
    """
    yield from stack.derived(_declared)
    yield account.unlisted.name, account.unlisted, principals().aws_account
    yield account.stranger.name, account.stranger, None
    for caller in account.others_named_by(policies):
        yield f"the {'service' if caller.kind == 'service' else 'identity provider'} {caller.name}", caller, None


def _declared(stack: Stack) -> Sequence[tuple[str, Caller, Uses | None]]:
    account = stack.derived(Account)
    return [
        (account.label(caller), caller, principals().role(account.resource(urn), stack))
        for urn, caller in account.callers.items()
    ]


def _outside(
    account: Account, declared: Uses, tenant: str, buckets: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Values]]]:
    """The circumstances in which a declared user must not be let in; together all but the declared ones."""
    if isinstance(declared, AwsRole) and declared.session:
        yield "without the tenant's tag", {PRINCIPAL_TAG: State.ABSENT}
        yield "in another tenant's session", {PRINCIPAL_TAG: unlike(tenant)}
    s3 = [each for each in account.via_services if each.startswith("s3.")]
    backup = [each for each in account.via_services if each.startswith("backup.")]
    yield "through another service", {VIA_SERVICE: unlike(*s3, *backup)}
    for service in s3:
        if "bucket" not in declared.use:
            yield "through S3", {VIA_SERVICE: (service,)}
            continue
        own = unlike(*(pattern for arn in buckets for pattern in (arn, f"{arn}/*")))
        yield "for another bucket", {VIA_SERVICE: (service,), CONTEXT_BUCKET: own}
        yield "for no bucket in particular", {VIA_SERVICE: (service,), CONTEXT_BUCKET: State.ABSENT}
    if "vault" not in declared.use:
        for service in backup:
            yield "through AWS Backup", {VIA_SERVICE: (service,)}
    direct: dict[str, Values] = {VIA_SERVICE: State.ABSENT}
    if "context" not in declared.use:
        yield "directly", direct
    else:
        yield "without the tenant as context", {**direct, CONTEXT_TENANT: State.ABSENT}
        yield "with another context", {**direct, CONTEXT_TENANT: unlike(tenant)}
