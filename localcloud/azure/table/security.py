"""Defender for Cloud and Sentinel."""

from typing import Final

from localcloud.azure.cloud import Name, Outputs
from localcloud.azure.computed import security as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import security as rules
from localcloud.azure.table.line import WORKSPACE, line

_SENTINEL: Final = f"{WORKSPACE}/{{workspaceName}}/providers/Microsoft.SecurityInsights"
_SEVERITIES: Final = ("High", "Medium", "Low", "Informational")

LINES: Final = (
    line(
        "security:Pricing",
        "{scopeId}/providers/Microsoft.Security/pricings/{pricingName}",
        singleton=True,
        checks=(
            common.one_of("pricingTier", "Free", "Standard"),
            common.one_of("extensions[].isEnabled", "True", "False"),
            common.one_of("pricingName", *rules.PLANS),
            rules.pricing,
        ),
        outputs=Outputs(generated=computed.pricing_generated),
    ),
    line(
        "security:SecurityContact",
        "/subscriptions/{subscriptionId}/providers/Microsoft.Security/securityContacts/{securityContactName}",
        singleton=True,
        name=Name("default", "default"),
        checks=(common.one_of("notificationsByRole.state", "On", "Off"),),
    ),
    line(
        "security:DefenderForStorage",
        "{resourceId}/providers/Microsoft.Security/defenderForStorageSettings/{settingName}",
        singleton=True,
        name=Name("current", "current"),
    ),
    line(
        "securityinsights:SentinelOnboardingState",
        f"{_SENTINEL}/onboardingStates/{{sentinelOnboardingStateName}}",
        name=Name("default", "default"),
    ),
    line(
        "securityinsights:ScheduledAlertRule",
        f"{_SENTINEL}/alertRules/{{ruleId}}",
        checks=(
            rules.alert,
            common.one_of("severity", *_SEVERITIES),
            common.one_of("eventGroupingSettings.aggregationKind", "SingleAlert", "AlertPerResult"),
        ),
        rules=(rules.is_onboarded,),
        outputs=Outputs(generated=computed.alert_generated),
    ),
    line(
        "securityinsights:AutomationRule",
        f"{_SENTINEL}/automationRules/{{automationRuleId}}",
        checks=(common.between("order", 1, 1000),),
        rules=(rules.is_onboarded,),
    ),
    line(
        "aadiam:DiagnosticSetting",
        "/providers/microsoft.aadiam/diagnosticSettings/{name}",
        checks=(rules.entra_logs,),
    ),
)
