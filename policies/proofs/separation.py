"""Separation: what belongs to a tenant is reached in a session of that tenant, and refers to no other tenant."""

from policies.iam.account import BUCKETS, ROLE, TABLES
from policies.iam.content import items_opened, objects_opened
from policies.iam.roles import carries_the_tag, forgeries
from policies.principals import session_role
from policies.rbac.directory import ASSIGNMENTS, CREDENTIAL
from policies.rbac.openings import content_opened, is_awaited_wrongly, signature_opened
from policies.resources import Resource, Stack
from policies.rulebook import ANY_TYPE, Findings, not_applicable, stack_rule
from policies.strays import strays


@stack_rule(ANY_TYPE)
def tenant_refers_to_no_other_tenant(resource: Resource, stack: Stack) -> Findings:
    """A bucket under another tenant's key, or a right on another tenant's container, mixes up what is to be apart."""
    tenant = stack.tenant(resource) if resource.is_of_cloud else None
    yield from strays(resource, tenant or not_applicable("the resource belongs to no tenant"), stack)


@stack_rule(ROLE)
def session_is_of_one_tenant(role: Resource, stack: Stack) -> Findings:
    """The session's tag decides whose data are reached: untagged, empty, forged and lasting tags must get nothing."""
    if session_role(role, stack) is None:
        not_applicable("the role is not used in sessions of tenants")
    if carries_the_tag(role):
        yield "the role itself has the tag `tenant`, so every session of it is that tenant's: remove it from tags"
    yield forgeries(role, stack)


@stack_rule(*BUCKETS)
def tenant_objects_are_reached_in_its_session(bucket: Resource, stack: Stack) -> Findings:
    """What one tenant's session, or somebody without any, reads of another tenant's objects is a breach."""
    tenant = stack.tenant(bucket) or not_applicable("the bucket belongs to no tenant")
    yield from objects_opened(bucket, tenant, stack)


@stack_rule(*TABLES)
def shared_items_are_reached_in_a_tenants_session(table: Resource, stack: Stack) -> Findings:
    """Tenants share a table, in which only the leading key of an item tells whose it is."""
    yield from items_opened(table, stack)


@stack_rule(*ASSIGNMENTS)
def role_opens_tenants_content_as_declared(assignment: Resource, stack: Stack) -> Findings:
    """Whoever has a role above a single tenant's container or index reaches several tenants at once."""
    yield from content_opened(assignment, stack)


@stack_rule(*ASSIGNMENTS)
def role_lets_the_token_service_alone_sign(assignment: Resource, stack: Stack) -> Findings:
    """Whoever signs the tokens by which a service becomes a tenant can become every tenant."""
    yield from signature_opened(assignment, stack)


@stack_rule(CREDENTIAL)
def tenant_identity_is_awaited_for_that_tenant(credential: Resource, stack: Stack) -> Findings:
    """A credential says whose word makes somebody an identity: another subject would make another tenant this one."""
    tenant = stack.tenant(credential) or not_applicable("the credential belongs to no tenant")
    yield from is_awaited_wrongly(credential, tenant, stack)
