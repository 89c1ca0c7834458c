"""Whether something of a tenant uses that tenant's own key or scope, and what tenants share the platform's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings

AWS_KEY: Final = "aws:kms/key:Key"


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
    wrong = f"{what} is not the tenant's own: name the one below the same tenant in {name}"
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


def uses_key_of_ours(
    stack: Stack, resource: Resource, name: str, read: Callable[[], str | None], what: str
) -> Findings:
    """Yields a finding unless the property `name` means its tenant's KMS key, or, where tenants share, the platform's.

    `read` gives the value that means the key, as in `uses_own`.
    """
    tenant = stack.tenant(resource)
    if tenant is not None:
        yield uses_own(stack, tenant, resource, name, read=read, targets={AWS_KEY: ("arn", "key_id")}, what=what)
        return
    sources = [source for source in stack.sources(resource, name) if source.resource_type == AWS_KEY]
    wrong = f"{what} is not one of the platform's: name a key that is no tenant's in {name}"
    if any(stack.tenant(source) is not None for source in sources):
        yield wrong
        return
    try:
        value = read()
    except UndeterminedError:
        if not sources:
            raise
        return
    shared = [key for key in stack.of_type(AWS_KEY) if stack.tenant(key) is None]
    known = [identities(key, "arn", "key_id") for key in shared]
    if any(value in names for names in known):
        return
    if value is not None and not all(known):
        raise UndeterminedError("the platform's keys are not known before the update")
    yield wrong
