"""What ARM refuses of logs, alerts and diagnostic settings."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from localcloud.azure import ids
from localcloud.azure.cloud import Check, Cloud, Name, Put
from localcloud.azure.rules.common import Failures
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import get, select

WORKSPACE_NAME: Final = Name(r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]", "4 to 63 letters, digits and hyphens")


def diagnostics(inputs: Properties) -> Failures:
    """A setting has somewhere to send to, and each entry names a category or a group of them."""
    destinations = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
    if not any(inputs.get(name) for name in destinations):
        yield CheckFailure("workspaceId", f"a diagnostic setting needs one of {', '.join(destinations)}")
    for path, value in select(inputs, "logs[]"):
        if (get(value, "category") is None) == (get(value, "categoryGroup") is None):
            yield CheckFailure(path, "needs either category or categoryGroup")


_TERM: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


def minutes(term: Any) -> int | None:
    """The length in minutes of an ISO 8601 term in days, hours and minutes; None when it is none."""
    match = _TERM.fullmatch(term) if isinstance(term, str) else None
    if match is None or not any(match.groups()):
        return None
    return sum(int(number or 0) * length for number, length in zip(match.groups(), (1440, 60, 1), strict=True))


def window(wide: str, often: str) -> Check:
    """A check that an alert looks back at least as far as to when it last looked."""

    def check(inputs: Properties) -> Failures:
        back, step = minutes(inputs.get(wide)), minutes(inputs.get(often))
        if back and step and back < step:
            yield CheckFailure(wide, f"can't be shorter than {often}")

    return check


def query(inputs: Properties) -> Failures:
    """A log alert needs something to ask, and how often (Azure Monitor, "Scheduled query rules")."""
    if inputs.get("kind") in (None, "LogAlert"):
        for name in ("evaluationFrequency", "windowSize", "severity", "scopes", "criteria"):
            if inputs.get(name) is None:
                yield CheckFailure(name, "a log alert needs it")
    for path, condition in select(inputs, "criteria.allOf[]"):
        if get(condition, "query") is None:
            yield CheckFailure(f"{path}.query", "a log alert needs it")
        elif (
            get(condition, "timeAggregation") not in (None, "Count", UNKNOWN)
            and get(condition, "metricMeasureColumn") is None
        ):
            yield CheckFailure(f"{path}.metricMeasureColumn", "an aggregation other than Count needs it")


def activity_alert(inputs: Properties) -> Failures:
    """A condition of an activity log alert names the category (Azure Monitor, "Activity log alerts")."""
    conditions = [value for _, value in select(inputs, "condition.allOf[]")]
    named = {get(value, "field") for value in conditions} | {
        get(inner, "field") for value in conditions for _, inner in select(value, "anyOf[]")
    }
    if conditions and "category" not in named and UNKNOWN not in named:
        yield CheckFailure("condition.allOf", "one of the conditions must be on the field category")
    for path, value in select(inputs, "condition.allOf[]"):
        if get(value, "anyOf") is not None and get(value, "field") is not None:
            yield CheckFailure(path, "has either field or anyOf")


def table(inputs: Properties) -> Failures:
    """A table is kept at least as long as it can be searched, and its whole term is one of Azure's steps."""
    kept, total = inputs.get("retentionInDays"), inputs.get("totalRetentionInDays")
    if isinstance(kept, int) and isinstance(total, int) and 0 < total < kept:
        yield CheckFailure("totalRetentionInDays", "can't be shorter than retentionInDays")
    if isinstance(total, int) and total > 730 and total not in _YEARS:
        yield CheckFailure("totalRetentionInDays", f"{total} is not one of {', '.join(map(str, _YEARS))}")


_YEARS: Final = (1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383)
"""Days of the terms beyond two years (Log Analytics, "Tables", totalRetentionInDays)."""


def export_goes_elsewhere(cloud: Cloud, put: Put) -> Iterator[str]:
    """A workspace exports a table once to a destination, to storage or to Event Hubs."""
    target = str(put.inputs.get("resourceId"))
    if ids.type_of(target).lower() not in ("microsoft.storage/storageaccounts", "microsoft.eventhub/namespaces"):
        yield f"resourceId must name a storage account or an Event Hubs namespace, not {target}"
    for other in cloud.of_type(put.kind.token):
        is_sibling = ids.parent(other.identity) == ids.parent(put.identity) and other.name != ids.name_of(put.identity)
        if is_sibling and str(other.inputs.get("resourceId")).lower() == target.lower():
            yield f"the workspace exports to {ids.name_of(target)} already: {other.name}"


