"""The room where the stack's logs end: every resource that has logs sends all of them here.

Aware document, 4.g (access and attempted access are logged) and 5.c (each access to data is logged).
"""

from typing import Final

import pulumi
from pulumi_azure_native import aadiam, monitor, operationalinsights, securityinsights

from infra.aware.placement import Placement

ARCHIVED_DAYS: Final = 1095
"""Days after which a record of the audit is gone: three years, the shortest total that is longer than any time in which
logs may stay searchable (Azure documentation, "Manage data retention in a Log Analytics workspace": whole years above
730 days)."""

AUDIT_TABLES: Final = (
    "AADManagedIdentitySignInLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADProvisioningLogs",
    "AADRiskyUsers",
    "AADServicePrincipalSignInLogs",
    "AADUserRiskEvents",
    "AZFWApplicationRule",
    "AZFWIdpsSignature",
    "AZFWNetworkRule",
    "AZFWThreatIntel",
    "AZKVAuditLogs",
    "AZMSCustomerManagedKeyUserLogs",
    "AZMSOperationalLogs",
    "AZMSRunTimeAuditLogs",
    "AZMSVnetConnectionEvents",
    "AddonAzureBackupJobs",
    "AuditLogs",
    "AzureActivity",
    "ContainerRegistryLoginEvents",
    "ContainerRegistryRepositoryEvents",
    "LAJobLogs",
    "LAQueryLogs",
    "NTANetAnalytics",
    "SecurityAlert",
    "SecurityIncident",
    "SigninLogs",
    "StorageBlobLogs",
)
"""The tables that say who did what, who reached whom and who tried to; they are archived. Numbers (AzureMetrics) end
with the workspace's own retention, and so does what shares a table (AzureDiagnostics), which nothing exports."""

ENTRA_CATEGORIES: Final = (
    "AuditLogs",
    "SignInLogs",
    "NonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs",
    "ProvisioningLogs",
    "RiskyUsers",
    "UserRiskEvents",
)
"""What Entra ID logs about people and identities; it has no category group (Microsoft documentation, "What are the
identity logs you can stream to an endpoint?")."""


