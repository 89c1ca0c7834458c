"""Which key of the stack something that tenants share is under."""

from collections.abc import Callable

from policies.resources import Resource, Stack

KEY = "aws:kms/key:Key"


def is_under_shared_key(
    resource: Resource, name: str, stack: Stack, *, read: Callable[[], str | None] | None = None
) -> bool:
    """Whether the property `name`, or what `read` finds in it, means a key of this stack and region, no tenant's.

    What tenants share must outlive each of them: under a tenant's key it would end with the tenant.
    """
    return any(stack.tenant(key) is None for key in stack.meant(resource, name, [KEY], "arn", "key_id", read=read))
