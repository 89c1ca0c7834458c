"""What each service may do with what tenants share. On a tenant's container, index and key no service has a role.

Aware document, 5.b (need to know) and 9.a (logical separation). A tenant's container, index and key are reached as the
tenant's workload identity only (`infra.aware.workload`); the database has roles of its own, which the schema's
migration gives.
"""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_azure_native import authorization

from infra.aware.data import Data
from infra.aware.placement import Placement

SENDERS: Final = ("signal",)
"""The services that put messages into the ingestion."""

INDEX_KEEPERS: Final = ("data-management",)
"""The services that make a tenant's index, under the tenant's key, and delete it."""

KEEPS_INDEXES: Final = (
    "Microsoft.Search/searchServices/indexes/read",
    "Microsoft.Search/searchServices/indexes/write",
    "Microsoft.Search/searchServices/indexes/delete",
)
"""Azure's own role for it (Search Service Contributor) could also open the service to the internet."""


class ServiceRoles(pulumi.ComponentResource):
    """The roles of the services' identities, each on one object: the event hub, a consumer group, the search
    service."""

    def __init__(self, name: str, *, placement: Placement, data: Data, options: pulumi.ResourceOptions) -> None:
        super().__init__("hosting:aware:ServiceRoles", name, {}, options)
        self._data = data
        # No narrower scope can define a role (Azure documentation, "Azure custom roles"); it is given on one service.
        group_id = pulumi.Output.concat(
            f"/subscriptions/{placement.subscription_id}/resourceGroups/", placement.resource_group_name
        )
        self._index_keeper = authorization.RoleDefinition(
            "index-keeper",
            role_definition_id=placement.role_assignment_name("index-keeper"),
            role_name=placement.name("role", "index-keeper"),
            role_type="CustomRole",
            description="Makes and deletes the tenants' search indexes, without a look at what is in them",
            scope=group_id,
            assignable_scopes=[group_id],
            permissions=[
                authorization.PermissionArgs(
                    actions=list(KEEPS_INDEXES), not_actions=[], data_actions=[], not_data_actions=[]
                )
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})

    def give(self, identities: Mapping[str, pulumi.Input[str]], *, placement: Placement) -> None:
        """Gives the services of one region (service -> its identity's principal) what they need, and no more."""
        for service, principal_id in identities.items():
            roles: list[tuple[str, pulumi.Input[str], pulumi.Input[str]]] = []
            if service in SENDERS:
                sender = placement.role_definition_id("Azure Event Hubs Data Sender")
                roles.append(("sends", self._data.ingestion.event_hub_id, sender))
            if service in self._data.ingestion.consumer_group_ids:
                receiver = placement.role_definition_id("Azure Event Hubs Data Receiver")
                roles.append(("receives", self._data.ingestion.consumer_group_ids[service], receiver))
            if service in INDEX_KEEPERS:
                roles.append(("keeps-indexes", self._data.search.service_id, self._index_keeper.id))
            for does, scope, role_definition_id in roles:
                authorization.RoleAssignment(
                    placement.label(f"{service}-{does}"),
                    role_assignment_name=placement.role_assignment_name(f"{service}-{does}"),
                    scope=scope,
                    principal_id=principal_id,
                    principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
                    role_definition_id=role_definition_id,
                    description=f"{service} {does.replace('-', ' ')}",
                    opts=pulumi.ResourceOptions(parent=self),
                )
