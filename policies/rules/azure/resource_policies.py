"""Azure Policy: what Azure refuses in the stack's resource groups, whoever asks for it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

DEFINITION: Final = "azure-native:authorization:PolicyDefinition"
ASSIGNMENT: Final = "azure-native:authorization:PolicyAssignment"
GROUP: Final = "azure-native:resources:ResourceGroup"
SERVER: Final = "azure-native:dbforpostgresql:Server"

_PASSWORD_AUTH: Final = "Microsoft.DBForPostgreSql/flexibleServers/authConfig.passwordAuth"  # noqa: S105  # an alias

_NO_PASSWORDS: Final[Mapping[str, Any]] = {
    "if": {
        "allOf": [
            {"field": "type", "equals": "Microsoft.DBforPostgreSQL/flexibleServers"},
            {"field": _PASSWORD_AUTH, "exists": "true"},
            {"field": _PASSWORD_AUTH, "notEquals": "Disabled"},
        ]
    },
    "then": {"effect": "deny"},
}
"""The one policy that has been reviewed. Aliases and values are told apart without regard to case (Azure documentation,
"Azure Policy definition structure policy rule")."""

_NARROWING: Final = ("identity", "not_scopes", "overrides", "resource_selectors")


@rule(DEFINITION)
def policy_denies_passwords(definition: Resource) -> Findings:
    """A policy that nobody reviewed may change resources by itself; one that only audits keeps nobody from anything."""
    if _folded(definition.part("policy_rule").plain()) != _folded(_NO_PASSWORDS):
        yield "nobody has reviewed what the policy does: set policy_rule to the one against passwords, or remove it"
    if definition.get("mode", "Indexed") not in ("All", "Indexed"):
        yield "the policy is about no resources of Azure Resource Manager: set mode to All"
    if definition.get("policy_type", "Custom") != "Custom":
        yield "the policy takes the place of one of Azure's own: set policy_type to Custom"


def _folded(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True).lower()


@stack_rule(ASSIGNMENT)
def policy_assigned_is_enforced(assignment: Resource, stack: Stack) -> Findings:
    """An assignment that isn't enforced, or leaves a part out, lets through what it seems to refuse."""
    if assignment.get("enforcement_mode", "Default") != "Default":
        yield "the policy only watches: set enforcement_mode to Default"
    for name in _NARROWING:
        if assignment.has(name):
            yield f"the assignment leaves something out, or acts by itself: remove {name}"

    def assigned() -> str | None:
        return assignment.get("policy_definition_id", None)

    if not means(stack, assignment, "policy_definition_id", read=assigned, targets={DEFINITION: ("id",)}):
        yield "the policy is none of the stack's: set policy_definition_id to one that it defines"


@stack_rule(GROUP)
def group_refuses_databases_with_passwords(group: Resource, stack: Stack) -> Findings:
    """Who may write a server, to promote or restore it, could turn passwords on and read all that it holds."""
    if not stack.of_type(SERVER):
        not_applicable("the stack has no database")
    if not stack.referring("scope", group, [ASSIGNMENT], "id"):
        yield (
            "a database in the group may come to take passwords: add a PolicyAssignment against them with its id as "
            "scope"
        )
