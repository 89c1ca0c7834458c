from ipaddress import IPv4Network
from itertools import pairwise
from typing import Any

import pytest

from infra.aware.network import SUBNETS, subnet_range

RANGES = {
    "gateway": "10.40.0.0/20",
    "firewall": "10.40.16.0/20",
    "apps": "10.40.32.0/20",
    "private-endpoints": "10.40.48.0/20",
    "database": "10.40.64.0/20",
    "resolver": "10.40.80.0/24",
}
ZONES = {
    "vault": "privatelink.vaultcore.azure.net",
    "managedhsm": "privatelink.managedhsm.azure.net",
    "blob": "privatelink.blob.core.windows.net",
    "namespace": "privatelink.servicebus.windows.net",
    "searchService": "privatelink.search.windows.net",
    "registry": "privatelink.azurecr.io",
    "monitor": "privatelink.monitor.azure.com",
    "oms": "privatelink.oms.opinsights.azure.com",
    "ods": "privatelink.ods.opinsights.azure.com",
    "agents": "privatelink.agentsvc.azure-automation.net",
    "database": "psqlhostcouseast.private.postgres.database.azure.com",
}


def test_subnets_share_the_address_space_without_overlap():
    ranges = [IPv4Network(subnet_range("10.40.0.0/20", subnet)) for subnet in SUBNETS]
    assert all(each.subnet_of(IPv4Network("10.40.0.0/20")) for each in ranges)
    assert len(set(ranges)) == len(SUBNETS)
    assert {each.prefixlen for each in ranges} == {24}
    with pytest.raises(ValueError, match="not in tuple"):
        subnet_range("10.40.0.0/16", "office")


def first_region(stack: Any, kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in stack.named(kind).items() if not name.endswith("-2")}


def test_subnets(stack: Any):
    subnets = {name: resource["inputs"] for name, resource in first_region(stack, "network:Subnet").items()}
    assert {name: inputs["addressPrefix"] for name, inputs in subnets.items()} == RANGES
    assert subnets["gateway"]["subnetName"] == "GatewaySubnet"
    assert subnets["firewall"]["subnetName"] == "AzureFirewallSubnet"
    assert subnets["private-endpoints"]["defaultOutboundAccess"] is False


@pytest.mark.parametrize(
    ("subnet", "service"),
    [
        ("apps", "Microsoft.App/environments"),
        ("database", "Microsoft.DBforPostgreSQL/flexibleServers"),
        ("resolver", "Microsoft.Network/dnsResolvers"),
    ],
)
def test_delegated_subnets(stack: Any, subnet: str, service: str):
    (delegation,) = stack.inputs("network:Subnet", subnet)["delegations"]
    assert delegation["serviceName"] == service


@pytest.mark.parametrize("subnet", ["gateway", "firewall", "private-endpoints"])
def test_other_subnets_are_delegated_to_nobody(stack: Any, subnet: str):
    assert "delegations" not in stack.inputs("network:Subnet", subnet)


def test_subnets_are_made_one_after_the_other(stack: Any):
    subnets = stack.named("network:Subnet")
    for first, second in pairwise(SUBNETS):
        assert subnets[first]["urn"] in subnets[second]["dependencies"]


@pytest.mark.parametrize("subnet", SUBNETS)
def test_each_subnet_but_the_gateways_and_the_firewalls_has_a_security_group(stack: Any, subnet: str):
    group = stack.inputs("network:Subnet", subnet).get("networkSecurityGroup")
    if subnet in ("gateway", "firewall"):
        assert group is None, "a security group here stops what stands in the subnet"
    else:
        assert group == {"id": f"azure-native:network:NetworkSecurityGroup/{subnet}"}


@pytest.mark.parametrize("subnet", ["apps", "private-endpoints", "database", "resolver"])
def test_security_groups_hold_for_private_endpoints(stack: Any, subnet: str):
    assert stack.inputs("network:Subnet", subnet)["privateEndpointNetworkPolicies"] == "Enabled"


@pytest.mark.parametrize("name", ZONES)
def test_private_names_resolve_in_the_network(stack: Any, name: str):
    assert set(first_region(stack, "privatedns:PrivateZone")) == set(ZONES)
    assert stack.inputs("privatedns:PrivateZone", name)["privateZoneName"] == ZONES[name]
    link = stack.inputs("privatedns:VirtualNetworkLink", name)
    assert link["privateZoneName"] == ZONES[name]
    assert link["virtualNetwork"] == {"id": "azure-native:network:VirtualNetwork/main"}
    assert link["registrationEnabled"] is False


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("mark", ["", "-2"])
def test_missing_names_are_looked_for_in_public_where_microsoft_alone_gives_names(stack: Any, name: str, mark: str):
    policy = stack.inputs("privatedns:VirtualNetworkLink", f"{name}{mark}").get("resolutionPolicy")
    if name == "database":
        assert policy is None
    else:
        assert policy == ("NxDomainRedirect" if name in {"monitor", "oms", "ods", "agents"} else "Default")


@pytest.mark.parametrize("name", sorted(set(ZONES) - {"managedhsm"}))  # which this stack doesn't have
def test_a_zone_is_used_once_the_network_resolves_it(stack: Any, name: str):
    link = stack.named("privatedns:VirtualNetworkLink")[name]["urn"]
    zone_id = f"azure-native:privatedns:PrivateZone/{name}"
    if name == "database":
        users = [(stack.named("dbforpostgresql:Server")["main"], "network")]
    else:
        users = [
            (group, "privateDnsZoneConfigs")
            for group in first_region(stack, "network:PrivateDnsZoneGroup").values()
            if zone_id in [config["privateDnsZoneId"] for config in group["inputs"]["privateDnsZoneConfigs"]]
        ]
    assert users
    assert all(link in user["sources"][prop] for user, prop in users)


def test_the_database_has_its_subnet_and_its_zone(stack: Any):
    (server, *_) = [r for r in stack.named("dbforpostgresql:Server").values() if not r["name"].endswith("-2")]
    assert server["inputs"]["network"]["delegatedSubnetResourceId"] == "azure-native:network:Subnet/database"
    assert server["inputs"]["network"]["privateDnsZoneArmResourceId"] == "azure-native:privatedns:PrivateZone/database"


def test_services_leave_through_the_firewall_alone(stack: Any):
    assert stack.inputs("network:Subnet", "apps")["routeTable"] == {"id": "azure-native:network:RouteTable/firewall"}
    assert not any(r["type"] == "azure-native:network:NatGateway" for r in stack.resources)
    for subnet in SUBNETS:
        assert "natGateway" not in stack.inputs("network:Subnet", subnet)


def test_nothing_but_the_gateways_has_a_public_address(stack: Any):
    assert set(first_region(stack, "network:PublicIPAddress")) == {
        "firewall",
        "vpn-first",
        "vpn-second",
        "vpn-clients",
    }


@pytest.mark.parametrize(
    ("address_space", "range_"), [("10.40.0.0/16", "10.40.80.0/24"), ("10.40.0.0/20", "10.40.5.0/24")]
)
def test_resolvers_subnet_is_as_small_as_azure_wants_it(address_space: str, range_: str):
    assert subnet_range(address_space, "resolver") == range_
