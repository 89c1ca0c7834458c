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
def test_the_identity_reaches_its_container_and_its_key_and_no_more(stack: Any, tenant: str):
    principal = f"principal of id-tenant-{tenant}-hostco-useast"
    roles = {
        r["inputs"]["scope"]: r["inputs"]["roleDefinitionId"].rpartition("/")[2]
        for r in stack.named("authorization:RoleAssignment").values()
        if r["inputs"]["principalId"] == principal
    }
    assert roles == {
        f"azure-native:storage:BlobContainer/tenant-{tenant}": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        f"azure-native:keyvault:Key/tenant-{tenant}": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    }


def test_nobody_else_has_a_standing_role_on_a_container(stack: Any):
    on_containers = [
        r["name"]
        for r in stack.named("authorization:RoleAssignment").values()
        if "BlobContainer" in r["inputs"]["scope"]
    ]
    assert sorted(on_containers) == [f"tenant-{tenant}-container" for tenant in TENANTS]


@pytest.mark.parametrize("state", ["suspended", "terminated", "deleted"])
def test_tokens_of_a_tenant_that_is_cut_off_open_nothing(declare: Callable[..., Any], state: str):
    stack = declare(tenants=[{"id": "acme", "state": state}], secondRegion={})
    subject = stack.inputs("managedidentity:FederatedIdentityCredential", "tenant-acme")["subject"]
    assert subject == "cut-off/acme", "no token of the service names such a subject"
