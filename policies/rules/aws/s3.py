"""Buckets in Amazon S3."""

from policies.ownership import uses_key_of_ours, uses_own
from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ENCRYPTIONS = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
VERSIONINGS = ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"

_LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"


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
        yield (
            "the bucket's objects are not encrypted by the tenant's key: add an "
            "aws.s3.BucketServerSideEncryptionConfiguration with it"
        )
    for configuration in configurations:
        yield _encrypts_with_key_of(tenant, configuration, stack)


def _encrypts_with_key_of(tenant: str, configuration: Resource, stack: Stack) -> Findings:
    if not configuration.rules:
        yield "the encryption configuration has no rule: add one to rules with the tenant's key"
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


@stack_rule(*BUCKETS)
def s3_bucket_encrypted_by_platforms_key(bucket: Resource, stack: Stack) -> Findings:
    """Records under a key of ours are read by whom we name, and each reading is recorded.

    Elastic Load Balancing writes its logs under keys of S3 only ("Access logs for your Application Load Balancer").
    """
    if stack.tenant(bucket) is not None:
        not_applicable("the bucket belongs to a tenant")
    configurations = companions(stack, bucket, *ENCRYPTIONS)
    if not configurations:
        yield (
            "the bucket's objects are not encrypted by a key of ours: add an "
            "aws.s3.BucketServerSideEncryptionConfiguration with one"
        )
    for configuration in configurations:
        if not configuration.rules:
            yield "the encryption configuration has no rule: add one to rules with a key of ours"
        for entry in configuration.rules:
            default = entry.apply_server_side_encryption_by_default
            if default.get("sse_algorithm", "AES256") == "AES256" and _takes_logs_of_balancer(bucket, stack):
                continue
            yield uses_key_of_ours(
                stack,
                configuration,
                "rules",
                lambda default=default: (
                    default.get("kms_master_key_id", None) if default.sse_algorithm.startswith("aws:kms") else None
                ),
                "the bucket's key",
            )


def _takes_logs_of_balancer(bucket: Resource, stack: Stack) -> bool:
    logs = (balancer.get("access_logs", None) for balancer in stack.of_type(*BALANCERS))
    return any(log is not None and log.bucket == bucket.bucket for log in logs)


@stack_rule(*BUCKETS)
def s3_bucket_asks_for_its_key_as_a_whole(bucket: Resource, stack: Stack) -> Findings:
    """A tenant's key serves its bucket by the bucket's ARN; asked for each object, it would serve nobody any more."""
    if stack.tenant(bucket) is None:
        not_applicable("the bucket belongs to no tenant")
    for configuration in companions(stack, bucket, *ENCRYPTIONS):
        if not all(entry.get("bucket_key_enabled", False) for entry in configuration.rules):
            yield "KMS is asked for each object by its ARN, which the key's policy refuses: set bucket_key_enabled=True"


@stack_rule(ACCESS_BLOCK, OWNERSHIP, BUCKET_POLICY, REPLICATION, *ENCRYPTIONS, *VERSIONINGS)
def s3_companion_has_its_buckets_owner(companion: Resource, stack: Stack) -> Findings:
    """Of a tenant's resources more is asked: what sets up its bucket must count as its own, or nobody asks."""
    buckets = stack.meant(companion, "bucket", BUCKETS, "bucket", "id")
    if not buckets:
        yield "what is set up is no bucket of this stack: set bucket to one"
    if any(stack.tenant(bucket) != stack.tenant(companion) for bucket in buckets):
        yield (
            "it sets up a bucket of somebody else: set the option parent to the bucket's own, or below the same tenant"
        )


@stack_rule(*BUCKETS)
def s3_bucket_keeps_versions(bucket: Resource, stack: Stack) -> Findings:
    """Without versions an overwritten or deleted object is gone, by mistake or on purpose."""
    versionings = companions(stack, bucket, *VERSIONINGS)
    if not versionings:
        yield "the bucket keeps no versions: add an aws.s3.BucketVersioning for it"
    for versioning in versionings:
        if versioning.versioning_configuration.get("status", "Suspended") != "Enabled":
            yield "versions are not kept: set versioning_configuration.status to Enabled"
