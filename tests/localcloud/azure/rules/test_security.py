"""What is refused of Defender for Cloud, Sentinel and the logs of Entra ID."""

import pytest

from localcloud.backend import RejectedError

RULE = "securityinsights:ScheduledAlertRule"


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"queryFrequency": "PT1M"}, "queryFrequency"),
        ({"queryFrequency": "PT1H"}, "queryPeriod"),
        ({"queryPeriod": "P15D"}, "queryPeriod"),
        ({"queryPeriod": "P2D"}, "queryFrequency"),
        ({"severity": "Critical"}, "severity"),
        ({"techniques": ["T10"]}, "techniques[0]"),
        ({"triggerThreshold": -1}, "triggerThreshold"),
    ],
)
def test_rule_that_sentinel_refuses(world, inputs, path):
    assert path in [failure.partition(": ")[0] for failure in world.check(RULE, **inputs)]


def test_sentinel_is_switched_on_first(world):
    world.put("operationalinsights:Workspace")
    inputs = world.minimal(RULE)
    with pytest.raises(RejectedError, match="Sentinel is not switched on"):
        world.create(RULE, **inputs)
    world.put("securityinsights:SentinelOnboardingState")
    assert world.create(RULE, **inputs)


def test_plan_has_its_own_sub_plans(world):
    assert world.check("security:Pricing", subPlan="P2") == ["subPlan: 'P2' is not one of PerTransaction, PerKeyVault"]
    [failure] = world.check("security:Pricing", pricingName="Everything")
    assert failure.startswith("pricingName: ")


def test_plan_is_there_before_it_is_bought(world):
    identity = world.put("security:Pricing")
    assert identity == f"{world.root}/providers/Microsoft.Security/pricings/KeyVaults"
    assert world.put("security:Pricing") == identity


def test_log_that_entra_lacks_is_refused(world):
    [failure] = world.check("aadiam:DiagnosticSetting", logs=[{"category": "Logins", "enabled": True}])
    assert failure == "logs[0].category: 'Logins' is not a log of Entra ID"
    assert world.check("aadiam:DiagnosticSetting", workspaceId=None) != []
