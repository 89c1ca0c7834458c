"""What the simulated Entra does and refuses."""

import pytest

from localcloud.backend import UNKNOWN, RejectedError
from localcloud.entra import EntraBackend

OTHER_TENANT = "00000000-0000-4000-8000-0000000000aa"
OTHER = "00000000-0000-4000-8000-0000000000ff"


# Tenants, types, ids


@pytest.mark.parametrize("tenant", [None, "example.com", 1])
def test_provider_without_a_tenant_is_refused(tenant):
    with pytest.raises(RejectedError, match="needs a tenantId"):
        EntraBackend().configure({"tenantId": tenant})


def test_unconfigured_provider_is_refused():
    with pytest.raises(RejectedError, match="not been configured"):
        EntraBackend().read("azuread:index/group:Group", "/groups/x", None)


def test_tenants_know_nothing_of_each_other(world):
    identity = world.put("Group")
    world.backend.configure({"tenantId": OTHER_TENANT})
    assert world.backend.read(world.token("Group"), identity, None) is None
    world.backend.configure({"tenantId": world.tenant})
    assert world.backend.read(world.token("Group"), identity, None) is not None


def test_type_that_is_not_simulated_says_where_to_add_it(world):
    [failure] = world.backend.check("azuread:index/user:User", {})[1]
    assert failure.reason == (
        "The local Entra doesn't simulate azuread:index/user:User: add a line for it to localcloud/entra/table.py."
    )
    with pytest.raises(RejectedError, match="add a line"):
        world.backend.create("azuread:index/user:User", "urn", {})


def test_type_that_the_sdk_lacks_says_so(world):
    [failure] = world.backend.check("azuread:index/grupp:Grupp", {})[1]
    assert "no resource type" in failure.reason


def test_ids_have_the_form_of_an_import(world):
    group = world.put("Group")
    assert group == f"/groups/{world.guid('Group')}"
    assert world.put("ConditionalAccessPolicy").startswith("/identity/conditionalAccess/policies/")
    catalog = world.put("AccessPackageCatalog")
    assert world.put("AccessPackageResourceCatalogAssociation") == f"{catalog}/{world.guid('Group')}"


def test_no_id_is_given_twice(world):
    first = world.put("Group")
    world.backend.delete(world.token("Group"), first, {})
    assert world.put("Group") != first


def test_unknown_value_can_not_be_put(world):
    with pytest.raises(RejectedError, match="not known yet"):
        world.backend.create(world.token("Group"), "urn", {"displayName": UNKNOWN, "securityEnabled": True})


# Changes


def test_change_of_what_is_fixed_replaces(world):
    inputs = world.inputs("AccessPackageAssignmentPolicy")
    changed = {**inputs, "accessPackageId": OTHER, "displayName": "other"}
    found = world.backend.diff(world.token("AccessPackageAssignmentPolicy"), inputs, {}, changed)
    assert {(change.path, change.replaces) for change in found} == {("accessPackageId", True), ("displayName", False)}


def test_one_of_a_kind_is_deleted_before_its_replacement(world):
    inputs = world.inputs("GroupMember")
    assert world.backend.deletes_before_replacing(world.token("GroupMember"), inputs, inputs)
    other = {**inputs, "memberObjectId": OTHER}
    assert not world.backend.deletes_before_replacing(world.token("GroupMember"), inputs, other)
    assert not world.backend.deletes_before_replacing(world.token("Group"), {}, {})


def test_update_of_what_is_gone_is_refused(world):
    with pytest.raises(RejectedError, match="doesn't exist any more"):
        world.backend.update(world.token("Group"), "/groups/x", {}, world.inputs("Group"), everything=False)


def test_what_others_need_is_not_deleted(world):
    strength = world.put("AuthenticationStrengthPolicy")
    grant = {"operator": "AND", "authenticationStrengthPolicyId": strength}
    policy = world.put("ConditionalAccessPolicy", grantControls=grant)
    with pytest.raises(RejectedError, match=f"in use by {policy}"):
        world.backend.delete(world.token("AuthenticationStrengthPolicy"), strength, {})
    world.backend.delete(world.token("ConditionalAccessPolicy"), policy, {})
    world.backend.delete(world.token("AuthenticationStrengthPolicy"), strength, {})
    assert world.outputs(strength) is None


