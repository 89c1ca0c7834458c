import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

WORKSPACE = "azure-native:operationalinsights:Workspace/audit"
CONTENT = "azure-native:operationalinsights:Workspace/content"

CUSTOMERS_WORDS = frozenset({"app:ManagedEnvironment", "cdn:Profile", "dbforpostgresql:Server", "search:Service"})
"""Types whose logs may hold what customers say: what services print, what is asked for, searched, and stated."""

WITH_LOGS = frozenset(
    {
        "app:ManagedEnvironment",
        "cdn:Profile",
        "containerregistry:Registry",
        "dataprotection:BackupVault",
        "dbforpostgresql:Server",
        "eventgrid:SystemTopic",
        "eventhub:Namespace",
        "keyvault:ManagedHsm",
        "keyvault:Vault",
        "network:ApplicationGateway",
        "network:AzureFirewall",
        "network:LoadBalancer",
        "network:NetworkSecurityGroup",
        "network:PublicIPAddress",
        "network:VirtualNetwork",
        "network:VirtualNetworkGateway",
        "operationalinsights:Workspace",
        "recoveryservices:Vault",
        "search:Service",
        "storage:BlobServiceProperties",
        "storage:FileServiceProperties",
        "storage:QueueServiceProperties",
        "storage:TableServiceProperties",
    }
)
"""Types that have log categories: Azure documentation, "Supported resource log categories for Azure Monitor",
read in November 2026, and what of it a stack like this may ever hold."""

WITHOUT_LOGS: Mapping[str, str] = {
    "aadiam:DiagnosticSetting": "collects itself",
    "app:ContainerApp": "logs through its environment",
    "app:Job": "logs through its environment",
    "authorization:ManagementLockByScope": "the activity log has it",
    "authorization:PolicyAssignment": "the activity log has it",
    "authorization:PolicyDefinition": "the activity log has it",
    "authorization:RoleAssignment": "the activity log has it",
    "authorization:RoleDefinition": "the activity log has it",
    "cdn:AFDCustomDomain": "logs through its profile",
    "cdn:AFDEndpoint": "logs through its profile",
    "cdn:AFDOrigin": "logs through its profile",
    "cdn:AFDOriginGroup": "logs through its profile",
    "cdn:Route": "logs through its profile",
    "cdn:Rule": "logs through its profile",
    "cdn:RuleSet": "logs through its profile",
    "cdn:SecurityPolicy": "logs through its profile",
    "containerregistry:Replication": "logs through its registry",
    "dataprotection:BackupInstance": "logs through its vault",
    "dataprotection:BackupPolicy": "logs through its vault",
    "dbforpostgresql:AdministratorsMicrosoftEntra": "logs through its server",
    "dbforpostgresql:Configuration": "logs through its server",
    "dbforpostgresql:Database": "logs through its server",
    "dbforpostgresql:VirtualEndpoint": "logs through its server",
    "dnsresolver:DnsResolver": "has metrics only",
    "dnsresolver:InboundEndpoint": "has metrics only",
    "eventgrid:SystemTopicEventSubscription": "logs through its topic",
    "eventhub:ConsumerGroup": "logs through its namespace",
    "eventhub:EventHub": "logs through its namespace",
    "eventhub:NamespaceNetworkRuleSet": "logs through its namespace",
    "frontdoor:Policy": "logs through the profile that it stands before",
    "keyvault:Key": "logs through its vault",
    "managedidentity:FederatedIdentityCredential": "Entra logs its sign-ins",
    "managedidentity:UserAssignedIdentity": "Entra logs its sign-ins",
    "monitor:ActionGroup": "the activity log has it",
    "monitor:ActivityLogAlert": "the activity log has it",
    "monitor:DiagnosticSetting": "collects itself",
    "monitor:PrivateLinkScope": "the activity log has it",
    "monitor:PrivateLinkScopedResource": "the activity log has it",
    "monitor:ScheduledQueryRule": "the activity log has it",
    "network:FirewallPolicy": "logs through its firewall",
    "network:FirewallPolicyRuleCollectionGroup": "logs through its firewall",
    "network:FlowLog": "is a log itself",
    "network:NetworkWatcher": "its flow logs are the logs",
    "network:PrivateDnsZoneGroup": "has none",
    "network:PrivateEndpoint": "has metrics only",
    "network:RouteTable": "has none",
    "network:Subnet": "logs through its network",
    "network:VirtualNetworkPeering": "has none",
    "operationalinsights:DataExport": "logs through its workspace",
    "operationalinsights:Table": "logs through its workspace",
    "privatedns:PrivateZone": "has metrics only",
    "privatedns:VirtualNetworkLink": "has none",
    "resources:ResourceGroup": "the activity log has it",
    "search:SharedPrivateLinkResource": "logs through its service",
    "security:Pricing": "the activity log has it",
    "security:SecurityContact": "the activity log has it",
    "securityinsights:ScheduledAlertRule": "logs through its workspace",
    "securityinsights:SentinelOnboardingState": "logs through its workspace",
    "storage:BlobContainer": "logs through its blob service",
    "storage:EncryptionScope": "logs through its blob service",
    "storage:ManagementPolicy": "the activity log has it",
    "storage:StorageAccount": "logs through its services; no private endpoint leads to others than blobs",
}
"""Types of the stack without log categories of their own, and where what happens to them is logged."""

