"""The room where the stack's logs end: every resource that has logs sends all of them here.

Aware document, 4.g (access and attempted access are logged) and 5.c (each access to data is logged).
"""

import pulumi
from pulumi_azure_native import monitor, operationalinsights

from infra.aware.placement import Placement


class Audit(pulumi.ComponentResource):
    """A Log Analytics workspace, and the diagnostic settings that fill it.

    Diagnostic settings reach the workspace over Microsoft's own channel, so its public ingestion endpoint is closed.
    Its query endpoint answers signed-in Entra identities only; the logs hold no customer content.
    """

    def __init__(
        self, name: str, *, placement: Placement, retention_days: int, options: pulumi.ResourceOptions
    ) -> None:
        super().__init__("hosting:aware:Audit", name, {}, options)
        workspace = operationalinsights.Workspace(
            "audit",
            workspace_name=placement.name("log"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            sku=operationalinsights.WorkspaceSkuArgs(name=operationalinsights.WorkspaceSkuNameEnum.PER_GB2018),
            retention_in_days=retention_days,
            features=operationalinsights.WorkspaceFeaturesArgs(
                disable_local_auth=True,
                enable_log_access_using_only_resource_permissions=False,
                immediate_purge_data_on30_days=False,
            ),
            public_network_access_for_ingestion=operationalinsights.PublicNetworkAccessType.DISABLED,
            public_network_access_for_query=operationalinsights.PublicNetworkAccessType.ENABLED,
            tags=placement.tags("audit"),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.workspace_id: pulumi.Output[str] = workspace.id
        self.collect("audit", workspace.id, parent=self)
        self.register_outputs({"workspaceId": workspace.id})

    def collect(
        self,
        name: str,
        resource_id: pulumi.Input[str],
        *,
        parent: pulumi.Resource,
        metrics: str | None = "AllMetrics",
    ) -> None:
        """Sends all logs of a resource to the workspace, and its metrics of the category `metrics` if it has any.

        The category group `allLogs` takes in the group `audit` and whatever categories Azure adds later.
        """
        monitor.DiagnosticSetting(
            name,
            name="audit",
            resource_uri=resource_id,
            workspace_id=self.workspace_id,
            logs=[monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)],
            metrics=[monitor.DiagnosticsMetricSettingsArgs(category=metrics, enabled=True)] if metrics else [],
            opts=pulumi.ResourceOptions(parent=parent),
        )
