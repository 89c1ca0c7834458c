"""Role assignments of Azure: who may do what, and at which scope (Azure documentation, "What is Azure RBAC?").

A role that isn't known here may do everything; conditions on an assignment, which only narrow it, are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict

from policies.loading import Table
from policies.properties import UndeterminedError, holds_unknown, is_unknown
from policies.resources import Resource, Stack

ASSIGNMENTS: Final = (
    "azure-native:authorization:RoleAssignment",
    "azure-native:authorization:PimRoleEligibilitySchedule",
)
"""What gives a role, or lets somebody take it."""

IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"
ACCOUNT: Final = "azure-native:storage:StorageAccount"
CONTAINER: Final = "azure-native:storage:BlobContainer"
SCOPE: Final = "azure-native:storage:EncryptionScope"
SEARCH: Final = "azure-native:search:Service"
KEY: Final = "azure-native:keyvault:Key"

_DEFINITION: Final = "azure-native:authorization:RoleDefinition"


class Permission(BaseModel):
    """What a role allows: operations of the control plane and, as `data_actions`, of the data plane."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def allows(self, operation: str, *, of_data: bool) -> bool:
        """Whether it allows an operation such as `Microsoft.KeyVault/vaults/write`."""
        granted = self.data_actions if of_data else self.actions
        withheld = self.not_data_actions if of_data else self.not_actions
        return _any(granted, operation) and not _any(withheld, operation)


class BuiltIn(Permission):
    """A role of Azure's own, with what it allows."""

    name: str


_BUILT_IN: Final = Table("rbac/roles.toml", dict[str, BuiltIn])

EVERYTHING: Final = (Permission(actions=("*",), data_actions=("*",)),)


@dataclass(frozen=True)
class Grantee:
    """Whom a role is given: a resource of the stack whose identity it is, or somebody outside of it."""

    resource: Resource | None
    kind: str
    """`ServicePrincipal`, `Group`, `User`, ..."""

    @property
    def is_group(self) -> bool:
        """Whether it is a group of people, whose members the stack `identity` governs."""
        return self.resource is None and self.kind == "Group"

    @property
    def label(self) -> str:
        """What to call it."""
        if self.resource is not None:
            return f"the identity of {self.resource.resource_type.rpartition(':')[2]} {self.resource.resource_name}"
        return f"a {self.kind} outside of the stack"


