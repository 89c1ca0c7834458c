"""What roles reach, seen from what is reached: a secret, a log, a bucket of logs, a queue, a topic."""

from collections.abc import Collection, Iterator
from typing import Final

from policies.containers import containers
from policies.documents import Statement, statements
from policies.principals import principals
from policies.properties import UndeterminedError
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, stack_rule
from policies.rules.aws.resource_policies import QUEUE, TOPIC
from policies.rules.aws.role_policies import OBJECTS
from policies.rules.aws.s3 import BUCKETS
from policies.rules.aws.trust import ROLE, ROLE_POLICY, is_for_people

FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
FUNCTION: Final = "aws:lambda/function:Function"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"
SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105  # a type's name
TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
TRAIL: Final = "aws:cloudtrail/trail:Trail"

_OF_SECRETS: Final = ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")

_SENDS: Final = ("sqs:SendMessage",)
_RECEIVES: Final = ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage")
_OF_NO_ROLE: Final = ("sqs:PurgeQueue", "sqs:StartMessageMoveTask")


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
            yield (
                f"the policy {policy.resource_name} reaches it, and nothing of its role needs it: remove the "
                "statement that names it in Resource"
            )


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
    writing = [
        policy
        for policy in stack.of_type(ROLE_POLICY)
        if any(each.covers(stream) and each.acts_on("logs:PutLogEvents") for each in _allowing(policy))
    ]
    writers = {str(policy.role) for policy in writing}
    if len(writers) > 1:
        yield (
            f"{len(writers)} roles write into it: take logs:PutLogEvents on it from the policy of all but the one "
            "whose log it is"
        )
    if writers:
        own = {role.name for role in _roles_of_log(group, stack)}
        for policy in writing:
            if policy.role not in own:
                yield (
                    f"the policy {policy.resource_name} writes into it, and it is not its role's log: remove the "
                    "statement that names it in Resource"
                )


def _roles_of_log(group: Resource, stack: Stack) -> Iterator[Resource]:
    """The roles with which a log is written; none where a service of AWS writes it as itself."""
    for task in stack.of_type(TASK):
        if group in stack.meant(task, "container_definitions", [LOG_GROUP], "name", read=lambda t=task: _groups_of(t)):
            yield from stack.meant(task, "execution_role_arn", [ROLE], "arn")
    for function in stack.of_type(FUNCTION):
        if group in stack.meant(
            function,
            "logging_config",
            [LOG_GROUP],
            "name",
            read=lambda f=function: f.part("logging_config").get("log_group", None),
        ):
            yield from stack.meant(function, "role", [ROLE], "arn")
    for log in stack.of_type(FLOW_LOG):
        if stack.refers_to(log, "log_destination", group, "arn"):
            yield from stack.meant(log, "iam_role_arn", [ROLE], "arn")
    for trail in stack.of_type(TRAIL):
        if group in stack.meant(
            trail, "cloud_watch_logs_group_arn", [LOG_GROUP], "arn", read=lambda t=trail: _group_of(t)
        ):
            yield from stack.meant(trail, "cloud_watch_logs_role_arn", [ROLE], "arn")


def _group_of(trail: Resource) -> tuple[str, str]:
    """The ARN of its log group; CloudTrail wants an asterisk at the end, which the group's own may lack."""
    arn = str(trail.get("cloud_watch_logs_group_arn", ""))
    return arn, arn.removesuffix(":*")


def _groups_of(task: Resource) -> list[str]:
    return [name for container in containers(task) if (name := container.log_group(None)) is not None]


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
            yield (
                f"the policy {policy.resource_name} reaches what is kept there: remove the statement that names it in "
                "Resource"
            )


@stack_rule(QUEUE)
def queue_is_reached_by_declared_roles_only(queue: Resource, stack: Stack) -> Findings:
    """Whoever else takes customers' messages out reads or loses them; whoever else puts some in makes them up."""
    arn = _arn(queue)
    declared = principals().queues.get(queue.resource_name)
    sends, receives = (declared.sends, declared.receives) if declared is not None else ((), ())
    roles = {role.get("name", None): role.resource_name for role in stack.of_type(ROLE)}
    for policy in stack.of_type(ROLE_POLICY):
        for actions, declared_roles in ((_SENDS, sends), (_RECEIVES, receives), (_OF_NO_ROLE, ())):
            yield _does_as_declared(policy, arn, actions, [name for name in roles if roles[name] in declared_roles])


def _does_as_declared(policy: Resource, arn: str, actions: Collection[str], roles: Collection[object]) -> Findings:
    for statement in _allowing(policy):
        for action in actions:
            if statement.covers(arn) and statement.acts_on(action) and policy.role not in roles:
                yield (
                    f"the policy {policy.resource_name} allows {action} on it, and principals.toml does not name its "
                    "role for that: remove it"
                )


@stack_rule(TOPIC)
def topic_is_written_by_services_of_aws_only(topic: Resource, stack: Stack) -> Findings:
    """An alarm that a workload can make up is one that people learn to overlook."""
    arn = _arn(topic)
    for policy in stack.of_type(ROLE_POLICY):
        yield _publishes(policy, arn)


def _publishes(policy: Resource, arn: str) -> Findings:
    for statement in _allowing(policy):
        if statement.covers(arn) and statement.acts_on("sns:Publish"):
            yield f"the policy {policy.resource_name} lets its role publish there: take sns:Publish from it"
