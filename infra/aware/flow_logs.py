"""The record of who reached whom in the network: each flow that a security group let through or refused.

Aware document, 4.g (access and attempted access are logged and monitored).
"""

from typing import Final

import pulumi
from pulumi_azure_native import authorization, managedidentity, network, storage

from infra.aware.audit import Audit
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
        writer = self._identity("flow-logs-writer")
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

    def _identity(self, role: str) -> managedidentity.UserAssignedIdentity:
        return managedidentity.UserAssignedIdentity(
            self._placement.label(role),
            resource_name_=self._placement.name("id", role),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            tags=self._placement.tags(role),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _account(self, key: WrappingKey) -> storage.StorageAccount:
        identity = self._identity("flow-logs")
        may_use_key = let_wrap(
            self._placement.label("flow-logs"),
            key,
            identity.principal_id,
            placement=self._placement,
            options=pulumi.ResourceOptions(parent=self),
        )
        return storage.StorageAccount(
            self._placement.label("flow-logs"),
            account_name=self._placement.compact_name("stf"),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            kind=storage.Kind.STORAGE_V2,
            sku=storage.SkuArgs(name=storage.SkuName.STANDARD_ZRS),
            access_tier=storage.AccessTier.HOT,
            identity=storage.IdentityArgs(
                type=storage.IdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]
            ),
            encryption=storage.EncryptionArgs(
                key_source=storage.KeySource.MICROSOFT_KEYVAULT,
                # No version is named, so storage follows each rotation by itself.
                key_vault_properties=storage.KeyVaultPropertiesArgs(key_name=key.name, key_vault_uri=key.vault_uri),
                encryption_identity=storage.EncryptionIdentityArgs(encryption_user_assigned_identity=identity.id),
                require_infrastructure_encryption=True,
            ),
            # Storage ends at 1.2: the enumeration holds 1.3, the service refuses it.
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            enable_https_traffic_only=True,
            allow_shared_key_access=False,
            default_to_o_auth_authentication=True,
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            allowed_copy_scope=storage.AllowedCopyScope.AAD,
            is_local_user_enabled=False,
            is_sftp_enabled=False,
            is_hns_enabled=False,
            public_network_access=storage.PublicNetworkAccess.DISABLED,
            network_rule_set=storage.NetworkRuleSetArgs(
                default_action=storage.DefaultAction.DENY,
                # Network Watcher and the workspace's analysis come as trusted services.
                bypass=storage.Bypass.AZURE_SERVICES,
                ip_rules=[],
                virtual_network_rules=[],
            ),
            sas_policy=storage.SasPolicyArgs(
                expiration_action=storage.ExpirationAction.BLOCK, sas_expiration_period="0.01:00:00"
            ),
            tags=self._placement.tags("flow-logs"),
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=may_use_key),
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
