"""What an installed SDK of Pulumi says of a resource type: its inputs, their types and its outputs.

The SDK's own annotations are the only source, so that an update of the SDK can't leave this behind.
"""

import enum
import importlib
import inspect
import re
import sys
import typing
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar

import pulumi

from localcloud.backend import UNKNOWN, CheckFailure
from localcloud.paths import join

_NAMESPACE: Final = {"Output": pulumi.Output, "T": TypeVar("T")}
"""Names that `pulumi.Input` leaves in the SDK's annotations and that the SDK's modules don't have."""

_CONSTANT: Final = re.compile(r":param [^\n]*? (\w+): [^\n]*(?:\n(?!\s*:param)[^\n]*)*?Expected value is '([^']*)'")


@dataclass(frozen=True)
class Plain:
    """A text, number or truth value; `words` name it in a sentence."""

    words: str
    classes: tuple[type, ...]


@dataclass(frozen=True)
class Anything:
    """Whatever JSON can hold."""


@dataclass(frozen=True)
class OneOf:
    """An enumeration. Of an open one the SDK names values, but any other text may be one as well."""

    values: tuple[str | float, ...]
    is_open: bool = False


@dataclass(frozen=True)
class ListOf:
    """A list of items of one type."""

    item: "Type"


@dataclass(frozen=True)
class MapOf:
    """Named values of one type; the names are free."""

    item: "Type"


@dataclass(frozen=True)
class Record:
    """An object with named properties, described by one of the SDK's `…Args` classes (which may contain itself)."""

    arguments: type

    @property
    def properties(self) -> Mapping[str, "Property"]:
        """Its properties by their camelCase name."""
        return _properties(self.arguments)


@dataclass(frozen=True)
class Choice:
    """Any one of several types; records are told apart by a property with a constant value."""

    branches: tuple["Type", ...]


Type = Plain | Anything | OneOf | ListOf | MapOf | Record | Choice

TEXT: Final = Plain("text", (str,))
INTEGER: Final = Plain("a whole number", (int,))
NUMBER: Final = Plain("a number", (int, float))
TRUTH: Final = Plain("true or false", (bool,))
_PLAIN: Final[Mapping[Any, Type]] = {str: TEXT, int: INTEGER, float: NUMBER, bool: TRUTH, Any: Anything()}


@dataclass(frozen=True)
class Property:
    """One input of a record."""

    type: Type
    required: bool
    constant: str | None
    """The only value it may have, for a property that tells records apart."""


@dataclass(frozen=True)
class Schema:
    """One resource type of the SDK."""

    token: str
    inputs: Record
    outputs: frozenset[str]
    """The names of what it declares as outputs."""

    def problems(self, inputs: Mapping[str, Any]) -> Iterator[CheckFailure]:
        """What the SDK's types have against `inputs`."""
        return _problems(self.inputs, inputs, "", self.token)


class NoSuchTypeError(LookupError):
    """The installed SDK has no such resource type."""


def class_of(token: str, module_name: str, name: str) -> type:
    """The SDK's class of a resource type. Raises NoSuchTypeError."""
    try:
        return getattr(importlib.import_module(module_name), name)
    except (ValueError, ImportError, AttributeError) as error:
        raise NoSuchTypeError(token) from error


def documentation_of(resource: type) -> str:
    """What the SDK says of a resource class and its arguments, in words."""
    declared = typing.get_overloads(resource.__init__)
    return inspect.getdoc(declared[0]) or "" if declared else ""


def inputs_of(resource: type) -> Record:
    """The inputs of a resource class."""
    own = vars(sys.modules[resource.__module__])
    # A resource and a nested input may share a name; the resource's class is then called …InitArgs.
    return Record(own.get(f"{resource.__name__}InitArgs") or own[f"{resource.__name__}Args"])


def outputs_of(resource: type) -> frozenset[str]:
    """The names of the outputs of a resource class."""
    return frozenset(pulumi_names(resource).values())


def pulumi_names(owner: type) -> dict[str, str]:
    """The camelCase names of an SDK class's properties, by their Python names."""
    return {
        name: getattr(member.fget, "_pulumi_name", name)
        for name, member in vars(owner).items()
        if isinstance(member, property)
    }


