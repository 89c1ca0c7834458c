"""What a resource of a stack's state hangs below."""

from collections.abc import Iterator, Mapping

from hosting.engine import Deployed
from infra.tenants import TENANT_COMPONENT


def lineage(resource: Deployed, state: Mapping[str, Deployed]) -> Iterator[Deployed]:
    """The resource and its parents, from itself to the stack."""
    current: Deployed | None = resource
    while current is not None:
        yield current
        current = state.get(current.parent)


def tenant_of(resource: Deployed, state: Mapping[str, Deployed]) -> Deployed | None:
    """The component of the tenant that the resource belongs to, None for what tenants share."""
    return next((each for each in lineage(resource, state) if each.kind == TENANT_COMPONENT), None)
