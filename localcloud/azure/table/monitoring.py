"""Logs, alerts and diagnostic settings."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import monitoring as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import monitoring as rules
from localcloud.azure.table.line import ANY, STORAGE, WORKSPACE, line

_ACTIONS: Final = "Microsoft.Insights/actionGroups"
_LINKS: Final = "Microsoft.Insights/privateLinkScopes"

LINES: Final = (
    line(
        "operationalinsights:Workspace",
        f"{WORKSPACE}/{{workspaceName}}",
        replaces=("location",),
        name=rules.WORKSPACE_NAME,
        checks=(common.between("retentionInDays", 30, 730),),
        outputs=Outputs(generated=computed.workspace_generated),
    ),
    line(
        "operationalinsights:Table",
        f"{WORKSPACE}/{{workspaceName}}/tables/{{tableName}}",
        checks=(
            common.one_of("plan", "Basic", "Analytics", "Auxiliary"),
            common.between("totalRetentionInDays", -1, 4383),
            common.between("retentionInDays", -1, 730),
            rules.table,
        ),
        outputs=Outputs(generated=computed.table_generated),
    ),
    line(
        "operationalinsights:DataExport",
        f"{WORKSPACE}/{{workspaceName}}/dataExports/{{dataExportName}}",
        names={"resourceId": ANY},
        rules=(rules.export_goes_elsewhere, common.same_region("resourceId")),
        outputs=Outputs(generated=computed.export_generated),
    ),
    line(
        "monitor:DiagnosticSetting",
        "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        names={"resourceUri": ANY, "workspaceId": WORKSPACE, "storageAccountId": STORAGE},
        checks=(rules.diagnostics,),
        rules=(rules.fits_what_is_logged,),
    ),
    line(
        "monitor:PrivateLinkScope",
        f"{_LINKS}/{{scopeName}}",
        replaces=("location",),
        everywhere=True,
        checks=(
            common.one_of("accessModeSettings.ingestionAccessMode", "Open", "PrivateOnly"),
            common.one_of("accessModeSettings.queryAccessMode", "Open", "PrivateOnly"),
        ),
    ),
    line(
        "monitor:PrivateLinkScopedResource",
        f"{_LINKS}/{{scopeName}}/scopedResources/{{name}}",
        # What a scope links can't be deleted before it is taken out ("Configure private link for Azure Monitor").
        uses={"linkedResourceId": ANY},
    ),
    line(
        "monitor:ActionGroup",
        "Microsoft.Insights/actionGroups/{actionGroupName}",
        replaces=("location",),
        checks=(common.fits("groupShortName", r".{1,12}", "a name of at most 12 characters"),),
    ),
    line(
        "monitor:ActivityLogAlert",
        "Microsoft.Insights/activityLogAlerts/{activityLogAlertName}",
        replaces=("location",),
        everywhere=True,
        names={"actions.actionGroups[].actionGroupId": _ACTIONS, "scopes[]": ANY},
        checks=(rules.activity_alert,),
    ),
    line(
        "monitor:MetricAlert",
        "Microsoft.Insights/metricAlerts/{ruleName}",
        replaces=("location",),
        everywhere=True,
        names={"actions[].actionGroupId": _ACTIONS, "scopes[]": ANY},
        checks=(
            common.between("severity", 0, 4),
            common.one_of("evaluationFrequency", "PT1M", "PT5M", "PT15M", "PT30M", "PT1H"),
            common.one_of("windowSize", "PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"),
            rules.window("windowSize", "evaluationFrequency"),
        ),
    ),
    line(
        "monitor:ScheduledQueryRule",
        "Microsoft.Insights/scheduledQueryRules/{ruleName}",
        replaces=("location",),
        names={"actions.actionGroups[]": _ACTIONS, "scopes[]": ANY},
        checks=(
            common.between("severity", 0, 4),
            common.one_of(
                "evaluationFrequency",
                *("PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H"),
                "P1D",
            ),
            rules.window("windowSize", "evaluationFrequency"),
            rules.query,
        ),
        outputs=Outputs(generated=computed.query_generated),
    ),
)
