"""What is refused of alerts, tables, exports and diagnostic settings."""

import pytest

from localcloud.backend import RejectedError

SETTING = "monitor:DiagnosticSetting"


def all_logs():
    return [{"categoryGroup": "allLogs", "enabled": True}]


def test_type_without_settings_is_refused(world):
    table = world.put("network:RouteTable")
    with pytest.raises(RejectedError, match="has no diagnostic settings"):
        world.put(SETTING, resourceUri=table)


def test_type_without_logs_or_metrics_is_refused(world):
    account, group = world.put("storage:StorageAccount"), world.put("network:NetworkSecurityGroup")
    with pytest.raises(RejectedError, match="has no logs, only metrics"):
        world.put(SETTING, resourceUri=account, logs=all_logs())
    with pytest.raises(RejectedError, match="has no metrics"):
        world.put(SETTING, resourceUri=group, metrics=[{"category": "AllMetrics", "enabled": True}])


def test_log_that_the_type_lacks_is_refused(world):
    vault = world.put("keyvault:Vault")
    with pytest.raises(RejectedError, match=r"has no log Audit\."):
        world.put(SETTING, resourceUri=vault, logs=[{"category": "Audit", "enabled": True}])
    assert world.put(SETTING, resourceUri=vault, logs=[{"category": "AuditEvent", "enabled": True}])


def test_activity_log_of_a_subscription_has_categories_alone(world):
    world.put("operationalinsights:Workspace")
    with pytest.raises(RejectedError, match="has no groups of logs"):
        world.put(SETTING, resourceUri=world.root, logs=all_logs())
    logs = [{"category": "Administrative", "enabled": True}]
    identity = world.put(SETTING, resourceUri=world.root, logs=logs)
    assert identity == f"{world.root}/providers/Microsoft.Insights/diagnosticSettings/example1"


def test_two_settings_do_not_send_one_log_to_one_place(world):
    vault = world.put("keyvault:Vault")
    world.put(SETTING, resourceUri=vault, logs=all_logs())
    with pytest.raises(RejectedError, match="example1 sends a log of the same category"):
        world.put(SETTING, name="other", resourceUri=vault, logs=all_logs())


@pytest.mark.parametrize(
    ("token", "inputs", "path"),
    [
        ("monitor:MetricAlert", {"windowSize": "PT1M"}, "windowSize"),
        ("monitor:MetricAlert", {"severity": 5}, "severity"),
        ("monitor:MetricAlert", {"location": "eastus"}, "location"),
        ("monitor:ScheduledQueryRule", {"windowSize": "PT1M"}, "windowSize"),
        ("monitor:ScheduledQueryRule", {"evaluationFrequency": "PT7M", "windowSize": "PT10M"}, "evaluationFrequency"),
        ("monitor:ScheduledQueryRule", {"scopes": None}, "scopes"),
        ("monitor:ScheduledQueryRule", {"criteria": {"allOf": [{}]}}, "criteria.allOf[0].query"),
        (
            "monitor:ScheduledQueryRule",
            {"criteria": {"allOf": [{"query": "a", "timeAggregation": "Total"}]}},
            "criteria.allOf[0].metricMeasureColumn",
        ),
        (
            "monitor:ActivityLogAlert",
            {"condition": {"allOf": [{"field": "operationName", "equals": "a"}]}},
            "condition.allOf",
        ),
        ("operationalinsights:Table", {"retentionInDays": 90, "totalRetentionInDays": 60}, "totalRetentionInDays"),
        ("operationalinsights:Table", {"totalRetentionInDays": 1000}, "totalRetentionInDays"),
    ],
)
def test_setting_that_azure_refuses(world, token, inputs, path):
    assert [failure.partition(": ")[0] for failure in world.check(token, **inputs)] == [path]


def test_archive_is_what_is_not_searched(world):
    table = world.put("operationalinsights:Table", retentionInDays=365, totalRetentionInDays=730)
    assert world.outputs(table)["archiveRetentionInDays"] == 365


def test_workspace_exports_once_to_a_place(world):
    world.put("operationalinsights:DataExport")
    with pytest.raises(RejectedError, match="exports to example1 already: example1"):
        world.put("operationalinsights:DataExport", dataExportName="other")
    with pytest.raises(RejectedError, match="must name a storage account"):
        world.put("operationalinsights:DataExport", dataExportName="other", resourceId=world.put("keyvault:Vault"))


def test_diagnostics_go_somewhere_and_name_what_they_send(world):
    assert len(world.check("monitor:DiagnosticSetting", workspaceId=None)) == 1
    assert len(world.check("monitor:DiagnosticSetting", logs=[{"enabled": True}])) == 1
    assert world.check("monitor:DiagnosticSetting", logs=[{"enabled": True, "categoryGroup": "allLogs"}]) == []


@pytest.mark.parametrize("days", [29, 731])
def test_workspace_keeps_logs_for_30_to_730_days(world, days):
    assert world.check("operationalinsights:Workspace", retentionInDays=days) == [
        f"retentionInDays: {days} is outside Azure's range from 30 to 730"
    ]
