"""What works as which role: whatever runs or copies has the one that the design lends it, and shares it with none."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from policies.principals import principals
from policies.resources import Resource, Stack
from policies.rulebook import Findings, stack_rule
from policies.rules.aws.trust import ROLE

Read = Callable[[Resource], Sequence[str]]


def _of(name: str) -> Read:
    def read(resource: Resource) -> Sequence[str]:
        value = resource.get(name, None)
        return [] if value is None else [str(value)]

    return read


def _of_mesh(service: Resource) -> Sequence[str]:
    connection = service.get("service_connect_configuration", None)
    servers = [] if connection is None else connection.get("services", [])
    settings = [server.get("tls", None) for server in servers]
    return [str(role) for tls in settings if tls is not None and (role := tls.get("role_arn", None)) is not None]


LENT: Final[Mapping[str, Mapping[str, Read]]] = {
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": {"iam_role_arn": _of("iam_role_arn")},
    "aws:backup/selection:Selection": {"iam_role_arn": _of("iam_role_arn")},
    "aws:cloudtrail/trail:Trail": {"cloud_watch_logs_role_arn": _of("cloud_watch_logs_role_arn")},
    "aws:ec2/flowLog:FlowLog": {"iam_role_arn": _of("iam_role_arn")},
    "aws:ecs/service:Service": {"service_connect_configuration": _of_mesh},
    "aws:ecs/taskDefinition:TaskDefinition": {
        "execution_role_arn": _of("execution_role_arn"),
        "task_role_arn": _of("task_role_arn"),
    },
    "aws:lambda/function:Function": {"role": _of("role")},
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": {"role": _of("role")},
}
"""By type, the properties by which something comes by a role, each with how its ARNs are read."""


@stack_rule(*LENT)
def workload_works_as_its_own_role(workload: Resource, stack: Stack) -> Findings:
    """Whatever runs as a role has its rights: a service with another's is that service for whoever breaks into it."""
    for name, read in LENT[workload.resource_type].items():
        yield _is_its_own(workload, name, read, stack)


def _is_its_own(workload: Resource, name: str, read: Read, stack: Stack) -> Findings:
    roles = stack.meant(workload, name, [ROLE], "arn", read=lambda: read(workload))
    # Where nothing of the stack is meant, what is meant is known.
    if not roles and read(workload):
        yield f"{name} is no role of this stack: name the one that policies/principals.toml lends it"
    for role in roles:
        declared = principals().role(role, stack)
        place = f"{workload.resource_type}.{name}"
        if declared is None or not declared.is_lent(role.resource_name, place, workload.resource_name):
            yield (
                f"{name} is the role {role.resource_name}, which is for something else: name the one that "
                "policies/principals.toml lends it"
            )
        elif declared.lent_to and _twins(workload, stack):
            yield f"another {workload.resource_type.split(':')[-1]} of this name shares {name}: give it a name and role"


def _twins(workload: Resource, stack: Stack) -> list[Resource]:
    return [
        each
        for each in stack.of_type(workload.resource_type)
        if each.resource_name == workload.resource_name and each.urn != workload.urn
    ]
