"""Microsoft Defender for Cloud: what watches the subscription for attacks that no single log shows.

Aware document, 4.g and 5.c (access is monitored), 7.e (flaws are looked for).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pulumi
from pulumi_azure_native import security

from infra.aware.placement import Placement


@dataclass(frozen=True)
class Plan:
    """A plan of Defender for one kind of resource; extensions are named on or off, as Azure turns some on by itself."""

    name: str
    variant: str | None = None
    extensions: Mapping[str, bool] = field(default_factory=dict[str, bool])


PLANS: Final = (
    Plan("Arm", "PerSubscription"),
    # Sensitive data are found by reading what customers have stored; machines and Kubernetes there are none. The
    # extension for permissions ended with Entra Permissions Management, on 2025-10-01: a name that Defender may refuse.
    Plan(
        "CloudPosture",
        extensions={
            "AgentlessDiscoveryForKubernetes": False,
            "AgentlessVmScanning": False,
            "ContainerRegistriesVulnerabilityAssessments": True,
            "SensitiveDataDiscovery": False,
        },
    ),
    Plan("Containers", extensions={"ContainerRegistriesVulnerabilityAssessments": True}),
    Plan("KeyVaults", "PerKeyVault"),
    Plan("OpenSourceRelationalDatabases"),
    # Both extensions read what customers have stored, which nobody does as a matter of course (Aware document, 5.a).
    Plan(
        "StorageAccounts",
        "DefenderForStorageV2",
        extensions={"OnUploadMalwareScanning": False, "SensitiveDataDiscovery": False},
    ),
)
"""The plans for what the stack is made of (Azure documentation, "Microsoft.Security pricings")."""


class Defender(pulumi.ComponentResource):
    """The plans of the subscription, and whom Defender tells. They exist once a subscription, as the stack does."""

    def __init__(self, name: str, *, placement: Placement, on_call_email: str, options: pulumi.ResourceOptions) -> None:
        super().__init__("hosting:aware:Defender", name, {}, options)
        before: list[pulumi.Resource] = []
        for plan in PLANS:
            # Defender refuses to change two plans at the same time: each waits for the one before.
            before = [self._plan(plan, placement, before)]
        security.SecurityContact(
            "on-call",
            # The one name that Azure takes.
            security_contact_name="default",
            is_enabled=True,
            emails=on_call_email,
            notifications_by_role=security.SecurityContactPropertiesNotificationsByRoleArgs(
                state=security.State.ON, roles=[security.SecurityContactRole.OWNER]
            ),
            notifications_sources=[
                security.NotificationsSourceAlertArgs(
                    source_type="Alert", minimal_severity=security.MinimalSeverity.MEDIUM
                ),
                security.NotificationsSourceAttackPathArgs(
                    source_type="AttackPath", minimal_risk_level=security.MinimalRiskLevel.HIGH
                ),
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})

    def _plan(self, plan: Plan, placement: Placement, before: list[pulumi.Resource]) -> pulumi.Resource:
        return security.Pricing(
            plan.name,
            pricing_name=plan.name,
            scope_id=f"subscriptions/{placement.subscription_id}",
            pricing_tier=security.PricingTier.STANDARD,
            sub_plan=plan.variant,
            extensions=[
                security.ExtensionArgs(
                    name=name, is_enabled=security.IsEnabled.TRUE if enabled else security.IsEnabled.FALSE
                )
                for name, enabled in plan.extensions.items()
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=before),
        )