_WITHOUT_LOGS: Final = frozenset(
    {
        *("microsoft.storage/storageaccounts", "microsoft.app/containerapps", "microsoft.network/natgateways"),
        *("microsoft.network/privateendpoints", "microsoft.network/privatednszones", "microsoft.compute/disks"),
    }
)
"""Types that have metrics and no logs (Azure Monitor, "Supported resource logs")."""

_WITHOUT_METRICS: Final = frozenset({"microsoft.network/networksecuritygroups", "microsoft.resources/subscriptions"})

_WITHOUT_SETTINGS: Final = frozenset(
    {
        *("microsoft.network/routetables", "microsoft.managedidentity/userassignedidentities"),
        *("microsoft.network/firewallpolicies", "microsoft.network/frontdoorwebapplicationfirewallpolicies"),
        *("microsoft.network/networkwatchers", "microsoft.insights/actiongroups", "microsoft.resources/resourcegroups"),
        *("microsoft.network/dnsresolvers", "microsoft.network/virtualnetworks/subnets"),
    }
)
"""Types that have no diagnostic settings at all."""

_CATEGORIES: Final[Mapping[str, frozenset[str]]] = {
    "microsoft.keyvault/vaults": frozenset({"AuditEvent", "AzurePolicyEvaluationDetails"}),
    "microsoft.keyvault/managedhsms": frozenset({"AuditEvent"}),
    "microsoft.network/networksecuritygroups": frozenset(
        {"NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter"}
    ),
    "microsoft.storage/storageaccounts/blobservices": frozenset({"StorageRead", "StorageWrite", "StorageDelete"}),
    "microsoft.cdn/profiles": frozenset(
        {"FrontDoorAccessLog", "FrontDoorHealthProbeLog", "FrontDoorWebApplicationFirewallLog"}
    ),
    "microsoft.search/searchservices": frozenset({"OperationLogs"}),
    "microsoft.containerregistry/registries": frozenset(
        {"ContainerRegistryRepositoryEvents", "ContainerRegistryLoginEvents"}
    ),
    "microsoft.resources/subscriptions": frozenset(
        {
            *("Administrative", "Security", "ServiceHealth", "Alert", "Recommendation", "Policy", "Autoscale"),
            "ResourceHealth",
        }
    ),
}
"""The categories of logs of some types (Azure Monitor, "Supported resource logs", and "Activity log")."""

_WITHOUT_GROUPS: Final = frozenset({"microsoft.resources/subscriptions"})


def fits_what_is_logged(cloud: Cloud, put: Put) -> Iterator[str]:
    """A setting asks only for what its resource has, and no two settings send a log to one place."""
    target = str(put.inputs.get("resourceUri"))
    kind = ids.type_of("/" + target.strip("/")).lower()
    if kind in _WITHOUT_SETTINGS:
        yield f"{kind} has no diagnostic settings"
    logs = [value for _, value in select(put.inputs, "logs[]")]
    if logs and kind in _WITHOUT_LOGS:
        yield f"{kind} has no logs, only metrics"
    if put.inputs.get("metrics") and kind in _WITHOUT_METRICS:
        yield f"{kind} has no metrics for a diagnostic setting"
    for log in logs:
        category, group = get(log, "category"), get(log, "categoryGroup")
        if category and category not in _CATEGORIES.get(kind, {category}):
            yield f"{kind} has no log {category}"
        if group and kind in _WITHOUT_GROUPS:
            yield f"{kind} has no groups of logs: name the categories"
    for other in cloud.of_type(put.kind.token):
        if other.identity.lower() == put.identity.lower() or ids.parent(other.identity) != ids.parent(put.identity):
            continue
        for name in ("workspaceId", "storageAccountId"):
            one, two = put.inputs.get(name), other.inputs.get(name)
            if one and two and one.lower() == two.lower() and _same_log(logs, other.inputs.get("logs") or []):
                yield f"{other.name} sends a log of the same category to {ids.name_of(one)} already"


def _same_log(one: list[Any], two: list[Any]) -> bool:
    named = [{(get(log, "category"), get(log, "categoryGroup")) for log in logs} for logs in (one, two)]
    return bool(named[0] & named[1])
