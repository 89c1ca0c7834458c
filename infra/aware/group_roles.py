"""Roles for groups of people, who become members and leave as the stack `identity` says."""

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import authorization

from infra.aware.placement import Placement


def custom_role(
    name: str,
    description: str,
    *,
    placement: Placement,
    assignable_scopes: Sequence[pulumi.Output[str]],
    permission: authorization.PermissionArgs,
    parent: pulumi.Resource,
) -> authorization.RoleDefinition:
    """A role of the stack's own, defined in the first of `assignable_scopes`."""
    return authorization.RoleDefinition(
        name,
        role_definition_id=placement.role_assignment_name(name),
        # Unique in the Entra tenant, which other stacks share.
        role_name=placement.name("role", name),
        role_type="CustomRole",
        description=description,
        scope=assignable_scopes[0],
        assignable_scopes=list(assignable_scopes),
        permissions=[permission],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def give_to_group(
    name: str,
    group_id: pulumi.Input[str],
    role_definition_id: pulumi.Input[str],
    scope: pulumi.Input[str],
    *,
    placement: Placement,
    parent: pulumi.Resource,
    condition: str | None = None,
) -> None:
    """Gives a group a role at a scope, narrowed by an attribute-based `condition` (version 2.0) if there is one."""
    authorization.RoleAssignment(
        name,
        role_assignment_name=placement.role_assignment_name(name),
        scope=scope,
        principal_id=group_id,
        principal_type=authorization.PrincipalType.GROUP,
        role_definition_id=role_definition_id,
        description=f"{name}: a group of people, whose members the stack identity governs",
        condition=condition,
        condition_version=None if condition is None else "2.0",
        opts=pulumi.ResourceOptions(parent=parent),
    )
