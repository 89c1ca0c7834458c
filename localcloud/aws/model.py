"""The form of an entry in the table of types: what AWS is asked to do for each step of a resource's life."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.aws.cloud import Session
from localcloud.aws.template import placeholders
from localcloud.backend import Properties

ALWAYS_KNOWN = frozenset(
    {"id", "account", "region", "random", "tagList", "tagListLower", "tagListKms", "removedTags", "removedTagList"}
)
"""Placeholders that aren't properties: what the backend knows of every resource."""


@dataclass(frozen=True)
class Call:
    """One operation of boto3 and the template of its parameters (see `localcloud.aws.template`)."""

    operation: str
    parameters: Mapping[str, Any]
    service: str | None = None
    """Another service than that of the type."""


Step = Call | Callable[[Session, Properties], Any]
"""A call, or a function of the session and the values where one call doesn't do."""


@dataclass(frozen=True)
class Read:
    """A question and where its answer lies: a JMESPath expression that gives an object with the cloud's names."""

    operation: str
    path: str
    parameters: Mapping[str, Any]
    service: str | None = None


Question = Read | Callable[[Session, Properties], Properties | None]


@dataclass(frozen=True)
class Setting:
    """Properties that are set by calls of their own, after the creation and at every change."""

    on: Step
    off: Step | None = None
    """How to take the setting back when its properties are absent and have no default."""
    properties: tuple[str, ...] = ()
    """Which properties it sets, where the call's placeholders don't say it."""

    @property
    def names(self) -> frozenset[str]:
        """The properties that it sets."""
        if self.properties:
            return frozenset(self.properties)
        return frozenset(placeholders(self.on.parameters)) - ALWAYS_KNOWN if isinstance(self.on, Call) else frozenset()


@dataclass(frozen=True)
class Tags:
    """How the tags of a type are changed; `{tagList}` are those to set, `{removedTags}` the keys to remove."""

    add: Step
    remove: Step
    read: Read | None = None
    """None where the type's own answer has them."""
    adding_replaces: bool = False
    """Whether `add` replaces all tags; `remove` then serves only to remove the last ones."""


@dataclass(frozen=True)
class Type:
    """One resource type."""

    service: str
    identity: str | Callable[[Properties], str | None]
    """The id: a template of properties (it has braces), a function of them (None while one of them is unknown), or a
    JMESPath expression for the creation's answer."""
    create: Step | None = None
    """None for a type that moto lacks: it is kept in memory (`localcloud.aws.table.KEPT_IN_MEMORY`)."""
    reason: str = "moto has no such type"
    """Why a type without `create` is kept in memory."""
    create_again: bool = False
    """Whether the creation is a call that also changes the object ("put"): every update repeats it, and a second
    resource of the same id takes the object over instead of being refused."""
    takes: Sequence[str] = ()
    """The properties that a creation written as a function, or one of its reads, takes care of."""
    reads: Sequence[Question] = ()
    """The first finds the object or nothing; the others add what it doesn't tell."""
    delete: Sequence[Step] = ()
    settings: Sequence[Setting] = ()
    tags: Tags | None = None
    name: str | None = None
    """The property that is the physical name, where the object has one."""
    key: Sequence[str] = ()
    """The properties that tell one object from others where it has neither name nor tags."""
    listing: Read | Callable[[Session], list[str]] | None = None
    """The ids of all objects of the type in the region, where AWS chooses the id."""
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Outputs that follow from other properties, as templates."""
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the provider or AWS takes for a property that isn't given."""
    computed: Sequence[str] = ()
    """Properties (paths without indices) that AWS fills in where the user leaves them out."""
    replaces: Sequence[str] = ()
    """Properties whose change needs a new object, beside `region`."""
    beside: Sequence[str] = ()
    """Properties that AWS keeps and moto doesn't: kept in memory beside moto's object."""
    write_only: Sequence[str] = ()
    """Properties that AWS never tells: they steer the provider or a single call."""
    normal: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict[str, Callable[[Any], Any]])
    """How the values of a property are brought into one form where AWS takes several for the same thing."""
    references: Mapping[str, str] = field(default_factory=dict[str, str])
    """Properties (paths without indices) that hold the id of an object of another type, where moto doesn't ask whether
    it is there."""
    check: Callable[[Properties], str | None] | None = None
    """What the provider refuses before anything is called, in words, or None."""


def call(operation: str, /, *, service: str | None = None, **parameters: Any) -> Call:
    """A call in the table."""
    return Call(operation, parameters, service)


def read(operation: str, path: str, /, *, service: str | None = None, **parameters: Any) -> Read:
    """A question in the table."""
    return Read(operation, path, parameters, service)
