"""What containers are told in plain text, and what runs in them, in both clouds."""

from collections.abc import Iterator
from typing import Final

from policies.containers import containers
from policies.environment import is_in_clear, is_named_secret, secret_in
from policies.places import Places, hosts_in
from policies.principals import SECOND, principals
from policies.properties import Record
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.azure.container_apps import APP, ENVIRONMENT, JOB, containers_of
from policies.tables import destinations
from policies.variables import diversion

TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"


@rule(APP, JOB, TASK)
def workload_is_told_no_secret(workload: Resource) -> Findings:
    """Whoever may look at a workload reads what it is told in plain text, and no log tells of it."""
    for container, variable in _variables(workload):
        yield _is_named_harmlessly(container, variable)
    for part in _parts(workload):
        yield _holds_no_secret(part)


def _is_named_harmlessly(container: str, variable: Record) -> Findings:
    if variable.has("value") and is_named_secret(str(variable.name), str(variable.value)):
        yield (
            f"the variable {variable.name} of {container} holds a secret, by its name: refer to one that is kept, or, "
            "if it holds none, approve the name in policies/environment.toml"
        )


def _holds_no_secret(part: Record) -> Findings:
    for place, text in part.texts():
        secret = secret_in(text)
        if secret is not None:
            yield f"{place} holds {secret}, for everybody who may look: refer to one that is kept"


@rule(APP, JOB, TASK)
def workload_is_told_of_places_under_tls(workload: Resource) -> Findings:
    """What a workload sends to a place without TLS, or without a look at its certificate, is read on the way."""
    for container, variable in _variables(workload):
        yield _leads_under_tls(container, variable)


def _leads_under_tls(container: str, variable: Record) -> Findings:
    if is_in_clear(str(variable.get("value", ""))):
        yield (
            f"the variable {variable.name} of {container} leads past TLS: set its value to a place by https, "
            "or have TLS verified"
        )


@rule(APP, JOB)
def workload_calls_no_stand_in(workload: Resource) -> Findings:
    """By a variable that programs obey, other code is loaded, anybody is believed, or a stranger gets what is sent.

    The code of the service shows nothing of it (policies/variables.toml).
    """
    for container, variable in _variables(workload):
        yield _is_no_stand_in(container, variable)


def _is_no_stand_in(container: str, variable: Record) -> Findings:
    name = str(variable.name)
    if diversion(name, None, ()) is None:
        return
    # What isn't said in the open could be anything.
    value = None if variable.has("secret_ref") else str(variable.get("value", ""))
    consequence = diversion(name, value, ())
    if consequence is not None:
        yield f"{container} is told {name}, so that {consequence}: remove it"


@stack_rule(APP, JOB)
def workload_is_told_of_own_places_only(workload: Resource, stack: Stack) -> Findings:
    """Whoever answers at the address that a workload was told gets customers' data, and the token sent along.

    Which service calls which says principals.toml.
    """
    for container, variable in _variables(workload):
        yield _leads_to_own(workload, container, variable, stack)


def _leads_to_own(workload: Resource, container: str, variable: Record, stack: Stack) -> Findings:
    name = str(variable.name)
    hosts = hosts_in(name, str(variable.get("value", "")))
    others = {host for host in hosts if not stack.derived(Places).has(host) and host not in destinations()}
    if others and not others <= _called_by(workload, stack):
        yield (
            f"the variable {name} of {container} leads to a stranger, or to a service that isn't called from there: "
            "name what is the stack's own (policies/principals.toml), or approve the host in policies/destinations.toml"
        )


def _called_by(workload: Resource, stack: Stack) -> set[str]:
    """The hosts of the services that a workload calls, all in its own environment."""
    caller = workload.resource_name.removesuffix(SECOND)
    called = {name for name, service in principals().services.items() if caller in service.called_by}
    return {
        f"{app.one_of('container_app_name', 'name')}.{domain}".lower()
        for environment in _environments(workload, stack)
        for domain in identities(environment, "default_domain")
        for app in stack.of_type(APP)
        if app.resource_name.removesuffix(SECOND) in called and environment in _environments(app, stack)
    }


def _environments(workload: Resource, stack: Stack) -> list[Resource]:
    return stack.meant(workload, "environment_id", [ENVIRONMENT], "id")


@rule(TASK)
def task_runs_what_its_image_says(task: Resource) -> Findings:
    """What was scanned and signed is the image; a command beside it makes it something else, such as a shell."""
    for container in containers(task):
        yield (f"the container {container.name} {override}" for override in container.overrides())


def _variables(workload: Resource) -> Iterator[tuple[str, Record]]:
    """What containers are told, each a `name` and a `value`, with the container's name or place."""
    if workload.resource_type == TASK:
        yield from ((each.name, variable) for each in containers(workload) for variable in each.variables())
    else:
        for place, container in containers_of(workload):
            yield from ((place, variable) for _, variable in container.numbered("env"))


def _parts(workload: Resource) -> Iterator[Record]:
    """Where plain texts stand."""
    if workload.resource_type == TASK:
        yield from (each.record for each in containers(workload))
    else:
        yield from (workload.part("template"), workload.part("configuration"))
