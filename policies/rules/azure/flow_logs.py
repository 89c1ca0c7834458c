"""Flow logs in Azure: who reached whom in the network."""

from typing import Final

from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.azure.sentinel import is_watched

FLOW_LOG: Final = "azure-native:network:FlowLog"
NETWORK: Final = "azure-native:network:VirtualNetwork"
ACCOUNT: Final = "azure-native:storage:StorageAccount"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"


@rule(FLOW_LOG)
def flow_log_is_written(flow_log: Resource) -> Findings:
    """Without a record of who reached whom nobody can tell how far an intruder has come."""
    if not flow_log.get("enabled", False):
        yield "nothing is written: set enabled=True"
    form = flow_log.part("format")
    if form.get("type", "JSON") != "JSON" or form.get("version", 1) != 2:
        yield "the record lacks how much went through: set format to JSON, version 2"
    retention = flow_log.part("retention_policy")
    if retention.get("enabled", False) and 0 < retention.get("days", 0) < 365:
        yield "the record is gone within a year: set retention_policy.days to 365, or to 0 for the account's rule"
    analytics = flow_log.part("flow_analytics_configuration").part("network_watcher_flow_analytics_configuration")
    if not analytics.get("enabled", False):
        yield "nobody looks at the record: set network_watcher_flow_analytics_configuration.enabled=True"
    identity = flow_log.part("identity")
    if identity.get("type", "None") != "UserAssigned" or len(identity.get("user_assigned_identities", [])) != 1:
        yield "the record is written with a shared key, which is off: set identity to one user-assigned identity"


@stack_rule(FLOW_LOG)
def flow_log_stays_in_stack(flow_log: Resource, stack: Stack) -> Findings:
    """A record of somebody else's network, or in somebody else's account, is none of ours."""

    def named(name: str) -> str | None:
        return flow_log.get(name, None)

    def workspace() -> str | None:
        analytics = flow_log.part("flow_analytics_configuration").part("network_watcher_flow_analytics_configuration")
        return analytics.get("workspace_resource_id", None)

    for name, kind in (("target_resource_id", NETWORK), ("storage_id", ACCOUNT)):
        if not means(stack, flow_log, name, read=lambda name=name: named(name), targets={kind: ("id",)}):
            yield f"the record is of something else, or goes elsewhere: set {name} to a resource of the stack"
    if not means(
        stack,
        flow_log,
        "flow_analytics_configuration",
        read=workspace,
        targets={WORKSPACE: ("id",)},
        fits=lambda each: is_watched(each, stack),
    ):
        yield "the record is looked at elsewhere: set workspace_resource_id to the workspace that Sentinel watches"


@stack_rule(NETWORK)
def virtual_network_traffic_is_logged(network: Resource, stack: Stack) -> Findings:
    """A network without flow logs hides who reached whom."""
    if not stack.referring("target_resource_id", network, [FLOW_LOG], "id"):
        yield "nothing records who reached whom: add a flow log with the network as target_resource_id"
