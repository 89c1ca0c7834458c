from collections.abc import Callable
from typing import Any

import pytest

SERVICES = ("data-management", "search-and-discover", "signal", "spotlight", "tokens")


def test_the_second_region_has_a_resource_group_of_its_own(stack: Any):
    group = stack.named("resources:ResourceGroup")["main-2"]
    assert group["inputs"]["resourceGroupName"] == "rg-2-hostco-useast"
    assert group["inputs"]["location"] == "centralus"
    assert group["protect"]
    below = stack.below("hosting:aware:Standby", "standby")
    groups = {r["inputs"]["resourceGroupName"] for r in below if "resourceGroupName" in r["inputs"] and r["custom"]}
    # What lies in the first group is the one end of a link between the two regions.
    assert groups == {"rg-2-hostco-useast", "rg-hostco-useast"}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_an_origin_in_both_regions_with_a_private_link(stack: Any, service: str):
    first, second = (stack.inputs("cdn:AFDOrigin", f"{service}{mark}") for mark in ("", "-2"))
    assert (first["priority"], second["priority"]) == (1, 2)
    assert first["originGroupName"] == second["originGroupName"]
    link = second["sharedPrivateLinkResource"]
    assert link["privateLink"]["id"] == "azure-native:app:ManagedEnvironment/main-2"
    assert link["privateLinkLocation"] == "centralus"
    assert stack.inputs("cdn:AFDOriginGroup", service)["healthProbeSettings"]["probeProtocol"] == "Https"


@pytest.mark.parametrize(
    ("endpoint", "target", "group"),
    [
        ("store-platform-2", "keyvault:Vault/platform", "vault"),
        ("store-tenants-2", "keyvault:Vault/tenants", "vault"),
        ("blobs-2", "storage:StorageAccount/main", "blob"),
        ("blobs-copy-2", "storage:StorageAccount/main", "blob_secondary"),
        ("ingestion-2", "eventhub:Namespace/ingestion", "namespace"),
        ("search-2", "search:Service/search", "searchService"),
        ("registry-2", "containerregistry:Registry/images", "registry"),
    ],
)
def test_what_the_regions_share_is_reached_privately_from_both(stack: Any, endpoint: str, target: str, group: str):
    inputs = stack.inputs("network:PrivateEndpoint", endpoint)
    [connection] = inputs["privateLinkServiceConnections"]
    assert (connection["privateLinkServiceId"], connection["groupIds"]) == (f"azure-native:{target}", [group])
    assert inputs["subnet"]["id"] == "azure-native:network:Subnet/private-endpoints-2"


@pytest.mark.parametrize(
    ("link", "zone_group", "network"),
    [("other-network-2", "rg-2-hostco-useast", "main"), ("other-network", "rg-hostco-useast", "main-2")],
)
def test_each_region_finds_the_others_database(stack: Any, link: str, zone_group: str, network: str):
    inputs = stack.inputs("privatedns:VirtualNetworkLink", link)
    assert inputs["resourceGroupName"] == zone_group
    assert inputs["virtualNetwork"] == {"id": f"azure-native:network:VirtualNetwork/{network}"}
    assert inputs["registrationEnabled"] is False


def test_both_networks_reach_each_other(stack: Any):
    peerings = stack.named("network:VirtualNetworkPeering")
    remotes = {p["inputs"]["virtualNetworkName"]: p["inputs"]["remoteVirtualNetwork"]["id"] for p in peerings.values()}
    assert remotes == {
        "vnet-hostco-useast": "azure-native:network:VirtualNetwork/main-2",
        "vnet-2-hostco-useast": "azure-native:network:VirtualNetwork/main",
    }


def test_the_storage_account_stays_one(stack: Any):
    """A failover switches applications, never the account."""
    below = stack.below("hosting:aware:Standby", "standby")
    assert not [r for r in below if r["type"] == "azure-native:storage:StorageAccount" and "flow" not in r["name"]]
    assert stack.inputs("storage:StorageAccount")["sku"] == {"name": "Standard_RAGZRS"}


def test_without_a_second_region_nothing_stands_by(modest: Any):
    assert not [r for r in modest.resources if r["name"].endswith("-2") or r["type"] == "hosting:aware:Standby"]


def test_in_a_failover_the_services_run_at_full_size_there(stack: Any, declare: Callable[..., Any], sample: Any):
    serving = declare(secondRegion={**sample["secondRegion"], "serving": True}, tenants=[])
    for service in SERVICES:
        waiting, full, first = (
            each["template"]
            for each in (
                stack.inputs("app:ContainerApp", f"{service}-2"),
                serving.inputs("app:ContainerApp", f"{service}-2"),
                serving.inputs("app:ContainerApp", service),
            )
        )
        assert full["scale"] == first["scale"]
        assert full["containers"][0]["resources"] == first["containers"][0]["resources"]
        assert waiting != full
        assert waiting["scale"]["minReplicas"] >= 3, "over all zones also while it waits"
