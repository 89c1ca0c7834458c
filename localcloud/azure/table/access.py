"""Resource groups, identities, roles and locks."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import access as computed
from localcloud.azure.rules import access as rules
from localcloud.azure.rules import common
from localcloud.azure.table.line import ANY, GROUP, IDENTITY, POLICY, ROLE, line

LINES: Final = (
    line("resources:ResourceGroup", GROUP, replaces=("location",), name=rules.GROUP_NAME),
    line(
        "managedidentity:UserAssignedIdentity",
        f"{IDENTITY}/{{resourceName}}",
        replaces=("location",),
        name=rules.IDENTITY_NAME,
        outputs=Outputs(generated=computed.identity_generated),
    ),
    line(
        "managedidentity:FederatedIdentityCredential",
        f"{IDENTITY}/{{resourceName}}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}",
        name=rules.IDENTITY_NAME,
    ),
    line(
        "authorization:RoleAssignment",
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        replaces=("principalId",),
        names={"scope": ANY},
        uses={"roleDefinitionId": ROLE},
        name=common.GUID_NAME,
        checks=(
            common.guid("principalId"),
            common.one_of("principalType", "User", "Group", "ServicePrincipal", "ForeignGroup", "Device"),
        ),
        rules=(rules.role_not_given,),
        outputs=Outputs(generated=computed.role_generated),
    ),
    line(
        "authorization:RoleDefinition",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
        names={"scope": ANY},
        name=common.GUID_NAME,
    ),
    line(
        "authorization:ManagementLockByScope",
        "{scope}/providers/Microsoft.Authorization/locks/{lockName}",
        names={"scope": ANY},
        checks=(common.one_of("level", "CanNotDelete", "ReadOnly"),),
    ),
    line(
        "authorization:ManagementLockAtResourceGroupLevel",
        "Microsoft.Authorization/locks/{lockName}",
        checks=(common.one_of("level", "CanNotDelete", "ReadOnly"),),
    ),
    line(
        "authorization:PimRoleEligibilitySchedule",
        "{scope}/providers/Microsoft.Authorization/roleEligibilitySchedules/{roleEligibilityScheduleName}",
        replaces=(
            *("scope", "principalId", "roleDefinitionId", "condition", "conditionVersion", "justification"),
            *("scheduleInfo", "ticketInfo", "targetRoleEligibilityScheduleId"),
            "targetRoleEligibilityScheduleInstanceId",
        ),
        named_by=("scope", "principalId", "roleDefinitionId"),
        names={"scope": ANY, "roleDefinitionId": ROLE},
        checks=(common.guid("principalId"), rules.schedule),
        outputs=Outputs(generated=computed.eligibility_generated),
    ),
    line(
        "authorization:RoleManagementPolicy",
        "{scope}/providers/Microsoft.Authorization/roleManagementPolicies/{roleManagementPolicyName}",
        singleton=True,
        names={"scope": ANY},
        checks=(rules.management_rules,),
    ),
    line(
        "authorization:RoleManagementPolicyAssignment",
        "{scope}/providers/Microsoft.Authorization/roleManagementPolicyAssignments/{roleManagementPolicyAssignmentName}",
        singleton=True,
        names={"scope": ANY, "roleDefinitionId": ROLE},
    ),
    line(
        "authorization:ManagementLockAtSubscriptionLevel",
        "/subscriptions/{subscriptionId}/providers/Microsoft.Authorization/locks/{lockName}",
        checks=(common.one_of("level", "CanNotDelete", "ReadOnly"),),
    ),
    line(
        "authorization:PolicyAssignment",
        "{scope}/providers/Microsoft.Authorization/policyAssignments/{policyAssignmentName}",
        names={"scope": ANY},
        uses={"policyDefinitionId": POLICY},
    ),
    line(
        "authorization:PolicyDefinition",
        "/subscriptions/{subscriptionId}/providers/Microsoft.Authorization/policyDefinitions/{policyDefinitionName}",
    ),
)
