"""The role of whoever deploys, as docs/aware-deployment.md has it made: enough for the program, and not the data."""

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from localcloud.azure.table import KINDS

ROLE: Mapping[str, Any] = json.loads((Path(__file__).parents[3] / "docs" / "aware-deployer-role.json").read_text())

NEVER_DELETED = {"microsoft.aadiam/diagnosticSettings"}
"""Belongs to Entra: who may write it is told by a role of Entra's."""

LINKED_ACTIONS: Mapping[str, Sequence[str]] = {
    "monitor:DiagnosticSetting": ("Microsoft.OperationalInsights/workspaces/sharedKeys/action",),
    "network:FlowLog": (
        "Microsoft.Network/networkWatchers/configureFlowLog/action",
        "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
        "Microsoft.Storage/storageAccounts/listAccountSas/action",
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Storage/storageAccounts/listServiceSas/action",
    ),
    "network:VirtualNetworkPeering": ("Microsoft.Network/virtualNetworks/peer/action",),
}
"""What Azure asks for besides the type's own `write`, on what the resource points to (Azure documentation, "Diagnostic
settings in Azure Monitor", "Manage virtual network flow logs", "Create, change, or delete a virtual network
peering")."""

RESOURCE_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups"


def allowed(action: str) -> bool:
    def fits(patterns: Sequence[str]) -> bool:
        return any(fnmatch(action.lower(), pattern.lower()) for pattern in patterns)

    return fits(ROLE["Actions"]) and not fits(ROLE["NotActions"])


@pytest.mark.parametrize("verb", ["write", "delete"])
def test_whoever_deploys_may_write_and_delete_each_type_of_the_program(stack: Any, verb: str):
    kinds = {KINDS[r["type"]].arm_type for r in stack.resources if r["type"] in KINDS} - NEVER_DELETED
    assert len(kinds) > 50
    renamed = {RESOURCE_GROUPS if kind == "Microsoft.Resources/resourceGroups" else kind for kind in kinds}
    # A vault's key is deleted in the vault, by a keeper of keys.
    wanted = renamed - ({"Microsoft.KeyVault/vaults/keys"} if verb == "delete" else set())
    assert not sorted(kind for kind in wanted if not allowed(f"{kind}/{verb}"))


@pytest.mark.parametrize("kind", LINKED_ACTIONS)
def test_whoever_deploys_may_do_what_azure_links_with_a_type(stack: Any, kind: str):
    assert stack.named(kind)
    assert not sorted(action for action in LINKED_ACTIONS[kind] if not allowed(action))


def test_whoever_deploys_may_copy_the_activity_log_into_its_account(stack: Any):
    assert stack.inputs("monitor:DiagnosticSetting", "activity-log")["storageAccountId"]
    assert allowed("Microsoft.Storage/storageAccounts/listKeys/action")


def test_whoever_deploys_may_approve_the_private_address_of_each_store_of_keys(stack: Any, modest: Any):
    assert stack.named("keyvault:Vault")
    assert modest.named("keyvault:ManagedHsm")
    for kind in ("vaults", "managedHSMs"):
        assert allowed(f"Microsoft.KeyVault/{kind}/privateEndpointConnectionsApproval/action")


def test_keys_that_whoever_deploys_may_list_open_nothing(stack: Any):
    for account in stack.named("storage:StorageAccount").values():
        assert account["inputs"]["allowSharedKeyAccess"] is False
    for workspace in stack.named("operationalinsights:Workspace").values():
        assert workspace["inputs"]["features"]["disableLocalAuth"] is True


@pytest.mark.parametrize(
    "action",
    [
        "Microsoft.App/containerApps/getAuthtoken/action",
        "Microsoft.App/containerApps/listSecrets/action",
        "Microsoft.Authorization/elevateAccess/action",
        "Microsoft.Authorization/policyExemptions/write",
        "Microsoft.Compute/virtualMachines/write",
        "Microsoft.ContainerRegistry/registries/listCredentials/action",
        "Microsoft.EventHub/namespaces/authorizationRules/listKeys/action",
        "Microsoft.KeyVault/vaults/accessPolicies/write",
        "Microsoft.KeyVault/vaults/secrets/write",
        "Microsoft.OperationalInsights/workspaces/query/read",
        "Microsoft.Search/searchServices/listAdminKeys/action",
    ],
)
def test_whoever_deploys_gets_no_key_that_opens_anything_no_shell_and_no_log(action: str):
    assert not allowed(action)


def test_whoever_deploys_sees_no_data():
    assert ROLE["DataActions"] == []
