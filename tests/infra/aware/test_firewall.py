import re
from typing import Any

import pytest

from infra.aware.firewall import destinations


def test_refuses_known_attacks_and_addresses(stack: Any):
    policy = stack.inputs("network:FirewallPolicy")
    assert policy["sku"] == {"tier": "Premium"}
    assert policy["threatIntelMode"] == "Deny"
    assert policy["intrusionDetection"] == {"mode": "Deny"}


def test_stands_in_each_zone_of_its_own_subnet(stack: Any):
    firewall = stack.inputs("network:AzureFirewall")
    assert firewall["zones"] == ["1", "2", "3"]
    assert firewall["sku"] == {"name": "AZFW_VNet", "tier": "Premium"}
    assert firewall["firewallPolicy"] == {"id": "azure-native:network:FirewallPolicy/main"}
    (address,) = firewall["ipConfigurations"]
    assert address["subnet"] == {"id": "azure-native:network:Subnet/firewall"}


def test_lets_nothing_in_and_out_only_by_domain_name(stack: Any):
    group = stack.inputs("network:FirewallPolicyRuleCollectionGroup")
    (collection,) = group["ruleCollections"]
    assert collection["ruleCollectionType"] == "FirewallPolicyFilterRuleCollection"
    assert collection["action"] == {"type": "Allow"}
    for rule in collection["rules"]:
        assert rule["ruleType"] == "ApplicationRule"
        assert rule["sourceAddresses"] == ["10.40.32.0/20"], "only the services leave the network"
        assert rule["protocols"] == [{"port": 443, "protocolType": "Https"}]
        assert rule["description"]
        assert not {"fqdnTags", "webCategories", "targetUrls", "destinationAddresses"} & set(rule)
    for kind in ("natRuleCollections", "networkRuleCollections", "applicationRuleCollections"):
        assert kind not in stack.inputs("network:AzureFirewall")


def test_starts_with_the_list_in_force(stack: Any):
    allowed = stack.named("network:FirewallPolicyRuleCollectionGroup")
    for name, firewall in stack.named("network:AzureFirewall").items():
        assert allowed[name]["urn"] in firewall["dependencies"]


def test_list_of_domain_names(stack: Any):
    (collection,) = stack.inputs("network:FirewallPolicyRuleCollectionGroup")["ruleCollections"]
    assert {rule["name"]: rule["targetFqdns"] for rule in collection["rules"]} == {
        "platform-images": ["mcr.microsoft.com", "*.data.mcr.microsoft.com"],
        "platform-packages": ["packages.aks.azure.com", "acs-mirror.azureedge.net"],
        "sign-in": [
            "*.identity.azure.net",
            "login.microsoftonline.com",
            "*.login.microsoftonline.com",
            "login.microsoft.com",
            "*.login.microsoft.com",
        ],
        "monitoring": [
            "global.handler.control.monitor.azure.com",
            "eastus.handler.control.monitor.azure.com",
            "eastus.ingest.monitor.azure.com",
        ],
    }


@pytest.mark.parametrize("region", ["eastus", "centralus"])
def test_no_name_on_the_list_is_anybodys(region: str):
    names = [name for destination in destinations(region) for name in destination.domain_names]
    for name in names:
        assert re.search(r"(microsoft\.com|microsoftonline\.com|azure\.com|azure\.net|azureedge\.net)$", name)
        assert name.lstrip("*.") not in ("blob.core.windows.net", "azure.com", "azure.net", "azureedge.net")


def test_everything_is_routed_to_it(stack: Any):
    table = stack.inputs("network:RouteTable", "firewall")
    assert table["disableBgpRoutePropagation"] is True
    (route,) = table["routes"]
    assert (route["addressPrefix"], route["nextHopType"], route["nextHopIpAddress"]) == (
        "0.0.0.0/0",
        "VirtualAppliance",
        "10.40.16.4",
    )


def test_is_logged(stack: Any):
    assert stack.inputs("monitor:DiagnosticSetting", "firewall")["resourceUri"].endswith("AzureFirewall/main")
