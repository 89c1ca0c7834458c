"""Front Door, the edge in Azure."""

from policies.resources import Resource
from policies.rulebook import Findings, rule
from policies.tables import tls_setting


@rule("azure-native:cdn:AFDCustomDomain")
def front_door_domain_takes_strongest_tls_only(domain: Resource) -> Findings:
    """What is sent under an old version of TLS can be read and changed on its way, now or once recorded."""
    setting = tls_setting("azure-front-door")
    tls = domain.get("tls_settings", None)
    if tls is None or tls.get("minimum_tls_version", "TLS12") not in setting.accepted:
        yield f"the domain takes weaker TLS than Front Door offers: set minimum_tls_version to {setting.accepted[0]}"
        return
    suites = tls.get("customized_cipher_suite_set", None)
    if tls.get("cipher_suite_set_type", "TLS12_2022") != "Customized" or suites is None:
        yield "the minimum takes effect with a set of our own only: set cipher_suite_set_type to Customized"
        return
    if len(suites.get("cipher_suite_set_for_tls13", [])) == 0:
        yield "the set holds no suite of TLS 1.3: name them in cipher_suite_set_for_tls13"
    if len(suites.get("cipher_suite_set_for_tls12", [])) > 0:
        yield "the set holds suites of TLS 1.2: remove cipher_suite_set_for_tls12"


@rule("azure-native:cdn:Route")
def front_door_route_takes_https_only(route: Resource) -> Findings:
    """A route that answers plain HTTP, or goes on in plain HTTP, shows what passes to every network on the way."""
    if list(route.get("supported_protocols", ["Http", "Https"])) != ["Https"]:
        yield "the route answers plain HTTP: set supported_protocols to Https alone"
    if route.get("forwarding_protocol", "MatchRequest") != "HttpsOnly":
        yield "the route may go on in plain HTTP: set forwarding_protocol to HttpsOnly"
    if route.get("link_to_default_domain", "Disabled") != "Disabled":
        yield "Front Door's own name, which takes TLS 1.2, serves the route: set link_to_default_domain to Disabled"


@rule("azure-native:cdn:AFDOrigin")
def front_door_origin_is_private(origin: Resource) -> Findings:
    """An origin without a private link has to be open to the internet, and can be reached past the edge."""
    if origin.get("shared_private_link_resource", None) is None:
        yield "the origin is reached over the internet: set shared_private_link_resource"
    if not origin.get("enforce_certificate_name_check", True):
        yield "anyone may pose as the origin: remove enforce_certificate_name_check=False"


@rule("azure-native:cdn:Profile")
def front_door_is_premium(profile: Resource) -> Findings:
    """Only the premium tier reaches origins over private links and carries the managed firewall rules."""
    if profile.sku.name != "Premium_AzureFrontDoor":
        yield "the tier has no private links: set sku.name to Premium_AzureFrontDoor"
