"""Logs in Azure: complete, kept, copied."""

import re
from typing import Final

from policies.properties import UndeterminedError
from policies.references import means
from policies.resources import Resource, Stack, identities
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.azure.blobs import is_immutable
from policies.rules.azure.sentinel import is_watched
from policies.tables import azure_roles

WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
TABLE: Final = "azure-native:operationalinsights:Table"
EXPORT: Final = "azure-native:operationalinsights:DataExport"
SETTING: Final = "azure-native:monitor:DiagnosticSetting"
ENTRA_SETTING: Final = "azure-native:aadiam:DiagnosticSetting"
ACCOUNT: Final = "azure-native:storage:StorageAccount"
VPN_GATEWAY: Final = "azure-native:network:VirtualNetworkGateway"

LOGGED: Final = (
    "azure-native:keyvault:Vault",
    "azure-native:app:ManagedEnvironment",
    "azure-native:cdn:Profile",
    "azure-native:containerregistry:Registry",
    "azure-native:dataprotection:BackupVault",
    "azure-native:dbforpostgresql:Server",
    "azure-native:eventgrid:SystemTopic",
    "azure-native:eventhub:Namespace",
    "azure-native:keyvault:ManagedHsm",
    "azure-native:network:AzureFirewall",
    "azure-native:network:NetworkSecurityGroup",
    "azure-native:network:PublicIPAddress",
    "azure-native:network:VirtualNetwork",
    VPN_GATEWAY,
    "azure-native:search:Service",
    "azure-native:storage:BlobServiceProperties",
    WORKSPACE,
)
"""Types that write logs through a diagnostic setting of their own."""

_WITH_WORDS: Final = (
    "azure-native:app:ManagedEnvironment",
    "azure-native:cdn:Profile",
    "azure-native:dbforpostgresql:Server",
    "azure-native:search:Service",
)
"""Types whose logs may hold what customers say: what services print, what is asked for, stated and searched."""

_KEPT_DAYS: Final = 365
_SHORTEST_DAYS: Final = 30
"""Days in which somebody who answers an incident has looked."""

_ARCHIVED_DAYS: Final = 3 * 365

_OF_SUBSCRIPTION: Final = frozenset(
    {
        "Administrative",
        "Alert",
        "Autoscale",
        "Policy",
        "Recommendation",
        "ResourceHealth",
        "Security",
        "ServiceHealth",
    }
)
"""All that a subscription logs; it has no category group (Azure documentation, "Azure Monitor activity log")."""

_OF_ENTRA: Final = frozenset(
    {
        "AuditLogs",
        "ManagedIdentitySignInLogs",
        "NonInteractiveUserSignInLogs",
        "ProvisioningLogs",
        "RiskyUsers",
        "ServicePrincipalSignInLogs",
        "SignInLogs",
        "UserRiskEvents",
    }
)
"""What Entra ID logs about people and identities (Microsoft documentation, "What are the identity logs you can stream
to an endpoint?")."""

_COPIED: Final = frozenset(
    {
        "AADManagedIdentitySignInLogs",
        "AADNonInteractiveUserSignInLogs",
        "AADProvisioningLogs",
        "AADServicePrincipalSignInLogs",
        "AZFWApplicationRule",
        "AZFWIdpsSignature",
        "AZFWNetworkRule",
        "AZFWThreatIntel",
        "AZKVAuditLogs",
        "AZMSRunTimeAuditLogs",
        "AuditLogs",
        "ContainerRegistryLoginEvents",
        "ContainerRegistryRepositoryEvents",
        "LAJobLogs",
        "LAQueryLogs",
        "NTANetAnalytics",
        "SecurityAlert",
        "SecurityIncident",
        "SigninLogs",
        "StorageBlobLogs",
    }
)
"""The tables without which nobody can tell who did what to customers' data, who reached it and who tried to."""


def _logged_to(workspace: Resource, stack: Stack) -> set[str]:
    """The types of the resources whose logs come to the workspace."""
    return {
        resource.resource_type
        for setting in stack.of_type(SETTING)
        if len(setting.get("logs", [])) > 0 and stack.refers_to(setting, "workspace_id", workspace, "id")
        for resource in stack.meant(setting, "resource_uri", LOGGED, "id")
    }


