"""Whether something of a tenant uses that tenant's own key or scope, and not just any."""

from collections.abc import Callable, Mapping, Sequence

from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings


def uses_own(
    stack: Stack,
    tenant: str,
    resource: Resource,
    name: str,
    *,
    read: Callable[[], str | None],
    targets: Mapping[str, Sequence[str]],
    what: str,
) -> Findings:
    """Yields a finding unless the property `name` of `resource` means the tenant's own target.

    `targets` says by which properties each type of target is known, `read` gives the value that means the target. Where
    the value isn't known yet, what the property was computed from decides: it must be the tenant's own alone.
    """
    wrong = f"{what} is not the tenant's own: use the one below the same tenant"
    sources = [source for source in stack.sources(resource, name) if source.resource_type in targets]
    if any(stack.tenant(source) != tenant for source in sources):
        yield wrong
        return
    try:
        value = read()
    except UndeterminedError:
        if not sources:
            raise
        return
    own = stack.of_tenant(tenant, *targets)
    known = {target.urn: identities(target, *targets[target.resource_type]) for target in own}
    if any(value in names for names in known.values()):
        return
    if value is not None and not all(known.values()):
        raise UndeterminedError(f"the tenant's own {what.rsplit(maxsplit=1)[-1]} is not known before the update")
    yield wrong
