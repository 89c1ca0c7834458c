from typing import Any

import pytest

GROUPS = ("audit", "on-call", "platform")
APPROVERS = {"subjectType": "groupMembers", "objectId": "id of hostco-approvers"}


def test_the_catalog_is_the_organisations_own(stack: Any):
    catalog = stack.inputs("AccessPackageCatalog", "hosting")
    assert catalog["externallyVisible"] is False
    assert catalog["published"] is True


@pytest.mark.parametrize(
    "kind",
    [
        "AccessPackage",
        "AccessPackageAssignmentPolicy",
        "AccessPackageResourceCatalogAssociation",
        "AccessPackageResourcePackageAssociation",
    ],
)
def test_a_package_for_each_standing_group(stack: Any, kind: str):
    assert tuple(sorted(stack.named(kind))) == GROUPS


@pytest.mark.parametrize("group", GROUPS)
def test_a_package_gives_membership_of_its_group(stack: Any, group: str):
    resource = stack.inputs("AccessPackageResourceCatalogAssociation", group)
    assert resource["resourceOriginId"] == f"id of hostco-{group}"
    assert resource["resourceOriginSystem"] == "AadGroup"
    association = stack.inputs("AccessPackageResourcePackageAssociation", group)
    assert association["accessType"] == "Member"
    assert association["accessPackageId"].endswith(f"/{group}")
    assert association["catalogResourceAssociationId"].endswith(f"/{group}")


@pytest.mark.parametrize("group", GROUPS)
def test_membership_is_asked_for_with_a_reason_and_approved_by_somebody_else(stack: Any, group: str):
    policy = stack.inputs("AccessPackageAssignmentPolicy", group)
    assert policy["requestorSettings"] == {
        "scopeType": "AllExistingDirectoryMemberUsers",
        "requestsAccepted": True,
    }
    approval = policy["approvalSettings"]
    assert approval["approvalRequired"] is True
    assert approval["approvalRequiredForExtension"] is True
    assert approval["requestorJustificationRequired"] is True
    assert [stage["primaryApprovers"] for stage in approval["approvalStages"]] == [[APPROVERS]]
    assert all(stage["approverJustificationRequired"] for stage in approval["approvalStages"])


@pytest.mark.parametrize("group", GROUPS)
def test_membership_ends_by_itself(stack: Any, group: str):
    policy = stack.inputs("AccessPackageAssignmentPolicy", group)
    assert policy["durationInDays"] <= 180
    assert policy["extensionEnabled"] is False


@pytest.mark.parametrize("group", GROUPS)
def test_membership_is_reviewed_every_month_and_removed_by_default(stack: Any, group: str):
    review = stack.inputs("AccessPackageAssignmentPolicy", group)["assignmentReviewSettings"]
    assert review["enabled"] is True
    assert review["reviewFrequency"] == "monthly"
    assert review["reviewType"] == "Reviewers"
    assert review["reviewers"] == [APPROVERS]
    assert review["approverJustificationRequired"] is True
    assert review["accessReviewTimeoutBehavior"] == "removeAccess"
