"""What ARM refuses of Azure Firewall and its policies."""

from collections.abc import Iterator
from typing import Any, Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Put
from localcloud.azure.computed.network import subnet_range
from localcloud.azure.rules.common import Failures
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import get, has_unknown, select

_SUBNET: Final = "AzureFirewallSubnet"
_LONGEST_PREFIX: Final = 26
_TIERS: Final = ("Basic", "Standard", "Premium")


def policy(inputs: Properties) -> Failures:
    """Inspection of TLS and detection of intrusions are of the premium tier (Azure Firewall, "Premium features")."""
    tier = get(inputs, "sku", "tier") or "Standard"
    if tier in (UNKNOWN, "Premium"):
        return
    for name in ("transportSecurity", "intrusionDetection"):
        if inputs.get(name) is not None and get(inputs, name, "mode") != "Off":
            yield CheckFailure(name, "needs sku.tier Premium")


def policy_tier_stays(_cloud: Cloud, put: Put) -> Iterator[str]:
    """A policy's tier is chosen once."""
    if put.old and get(put.old.inputs, "sku", "tier") != get(put.inputs, "sku", "tier"):
        yield "sku.tier is fixed since the policy was created and can't be changed"


def collections(inputs: Properties) -> Failures:
    """Names and priorities are taken once, and each rule says from where and to where."""
    found = [(path, value) for path, value in select(inputs, "ruleCollections[]")]
    yield from _twice(found, "name")
    yield from _twice(found, "priority")
    for path, collection in found:
        rules = [(f"{path}.{below}", rule) for below, rule in select(collection, "rules[]")]
        yield from _twice(rules, "name")
        for below, rule in rules:
            yield from _ends(below, rule)


def _twice(found: list[tuple[str, Any]], name: str) -> Failures:
    seen: set[Any] = set()
    for path, value in found:
        own = get(value, name)
        if isinstance(own, str | int) and own in seen:
            yield CheckFailure(f"{path}.{name}", f"{own} is taken by another one")
        elif isinstance(own, str | int):
            seen.add(own)


_TARGETS: Final = {
    "ApplicationRule": ("targetFqdns", "targetUrls", "fqdnTags", "webCategories"),
    "NetworkRule": ("destinationAddresses", "destinationIpGroups", "destinationFqdns"),
}


def _ends(path: str, rule: Any) -> Failures:
    kind = get(rule, "ruleType")
    targets = _TARGETS.get(kind) if isinstance(kind, str) else None
    if targets is None:
        return
    if not any(get(rule, name) for name in ("sourceAddresses", "sourceIpGroups")):
        yield CheckFailure(path, "a rule needs sourceAddresses or sourceIpGroups")
    if not any(get(rule, name) for name in targets):
        yield CheckFailure(path, f"a rule of type {kind} needs one of {', '.join(targets)}")
    wanted = "protocols" if kind == "ApplicationRule" else "ipProtocols"
    if not get(rule, wanted):
        yield CheckFailure(path, f"a rule of type {kind} needs {wanted}")


def names_need_proxy(cloud: Cloud, put: Put) -> Iterator[str]:
    """Network rules know names only where the firewall answers DNS (Azure Firewall, "FQDN filtering")."""
    found = cloud.get(str(ids.parent(put.identity)))
    names = [value for _, value in select(put.inputs, "ruleCollections[].rules[].destinationFqdns[]")]
    if names and found and get(found.inputs, "dnsSettings", "enableProxy") is not True:
        yield f"names in a network rule need dnsSettings.enableProxy on the policy {found.name}"


def firewall_lies_in_subnet(cloud: Cloud, put: Put) -> Iterator[str]:
    """A firewall lives in the subnet called AzureFirewallSubnet, of at least a /26 (Azure Firewall, "FAQ")."""
    subnets = [str(value) for _, value in select(put.inputs, "ipConfigurations[].subnet.id")]
    if get(put.inputs, "sku", "name") != "AZFW_Hub" and len(subnets) != 1:
        yield "exactly one of ipConfigurations needs a subnet"
    for identity in subnets:
        block = subnet_range(cloud, identity)
        if ids.name_of(identity).lower() != _SUBNET.lower():
            yield f"a firewall must be in a subnet called {_SUBNET}, not {ids.name_of(identity)}"
        elif block and block.prefixlen > _LONGEST_PREFIX:
            yield f"the subnet {_SUBNET} ({block}) is too small: a firewall needs at least a /{_LONGEST_PREFIX}"


def firewall_fits_policy(cloud: Cloud, put: Put) -> Iterator[str]:
    """A firewall takes a policy of its own tier or a lower one."""
    found = cloud.get(str(get(put.inputs, "firewallPolicy", "id")))
    own = get(put.inputs, "sku", "tier") or "Standard"
    theirs = (get(found.inputs, "sku", "tier") if found else None) or "Standard"
    if not has_unknown([own, theirs]) and _TIERS.index(theirs) > _TIERS.index(own):
        yield f"a firewall of the tier {own} can't follow a policy of the tier {theirs}"
