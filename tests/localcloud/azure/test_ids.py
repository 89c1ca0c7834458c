import pytest

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud
from localcloud.azure.table import KINDS
from localcloud.backend import UNKNOWN

ROOT = "/subscriptions/00000000-0000-4000-8000-000000000001"
GROUP = f"{ROOT}/resourceGroups/main"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/v"


@pytest.mark.parametrize(
    ("identity", "parent", "arm_type"),
    [
        (ROOT, None, "Microsoft.Resources/subscriptions"),
        (GROUP, ROOT, "Microsoft.Resources/resourceGroups"),
        (VAULT, GROUP, "Microsoft.KeyVault/vaults"),
        (f"{VAULT}/keys/k", VAULT, "Microsoft.KeyVault/vaults/keys"),
        (
            f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/r",
            VAULT,
            "Microsoft.Authorization/roleAssignments",
        ),
        (VAULT.upper(), GROUP.upper(), "MICROSOFT.KEYVAULT/VAULTS"),
    ],
)
def test_parents_and_types_follow_from_an_id(identity, parent, arm_type):
    assert ids.parent(identity) == parent
    assert ids.type_of(identity) == arm_type


@pytest.mark.parametrize(
    ("identity", "subscription"),
    [(ROOT, ROOT), (VAULT.upper(), ROOT), ("/providers/Microsoft.Management/managementGroups/m", None), ("text", None)],
)
def test_subscription_follows_from_an_id(identity, subscription):
    assert ids.subscription_of(identity) == subscription


def test_template_and_id_are_each_others_inverse():
    template = "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}"
    inputs = {"scope": VAULT, "roleAssignmentName": "r"}
    identity = ids.fill(template, inputs, "unused")
    assert identity == f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/r"
    assert ids.parse(template, identity) == inputs
    assert ids.parse(template, VAULT) is None


@pytest.mark.parametrize("value", [None, UNKNOWN])
def test_id_needs_every_part(value):
    template = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    assert ids.fill(template, {"resourceGroupName": value}, "s") is None
    assert ids.fill(template, {}, "s") is None


@pytest.mark.parametrize(
    ("identity", "exists"),
    [
        (ROOT, True),
        (GROUP, False),
        (f"{ROOT}/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6", True),
        (f"{ROOT}/providers/Microsoft.Authorization/roleDefinitions/mine", False),
        (VAULT, False),
        (f"{VAULT}/privateEndpointConnections/c", False),
        (f"{GROUP}/providers/Microsoft.Compute/disks/d", False),
    ],
)
def test_empty_cloud_holds_only_what_azure_itself_has(identity, exists):
    assert Cloud(line.arm_type for line in KINDS.values()).exists(identity) is exists


def test_parts_of_what_exists_exist(world):
    vault = world.put("keyvault:Vault")
    cloud = Cloud(line.arm_type for line in KINDS.values())
    cloud.entities[vault.lower()] = next(iter(world.backend._cloud.of_type("azure-native:keyvault:Vault")))
    assert cloud.exists(f"{vault}/privateEndpointConnections/c")
    assert not cloud.exists(f"{vault}/keys/k")
    assert not cloud.exists(f"{ids.parent(vault)}/providers/Microsoft.Compute/disks/d")
