"""Managed identities: one for each part of the service that signs in somewhere, none with a password or key."""

import pulumi
from pulumi_azure_native import managedidentity

from infra.aware.placement import Placement
from infra.tenants import Tenant


def managed_identity(
    role: str,
    *,
    placement: Placement,
    options: pulumi.ResourceOptions,
    region: str | None = None,
    tenant: Tenant | None = None,
) -> managedidentity.UserAssignedIdentity:
    """An identity for `role`, in the placement's region or in `region`; it may do nothing until it is given a role."""
    return managedidentity.UserAssignedIdentity(
        placement.label(role),
        resource_name_=placement.name("id", role),
        resource_group_name=placement.resource_group_name,
        location=region or placement.region,
        tags=placement.tags(role, tenant),
        opts=options,
    )
