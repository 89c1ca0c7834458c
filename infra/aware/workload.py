"""The identity under which the services work for one tenant, and reach no other tenant's data.

Aware document, 9.a (logical separation) and 9.b (in each step data are told apart by the customer's identifier).
"""

from typing import Final

import pulumi
from pulumi_azure_native import authorization, managedidentity

from infra.aware.managed_identity import managed_identity
from infra.aware.placement import Placement
from infra.aware.tokens import issuer
from infra.aware.vault import WrappingKey, let_wrap
from infra.tenants import Tenant, TenantResources

AUDIENCE: Final = "api://AzureADTokenExchange"
"""The audience that Entra takes in a token to be exchanged (Entra documentation, "Workload identity federation")."""


def workload_identity(
    tenant: TenantResources,
    *,
    container_id: pulumi.Input[str],
    index_id: pulumi.Input[str],
    key: WrappingKey,
    placement: Placement,
    portal_domain: str,
) -> None:
    """An identity that may read and write the tenant's container and index, and use the tenant's key, no more.

    No service has a role on a tenant's container, index or key. For each piece of work it shows the platform's token
    service whose work it is, gets a token that names the tenant, and exchanges it with Entra for one of this identity.
    Only the token service can sign such a token (`infra.aware.tokens`).
    """
    name = f"tenant-{tenant.tenant.id}"
    identity = managed_identity(name, placement=placement, options=tenant.child(), tenant=tenant.tenant)
    managedidentity.FederatedIdentityCredential(
        name,
        federated_identity_credential_resource_name="token-service",
        resource_name_=identity.name,
        resource_group_name=placement.resource_group_name,
        issuer=issuer(portal_domain),
        subject=subject(tenant.tenant),
        audiences=[AUDIENCE],
        opts=tenant.child(),
    )
    authorization.RoleAssignment(
        f"{name}-container",
        role_assignment_name=placement.role_assignment_name(f"{name}-container"),
        scope=container_id,
        principal_id=identity.principal_id,
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=placement.role_definition_id("Storage Blob Data Contributor"),
        description=f"{name}: reads and writes its own container",
        opts=tenant.child(),
    )
    if not tenant.tenant.is_served:
        return
    authorization.RoleAssignment(
        f"{name}-index",
        role_assignment_name=placement.role_assignment_name(f"{name}-index"),
        scope=index_id,
        principal_id=identity.principal_id,
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=placement.role_definition_id("Search Index Data Contributor"),
        description=f"{name}: writes into its own index and finds in it",
        opts=tenant.right(),
    )
    # For what the tenants share (database, ingestion): their content lies there wrapped with this key only.
    let_wrap(f"{name}-key", key, identity.principal_id, placement=placement, options=tenant.right())


def subject(tenant: Tenant) -> str:
    """Whom a token must name. A tenant that is cut off is awaited under a name that the token service never gives.

    What Entra has given before then lives on until it ends, a day at most (Entra documentation, "Managed identities").
    So the roles on index and key go with being active: they end within minutes. The role on the container stays, for
    Azure Backup's lock on the account also holds the roles below it; the scope that is off shuts the container.
    """
    return f"tenant/{tenant.id}" if tenant.is_served else f"cut-off/{tenant.id}"
