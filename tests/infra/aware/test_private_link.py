from typing import Any

import pytest


@pytest.mark.parametrize(
    ("name", "target", "group"),
    [
        ("vault-platform", "azure-native:keyvault:Vault/platform", "vault"),
        ("vault-tenants", "azure-native:keyvault:Vault/tenants", "vault"),
        ("blobs", "azure-native:storage:StorageAccount/main", "blob"),
        ("registry", "azure-native:containerregistry:Registry/images", "registry"),
    ],
)
def test_private_endpoint_stands_in_its_subnet_and_is_found_by_name(stack: Any, name: str, target: str, group: str):
    endpoint = stack.inputs("network:PrivateEndpoint", name)
    assert endpoint["subnet"]["id"] == "azure-native:network:Subnet/private-endpoints"
    assert endpoint["subnet"]["privateEndpointNetworkPolicies"] == "Enabled"
    assert endpoint["privateLinkServiceConnections"] == [
        {"name": name, "privateLinkServiceId": target, "groupIds": [group]}
    ]
    zones = stack.inputs("network:PrivateDnsZoneGroup", name)
    assert zones["privateEndpointName"] == f"pep-{name}-hostco-useast"
    assert [zone["privateDnsZoneId"] for zone in zones["privateDnsZoneConfigs"]] == [
        f"azure-native:privatedns:PrivateZone/{group}"
    ]


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("store-platform-2", "PrivateEndpoint::vault-platform"),
        ("store-tenants-2", "PrivateEndpoint::vault-tenants"),
        ("store-tenants-2", "SharedPrivateLinkResource::search-to-keys"),
        ("vault-signing-2", "PrivateEndpoint::vault-signing"),
        ("blobs-2", "PrivateEndpoint::blobs"),
        ("blobs-copy-2", "PrivateEndpoint::blobs-2"),
        ("ingestion-2", "PrivateEndpoint::ingestion"),
        ("search-2", "SharedPrivateLinkResource::search-to-keys"),
        ("registry-2", "PrivateEndpoint::registry"),
        ("logs", "PrivateLinkScopedResource::content"),
        ("logs-2", "PrivateEndpoint::logs"),
    ],
)
def test_a_target_takes_one_connection_after_the_other(stack: Any, later: str, earlier: str):
    dependencies = stack.named("network:PrivateEndpoint")[later]["dependencies"]
    assert [urn for urn in dependencies if urn.endswith(f":{earlier}")]


def test_search_asks_for_the_keys_after_its_own_endpoint_is_made(stack: Any):
    dependencies = stack.named("search:SharedPrivateLinkResource")["search-to-keys"]["dependencies"]
    assert [urn for urn in dependencies if urn.endswith(":PrivateEndpoint::search")]
