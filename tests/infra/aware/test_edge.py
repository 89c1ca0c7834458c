from typing import Any

import pytest

SERVICES = ("data-management", "search-and-discover", "signal", "spotlight", "tokens")
DOMAIN = "azure-native:cdn:AFDCustomDomain/portal"
ENDPOINT = "azure-native:cdn:AFDEndpoint/main"


def test_profile_can_have_private_links_and_managed_rules(stack: Any):
    assert stack.inputs("cdn:Profile")["sku"] == {"name": "Premium_AzureFrontDoor"}


def test_portal_speaks_nothing_below_tls_13(stack: Any):
    domain = stack.inputs("cdn:AFDCustomDomain", "portal")
    assert domain["hostName"] == "portal.aware.example.com"
    assert domain["tlsSettings"] == {
        "certificateType": "ManagedCertificate",
        "minimumTlsVersion": "TLS13",
        "cipherSuiteSetType": "Customized",
        "customizedCipherSuiteSet": {"cipherSuiteSetForTls13": ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"]},
    }


def test_one_route_a_service_and_one_for_the_root(stack: Any):
    patterns = {name: route["inputs"]["patternsToMatch"] for name, route in stack.named("cdn:Route").items()}
    assert patterns == {
        "data-management": ["/data-management", "/data-management/*", "/*"],
        "search-and-discover": ["/search-and-discover", "/search-and-discover/*"],
        "signal": ["/signal", "/signal/*"],
        "spotlight": ["/spotlight", "/spotlight/*"],
        "tokens": ["/tokens/.well-known/openid-configuration", "/tokens/.well-known/jwks.json"],
    }


@pytest.mark.parametrize("service", SERVICES)
def test_routes_are_https_on_both_sides_and_only_on_the_portals_domain(stack: Any, service: str):
    route = stack.inputs("cdn:Route", service)
    assert route["supportedProtocols"] == ["Https"]
    assert route["forwardingProtocol"] == "HttpsOnly"
    assert route["linkToDefaultDomain"] == "Disabled"
    assert route["customDomains"] == [{"id": DOMAIN}]
    assert route["originGroup"] == {"id": f"azure-native:cdn:AFDOriginGroup/{service}"}
    assert stack.inputs("cdn:AFDOriginGroup", service)["healthProbeSettings"]["probeProtocol"] == "Https"


@pytest.mark.parametrize("service", SERVICES)
def test_origins_are_the_apps_over_a_private_link(stack: Any, service: str):
    origin = stack.inputs("cdn:AFDOrigin", service)
    host = f"ca-{service}.calm-sea.eastus.azurecontainerapps.io"
    assert (origin["hostName"], origin["originHostHeader"]) == (host, host)
    assert origin["originGroupName"] == service
    assert origin["enforceCertificateNameCheck"] is True
    link = origin["sharedPrivateLinkResource"]
    assert link["privateLink"] == {"id": "azure-native:app:ManagedEnvironment/main"}
    assert (link["groupId"], link["privateLinkLocation"]) == ("managedEnvironments", "eastus")


@pytest.mark.parametrize("service", SERVICES)
def test_routes_wait_for_their_origins(stack: Any, service: str):
    route, origin = stack.named("cdn:Route")[service], stack.named("cdn:AFDOrigin")[service]
    assert origin["urn"] in route["dependencies"]


def test_what_front_door_reaches_takes_it_in(stack: Any):
    for service in SERVICES:
        ingress = stack.inputs("app:ContainerApp", service)["configuration"]["ingress"]
        assert ingress["external"] is True, "the environment is internal: external is the network, not the internet"


def test_firewall_stands_before_every_domain(stack: Any):
    parameters = stack.inputs("cdn:SecurityPolicy")["parameters"]
    assert parameters == {
        "type": "WebApplicationFirewall",
        "wafPolicy": {"id": "azure-native:frontdoor:Policy/main"},
        "associations": [{"domains": [{"id": DOMAIN}, {"id": ENDPOINT}], "patternsToMatch": ["/*"]}],
    }


def test_access_is_logged_without_what_customers_search_for(stack: Any):
    setting = stack.inputs("monitor:DiagnosticSetting", "edge-content")
    assert setting["resourceUri"] == "azure-native:cdn:Profile/main"
    assert setting["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]
    assert stack.inputs("cdn:Profile")["logScrubbing"] == {
        "state": "Enabled",
        "scrubbingRules": [
            {"matchVariable": "QueryStringArgNames", "selectorMatchOperator": "EqualsAny", "state": "Enabled"}
        ],
    }
