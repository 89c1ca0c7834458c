"""Who can decrypt: a tenant's key opens to whom the design knows (`principals.toml`), in the circumstances it knows.

Everybody counts: who is in the stack, the rest of the account, strangers. So do all policies that have a say, taken
together (`policies.iam`).
"""

from policies.iam.account import KEYS, ROLE
from policies.iam.keys import administration, misuse
from policies.iam.roles import disguises
from policies.principals import way_to_data
from policies.rbac.directory import ASSIGNMENTS, IDENTITY
from policies.rbac.openings import identity_lent, keys_opened, opens_tenants_data
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, stack_rule


@stack_rule(*KEYS)
def tenant_key_is_used_as_declared(key: Resource, stack: Stack) -> Findings:
    """Whoever can use a tenant's key reads that tenant's data; a person or an application never may by itself."""
    yield from misuse(key, stack.tenant(key) or not_applicable("the key belongs to no tenant"), stack)


@stack_rule(*KEYS)
def tenant_key_is_administered_apart_from_use(key: Resource, stack: Stack) -> Findings:
    """Whoever can change a key's policy, or grant, can make itself a user of the key: no role of the stack may."""
    if stack.tenant(key) is None:
        not_applicable("the key belongs to no tenant")
    yield from administration(key, stack)


@stack_rule("aws:kms/grant:Grant")
def tenant_key_has_no_grant(grant: Resource, stack: Stack) -> Findings:
    """A grant is use of a key that stands in no policy, so nobody who reads the policies sees it."""
    tenants_keys = [key for key in stack.of_type(*KEYS) if stack.tenant(key) is not None]
    if any(stack.refers_to(grant, "key_id", key, "arn", "key_id") for key in tenants_keys):
        yield (
            "the grant gives away use of a tenant's key: remove it, and put the right into the key's aws.kms.KeyPolicy"
        )


@stack_rule(ROLE)
def role_that_leads_to_data_is_come_by_as_declared(role: Resource, stack: Stack) -> Findings:
    """Whoever can take on, rewrite or hand out a role has its rights: what opens tenants' data is lent as designed."""
    declared = way_to_data(role, stack) or not_applicable("the role leads to no tenant's data")
    yield from disguises(role, declared, stack)


@stack_rule(*ASSIGNMENTS)
def role_opens_tenants_keys_as_declared(assignment: Resource, stack: Stack) -> Findings:
    """A role counts for everything below its scope: given too high or to the wrong one, it opens tenants' keys."""
    yield from keys_opened(assignment, stack)


@stack_rule(IDENTITY)
def identity_that_opens_data_is_lent_to_nobody(identity: Resource, stack: Stack) -> Findings:
    """Whatever runs as an identity has its rights: an application with a tenant's identity needs no token any more."""
    if not opens_tenants_data(identity, stack):
        not_applicable("the identity opens no tenant's data")
    yield from identity_lent(identity, stack)
