from typing import Any


def test_vpn_clients_ask_a_fixed_address_within_the_network(stack: Any):
    assert stack.inputs("dnsresolver:DnsResolver", "vpn-clients")["virtualNetwork"] == {
        "id": "azure-native:network:VirtualNetwork/main"
    }
    endpoint = stack.inputs("dnsresolver:InboundEndpoint", "vpn-clients")
    assert endpoint["dnsResolverName"] == "dnspr-hostco-useast"
    assert endpoint["ipConfigurations"] == [
        {
            "privateIpAllocationMethod": "Static",
            "privateIpAddress": "10.40.80.4",
            "subnet": {"id": "azure-native:network:Subnet/resolver"},
        }
    ]


def test_services_do_not_depend_on_it(stack: Any):
    assert "dhcpOptions" not in stack.inputs("network:VirtualNetwork")
