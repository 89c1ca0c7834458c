"""Logs, alerts and diagnostic settings."""

from typing import Final

from localcloud.azure import computed
from localcloud.azure.cloud import Outputs
from localcloud.azure.rules import common
from localcloud.azure.rules import monitoring as rules
from localcloud.azure.table.line import ANY, STORAGE, WORKSPACE, line

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
        checks=(common.between("totalRetentionInDays", 4, 4383),),
    ),
    line(
        "monitor:DiagnosticSetting",
        "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        names={"resourceUri": ANY, "workspaceId": WORKSPACE, "storageAccountId": STORAGE},
        checks=(rules.diagnostics,),
    ),
    line(
        "monitor:ActionGroup",
        "Microsoft.Insights/actionGroups/{actionGroupName}",
        replaces=("location",),
        checks=(common.fits("groupShortName", r".{1,12}", "a name of at most 12 characters"),),
    ),
)
