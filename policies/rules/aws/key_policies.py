"""Who may do what with a key of AWS KMS, as its policy says."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from policies.documents import Statement, statements
from policies.iam.keys import USE
from policies.principals import SECOND, principals, session_role
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.kms import KEY, REPLICA
from policies.rules.aws.s3 import BUCKETS
from policies.rules.aws.trust import ROLE

KEY_POLICY: Final = "aws:kms/keyPolicy:KeyPolicy"

ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:ListGrants",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
)
"""What somebody must always be able to do, or a mistake in a policy could never be mended."""

_CONTEXT: Final = "kms:EncryptionContext:"
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[^*?]+")

NEVER: Final = (
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKeyRotation",
    "kms:ReplicateKey",
    "kms:UpdatePrimaryRegion",
)
"""What ends a key's rotation, or takes it out of its region."""

LONGEST_WINDOW: Final = 30
"""Days between a key's scheduled deletion and its end, the longest that KMS offers."""

SERVICES_WITHOUT_SOURCE: Final = frozenset({"events.amazonaws.com"})
"""Services that don't tell KMS for whom they ask: EventBridge, when it sends to an encrypted topic. What they may send
to is then said by the topic (EventBridge User Guide, "Amazon SNS permissions")."""


def _allowing(key: Resource) -> Iterator[tuple[str, Statement]]:
    """The statements of a key's policy that allow, and how messages call them; none where there is no policy."""
    if key.get("policy", None) is None:
        return
    for number, statement in enumerate(statements(key.document("policy"))):
        if statement.is_allow:
            yield f"statement {number} of the key policy", statement


