import re
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from infra.aware.conditions import only_containers

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
POSTGRESQL = "Microsoft.DBforPostgreSQL/flexibleServers"


def permission(stack: Any, role: str) -> Any:
    (found,) = stack.inputs("authorization:RoleDefinition", role)["permissions"]
    return found


def test_a_recoverer_promotes_and_restores_and_no_more(stack: Any):
    found = permission(stack, "recoverer")
    assert set(found["actions"]) == {
        f"{POSTGRESQL}/read",
        f"{POSTGRESQL}/write",
        "Microsoft.DataProtection/backupVaults/backupInstances/restore/action",
        "Microsoft.DataProtection/backupVaults/backupInstances/validateRestore/action",
        "Microsoft.Network/privateDnsZones/join/action",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
    }
    assert found["dataActions"] == []


RUNBOOK = (Path(__file__).parents[3] / "docs" / "runbooks" / "aware-failover.md").read_text("utf-8")

GROUP_ROLES = {
    "G": ("recoverer", "recoverers"),
    "G2": ("recoverer", "recoverers-2"),
    "GD": ("drill-restorer", "recoverers-drills"),
}
"""The runbook's variable of each resource group -> the role in it, and how it is given."""


def test_the_runbooks_groups_are_those_of_the_roles():
    assert set(re.findall(r"-g \$([A-Z]\w*)", RUNBOOK)) == set(GROUP_ROLES)


@pytest.mark.parametrize("variable", GROUP_ROLES)
def test_the_databases_of_each_group_that_the_runbook_names_can_be_looked_at(stack: Any, variable: str):
    """Every command that changes a server reads it first."""
    role, given = GROUP_ROLES[variable]
    assert {f"{POSTGRESQL}/read", f"{POSTGRESQL}/write"} <= set(permission(stack, role)["actions"])
    assert stack.inputs("authorization:RoleAssignment", given)["roleDefinitionId"].endswith(f"/{role}")


@pytest.mark.parametrize("role", ["recoverer", "drill-restorer", "drill-blobs"])
@pytest.mark.parametrize(
    "forbidden",
    [
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.KeyVault/vaults/keys/unwrap/action",
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
        "Microsoft.App/containerApps/write",
        "Microsoft.App/jobs/start/action",
        "Microsoft.Storage/storageAccounts/write",
    ],
)
def test_no_role_of_theirs_leads_further(stack: Any, role: str, forbidden: str):
    found = permission(stack, role)
    assert not [each for each in (*found["actions"], *found["dataActions"]) if fnmatch(forbidden, each)]


def test_they_administer_restored_servers_only(stack: Any):
    """Where a service's own server is, nobody of theirs can become its administrator."""
    administers = [
        name
        for name, role in stack.named("authorization:RoleDefinition").items()
        if any(
            fnmatch(f"{POSTGRESQL}/administrators/write", each) for each in role["inputs"]["permissions"][0]["actions"]
        )
    ]
    assert administers == ["drill-restorer"]
    role = stack.inputs("authorization:RoleDefinition", "drill-restorer")
    assert role["assignableScopes"] == ["azure-native:resources:ResourceGroup/drills"]
    assert stack.inputs("resources:ResourceGroup", "drills")["resourceGroupName"] == "rg-drills-hostco-useast"


def test_they_touch_the_blobs_of_the_drill_alone(stack: Any):
    actions: Sequence[str] = permission(stack, "drill-blobs")["dataActions"]
    assert actions == [f"{BLOBS}/delete", f"{BLOBS}/read", f"{BLOBS}/write"]
    given = stack.inputs("authorization:RoleAssignment", "recoverers-drill-blobs")
    assert given["conditionVersion"] == "2.0"
    assert given["condition"] == only_containers(["tenant-drill"], actions=actions)


def test_a_condition_holds_for_each_of_a_roles_actions():
    container = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
    assert only_containers(["a", "b"], actions=["read", "write"]) == (
        "((!(ActionMatches{'read'}) AND !(ActionMatches{'write'})) OR "
        f"({container} ForAnyOfAnyValues:StringEquals {{'a', 'b'}}))"
    )


def test_without_a_second_region_there_is_nothing_to_fail_over_to(alone: Any):
    assert "recoverers-2" not in alone.named("authorization:RoleAssignment")
    assert len(alone.inputs("authorization:RoleDefinition", "recoverer")["assignableScopes"]) == 1
