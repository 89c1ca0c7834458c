"""Microsoft Defender for Cloud: what watches the subscription, and whom it tells."""

from collections.abc import Mapping
from typing import Final

from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule

PLAN: Final = "azure-native:security:Pricing"
CONTACT: Final = "azure-native:security:SecurityContact"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"

_PLANS: Final[Mapping[str, str | None]] = {
    "Arm": "PerSubscription",
    "CloudPosture": None,
    "Containers": None,
    "KeyVaults": "PerKeyVault",
    "OpenSourceRelationalDatabases": None,
    "StorageAccounts": "DefenderForStorageV2",
}
"""The plans for what a stack is made of, and the variant of each (Azure documentation, "Microsoft.Security pricings").
"""

_SCANS: Final = "ContainerRegistriesVulnerabilityAssessments"
_SCANNING: Final = ("CloudPosture", "Containers")
_OFF: Final[Mapping[str, tuple[str, ...]]] = {
    "CloudPosture": (
        "AgentlessDiscoveryForKubernetes",
        "AgentlessVmScanning",
        "SensitiveDataDiscovery",
    ),
    "StorageAccounts": ("OnUploadMalwareScanning", "SensitiveDataDiscovery"),
}
"""By plan, the extensions that read what customers have stored, which nobody does as a matter of course, want roles of
their own, or look at what a stack doesn't have. Azure turns some on by itself, unless they are named."""

_SEVERITIES: Final = ("Low", "Medium")


@rule(PLAN)
def defender_plan_is_on(plan: Resource) -> Findings:
    """The free tier only gives advice; attacks it doesn't see."""
    name = plan.pricing_name
    if plan.get("pricing_tier", "Free") != "Standard":
        yield "the plan sees no attacks: set pricing_tier to Standard"
    if name not in _PLANS or plan.get("sub_plan", None) != _PLANS[name]:
        yield "nobody has reviewed this plan or variant of it: set pricing_name and sub_plan to a reviewed one"
    on = {each.name for each in plan.get("extensions", []) if str(each.get("is_enabled", False)).lower() == "true"}
    off = {each.name for each in plan.get("extensions", [])} - on
    if name in _SCANNING and _SCANS not in on:
        yield f"nothing looks for flaws in images: switch the extension {_SCANS} on"
    for extension in _OFF.get(name, ()):
        if extension not in off:
            yield f"Defender reads or manages more than it has to: switch the extension {extension} off"
    if on - {_SCANS}:
        yield "nobody has reviewed an extension that is on: set is_enabled of it to False"


@stack_rule(WORKSPACE)
def defender_watches_what_the_stack_is_made_of(_: Resource, stack: Stack) -> Findings:
    """What no plan covers is attacked unseen."""
    named = {each.one_of("pricing_name", "name") for each in stack.of_type(PLAN)}
    for name in sorted(_PLANS.keys() - named):
        yield f"nothing watches {name}: add a Pricing with this pricing_name"
    if not stack.of_type(CONTACT):
        yield "Defender tells nobody: add a SecurityContact"


@rule(CONTACT)
def defender_tells_those_on_call(contact: Resource) -> Findings:
    """An alert that is mailed to nobody waits in a portal."""
    if not contact.get("is_enabled", False) or not contact.has("emails"):
        yield "Defender tells nobody: set is_enabled=True and emails"
    alerts = [each for each in contact.get("notifications_sources", []) if each.get("source_type", None) == "Alert"]
    if not alerts or alerts[0].get("minimal_severity", "High") not in _SEVERITIES:
        yield "alerts of medium severity are told to nobody: set notifications_sources for Alert from Medium on"
    paths = [each for each in contact.get("notifications_sources", []) if each.get("source_type", None) == "AttackPath"]
    if not paths or paths[0].get("minimal_risk_level", "Critical") == "Critical":
        yield "paths of attack are told to nobody: add AttackPath from High on to notifications_sources"
    by_role = contact.part("notifications_by_role")
    if by_role.get("state", "Off") != "On" or "Owner" not in by_role.get("roles", []):
        yield "the subscription's owners hear nothing: set notifications_by_role to Owner"


@stack_rule(CONTACT)
def defender_tells_those_on_call_only(contact: Resource, stack: Stack) -> Findings:
    """An alert at a wrong address is taken up by nobody, and tells a stranger where the service is weak."""
    if contact.get("emails", None) != stack.on_call_email:
        yield "somebody else is told: set emails to the address of those on call alone"
