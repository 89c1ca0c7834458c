"""What is refused of virtual networks and what lies in them."""

import pytest

from localcloud.backend import RejectedError


def test_subnet_lies_in_its_network_apart_from_others(world):
    world.put("network:Subnet")
    for name, prefix, message in [("a", "10.1.0.0/24", "outside"), ("b", "10.0.0.128/25", "overlaps")]:
        with pytest.raises(RejectedError, match=message):
            world.create("network:Subnet", **world.minimal("network:Subnet", subnetName=name, addressPrefix=prefix))


def test_subnets_have_a_name_and_a_range(world):
    assert world.check("network:Subnet", addressPrefix=None) == ["addressPrefix: a subnet needs an address range"]
    assert world.check("network:VirtualNetwork", subnets=[{}]) == [
        "subnets[0].name: a subnet needs a name",
        "subnets[0].addressPrefix: a subnet needs an address range",
    ]


def test_ranges_are_ranges(world):
    assert world.check("network:Subnet", addressPrefix="10.0.0.1/24") == [
        "addressPrefix: '10.0.0.1/24' is not an address range such as 10.0.1.0/24"
    ]
    space = {"addressPrefixes": ["10.0.0.0/16", "nonsense"]}
    assert len(world.check("network:VirtualNetwork", addressSpace=space)) == 1


def test_address_space_keeps_its_subnets(world):
    world.put("network:Subnet")
    network = f"{world.network}/virtualNetworks/example1"
    smaller = world.minimal("network:VirtualNetwork", addressSpace={"addressPrefixes": ["10.1.0.0/16"]})
    with pytest.raises(RejectedError, match="leaves out the subnet example1"):
        world.update("network:VirtualNetwork", network, **smaller)


def test_network_that_lists_its_subnets_makes_and_removes_them(world):
    inputs = world.minimal(
        "network:VirtualNetwork",
        subnets=[{"name": "a", "addressPrefix": "10.0.1.0/24"}, {"name": "b", "addressPrefix": "10.0.2.0/24"}],
    )
    network = world.put("network:VirtualNetwork", **inputs)
    assert world.exists(f"{network}/subnets/b")
    assert [subnet["id"] for subnet in world.outputs(network)["subnets"]] == [f"{network}/subnets/{n}" for n in "ab"]
    world.backend.put_body(f"{network}/subnets/b", {"properties": {"defaultOutboundAccess": False}}, whole=False)
    assert world.inputs("network:VirtualNetwork", network)["subnets"][1]["defaultOutboundAccess"] is False
    world.update("network:VirtualNetwork", network, **{**inputs, "subnets": inputs["subnets"][:1]})
    assert not world.exists(f"{network}/subnets/b")


def test_network_that_lists_no_subnets_keeps_them(world):
    subnet = world.put("network:Subnet")
    network = subnet.rpartition("/subnets/")[0]
    world.update("network:VirtualNetwork", network, **world.minimal("network:VirtualNetwork", tags={"a": "b"}))
    assert world.exists(subnet)


def test_refused_subnet_leaves_nothing_of_its_network(world):
    world.put("resources:ResourceGroup")
    inputs = world.minimal("network:VirtualNetwork", subnets=[{"name": "a", "addressPrefix": "10.9.0.0/24"}])
    with pytest.raises(RejectedError, match="outside"):
        world.create("network:VirtualNetwork", **inputs)
    assert world.backend.identities() == [world.group]


def test_first_network_of_a_region_brings_a_watcher(world):
    world.put("network:VirtualNetwork")
    watcher = f"{world.root}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/"
    assert world.exists(watcher + "NetworkWatcher_eastus")
    with pytest.raises(RejectedError, match="has a network watcher already"):
        world.put("network:NetworkWatcher")


def test_flow_logs_of_security_groups_are_over(world):
    group = world.put("network:NetworkSecurityGroup")
    with pytest.raises(RejectedError, match="security groups"):
        world.put("network:FlowLog", targetResourceId=group)


