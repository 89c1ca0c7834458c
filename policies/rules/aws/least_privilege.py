"""What roles reach, seen from what is reached: a secret, a log, a bucket of logs."""

from collections.abc import Collection, Iterator
from typing import Final

from policies.containers import containers
from policies.documents import Statement, statements
from policies.properties import UndeterminedError
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, stack_rule
from policies.rules.aws.role_policies import OBJECTS
from policies.rules.aws.s3 import BUCKETS
from policies.rules.aws.trust import ROLE, ROLE_POLICY, is_for_people

FUNCTION: Final = "aws:lambda/function:Function"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"
SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105  # a type's name
TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"

_OF_SECRETS: Final = ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")


def _allowing(policy: Resource) -> Iterator[Statement]:
    return (each for each in statements(policy.document("policy")) if each.is_allow)


def _arn(resource: Resource) -> str:
    arn = resource.get("arn", None)
    if arn is None:
        raise UndeterminedError(f"the ARN of {resource.resource_name} is not known before the update")
    return str(arn)


@stack_rule(SECRET)
def secret_is_reached_by_its_service_only(secret: Resource, stack: Stack) -> Findings:
    """A secret that another service can read, or change, is that service's too, and whoever breaks into it has both."""
    arn = _arn(secret)
    own = {role.name for role in _roles_of(secret, stack)}
    for policy in stack.of_type(ROLE_POLICY):
        yield _leaves_alone(policy, arn, own)


def _leaves_alone(policy: Resource, arn: str, own: Collection[str]) -> Findings:
    for statement in _allowing(policy):
        if statement.covers(arn) and any(map(statement.acts_on, _OF_SECRETS)) and policy.role not in own:
            yield f"the policy {policy.resource_name} reaches it, and nothing of its role needs it: remove it"


def _roles_of(secret: Resource, stack: Stack) -> Iterator[Resource]:
    """The roles with which a task is told the secret, or with which it is changed."""
    for task in stack.of_type(TASK):
        told = [source for container in containers(task) for source in container.sources_of_secrets()]
        if secret in stack.meant(task, "container_definitions", [SECRET], "arn", "id", read=lambda t=told: t):
            yield from stack.meant(task, "execution_role_arn", [ROLE], "arn")
    for rotation in stack.of_type(ROTATION):
        if secret in stack.meant(rotation, "secret_id", [SECRET], "arn", "id"):
            for function in stack.meant(rotation, "rotation_lambda_arn", [FUNCTION], "arn"):
                yield from stack.meant(function, "role", [ROLE], "arn")


@stack_rule(LOG_GROUP)
def log_is_written_by_one_role(group: Resource, stack: Stack) -> Findings:
    """Whoever else can write into a log forges what it says, or hides it among what means nothing."""
    stream = f"{_arn(group).removesuffix(':*')}:log-stream:any"
    writers = {
        str(policy.role)
        for policy in stack.of_type(ROLE_POLICY)
        for statement in _allowing(policy)
        if statement.covers(stream) and statement.acts_on("logs:PutLogEvents")
    }
    if len(writers) > 1:
        yield f"{len(writers)} roles write into it: leave it to the one whose log it is"


@stack_rule(*BUCKETS)
def logs_in_buckets_are_for_auditors_only(bucket: Resource, stack: Stack) -> Findings:
    """What is kept of who did what is no business of the services, and is changed by nobody but who delivers it."""
    if stack.tenant(bucket) is not None:
        not_applicable("the bucket is a tenant's")
    people = {role.name for role in stack.of_type(ROLE) if is_for_people(role)}
    for policy in stack.of_type(ROLE_POLICY):
        yield _only_reads(policy, f"arn:aws:s3:::{bucket.bucket}/any", people)


def _only_reads(policy: Resource, objects: str, people: Collection[str]) -> Findings:
    for statement in _allowing(policy):
        reached = [action for action in OBJECTS if statement.acts_on(action)] if statement.covers(objects) else []
        if any(not action.startswith("s3:Get") for action in reached) or (reached and policy.role not in people):
            yield f"the policy {policy.resource_name} reaches what is kept there: remove it"
