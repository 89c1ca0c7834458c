"""Groups in Entra: who may change them, and the one way by which people come into each."""

from typing import Final

from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

GROUP: Final = "azuread:index/group:Group"
GROUPS: Final = {GROUP: ("object_id",)}
"""Groups and the property by which others name them."""

TERMS: Final = "azuread:index/groupRoleManagementPolicy:GroupRoleManagementPolicy"
IN_CATALOG: Final = "azuread:index/accessPackageResourceCatalogAssociation:AccessPackageResourceCatalogAssociation"

_NAMED: Final = ("break-glass", "approvers")
"""The groups, by their logical names, whose members the settings name."""


def is_for_emergencies(group: Resource) -> bool:
    """Whether it holds the accounts that Conditional Access leaves out."""
    return group.resource_name == "break-glass"


def is_of_approvers(group: Resource) -> bool:
    """Whether it holds those who approve and review access."""
    return group.resource_name == "approvers"


def is_asked_for(group: Resource, stack: Stack) -> bool:
    """Whether people ask for membership, by an access package."""
    return bool(stack.referring("resource_origin_id", group, [IN_CATALOG], "object_id"))


def is_privileged(group: Resource, stack: Stack) -> bool:
    """Whether people are let in for some hours, by privileged identity management."""
    return bool(stack.referring("group_id", group, [TERMS], "object_id"))


@rule(GROUP)
def group_is_guarded(group: Resource) -> Findings:
    """Any administrator of groups or users may put somebody into an ordinary group; one that can be assigned to Entra's
    roles is left to those who may give these roles."""
    if not group.get("assignable_to_role", False):
        yield "many may slip somebody in: set assignable_to_role=True"
    if not group.get("security_enabled", False):
        yield "the group can be given no role: set security_enabled=True"
    if group.get("mail_enabled", False):
        yield "the group is one of mail, whose members manage themselves: set mail_enabled=False"
    if not group.get("prevent_duplicate_names", False):
        yield "another group may bear the name, and be given the role by mistake: set prevent_duplicate_names=True"
    for name in ("types", "administrative_unit_ids", "owners"):
        if group.get(name, []):
            yield f"others come to say who is in the group: remove {name}"
    if group.get("dynamic_membership", None) is not None:
        yield "an attribute of a user, which many may change, lets people in: remove dynamic_membership"


@stack_rule(GROUP)
def group_has_one_way_in(group: Resource, stack: Stack) -> Findings:
    """Whoever is put into a group besides its way in is approved and reviewed by nobody."""
    members = len(group.get("members", []))
    ways = [is_asked_for(group, stack), is_privileged(group, stack)]
    if group.resource_name in _NAMED:
        if members < 2:
            yield "one account alone fails with its owner: name two members or more"
        if any(ways):
            yield (
                "people come into the group who aren't named: remove its access package or its "
                "GroupRoleManagementPolicy"
            )
        return
    if members:
        yield "members stay for good, approved by nobody: remove members"
    if sum(ways) != 1:
        yield (
            "the group needs one way in: add an AccessPackageResourcePackageAssociation or a "
            "GroupRoleManagementPolicy, or take one away"
        )


@stack_rule(GROUP)
def group_holds_whom_was_agreed(group: Resource, stack: Stack) -> Findings:
    """Whoever slips in among those who approve lets in whom they like; among those for emergencies no policy asks."""
    if is_of_approvers(group):
        term, agreed = "approverUserIds", stack.approver_user_ids
    elif is_for_emergencies(group):
        term, agreed = "breakGlassUserIds", stack.break_glass_user_ids
    else:
        not_applicable("nobody is named to be in the group")
    if sorted(group.get("members", [])) != sorted(agreed):
        yield f"others are in the group than were agreed: set members to the stack's {term}"
