"""What one resource says of another: by value where both are known, else by the dependency that the engine knows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from policies.network.ports import Access, possibly
from policies.properties import Record, UndeterminedError
from policies.resources import Resource, Stack

Reader = Callable[[Resource], Iterable[str]]
"""Gives the identifiers that a resource names in one of its properties. Raises UndeterminedError after the known."""


@dataclass(frozen=True)
class Named:
    """What a property names."""

    resources: tuple[Resource, ...]
    foreign: int
    """How many of the things named are none of the stack's."""

    def __bool__(self) -> bool:
        """Whether anything is named."""
        return bool(self.resources) or self.foreign > 0


@dataclass(frozen=True)
class Property:
    """A property that names other resources."""

    name: str
    """The top-level property, for the dependencies."""
    read: Reader
    targets: tuple[str, ...]
    """The types of what it names."""
    identifiers: tuple[str, ...] = ("id",)
    """Which of the target's properties it names them by."""


class References:
    """Resolves what properties name. Identifiers are compared without case, as Azure does; in AWS none differ in it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._by_identifier: dict[tuple[tuple[str, ...], tuple[str, ...]], Mapping[str, Sequence[Resource]]] = {}
        self._users: dict[tuple[Property, tuple[str, ...]], Users] = {}

    def named(self, resource: Resource, place: Property) -> Named:
        """What a resource names. Raises UndeterminedError if a name isn't known and depends on nothing of the stack."""
        known, unknown = _known(place.read(resource))
        index = self._index(place)
        found: dict[str, Resource] = {}
        foreign = 0
        sources = [each for each in self._stack.sources(resource, place.name) if each.resource_type in place.targets]
        # Where part of it isn't known, that part is what depends on them; what is known beside it may be anybody's.
        hidden = [each for each in sources if unknown is None and not _identifiers(each, place.identifiers)]
        for value in known:
            # A name that two resources have, in two resource groups, may mean either.
            targets = index.get(value.lower()) or hidden
            found |= {each.urn: each for each in targets}
            foreign += not targets
        if unknown is not None:
            if not sources:
                raise unknown
            found |= {each.urn: each for each in sources}
        return Named(tuple(found.values()), foreign)

    def users(self, place: Property, *types: str) -> "Users":
        """Which resources of these types name what by a property."""
        key = (place, types)
        if key not in self._users:
            self._users[key] = Users(self, self._stack, place, types)
        return self._users[key]

    def _index(self, place: Property) -> Mapping[str, Sequence[Resource]]:
        key = (place.targets, place.identifiers)
        if key not in self._by_identifier:
            index: dict[str, list[Resource]] = defaultdict(list)
            for resource in self._stack.of_type(*place.targets):
                for identifier in {each.lower() for each in _identifiers(resource, place.identifiers)}:
                    index[identifier].append(resource)
            self._by_identifier[key] = index
        return self._by_identifier[key]


class Users:
    """Which resources name what, the other way round."""

    def __init__(self, references: References, stack: Stack, place: Property, types: Sequence[str]) -> None:
        self._by_target: dict[str, list[Resource]] = defaultdict(list)
        self.unclear: list[tuple[Resource, str]] = []
        """Those that may name anything, each with what isn't known."""
        for resource in stack.of_type(*types):
            try:
                named = references.named(resource, place)
            except UndeterminedError as error:
                self.unclear.append((resource, str(error)))
            else:
                for target in named.resources:
                    self._by_target[target.urn].append(resource)

    def of(self, target: Resource) -> Sequence[Resource]:
        """Those that name a resource."""
        return self._by_target.get(target.urn, ())

    def ways(self, target: Resource, ask: Callable[[Resource], Access]) -> Iterator[Callable[[], Access]]:
        """What `ask` answers of each of those that name a resource, and of those that may name it."""
        for resource in self.of(target):
            yield partial(ask, resource)
        for resource, reason in self.unclear:
            yield partial(_if_so, ask, resource, reason)


def single(name: str) -> Reader:
    """Reads a property that names one thing, if it is set."""

    def read(resource: Resource) -> Iterator[str]:
        value = resource.get(name, None)
        if value:
            yield str(value)

    return read


def several(name: str) -> Reader:
    """Reads a property that lists things."""

    def read(resource: Resource) -> Iterator[str]:
        yield from (str(value) for value in resource.get(name, []))

    return read


def every(records: Iterable[Record], read: Callable[[Record], Iterable[str]]) -> Iterator[str]:
    """Reads something in each of several records; what isn't known in one hides nothing of the next."""
    unknown: UndeterminedError | None = None
    for record in records:
        try:
            yield from read(record)
        except UndeterminedError as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown


def entry_id(record: Record | None, name: str) -> Iterator[str]:
    """Reads the id in an entry such as `subnet: {id: …}`; nothing if it isn't there."""
    entry = None if record is None else record.get(name, None)
    value = None if entry is None else entry.get("id", None)
    if value:
        yield str(value)


def called(resource: Resource) -> str:
    """How a path names a resource: `Route public-a`."""
    return f"{resource.resource_type.rsplit(':', maxsplit=1)[-1]} {resource.resource_name}"


def _if_so(ask: Callable[[Resource], Access], resource: Resource, reason: str) -> Access:
    return possibly(ask(resource), reason)


def _known(values: Iterable[str]) -> tuple[list[str], UndeterminedError | None]:
    known: list[str] = []
    try:
        for value in values:
            known.append(value)  # noqa: PERF402  # what came before an unknown value is kept
    except UndeterminedError as error:
        return known, error
    return known, None


def _identifiers(resource: Resource, names: Iterable[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        try:
            value = resource.get(name, None)
        except UndeterminedError:
            continue
        if value:
            found.append(str(value))
    return found
