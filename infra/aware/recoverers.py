"""Those who fail over, fail back and restore: what they may do, and where a restore is tried.

Aware document, 8.b (each data center can be failed over and back) and 8 (timely restoration).
"""

from typing import Final

import pulumi
from pulumi_azure_native import authorization, resources

from infra.aware.conditions import only_containers
from infra.aware.group_roles import custom_role, give_to_group
from infra.aware.placement import Placement

RECOVERS: Final = (
    "Microsoft.DBforPostgreSQL/flexibleServers/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/write",
    "Microsoft.DataProtection/backupVaults/backupInstances/restore/action",
    "Microsoft.DataProtection/backupVaults/backupInstances/validateRestore/action",
    "Microsoft.Network/privateDnsZones/join/action",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
)
"""What docs/runbooks/aware-failover.md does beside looking, which their own groups may do anyway: promote a server,
restore blobs, and put a restored server into the network. Who administers the servers is not among it; that a write
turns passwords on, which would lead there, Azure Policy refuses (`infra.aware.resource_policies`)."""

TRIES: Final = (
    "Microsoft.DBforPostgreSQL/flexibleServers/administrators/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/administrators/write",
    "Microsoft.DBforPostgreSQL/flexibleServers/delete",
    "Microsoft.DBforPostgreSQL/flexibleServers/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/write",
)
"""What is done with a restored server, in the group for drills alone."""

BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"

DRILLS_ON_BLOBS: Final = (f"{BLOBS}/delete", f"{BLOBS}/read", f"{BLOBS}/write")

DRILL: Final = "drill"
"""The tenant that is nobody's, whose data are deleted and restored."""


class Recoverers(pulumi.ComponentResource):
    """The roles of the group `recoverers`, into which privileged identity management lets people for hours.

    A restored database is put into a group of its own: there they make themselves its administrator, which they
    can't on the servers of the services. What they then read is ids, pointers, and content as ciphertext. Of the
    blobs they read and write the container of the tenant `drill`; a restore itself shows them nothing. The size of
    the second region's services is the stack file's: the release pipeline changes it. Each write to a server is an
    incident (`let-in`).
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        second: Placement | None,
        group_id: str,
        storage_id: pulumi.Input[str],
        database_identity_id: pulumi.Input[str],
        options: pulumi.ResourceOptions,
    ) -> None:
        """`group_id` is the object id of the group; `database_identity_id` the identity that opens the database's
        key, which a restored server needs as well."""
        super().__init__("hosting:aware:Recoverers", name, {}, options)
        self._placement = placement
        self._group_id = group_id
        drills = resources.ResourceGroup(
            "drills",
            resource_group_name=placement.name("rg", "drills"),
            location=placement.region,
            tags=placement.tags("drills"),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        group_ids = [
            pulumi.Output.concat("/subscriptions/", each.subscription_id, "/resourceGroups/", each.resource_group_name)
            for each in (placement, second)
            if each is not None
        ]
        recoverer = self._role(
            "recoverer",
            "Promotes a database, restores blobs and databases. Administers no server, reads no data.",
            scopes=group_ids,
            actions=RECOVERS,
        )
        for number, scope in enumerate(group_ids, start=1):
            self._give("recoverers" if number == 1 else f"recoverers-{number}", recoverer.id, scope)
        restorer = self._role(
            "drill-restorer", "Tries a restored database and deletes it", scopes=[drills.id], actions=TRIES
        )
        self._give("recoverers-drills", restorer.id, drills.id)
        blobs = self._role(
            "drill-blobs",
            "Reads, writes and deletes blobs, in the containers that a condition names",
            scopes=group_ids[:1],
            data_actions=DRILLS_ON_BLOBS,
        )
        condition = only_containers([f"tenant-{DRILL}"], actions=DRILLS_ON_BLOBS)
        self._give("recoverers-drill-blobs", blobs.id, storage_id, condition=condition)
        operator = placement.role_definition_id("Managed Identity Operator")
        self._give("recoverers-database-identity", operator, database_identity_id)
        self.drills_id: pulumi.Output[str] = drills.id
        """The resource group in which a restored database is tried."""
        # For the policy pack, which refuses a role for a group of another function.
        self.register_outputs({"eligibleGroups": {"recoverers": group_id}})

    def _role(
        self,
        name: str,
        description: str,
        *,
        scopes: list[pulumi.Output[str]],
        actions: tuple[str, ...] = (),
        data_actions: tuple[str, ...] = (),
    ) -> authorization.RoleDefinition:
        return custom_role(
            name,
            description,
            placement=self._placement,
            assignable_scopes=scopes,
            permission=authorization.PermissionArgs(
                actions=list(actions), not_actions=[], data_actions=list(data_actions), not_data_actions=[]
            ),
            parent=self,
        )

    def _give(
        self,
        name: str,
        role_definition_id: pulumi.Input[str],
        scope: pulumi.Input[str],
        *,
        condition: str | None = None,
    ) -> None:
        give_to_group(
            name,
            self._group_id,
            role_definition_id,
            scope,
            placement=self._placement,
            parent=self,
            condition=condition,
        )