@rule(KEY, KEY_POLICY, REPLICA)
def kms_key_policy_names_principals(key: Resource) -> Findings:
    """A key policy that lets everyone in opens the key to other accounts, and with it the data."""
    for place, statement in _allowing(key):
        if statement.everyone:
            yield f"{place} allows everyone: name the principals in Principal"
        if any(not re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com", each) for each in statement.principals("Service")):
            yield f"{place} names what is no service of AWS: name the service"
        for service in statement.principals("Service"):
            region = re.fullmatch(r"[a-z-]+\.([a-z]+-[a-z-]+-\d+)\.amazonaws\.com", service)
            if region is not None and region[1] != aws_region(key):
                yield f"{place} lets in the service of another region: name that of the key's own"


@stack_rule(KEY)
def kms_key_has_a_policy(key: Resource, stack: Stack) -> Findings:
    """Without a policy KMS writes one that lets the whole account use the key, as far as any other policy allows it."""
    if key.get("policy", None) is None and not stack.referring("key_id", key, (KEY_POLICY,), "key_id", "id", "arn"):
        yield "the whole account may use the key: set policy"


@rule(KEY, KEY_POLICY)
def kms_key_policy_locks_nobody_out(key: Resource) -> Findings:
    """A key whose policy nobody may change can't be mended; its data are lost with whoever could use it."""
    if key.get("bypass_policy_lockout_safety_check", False):
        yield "nobody may be left to administer the key: remove bypass_policy_lockout_safety_check"
    if key.get("policy", None) is None:
        not_applicable("kms-key-has-a-policy judges it")
    always = [
        statement
        for _, statement in _allowing(key)
        if not statement.conditions() and any(_is_account(each) for each in statement.principals("AWS"))
    ]
    if not all(any(each.acts_on(action) for each in always) for action in ADMINISTRATION):
        yield "the account can't administer the key: allow its root in policy what looks after a key, without Condition"


@rule(KEY, KEY_POLICY)
def kms_key_policy_keeps_use_from_administrators(key: Resource) -> Findings:
    """Who looks after a key can't use it, and who uses it can't end it: it takes two to get at data or lose them."""
    for place, statement in _allowing(key):
        if statement.leaves_out or any(statement.acts_on(action) for action in NEVER):
            yield f"{place} allows what nobody needs, such as ending rotation: name in Action what is needed"
        uses = any(statement.acts_on(action) for action in USE)
        if uses and any(statement.acts_on(action) for action in ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")):
            yield f"{place} allows use and administration at once: write a statement with the Action of each"
        if (uses or statement.acts_on("kms:CreateGrant")) and not _is_in_one_way(statement, key):
            yield f"{place} lets the key be used for anything: add StringEquals kms:ViaService, in the key's region"
        if statement.acts_on("kms:CreateGrant") and not _is_grant_for_service(statement):
            yield f"{place} lets somebody let others in: add Bool kms:GrantIsForAWSResource true"
        if statement.acts_on("kms:ScheduleKeyDeletion") and not _waits(statement):
            yield (
                f"{place} lets a key be gone within days: add NumericGreaterThanEquals "
                f"kms:ScheduleKeyDeletionPendingWindowInDays {LONGEST_WINDOW}"
            )


def _is_account(principal: str) -> bool:
    """Whether a principal is a whole account: its ARN, or its number."""
    return principal.endswith(":root") or principal.isdigit()


def _is_in_one_way(statement: Statement, key: Resource) -> bool:
    """Whether principals of the account may use the key through some services, for some data, or as one role only."""
    if not list(statement.principals("AWS")):
        return True
    conditions = statement.conditions()
    services = conditions.get(("stringequals", "kms:viaservice"), [])
    if not all(each.endswith(f".{aws_region(key)}.amazonaws.com") for each in services):
        return False
    contexts = [
        values
        for (operator, name), values in conditions.items()
        if name.startswith("kms:encryptioncontext:")
        and operator in ("stringequals", "stringlike", "arnlike", "arnequals")
    ]
    if any(_is_open(value) for values in contexts for value in values):
        return False
    roles = conditions.get(("arnequals", "aws:principalarn"), [])
    if any(not _ROLE.fullmatch(each) or not _is_own(each, key) for each in roles):
        return False
    # A role that is named may use a key of the platform in one more respect; the account as a whole through services.
    return bool(services or roles) or (bool(contexts) and not any(_is_account(p) for p in statement.principals("AWS")))


def _is_open(value: str) -> bool:
    """Whether a pattern leaves open from its beginning what it means."""
    return re.match(r"(arn:[^:]*:[^:]*:[^:]*:[^:]*:)?[*?]", value) is not None


def _is_own(arn: str, key: Resource) -> bool:
    return not key.allowed_accounts or _account(arn) in key.allowed_accounts


def _is_grant_for_service(statement: Statement) -> bool:
    return statement.conditions().get(("bool", "kms:grantisforawsresource")) == ["true"]


def _waits(statement: Statement) -> bool:
    days = statement.conditions().get(("numericgreaterthanequals", "kms:schedulekeydeletionpendingwindowindays"), [])
    return bool(days) and all(each.isdigit() and int(each) == LONGEST_WINDOW for each in days)


@rule(KEY, KEY_POLICY)
def kms_key_policy_keeps_to_its_account(key: Resource) -> Findings:
    """Whoever comes from another account, or through a service that serves all accounts, is known to nobody here."""
    accounts = key.allowed_accounts
    for place, statement in _allowing(key):
        if statement.principal_kinds() not in ([], ["AWS"], ["Service"]):
            yield (
                f"{place} lets in other kinds of principals than roles and services: write a statement for each kind "
                "of Principal"
            )
        if any(_account(each) not in accounts for each in statement.principals("AWS") if accounts and each != "*"):
            yield f"{place} lets in another account: name in Principal those of the stack's own"
        services = set(statement.principals("Service"))
        if services - SERVICES_WITHOUT_SOURCE and not _is_asked_by(accounts, statement):
            yield f"{place} lets a service in for any account: add the condition aws:SourceAccount, or aws:SourceArn"


@stack_rule(KEY, KEY_POLICY)
def kms_key_lets_in_services_it_is_for(key: Resource, stack: Stack) -> Findings:
    """A service that may use a key uses it for whoever in the account tells it to: it opens what the key keeps shut.

    Which service uses which key by itself says principals.toml.
    """
    keys = [key] if key.resource_type == KEY else stack.meant(key, "key_id", [KEY], "arn", "id", "key_id")
    declared = [principals().keys.get(each.resource_name.removesuffix(SECOND)) for each in keys]
    meant = {service for each in declared if each is not None for service in each.services}
    for place, statement in _allowing(key):
        if others := {each.partition(".")[0] for each in statement.principals("Service")} - meant:
            yield f"{place} lets in {', '.join(sorted(others))}, which need no such key: remove it"


@stack_rule(KEY, KEY_POLICY)
def kms_key_policy_is_for_its_tenants_data(key: Resource, stack: Stack) -> Findings:
    """Whatever a role's own policy comes to allow, a tenant's key serves that tenant's data: its bucket, what bears its
    name as encryption context, its vault; and sessions of that tenant alone.
    """
    tenant = stack.tenant(key) or not_applicable("the key belongs to no tenant")
    buckets = {f"arn:aws:s3:::{each.bucket}" for each in stack.of_tenant(tenant, *BUCKETS)}
    sessions = {role.get("name", None) for role in stack.of_type(ROLE) if session_role(role, stack) is not None}
    for place, statement in _allowing(key):
        if not any(statement.acts_on(action) for action in USE) or not list(statement.principals("AWS")):
            continue
        conditions = statement.conditions()
        if not _is_for_data_of(tenant, buckets, conditions):
            yield (
                f"{place} is for more than the tenant's data: add StringEquals kms:ViaService of S3 and "
                f"{_CONTEXT}aws:s3:arn of its bucket, or of AWS Backup, or Null kms:ViaService true and "
                f"{_CONTEXT}tenant {tenant}"
            )
        is_session = any(each.rsplit("/", 1)[-1] in sessions for each in statement.principals("AWS"))
        if is_session and conditions.get(("stringequals", "aws:principaltag/tenant")) != [tenant]:
            yield f"{place} lets in sessions of other tenants: add StringEquals aws:PrincipalTag/tenant {tenant}"


def _is_for_data_of(tenant: str, buckets: Collection[str], conditions: Mapping[tuple[str, str], list[str]]) -> bool:
    services = conditions.get(("stringequals", "kms:viaservice"), [])
    if not services:
        named = conditions.get(("stringequals", f"{_CONTEXT}tenant".lower()))
        return named == [tenant] and conditions.get(("null", "kms:viaservice")) == ["true"]
    if all(each.startswith("backup.") for each in services):
        return True
    of_buckets = conditions.get(("stringequals", f"{_CONTEXT}aws:s3:arn".lower()), [])
    return all(each.startswith("s3.") for each in services) and bool(of_buckets) and set(of_buckets) <= set(buckets)


def _account(principal: str) -> str:
    parts = principal.split(":")
    return parts[4] if len(parts) > 5 else principal


def _is_asked_by(accounts: Collection[str], statement: Statement) -> bool:
    """Whether a service acts for these accounts only, by its own word or by the ARN in the encryption context."""
    if statement.is_bound_to_account(accounts):
        return True
    contexts = [
        [_account(value) for value in values]
        for (operator, key), values in statement.conditions().items()
        if operator in ("arnequals", "arnlike", "stringequals") and key.startswith("kms:encryptioncontext:")
    ]
    return any(named and (not accounts or set(named) <= set(accounts)) for named in contexts)
