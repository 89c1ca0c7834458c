from ipaddress import IPv4Network
from typing import Any

import pytest

from infra.aware.network import SUBNETS, subnet_range

GROUPS = ("apps", "private-endpoints")


def rules(stack: Any, group: str) -> list[dict[str, Any]]:
    return stack.inputs("network:NetworkSecurityGroup", group)["securityRules"]


def test_subnets_share_the_address_space_without_overlap():
    ranges = [IPv4Network(subnet_range("10.40.0.0/20", subnet)) for subnet in SUBNETS]
    assert all(each.subnet_of(IPv4Network("10.40.0.0/20")) for each in ranges)
    assert len(set(ranges)) == len(SUBNETS)
    assert {each.prefixlen for each in ranges} == {24}
    with pytest.raises(ValueError, match="not in tuple"):
        subnet_range("10.40.0.0/16", "office")


def test_subnets(stack: Any):
    subnets = {name: resource["inputs"] for name, resource in stack.named("network:Subnet").items()}
    assert {name: inputs["addressPrefix"] for name, inputs in subnets.items()} == {
        "gateway": "10.40.0.0/20",
        "apps": "10.40.32.0/20",
        "private-endpoints": "10.40.48.0/20",
    }
    assert subnets["gateway"]["subnetName"] == "GatewaySubnet"
    assert [each["serviceName"] for each in subnets["apps"]["delegations"]] == ["Microsoft.App/environments"]
    assert "delegations" not in subnets["private-endpoints"]
    assert subnets["private-endpoints"]["defaultOutboundAccess"] is False


def test_subnets_are_made_one_after_the_other(stack: Any):
    subnets = stack.named("network:Subnet")
    assert subnets["gateway"]["urn"] in subnets["apps"]["dependencies"]
    assert subnets["apps"]["urn"] in subnets["private-endpoints"]["dependencies"]


def test_each_subnet_but_the_gateways_has_a_security_group(stack: Any):
    for name, subnet in stack.named("network:Subnet").items():
        group = subnet["inputs"].get("networkSecurityGroup")
        if name == "gateway":
            assert group is None, "a security group on GatewaySubnet stops the gateway"
        else:
            assert group == {"id": f"azure-native:network:NetworkSecurityGroup/{name}"}


def test_security_groups_hold_for_private_endpoints(stack: Any):
    subnets = stack.named("network:Subnet")
    for name in GROUPS:
        assert subnets[name]["inputs"]["privateEndpointNetworkPolicies"] == "Enabled"


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_security_groups_deny_all_that_is_not_named(stack: Any, group: str, direction: str):
    last = max((r for r in rules(stack, group) if r["direction"] == direction), key=lambda r: r["priority"])
    assert (last["access"], last["priority"], last["protocol"]) == ("Deny", 4096, "*")
    assert last["sourceAddressPrefix"] == last["destinationAddressPrefix"] == "*"
    assert last["sourcePortRange"] == last["destinationPortRange"] == "*"


@pytest.mark.parametrize("group", GROUPS)
def test_security_rules_are_named_and_explained_and_ordered(stack: Any, group: str):
    found = rules(stack, group)
    assert len({rule["name"] for rule in found}) == len(found)
    assert all(rule["description"] for rule in found)
    for direction in ("Inbound", "Outbound"):
        priorities = [rule["priority"] for rule in found if rule["direction"] == direction]
        assert len(set(priorities)) == len(priorities)


def allowed(stack: Any, group: str, direction: str) -> set[tuple[str, str, str]]:
    return {
        (rule["sourceAddressPrefix"], rule["destinationAddressPrefix"], rule["destinationPortRange"])
        for rule in rules(stack, group)
        if rule["access"] == "Allow" and rule["direction"] == direction
    }


def test_what_reaches_the_apps(stack: Any):
    apps = "10.40.32.0/20"
    assert allowed(stack, "apps", "Inbound") == {(apps, apps, "0-65535"), ("AzureLoadBalancer", apps, "30000-32767")}


def test_what_leaves_the_apps(stack: Any):
    apps = "10.40.32.0/20"
    assert allowed(stack, "apps", "Outbound") == {
        (apps, apps, "0-65535"),
        (apps, "10.40.48.0/20", "443"),
        (apps, "168.63.129.16/32", "53"),
        (apps, "AzureActiveDirectory", "443"),
        (apps, "MicrosoftContainerRegistry", "443"),
        (apps, "AzureFrontDoor.FirstParty", "443"),
        (apps, "AzureContainerRegistry", "443"),
        (apps, "AzureMonitor", "443"),
    }


def test_private_endpoints_answer_apps_and_engineers_only(stack: Any):
    endpoints = "10.40.48.0/20"
    assert allowed(stack, "private-endpoints", "Inbound") == {
        ("10.40.32.0/20", endpoints, "443"),
        ("172.20.0.0/20", endpoints, "443"),
    }
    assert allowed(stack, "private-endpoints", "Outbound") == set()


def test_private_names_resolve_in_the_network(stack: Any):
    zones = {name: zone["inputs"]["privateZoneName"] for name, zone in stack.named("privatedns:PrivateZone").items()}
    assert zones == {"vault": "privatelink.vaultcore.azure.net", "blob": "privatelink.blob.core.windows.net"}
    for name in zones:
        link = stack.inputs("privatedns:VirtualNetworkLink", name)
        assert link["virtualNetwork"] == {"id": "azure-native:network:VirtualNetwork/main"}
        assert link["registrationEnabled"] is False


def test_vpn_takes_entra_sign_ins_over_openvpn_only(stack: Any):
    clients = stack.inputs("network:VirtualNetworkGateway", "vpn")["vpnClientConfiguration"]
    assert clients == {
        "vpnClientProtocols": ["OpenVPN"],
        "vpnAuthenticationTypes": ["AAD"],
        "vpnClientAddressPool": {"addressPrefixes": ["172.20.0.0/20"]},
        "aadAudience": "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
        "aadTenant": "https://login.microsoftonline.com/00000000-0000-4000-8000-000000000002/",
        "aadIssuer": "https://sts.windows.net/00000000-0000-4000-8000-000000000002/",
    }


def test_vpn_runs_in_more_than_one_zone(stack: Any):
    gateway = stack.inputs("network:VirtualNetworkGateway", "vpn")
    assert gateway["sku"] == {"name": "VpnGw2AZ", "tier": "VpnGw2AZ"}
    assert gateway["activeActive"] is True
    addresses = stack.named("network:PublicIPAddress")
    used = [each["publicIPAddress"]["id"] for each in gateway["ipConfigurations"]]
    assert len(set(used)) == len(addresses) == 3, "one for each instance, and a third for point-to-site"
    assert {each["subnet"]["id"] for each in gateway["ipConfigurations"]} == {"azure-native:network:Subnet/gateway"}
    for address in addresses.values():
        assert address["inputs"]["zones"] == ["1", "2", "3"]
        assert address["inputs"]["sku"] == {"name": "Standard", "tier": "Regional"}
        assert address["inputs"]["publicIPAllocationMethod"] == "Static"


def test_nothing_but_the_vpn_has_a_public_address(stack: Any):
    assert all(name.startswith("vpn-") for name in stack.named("network:PublicIPAddress"))