WITHOUT_METRICS = frozenset({"dataprotection:BackupVault", "network:NetworkSecurityGroup"})
OTHER_METRICS = {"storage:BlobServiceProperties": "Transaction"}
"""Azure documentation, "Supported metrics": what has none that a setting could send, and what has them under another
name than `AllMetrics`."""

AUDITED: Mapping[str, Mapping[str, str]] = tomllib.loads((Path(__file__).parent / "audit_tables.toml").read_text())
"""Type -> table into which its logs come -> why it isn't archived and copied; nothing if it is."""

OF_NO_RESOURCE = {"activity-log"}
"""The settings that collect what isn't a resource's."""


def settings(stack: Any) -> dict[str, Any]:
    """Logical name -> inputs of each diagnostic setting of a resource."""
    found = {name: each["inputs"] for name, each in stack.named("monitor:DiagnosticSetting").items()}
    return {name: inputs for name, inputs in found.items() if name not in OF_NO_RESOURCE}


def kind_of(inputs: Any) -> str:
    """The type of the resource whose logs a setting collects."""
    return inputs["resourceUri"].partition("/")[0].removeprefix("azure-native:")


@pytest.mark.parametrize("workspace", ["audit", "content"])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("publicNetworkAccessForIngestion", "Disabled"),
        ("sku", {"name": "PerGB2018"}),
        (
            "features",
            {
                "disableLocalAuth": True,
                "enableLogAccessUsingOnlyResourcePermissions": False,
                "immediatePurgeDataOn30Days": False,
            },
        ),
    ],
)
def test_workspace(stack: Any, workspace: str, setting: str, value: Any):
    assert stack.inputs("operationalinsights:Workspace", workspace)[setting] == value
    assert stack.named("operationalinsights:Workspace")[workspace]["protect"] is True


def test_customers_words_end_with_the_deletion_policys_term(stack: Any, small: Any):
    for each, days in ((stack, 365), (small, 730)):
        assert each.inputs("operationalinsights:Workspace", "audit")["retentionInDays"] == days
        assert each.inputs("operationalinsights:Workspace", "content")["retentionInDays"] == 90
    kept = {table["inputs"]["workspaceName"] for table in stack.named("operationalinsights:Table").values()}
    assert kept == {"log-hostco-useast"}


def test_customers_words_are_asked_for_within_the_network_only(stack: Any):
    assert stack.inputs("operationalinsights:Workspace", "content")["publicNetworkAccessForQuery"] == "Disabled"
    joined = stack.named("monitor:PrivateLinkScopedResource")
    assert [each["inputs"]["linkedResourceId"] for each in joined.values()] == [CONTENT]
    for endpoint in ("logs", "logs-2"):
        [connection] = stack.inputs("network:PrivateEndpoint", endpoint)["privateLinkServiceConnections"]
        assert connection["privateLinkServiceId"] == "azure-native:monitor:PrivateLinkScope/logs"
        assert connection["groupIds"] == ["azuremonitor"]
    zones = stack.inputs("network:PrivateDnsZoneGroup", "logs")["privateDnsZoneConfigs"]
    assert [zone["privateDnsZoneId"].rpartition("/")[2] for zone in zones] == [
        "monitor",
        "oms",
        "ods",
        "agents",
        "blob",
    ]


def test_the_network_still_reaches_the_audit(stack: Any):
    """It isn't in the scope, for Sentinel asks through Azure Resource Manager."""
    modes = stack.inputs("monitor:PrivateLinkScope", "logs")["accessModeSettings"]
    assert modes == {"ingestionAccessMode": "Open", "queryAccessMode": "Open"}


def test_who_asks_for_customers_words_is_in_the_audit(stack: Any):
    assert stack.inputs("monitor:DiagnosticSetting", "content")["workspaceId"] == WORKSPACE
    assert stack.inputs("monitor:DiagnosticSetting", "content")["resourceUri"] == CONTENT


def test_retention_is_the_settings(small: Any):
    assert small.inputs("operationalinsights:Workspace", "audit")["retentionInDays"] == 730
    assert {
        (each["inputs"]["retentionInDays"], each["inputs"]["totalRetentionInDays"])
        for each in small.named("operationalinsights:Table").values()
    } == {(730, 1095)}