@stack_rule(WORKSPACE)
def workspace_keeps_logs(workspace: Resource, stack: Stack) -> Findings:
    """An intrusion is often found months later; logs that are gone by then can't tell what was taken.

    What may hold customers' words has to be gone with the rest of theirs: it lies in a workspace of its own, which
    keeps it no longer than the deletion policy's term.
    """
    # The default of the usual tier.
    kept = workspace.get("retention_in_days", 30)
    logged = _logged_to(workspace, stack)
    if not logged & set(_WITH_WORDS):
        if kept < _KEPT_DAYS:
            yield f"logs are kept for less than a year: set retention_in_days to at least {_KEPT_DAYS}"
    else:
        if logged - set(_WITH_WORDS):
            yield (
                "customers' words lie among the audit: set workspace_id of the DiagnosticSetting of either to one of "
                "their own"
            )
        if not _SHORTEST_DAYS <= kept <= stack.deletion_policy_days:
            yield (
                "customers' words are kept beyond the deletion policy's term, or for days only: "
                f"set retention_in_days to {stack.deletion_policy_days}"
            )
    capping = workspace.get("workspace_capping", None)
    if capping is not None and capping.get("daily_quota_gb", -1) != -1:
        yield "logs stop at a daily amount, which an attacker can use up: remove workspace_capping"
    features = workspace.part("features")
    if features.get("immediatePurgeDataOn30Days", False):
        yield "logs are gone for good after 30 days: set features.immediate_purge_data_on30_days=False"
    if workspace.part("sku").get("name", "Free") != "PerGB2018":
        yield "the tier keeps logs for days only: set sku.name to PerGB2018"


@rule(WORKSPACE)
def workspace_needs_sign_in(workspace: Resource) -> Findings:
    """With the workspace's shared keys anyone may write false logs; only Entra identities leave a trace."""
    features = workspace.part("features")
    if not features.get("disable_local_auth", False):
        yield "shared keys open the workspace: set features.disable_local_auth=True"
    # Otherwise whoever may look at a resource reads its logs, without a role on the workspace.
    if features.get("enable_log_access_using_only_resource_permissions", True):
        yield "logs are read without a role: set features.enable_log_access_using_only_resource_permissions=False"
    if workspace.get("public_network_access_for_ingestion", "Enabled") != "Disabled":
        yield "the internet may write false logs: set public_network_access_for_ingestion to Disabled"


@stack_rule(*LOGGED)
def access_is_logged(resource: Resource, stack: Stack) -> Findings:
    """What writes no log can be attacked unseen."""
    if not any(_collects_all(setting) for setting in _settings_of(resource, stack)):
        yield "its logs are not collected: add a DiagnosticSetting with all logs and a workspace_id"


def _settings_of(resource: Resource, stack: Stack) -> list[Resource]:
    """The settings that collect the logs of a resource, or of a part of it, such as an account's blobs."""
    computed = [each for each in stack.of_type(SETTING) if resource in stack.sources(each, "resource_uri")]
    return [each for each in computed if _is_below(each, resource)]


def _is_below(setting: Resource, resource: Resource) -> bool:
    try:
        place = f"{setting.get('resource_uri', '')}/".lower()
    except UndeterminedError:
        return True
    known = identities(resource, "id")
    return not known or any(place.startswith(f"{each}/".lower()) for each in known)


def _collects_all(setting: Resource) -> bool:
    return any(
        log.get("category_group", None) == "allLogs" and log.get("enabled", False) for log in setting.get("logs", [])
    )


@stack_rule(SETTING, ENTRA_SETTING)
def diagnostic_setting_reaches_workspace(setting: Resource, stack: Stack) -> Findings:
    """Logs that don't reach the common workspace are watched by no one."""
    if not any(stack.refers_to(setting, "workspace_id", workspace, "id") for workspace in stack.of_type(WORKSPACE)):
        yield "the logs go elsewhere: set workspace_id to the stack's workspace"
    for number, log in setting.numbered("logs"):
        if not log.get("enabled", False):
            yield f"logs[{number}] is switched off: set enabled=True"
    elsewhere = ["event_hub_authorization_rule_id", "event_hub_name", "service_bus_rule_id"]
    if setting.resource_type == SETTING:
        elsewhere.append("marketplace_partner_id")
    for name in elsewhere:
        if setting.has(name):
            yield f"a copy of the logs goes elsewhere: remove {name}"


