"""Policies of stores: whom they let in, in whose name, and that nobody comes in clear."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from policies.documents import Statement, statements
from policies.principals import SECOND, Delivery, principals, session_role
from policies.resources import Resource, Stack, aws_region, identities
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.aws.s3 import BUCKET_POLICY, BUCKETS
from policies.rules.aws.trust import ROLE

QUEUE: Final = "aws:sqs/queue:Queue"
QUEUE_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"
TABLE: Final = "aws:dynamodb/table:Table"
TOPIC: Final = "aws:sns/topic:Topic"
TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
POLICIES: Final = (BUCKET_POLICY, QUEUE_POLICY, TOPIC_POLICY)

SERVICES_WITHOUT_SOURCE: Final = {TOPIC_POLICY: frozenset({"events.amazonaws.com"})}
"""Services that don't say for whom they ask, by the type of policy: EventBridge refuses a topic whose policy has a
condition (EventBridge User Guide, "Amazon SNS permissions")."""

_OF_SERVICES: Final = {
    BUCKET_POLICY: {
        "cloudtrail.amazonaws.com": ("s3:GetBucketAcl", "s3:PutObject"),
        "config.amazonaws.com": ("s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"),
        "logdelivery.elasticloadbalancing.amazonaws.com": ("s3:PutObject",),
    },
    QUEUE_POLICY: {},
    TOPIC_POLICY: {"cloudwatch.amazonaws.com": ("sns:Publish",), "events.amazonaws.com": ("sns:Publish",)},
}
"""What services of AWS do by a store's policy, by the type of policy: they deliver logs, and alarms."""

_OF_SESSIONS: Final = ("s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject")
"""What a tenant's sessions do by the policy of the tenant's bucket."""

_OF_ARNS: Final = ("arnequals", "arnlike", "stringequals")

_OF_BUCKETS: Final = (
    "acceleration_status",
    "cors_rules",
    "lifecycle_rules",
    "object_lock_configuration",
    "policy",
    "request_payer",
)
_OF_ANY_NUMBER: Final = (
    "logging",
    "replication_configuration",
    "server_side_encryption_configuration",
    "versioning",
    "website",
)

INLINE: Final = {
    "aws:s3/bucket:Bucket": (*_OF_BUCKETS, *_OF_ANY_NUMBER),
    "aws:s3/bucketV2:BucketV2": (*_OF_BUCKETS, *(f"{name}s" for name in _OF_ANY_NUMBER)),
    QUEUE: ("policy",),
    TABLE: ("replicas",),
    TOPIC: ("policy",),
}
"""What a store can be told in place, past the resources for it that rules judge, by type."""


@rule(*POLICIES)
def resource_policy_allows_no_one_unnamed(policy: Resource) -> Findings:
    """A policy that allows everyone opens the store to other accounts, or to the internet."""
    for number, statement in enumerate(statements(policy.document("policy"))):
        if not statement.is_allow:
            continue
        if statement.everyone or statement.leaves_out:
            yield f"statement {number} of the policy allows everyone, or everything: name principals and actions"
        elif any(re.search(r"[*?]", action) for action in statement.actions()):
            yield f"statement {number} of the policy allows actions that it doesn't name: name each in Action"


@rule(*POLICIES)
def resource_policy_keeps_to_its_account(policy: Resource) -> Findings:
    """Who comes from another account, or through a service that serves all accounts, is known to nobody here."""
    accounts = policy.allowed_accounts
    for number, statement in enumerate(statements(policy.document("policy"))):
        if not statement.is_allow:
            continue
        if statement.principal_kinds() not in ([], ["AWS"], ["Service"]):
            yield f"statement {number} lets in other kinds of principals: name roles or services alone in Principal"
        others = (each for each in statement.principals("AWS") if accounts and _account(each) not in accounts)
        if any(each != "*" for each in others):
            yield f"statement {number} lets in another account: name in Principal those of the stack's own"
        if any(not each.endswith(".amazonaws.com") for each in statement.principals("Service")):
            yield f"statement {number} names what is no service of AWS: name the service"
        known = SERVICES_WITHOUT_SOURCE.get(policy.resource_type, frozenset())
        if set(statement.principals("Service")) - known and not statement.is_bound_to_account(accounts):
            yield f"statement {number} lets a service in for any account: add aws:SourceAccount, or aws:SourceArn"


@stack_rule(*POLICIES)
def resource_policy_gives_what_the_design_names_only(policy: Resource, stack: Stack) -> Findings:
    """What a role may do stands in its own policy; rights that a store gives it besides, nobody sees there."""
    sessions = [role for role in stack.of_type(ROLE) if session_role(role, stack) is not None]
    admitted = sessions if stack.tenant(policy) is not None else []
    for number, statement in enumerate(statements(policy.document("policy"))):
        if statement.is_allow:
            yield _gives_roles(f"statement {number}", statement, admitted)
            yield _gives_services(f"statement {number}", statement, _OF_SERVICES[policy.resource_type])


def _gives_roles(place: str, statement: Statement, admitted: Collection[Resource]) -> Findings:
    for principal in statement.principals("AWS"):
        if not any(_is_role(principal, role) for role in admitted):
            yield f"{place} gives rights to who is no tenant's session: give a role what it needs in its own policy"
        elif not set(statement.actions()) <= set(_OF_SESSIONS):
            yield f"{place} gives tenants' sessions more than they need: name of {', '.join(_OF_SESSIONS)} only"


def _is_role(principal: str, role: Resource) -> bool:
    """Whether the ARN is the role's; as far as its name tells while its own isn't known yet."""
    known = identities(role, "arn")
    return principal in known if known else ":role/" in principal and principal.rsplit("/", 1)[-1] == role.name