class Audit(pulumi.ComponentResource):
    """Two Log Analytics workspaces, and the diagnostic settings that fill them.

    One holds the audit: who did what; Microsoft Sentinel watches it. Its query endpoint is public, for Sentinel's own
    queries take no private link (`infra.aware.private_queries`); it answers signed-in Entra identities only. The other
    holds what may hold customers' words: what the services print, what customers search for and where they go in the
    portal, and the statements of the database. It is asked from within the network only, by whoever is let in to a
    case, and each question is in the audit. What it holds of a tenant is gone by the end of the deletion policy's term:
    it keeps records so long and no longer.

    Diagnostic settings reach a workspace over Microsoft's own channel, so the public ingestion endpoints are closed.

    The setting of the Entra tenant carries the stack's name: a second stack adds a setting of its own, of which Entra
    takes five. Whoever deploys needs the Entra role Security Administrator for it.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        retention_days: int,
        deletion_policy_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Audit", name, {}, options)
        self._placement = placement
        workspace = self._workspace(
            "audit",
            placement.name("log"),
            retention_days=retention_days,
            queries=operationalinsights.PublicNetworkAccessType.ENABLED,
        )
        content = self._workspace(
            "content",
            content_workspace(placement),
            retention_days=deletion_policy_days,
            queries=operationalinsights.PublicNetworkAccessType.DISABLED,
        )
        sentinel = securityinsights.SentinelOnboardingState(
            "audit",
            # The one name that Azure takes.
            sentinel_onboarding_state_name="default",
            resource_group_name=placement.resource_group_name,
            workspace_name=workspace.name,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.workspace_id: pulumi.Output[str] = workspace.id
        self.workspace_name: pulumi.Output[str] = workspace.name
        self.content_id: pulumi.Output[str] = content.id
        """The workspace of the logs that may hold customers' words."""
        self.sentinel: pulumi.Resource = sentinel
        """What has to exist before a rule of Sentinel, and before its tables."""
        self.tables: tuple[operationalinsights.Table, ...] = tuple(
            operationalinsights.Table(
                table,
                table_name=table,
                workspace_name=workspace.name,
                resource_group_name=placement.resource_group_name,
                plan=operationalinsights.TablePlanEnum.ANALYTICS,
                retention_in_days=retention_days,
                total_retention_in_days=ARCHIVED_DAYS,
                # Azure's own tables can't be deleted.
                opts=pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True, depends_on=[sentinel]),
            )
            for table in AUDIT_TABLES
        )
        self.collect("audit", workspace.id, parent=self)
        self.collect("content", content.id, parent=self)
        aadiam.DiagnosticSetting(
            "entra",
            name=placement.name("audit"),
            workspace_id=workspace.id,
            logs=[aadiam.LogSettingsArgs(category=category, enabled=True) for category in ENTRA_CATEGORIES],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"workspaceId": workspace.id})

    def _workspace(
        self,
        name: str,
        workspace_name: str,
        *,
        retention_days: int,
        queries: operationalinsights.PublicNetworkAccessType,
    ) -> operationalinsights.Workspace:
        """A workspace; `queries` says whether its query endpoint answers beyond the network."""
        return operationalinsights.Workspace(
            name,
            workspace_name=workspace_name,
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            sku=operationalinsights.WorkspaceSkuArgs(name=operationalinsights.WorkspaceSkuNameEnum.PER_GB2018),
            retention_in_days=retention_days,
            features=operationalinsights.WorkspaceFeaturesArgs(
                disable_local_auth=True,
                enable_log_access_using_only_resource_permissions=False,
                immediate_purge_data_on30_days=False,
            ),
            public_network_access_for_ingestion=operationalinsights.PublicNetworkAccessType.DISABLED,
            public_network_access_for_query=queries,
            tags=self._placement.tags(name),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )

    def collect_content(self, name: str, resource_id: pulumi.Input[str], *, parent: pulumi.Resource) -> None:
        """Sends all logs of a resource, which may hold customers' words, to their own workspace; its numbers, which
        hold none, go to the audit's, for what watches over them."""
        _setting(
            f"{name}-content", resource_id, called="content", workspace_id=self.content_id, logs=True, parent=parent
        )
        _setting(
            name,
            resource_id,
            called="audit",
            workspace_id=self.workspace_id,
            logs=False,
            metrics="AllMetrics",
            parent=parent,
        )

    def collect(
        self,
        name: str,
        resource_id: pulumi.Input[str],
        *,
        parent: pulumi.Resource,
        metrics: str | None = "AllMetrics",
        copied_to: pulumi.Input[str] | None = None,
    ) -> None:
        """Sends all logs of a resource to the workspace, and its metrics of the category `metrics` if it has any; both
        to a storage account too if `copied_to` is its id, which has to lie in the resource's own region.

        The category group `allLogs` takes in the group `audit` and whatever categories Azure adds later. Logs go to the
        tables of the resource's own type where Azure has them, as the rules of Sentinel expect (Azure documentation,
        "Diagnostic settings: collection mode"); where it has none they go to AzureDiagnostics all the same.
        """
        _setting(
            name,
            resource_id,
            called="audit",
            workspace_id=self.workspace_id,
            logs=True,
            metrics=metrics,
            copied_to=copied_to,
            parent=parent,
        )


def content_workspace(placement: Placement) -> str:
    """The name of the workspace for logs that may hold customers' words."""
    return placement.name("log", "content")


def _setting(
    name: str,
    resource_id: pulumi.Input[str],
    *,
    called: str,
    workspace_id: pulumi.Input[str],
    logs: bool,
    metrics: str | None = None,
    copied_to: pulumi.Input[str] | None = None,
    parent: pulumi.Resource,
) -> None:
    monitor.DiagnosticSetting(
        name,
        name=called,
        resource_uri=resource_id,
        workspace_id=workspace_id,
        storage_account_id=copied_to,
        log_analytics_destination_type="Dedicated",
        logs=[monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)] if logs else [],
        metrics=[monitor.DiagnosticsMetricSettingsArgs(category=metrics, enabled=True)] if metrics else [],
        opts=pulumi.ResourceOptions(parent=parent),
    )
