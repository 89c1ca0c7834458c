from typing import Any

import pytest

GROUPS = ("audit-readers", "data-readers", "key-operators", "recoverers")
POLICIES = tuple(f"{group}-{role}" for group in GROUPS for role in ("member", "owner"))


def test_terms_for_members_and_owners_of_each_group_without_members(stack: Any):
    policies = stack.named("GroupRoleManagementPolicy")
    assert tuple(sorted(policies)) == POLICIES
    assert {name: (each["inputs"]["groupId"], each["inputs"]["roleId"]) for name, each in policies.items()} == {
        f"{group}-{role}": (f"id of hostco-{group}", role) for group in GROUPS for role in ("member", "owner")
    }


@pytest.mark.parametrize("name", POLICIES)
def test_somebody_is_let_in_by_approval_with_a_reason_for_four_hours(stack: Any, name: str):
    assert stack.inputs("GroupRoleManagementPolicy", name)["activationRules"] == {
        "maximumDuration": "PT4H",
        "requireApproval": True,
        "requireJustification": True,
        "requireMultifactorAuthentication": True,
        "approvalStage": {"primaryApprovers": [{"objectId": "id of hostco-approvers", "type": "groupMembers"}]},
    }
    assert stack.named("GroupRoleManagementPolicy")[name]["protect"] is True


@pytest.mark.parametrize("name", POLICIES)
def test_nobody_is_a_member_for_good(stack: Any, name: str):
    assert stack.inputs("GroupRoleManagementPolicy", name)["activeAssignmentRules"] == {
        "expirationRequired": True,
        "expireAfter": "P15D",
        "requireJustification": True,
        "requireMultifactorAuthentication": True,
    }


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("event", ["eligibleActivations", "activeAssignments"])
def test_those_on_call_are_told(stack: Any, name: str, event: str):
    rules = stack.inputs("GroupRoleManagementPolicy", name)["notificationRules"]
    assert rules[event]["adminNotifications"] == {
        "notificationLevel": "All",
        "defaultRecipients": True,
        "additionalRecipients": ["on-call@aware.example.com"],
    }


def test_who_may_be_let_in_and_only_as_a_member(stack: Any):
    eligible = stack.named("PrivilegedAccessGroupEligibilitySchedule")
    assert {(each["inputs"]["groupId"], each["inputs"]["principalId"]) for each in eligible.values()} == {
        ("id of hostco-data-readers", "id of hostco-platform"),
        ("id of hostco-data-readers", "id of hostco-on-call"),
        ("id of hostco-key-operators", "id of hostco-platform"),
        ("id of hostco-audit-readers", "id of hostco-audit"),
        ("id of hostco-recoverers", "id of hostco-platform"),
        ("id of hostco-recoverers", "id of hostco-on-call"),
    }
    assert {each["inputs"]["assignmentType"] for each in eligible.values()} == {"member"}


def test_the_terms_hold_before_anybody_is_eligible(stack: Any):
    policies = stack.named("GroupRoleManagementPolicy")
    for name, schedule in stack.named("PrivilegedAccessGroupEligibilitySchedule").items():
        group = next(group for group in GROUPS if name.startswith(group))
        assert {policies[f"{group}-{role}"]["urn"] for role in ("member", "owner")} <= set(schedule["dependencies"])