@stack_rule(SETTING)
def words_lie_in_their_workspace_only(setting: Resource, stack: Stack) -> Findings:
    """What customers say has to be gone with the deletion policy's term; a copy in an account stays for a year."""
    if not stack.meant(setting, "resource_uri", _WITH_WORDS, "id") or len(setting.get("logs", [])) == 0:
        not_applicable("the setting collects no customers' words")
    if setting.has("storage_account_id"):
        yield "customers' words outlive their workspace: remove storage_account_id"


@stack_rule(SETTING, ENTRA_SETTING)
def audit_goes_where_sentinel_watches(setting: Resource, stack: Stack) -> Findings:
    """A workspace of the stack that Sentinel doesn't watch keeps logs for nobody: no question is ever asked of them."""
    if len(setting.get("logs", [])) == 0:
        not_applicable("the setting collects no logs")
    # Customers' words are watched by what is written down about each question that somebody asks of them.
    if setting.resource_type == SETTING and stack.meant(setting, "resource_uri", _WITH_WORDS, "id"):
        not_applicable("customers' words lie in a workspace of their own")
    watched = [each for each in stack.of_type(WORKSPACE) if is_watched(each, stack)]
    if not any(stack.refers_to(setting, "workspace_id", workspace, "id") for workspace in watched):
        yield "nothing asks about the logs: set workspace_id to the workspace that Sentinel watches"


@rule(SETTING)
def diagnostic_setting_fills_own_tables(setting: Resource) -> Findings:
    """What Sentinel asks of the tables of each type of resource isn't in the table that all share."""
    if setting.get("log_analytics_destination_type", "AzureDiagnostics") != "Dedicated" and not _is_of_subscription(
        setting
    ):
        yield "logs go where no rule of Sentinel looks: set log_analytics_destination_type to Dedicated"
    if len(setting.get("logs", [])) == 0 and len(setting.get("metrics", [])) == 0:
        yield "the setting collects nothing: set logs"


def _is_of_subscription(setting: Resource) -> bool:
    return re.fullmatch(r"(?i)/?subscriptions/[^/]+", setting.get("resource_uri", "")) is not None


def _categories(setting: Resource) -> set[str]:
    return {each.get("category", None) for each in setting.get("logs", []) if each.get("enabled", False)}


@stack_rule(WORKSPACE)
def subscription_and_entra_are_logged(_: Resource, stack: Stack) -> Findings:
    """Who gave whom a role is in the subscription's log, who signed in is in Entra's; neither is any resource's."""
    activity = [each for each in stack.of_type(SETTING) if _is_of_subscription(each)]
    if not any(_categories(each) >= _OF_SUBSCRIPTION for each in activity):
        yield "the subscription's log isn't collected: add a DiagnosticSetting of it with all its categories"
    if not any(_writes_to_immutable_account(each, stack) for each in activity):
        yield "the subscription's log can be changed: set storage_account_id of its setting to the immutable account"
    if not any(_categories(each) >= _OF_ENTRA for each in stack.of_type(ENTRA_SETTING)):
        yield "sign-ins aren't collected: add an aadiam DiagnosticSetting with all its categories"


@stack_rule(TABLE)
def table_keeps_logs(table: Resource, stack: Stack) -> Findings:
    """A table may end its records sooner than the workspace does, or keep them where nothing searches, or too long."""
    workspaces = stack.meant(table, "workspace_name", (WORKSPACE,), "name", "workspace_name")
    if any(_logged_to(each, stack) & set(_WITH_WORDS) for each in workspaces):
        yield "customers' words may be kept beyond their workspace's term: remove this Table"
    if table.get("retention_in_days", _KEPT_DAYS) < _KEPT_DAYS:
        yield f"records can't be searched for a year: set retention_in_days to at least {_KEPT_DAYS}"
    if table.get("total_retention_in_days", _KEPT_DAYS) < _ARCHIVED_DAYS:
        yield f"records are gone within three years: set total_retention_in_days to at least {_ARCHIVED_DAYS}"
    if table.get("plan", "Analytics") != "Analytics":
        yield "no rule of Sentinel asks the table: set plan to Analytics"


