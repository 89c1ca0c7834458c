"""Queues in Amazon SQS and topics in Amazon SNS: what becomes of a message."""

from typing import Final

from policies.properties import Record, UnusableError
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.resource_policies import QUEUE, TOPIC, is_arn_of

DAY: Final = 24 * 3600
"""Seconds."""

LONGEST_REUSE: Final = 300
"""Seconds in which SQS may go on with a key that it was given: the time in which a disabled key still works."""

MOST_ATTEMPTS: Final = 10
"""How often a message is handed out at most before it is put aside."""


# What the two JSON documents of a queue hold (Amazon SQS API, "SetQueueAttributes").
_TARGET: Final = "deadLetterTargetArn"
_ATTEMPTS: Final = "maxReceiveCount"
_PERMISSION: Final = "redrivePermission"
_SOURCES: Final = "sourceQueueArns"


def _redrive(queue: Resource) -> Record | None:
    return None if queue.get("redrive_policy", None) is None else queue.document("redrive_policy")


@rule(QUEUE)
def queue_forgets_keys_soon(queue: Resource) -> Findings:
    """SQS goes on with a key for as long as it may reuse it, after the key was disabled to end all access."""
    if not 0 < queue.get("kms_data_key_reuse_period_seconds", LONGEST_REUSE) <= LONGEST_REUSE:
        yield f"a disabled key goes on working: set kms_data_key_reuse_period_seconds to at most {LONGEST_REUSE}"


@rule(QUEUE)
def queue_keeps_messages(queue: Resource) -> Findings:
    """A message that nobody fetches in time is lost: a failure must not last longer than messages wait."""
    if queue.get("message_retention_seconds", 4 * DAY) < DAY:
        yield f"messages are lost within a day: set message_retention_seconds to at least {DAY}"


def _is_named_in(document: Record, queue: Resource) -> bool:
    """Whether the document of another queue's `redrivePolicy` names this queue as the one for dead letters."""
    return is_arn_of(str(document.get(_TARGET, "")), queue)


@stack_rule(QUEUE)
def queue_sets_dead_letters_aside(queue: Resource, stack: Stack) -> Findings:
    """A message that can't be processed comes back for ever, holds up the others, and is lost in the end."""
    policies = [(other, policy) for other in stack.of_type(QUEUE) if (policy := _redrive(other)) is not None]
    if any(_is_named_in(policy, queue) for _, policy in policies):
        not_applicable("the queue is for dead letters itself")
    policy = _redrive(queue)
    if policy is None:
        yield "what can't be processed is lost: set redrive_policy with a queue for dead letters"
        return
    if not 0 < int(policy.get(_ATTEMPTS, 0)) <= MOST_ATTEMPTS:
        yield f"what can't be processed comes back too often: set maxReceiveCount to at most {MOST_ATTEMPTS}"
    targets = [each for each in stack.of_type(QUEUE) if _is_named_in(policy, each)]
    if not targets:
        yield "dead letters go to a queue that is not of this stack: set deadLetterTargetArn to one"
    waits = queue.get("message_retention_seconds", 4 * DAY)
    if any(target.get("message_retention_seconds", 4 * DAY) <= waits for target in targets):
        yield (
            "dead letters, whose time goes on, are lost at once: set message_retention_seconds of their queue to "
            "more than this queue's"
        )


@stack_rule(QUEUE)
def dead_letters_come_from_own_queues(queue: Resource, stack: Stack) -> Findings:
    """Without a word any queue of the account may use this one for dead letters, and tenants' messages mix."""
    sources = [
        other
        for other in stack.of_type(QUEUE)
        if (policy := _redrive(other)) is not None and _is_named_in(policy, queue)
    ]
    if not sources:
        not_applicable("no queue sends its dead letters here")
    if queue.get("redrive_allow_policy", None) is None:
        raise UnusableError(
            "any queue may send dead letters here: set redrive_allow_policy with redrivePermission byQueue"
        )
    allowed = queue.document("redrive_allow_policy")
    named = [str(each) for each in allowed.get(_SOURCES, [])]
    is_each_own = all(any(is_arn_of(each, source) for source in sources) for each in named)
    is_own_each = all(any(is_arn_of(each, source) for each in named) for source in sources)
    if allowed.get(_PERMISSION, "allowAll") != "byQueue" or not is_each_own or not is_own_each:
        yield "other queues may send dead letters here, or not its own: set byQueue and name the sources"


@rule(TOPIC)
def topic_signs_with_sha256(topic: Resource) -> Findings:
    """Whoever gets a message trusts its signature; SHA-1, which SNS takes when nothing is said, can be forged."""
    if topic.get("signature_version", 1) != 2:
        yield "messages are signed with SHA-1: set signature_version to 2"
