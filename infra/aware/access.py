"""The room of the people: who may do what in the stack; nobody reads customers' data as a matter of course.

Aware document, 4.a (access is limited to what a function needs), 5.a and 5.b (personnel don't access customers' data
but where they need to know).
"""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_azure_native import authorization

from infra.aware.placement import Placement
from infra.settings import AccessGroups

OPERATIONS: Final = (
    "*/read",
    "Microsoft.AlertsManagement/alerts/changestate/action",
    "Microsoft.App/containerApps/revisions/activate/action",
    "Microsoft.App/containerApps/revisions/deactivate/action",
    "Microsoft.App/containerApps/revisions/restart/action",
    "Microsoft.Cdn/profiles/afdEndpoints/purge/action",
    "Microsoft.DBforPostgreSQL/flexibleServers/restart/action",
    "Microsoft.Network/virtualNetworkGateways/reset/action",
    "Microsoft.Support/*",
)
"""What those do who keep the stack running: look, restart, go back to the revision before. `*/read` opens no key,
secret or content: those are data actions, or actions that list them (Azure documentation, "Azure permissions")."""


class Access(pulumi.ComponentResource):
    """A role for the operators without any data action, and the roles of the groups of people, each at one scope.

    Standing members have the groups platform, on-call and audit; none of their roles has a data action. The roles that
    do belong to groups which are empty: privileged identity management lets a person into one, by approval, with a
    justification, for 4 hours at most (`infra.identity`). It is the group that one is eligible for and not the role,
    because Entra takes a group's terms from a program, and Azure makes up the ids of a role's terms at each scope.

    Groups come from the stack `identity`, which exists once per Entra tenant.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        groups: AccessGroups,
        workspace_id: pulumi.Input[str],
        audit_copy_id: pulumi.Input[str],
        storage_id: pulumi.Input[str],
        search_id: pulumi.Input[str],
        vault_ids: Mapping[str, pulumi.Output[str]],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Access", name, {}, options)
        self._placement = placement
        resource_group_id = pulumi.Output.concat(
            "/subscriptions/", placement.subscription_id, "/resourceGroups/", placement.resource_group_name
        )
        operator = authorization.RoleDefinition(
            "operator",
            role_definition_id=placement.role_assignment_name("operator"),
            # Unique in the Entra tenant, which other stacks share.
            role_name=placement.name("role", "operator"),
            role_type="CustomRole",
            description="Keeps the stack running: looks, restarts, goes back. No access to data, keys or secrets.",
            scope=resource_group_id,
            assignable_scopes=[resource_group_id],
            permissions=[
                authorization.PermissionArgs(
                    actions=list(OPERATIONS), not_actions=[], data_actions=[], not_data_actions=[]
                )
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        for group, principal in (("platform", groups.platform), ("on-call", groups.on_call)):
            self._give(f"{group}-operator", principal, operator.id, resource_group_id)
        self._give_built_in("on-call-incidents", groups.on_call, "Microsoft Sentinel Responder", workspace_id)
        self._give_built_in("audit-incidents", groups.audit, "Microsoft Sentinel Reader", workspace_id)

        self._give_built_in("data-readers-storage", groups.data_readers, "Storage Blob Data Reader", storage_id)
        self._give_built_in("data-readers-search", groups.data_readers, "Search Index Data Reader", search_id)
        self._give_built_in("audit-readers-copy", groups.audit_readers, "Storage Blob Data Reader", audit_copy_id)
        for vault, vault_id in vault_ids.items():
            self._give_built_in(f"key-operators-{vault}", groups.key_operators, "Key Vault Crypto Officer", vault_id)
        self.register_outputs({})

    def _give_built_in(self, name: str, principal_id: str, role: str, scope: pulumi.Input[str]) -> None:
        self._give(name, principal_id, self._placement.role_definition_id(role), scope)

    def _give(
        self, name: str, principal_id: str, role_definition_id: pulumi.Input[str], scope: pulumi.Input[str]
    ) -> None:
        authorization.RoleAssignment(
            name,
            role_assignment_name=self._placement.role_assignment_name(name),
            scope=scope,
            principal_id=principal_id,
            principal_type=authorization.PrincipalType.GROUP,
            role_definition_id=role_definition_id,
            description=f"{name}: a group of people, whose members the stack identity governs",
            opts=pulumi.ResourceOptions(parent=self),
        )
