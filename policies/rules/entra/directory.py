"""The directory of Entra that people are kept in."""

from typing import Final

from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.versions import is_as_locked

PROVIDER: Final = "pulumi:providers:azuread"

_SETTINGS: Final = frozenset({"environment", "tenantId", "useMsi", "version"})
"""What a provider may be told, as in `policies.rules.azure.subscriptions`; `useMsi` is always said by the SDK."""


@rule(PROVIDER)
def entra_provider_names_its_tenant(provider: Resource) -> Findings:
    """With the wrong credentials rights would be given, and sign-in be ruled, in somebody else's directory."""
    if not provider.has("tenant_id"):
        yield "the provider works wherever it is let in: set tenant_id"
    if provider.get("environment", "public") != "public":
        yield "the provider works in another cloud than Azure's public one: set environment to public"
    for name in provider.names():
        if name not in _SETTINGS:
            yield f"the provider signs in otherwise, or elsewhere, than whoever deploys: remove {name}"
    yield is_as_locked(provider)


@stack_rule(PROVIDER)
def entra_provider_works_where_agreed(provider: Resource, stack: Stack) -> Findings:
    """In another directory than was agreed the rules of signing in hold for nobody who comes to the stacks."""
    if provider.get("tenant_id", None) != stack.entra_tenant_id:
        yield "the stack is made in another directory than was agreed: set tenant_id to the stack's entraTenantId"
