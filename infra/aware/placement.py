"""Where a stack's Azure resources are placed, and what they are called."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self
from uuid import NAMESPACE_URL, uuid5

import pulumi

from infra.settings import SecondRegion, Settings
from infra.tenants import Tenant

ROLE_DEFINITIONS: Final[Mapping[str, str]] = {
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "Azure Event Hubs Data Receiver": "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
    "Azure Event Hubs Data Sender": "2b629674-e913-4c01-ae53-ef4638d8f975",
    "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "Log Analytics Reader": "73c42c96-874c-492b-b04d-ab87d138a893",
    "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
    "Search Index Data Contributor": "8ebe5a00-799e-43f5-93ac-243d3dce84a7",
    "Search Index Data Reader": "1407120a-92aa-4202-b7e9-c0e197c71c8f",
    "Storage Account Backup Contributor": "e5e2a7ff-d759-4cd2-bb51-3152d37e2eb1",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
}
"""Ids of Azure's built-in roles, the same in every subscription (Azure documentation, "Azure built-in roles")."""


@dataclass(frozen=True)
class Placement:
    """The subscription, resource group, region and zones of a stack, with its rule for names and tags.

    Names begin with Azure's abbreviation of the resource type (Cloud Adoption Framework, "Abbreviation
    recommendations") and end with the stack's own part, so that the same stack file always gives the same names.
    """

    subscription_id: str
    entra_tenant_id: str
    resource_group_name: pulumi.Input[str]
    region: str
    zones: tuple[str, ...]
    name_prefix: str
    stack: str
    common_tags: Mapping[str, str]
    mark: str = ""
    """What tells the names of the second region from those of the first: nothing there, `2` here."""

    @classmethod
    def of(cls, settings: Settings, *, resource_group_name: pulumi.Input[str]) -> Self:
        """The placement that the settings of an Aware stack ask for. Raises ValueError for another service's."""
        if settings.aware is None:
            raise ValueError(f"stack {settings.stack} hosts {settings.service}, not aware")
        return cls(
            subscription_id=settings.aware.allowed_subscription_ids[0],
            entra_tenant_id=settings.aware.entra_tenant_id,
            resource_group_name=resource_group_name,
            region=settings.region,
            zones=settings.zones,
            name_prefix=settings.name_prefix,
            stack=settings.stack,
            common_tags=common_tags(settings),
        )

    def at(self, second: SecondRegion, *, resource_group_name: pulumi.Input[str]) -> Self:
        """The same stack's placement in its second region.

        The resource group is another one: while the region of a resource group is down, nothing in the group can be
        changed (Azure documentation, "What is Azure Resource Manager?").
        """
        return replace(
            self, resource_group_name=resource_group_name, region=second.region, zones=second.zones, mark="2"
        )

    def label(self, name: str) -> str:
        """The logical name of a resource that a room makes in both regions: `apps`, and `apps-2` in the second."""
        return "-".join(part for part in (name, self.mark) if part)

    def name(self, abbreviation: str, role: str | None = None) -> str:
        """The name of a resource: `vnet-hostco-useast`, or with a role `nsg-apps-hostco-useast`.

        In the second region it is `vnet-2-hostco-useast`. A prefix begins with a letter and a stack may be called
        `useast-2`, so that there the mark is in nobody's way.
        """
        return "-".join(part for part in (abbreviation, role, self.mark, self.name_prefix, self.stack) if part)

    def compact_name(self, abbreviation: str) -> str:
        """The name of a resource whose type takes letters and digits only: `sthostcouseast`."""
        return self.name(abbreviation).replace("-", "")

    def tags(self, name: str, tenant: Tenant | None = None) -> dict[str, str]:
        """The tags of the resource with the logical `name`, which belongs to `tenant` if one is given."""
        return {"Name": self.label(name), **self.common_tags, **({"tenant": tenant.id} if tenant else {})}

    def role_assignment_name(self, name: str) -> str:
        """A role assignment's name has to be a UUID: always the same one for the logical `name` in this stack."""
        own = "/".join((self.subscription_id, self.name_prefix, self.stack, self.label(name)))
        return str(uuid5(NAMESPACE_URL, own))

    def identity_id(self, role: str) -> str:
        """The id of the managed identity for `role`, as it is going to be."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.name('rg')}"
            f"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{self.name('id', role)}"
        )

    def role_definition_id(self, role: str) -> str:
        """The id of the built-in `role` in this subscription. Raises KeyError for a role that isn't listed."""
        return (
            f"/subscriptions/{self.subscription_id}/providers/Microsoft.Authorization"
            f"/roleDefinitions/{ROLE_DEFINITIONS[role]}"
        )


def common_tags(settings: Settings) -> dict[str, str]:
    """The tags that every resource of the stack carries."""
    return {
        "stack": settings.stack,
        "service": settings.service,
        "jurisdiction": settings.jurisdiction,
        "managed-by": "pulumi",
    }
