"""What is refused of Front Door and its firewall."""

import pytest

from localcloud.backend import RejectedError


def test_route_needs_an_origin_of_its_own_profile(world):
    world.put("cdn:AFDOriginGroup")
    world.put("cdn:AFDEndpoint")
    with pytest.raises(RejectedError, match="no enabled origin"):
        world.create("cdn:Route", **world.minimal("cdn:Route"))
    world.put("cdn:AFDOrigin", profileName="other")
    other = {"id": f"{world.group}/providers/Microsoft.Cdn/profiles/other/originGroups/example1"}
    with pytest.raises(RejectedError, match="another profile"):
        world.create("cdn:Route", **world.minimal("cdn:Route", originGroup=other))


def test_route_names_an_origin_group(world):
    assert world.check("cdn:Route", originGroup=None) == ["originGroup: a route needs an origin group"]


def test_route_in_use_keeps_its_origin_group(world):
    world.put("cdn:Route")
    with pytest.raises(RejectedError, match="in use"):
        world.delete("cdn:AFDOriginGroup", f"{world.cdn}/originGroups/example1")


def test_redirect_needs_both_protocols(world):
    assert len(world.check("cdn:Route", httpsRedirect="Enabled", supportedProtocols=["Https"])) == 1
    assert world.check("cdn:Route", httpsRedirect="Enabled", supportedProtocols=["Http", "Https"]) == []


def test_tls_13_needs_its_own_ciphers(world):
    tls = {"certificateType": "ManagedCertificate", "minimumTlsVersion": "TLS13"}
    assert len(world.check("cdn:AFDCustomDomain", tlsSettings=tls)) == 1
    assert world.check("cdn:AFDCustomDomain", tlsSettings={**tls, "cipherSuiteSetType": "Customized"}) == []


def test_private_link_to_an_origin_is_premium_and_stays_pending(world):
    environment = world.put("app:ManagedEnvironment")
    link = {"privateLink": {"id": environment}, "privateLinkLocation": "eastus", "groupId": "managedEnvironments"}
    world.put("cdn:Profile", profileName="standard", sku={"name": "Standard_AzureFrontDoor"})
    with pytest.raises(RejectedError, match="Premium_AzureFrontDoor"):
        world.put("cdn:AFDOrigin", profileName="standard", sharedPrivateLinkResource=link)
    world.put("cdn:AFDOrigin", sharedPrivateLinkResource=link)
    [connection] = world.outputs(environment)["privateEndpointConnections"]
    assert connection["privateLinkServiceConnectionState"]["status"] == "Pending"


def test_managed_firewall_rules_are_premium(world):
    rules = {"managedRuleSets": [{"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}]}
    assert len(world.check("frontdoor:Policy", managedRules=rules, sku={"name": "Standard_AzureFrontDoor"})) == 1
    assert world.check("frontdoor:Policy", managedRules=rules, sku={"name": "Premium_AzureFrontDoor"}) == []
