from collections.abc import Callable
from typing import Any

import pytest

TENANTS = ("acme", "globex", "initech")


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_tenant_has_an_identity_that_only_its_own_tokens_open(stack: Any, tenant: str):
    identity = stack.inputs("managedidentity:UserAssignedIdentity", f"tenant-{tenant}")
    assert identity["resourceName"] == f"id-tenant-{tenant}-hostco-useast"
    credential = stack.inputs("managedidentity:FederatedIdentityCredential", f"tenant-{tenant}")
    assert credential == {
        "audiences": ["api://AzureADTokenExchange"],
        "federatedIdentityCredentialResourceName": "token-service",
        "issuer": "https://portal.aware.example.com/tokens",
        "resourceGroupName": "rg-hostco-useast",
        "resourceName": f"id-tenant-{tenant}-hostco-useast",
        "subject": f"tenant/{tenant}",
    }


@pytest.mark.parametrize("tenant", TENANTS)
def test_the_identity_reaches_its_container_index_and_key_and_no_more(stack: Any, tenant: str):
    principal = f"principal of id-tenant-{tenant}-hostco-useast"
    roles = {
        r["inputs"]["scope"]: r["inputs"]["roleDefinitionId"].rpartition("/")[2]
        for r in stack.named("authorization:RoleAssignment").values()
        if r["inputs"]["principalId"] == principal
    }
    assert roles == {
        f"azure-native:storage:BlobContainer/tenant-{tenant}": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        f"azure-native:search:Service/search/indexes/tenant-{tenant}": "8ebe5a00-799e-43f5-93ac-243d3dce84a7",
        f"azure-native:keyvault:Key/tenant-{tenant}": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    }


@pytest.mark.parametrize(("where", "right"), [("BlobContainer", "container"), ("/indexes/", "index")])
def test_nobody_else_has_a_standing_role_on_a_container_or_an_index(stack: Any, where: str, right: str):
    found = [r["name"] for r in stack.named("authorization:RoleAssignment").values() if where in r["inputs"]["scope"]]
    assert sorted(found) == [f"tenant-{tenant}-{right}" for tenant in TENANTS]


def test_no_service_reaches_every_index(stack: Any):
    on_the_service = {
        r["name"]: r["inputs"]["roleDefinitionId"]
        for r in stack.named("authorization:RoleAssignment").values()
        if r["inputs"]["scope"] == "azure-native:search:Service/search"
        and r["inputs"]["principalType"] == "ServicePrincipal"
    }
    keeper = "azure-native:authorization:RoleDefinition/index-keeper"
    assert on_the_service == {"data-management-keeps-indexes": keeper, "data-management-keeps-indexes-2": keeper}


@pytest.mark.parametrize("state", ["suspended", "terminated", "deleted"])
def test_tokens_of_a_tenant_that_is_cut_off_open_nothing(declare: Callable[..., Any], state: str):
    stack = declare(tenants=[{"id": "acme", "state": state}], secondRegion={})
    left = {name for name in stack.named("authorization:RoleAssignment") if name.startswith("tenant-acme-")}
    assert left == {"tenant-acme-container"}, "the container is shut by its scope"
    subject = stack.inputs("managedidentity:FederatedIdentityCredential", "tenant-acme")["subject"]
    assert subject == "cut-off/acme", "no token of the service names such a subject"
