"""The state of the simulated cloud, and what the table says of a type."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from localcloud.azure import ids
from localcloud.azure.schema import ArmSchema, schema_of
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.identifiers import uuid_of
from localcloud.paths import select

Check = Callable[[Properties], Iterator[CheckFailure]]
"""A rule of ARM's about inputs alone."""


@dataclass(frozen=True)
class Reference:
    """What the ARM id at a property names."""

    type: str
    """The ARM type it must have; empty when several are possible."""
    holds: bool
    """Whether Azure refuses to delete what is named as long as it is."""


@dataclass(frozen=True)
class Name:
    """What Azure accepts as the name of an object."""

    pattern: str
    words: str


@dataclass(frozen=True)
class Kind:
    """A line of the table: what the SDK's annotations don't say of a resource type."""

    token: str
    template: str
    """The ARM id, with the names of the SDK's inputs in braces."""
    replaces: tuple[str, ...]
    """Properties besides those in the id that can't be changed in place."""
    references: Mapping[str, Reference]
    write_only: tuple[str, ...]
    """Properties that Azure takes and never gives back."""
    inline: Mapping[str, str]
    """Properties that hold children which are objects of their own: the type token of each."""
    named_by: tuple[str, ...]
    """Inputs that tell objects apart where Azure makes up the last part of the id; empty where the program names it."""
    singleton: bool
    """Whether the object comes with its parent: creation sets it, deletion resets it."""
    everywhere: bool
    """Whether the type has no region: its location is `global`."""
    keeps_parent: bool
    """Whether Azure refuses to delete the parent as long as the object is there."""
    name: Name | None
    checks: tuple[Check, ...]
    rules: tuple["Rule", ...]
    certain: "Certain"
    generated: "Generated"

    @property
    def schema(self) -> ArmSchema:
        """What the SDK says of the type."""
        return schema_of(self.token)

    @property
    def arm_type(self) -> str:
        """The ARM type, such as `Microsoft.Network/virtualNetworks`."""
        return ids.type_of(self.template)

    @property
    def given(self) -> list[str]:
        """The parameters of the id that are inputs."""
        found = ids.parameters(self.template)
        return found[:-1] if self.named_by else found

    def identity(self, inputs: Properties, subscription: str) -> str | None:
        """The id of an object with these inputs, or None when a part is absent or not known yet."""
        parts = [inputs.get(name) for name in self.named_by]
        if any(part is None or part is UNKNOWN for part in parts):
            return None
        made = {self.own_name: uuid_of(self.token, *map(str, parts))} if self.named_by else {}
        return ids.fill(self.template, {**inputs, **made}, subscription)

    @property
    def own_name(self) -> str:
        """The input that names the object below its parent."""
        return ids.parameters(self.template)[-1]


@dataclass(frozen=True)
class Entity:
    """One object that exists."""

    identity: str
    kind: Kind
    inputs: Properties
    """What was last put, parameters of the id included."""
    created: str
    modified: str
    revision: int
    references: frozenset[str]
    """The ids it names, in lower case."""
    holds: frozenset[str]
    """Those of them that can't be deleted meanwhile."""

    @property
    def name(self) -> str:
        """The last part of its id."""
        return ids.name_of(self.identity)


@dataclass(frozen=True)
class Put:
    """A creation or an update that is asked for."""

    identity: str
    kind: Kind
    inputs: Properties
    old: Entity | None


class Cloud:
    """Every object of every subscription, by id."""

    def __init__(self, simulated_types: Iterable[str]) -> None:
        self.entities: dict[str, Entity] = {}
        self.deleted: dict[str, Entity] = {}
        """Vaults and keys that are deleted but can't be purged yet; their names stay taken."""
        self.tenant: str = ""
        self._simulated: Final = frozenset(name.lower() for name in simulated_types)

    def get(self, identity: str) -> Entity | None:
        """The object with this id."""
        return self.entities.get(identity.lower())

    def below(self, identity: str) -> list[Entity]:
        """Everything below an object, however deep."""
        prefix = identity.lower() + "/"
        return [entity for key, entity in self.entities.items() if key.startswith(prefix)]

    def of_type(self, token: str) -> Iterator[Entity]:
        """Every object of a type."""
        return (entity for entity in self.entities.values() if entity.kind.token == token)

    def exists(self, identity: str, *, itself: str = "") -> bool:
        """Whether an id names something: an object, what came with one, or a part of one (of `itself` as well)."""
        key = identity.lower().rstrip("/")
        if key in self.entities or key == itself.lower() or ids.is_built_in_role(key):
            return True
        above = ids.parent(key)
        if above is None or key.startswith("/providers/"):
            return True
        if ids.is_implicit(key):
            return self.exists(above, itself=itself)
        if ids.type_of(key) in self._simulated:
            return False
        return "/providers/" in above and self.exists(above, itself=itself)

    def holders(self, identity: str) -> list[Entity]:
        """The objects that keep this one from being deleted."""
        key = identity.lower()
        return [entity for entity in self.entities.values() if key in entity.holds]

    def named(self, put: Put) -> Iterator[tuple[str, Reference, str]]:
        """The property, the table's entry and the id of every reference that the table lists."""
        for pattern, reference in put.kind.references.items():
            for path, value in select(put.inputs, pattern):
                if isinstance(value, str):
                    yield path, reference, value

    def vault_key(self, uri: str) -> Entity | None:
        """The key that a URI such as `https://NAME.vault.azure.net/keys/KEY/VERSION` names."""
        host, _, rest = uri.removeprefix("https://").partition("/")
        parts = rest.split("/")
        if len(parts) < 2 or parts[0] != "keys":
            return None
        for vault in self.of_type("azure-native:keyvault:Vault"):
            if host.lower() == f"{vault.name.lower()}.vault.azure.net":
                return self.get(f"{vault.identity}/keys/{parts[1]}")
        return None


Rule = Callable[[Cloud, Put], Iterator[str]]
"""A rule of ARM's about inputs and what already exists; each sentence refuses the call."""

Certain = Callable[[str, Properties], Properties]
"""Outputs that follow from the id and the inputs, known before the object exists."""

Generated = Callable[[Cloud, Entity], Properties]
"""Outputs that only the existing object has."""


def nothing_certain(_identity: str, _inputs: Properties) -> Properties:
    """For a type whose outputs can't be foretold."""
    return {}


def nothing_generated(_cloud: Cloud, _entity: Entity) -> Properties:
    """For a type without computed outputs."""
    return {}


@dataclass(frozen=True)
class Outputs:
    """How a type's computed outputs come about."""

    certain: Certain = nothing_certain
    generated: Generated = nothing_generated
