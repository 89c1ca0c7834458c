"""What ARM refuses of resource groups, identities, roles and locks."""

from collections.abc import Iterator, Mapping
from typing import Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.rules.common import Failures
from localcloud.backend import CheckFailure, Properties
from localcloud.paths import get, select

GROUP_NAME: Final = Name(r"[\w.()-]{0,89}[\w()-]", "1 to 90 letters, digits, _ . ( ) and hyphens without a dot last")

IDENTITY_NAME: Final = Name(r"[A-Za-z0-9][\w-]{2,127}", "3 to 128 letters, digits, _ and hyphens")


def has_role(cloud: Cloud, principal: str, identity: str, role: str) -> bool:
    """Whether a principal has a role, by its GUID, on an object or above it; one's own are trusted to fit."""
    for assignment in cloud.of_type("azure-native:authorization:RoleAssignment"):
        scope = str(assignment.inputs["scope"]).rstrip("/").lower() + "/"
        given = str(assignment.inputs["roleDefinitionId"])
        is_theirs = str(assignment.inputs["principalId"]).lower() == principal.lower()
        is_it = ids.name_of(given).lower() == role or cloud.get(given) is not None
        if is_theirs and is_it and f"{identity}/".lower().startswith(scope):
            return True
    return False


def role_not_given(cloud: Cloud, put: Put) -> Iterator[str]:
    """The same role of the same principal at the same scope exists once; who and where can't be changed."""

    def what(inputs: Properties) -> tuple[str, ...]:
        return tuple(str(inputs.get(name)).strip("/").lower() for name in ("principalId", "scope", "roleDefinitionId"))

    for other in cloud.of_type(put.kind.token):
        if other.identity.lower() != put.identity.lower() and what(other.inputs) == what(put.inputs):
            yield f"the role is assigned already: {other.identity}"


_RULE_TYPES: Final[Mapping[str, str]] = {
    "Approval": "RoleManagementPolicyApprovalRule",
    "AuthenticationContext": "RoleManagementPolicyAuthenticationContextRule",
    "Enablement": "RoleManagementPolicyEnablementRule",
    "Expiration": "RoleManagementPolicyExpirationRule",
    "Notification": "RoleManagementPolicyNotificationRule",
}


def management_rules(inputs: Properties) -> Failures:
    """A policy's rules are Azure's own, told by their id, each of its own type (PIM, "Rules in PIM")."""
    for path, rule in select(inputs, "rules[]"):
        name, kind = get(rule, "id"), get(rule, "ruleType")
        if name is None:
            yield CheckFailure(f"{path}.id", "a rule is told by its id")
        wanted = _RULE_TYPES.get(str(name).partition("_")[0])
        if isinstance(name, str) and wanted is None:
            yield CheckFailure(f"{path}.id", f"{name!r} is not the id of one of Azure's rules")
        elif isinstance(name, str) and isinstance(kind, str) and kind != wanted:
            yield CheckFailure(f"{path}.ruleType", f"{name} is of the type {wanted}")


def schedule(inputs: Properties) -> Failures:
    """An eligibility that ends says after how long or when (PIM, "Role eligibility schedule requests")."""
    kind = get(inputs, "scheduleInfo", "expiration", "type")
    for wanted, name in (("AfterDuration", "duration"), ("AfterDateTime", "endDateTime")):
        if kind == wanted and get(inputs, "scheduleInfo", "expiration", name) is None:
            yield CheckFailure(f"scheduleInfo.expiration.{name}", f"the type {wanted} needs it")