def test_the_audit_is_archived(stack: Any):
    tables = stack.named("operationalinsights:Table")
    assert {"AuditLogs", "AzureActivity", "AZKVAuditLogs", "SigninLogs", "StorageBlobLogs"} <= set(tables)
    for name, table in tables.items():
        inputs = table["inputs"]
        assert inputs["tableName"] == name
        assert inputs["plan"] == "Analytics"
        assert inputs["retentionInDays"] == 365
        assert inputs["totalRetentionInDays"] == 1095
        assert table["protect"] is True


def test_whatever_table_the_settings_fill_is_archived_or_left_for_a_reason(stack: Any):
    audited = {kind_of(inputs) for inputs in settings(stack).values() if inputs["workspaceId"] == WORKSPACE}
    audited = {kind for kind in audited if kind not in CUSTOMERS_WORDS}
    entra = {f"entra:{log['category']}" for log in stack.inputs("aadiam:DiagnosticSetting", "entra")["logs"]}
    analysed = {
        f"network:{kind}"
        for kind in stack.inputs("network:FlowLog")["flowAnalyticsConfiguration"]
        if kind == "networkWatcherFlowAnalyticsConfiguration"
    }
    filled = audited | entra | analysed | {"subscription", "sentinel"}
    assert filled == set(AUDITED) - {"keyvault:ManagedHsm"}
    archived = {table for kind in filled for table, why_not in AUDITED[kind].items() if not why_not}
    assert set(stack.named("operationalinsights:Table")) == archived


def test_what_may_hold_customers_words_is_not_archived(stack: Any):
    tables = stack.named("operationalinsights:Table")
    assert not {"AzureDiagnostics", "ContainerAppConsoleLogs", "PGSQLQueryStoreQueryText", "PGSQLServerLogs"} & set(
        tables
    )
    assert {table["inputs"]["workspaceName"] for table in tables.values()} == {"log-hostco-useast"}


def test_sentinel_watches_the_workspace_before_its_tables_are_set(stack: Any):
    onboarding = stack.named("securityinsights:SentinelOnboardingState")["audit"]
    assert onboarding["inputs"]["sentinelOnboardingStateName"] == "default"
    assert onboarding["inputs"]["workspaceName"] == "log-hostco-useast"
    assert all(
        onboarding["urn"] in table["dependencies"] for table in stack.named("operationalinsights:Table").values()
    )


def test_each_type_of_the_stack_is_known_to_have_logs_or_to_have_none(stack: Any):
    declared = {
        resource["type"].removeprefix("azure-native:")
        for resource in stack.resources
        if resource["type"].startswith("azure-native:")
    }
    assert not WITH_LOGS & set(WITHOUT_LOGS)
    assert declared - WITH_LOGS == set(WITHOUT_LOGS)


def test_every_resource_that_has_logs_sends_them(stack: Any):
    wanted = [
        f"{resource['type']}/{resource['name']}"
        for resource in stack.resources
        if resource["type"].removeprefix("azure-native:") in WITH_LOGS
    ]
    assert len(wanted) > 30
    sent = [inputs["resourceUri"] for inputs in settings(stack).values() if inputs["logs"]]
    assert sorted(sent) == sorted(wanted)


def test_all_logs_are_sent_to_the_workspace_into_tables_of_their_own(stack: Any):
    for name, inputs in settings(stack).items():
        assert inputs["logAnalyticsDestinationType"] == "Dedicated", name
        if not inputs["logs"]:
            continue
        assert inputs["workspaceId"] == (CONTENT if kind_of(inputs) in CUSTOMERS_WORDS else WORKSPACE), name
        assert inputs["logs"] == [{"categoryGroup": "allLogs", "enabled": True}], name


def test_metrics_are_sent_where_there_are_any(stack: Any):
    for name, inputs in settings(stack).items():
        kind = kind_of(inputs)
        if inputs["workspaceId"] == CONTENT:
            assert inputs["metrics"] == [], f"{name}: numbers are for the audit, where Sentinel sees them"
            continue
        wanted = [] if kind in WITHOUT_METRICS else [OTHER_METRICS.get(kind, "AllMetrics")]
        assert [metric["category"] for metric in inputs["metrics"] if metric["enabled"]] == wanted, name


def test_entras_logs_are_sent_to_the_workspace(stack: Any):
    entra = stack.inputs("aadiam:DiagnosticSetting", "entra")
    assert entra["workspaceId"] == WORKSPACE
    # A second stack of the same Entra tenant adds a setting of its own.
    assert entra["name"] == "audit-hostco-useast"
    assert {
        "AuditLogs",
        "SignInLogs",
        "NonInteractiveUserSignInLogs",
        "ServicePrincipalSignInLogs",
        "ManagedIdentitySignInLogs",
    } <= {log["category"] for log in entra["logs"] if log["enabled"]}
