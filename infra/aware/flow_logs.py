"""The record of who reached whom in the network: each flow that a security group let through or refused.

Aware document, 4.g (access and attempted access are logged and monitored).
"""

from typing import Final

import pulumi
from pulumi_azure_native import authorization, network, storage

from infra.aware.audit import Audit
from infra.aware.closed_account import closed_account, hour_at_most
from infra.aware.managed_identity import managed_identity
from infra.aware.network import Network
from infra.aware.placement import Placement
from infra.aware.vault import WrappingKey, let_wrap

ANALYSED_EVERY_MINUTES: Final = 10
"""The shorter of the two intervals that traffic analytics offers (10 or 60 minutes)."""

WRITES_AS: Final = "Storage Blob Data Contributor"
"""What the log's identity needs on its account (Azure documentation, "Virtual network flow logs: managed identity")."""


class FlowLogs(pulumi.ComponentResource):
    """Flow logs of the whole virtual network, in an account of their own and, analysed, in the audit's workspace.

    The account is in the network's own region, as Azure demands, and takes what Network Watcher writes as a trusted
    service with an identity of its own; no shared key opens it. Records are addresses and ports, nothing of customers.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        virtual_network: Network,
        key: WrappingKey,
        retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:FlowLogs", placement.label(name), {}, options)
        self._placement = placement
        account = self._account(key)
        self._end(account, retention_days)
        blobs = storage.BlobServiceProperties(
            placement.label("flow-logs"),
            blob_services_name="default",
            account_name=account.name,
            resource_group_name=placement.resource_group_name,
            delete_retention_policy=storage.DeleteRetentionPolicyArgs(
                enabled=True, days=30, allow_permanent_delete=False
            ),
            container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        audit.collect(placement.label("flow-logs"), blobs.id, parent=self, metrics="Transaction")
        writer = managed_identity("flow-logs-writer", placement=placement, options=pulumi.ResourceOptions(parent=self))
        may_write = authorization.RoleAssignment(
            placement.label("flow-logs-writer"),
            role_assignment_name=placement.role_assignment_name("flow-logs-writer"),
            scope=account.id,
            principal_id=writer.principal_id,
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=placement.role_definition_id(WRITES_AS),
            description="Network Watcher writes the flow logs",
            opts=pulumi.ResourceOptions(parent=self),
        )
        network.FlowLog(
            placement.label("main"),
            flow_log_name=placement.name("fl"),
            network_watcher_name=virtual_network.watcher_name,
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            target_resource_id=virtual_network.virtual_network_id,
            storage_id=account.id,
            identity=network.ManagedServiceIdentityArgs(
                type=network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[writer.id]
            ),
            enabled=True,
            format=network.FlowLogFormatParametersArgs(type=network.FlowLogFormatType.JSON, version=2),
            # The account's own rule ends them, after a year or more; this one can't count beyond 365 days.
            retention_policy=network.RetentionPolicyParametersArgs(enabled=False, days=0),
            flow_analytics_configuration=network.TrafficAnalyticsPropertiesArgs(
                network_watcher_flow_analytics_configuration=network.TrafficAnalyticsConfigurationPropertiesArgs(
                    enabled=True,
                    traffic_analytics_interval=ANALYSED_EVERY_MINUTES,
                    workspace_resource_id=audit.workspace_id,
                )
            ),
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_write]),
        )
        self.register_outputs({})

    def _account(self, key: WrappingKey) -> storage.StorageAccount:
        # Without the identity and its role the account is shut.
        below = pulumi.ResourceOptions(parent=self, protect=True)
        identity = managed_identity("flow-logs", placement=self._placement, options=below)
        label = self._placement.label("flow-logs")
        return closed_account(
            "flow-logs",
            placement=self._placement,
            abbreviation="stf",
            sku=storage.SkuName.STANDARD_ZRS,
            access_tier=storage.AccessTier.HOT,
            key=key,
            identity=identity,
            may_wrap=let_wrap(label, key, identity.principal_id, placement=self._placement, options=below),
            # Network Watcher and the workspace's analysis come as trusted services.
            bypass=storage.Bypass.AZURE_SERVICES,
            copies_to=storage.AllowedCopyScope.AAD,
            signatures=hour_at_most(),
            parent=self,
        )

    def _end(self, account: storage.StorageAccount, days: int) -> None:
        storage.ManagementPolicy(
            self._placement.label("flow-logs"),
            management_policy_name="default",
            account_name=account.name,
            resource_group_name=self._placement.resource_group_name,
            policy=storage.ManagementPolicySchemaArgs(
                rules=[
                    storage.ManagementPolicyRuleArgs(
                        name="end-flow-logs",
                        type=storage.RuleType.LIFECYCLE,
                        enabled=True,
                        definition=storage.ManagementPolicyDefinitionArgs(
                            filters=storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"]),
                            actions=storage.ManagementPolicyActionArgs(
                                base_blob=storage.ManagementPolicyBaseBlobArgs(
                                    delete=storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
                                )
                            ),
                        ),
                    )
                ]
            ),
            opts=pulumi.ResourceOptions(parent=account),
        )
