"""What is refused of Azure Firewall and its policies."""

import pytest

from localcloud.backend import UNKNOWN, RejectedError


def application_rule(**more):
    return {
        "ruleType": "ApplicationRule",
        "name": "one",
        "sourceAddresses": ["10.0.0.0/24"],
        "targetFqdns": ["example.com"],
        "protocols": [{"port": 443, "protocolType": "Https"}],
        **more,
    }


def collection(*rules, **more):
    return {
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "name": "one",
        "priority": 100,
        "rules": list(rules),
        **more,
    }


def found(world, *collections):
    failures = world.check("network:FirewallPolicyRuleCollectionGroup", ruleCollections=list(collections))
    return [failure.partition(": ")[0] for failure in failures]


def test_complete_rules_are_accepted(world):
    network = {
        "ruleType": "NetworkRule",
        "name": "two",
        "sourceAddresses": ["*"],
        "destinationAddresses": ["198.51.100.1"],
        "destinationPorts": ["123"],
        "ipProtocols": ["UDP"],
    }
    assert found(world, collection(application_rule(), network)) == []
    assert found(world, UNKNOWN, collection(UNKNOWN)) == []


@pytest.mark.parametrize("name", ["sourceAddresses", "targetFqdns", "protocols"])
def test_rule_without_an_end_is_refused(world, name):
    assert found(world, collection(application_rule(**{name: None}))) == ["ruleCollections[0].rules[0]"]


def test_names_and_priorities_are_taken_once(world):
    assert found(world, collection(), collection(name="two")) == ["ruleCollections[1].priority"]
    assert found(world, collection(), collection(priority=200)) == ["ruleCollections[1].name"]
    assert found(world, collection(application_rule(), application_rule())) == ["ruleCollections[0].rules[1].name"]


def test_name_in_a_network_rule_needs_the_proxy(world):
    rule = {
        "ruleType": "NetworkRule",
        "name": "one",
        "sourceAddresses": ["*"],
        "destinationFqdns": ["time.windows.com"],
        "destinationPorts": ["123"],
        "ipProtocols": ["UDP"],
    }
    with pytest.raises(RejectedError, match=r"need dnsSettings.enableProxy"):
        world.put("network:FirewallPolicyRuleCollectionGroup", ruleCollections=[collection(rule)])
    world.update(
        "network:FirewallPolicy",
        f"{world.network}/firewallPolicies/example1",
        **world.minimal("network:FirewallPolicy", dnsSettings={"enableProxy": True}),
    )
    assert world.put("network:FirewallPolicyRuleCollectionGroup", ruleCollections=[collection(rule)])


def test_inspection_needs_the_premium_tier(world):
    detection = {"intrusionDetection": {"mode": "Deny"}}
    assert world.check("network:FirewallPolicy", **detection) == ["intrusionDetection: needs sku.tier Premium"]
    assert world.check("network:FirewallPolicy", sku={"tier": "Premium"}, **detection) == []


def test_policys_tier_stays(world):
    identity = world.put("network:FirewallPolicy", sku={"tier": "Standard"})
    with pytest.raises(RejectedError, match="can't be changed"):
        world.update(
            "network:FirewallPolicy", identity, **world.minimal("network:FirewallPolicy", sku={"tier": "Premium"})
        )


def test_firewall_is_in_its_own_subnet(world):
    other = f"{world.network}/virtualNetworks/example1/subnets/example1"
    with pytest.raises(RejectedError, match="called AzureFirewallSubnet"):
        world.put("network:AzureFirewall", ipConfigurations=[{"name": "one", "subnet": {"id": other}}])
    with pytest.raises(RejectedError, match="exactly one"):
        world.put("network:AzureFirewall", ipConfigurations=[])


def test_firewalls_subnet_is_large_enough(world):
    world.put("network:Subnet", subnetName="AzureFirewallSubnet", addressPrefix="10.0.0.0/27")
    with pytest.raises(RejectedError, match="at least a /26"):
        world.put("network:AzureFirewall")


def test_firewall_follows_a_policy_of_its_tier(world):
    policy = world.put("network:FirewallPolicy", sku={"tier": "Premium"})
    with pytest.raises(RejectedError, match="can't follow a policy of the tier Premium"):
        world.put("network:AzureFirewall", firewallPolicy={"id": policy}, sku={"tier": "Standard"})
    assert world.put("network:AzureFirewall", firewallPolicy={"id": policy}, sku={"tier": "Premium"})


def test_address_of_a_firewall_is_the_first_free_one(world):
    outputs = world.outputs(world.put("network:AzureFirewall"))
    assert outputs["ipConfigurations"][0]["privateIPAddress"] == "10.0.0.4"
    foretold = world.backend.predict(
        "azure-native:network:AzureFirewall", "urn", world.minimal("network:AzureFirewall")
    )
    assert foretold["ipConfigurations"][0]["privateIPAddress"] is UNKNOWN


def test_policy_in_use_is_not_deleted(world):
    policy = world.put("network:FirewallPolicy")
    world.put("network:AzureFirewall", firewallPolicy={"id": policy})
    with pytest.raises(RejectedError, match="in use by"):
        world.delete("network:FirewallPolicy", policy)
