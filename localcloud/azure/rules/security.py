"""What ARM refuses of Defender for Cloud, Sentinel and the logs of Entra ID."""

import re
from collections.abc import Iterator
from typing import Any, Final

from localcloud.azure.cloud import Cloud, Put
from localcloud.azure.rules.common import Failures
from localcloud.azure.rules.monitoring import minutes
from localcloud.backend import CheckFailure, Properties
from localcloud.paths import get, select

PLANS: Final = (
    *("VirtualMachines", "SqlServers", "AppServices", "StorageAccounts", "SqlServerVirtualMachines"),
    *("KubernetesService", "ContainerRegistry", "KeyVaults", "Dns", "Arm", "OpenSourceRelationalDatabases"),
    *("CosmosDbs", "Containers", "CloudPosture", "FoundationalCspm", "Api", "AI", "Discovery"),
)
"""The plans of Defender for Cloud (its REST API, "Pricings")."""

_SUB_PLANS: Final = {
    "StorageAccounts": ("DefenderForStorageV2", "PerStorageAccount", "PerTransaction"),
    "KeyVaults": ("PerTransaction", "PerKeyVault"),
    "Arm": ("PerApiCall", "PerSubscription"),
    "VirtualMachines": ("P1", "P2"),
    "Api": ("P1", "P2", "P3", "P4", "P5"),
}

_ENTRA_LOGS: Final = frozenset(
    {
        *("AuditLogs", "SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs"),
        *("ManagedIdentitySignInLogs", "ProvisioningLogs", "ADFSSignInLogs", "RiskyUsers", "UserRiskEvents"),
        *("RiskyServicePrincipals", "ServicePrincipalRiskEvents", "NetworkAccessTrafficLogs"),
        *("EnrichedOffice365AuditLogs", "MicrosoftGraphActivityLogs", "RemoteNetworkHealthLogs"),
        *("NetworkAccessAlerts", "NetworkAccessConnectionEvents", "MicrosoftServicePrincipalSignInLogs"),
        *("AzureADGraphActivityLogs", "B2CRequestLogs", "GraphNotificationsActivityLogs"),
    }
)
"""The logs of Entra ID (Entra, "Integrate activity logs with Azure Monitor")."""


def pricing(inputs: Properties) -> Failures:
    """A plan has only its own sub-plans."""
    offered, wanted = _SUB_PLANS.get(str(inputs.get("pricingName"))), inputs.get("subPlan")
    if offered and isinstance(wanted, str) and wanted not in offered:
        yield CheckFailure("subPlan", f"{wanted!r} is not one of {', '.join(offered)}")


def alert(inputs: Properties) -> Failures:
    """How often a rule looks, and how far back (Sentinel, "Create scheduled analytics rules")."""
    often, back = minutes(inputs.get("queryFrequency")), minutes(inputs.get("queryPeriod"))
    for name, value in (("queryFrequency", often), ("queryPeriod", back)):
        if isinstance(inputs.get(name), str) and not (value and 5 <= value <= 14 * 24 * 60):
            yield CheckFailure(name, f"{inputs[name]!r} is not a term from PT5M to P14D")
    if often and back and back < often:
        yield CheckFailure("queryPeriod", "can't be shorter than queryFrequency")
    if often and back and often < 60 and back >= 2 * 24 * 60:
        yield CheckFailure("queryFrequency", "must be at least PT1H where queryPeriod is P2D or more")
    threshold = inputs.get("triggerThreshold")
    if isinstance(threshold, int) and not 0 <= threshold <= 10000:
        yield CheckFailure("triggerThreshold", f"{threshold} is outside Azure's range from 0 to 10000")
    for path, technique in select(inputs, "techniques[]"):
        if isinstance(technique, str) and re.fullmatch(r"T\d{4}", technique) is None:
            yield CheckFailure(path, f"{technique!r} is not a technique such as T1078")


def is_onboarded(cloud: Cloud, put: Put) -> Iterator[str]:
    """Sentinel has to be switched on in a workspace first."""
    workspace = put.identity.partition("/providers/Microsoft.SecurityInsights/")[0]
    states = cloud.of_type("azure-native:securityinsights:SentinelOnboardingState")
    if not any(state.identity.lower().startswith(workspace.lower() + "/") for state in states):
        yield f"Sentinel is not switched on in {workspace}: create its SentinelOnboardingState first"


def entra_logs(inputs: Properties) -> Failures:
    """A setting of Entra's has somewhere to send to, and names its logs."""
    destinations = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")
    if not any(inputs.get(name) for name in destinations):
        yield CheckFailure("workspaceId", f"a diagnostic setting needs one of {', '.join(destinations)}")
    found: list[tuple[str, Any]] = list(select(inputs, "logs[]"))
    for path, value in found:
        category = get(value, "category")
        if category is None or (isinstance(category, str) and category not in _ENTRA_LOGS):
            yield CheckFailure(f"{path}.category", f"{category!r} is not a log of Entra ID")