@stack_rule(WORKSPACE)
def audit_is_archived(_: Resource, stack: Stack) -> Findings:
    """Logs that end with the workspace's own term can't tell what was taken years ago."""
    named = {each.one_of("table_name", "name") for each in stack.of_type(TABLE)}
    for name in sorted(_COPIED - named):
        yield f"records of {name} are gone with the workspace's term: add the table with total_retention_in_days"


@rule(EXPORT)
def audit_copy_is_complete(export: Resource) -> Findings:
    """The copy shows what somebody has erased from the workspace; what isn't copied can be erased."""
    if not export.get("enable", False):
        yield "nothing is copied: set enable=True"
    names = set(export.get("table_names", []))
    for name in sorted(_COPIED - names):
        yield f"{name} isn't copied: add it to table_names"
    if names & azure_roles().content_tables:
        yield "customers' words come to lie in the copy, for good: take tables with content out of table_names"


@stack_rule(EXPORT)
def audit_copy_is_immutable(export: Resource, stack: Stack) -> Findings:
    """A copy that can be erased like the logs themselves proves nothing."""

    def read() -> str | None:
        return export.get("resource_id", None)

    if not means(stack, export, "resource_id", read=read, targets={ACCOUNT: ("id",)}, fits=is_immutable):
        yield "the copy can be erased, or is a stranger's: set resource_id to an immutable account of the stack"


@stack_rule(WORKSPACE)
def audit_is_copied(_: Resource, stack: Stack) -> Findings:
    """Whoever may change the workspace may end what it holds: a second copy is out of their reach."""
    if not stack.of_type(EXPORT):
        yield "there is one copy of the logs only: add a DataExport to an immutable account"


@stack_rule(VPN_GATEWAY)
def way_in_is_copied(gateway: Resource, stack: Stack) -> Findings:
    """Who dialled in to the network stands in a table that no export takes: whoever may change the workspace ends it.

    So the gateway writes to the immutable account itself, as it can only to one in its own region.
    """
    region = _region(gateway)
    if not any(is_immutable(each) and _region(each) == region for each in stack.of_type(ACCOUNT)):
        not_applicable("no immutable account lies in the gateway's region")
    settings = _settings_of(gateway, stack)
    if not any(_collects_all(each) and _writes_to_immutable_account(each, stack) for each in settings):
        yield "who dialled in can be erased: set storage_account_id of the gateway's setting to the immutable account"


def _region(resource: Resource) -> str:
    """Azure takes `East US` for `eastus`; left out, it is the resource group's."""
    return resource.get("location", "").replace(" ", "").lower()


def _writes_to_immutable_account(setting: Resource, stack: Stack) -> bool:
    return means(
        stack,
        setting,
        "storage_account_id",
        read=lambda: setting.get("storage_account_id", None),
        targets={ACCOUNT: ("id",)},
        fits=is_immutable,
    )


@rule(ACCOUNT)
def immutable_account_keeps_its_term(account: Resource) -> Findings:
    """Immutability for days, or switched off, ends before anybody has asked."""
    settings = account.part("immutable_storage_with_versioning")
    if not settings.get("enabled", False):
        not_applicable("the account isn't immutable")
    policy = settings.part("immutability_policy")
    if policy.get("immutability_period_since_creation_in_days", 0) < _KEPT_DAYS:
        yield f"the copy can be erased early: set immutability_period_since_creation_in_days to at least {_KEPT_DAYS}"
    if policy.get("immutability_period_since_creation_in_days", 0) > _ARCHIVED_DAYS:
        yield "the copy can't be erased when it should: set immutability_period_since_creation_in_days to three years"
    if policy.get("state", "Disabled") not in ("Unlocked", "Locked"):
        yield "the copy can be erased: set immutability_policy.state to Unlocked or Locked"
    if not policy.get("allow_protected_append_writes", False):
        yield "logs can't be appended to: set immutability_policy.allow_protected_append_writes=True"
