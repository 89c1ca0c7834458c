"""What is refused of eligibilities, policies of privileged identity management and managed HSMs."""

import pytest

from localcloud.backend import UNKNOWN, RejectedError

OTHER = "00000000-0000-4000-8000-00000000000f"

ELIGIBILITY = "authorization:PimRoleEligibilitySchedule"


def test_eligibility_gets_its_name_from_azure(world):
    identity = world.put(ELIGIBILITY)
    assert "/providers/Microsoft.Authorization/roleEligibilitySchedules/" in identity
    assert "id" not in world.backend.predict(f"azure-native:{ELIGIBILITY}", "urn", world.minimal(ELIGIBILITY))
    with pytest.raises(RejectedError, match="already exists"):
        world.put(ELIGIBILITY)


def test_any_change_of_an_eligibility_makes_another(world):
    inputs = world.minimal(ELIGIBILITY)
    [change] = world.backend.diff(f"azure-native:{ELIGIBILITY}", inputs, {}, {**inputs, "justification": "other"})
    assert change.replaces


def test_end_of_an_eligibility_is_given(world):
    ends = {"expiration": {"type": "AfterDuration"}}
    assert world.check(ELIGIBILITY, scheduleInfo=ends) == [
        "scheduleInfo.expiration.duration: the type AfterDuration needs it"
    ]


def test_rules_of_a_policy_are_azures_own(world):
    def found(**rule):
        return world.check("authorization:RoleManagementPolicy", rules=[rule])

    expiration = {"ruleType": "RoleManagementPolicyExpirationRule", "maximumDuration": "PT4H"}
    assert found(id="Expiration_EndUser_Assignment", **expiration) == []
    assert found(id="Enablement_EndUser_Assignment", **expiration) == [
        "rules[0].ruleType: Enablement_EndUser_Assignment is of the type RoleManagementPolicyEnablementRule"
    ]
    assert found(id="Mine", **expiration) == ["rules[0].id: 'Mine' is not the id of one of Azure's rules"]
    assert found(**expiration) == ["rules[0].id: a rule is told by its id"]


def test_managed_hsm_lasts(world):
    hsm = "keyvault:ManagedHsm"
    properties = {**world.minimal(hsm)["properties"], "enablePurgeProtection": True}
    identity = world.put(hsm, properties=properties)
    assert world.outputs(identity)["properties"]["hsmUri"] == "https://example1.managedhsm.azure.net/"
    with pytest.raises(RejectedError, match="purge protection can't be switched off"):
        world.update(hsm, identity, **world.minimal(hsm))
    other = {**properties, "initialAdminObjectIds": [world.tenant]}
    with pytest.raises(RejectedError, match="initialAdminObjectIds is fixed"):
        world.update(hsm, identity, **world.minimal(hsm, properties=other))
    assert world.check(hsm, properties={"tenantId": world.tenant}) == [
        "properties.initialAdminObjectIds: a managed HSM needs at least one administrator"
    ]


def test_key_of_a_managed_hsm_is_trusted_to_be_there(world):
    hsm = "keyvault:ManagedHsm"
    world.put(hsm, properties={**world.minimal(hsm)["properties"], "enablePurgeProtection": True})
    account = world.put("storage:StorageAccount", identity={"type": "SystemAssigned"})
    assert world.put(
        "storage:EncryptionScope",
        accountName=account.rpartition("/")[2],
        source="Microsoft.KeyVault",
        keyVaultProperties={"keyUri": "https://example1.managedhsm.azure.net/keys/tenant-acme"},
    )


def test_identities_go_in_as_a_list_and_come_out_as_a_map(world):
    user = world.put("managedidentity:UserAssignedIdentity")
    identity = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [user]}
    inputs = world.minimal("storage:StorageAccount", identity=identity)
    foretold = world.backend.predict("azure-native:storage:StorageAccount", "urn", inputs)["identity"]
    assert foretold["principalId"] is UNKNOWN
    assert foretold["userAssignedIdentities"] == {user: {"principalId": UNKNOWN, "clientId": UNKNOWN}}
    account = world.create("storage:StorageAccount", **inputs)
    outputs = world.outputs(account)["identity"]
    principal = world.outputs(user)["principalId"]
    assert outputs["userAssignedIdentities"][user]["principalId"] == principal
    assert outputs["tenantId"] == world.tenant
    assert world.inputs("storage:StorageAccount", account)["identity"] == identity


def test_role_is_assigned_once(world):
    world.put("authorization:RoleAssignment")
    with pytest.raises(RejectedError, match="assigned already"):
        world.create(
            "authorization:RoleAssignment",
            **world.minimal("authorization:RoleAssignment", roleAssignmentName=OTHER),
        )


def test_role_definition_may_be_azures_own(world):
    role = f"/providers/Microsoft.Authorization/roleDefinitions/{world.guid}"
    assert world.put("authorization:RoleAssignment", roleDefinitionId=role)
