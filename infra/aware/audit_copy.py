"""The second copy of the audit, which nobody can change or delete before its time, whoever they are in Azure.

Aware document, 4.g and 5.c (access is logged): a log that an intruder can erase proves nothing.
"""

from typing import Final, Literal

import pulumi
from pulumi_azure_native import monitor, operationalinsights, storage

from infra.aware.audit import ARCHIVED_DAYS, AUDIT_TABLES, Audit
from infra.aware.closed_account import closed_account, hour_at_most
from infra.aware.managed_identity import managed_identity
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.aware.vault import WrappingKey, let_wrap

COPIED_TABLES: Final = tuple(table for table in AUDIT_TABLES if table != "AzureActivity")
"""What Log Analytics exports. The activity log comes straight from the subscription, since export takes only a part of
that table, and nothing of AzureDiagnostics (Azure documentation, "Log Analytics data export rules", unsupported
tables)."""

ACTIVITY_LOG_CATEGORIES: Final = (
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
)
"""All that a subscription logs; it has no category group (Azure documentation, "Azure Monitor activity log")."""

Immutability = Literal["unlocked", "locked"]


class AuditCopy(pulumi.ComponentResource):
    """A storage account of its own, under a key of its own, in which every blob's version is immutable.

    The policy is the account's, so it holds for the containers that Azure Monitor makes as the logs come, and it lets
    a log be appended to (Azure documentation, "Configure immutability policies for blob versions"). It is made
    unlocked, for a mistake in a locked one stays for its whole term; locking is a step of its own, which Azure never
    takes back (docs/runbooks/aware-audit-copy.md). From then on `retention_days` can only grow.

    Azure Monitor writes as a trusted service over Microsoft's own network; the exception holds while public access is
    off. No log of a tenant's content comes here: the tables name objects, people and operations.
    Questions to the logs are among them (LAQueryLogs), with whatever somebody types into one.

    Who dialled in to the VPN gateway has no table that is exported: its setting writes here as well. A setting writes
    to an account in its resource's own region alone (Azure documentation, "Diagnostic settings in Azure Monitor",
    destination limitations), so what the gateway of a second region logs is in the workspace only; its sign-ins are in
    Entra's tables, which are copied.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        key: WrappingKey,
        retention_days: int,
        immutability: Immutability,
        vpn_gateway_id: pulumi.Input[str],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:AuditCopy", name, {}, options)
        self._placement = placement
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        identity = managed_identity("audit-copy", placement=placement, options=kept)
        account = closed_account(
            "audit-copy",
            placement=placement,
            abbreviation="stau",
            sku=storage.SkuName.STANDARD_GZRS,
            access_tier=storage.AccessTier.COOL,
            key=key,
            identity=identity,
            may_wrap=let_wrap("audit-copy", key, identity.principal_id, placement=placement, options=kept),
            bypass=storage.Bypass.AZURE_SERVICES,
            copies_to=storage.AllowedCopyScope.PRIVATE_LINK,
            immutability=storage.ImmutableStorageAccountArgs(
                enabled=True,
                immutability_policy=storage.AccountImmutabilityPolicyPropertiesArgs(
                    immutability_period_since_creation_in_days=retention_days,
                    allow_protected_append_writes=True,
                    state=(
                        storage.AccountImmutabilityPolicyState.LOCKED
                        if immutability == "locked"
                        else storage.AccountImmutabilityPolicyState.UNLOCKED
                    ),
                ),
            ),
            signatures=hour_at_most(),
            parent=self,
        )
        self.account_id: pulumi.Output[str] = account.id
        self._blobs(account, audit)
        private_links.connect("audit-copy", account.id, group="blob", parent=self)
        self._fill(account, audit)
        audit.collect("vpn", vpn_gateway_id, copied_to=account.id, parent=self)
        self.register_outputs({"accountName": account.name})

    def _blobs(self, account: storage.StorageAccount, audit: Audit) -> None:
        blobs = storage.BlobServiceProperties(
            "audit-copy",
            blob_services_name="default",
            account_name=account.name,
            resource_group_name=self._placement.resource_group_name,
            is_versioning_enabled=True,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        audit.collect("audit-copy", blobs.id, parent=self, metrics="Transaction")
        after = storage.DateAfterModificationArgs(days_after_modification_greater_than=ARCHIVED_DAYS)
        storage.ManagementPolicy(
            "audit-copy",
            management_policy_name="default",
            account_name=account.name,
            resource_group_name=self._placement.resource_group_name,
            policy=storage.ManagementPolicySchemaArgs(
                rules=[
                    storage.ManagementPolicyRuleArgs(
                        name="end-with-the-archive",
                        type=storage.RuleType.LIFECYCLE,
                        enabled=True,
                        definition=storage.ManagementPolicyDefinitionArgs(
                            filters=storage.ManagementPolicyFilterArgs(blob_types=["appendBlob", "blockBlob"]),
                            actions=storage.ManagementPolicyActionArgs(
                                base_blob=storage.ManagementPolicyBaseBlobArgs(delete=after),
                                version=storage.ManagementPolicyVersionArgs(
                                    delete=storage.DateAfterCreationArgs(days_after_creation_greater_than=ARCHIVED_DAYS)
                                ),
                            ),
                        ),
                    )
                ]
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[blobs]),
        )

    def _fill(self, account: storage.StorageAccount, audit: Audit) -> None:
        operationalinsights.DataExport(
            "audit-copy",
            data_export_name="audit-copy",
            workspace_name=audit.workspace_name,
            resource_group_name=self._placement.resource_group_name,
            resource_id=account.id,
            table_names=list(COPIED_TABLES),
            enable=True,
            # A table has to exist before it can be exported.
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=audit.tables),
        )
        monitor.DiagnosticSetting(
            "activity-log",
            name=f"audit-{self._placement.stack}",
            resource_uri=f"/subscriptions/{self._placement.subscription_id}",
            workspace_id=audit.workspace_id,
            storage_account_id=account.id,
            logs=[
                monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True)
                for category in ACTIVITY_LOG_CATEGORIES
            ],
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
