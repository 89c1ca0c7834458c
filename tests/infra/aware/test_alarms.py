from collections.abc import Callable
from typing import Any

import pytest

GROUP = "azure-native:monitor:ActionGroup/on-call"
WORKSPACE = "azure-native:operationalinsights:Workspace/audit"


def test_those_on_call_are_reached(stack: Any):
    group = stack.inputs("monitor:ActionGroup", "on-call")
    assert group["enabled"] is True
    assert [each["emailAddress"] for each in group["emailReceivers"]] == ["on-call@aware.example.com"]
    assert len(group["groupShortName"]) <= 12


@pytest.mark.parametrize(("asked", "called"), [({}, []), ({"onCallPhone": "+44 2079460000"}, [("44", "2079460000")])])
def test_text_messages_go_to_nobody_but_the_number_of_the_settings(
    declare: Callable[..., Any], sample: dict[str, Any], asked: dict[str, str], called: list[tuple[str, str]]
):
    settings = {name: value for name, value in sample["aware"].items() if name != "onCallPhone"}
    declared = declare(tenants=[], secondRegion={}, aware={**settings, "cases": [], **asked})
    receivers = declared.inputs("monitor:ActionGroup", "on-call")["smsReceivers"]
    assert [(each["countryCode"], each["phoneNumber"]) for each in receivers] == called


def test_every_new_incident_calls_within_minutes(stack: Any):
    rule = stack.inputs("monitor:ScheduledQueryRule", "new-incident")
    assert rule["enabled"] is True
    assert rule["scopes"] == [WORKSPACE]
    assert rule["evaluationFrequency"] == "PT5M"
    assert rule["actions"] == {"actionGroups": [GROUP]}
    (condition,) = rule["criteria"]["allOf"]
    assert condition["query"].startswith("SecurityIncident")
    assert (condition["operator"], condition["threshold"], condition["timeAggregation"]) == ("GreaterThan", 0, "Count")
    assert "IncidentNumber" in {each["name"] for each in condition["dimensions"]}


def test_the_alert_asks_under_an_identity_that_may_only_read_logs(stack: Any):
    rule = stack.named("monitor:ScheduledQueryRule")["new-incident"]
    assert rule["inputs"]["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": ["azure-native:managedidentity:UserAssignedIdentity/alarms"],
    }
    role = stack.named("authorization:RoleAssignment")["alarms"]
    assert role["inputs"]["scope"] == WORKSPACE
    assert role["inputs"]["principalId"] == "principal of id-alarms-hostco-useast"
    # Log Analytics Reader
    assert role["inputs"]["roleDefinitionId"].endswith("/73c42c96-874c-492b-b04d-ab87d138a893")
    assert role["urn"] in rule["dependencies"]


@pytest.mark.parametrize(
    ("name", "category"), [("service-health", "ServiceHealth"), ("resource-health", "ResourceHealth")]
)
def test_faults_of_azure_call_too(stack: Any, name: str, category: str):
    alert = stack.inputs("monitor:ActivityLogAlert", name)
    assert alert["enabled"] is True
    assert alert["scopes"] == ["/subscriptions/00000000-0000-4000-8000-000000000001"]
    assert alert["condition"] == {"allOf": [{"field": "category", "equals": category}]}
    assert alert["actions"] == {"actionGroups": [{"actionGroupId": GROUP}]}
