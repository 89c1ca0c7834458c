"""What every proof takes for granted of a stack."""

from policies.resources import SERVICE_TYPES, STACK_TYPE, Resource, Stack
from policies.rulebook import Findings, not_applicable, stack_rule


@stack_rule(STACK_TYPE)
def stack_hosts_one_service(_root: Resource, stack: Stack) -> Findings:
    """Jurisdiction, edge and tenants are those of a service: resources that belong to none would be held to nothing."""
    services = stack.of_type(*SERVICE_TYPES)
    if not services and not any(each.is_of_cloud for each in stack.resources):
        not_applicable("the stack hosts nothing in a cloud")
    if len(services) != 1:
        yield (
            f"the stack holds resources in a cloud and {len(services)} services: declare exactly one of Aware, "
            "CloudIntegrated and Identity in it"
        )
