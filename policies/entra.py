"""The tenant of Entra ID that a stack in Azure trusts."""

from policies.properties import UndeterminedError
from policies.resources import Resource, Stack


def own_tenant(resource: Resource, stack: Stack) -> str:
    """The id of the stack's own tenant: the provider's, or else the one that all vaults name.

    Raises UndeterminedError when nothing says it.
    """
    tenants = {resource.provider_property("tenant_id")} - {None} or {
        vault.properties.tenant_id for vault in stack.of_type("azure-native:keyvault:Vault")
    }
    if len(tenants) != 1:
        raise UndeterminedError("the stack's tenant of Entra ID is not known: set tenant_id on the provider")
    return str(tenants.pop())
