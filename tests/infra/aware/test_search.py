from typing import Any

import pytest

from infra.aware.search import INDEXES
from infra.settings import MAXIMUM_TENANTS


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("sku", {"name": "standard2"}),
        ("replicaCount", 3),
        ("partitionCount", 1),
        ("hostingMode", "Default"),
        ("disableLocalAuth", True),
        ("publicNetworkAccess", "Disabled"),
        ("networkRuleSet", {"bypass": "None", "ipRules": []}),
        ("dataExfiltrationProtections", ["BlockAll"]),
        ("encryptionWithCmk", {"enforcement": "Enabled"}),
        ("semanticSearch", "disabled"),
        ("identity", {"type": "SystemAssigned"}),
    ],
)
def test_search_service(stack: Any, setting: str, value: Any):
    assert stack.inputs("search:Service", "search")[setting] == value


def test_a_cell_holds_no_more_tenants_than_the_service_holds_indexes():
    assert MAXIMUM_TENANTS["aware"] <= INDEXES


@pytest.mark.parametrize("tenant", ["acme", "globex", "initech"])
def test_an_index_can_be_under_its_tenants_key(stack: Any, tenant: str):
    role = stack.named("authorization:RoleAssignment")[f"search-tenant-{tenant}"]
    assert role["inputs"]["scope"] == f"azure-native:keyvault:Key/tenant-{tenant}"
    assert role["inputs"]["principalId"] == "principal of srch-hostco-useast"
    assert role["inputs"]["roleDefinitionId"].endswith("/e147488a-f6f5-4113-8e2d-b22465e65bf6")
    assert role["protect"]


def test_search_reads_the_keys_over_a_private_link(stack: Any):
    link = stack.inputs("search:SharedPrivateLinkResource", "search-to-keys")
    assert link["searchServiceName"] == "srch-hostco-useast"
    assert link["properties"]["privateLinkResourceId"] == "azure-native:keyvault:Vault/tenants"
    assert link["properties"]["groupId"] == "vault"


def test_it_is_reached_privately_logged_and_protected(stack: Any):
    [connection] = stack.inputs("network:PrivateEndpoint", "search")["privateLinkServiceConnections"]
    assert connection["privateLinkServiceId"] == "azure-native:search:Service/search"
    assert connection["groupIds"] == ["searchService"]
    setting = stack.inputs("monitor:DiagnosticSetting", "search-content")
    assert setting["resourceUri"] == "azure-native:search:Service/search"
    [logs] = setting["logs"]
    assert (logs["categoryGroup"], logs["enabled"]) == ("allLogs", True), "queries are among all logs"
    assert stack.named("search:Service")["search"]["protect"]