def _gives_services(place: str, statement: Statement, known: Mapping[str, Collection[str]]) -> Findings:
    for service in statement.principals("Service"):
        if not set(statement.actions()) <= set(known.get(service, ())):
            yield f"{place} lets {service} do what nothing here needs: remove it from Action"


@stack_rule(BUCKET_POLICY)
def bucket_takes_deliveries_of_its_source_only(policy: Resource, stack: Stack) -> Findings:
    """A service that may write where another one's logs lie puts forged ones among them, on whosever behalf it works.

    Which service delivers into which bucket, and for what, says principals.toml.
    """
    buckets = stack.meant(policy, "bucket", BUCKETS, "bucket", "id")
    delivery = principals().deliveries.get(buckets[0].resource_name.removesuffix(SECOND)) if buckets else None
    for number, statement in enumerate(statements(policy.document("policy"))):
        services = set(statement.principals("Service"))
        if not statement.is_allow or not services:
            continue
        if delivery is None or services != {delivery.service}:
            wanted = "no service" if delivery is None else delivery.service
            yield f"statement {number} lets in {', '.join(sorted(services))}: let {wanted} deliver here"
        elif not _is_for_source(statement, delivery, policy, stack):
            yield f"statement {number} takes deliveries for others: name the stack's own in ArnLike aws:SourceArn"


def _is_for_source(statement: Statement, delivery: Delivery, policy: Resource, stack: Stack) -> bool:
    """Whether the service delivers for the stack's own resources of the region only."""
    if delivery.source is None or delivery.named is None:
        return True
    conditions = statement.conditions()
    asked_for = [arn for operator in _OF_ARNS for arn in conditions.get((operator, "aws:sourcearn"), [])]
    region = aws_region(policy)
    own = {
        delivery.named.format(each.name)
        for each in stack.of_type(delivery.source)
        if aws_region(each) in (None, region)
    }
    return bool(asked_for) and all(arn.split(":", 5)[-1] in own for arn in asked_for)


def _account(principal: str) -> str:
    parts = principal.split(":")
    return parts[4] if len(parts) > 5 else principal


@rule(*INLINE)
def store_is_set_up_by_its_companions(store: Resource) -> Findings:
    """What is said in the resource itself and again beside it changes with each update, now one way, now the other."""
    # Once it is made, the cloud shows there what its companions say.
    if store.get("arn", None) is not None:
        return
    for name in INLINE[store.resource_type]:
        if store.get(name, None):
            yield f"{name} is set in place: remove it, and add the resource of its own that is there for it"


def is_arn_of(arn: str, store: Resource) -> bool:
    """Whether an ARN is the store's; as far as its name tells while its own isn't known yet."""
    known = identities(store, "arn")
    return arn in known if known else arn.rsplit(":", 1)[-1] == store.name


@stack_rule(QUEUE)
def queue_refuses_plain_http(queue: Resource, stack: Stack) -> Findings:
    """SQS answers plain HTTP unless the queue's policy refuses it; messages would cross networks in clear."""
    policies = stack.referring("queue_url", queue, (QUEUE_POLICY,), "url", "id")
    if not any(_refuses_plain_http(each, queue, "sqs:*") for each in policies):
        yield "the queue answers plain HTTP: deny sqs:* to everyone where aws:SecureTransport is false in a QueuePolicy"


@stack_rule(QUEUE)
def queue_refuses_other_accounts(queue: Resource, stack: Stack) -> Findings:
    """A statement added by mistake or by hand must not hand customers' messages to another account."""
    policies = stack.referring("queue_url", queue, (QUEUE_POLICY,), "url", "id")
    if not any(
        _is_denial(statement, queue, "sqs:*") and _is_for_others(statement, queue)
        for policy in policies
        for statement in statements(policy.document("policy"))
    ):
        yield "another account could be let in: deny sqs:* to everyone where aws:PrincipalAccount isn't the stack's"


def _is_for_others(statement: Statement, queue: Resource) -> bool:
    conditions = statement.conditions()
    named = conditions.get(("stringnotequals", "aws:principalaccount"), [])
    return len(conditions) == 1 and bool(named) and (not queue.allowed_accounts or named == queue.allowed_accounts)


@stack_rule(TOPIC)
def topic_refuses_plain_http(topic: Resource, stack: Stack) -> Findings:
    """SNS answers plain HTTP unless the topic's policy refuses it; an alarm could be read or made up on its way."""
    policies = stack.referring("arn", topic, (TOPIC_POLICY,), "arn", "id")
    if not any(_refuses_plain_http(each, topic, "sns:Publish") for each in policies):
        yield "the topic answers plain HTTP: deny sns:Publish to everyone where aws:SecureTransport is false"


def _refuses_plain_http(policy: Resource, store: Resource, action: str) -> bool:
    return any(
        _is_denial(statement, store, action) and statement.conditions() == {("bool", "aws:securetransport"): ["false"]}
        for statement in statements(policy.document("policy"))
    )


def _is_denial(statement: Statement, store: Resource, action: str) -> bool:
    return (
        not statement.is_allow
        and statement.everyone
        and statement.acts_on(action)
        and any(each == "*" or is_arn_of(each, store) for each in statement.resources())
    )


@rule(TOPIC_POLICY)
def topic_policy_is_about_its_topic(policy: Resource) -> Findings:
    """What is allowed on anything is allowed wherever it is copied to; what is refused elsewhere is not refused."""
    arn = policy.arn
    for number, statement in enumerate(statements(policy.document("policy"))):
        if any(each != arn for each in statement.resources()):
            yield f"statement {number} is about another topic, or any: set Resource to the topic's ARN"
