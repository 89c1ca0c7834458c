"""A tenant and its life: active, then suspended, terminated and deleted.

- `active`: the tenant's services run.
- `suspended`: cut off, and can come back; its data stay.
- `terminated`: cut off for good and waiting for the deletion policy's term; its data stay.
- `deleted`: cut off and let go. Its resources still exist but are no longer protected; once the row is removed, the
  next `up` removes them. Only a tenant whose last deployed state is `deleted` may lose its row (`hosting.gates`).

To cut off is to take away the use of the tenant's key: in AWS the key is disabled, in Azure its encryption scope, and
the workload's rights with it.
A new tenant starts `active`, for Azure makes a scope enabled, and a container only while its scope is. The program
can't know whether a tenant is new: `hosting.gates` refuses one that starts otherwise.
"""

from typing import Final, Literal

import pulumi
from pydantic import BaseModel, ConfigDict

from infra.fields import TenantId

TenantState = Literal["active", "suspended", "terminated", "deleted"]

TENANT_COMPONENT: Final = "hosting:infra:Tenant"
"""The type of the component under which everything of one tenant hangs; the deletion gate reads its outputs."""


class Tenant(BaseModel):
    """A row of `hosting:tenants` in a stack file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: TenantId
    """Part of every name, tag and alias of the tenant. No hyphen: `a-b` and `a` would share a name's beginning."""
    state: TenantState = "active"

    @property
    def is_served(self) -> bool:
        """Whether the tenant's data can be read and written: its key or its encryption scope is enabled."""
        return self.state == "active"

    @property
    def is_protected(self) -> bool:
        """Whether the engine refuses to delete the tenant's resources."""
        return self.state != "deleted"


class TenantResources(pulumi.ComponentResource):
    """Everything of one tenant: each room hangs the tenant's share below it.

    Its outputs `tenant` and `state` are the record of what was deployed last, which the deletion gate reads.
    """

    def __init__(self, tenant: Tenant, options: pulumi.ResourceOptions) -> None:
        super().__init__(TENANT_COMPONENT, tenant.id, {}, options)
        self.tenant = tenant
        self.register_outputs({"tenant": tenant.id, "state": tenant.state})

    def child(self, parent: pulumi.Resource | None = None) -> pulumi.ResourceOptions:
        """Options for a resource of this tenant: below it (or below `parent`), protected until it is deleted."""
        return pulumi.ResourceOptions(parent=parent or self, protect=self.tenant.is_protected)

    def right(self) -> pulumi.ResourceOptions:
        """Options for a right that only an active tenant has: below it, and not protected, for it goes when the tenant
        is cut off. Who takes it away by mistake loses nothing that can't be given back."""
        return pulumi.ResourceOptions(parent=self)
