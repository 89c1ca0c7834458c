"""The state of a simulated Entra tenant, and what the table says of a type."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from localcloud.backend import CheckFailure, Properties
from localcloud.entra.schema import EntraSchema, schema_of
from localcloud.paths import select

Check = Callable[[Properties], Iterator[CheckFailure]]
"""A rule of Entra's about inputs alone."""


@dataclass(frozen=True)
class Reference:
    """What the id at a property names."""

    tokens: tuple[str, ...]
    """The types that it may be of."""
    holds: bool = False
    """Whether Entra refuses to delete what is named as long as it is."""
    besides: frozenset[str] = frozenset()
    """Words and ids that name something which every tenant has."""


@dataclass(frozen=True)
class Kind:
    """A line of the table: what the SDK's annotations don't say of a resource type."""

    token: str
    identity: Callable[[str, Properties], str]
    """The provider's id of an object, from the GUID that Entra gives it and its inputs."""
    replaces: frozenset[str]
    """Properties that can't be changed in place, besides those that the SDK's documentation tells."""
    references: Mapping[str, Reference]
    told_apart_by: tuple[str, ...]
    """Inputs of which no two objects have the same; empty where Entra takes any number of alike ones."""
    adopts: bool
    """Whether a creation takes over what exists already."""
    checks: tuple[Check, ...]
    rules: tuple["Rule", ...]
    computed: "Computed"

    @property
    def schema(self) -> EntraSchema:
        """What the SDK says of the type."""
        return schema_of(self.token)

    @property
    def fixed(self) -> frozenset[str]:
        """Everything whose change makes another object."""
        return self.schema.replaces | self.replaces


@dataclass(frozen=True)
class Object:
    """One object that exists."""

    identity: str
    guid: str
    kind: Kind
    inputs: Properties

    def is_named(self, text: str) -> bool:
        """Whether a text is its id: the provider's or its GUID, which some properties take and some others."""
        return text.lower() in (self.identity.lower(), self.guid.lower())


@dataclass(frozen=True)
class Put:
    """A creation or an update that is asked for."""

    guid: str
    kind: Kind
    inputs: Properties
    old: Object | None


class Directory:
    """Every object of one Entra tenant, by the provider's id."""

    def __init__(self, tenant: str) -> None:
        self.tenant: Final = tenant
        self.objects: dict[str, Object] = {}
        self.made: int = 0
        """How many objects were ever made: no GUID is given twice."""

    def of_type(self, *tokens: str) -> Iterator[Object]:
        """Every object of some types."""
        return (item for item in self.objects.values() if item.kind.token in tokens)

    def named(self, text: str, *tokens: str) -> Object | None:
        """The object of some types with this id."""
        return next((item for item in self.of_type(*tokens) if item.is_named(text)), None)

    def same(self, kind: Kind, inputs: Properties) -> Object | None:
        """The object that Entra can't tell from one with these inputs."""
        if not kind.told_apart_by:
            return None
        wanted = [inputs.get(name) for name in kind.told_apart_by]
        found = self.of_type(kind.token)
        return next((item for item in found if [item.inputs.get(name) for name in kind.told_apart_by] == wanted), None)

    def holders(self, gone: Object) -> Iterator[Object]:
        """The objects that keep this one from being deleted."""
        for item in self.objects.values():
            for pattern, reference in item.kind.references.items():
                named = [str(value) for _, value in select(item.inputs, pattern)]
                if reference.holds and gone.kind.token in reference.tokens and any(map(gone.is_named, named)):
                    yield item


Rule = Callable[[Directory, Put], Iterator[str]]
"""A rule of Entra's about inputs and what already exists; each sentence refuses the call."""

Computed = Callable[[Directory, Object], Properties]
"""Outputs that only the existing object has."""