@cache
def _properties(arguments: type) -> Mapping[str, Property]:
    constructor = arguments.__init__
    hints = typing.get_type_hints(constructor, vars(sys.modules[arguments.__module__]), _NAMESPACE)
    names = pulumi_names(arguments)
    constants = dict(_CONSTANT.findall(inspect.getdoc(constructor) or ""))
    return {
        names[parameter.name]: Property(
            type=_type(hints[parameter.name]),
            required=parameter.default is inspect.Parameter.empty,
            constant=constants.get(parameter.name),
        )
        for parameter in inspect.signature(constructor).parameters.values()
        if parameter.name in names
    }


def _type(hint: Any) -> Type:
    """The type that an annotation stands for, without what `pulumi.Input` adds to it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        branches: list[Type] = []
        for argument in arguments:
            if _is_plain(argument) and (branch := _type(argument)) not in branches:
                branches.append(branch)
        # An enumeration together with a text is an open one: Azure may know more values than the SDK.
        if TEXT in branches and any(isinstance(branch, OneOf) for branch in branches):
            branches = [
                OneOf(branch.values, is_open=True) if isinstance(branch, OneOf) else branch
                for branch in branches
                if branch != TEXT
            ]
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))
    if origin is not None and issubclass(origin, Mapping):
        return MapOf(_type(arguments[1]))
    if origin is not None and issubclass(origin, Sequence):
        return ListOf(_type(arguments[0]))
    if hint in _PLAIN:
        return _PLAIN[hint]
    if issubclass(hint, enum.Enum):
        return OneOf(tuple(member.value for member in hint))
    return Record(hint)


def _is_plain(hint: Any) -> bool:
    """Whether a branch of a union is a value of its own: not a promise of one, nor the dictionary form of a class."""
    return not (hint is NoneType or typing.get_origin(hint) in (Awaitable, pulumi.Output) or typing.is_typeddict(hint))


def _problems(wanted: Type, value: Any, path: str, owner: str) -> Iterator[CheckFailure]:
    if value is UNKNOWN or isinstance(wanted, Anything):
        return
    shape = _SHAPES.get(type(wanted))
    if shape is not None and not isinstance(value, shape[0]):
        yield CheckFailure(path, f"must be {shape[1]}, not {_words(value)}")
        return
    match wanted:
        case Plain() if not _fits(wanted, value):
            yield CheckFailure(path, f"must be {wanted.words}, not {_words(value)}")
        case OneOf(is_open=True):
            yield from _problems(TEXT, value, path, owner)
        case OneOf() if value not in wanted.values:
            yield CheckFailure(path, f"{value!r} is not one of {', '.join(map(str, wanted.values))}")
        case ListOf():
            for index, item in enumerate(value):
                yield from _problems(wanted.item, item, f"{path}[{index}]", owner)
        case MapOf():
            for key, item in value.items():
                yield from _problems(wanted.item, item, join(path, key), owner)
        case Record():
            yield from _record_problems(wanted, value, path, owner)
        case Choice():
            attempts = [list(_problems(branch, value, path, owner)) for branch in wanted.branches]
            yield from min(attempts, key=len)
        case _:
            return


_SHAPES: Final[Mapping[type, tuple[type, str]]] = {
    ListOf: (list, "a list"),
    MapOf: (Mapping, "a map"),
    Record: (Mapping, "an object"),
}


def _record_problems(wanted: Record, value: Mapping[str, Any], path: str, owner: str) -> Iterator[CheckFailure]:
    for name, item in value.items():
        known = wanted.properties.get(name)
        if known is None:
            near = get_close_matches(name, wanted.properties, n=1)
            hint = f": did you mean {near[0]}?" if near else ""
            yield CheckFailure(join(path, name), f"{owner} has no such property{hint}")
        elif known.constant is not None and item is not UNKNOWN and item != known.constant:
            yield CheckFailure(join(path, name), f"must be {known.constant!r}, not {item!r}")
        else:
            yield from _problems(known.type, item, join(path, name), owner)
    for name, known in wanted.properties.items():
        if known.required and name not in value:
            yield CheckFailure(join(path, name), f"{owner} needs this property")


def _fits(wanted: Plain, value: Any) -> bool:
    if isinstance(value, bool):
        return wanted is TRUTH
    if wanted is INTEGER and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, wanted.classes)


def _words(value: Any) -> str:
    """What a value is, without the value: it may be a secret."""
    match value:
        case bool():
            return "true or false"
        case str():
            return "text"
        case float() if not value.is_integer():
            return "a number with a fraction"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"
