"""The watch over the logs: a rule of Microsoft Sentinel for each thing that must not happen unseen.

Aware document, 4.g and 5.c (access and attempted access are logged and monitored).
"""

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_azure_native import securityinsights

from infra.aware.audit import Audit, content_workspace
from infra.aware.detections import Detection, detections
from infra.aware.placement import Placement
from infra.settings import AccessGroups

EVERY: Final = "PT15M"
OVER: Final = "PT1H"
"""How often a rule asks, and what time it looks back on: long enough for logs that arrive late."""

SAME_INCIDENT: Final = "PT5H"
"""The time in which an open incident takes in what later runs find of the same people, addresses and resources."""


class Sentinel(pulumi.ComponentResource):
    """Scheduled rules, each of which makes an incident; `infra.aware.alarms` calls those on call for every one."""

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        break_glass_user_ids: Sequence[str],
        groups: AccessGroups,
        signer_ids: Sequence[str],
        deployer_id: str,
        replicated: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        """`signer_ids` are the ids of the identities that may sign for which tenant a service works; `replicated` says
        whether the database has a replica.
        """
        super().__init__("hosting:aware:Sentinel", name, {}, options)
        empty = (groups.data_readers, groups.key_operators, groups.audit_readers, groups.recoverers)
        for detection in detections(
            break_glass_user_ids=break_glass_user_ids,
            empty_group_ids=empty,
            deciding_group_ids=(groups.approvers, groups.break_glass),
            deployer_id=deployer_id,
            signer_ids=signer_ids,
            signing_vault=placement.compact_name("kvs"),
            content_workspace=content_workspace(placement),
            replicated=replicated,
        ):
            self._rule(detection, placement, audit)
        self.register_outputs({})

    def _rule(self, detection: Detection, placement: Placement, audit: Audit) -> None:
        securityinsights.ScheduledAlertRule(
            detection.name,
            # A rule's name has to be the same for good; it is no UUID by rule, but Sentinel makes them so.
            rule_id=placement.role_assignment_name(f"detection-{detection.name}"),
            resource_group_name=placement.resource_group_name,
            workspace_name=audit.workspace_name,
            kind="Scheduled",
            enabled=True,
            display_name=detection.title,
            description=detection.why,
            severity=detection.severity,
            tactics=list(detection.tactics),
            query=detection.query.strip(),
            query_frequency=EVERY,
            query_period=OVER,
            trigger_operator=securityinsights.TriggerOperator.GREATER_THAN,
            trigger_threshold=0,
            suppression_enabled=False,
            suppression_duration=OVER,
            event_grouping_settings=securityinsights.EventGroupingSettingsArgs(
                aggregation_kind=securityinsights.EventGroupingAggregationKind.SINGLE_ALERT
            ),
            entity_mappings=[
                securityinsights.EntityMappingArgs(
                    entity_type=kind,
                    field_mappings=[securityinsights.FieldMappingArgs(identifier=identifier, column_name=column)],
                )
                for kind, (identifier, column) in detection.entities.items()
            ],
            incident_configuration=securityinsights.IncidentConfigurationArgs(
                create_incident=True,
                grouping_configuration=securityinsights.GroupingConfigurationArgs(
                    enabled=True,
                    lookback_duration=SAME_INCIDENT,
                    matching_method=securityinsights.MatchingMethod.ALL_ENTITIES,
                    reopen_closed_incident=False,
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[audit.sentinel, *audit.tables]),
        )
