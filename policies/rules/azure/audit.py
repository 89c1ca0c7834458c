"""Logs in Azure: complete, kept."""

from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule

WORKSPACE = "azure-native:operationalinsights:Workspace"
SETTING = "azure-native:monitor:DiagnosticSetting"

LOGGED = (
    "azure-native:keyvault:Vault",
    "azure-native:storage:BlobServiceProperties",
    "azure-native:network:VirtualNetworkGateway",
    "azure-native:network:PublicIPAddress",
    "azure-native:network:NetworkSecurityGroup",
    "azure-native:cdn:Profile",
    "azure-native:app:ManagedEnvironment",
    WORKSPACE,
)
"""Types that write logs through a diagnostic setting of their own."""


@rule(WORKSPACE)
def workspace_keeps_logs(workspace: Resource) -> Findings:
    """An intrusion is often found months later; logs that are gone by then can't tell what was taken."""
    # The default of the usual tier.
    if workspace.get("retention_in_days", 30) < 365:
        yield "logs are kept for less than a year: set retention_in_days to at least 365"
    capping = workspace.get("workspace_capping", None)
    if capping is not None and capping.get("daily_quota_gb", -1) != -1:
        yield "logs stop at a daily amount, which an attacker can use up: remove workspace_capping"


@rule(WORKSPACE)
def workspace_needs_sign_in(workspace: Resource) -> Findings:
    """With the workspace's shared keys anyone may write false logs; only Entra identities leave a trace."""
    features = workspace.get("features", None)
    if features is None or not features.get("disable_local_auth", False):
        yield "shared keys open the workspace: set features.disable_local_auth=True"


@stack_rule(*LOGGED)
def access_is_logged(resource: Resource, stack: Stack) -> Findings:
    """What writes no log can be attacked unseen."""
    settings = [each for each in stack.of_type(SETTING) if resource in stack.sources(each, "resource_uri")]
    if not any(_collects_all(setting) for setting in settings):
        yield "its logs are not collected: add a diagnostic setting with all logs and a workspace"


def _collects_all(setting: Resource) -> bool:
    return any(
        log.get("category_group", None) == "allLogs" and log.get("enabled", False) for log in setting.get("logs", [])
    )


@stack_rule(SETTING)
def diagnostic_setting_reaches_workspace(setting: Resource, stack: Stack) -> Findings:
    """Logs that don't reach the common workspace are watched by no one."""
    if not any(stack.refers_to(setting, "workspace_id", workspace, "id") for workspace in stack.of_type(WORKSPACE)):
        yield "the logs go elsewhere: set workspace_id to the stack's workspace"
    for number, log in setting.numbered("logs"):
        if not log.get("enabled", False):
            yield f"logs[{number}] is switched off: set enabled=True"
