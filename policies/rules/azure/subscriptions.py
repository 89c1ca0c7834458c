"""The subscription that a stack is made in, and that all it names lies in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from policies.properties import is_unknown
from policies.resources import Resource, Stack
from policies.rulebook import ANY_TYPE, Findings, not_applicable, rule, stack_rule
from policies.versions import is_as_locked

PROVIDER: Final = "pulumi:providers:azure-native"

_SETTINGS: Final = frozenset({"environment", "location", "subscriptionId", "tenantId", "version"})
"""What a provider may be told. All else says how it signs in, which no state should hold, or leads it elsewhere: to
another endpoint, into another tenant, to a plugin of somebody else's."""

_SUBSCRIPTION: Final = re.compile(r"(?:^|/)subscriptions/([^/\s\"']+)", re.IGNORECASE)


@rule(PROVIDER)
def azure_provider_names_its_subscription(provider: Resource) -> Findings:
    """With the wrong credentials a stack would be made in another subscription, among whatever is there."""
    for name in ("subscription_id", "tenant_id"):
        if not provider.has(name):
            yield f"the provider works wherever it is let in: set {name}"
    # The others are clouds of their own, under other laws (Azure documentation, "Azure national clouds").
    if provider.get("environment", "public") != "public":
        yield "the provider works in another cloud than Azure's public one: set environment to public"
    for name in provider.names():
        if name not in _SETTINGS:
            yield f"the provider signs in otherwise, or elsewhere, than whoever deploys: remove {name}"
    yield is_as_locked(provider)


@stack_rule(PROVIDER)
def azure_provider_works_where_agreed(provider: Resource, stack: Stack) -> Findings:
    """Whoever holds another subscription, or another directory, than was agreed has all that customers entrusted."""
    if provider.get("subscription_id", None) not in stack.account_ids:
        yield "the stack is made in another subscription than was agreed: set subscription_id to the stack's accountIds"
    if provider.get("tenant_id", None) != stack.entra_tenant_id:
        yield "the stack trusts another directory than was agreed: set tenant_id to the stack's entraTenantId"


@rule(ANY_TYPE)
def azure_id_is_of_own_subscription(resource: Resource) -> Findings:
    """What lies in another subscription is somebody else's: nobody here says who has rights on it, and it may change.

    A subscription stands in every id, also in those within a query or a condition.
    """
    if not resource.resource_type.startswith("azure-native:"):
        not_applicable("the resource is none of Azure")
    own = resource.provider_property("subscription_id") or not_applicable("the provider names no subscription")
    for name, value in resource.all_properties().items():
        if any(each.lower() != own.lower() for each in _subscriptions(value)):
            yield f"{name} names what lies in another subscription: set {name} to what is of this stack"


def _subscriptions(value: Any) -> Iterator[str]:
    """The subscriptions that stand in a value, however deep, as far as they are known."""
    if isinstance(value, Mapping):
        for name, each in cast("Mapping[str, Any]", value).items():
            yield from _subscriptions(name)
            yield from _subscriptions(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _subscriptions(each)
    elif isinstance(value, str):
        yield from (each for each in _SUBSCRIPTION.findall(value) if not is_unknown(each))