# Functions


def test_functions(world):
    identity = world.put("Group")
    answer = world.backend.invoke("azuread:index/getGroup:getGroup", {"displayName": "example"})
    assert (answer["id"], answer["objectId"]) == (identity, world.guid("Group"))
    assert world.backend.invoke("azuread:index/getClientConfig:getClientConfig", {})["tenantId"] == world.tenant
    with pytest.raises(RejectedError, match="none like this"):
        world.backend.invoke("azuread:index/getGroup:getGroup", {"displayName": "other"})
    with pytest.raises(RejectedError, match="doesn't simulate the function"):
        world.backend.invoke("azuread:index/getUser:getUser", {})


# Groups


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"securityEnabled": False}, "securityEnabled"),
        ({"mailEnabled": True, "mailNickname": "a"}, "types"),
        ({"mailEnabled": True, "types": ["Unified"]}, "mailNickname"),
        ({"dynamicMembership": {"enabled": True, "rule": "a"}}, "types"),
        ({"members": ["/groups/x"]}, "members[0]"),
        (
            {
                "assignableToRole": True,
                "dynamicMembership": {"enabled": True, "rule": "a"},
                "types": ["DynamicMembership"],
            },
            "assignableToRole",
        ),
    ],
)
def test_group_that_entra_refuses(world, inputs, path):
    assert [failure.partition(":")[0] for failure in world.check("Group", **inputs)] == [path]


def test_name_is_taken_once_where_the_program_asks(world):
    identity = world.put("Group")
    world.put("Group")
    with pytest.raises(RejectedError, match=f"'example' is taken by {identity}"):
        world.put("Group", preventDuplicateNames=True)


def test_eligibility_without_an_end_needs_a_policy_that_allows_it(world):
    permanent = {"duration": None, "permanentAssignment": True}
    with pytest.raises(RejectedError, match="ExpirationRule"):
        world.put("PrivilegedAccessGroupEligibilitySchedule", **permanent)
    world.put("GroupRoleManagementPolicy", eligibleAssignmentRules={"expirationRequired": False})
    assert world.put("PrivilegedAccessGroupEligibilitySchedule", **permanent)


def test_eligibility_ends_in_one_way(world):
    both = {"duration": "P30D", "permanentAssignment": True}
    assert [f.partition(":")[0] for f in world.check("PrivilegedAccessGroupEligibilitySchedule", **both)] == [
        "duration"
    ]
    assert world.check("PrivilegedAccessGroupEligibilitySchedule", duration=None) != []


def test_policy_of_a_group_is_there_already(world):
    first = world.put("GroupRoleManagementPolicy")
    assert world.put("GroupRoleManagementPolicy", activationRules={"maximumDuration": "PT4H"}) == first
    assert world.outputs(first)["activationRules"] == {"maximumDuration": "PT4H"}


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({"maximumDuration": "4h"}, "activationRules.maximumDuration"),
        ({"maximumDuration": "PT20M"}, "activationRules.maximumDuration"),
        ({"maximumDuration": "P2D"}, "activationRules.maximumDuration"),
        ({"requireApproval": True}, "activationRules.approvalStage"),
    ],
)
def test_activation_that_entra_refuses(world, rules, path):
    [failure] = world.check("GroupRoleManagementPolicy", activationRules=rules)
    assert failure.startswith(f"{path}: ")


# Applications


def test_service_principal_that_exists_is_taken_over_on_request_only(world):
    with pytest.raises(RejectedError, match="set useExisting"):
        world.put("ServicePrincipal", useExisting=None)
    first = world.put("ServicePrincipal")
    assert world.put("ServicePrincipal") == first


def test_service_principal_needs_its_application(world):
    with pytest.raises(RejectedError, match="no Application"):
        world.put("ServicePrincipal", clientId=OTHER)
    client = world.outputs(world.put("Application"))["clientId"]
    assert world.put("ServicePrincipal", clientId=client, useExisting=None)


