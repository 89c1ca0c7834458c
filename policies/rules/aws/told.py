"""What tasks of Amazon ECS are told of: the stores and roles that are there for their service, and nothing else."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from policies.containers import containers
from policies.places import LOCAL, hosts_in
from policies.principals import SECOND, principals
from policies.resources import Resource, Stack
from policies.rulebook import Findings, stack_rule
from policies.rules.aws.resource_policies import QUEUE, TABLE, TOPIC
from policies.rules.aws.s3 import ALIAS, BUCKETS, KEY
from policies.rules.aws.trust import ROLE
from policies.tables import destinations

TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
REPLICA: Final = "aws:dynamodb/tableReplica:TableReplica"

_PLACES: Final[Mapping[str, Sequence[str]]] = {
    ALIAS: ("arn", "name"),
    **dict.fromkeys(BUCKETS, ("arn", "bucket")),
    KEY: ("arn", "key_id"),
    QUEUE: ("arn", "name", "url"),
    REPLICA: ("arn",),
    ROLE: ("arn", "name"),
    TABLE: ("arn", "name"),
    TOPIC: ("arn", "name"),
}
"""What a task could be led to, with the properties by which it is known. Its secrets, its image and its log have
properties and rules of their own."""

_ARN: Final = re.compile(r"""arn:aws[a-z-]*:[^\s,;|"'{}\[\]]+""")

_ABOUT_PLACES: Final = re.compile(
    r"(?:^|_)(?:arn|bucket|function|key|log_group|queue|registry|repository|role|secret|stream|table|topic)s?"
    r"(?:_(?:arn|id|name|uri|url)s?)?$",
    re.IGNORECASE,
)
"""Names of variables that say what is at the end of it, where the value doesn't."""


@stack_rule(TASK)
def task_is_told_of_own_places_only(task: Resource, stack: Stack) -> Findings:
    """Whoever stands at the place that a service was told gets what customers sent; what isn't for it leads it astray.

    Which queues, tables and roles are for which service says principals.toml.
    """
    roles = {role.resource_name for role in stack.meant(task, "task_role_arn", [ROLE], "arn")}
    for source in stack.sources(task, "container_definitions"):
        if source.resource_type in _PLACES and not _is_for(source, roles, stack):
            yield f"{source.resource_name} is not there for the service: take it out of container_definitions"
    for container in containers(task):
        for variable in container.variables():
            name, value = str(variable.name), str(variable.get("value", ""))
            if not _leads_to_own(task, name, value, roles, stack):
                yield (
                    f"the variable {name} of {container.name} leads to what is not there for the service: name what "
                    "policies/principals.toml says is, or approve the host in policies/destinations.toml"
                )


def _leads_to_own(task: Resource, name: str, value: str, roles: AbstractSet[str], stack: Stack) -> bool:
    whole = _meant(task, value, stack)
    if whole:
        return all(_is_for(each, roles, stack) for each in whole)
    for text in _named_in(name, value):
        found = _meant(task, text, stack)
        if not found or not all(_is_for(each, roles, stack) for each in found):
            return False
    return all(host in LOCAL or host in destinations() for host in hosts_in(name, value))


def _named_in(name: str, value: str) -> Iterator[str]:
    """The texts that have to be places of the service's own."""
    found = _ARN.findall(value)
    yield from found
    if not found and value and _ABOUT_PLACES.search(name):
        yield value


def _meant(task: Resource, text: str, stack: Stack) -> list[Resource]:
    return [
        each
        for kind, identifiers in _PLACES.items()
        for each in stack.meant(task, "container_definitions", [kind], *identifiers, read=lambda: text)
    ]


def _is_for(place: Resource, roles: AbstractSet[str], stack: Stack) -> bool:
    """Whether a place is there for the service that works as one of these roles."""
    name = place.resource_name
    if stack.tenant(place) is not None:
        return False
    if place.resource_type == QUEUE:
        queue = principals().queues.get(name)
        return queue is not None and not roles.isdisjoint({*queue.sends, *queue.receives})
    of_any_region = {each.removesuffix(SECOND) for each in roles}
    if place.resource_type in (REPLICA, TABLE):
        table = principals().tables.get(name.removesuffix(SECOND))
        return table is not None and not of_any_region.isdisjoint(table.used_by)
    if place.resource_type == ROLE:
        return any(name in declared.tags for role in of_any_region if (declared := principals().aws.get(role)))
    return False
