"""What a rule sees of a resource's properties: plain values read by name, where an unknown value is never a pass.

A rule reads `key.enable_key_rotation` for the property `enableKeyRotation`. Reading a property that isn't known before
the update raises UndeterminedError, reading one that isn't set raises UnusableError unless `get` names the cloud's
default. Secrets arrive unwrapped from the SDK; nothing here prints a value, messages hold only paths.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

from google.protobuf.struct_pb2 import Struct, Value
from pulumi_policy import proxy

_Value = TypeVar("_Value")

Path = tuple[str, ...]
"""Property names from a resource's top level down, without list indexes."""

Reads = set[Path]
"""Which properties were read; a test holds them against the cloud's SDK."""

UNKNOWN_TEXTS: Final = (
    proxy.UNKNOWN_BOOLEAN_VALUE,
    proxy.UNKNOWN_NUMBER_VALUE,
    proxy.UNKNOWN_STRING_VALUE,
    proxy.UNKNOWN_ARRAY_VALUE,
    proxy.UNKNOWN_ASSET_VALUE,
    proxy.UNKNOWN_ARCHIVE_VALUE,
    proxy.UNKNOWN_OBJECT_VALUE,
)
"""What the engine puts in the place of a value that isn't known before the update."""

_SHORTEST_UNKNOWN: Final = min(map(len, UNKNOWN_TEXTS))

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The property by which the engine marks an object that it wraps: a secret, a file, an archive."""

_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the engine's mark of a secret, not one
"""What this property says of a secret, whose value stands beside it."""


REDACTED: Final = "[secret]"
"""What `pulumi policy analyze --file` puts in the place of any secret, whatever its type."""


NO_DOCUMENT: Final = "is no JSON document in which every name stands once: correct it"
"""What is wrong with a text that `read_json` refuses."""


NOT_KNOWN: Final = " is not known before the update"
"""How the message ends about a property whose value the cloud, or another resource, gives only then."""


_BOOLEANS: Final = {"true": True, "false": False}


class UndeterminedError(Exception):
    """A value that a rule needs isn't known before the update. The message says which."""


class UnusableError(Exception):
    """A property that a rule needs isn't set, or isn't what it must be. The message says what to do."""


@lru_cache(maxsize=65536)
def camel_case(name: str) -> str:
    """The wire's name of a property: `enable_key_rotation` is `enableKeyRotation`; any other text stays as it is.

    What is no Python name, such as the condition key `SAML:sub_type`, is spelt as in the cloud already.
    """
    if not name.isidentifier():
        return name
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def decode(properties: Struct) -> dict[str, Any]:
    """A resource's properties as the engine sends them, as dict, list and scalars.

    Secrets are unwrapped; what isn't known yet stays as its sentinel; assets and archives stay wrapped.
    """
    return _fields(properties)


def _fields(struct: Struct) -> dict[str, Any]:
    # A message's map has another order in each process; findings shall not.
    return {name: _decoded(struct.fields[name]) for name in sorted(struct.fields)}