# Conditional Access


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"grantControls": None}, "grantControls"),
        ({"grantControls": {"operator": "OR"}}, "grantControls"),
        ({"grantControls": {"operator": "OR", "builtInControls": ["block", "mfa"]}}, "grantControls.builtInControls"),
        ({"grantControls": {"operator": "XOR", "builtInControls": ["mfa"]}}, "grantControls.operator"),
        ({"sessionControls": {"signInFrequency": 4}}, "sessionControls.signInFrequency"),
        ({"state": "on"}, "state"),
    ],
)
def test_policy_that_entra_refuses(world, inputs, path):
    assert [failure.partition(":")[0] for failure in world.check("ConditionalAccessPolicy", **inputs)] == [path]


@pytest.mark.parametrize(
    ("users", "applications", "path"),
    [
        ({}, {"includedApplications": ["All"]}, "conditions.users"),
        ({"includedUsers": ["All", "None"]}, {"includedApplications": ["All"]}, "conditions.users.includedUsers"),
        ({"includedUsers": ["All"]}, {}, "conditions.applications"),
        (
            {"includedUsers": ["All"], "excludedUsers": ["me"]},
            {"includedApplications": ["All"]},
            "conditions.users.excludedUsers[0]",
        ),
    ],
)
def test_conditions_that_entra_refuses(world, users, applications, path):
    conditions = {"clientAppTypes": ["all"], "users": users, "applications": applications}
    [failure] = world.check("ConditionalAccessPolicy", conditions=conditions)
    assert failure.startswith(f"{path}: ")


def test_strength_excludes_the_second_factor_of_any_kind(world):
    grant = {"operator": "AND", "builtInControls": ["mfa"], "authenticationStrengthPolicyId": OTHER}
    assert world.check("ConditionalAccessPolicy", grantControls=grant) == [
        "grantControls.authenticationStrengthPolicyId: excludes the control mfa"
    ]


def test_built_in_strengths_and_applications_are_there(world):
    strength = "/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000004"
    grant = {"operator": "AND", "authenticationStrengthPolicyId": strength}
    assert world.put("ConditionalAccessPolicy", grantControls=grant)


# Access packages


def test_package_gives_only_what_is_in_its_catalog(world):
    other = world.put("AccessPackageCatalog", displayName="other")
    package = world.put("AccessPackage", catalogId=other)
    catalog = next(c for c in world.backend.find(world.token("AccessPackageCatalog"), {"displayName": "other"}))
    assert catalog == other
    mine = world.put("AccessPackageCatalog")
    resource = world.put("AccessPackageResourceCatalogAssociation", catalogId=mine)
    with pytest.raises(RejectedError, match="not in the catalog"):
        world.put(
            "AccessPackageResourcePackageAssociation", accessPackageId=package, catalogResourceAssociationId=resource
        )


def test_resource_is_in_a_catalog_once(world):
    first = world.put("AccessPackageResourceCatalogAssociation")
    with pytest.raises(RejectedError, match=f"exists already as {first}"):
        world.put("AccessPackageResourceCatalogAssociation")


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"durationInDays": 1, "expirationDate": "2030-01-01T00:00:00Z"}, "expirationDate"),
        ({"durationInDays": 4000}, "durationInDays"),
        ({"approvalSettings": {"approvalRequired": True}}, "approvalSettings.approvalStages"),
        (
            {"approvalSettings": {"approvalStages": [{"approvalTimeoutInDays": 15}]}},
            "approvalSettings.approvalStages[0].approvalTimeoutInDays",
        ),
        ({"requestorSettings": {"scopeType": "Everybody"}}, "requestorSettings.scopeType"),
        (
            {"assignmentReviewSettings": {"enabled": True, "reviewType": "Reviewers"}},
            "assignmentReviewSettings.reviewers",
        ),
        (
            {"assignmentReviewSettings": {"enabled": True, "reviewFrequency": "weekly", "durationInDays": 7}},
            "assignmentReviewSettings.durationInDays",
        ),
        (
            {"requestorSettings": {"requestors": [{"subjectType": "groupMembers"}]}},
            "requestorSettings.requestors[0].objectId",
        ),
    ],
)
def test_assignment_policy_that_entra_refuses(world, inputs, path):
    assert [failure.partition(":")[0] for failure in world.check("AccessPackageAssignmentPolicy", **inputs)] == [path]