def test_security_rules_have_priorities_of_their_own(world):
    rule = {"direction": "Inbound", "access": "Deny", "protocol": "*", "priority": 100}
    assert world.check("network:NetworkSecurityGroup", securityRules=[rule]) == [
        "securityRules[0].name: a security rule needs it"
    ]
    both = [{**rule, "name": "a"}, {**rule, "name": "b"}]
    assert world.check("network:NetworkSecurityGroup", securityRules=both) == [
        "securityRules[1].priority: 100 is taken by another rule"
    ]
    both[1]["direction"] = "Outbound"
    assert world.check("network:NetworkSecurityGroup", securityRules=both) == []
    assert len(world.check("network:NetworkSecurityGroup", securityRules=[{**both[0], "priority": 99}])) == 1


def test_public_addresses_are_standard_and_static(world):
    failures = world.check("network:PublicIPAddress", sku=None, publicIPAllocationMethod="Dynamic")
    assert [failure.partition(":")[0] for failure in failures] == ["sku.name", "publicIPAllocationMethod"]


def test_gateway_lies_in_its_own_subnet_with_clients_outside(world):
    world.put("network:Subnet")
    network = f"{world.network}/virtualNetworks/example1"
    wrong = [{"subnet": {"id": f"{network}/subnets/example1"}}]
    with pytest.raises(RejectedError, match="GatewaySubnet, not example1"):
        world.create(
            "network:VirtualNetworkGateway", **world.minimal("network:VirtualNetworkGateway", ipConfigurations=wrong)
        )
    world.create(
        "network:Subnet", **world.minimal("network:Subnet", subnetName="GatewaySubnet", addressPrefix="10.0.1.0/24")
    )
    clients = {"vpnClientAddressPool": {"addressPrefixes": ["10.0.128.0/24"]}}
    with pytest.raises(RejectedError, match="overlaps"):
        world.put("network:VirtualNetworkGateway", vpnClientConfiguration=clients)


def test_gateway_has_the_configurations_that_it_needs(world):
    one = world.minimal("network:VirtualNetworkGateway")["ipConfigurations"]
    clients = {"vpnClientAddressPool": {"addressPrefixes": ["172.16.0.0/24"]}}
    token = "network:VirtualNetworkGateway"
    assert len(world.check(token, ipConfigurations=[])) == 1
    assert len(world.check(token, activeActive=True)) == 1
    assert world.check(token, activeActive=True, ipConfigurations=one * 2) == []
    assert len(world.check(token, activeActive=True, ipConfigurations=one * 2, vpnClientConfiguration=clients)) == 1
    assert world.check(token, activeActive=True, ipConfigurations=one * 3, vpnClientConfiguration=clients) == []


def test_sign_in_with_entra_needs_its_tenant_and_openvpn(world):
    clients = {"vpnAuthenticationTypes": ["AAD"], "vpnClientProtocols": ["IkeV2"]}
    failures = world.check("network:VirtualNetworkGateway", vpnClientConfiguration=clients)
    assert [failure.partition(":")[0].rpartition(".")[2] for failure in failures] == [
        "aadTenant",
        "aadAudience",
        "aadIssuer",
        "vpnClientProtocols",
    ]


def test_private_endpoint_leads_to_what_its_target_offers(world):
    vault = world.put("keyvault:Vault")
    link = [{"name": "a", "privateLinkServiceId": vault, "groupIds": ["blob"]}]
    with pytest.raises(RejectedError, match="'blob' is not one of vault"):
        world.put("network:PrivateEndpoint", privateLinkServiceConnections=link)
    link[0]["groupIds"] = []
    with pytest.raises(RejectedError, match="groupIds must name one of vault"):
        world.put("network:PrivateEndpoint", privateLinkServiceConnections=link)
    link[0]["groupIds"] = ["vault"]
    endpoint = world.put("network:PrivateEndpoint", privateLinkServiceConnections=link)
    [connection] = world.outputs(vault)["properties"]["privateEndpointConnections"]
    assert connection["privateEndpoint"] == {"id": endpoint}
    assert connection["privateLinkServiceConnectionState"]["status"] == "Approved"


def test_objects_that_work_together_are_in_one_region(world):
    world.put("network:Subnet")
    subnet = {"id": f"{world.network}/virtualNetworks/example1/subnets/example1"}
    with pytest.raises(RejectedError, match="in eastus, but this object is in uksouth"):
        world.put("network:PrivateEndpoint", subnet=subnet, location="uksouth")
