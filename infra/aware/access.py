"""The room of the people: who may do what in the stack; nobody reads customers' data as a matter of course.

Aware document, 4.a (access is limited to what a function needs), 5.a and 5.b (personnel don't access customers' data
but where they need to know).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_azure_native import authorization

from infra.aware.audit import AUDIT_TABLES
from infra.aware.conditions import only_containers
from infra.aware.group_roles import custom_role, give_to_group
from infra.aware.placement import Placement
from infra.settings import AccessGroups, Case

OPERATIONS: Final = (
    "*/read",
    "Microsoft.AlertsManagement/alerts/changestate/action",
    "Microsoft.App/containerApps/revisions/activate/action",
    "Microsoft.App/containerApps/revisions/deactivate/action",
    "Microsoft.App/containerApps/revisions/restart/action",
    "Microsoft.Cdn/profiles/afdEndpoints/purge/action",
    "Microsoft.DBforPostgreSQL/flexibleServers/restart/action",
    "Microsoft.Network/virtualNetworkGateways/generatevpnclientpackage/action",
    "Microsoft.Network/virtualNetworkGateways/generatevpnprofile/action",
    "Microsoft.Network/virtualNetworkGateways/reset/action",
    "Microsoft.Support/*",
)
"""What those do who keep the stack running: look, restart, go back to the revision before, and hand out the profile of
the VPN, which holds no secret, since Entra signs people in. `*/read` opens no key, secret or blob: those are data
actions, or actions that list them (Azure documentation, "Azure permissions")."""

NO_CONTENT: Final = (
    "Microsoft.ContainerRegistry/registries/pull/read",
    "Microsoft.ContainerRegistry/registries/quarantine/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/logFiles/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/queryTexts/read",
    "Microsoft.Insights/logs/*",
    "Microsoft.OperationalInsights/workspaces/analytics/query/action",
    "Microsoft.OperationalInsights/workspaces/query/*",
    "Microsoft.OperationalInsights/workspaces/search/*",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/*",
    "Microsoft.OperationalInsights/workspaces/tables/query/read",
)
"""What `*/read` would open all the same: logs are read by a control action, and what services print, what is asked of
Search and the database's statements hold customers' words (Azure documentation, "Manage access to Log Analytics
workspaces"). So are images, what statements the database was asked, links by which its log files are fetched, and a
workspace's keys (Azure documentation, "Azure permissions" for Containers, Databases and Monitor)."""

KEEPS_KEYS: Final = (
    "Microsoft.KeyVault/vaults/keyrotationpolicies/read",
    "Microsoft.KeyVault/vaults/keyrotationpolicies/write",
    "Microsoft.KeyVault/vaults/keys/create/action",
    "Microsoft.KeyVault/vaults/keys/delete",
    "Microsoft.KeyVault/vaults/keys/read",
    "Microsoft.KeyVault/vaults/keys/recover/action",
    "Microsoft.KeyVault/vaults/keys/rotate/action",
    "Microsoft.KeyVault/vaults/keys/update/action",
)
"""What becomes of a key. Azure's own role for it (Key Vault Crypto Officer) may also use every key, take a copy out,
and end a deleted one for good."""

READABLE_TABLES: Final = (*AUDIT_TABLES, "AzureMetrics")
"""The logs in which no customer's words are: who did what, and how the machinery fares."""

READS_INCIDENTS: Final = (
    "Microsoft.OperationalInsights/workspaces/query/read",
    "Microsoft.OperationalInsights/workspaces/read",
    "Microsoft.SecurityInsights/*/read",
    *(f"Microsoft.OperationalInsights/workspaces/query/{table}/read" for table in READABLE_TABLES),
)
"""Incidents, and the logs by which to understand them. Azure's own roles for Sentinel read every table of the workspace
(Azure documentation, "Azure built-in roles", "Manage table-level read access in a Log Analytics workspace")."""

ANSWERS_INCIDENTS: Final = (
    "Microsoft.SecurityInsights/incidents/comments/write",
    "Microsoft.SecurityInsights/incidents/tasks/write",
    "Microsoft.SecurityInsights/incidents/write",
)
"""To take an incident up, note what was found, and close it. Nobody deletes one, nor what was noted, nor shares it with
a team of its own (Azure documentation, "Azure permissions for Security")."""


class Access(pulumi.ComponentResource):
    """Roles that look at no content and use no key, and the roles of the groups of people, each at one scope.

    Standing members have the groups platform, on-call and audit; none of their roles has a data action. The roles that
    do belong to groups which are empty: privileged identity management lets a person into one, by approval, with a
    justification, for 4 hours at most (`infra.identity`). It is the group that one is eligible for and not the role,
    because Entra takes a group's terms from a program, and Azure makes up the ids of a role's terms at each scope.

    Whoever is let in to data reads the containers and indexes of the tenants that have an open case in the stack file,
    and nobody else's; without a case, nothing.

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
        content_id: pulumi.Input[str],
        storage_id: pulumi.Input[str],
        index_ids: Mapping[str, pulumi.Input[str]],
        cases: Sequence[Case],
        vault_ids: Mapping[str, pulumi.Output[str]],
        second_group_name: pulumi.Input[str] | None,
        options: pulumi.ResourceOptions,
    ) -> None:
        """`index_ids` are the scopes of roles on the tenants' indexes. `second_group_name` is the resource group of the
        second region, whose vault is among `vault_ids`.
        """
        super().__init__("hosting:aware:Access", name, {}, options)
        self._placement = placement
        group_names = [placement.resource_group_name, *([] if second_group_name is None else [second_group_name])]
        resource_group_id, *other_group_ids = [
            pulumi.Output.concat("/subscriptions/", placement.subscription_id, "/resourceGroups/", group_name)
            for group_name in group_names
        ]
        operator = self._role(
            "operator",
            "Keeps the stack running: looks, restarts, goes back. No access to data, logs, keys or secrets.",
            assignable_scopes=[resource_group_id, *other_group_ids],
            permission=authorization.PermissionArgs(
                actions=list(OPERATIONS), not_actions=list(NO_CONTENT), data_actions=[], not_data_actions=[]
            ),
        )
        key_keeper = self._role(
            "key-keeper",
            "Makes, rotates, disables and recovers keys. Uses none, takes none out, ends none for good.",
            assignable_scopes=[resource_group_id, *other_group_ids],
            permission=authorization.PermissionArgs(
                actions=[], not_actions=[], data_actions=list(KEEPS_KEYS), not_data_actions=[]
            ),
        )
        incident_roles = [
            self._role(
                name,
                description,
                assignable_scopes=[resource_group_id],
                permission=authorization.PermissionArgs(
                    actions=list(actions), not_actions=[], data_actions=[], not_data_actions=[]
                ),
            )
            for name, description, actions in (
                ("incident-responder", "Takes up incidents", (*READS_INCIDENTS, *ANSWERS_INCIDENTS)),
                ("incident-reader", "Reads incidents", READS_INCIDENTS),
            )
        ]
        for group, principal in (("platform", groups.platform), ("on-call", groups.on_call)):
            for number, scope in enumerate([resource_group_id, *other_group_ids], start=1):
                name = f"{group}-operator" if number == 1 else f"{group}-operator-{number}"
                self._give(name, principal, operator.id, scope)
        responder, reader = incident_roles
        self._give("on-call-incidents", groups.on_call, responder.id, workspace_id)
        self._give("audit-incidents", groups.audit, reader.id, workspace_id)

        self._give_built_in("data-readers-logs", groups.data_readers, "Log Analytics Reader", content_id)
        self._give_built_in(
            "data-readers-storage",
            groups.data_readers,
            "Storage Blob Data Reader",
            storage_id,
            condition=only_containers([f"tenant-{case.tenant}" for case in cases]),
        )
        for case in cases:
            self._give_built_in(
                f"data-readers-search-{case.tenant}",
                groups.data_readers,
                "Search Index Data Reader",
                index_ids[case.tenant],
            )
        self._give_built_in("audit-readers-copy", groups.audit_readers, "Storage Blob Data Reader", audit_copy_id)
        for vault, vault_id in vault_ids.items():
            self._give(f"key-operators-{vault}", groups.key_operators, key_keeper.id, vault_id)
        self.register_outputs(
            {
                # For the policy pack, which refuses a role for a group of another function.
                "standingGroups": {
                    "platform": groups.platform,
                    "on-call": groups.on_call,
                    "audit": groups.audit,
                },
                "eligibleGroups": {
                    "data-readers": groups.data_readers,
                    "key-operators": groups.key_operators,
                    "audit-readers": groups.audit_readers,
                },
            }
        )

    def _role(
        self,
        name: str,
        description: str,
        *,
        assignable_scopes: Sequence[pulumi.Output[str]],
        permission: authorization.PermissionArgs,
    ) -> authorization.RoleDefinition:
        return custom_role(
            name,
            description,
            placement=self._placement,
            assignable_scopes=assignable_scopes,
            permission=permission,
            parent=self,
        )

    def _give_built_in(
        self, name: str, principal_id: str, role: str, scope: pulumi.Input[str], *, condition: str | None = None
    ) -> None:
        self._give(name, principal_id, self._placement.role_definition_id(role), scope, condition=condition)

    def _give(
        self,
        name: str,
        principal_id: str,
        role_definition_id: pulumi.Input[str],
        scope: pulumi.Input[str],
        *,
        condition: str | None = None,
    ) -> None:
        give_to_group(
            name,
            principal_id,
            role_definition_id,
            scope,
            placement=self._placement,
            parent=self,
            condition=condition,
        )
