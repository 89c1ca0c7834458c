from typing import Any

import pytest

APPS, ENDPOINTS, DATABASE, RESOLVER = "10.40.32.0/20", "10.40.48.0/20", "10.40.64.0/20", "10.40.80.0/24"
VPN_CLIENTS, OTHER_APPS, OTHER_DATABASE = "172.20.0.0/20", "10.41.32.0/20", "10.41.64.0/20"
AZURE_RESOLVER = "168.63.129.16/32"
GROUPS = ("apps", "private-endpoints", "database", "resolver")
ALLOWED = {
    ("apps", "Inbound"): {(APPS, APPS, "0-65535"), ("AzureLoadBalancer", APPS, "30000-32767")},
    ("apps", "Outbound"): {
        (APPS, APPS, "0-65535"),
        (APPS, ENDPOINTS, "443"),
        (APPS, ENDPOINTS, "5671"),
        (APPS, DATABASE, "5432"),
        (APPS, OTHER_DATABASE, "5432"),
        (APPS, AZURE_RESOLVER, "53"),
        (APPS, "AzureActiveDirectory", "443"),
        (APPS, "MicrosoftContainerRegistry", "443"),
        (APPS, "AzureFrontDoor.FirstParty", "443"),
        (APPS, "AzureFrontDoor.Frontend", "443"),
        (APPS, "AzureMonitor", "443"),
    },
    ("private-endpoints", "Inbound"): {
        (APPS, ENDPOINTS, "443"),
        (APPS, ENDPOINTS, "5671"),
        (VPN_CLIENTS, ENDPOINTS, "443"),
    },
    ("private-endpoints", "Outbound"): set[tuple[str, str, str]](),
    ("database", "Inbound"): {
        (APPS, DATABASE, "5432"),
        (VPN_CLIENTS, DATABASE, "5432"),
        (DATABASE, DATABASE, "5432"),
        (OTHER_DATABASE, DATABASE, "5432"),
        (OTHER_APPS, DATABASE, "5432"),
    },
    ("database", "Outbound"): {
        (DATABASE, DATABASE, "5432"),
        (DATABASE, OTHER_DATABASE, "5432"),
        (DATABASE, "Storage", "443"),
        (DATABASE, "AzureActiveDirectory", "443"),
    },
    ("resolver", "Inbound"): {(VPN_CLIENTS, RESOLVER, "53")},
    ("resolver", "Outbound"): {(RESOLVER, AZURE_RESOLVER, "53")},
}


def rules(stack: Any, group: str, direction: str) -> list[dict[str, Any]]:
    found = stack.inputs("network:NetworkSecurityGroup", group)["securityRules"]
    return [rule for rule in found if rule["direction"] == direction]


def test_groups(stack: Any):
    names = {name.removesuffix("-2") for name in stack.named("network:NetworkSecurityGroup")}
    assert names == set(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_all_that_is_not_named_is_denied(stack: Any, group: str, direction: str):
    last = max(rules(stack, group, direction), key=lambda rule: rule["priority"])
    assert (last["access"], last["priority"], last["protocol"]) == ("Deny", 4096, "*")
    assert last["sourceAddressPrefix"] == last["destinationAddressPrefix"] == "*"
    assert last["sourcePortRange"] == last["destinationPortRange"] == "*"


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_rules_are_named_and_explained_and_ordered(stack: Any, group: str, direction: str):
    found = rules(stack, group, direction)
    assert len({rule["name"] for rule in found}) == len(found)
    assert all(rule["description"] for rule in found)
    priorities = [rule["priority"] for rule in found]
    assert len(set(priorities)) == len(priorities)


@pytest.mark.parametrize(("group", "direction"), ALLOWED)
def test_only_what_is_needed_flows(stack: Any, group: str, direction: str):
    found = {
        (rule["sourceAddressPrefix"], rule["destinationAddressPrefix"], rule["destinationPortRange"])
        for rule in rules(stack, group, direction)
        if rule["access"] == "Allow"
    }
    assert found == ALLOWED[group, direction]


@pytest.mark.parametrize("group", ["apps", "database"])
def test_the_other_region_is_reached_only_where_there_is_one(alone: Any, group: str):
    for direction in ("Inbound", "Outbound"):
        for rule in rules(alone, group, direction):
            assert "10.41." not in rule["sourceAddressPrefix"] + rule["destinationAddressPrefix"]
