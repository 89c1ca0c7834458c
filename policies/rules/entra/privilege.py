"""Privileged identity management in Entra: how people come to customers' data and keys, for hours."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from policies.durations import duration
from policies.properties import Record
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.entra.groups import GROUPS, TERMS, is_asked_for, is_of_approvers, is_privileged
from policies.tables import azure_roles

ELIGIBILITY: Final = "azuread:index/privilegedAccessGroupEligibilitySchedule:PrivilegedAccessGroupEligibilitySchedule"

_LONGEST: Final = timedelta(hours=4)
_LONGEST_ASSIGNMENT: Final = timedelta(days=15)
"""The shortest end that Entra offers for who is let in without being eligible."""


@rule(TERMS)
def privilege_is_approved_and_short(terms: Resource) -> Findings:
    """Who lets themselves in, or stays in for days, reads customers' data as a matter of course."""
    activation = terms.activation_rules
    if duration(activation.get("maximum_duration", "PT8H"), "maximum_duration") > _LONGEST:
        yield "somebody stays in for long: set activation_rules.maximum_duration to PT4H at most"
    for name in ("require_approval", "require_justification"):
        if not activation.get(name, False):
            yield f"people let themselves in: set activation_rules.{name}=True"
    if not activation.get("require_multifactor_authentication", False):
        yield "a stolen session lets itself in: set activation_rules.require_multifactor_authentication=True"
    if len(activation.part("approval_stage").get("primary_approvers", [])) == 0:
        yield "nobody approves: set activation_rules.approval_stage.primary_approvers"


@rule(TERMS)
def privilege_is_given_for_days_only(terms: Resource) -> Findings:
    """Who is put in without being eligible escapes the approval; such a membership has to end, and to say why."""
    active = terms.part("active_assignment_rules")
    if not active.get("expiration_required", False):
        yield "somebody may stay in for good: set active_assignment_rules.expiration_required=True"
    if duration(active.get("expire_after", "P365D"), "expire_after") > _LONGEST_ASSIGNMENT:
        yield "somebody stays in for long: set active_assignment_rules.expire_after to P15D"
    for name in ("require_justification", "require_multifactor_authentication"):
        if not active.get(name, False):
            yield f"somebody is put in without a word: set active_assignment_rules.{name}=True"


@rule(TERMS)
def privilege_is_announced(terms: Resource) -> Findings:
    """Those on call are to know of everybody who comes to data or keys, while that lasts."""
    for name in ("eligible_activations", "active_assignments"):
        told = terms.part("notification_rules").part(name).part("admin_notifications")
        if told.get("notification_level", "Critical") != "All" or len(told.get("additional_recipients", [])) == 0:
            yield f"nobody is told: set additional_recipients and the level All in notification_rules.{name}"


@stack_rule(TERMS)
def privilege_is_announced_to_those_on_call_only(terms: Resource, stack: Stack) -> Findings:
    """Whoever else is told learns who looks at which data, and when."""
    for name in ("eligible_activations", "active_assignments"):
        told = terms.part("notification_rules").part(name).part("admin_notifications").get("additional_recipients", [])
        if list(told) != [stack.on_call_email]:
            yield f"others are told: set additional_recipients of {name} to the address of those on call alone"


@stack_rule(TERMS)
def privilege_is_approved_by_approvers(terms: Resource, stack: Stack) -> Findings:
    """Whoever may ask must not be among those who approve, nor anybody whom nobody has named."""

    def is_right(each: Record) -> bool:
        def read() -> str | None:
            return each.get("object_id", None)

        return means(stack, terms, "activation_rules", read=read, targets=GROUPS, fits=is_of_approvers)

    for _, each in terms.activation_rules.part("approval_stage").numbered("primary_approvers"):
        if each.get("type", "singleUser") != "groupMembers" or not is_right(each):
            yield "somebody else approves: name the group approvers in activation_rules.approval_stage"


@stack_rule(TERMS)
def privilege_has_terms_for_members_and_owners(terms: Resource, stack: Stack) -> Findings:
    """An owner lets in whom they like: the terms of becoming one have to be the terms of membership."""
    groups = stack.meant(terms, "group_id", tuple(GROUPS), "object_id")
    if not groups:
        yield "the terms are of no group of the stack: set group_id to one"
    for group in groups[:1]:
        roles = {each.role_id for each in stack.referring("group_id", group, [TERMS], "object_id")}
        for role in sorted({"member", "owner"} - roles):
            yield f"the group has no terms for becoming {role}: add a GroupRoleManagementPolicy with role_id={role}"


@stack_rule(ELIGIBILITY)
def eligibility_is_of_reviewed_people(schedule: Resource, stack: Stack) -> Findings:
    """Who may ask to be let in must be somebody whom an approver has let into a group and reviews every month."""
    if not _means(schedule, stack, "principal_id", lambda group: is_asked_for(group, stack)):
        yield "somebody may ask whom nobody reviews: set principal_id to a group that has an access package"
    if not _means(schedule, stack, "group_id", lambda group: is_privileged(group, stack)):
        yield "the group has no terms: set group_id to one with policies of privileged identity management"
    if schedule.get("assignment_type", "member") != "member":
        yield "whoever is let in may let in others: set assignment_type to member"


@stack_rule(ELIGIBILITY)
def eligibility_keeps_duties_apart(schedule: Resource, stack: Stack) -> Findings:
    """Whoever may both keep the keys and look after the audit leaves no trace that somebody else would see."""
    reviewed = {str(group): people for group, people in azure_roles().let_in.items()}
    for group in stack.meant(schedule, "group_id", tuple(GROUPS), "object_id"):
        for people in stack.meant(schedule, "principal_id", tuple(GROUPS), "object_id"):
            if people.resource_name not in reviewed.get(group.resource_name, ()):
                yield (
                    f"those of {people.resource_name} may be let into {group.resource_name}, others' business: "
                    "take the eligibility away (policies/azure_roles.toml)"
                )


def _means(schedule: Resource, stack: Stack, name: str, fits: Callable[[Resource], bool]) -> bool:
    return means(stack, schedule, name, read=lambda: schedule.get(name, None), targets=GROUPS, fits=fits)
