"""What Azure Resource Manager refuses in the stack's resource groups, whoever asks for it: Azure Policy.

Aware document, 4.a (only staff get at the systems) and 4.c (every user has an identity of their own).
"""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_azure_native import authorization

from infra.aware.placement import Placement

PASSWORD_AUTH: Final = "Microsoft.DBForPostgreSql/flexibleServers/authConfig.passwordAuth"  # noqa: S105  # an alias
"""The setting of a server by which passwords open it, as Azure Policy calls it (its alias; Azure's own policy of the
kind, "Azure PostgreSQL flexible server should have Microsoft Entra Only Authentication enabled", can't deny)."""

NO_PASSWORDS: Final[Mapping[str, Any]] = {
    "if": {
        "allOf": [
            {"field": "type", "equals": "Microsoft.DBforPostgreSQL/flexibleServers"},
            # A promotion or a restore says nothing of passwords: it must not be refused.
            {"field": PASSWORD_AUTH, "exists": "true"},
            {"field": PASSWORD_AUTH, "notEquals": "Disabled"},
        ]
    },
    "then": {"effect": "deny"},
}
"""Refuses each request to a database server that says of passwords anything but `Disabled`."""


class ResourcePolicies(pulumi.ComponentResource):
    """No database server of the stack takes passwords, not even by the hand of those who may change one.

    Who promotes a server (`infra.aware.recoverers`) may write it, and that could turn passwords on. Azure Policy judges
    the request whoever sends it; to take a policy away, change or exempt from it is an incident (`guard-removed`).
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        group_ids: Mapping[str, pulumi.Input[str]],
        options: pulumi.ResourceOptions,
    ) -> None:
        """`group_ids` are the resource groups in which the policy holds, each by a name."""
        super().__init__("hosting:aware:ResourcePolicies", name, {}, options)
        policy = placement.name("policy", "no-passwords")
        definition = authorization.PolicyDefinition(
            "no-passwords",
            policy_definition_name=policy,
            display_name="No database takes passwords",
            description="Passwords of a database are known to whoever ever had them; an identity ends with its owner.",
            policy_type=authorization.PolicyType.CUSTOM,
            mode="All",
            policy_rule=NO_PASSWORDS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        for group, group_id in group_ids.items():
            authorization.PolicyAssignment(
                f"no-passwords-{group}",
                policy_assignment_name=policy,
                display_name="No database takes passwords",
                scope=group_id,
                policy_definition_id=definition.id,
                enforcement_mode=authorization.EnforcementMode.DEFAULT,
                non_compliance_messages=[
                    authorization.NonComplianceMessageArgs(
                        message="The database would take passwords: set authConfig.passwordAuth to Disabled."
                    )
                ],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
