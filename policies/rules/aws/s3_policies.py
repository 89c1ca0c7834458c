"""Who may do what with a bucket in Amazon S3, as its policy says."""

from collections.abc import Iterable
from typing import Final

from policies.documents import Statement, statements
from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.role_policies import OBJECTS
from policies.rules.aws.s3 import ALIAS, BUCKET_POLICY, BUCKETS, KEY, companions
from policies.rules.aws.trust import ROLE, admissions, is_for_people

_ALGORITHM: Final = "s3:x-amz-server-side-encryption"
_KEY_ID: Final = f"{_ALGORITHM}-aws-kms-key-id"
_CALLERS_KEY: Final = f"{_ALGORITHM}-customer-algorithm"
_NOT_EQUAL: Final = ("stringnotequals", "stringnotequalsifexists", "arnnotequals", "arnnotequalsifexists")
_TENANT: Final = "aws:principaltag/tenant"

OBJECT_ACCESS: Final = (
    *OBJECTS,
    "s3:ListBucketVersions",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "s3:RestoreObject",
)
"""What reads or writes objects, or tells their versions."""


@rule(BUCKET_POLICY)
def s3_policy_refuses_plain_http(policy: Resource) -> Findings:
    """S3 answers plain HTTP unless the bucket's policy refuses it; data would cross networks in clear."""
    for statement in statements(policy.document("policy")):
        if (
            _refuses_everyone(statement, "s3:*")
            and statement.covers_bucket(policy)
            and statement.covers_objects(policy)
            and statement.conditions() == {("bool", "aws:securetransport"): ["false"]}
        ):
            return
    yield "the bucket answers plain HTTP: deny s3:* to everyone where aws:SecureTransport is false"


@stack_rule(*BUCKETS)
def s3_bucket_refuses_plain_http(bucket: Resource, stack: Stack) -> Findings:
    """A bucket without a policy answers plain HTTP."""
    if not companions(stack, bucket, BUCKET_POLICY):
        yield "the bucket has no policy that refuses plain HTTP: add an aws.s3.BucketPolicy"


@rule(BUCKET_POLICY)
def s3_policy_refuses_old_tls(policy: Resource) -> Findings:
    """S3 speaks TLS 1.0 and 1.1 with whoever asks for it, unless the bucket's policy refuses them."""
    for statement in statements(policy.document("policy")):
        if (
            _refuses_everyone(statement, "s3:*")
            and statement.covers_bucket(policy)
            and statement.covers_objects(policy)
            and statement.conditions() in [{("numericlessthan", "s3:tlsversion"): [least]} for least in ("1.2", "1.3")]
        ):
            return
    yield "the bucket speaks old versions of TLS: deny s3:* to everyone where s3:TlsVersion is less than 1.2"


@stack_rule(BUCKET_POLICY)
def s3_policy_refuses_keys_of_callers(policy: Resource, stack: Stack) -> Findings:
    """Under a key that the caller brings, an object can be read by nobody else, nor ended with the tenant's key."""
    if stack.tenant(policy) is None:
        not_applicable("the bucket belongs to no tenant")
    for statement in statements(policy.document("policy")):
        if (
            _refuses_everyone(statement, "s3:PutObject")
            and statement.covers_objects(policy)
            and statement.conditions() == {("null", _CALLERS_KEY): ["false"]}
        ):
            return
    yield f"an upload may bring a key of its own: deny s3:PutObject where Null {_CALLERS_KEY} is false"


@rule(BUCKET_POLICY)
def s3_policy_is_about_its_bucket(policy: Resource) -> Findings:
    """What is allowed on anything is allowed wherever it is copied to; what is refused elsewhere is not refused."""
    bucket = f"arn:aws:s3:::{policy.bucket}"
    for number, statement in enumerate(statements(policy.document("policy"))):
        if not all(each == bucket or each.startswith(f"{bucket}/") for each in statement.resources()):
            yield f"statement {number} is about another bucket, or any: name the bucket's ARN in Resource"


@stack_rule(BUCKET_POLICY)
def s3_policy_admits_tenants_sessions_only(policy: Resource, stack: Stack) -> Findings:
    """Whatever other policies allow, a tenant's objects are for its own sessions, and for what copies them."""
    tenant = stack.tenant(policy)
    if tenant is None:
        not_applicable("the bucket belongs to no tenant")
    parts = statements(policy.document("policy"))
    for number, statement in enumerate(parts):
        if statement.is_allow and statement.conditions().get(("stringequals", _TENANT)) != [tenant]:
            yield f"statement {number} lets in others than the tenant: add StringEquals aws:PrincipalTag/tenant"
    roles = {role.get("name", None): role for role in stack.of_type(ROLE)}
    if not any(_refuses_all_but(statement, roles, policy) for statement in parts):
        yield "other policies may let anybody in: deny objects to all but roles of this stack (aws:PrincipalArn)"
    for name, role in roles.items():
        if _takes_session_tags(role) and not any(_keeps_out(each, str(name), tenant, policy) for each in parts):
            yield "a session of another tenant is let in: deny s3:* to the role where aws:PrincipalTag/tenant differs"


