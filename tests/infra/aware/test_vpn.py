from typing import Any


def test_takes_entra_sign_ins_over_openvpn_only(stack: Any):
    clients = stack.inputs("network:VirtualNetworkGateway", "vpn")["vpnClientConfiguration"]
    assert clients == {
        "vpnClientProtocols": ["OpenVPN"],
        "vpnAuthenticationTypes": ["AAD"],
        "vpnClientAddressPool": {"addressPrefixes": ["172.20.0.0/20"]},
        "aadAudience": "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
        "aadTenant": "https://login.microsoftonline.com/00000000-0000-4000-8000-000000000002/",
        "aadIssuer": "https://sts.windows.net/00000000-0000-4000-8000-000000000002/",
    }


def test_runs_in_more_than_one_zone(stack: Any):
    gateway = stack.inputs("network:VirtualNetworkGateway", "vpn")
    assert gateway["sku"] == {"name": "VpnGw2AZ", "tier": "VpnGw2AZ"}
    assert gateway["activeActive"] is True
    used = [each["publicIPAddress"]["id"] for each in gateway["ipConfigurations"]]
    assert [each.rpartition("/")[2] for each in used] == ["vpn-first", "vpn-second", "vpn-clients"]
    assert {each["subnet"]["id"] for each in gateway["ipConfigurations"]} == {"azure-native:network:Subnet/gateway"}


def test_attempts_are_logged(stack: Any):
    assert stack.inputs("monitor:DiagnosticSetting", "vpn")["resourceUri"].endswith("VirtualNetworkGateway/vpn")
