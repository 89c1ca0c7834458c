"""What the engine is told of a resource beside its properties, in both clouds and in Entra."""

from policies.resources import TENANT_TYPE, Resource, Stack
from policies.rulebook import ANY_TYPE, Findings, not_applicable, rule, stack_rule
from policies.rules.tenants import names_tenant
from policies.tables import ignored_changes


@rule(ANY_TYPE)
def resource_ignores_reviewed_changes_only(resource: Resource) -> Findings:
    """What the engine ignores, `up` never mends: drift stays, and a stricter setting in the program never holds."""
    reviewed = ignored_changes().get(resource.resource_type, {})
    for path in resource.ignored_changes:
        if path not in reviewed:
            yield f"changes of {path} are never mended: remove it from ignore_changes (policies/ignored_changes.toml)"


@stack_rule(ANY_TYPE)
def resource_takes_over_its_own_only(resource: Resource, stack: Stack) -> Findings:
    """An alias makes what one tenant has another's, or everybody's, with all that lies in it."""
    if not resource.took_over:
        not_applicable("the resource was known by no other name")
    tenant = stack.tenant(resource)
    for former in resource.took_over:
        kinds, name = former.split("::")[2:4]
        if (tenant is not None) != (TENANT_TYPE in kinds.split("$")[:-1]):
            yield "the resource takes the place of what was a tenant's, or comes to be one's: remove it from aliases"
        elif tenant is not None and not names_tenant(name, tenant):
            yield "the resource takes the place of another tenant's: remove it from aliases"
