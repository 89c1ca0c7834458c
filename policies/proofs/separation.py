"""Separation: what belongs to a tenant is reached in a session of that tenant, and refers to no other tenant."""

from policies.iam.account import ROLE
from policies.iam.roles import carries_the_tag, forgeries
from policies.principals import session_role
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, stack_rule


@stack_rule(ROLE)
def session_is_of_one_tenant(role: Resource, stack: Stack) -> Findings:
    """The session's tag decides whose data are reached: untagged, empty, forged and lasting tags must get nothing."""
    if session_role(role, stack) is None:
        not_applicable("the role is not used in sessions of tenants")
    if carries_the_tag(role):
        yield "the role itself has the tag `tenant`, so every session of it is that tenant's: remove the tag"
    yield forgeries(role, stack)
