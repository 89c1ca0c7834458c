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
