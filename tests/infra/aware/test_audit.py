from typing import Any

import pytest

TYPES_WITH_LOGS = (
    "app:ManagedEnvironment",
    "cdn:Profile",
    "keyvault:Vault",
    "network:NetworkSecurityGroup",
    "network:PublicIPAddress",
    "network:VirtualNetwork",
    "network:VirtualNetworkGateway",
    "operationalinsights:Workspace",
    "storage:BlobServiceProperties",
)
"""Azure documentation, "Supported resource log categories for Azure Monitor", as far as the stack holds the types."""


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("retentionInDays", 365),
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
def test_workspace(stack: Any, setting: str, value: Any):
    assert stack.inputs("operationalinsights:Workspace", "audit")[setting] == value


def test_retention_is_the_settings(small: Any):
    assert small.inputs("operationalinsights:Workspace", "audit")["retentionInDays"] == 730


def test_every_resource_that_has_logs_sends_them(stack: Any):
    wanted = {f"{resource['type']}/{name}" for kind in TYPES_WITH_LOGS for name, resource in stack.named(kind).items()}
    sent = [setting["inputs"]["resourceUri"] for setting in stack.named("monitor:DiagnosticSetting").values()]
    assert sorted(sent) == sorted(wanted)


def test_all_logs_are_sent_to_the_workspace(stack: Any):
    for name, setting in stack.named("monitor:DiagnosticSetting").items():
        inputs = setting["inputs"]
        assert inputs["workspaceId"] == "azure-native:operationalinsights:Workspace/audit"
        assert inputs["logs"] == [{"categoryGroup": "allLogs", "enabled": True}], name


def test_metrics_are_sent_where_there_are_any(stack: Any):
    metrics = {
        name: [metric["category"] for metric in setting["inputs"]["metrics"] if metric["enabled"]]
        for name, setting in stack.named("monitor:DiagnosticSetting").items()
    }
    assert metrics.pop("nsg-apps") == metrics.pop("nsg-private-endpoints") == []
    assert metrics.pop("blobs") == ["Transaction"]
    assert all(categories == ["AllMetrics"] for categories in metrics.values())