class Directory:
    """The identities, roles and scopes of a stack. Made by `Stack.derived`."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._identities: dict[str, Resource] = {}
        self._definitions: dict[str, tuple[Permission, ...]] = {}
        for resource in stack.resources:
            if resource.resource_type.startswith("azure-native:"):
                for principal in _principals(resource):
                    self._identities.setdefault(principal, resource)
        for definition in stack.of_type(_DEFINITION):
            name = _last(definition.all_properties().get("id")) or _last(
                definition.all_properties().get("roleDefinitionId")
            )
            if name is not None:
                self._definitions[name] = _permissions(definition)
        self._below: dict[str, dict[str, set[str]]] = {kind: defaultdict(set) for kind in (KEY, CONTAINER)}
        for kind, below in self._below.items():
            for target in stack.of_type(kind):
                tenant = stack.tenant(target)
                if tenant is not None:
                    for place in self.places(target):
                        below[place].add(tenant)

    def grantees(self, assignment: Resource) -> list[Grantee]:
        """Whom an assignment gives its role. Raises UndeterminedError when that can't be known yet."""
        properties = assignment.all_properties()
        principal = properties.get("principalId")
        kind = str(properties.get("principalType") or "principal")
        if isinstance(principal, str) and not is_unknown(principal):
            return [Grantee(self._identities.get(principal.lower()), kind)]
        sources = self._stack.sources(assignment, "principal_id")
        if not sources:
            raise UndeterminedError("principalId is not known before the update, nor what it is computed from")
        return [Grantee(source, kind) for source in sources]

    def permissions(self, assignment: Resource) -> tuple[Permission, ...]:
        """What the role of an assignment allows; everything, if the role isn't known."""
        role = assignment.all_properties().get("roleDefinitionId")
        if isinstance(role, str) and not is_unknown(role):
            name = str(_last(role))
            return self._definitions.get(name) or built_in_roles().get(name) or EVERYTHING
        found = [
            each for each in self._stack.sources(assignment, "role_definition_id") if each.resource_type == _DEFINITION
        ]
        if not found:
            return EVERYTHING
        return tuple(permission for each in found for permission in _permissions(each))

    def tenants_below(self, assignment: Resource, kind: str) -> set[str]:
        """The tenants who have something of this type where an assignment counts.

        Raises UndeterminedError when its scope can't be known yet.
        """
        below = self._below[kind]
        return {tenant for place in self.places_of(assignment) for tenant in below.get(place, ())}

    def places_of(self, assignment: Resource) -> list[str]:
        """The scope of an assignment, comparable to the places of resources."""
        scope = assignment.all_properties().get("scope")
        if isinstance(scope, str) and not is_unknown(scope):
            cleaned = scope.lower().rstrip("/")
            is_above_all = cleaned == "" or cleaned.startswith("/providers/microsoft.management/managementgroups/")
            return ["" if is_above_all else cleaned]
        sources = self._stack.sources(assignment, "scope")
        if not sources:
            raise UndeterminedError("scope is not known before the update, nor what it is computed from")
        return [source.urn for source in sources]

    def places(self, target: Resource) -> Iterable[str]:
        """All scopes that a resource lies in, by id where it is known, and by the URNs of what it lies in."""
        properties = target.all_properties()
        yield ""
        identifier = properties.get("id")
        if isinstance(identifier, str) and not is_unknown(identifier):
            parts = identifier.lower().rstrip("/").split("/")
            for length in range(2, len(parts) + 1):
                yield "/".join(parts[:length])
        yield target.urn
        names = [name for name in target.depends_on if name.endswith("Name") or name == "scope"]
        seen = {target.urn}
        waiting = self._stack.sources(target, *names) if names else []
        while waiting:
            place = waiting.pop()
            if place.urn in seen:
                continue
            seen.add(place.urn)
            yield place.urn
            above = [name for name in place.depends_on if name.endswith("Name") or name == "scope"]
            waiting += self._stack.sources(place, *above) if above else []

    def covers(self, assignment: Resource, target: Resource) -> bool:
        """Whether an assignment counts for a resource. Raises UndeterminedError when its scope can't be known yet."""
        return not set(self.places(target)).isdisjoint(self.places_of(assignment))

    def is_below(self, assignment: Resource, target: Resource) -> bool:
        """Whether an assignment counts for a part of a resource only."""
        own = str(target.all_properties().get("id") or "").lower()
        return bool(own) and any(place.startswith(f"{own}/") for place in self.places_of(assignment))

    def attached(self, user: Resource) -> list[Resource]:
        """The identities of the stack that a resource has attached; where one isn't known yet, by the dependency."""
        identity = user.all_properties().get("identity")
        mapping = cast("Mapping[str, Any]", identity) if isinstance(identity, Mapping) else {}
        # What Azure gives back is a mapping by id.
        names = identity if is_unknown(identity) else mapping.get("userAssignedIdentities")
        attached = [names] if isinstance(names, str) else [str(each) for each in cast("Iterable[object]", names or ())]
        found = [self._by_id.get(name.lower()) for name in attached]
        if any(map(is_unknown, attached)):
            found += [each for each in self._stack.sources(user, "identity") if each.resource_type == IDENTITY]
        return list({each.urn: each for each in found if each is not None}.values())

    @cached_property
    def signing_keys(self) -> list[Resource]:
        """The keys that sign: what they sign is taken for the word of the token service."""
        return [each for each in self._stack.of_type(KEY) if "sign" in _key_operations(each)]

    @cached_property
    def lent(self) -> Mapping[str, list[Resource]]:
        """What has an identity attached, by the identity's URN."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self._stack.resources:
            if resource.resource_type.startswith("azure-native:"):
                for identity in self.attached(resource):
                    found[identity.urn].append(resource)
        return found

    @cached_property
    def _by_id(self) -> Mapping[str, Resource]:
        known = ((each.all_properties().get("id"), each) for each in self._stack.of_type(IDENTITY))
        return {name.lower(): each for name, each in known if isinstance(name, str) and not is_unknown(name)}


@cache
def built_in_roles() -> Mapping[str, tuple[Permission, ...]]:
    """The table `roles.toml`, by id."""
    return {name: (role,) for name, role in _BUILT_IN().items()}


def allows(permissions: Iterable[Permission], operations: Iterable[str], *, of_data: bool) -> str | None:
    """The first of the operations that the permissions allow; None if they allow none."""
    permissions = list(permissions)
    return next((one for one in operations if any(each.allows(one, of_data=of_data) for each in permissions)), None)


def _permissions(definition: Resource) -> tuple[Permission, ...]:
    content = definition.all_properties().get("permissions") or []
    if holds_unknown(content):
        return EVERYTHING
    names = {"actions": "actions", "notActions": "not_actions", "dataActions": "data_actions"}
    names["notDataActions"] = "not_data_actions"
    return tuple(
        Permission.model_validate({names[name]: texts or () for name, texts in each.items() if name in names})
        for each in cast("list[Mapping[str, Any]]", content)
    )


def _principals(resource: Resource) -> Iterable[str]:
    """The ids of the principals that a resource is, or has as its own identity."""
    properties = resource.all_properties()
    own = properties.get("principalId") if resource.resource_type == IDENTITY else None
    identity = properties.get("identity")
    system = cast("Mapping[str, object]", identity).get("principalId") if isinstance(identity, Mapping) else None
    for each in (own, system):
        if isinstance(each, str) and not is_unknown(each):
            yield each.lower()


def _key_operations(key: Resource) -> list[str]:
    properties = key.all_properties()
    inner = properties.get("properties")
    asked = cast("Mapping[str, object]", inner).get("keyOps") if isinstance(inner, Mapping) else None
    operations = asked or properties.get("keyOps") or ["sign"]  # without a list a key may do everything
    return [str(each) for each in cast("list[object]", operations)]


def _last(identifier: object) -> str | None:
    return (
        identifier.rstrip("/").rsplit("/", 1)[-1].lower()
        if isinstance(identifier, str) and not is_unknown(identifier)
        else None
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*"), re.IGNORECASE)


def _any(patterns: Iterable[str], operation: str) -> bool:
    return any(_pattern(each).fullmatch(operation) for each in patterns)