def _decoded(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        is_secret = SIGNATURE in fields and fields[SIGNATURE].string_value == _SECRET
        return _decoded(fields["value"]) if is_secret else _fields(value.struct_value)
    if kind == "list_value":
        return [_decoded(each) for each in value.list_value.values]
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    return getattr(value, kind) if kind in ("string_value", "bool_value") else None


def read_json(text: str) -> Any:
    """The content of a text in JSON. Raises ValueError for what is none, and where an object gives a name twice.

    Of two values that bear one name a rule would see one, and the cloud may take the other (RFC 8259, section 4).
    """
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def fits_any(values: Iterable[_Value], fits: Callable[[_Value], bool]) -> bool:
    """Whether one of the values fits. Raises UndeterminedError if none does that is known, and one isn't."""
    unknown: UndeterminedError | None = None
    for each in values:
        try:
            if fits(each):
                return True
        except UndeterminedError as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
    return False


def is_unknown(value: object) -> bool:
    """Whether a plain scalar is unknown, in whole or (a name put together from an id) in part."""
    # Every property that a rule reads comes by here, and most texts are too short.
    if not isinstance(value, str) or len(value) < _SHORTEST_UNKNOWN:
        return False
    return any(sentinel in value for sentinel in UNKNOWN_TEXTS)


def scalars(value: object) -> Iterator[object]:
    """Every scalar in a plain value, however deep; names of properties are none."""
    if isinstance(value, Mapping):
        for each in cast("Mapping[str, object]", value).values():
            yield from scalars(each)
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from scalars(each)
    else:
        yield value


def holds_unknown(value: object) -> bool:
    """Whether a plain value is unknown, in whole or in any part."""
    return any(is_unknown(each) for each in scalars(value))


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    unknown: str | None = None
    for inner, each in leaves(value, place):
        if is_unknown(each) or each == REDACTED:
            unknown = unknown or inner
        elif isinstance(each, str):
            yield inner, each
    if unknown is not None:
        raise UndeterminedError(f"{unknown}{NOT_KNOWN}")


def leaves(value: object, place: str) -> Iterator[tuple[str, object]]:
    """What a plain value consists of, however deep, each with its place: `rules[0].port`."""
    if isinstance(value, Mapping):
        for name, each in cast("Mapping[str, object]", value).items():
            yield from leaves(each, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for number, each in enumerate(cast("list[object]", value)):
            yield from leaves(each, f"{place}[{number}]")
    else:
        yield place, value


def view(value: Any, place: str, path: Path, reads: Reads) -> Any:
    """`value` for a rule: dict as Record, list as Values, a scalar as itself. Raises UndeterminedError if unknown."""
    if isinstance(value, str):
        if is_unknown(value):
            raise UndeterminedError(f"{place}{NOT_KNOWN}")
        if value == REDACTED:
            raise UndeterminedError(
                f"{place} is a secret that can't be decrypted here: analyse the stack, not its export"
            )
        # Providers take these texts for booleans, and the text "false" would count as true.
        return _BOOLEANS.get(value.lower(), value)
    if isinstance(value, dict):
        return Record(cast("dict[str, Any]", value), place, path, reads)
    if isinstance(value, list):
        return Values(cast("list[Any]", value), place, path, reads)
    return value


class Record:
    """An object's properties. `record.some_name` must be set; `record.get("some_name", default)` may be missing."""

    __slots__ = ("_path", "_place", "_reads", "_values")

    def __init__(self, values: Mapping[str, Any], place: str = "", path: Path = (), reads: Reads | None = None) -> None:
        self._values = values
        self._place = place
        self._path = path
        self._reads: Reads = set() if reads is None else reads

    def __getattr__(self, name: str) -> Any:
        """The property `name`, which must be set. Raises UnusableError, UndeterminedError."""
        if name.startswith("_"):
            raise AttributeError(name)
        value, place, path = self._look_up(name)
        if value is None:
            raise UnusableError(f"{place} is not set: set it")
        return view(value, place, path, self._reads)

    def get(self, name: str, default: Any) -> Any:
        """The property `name`, or what the cloud takes (`default`) when it isn't set."""
        value, place, path = self._look_up(name)
        return default if value is None else view(value, place, path, self._reads)

    def part(self, name: str) -> "Record":
        """An object inside this one; where it isn't set, one in which nothing is set."""
        value, place, path = self._look_up(name)
        found = view({} if value is None else value, place, path, self._reads)
        if not isinstance(found, Record):
            raise UnusableError(f"{place} is no object: correct it")
        return found

    def has(self, name: str) -> bool:
        """Whether a property is set, to whatever, known or not. What is empty is as good as left out."""
        return self._look_up(name)[0] not in (None, "", [], {})

    def numbered(self, name: str) -> Iterator[tuple[int, Any]]:
        """The values of a list with their indexes, none if it isn't set; unknown ones come last, as in Values."""
        values = self.get(name, None)
        if values is not None:
            yield from values.numbered()

    def one_of(self, *names: str) -> Any:
        """The first of several properties that is set, for one that is named differently before and after creation."""
        for name in names:
            value, place, path = self._look_up(name)
            if value is not None:
                return view(value, place, path, self._reads)
        places = " or ".join(self._place_of(camel_case(name)) for name in names)
        raise UnusableError(f"{places} is not set: set it")

    def document(self, name: str) -> "Record":
        """A property that holds a JSON object, as text or as such; unknown parts inside it stay unknown one by one."""
        value, place, path = self._parsed(name)
        if not isinstance(value, dict):
            raise UnusableError(f"{place} is no JSON object: correct it")
        return Record(cast("dict[str, Any]", value), place, path, set())

    def documents(self, name: str) -> "Values":
        """A property that holds a JSON list, as `document` holds an object."""
        value, place, path = self._parsed(name)
        if not isinstance(value, list):
            raise UnusableError(f"{place} is no JSON list: correct it")
        return Values(cast("list[Any]", value), place, path, set())

    def _parsed(self, name: str) -> tuple[Any, str, Path]:
        value, place, path = self._look_up(name)
        if value is None:
            raise UnusableError(f"{place} is not set: set it")
        if isinstance(value, str):
            if value in UNKNOWN_TEXTS:
                raise UndeterminedError(f"{place}{NOT_KNOWN}")
            try:
                value = read_json(value)
            except ValueError:
                raise UnusableError(f"{place} {NO_DOCUMENT}") from None
        return value, place, path

    def plain(self) -> Mapping[str, Any]:
        """All values as they are, for what reads them as a whole. Raises UndeterminedError if one is unknown."""
        if holds_unknown(self._values):
            raise UndeterminedError(f"a part of {self._place or 'it'}{NOT_KNOWN}")
        return self._values

    def names(self) -> list[str]:
        """The names that are set, as the cloud spells them."""
        return [name for name, value in self._values.items() if value is not None]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text inside, however deep, with its place, then UndeterminedError if there are unknown ones."""
        yield from _texts(self._values, self._place)

    def _place_of(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _look_up(self, name: str) -> tuple[Any, str, Path]:
        wire_name = camel_case(name)
        path = (*self._path, wire_name)
        self._reads.add(path)
        return self._values.get(wire_name), self._place_of(wire_name), path


class Values(Sequence[Any]):
    """A list's values. What is known comes first when iterating, so that one unknown hides no finding about others."""

    def __init__(self, values: list[Any], place: str, path: Path, reads: Reads) -> None:
        self._values = values
        self._place = place
        self._path = path
        self._reads = reads

    def __getitem__(self, index: Any) -> Any:
        """One value, or a part of the list. Raises UndeterminedError."""
        if isinstance(index, slice):
            return Values(self._values[index], self._place, self._path, self._reads)
        return view(self._values[index], f"{self._place}[{index}]", self._path, self._reads)

    def __len__(self) -> int:
        """How many values, known or not."""
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        """The known values, then UndeterminedError if there are others."""
        return (value for _, value in self.numbered())

    def numbered(self) -> Iterator[tuple[int, Any]]:
        """The known values with their indexes, then UndeterminedError if there are others."""
        unknown: UndeterminedError | None = None
        for index in range(len(self._values)):
            try:
                value = self[index]
            except UndeterminedError as error:
                unknown = unknown or error
            else:
                yield index, value
        if unknown is not None:
            raise unknown

    def __contains__(self, wanted: object) -> bool:
        """Whether a value is `wanted`. Raises UndeterminedError if only an unknown one could be."""
        return any(value == wanted for value in self)

    def __eq__(self, other: object) -> bool:
        """Compares by value with any sequence. Raises UndeterminedError if a value is unknown."""
        return isinstance(other, Sequence) and list(self) == list(cast("Sequence[object]", other))

    __hash__ = None  # pyright: ignore[reportAssignmentType]  # compared by value, so never a key of a set
