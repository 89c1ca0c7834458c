"""What of one tenant refers to another: by what the engine knows of dependencies, and by any text that names it."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, cast

from policies.properties import is_unknown, read_json
from policies.resources import Resource, Stack
from policies.rulebook import Findings

_NAMED: Final = re.compile(r"tenant[-/_:]([a-z0-9]+)")
"""How a tenant stands in names: `hostco-tenant-acme`, `alias/tenant/acme`. Ids have no hyphen."""

_ABOUT_TENANTS: Final = ("tenant", "kms:encryptioncontext:tenant")
"""The ends of the names of tags and condition keys whose values are tenants' ids."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""What the clouds call keys and identities, in which no tenant's name is."""

_OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:kms/key:Key": ("arn", "keyId"),
    "aws:kms/replicaKey:ReplicaKey": ("arn", "keyId"),
    "azure-native:managedidentity:UserAssignedIdentity": ("principalId", "clientId"),
}
"""The outputs that hold such a name of the resource itself, by type."""


class Tenants:
    """The tenants of a stack, and by what their things are known. Made by `Stack.derived`."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.ids = stack.tenants
        self._owners: dict[str, str] = {}
        for resource in stack.resources:
            tenant = stack.tenant(resource) if resource.is_of_cloud else None
            if tenant is not None:
                for identifier in _identifiers(resource):
                    self._owners.setdefault(identifier, tenant)

    def named_in(self, text: str) -> Iterable[str]:
        """The tenants whom a text names, by their id or by what belongs to them."""
        if "tenant" in text:
            yield from (each for each in _NAMED.findall(text) if each in self.ids)
        for identifier in _UUID.findall(text):
            owner = self._owners.get(identifier)
            if owner is not None:
                yield owner


def strays(resource: Resource, tenant: str, stack: Stack) -> Findings:
    """Yields each property of a tenant's resource that refers to another tenant."""
    tenants = stack.derived(Tenants)
    properties = resource.all_properties()
    for name in sorted({*properties, *resource.depends_on}):
        sources = (stack.tenant(each) for each in stack.dependencies(resource, name))
        named = (each for text in _texts(properties.get(name)) for each in tenants.named_in(text))
        others = {each for each in (*sources, *named) if each is not None} - {tenant}
        if others:
            yield f"{name} refers to tenant {min(others)}: set {name} to what is the tenant's own, or shared"


def _identifiers(resource: Resource) -> Iterable[str]:
    for name in _OWN.get(resource.resource_type, ()):
        value = resource.all_properties().get(name)
        if isinstance(value, str) and not is_unknown(value):
            yield from _UUID.findall(value)


def _texts(value: object) -> Iterable[str]:
    """Every text in a value, names of properties too; of a JSON document those in it."""
    if isinstance(value, Mapping):
        for name, each in cast("Mapping[str, object]", value).items():
            yield name
            for text in _texts(each):
                # What a tag or a condition about the tenant has for its value is a tenant's id.
                yield f"tenant/{text}" if name.lower().rpartition("/")[2] in _ABOUT_TENANTS else text
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _texts(each)
    elif isinstance(value, str) and not is_unknown(value):
        yield from _texts_of_json(value)


def _texts_of_json(text: str) -> Iterable[str]:
    if text[:1] in "[{":
        try:
            content = read_json(text)
        except ValueError:
            yield text
        else:
            yield from _texts(content)
    else:
        yield text