def _refuses_all_but(statement: Statement, roles: dict[str | None, Resource], policy: Resource) -> bool:
    conditions = statement.conditions()
    named = conditions.get(("arnnotequals", "aws:principalarn"), [])
    admitted = [roles.get(_role_name(each, policy)) for each in named]
    return (
        _refuses_everyone(statement, *OBJECT_ACCESS)
        and statement.covers_bucket(policy)
        and statement.covers_objects(policy)
        and len(conditions) == 1
        and bool(named)
        and all(role is not None and not is_for_people(role) for role in admitted)
    )


def _role_name(arn: str, policy: Resource) -> str:
    """The name of the role of the policy's account that an ARN means; nothing for what is another's, or no role."""
    accounts = policy.allowed_accounts
    return arn.rsplit("/", 1)[-1] if ":role/" in arn and (not accounts or arn.split(":")[4] in accounts) else ""


def _takes_session_tags(role: Resource) -> bool:
    return any(statement.acts_on("sts:TagSession") for _, statement in admissions(role))


def _keeps_out(statement: Statement, role: str, tenant: str, policy: Resource) -> bool:
    """Whether the statement refuses the role's sessions that aren't the tenant's."""
    return (
        not statement.is_allow
        and (statement.everyone or any(_role_name(each, policy) == role for each in statement.principals("AWS")))
        and statement.acts_on("s3:*")
        and statement.covers_bucket(policy)
        and statement.covers_objects(policy)
        and statement.conditions() == {("stringnotequals", _TENANT): [tenant]}
    )


@stack_rule(BUCKET_POLICY)
def s3_policy_refuses_other_keys(policy: Resource, stack: Stack) -> Findings:
    """The default encryption is but a default: a request that names another key puts the tenant's data under it."""
    tenant = stack.tenant(policy) or not_applicable("the bucket belongs to no tenant")
    sources = [key for key in stack.sources(policy, "policy") if key.resource_type in (KEY, ALIAS)]
    if any(stack.tenant(key) != tenant for key in sources):
        yield "the bucket policy names a key of another tenant: name the key below the same tenant"
    parts = [
        statement
        for statement in statements(policy.document("policy"))
        if _refuses_everyone(statement, "s3:PutObject") and statement.covers_objects(policy)
    ]
    yield _refuses_other_algorithms(parts)
    yield _refuses_other_key_ids(parts, tenant, stack)


def _refuses_other_algorithms(parts: Iterable[Statement]) -> Findings:
    for statement in parts:
        refused, values = _refused_unless(statement, _ALGORITHM)
        if refused and all(value in ("aws:kms", "aws:kms:dsse") for value in values):
            return
        # Without `Null`, a negated test on the key's id also refuses what names no key at all.
        if _refused_unless(statement, _KEY_ID)[0] and ("null", _KEY_ID) not in statement.conditions():
            return
    yield f"an upload may ask for another kind of encryption: deny s3:PutObject where {_ALGORITHM} is not aws:kms"


def _refuses_other_key_ids(parts: Iterable[Statement], tenant: str, stack: Stack) -> Findings:
    own = stack.of_tenant(tenant, KEY)
    known = {name for key in own for name in identities(key, "arn", "key_id")}
    for statement in parts:
        refused, values = _refused_unless(statement, _KEY_ID)
        if not refused:
            continue
        if any(not identities(key, "arn", "key_id") for key in own):
            raise UndeterminedError("the tenant's key is not known before the update")
        if values and known.issuperset(values):
            return
    yield f"an upload may name another key: deny s3:PutObject where {_KEY_ID} is not the tenant's own key"


def _refused_unless(statement: Statement, key: str) -> tuple[bool, list[str]]:
    """Whether the statement refuses requests in which `key` has another value than those given, and these values.

    `Null: false` may stand next to it: a request without the header gets the bucket's default encryption.
    """
    conditions = statement.conditions()
    tests = {operator: values for (operator, name), values in conditions.items() if name == key}
    values = [value for operator in _NOT_EQUAL for value in tests.get(operator, [])]
    rest = {place for place in conditions if place[1] != key}
    allowed = tests.get("null", ["false"]) == ["false"] and set(tests) <= {*_NOT_EQUAL, "null"}
    return bool(values) and allowed and not rest, values


def _refuses_everyone(statement: Statement, *actions: str) -> bool:
    return not statement.is_allow and statement.everyone and all(statement.acts_on(action) for action in actions)
