from itertools import pairwise
from typing import Any

PLANS = {
    "Arm": "PerSubscription",
    "CloudPosture": None,
    "Containers": None,
    "KeyVaults": "PerKeyVault",
    "OpenSourceRelationalDatabases": None,
    "StorageAccounts": "DefenderForStorageV2",
}


def test_plans(stack: Any):
    plans = {name: each["inputs"] for name, each in stack.named("security:Pricing").items()}
    assert {name: inputs.get("subPlan") for name, inputs in plans.items()} == PLANS
    for name, inputs in plans.items():
        assert inputs["pricingName"] == name
        assert inputs["pricingTier"] == "Standard"
        assert inputs["scopeId"] == "subscriptions/00000000-0000-4000-8000-000000000001"


def test_nothing_reads_what_customers_have_stored(stack: Any):
    assert stack.inputs("security:Pricing", "StorageAccounts")["extensions"] == [
        {"name": "OnUploadMalwareScanning", "isEnabled": "False"},
        {"name": "SensitiveDataDiscovery", "isEnabled": "False"},
    ]


def test_images_are_scanned(stack: Any):
    for plan in ("CloudPosture", "Containers"):
        assert {"name": "ContainerRegistriesVulnerabilityAssessments", "isEnabled": "True"} in stack.inputs(
            "security:Pricing", plan
        )["extensions"]


def test_every_extension_of_the_posture_plan_is_named(stack: Any):
    extensions = {
        each["name"]: each["isEnabled"] for each in stack.inputs("security:Pricing", "CloudPosture")["extensions"]
    }
    assert extensions == {
        "AgentlessDiscoveryForKubernetes": "False",
        "AgentlessVmScanning": "False",
        "ContainerRegistriesVulnerabilityAssessments": "True",
        "SensitiveDataDiscovery": "False",
    }


def test_plans_are_changed_one_after_the_other(stack: Any):
    plans = stack.named("security:Pricing")
    names = list(PLANS)
    for before, after in pairwise(names):
        assert plans[before]["urn"] in plans[after]["dependencies"]


def test_those_on_call_are_told(stack: Any):
    contact = stack.inputs("security:SecurityContact", "on-call")
    assert contact["securityContactName"] == "default"
    assert contact["isEnabled"] is True
    assert contact["emails"] == "on-call@aware.example.com"
    assert {source["sourceType"] for source in contact["notificationsSources"]} == {"Alert", "AttackPath"}
