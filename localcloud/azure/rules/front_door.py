"""What ARM refuses of Front Door and its firewall."""

from collections.abc import Iterator
from typing import Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.rules.common import Failures
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import get, select

PROFILE_NAME: Final = Name(r"[A-Za-z0-9](-*[A-Za-z0-9])*", "letters, digits and hyphens between them")

FIREWALL_NAME: Final = Name(r"[A-Za-z][A-Za-z0-9]{0,127}", "1 to 128 letters and digits with a letter first")

RULE_SET_NAME: Final = Name(r"[A-Za-z][A-Za-z0-9]{0,59}", "1 to 60 letters and digits with a letter first")


def domain(inputs: Properties) -> Failures:
    """TLS 1.3 alone needs a cipher set of one's own: the predefined ones end at TLS12_2023."""
    version, ciphers = get(inputs, "tlsSettings", "minimumTlsVersion"), get(inputs, "tlsSettings", "cipherSuiteSetType")
    if version == "TLS13" and ciphers not in ("Customized", UNKNOWN):
        yield CheckFailure("tlsSettings.minimumTlsVersion", "TLS13 needs tlsSettings.cipherSuiteSetType Customized")


def route(inputs: Properties) -> Failures:
    """A redirect from HTTP needs both protocols; the origin group is not optional."""
    protocols = inputs.get("supportedProtocols")
    given = set(protocols) if isinstance(protocols, list) else {UNKNOWN}
    if inputs.get("httpsRedirect") == "Enabled" and UNKNOWN not in given and given != {"Http", "Https"}:
        yield CheckFailure("httpsRedirect", "a redirect to HTTPS needs both Http and Https in supportedProtocols")
    if inputs.get("originGroup") is None:
        yield CheckFailure("originGroup", "a route needs an origin group")


def route_has_origin(cloud: Cloud, put: Put) -> Iterator[str]:
    """A route's origin group has an origin that is enabled, and everything is of one profile."""
    group = get(put.inputs, "originGroup", "id")
    profile = put.identity.lower().partition("/afdendpoints/")[0]
    for pattern in ("originGroup.id", "customDomains[].id", "ruleSets[].id"):
        for path, value in select(put.inputs, pattern):
            if not str(value).lower().startswith(profile + "/"):
                yield f"{path} names something of another profile: {value}"
    if isinstance(group, str):
        origins = [item for item in cloud.below(group) if item.inputs.get("enabledState") != "Disabled"]
        if not origins:
            yield f"the origin group {ids.name_of(group)} has no enabled origin yet: create one first"


def premium_link(cloud: Cloud, put: Put) -> Iterator[str]:
    """Private link to an origin is a feature of the premium profile."""
    profile = cloud.get(put.identity.lower().partition("/origingroups/")[0])
    sku = get(profile.inputs, "sku", "name") if profile else None
    if put.inputs.get("sharedPrivateLinkResource") is not None and sku != "Premium_AzureFrontDoor":
        yield "a private link to an origin needs a profile with the SKU Premium_AzureFrontDoor"


def firewall(inputs: Properties) -> Failures:
    """Managed rules are a feature of the premium policy."""
    sets = get(inputs, "managedRules", "managedRuleSets")
    if isinstance(sets, list) and sets and get(inputs, "sku", "name") not in ("Premium_AzureFrontDoor", UNKNOWN):
        yield CheckFailure("managedRules.managedRuleSets", "managed rules need the SKU Premium_AzureFrontDoor")
