"""Buckets in Amazon S3."""

from collections.abc import Iterable

from policies.documents import Statement, statements
from policies.ownership import uses_own
from policies.properties import Record, UndeterminedError
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings, not_applicable, rule, stack_rule

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ENCRYPTIONS = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
VERSIONINGS = ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"

_ALGORITHM = "s3:x-amz-server-side-encryption"
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
_NOT_EQUAL = ("stringnotequals", "stringnotequalsifexists", "arnnotequals", "arnnotequalsifexists")


def companions(stack: Stack, bucket: Resource, *types: str) -> list[Resource]:
    """The resources of these types that configure the bucket."""
    return stack.referring("bucket", bucket, types, "bucket", "id")


@rule(ACCESS_BLOCK, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock")
def s3_access_block_is_complete(block: Resource) -> Findings:
    """Each of the four switches closes one way in which a bucket can become public; S3 leaves those unset open."""
    for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
        if not block.get(name, False):
            yield f"{name} is off, which lets the bucket become public: set {name}=True"


@stack_rule(*BUCKETS)
def s3_bucket_has_access_block(bucket: Resource, stack: Stack) -> Findings:
    """A bucket without a public access block of its own is one policy or list away from the whole internet."""
    if not companions(stack, bucket, ACCESS_BLOCK):
        yield "no public access block stands before the bucket: add an aws.s3.BucketPublicAccessBlock for it"


@rule(*BUCKETS, "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2")
def s3_acl_is_private(bucket: Resource) -> Findings:
    """An access control list can open a bucket's objects to everyone, apart from any policy."""
    if bucket.get("acl", "private") not in ("private", "log-delivery-write"):
        yield "the access control list lets others in: remove acl"
    yield _grants_nothing(bucket) if bucket.resource_type in BUCKETS else _grants_to_owner_only(bucket)


def _grants_nothing(bucket: Resource) -> Findings:
    grants = list(bucket.get("grants", []))
    # Once a bucket is made, S3 shows the owner's own grant as well; what was asked for is judged by itself.
    if grants and not (bucket.get("arn", None) and len(grants) == 1 and _is_owners(grants[0])):
        yield "a grant lets others in: remove grants"


def _grants_to_owner_only(acl: Resource) -> Findings:
    access = acl.get("access_control_policy", None)
    if access is None:
        return
    for number, grant in access.numbered("grants"):
        group = grant.grantee.get("uri", None)
        if group != _LOG_DELIVERY and (group or grant.grantee.get("id", None) != access.owner.id):
            yield f"access_control_policy.grants[{number}] lets others in: remove the grant, or use a bucket policy"


def _is_owners(grant: Record) -> bool:
    return grant.type == "CanonicalUser" and list(grant.permissions) == ["FULL_CONTROL"]


@stack_rule(*BUCKETS)
def s3_bucket_encrypted_by_tenants_own_key(bucket: Resource, stack: Stack) -> Findings:
    """Tenants' data under one key, or under each other's, can't be told apart, cut off or erased one by one."""
    tenant = stack.tenant(bucket) or not_applicable("the bucket belongs to no tenant")
    configurations = companions(stack, bucket, *ENCRYPTIONS)
    if not configurations:
        yield "the bucket's objects are not encrypted by the tenant's key: add an encryption configuration with it"
    for configuration in configurations:
        yield _encrypts_with_key_of(tenant, configuration, stack)


def _encrypts_with_key_of(tenant: str, configuration: Resource, stack: Stack) -> Findings:
    if not configuration.rules:
        yield "the encryption configuration has no rule: add one with the tenant's key"
    for entry in configuration.rules:
        default = entry.apply_server_side_encryption_by_default
        if default.get("sse_algorithm", "AES256") not in ("aws:kms", "aws:kms:dsse"):
            yield "the bucket is encrypted with a key of S3, not the tenant's own: set sse_algorithm to aws:kms"
            continue
        yield uses_own(
            stack,
            tenant,
            configuration,
            "rules",
            read=lambda default=default: default.get("kms_master_key_id", None),
            targets={KEY: ("arn", "key_id"), ALIAS: ("arn", "name")},
            what="the bucket's key",
        )


@rule(BUCKET_POLICY)
def s3_policy_allows_no_one_unnamed(policy: Resource) -> Findings:
    """A policy that allows everyone publishes the bucket as soon as a public access block is loosened."""
    for number, statement in enumerate(statements(policy.document("policy"))):
        if statement.is_allow and statement.everyone:
            yield f"statement {number} of the bucket policy allows everyone: name the principals"


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


@stack_rule(*BUCKETS)
def s3_bucket_keeps_versions(bucket: Resource, stack: Stack) -> Findings:
    """Without versions an overwritten or deleted object is gone, by mistake or on purpose."""
    versionings = companions(stack, bucket, *VERSIONINGS)
    if not versionings:
        yield "the bucket keeps no versions: add an aws.s3.BucketVersioning for it"
    for versioning in versionings:
        if versioning.versioning_configuration.get("status", "Suspended") != "Enabled":
            yield "versions are not kept: set versioning_configuration.status to Enabled"
