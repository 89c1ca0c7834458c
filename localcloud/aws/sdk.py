"""What the installed pulumi_aws says of each resource type: the properties it takes, of which type, and its outputs."""

import importlib
import json
import keyword
import re
import types
import typing
import warnings
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Final

import pulumi
from pulumi import _types as pulumi_types  # pyright: ignore[reportPrivateUsage]  only it knows the wire's names

from localcloud.backend import UNKNOWN, CheckFailure, Properties

_NAMES: Final = {"Output": pulumi.Output, "T": typing.TypeVar("T")}
"""What the SDK's annotations name without importing."""

_FILES: Final = (pulumi.Asset, pulumi.Archive)
"""What stands for files; its content isn't looked at."""

_WORDS: Final[Mapping[type, str]] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


@dataclass(frozen=True)
class _Property:
    annotation: Any
    required: bool


@dataclass(frozen=True)
class ResourceType:
    """One resource type of the SDK, with the property names of the wire."""

    inputs: Mapping[str, _Property]
    outputs: Mapping[str, _Property]


@cache
def resource_type(kind: str) -> ResourceType | None:
    """The type of a token such as `aws:ec2/vpc:Vpc`, or None when the SDK has no such type."""
    matched = re.fullmatch(r"aws:(\w+)/(\w+):(\w+)", kind)
    if matched is None:
        return None
    package, module_name, name = matched.groups()
    # The Python SDK can't call a package `lambda`.
    package += "_" if keyword.iskeyword(package) else ""
    module_name = re.sub(r"(?<!^)([A-Z])", r"_\1", module_name).lower()
    try:
        with warnings.catch_warnings():
            # The SDK warns of its own deprecated classes as soon as it is imported.
            warnings.simplefilter("ignore", DeprecationWarning)
            module = importlib.import_module(f"pulumi_aws.{package}.{module_name}")
    except ModuleNotFoundError:
        return None
    # A type whose arguments would have the name of another class has "Init" in theirs.
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args", None)
    state = getattr(module, f"_{name}State", None)
    if arguments is None or state is None:
        return None
    return ResourceType(_properties(arguments), _properties(state))


def inputs(kind: str) -> Mapping[str, _Property]:
    """The properties that a type takes; none for a type that the SDK doesn't have."""
    described = resource_type(kind)
    return described.inputs if described else {}


def outputs(kind: str) -> Mapping[str, _Property]:
    """The properties that a type gives; none for a type that the SDK doesn't have."""
    described = resource_type(kind)
    return described.outputs if described else {}


def check(kind: str, given: Properties) -> list[CheckFailure]:
    """What of the inputs the SDK's own types forbid: unknown names, missing or mistyped values, closed enumerations."""
    described = resource_type(kind)
    if described is None:
        return [CheckFailure("", f"the installed pulumi_aws has no resource type {kind}")]
    return list(_check_object(described.inputs, given, ""))


def from_answer(kind: str, answer: Mapping[str, Any]) -> Properties:
    """An answer of the cloud with the SDK's names and types; what the SDK has no output for is left out."""
    described = resource_type(kind)
    return _object_from_answer(described.outputs, answer) if described else {}


def same_name(first: str, second: str) -> bool:
    """Whether the SDK's and the cloud's spelling mean one property: `kmsKeyId` and `KMSKeyID`, `rule` and `Rules`."""
    return first.lower().removesuffix("s") == second.lower().removesuffix("s")


def _object_from_answer(properties: Mapping[str, _Property], answer: Mapping[str, Any]) -> Properties:
    result: Properties = {}
    for name, described in properties.items():
        given = next((key for key in answer if key.lower() == name.lower()), None) or next(
            (key for key in answer if same_name(key, name)), None
        )
        if given is not None and answer[given] is not None:
            result[name] = _from_answer(described.annotation, answer[given])
    return result


def _from_answer(annotation: Any, value: Any) -> Any:
    choice = next(_choices(annotation))
    origin = typing.get_origin(choice)
    if origin is Sequence:
        elements = typing.cast("list[Any]", value if isinstance(value, list | tuple) else [value])
        return [_from_answer(typing.get_args(choice)[0], each) for each in elements]
    if isinstance(value, list):
        # The SDK flattens lists of at most one element.
        elements = typing.cast("list[Any]", value)
        return _from_answer(annotation, elements[0]) if elements else None
    if isinstance(value, dict) and origin is None and choice not in (Any, *_WORDS):
        return _object_from_answer(_properties(choice), typing.cast("Properties", value))
    return _scalar_from_answer(choice, value)


def _scalar_from_answer(choice: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    if choice is str:
        return json.dumps(value) if isinstance(value, dict | bool) else str(value)
    if choice is int and isinstance(value, str):
        return int(value)
    if choice is bool and isinstance(value, str):
        return value.lower() == "true"
    return value


def _wire_names(owner: type) -> dict[str, str]:
    return pulumi_types.input_type_py_to_pulumi_names(owner)


@cache
def _properties(owner: type) -> dict[str, _Property]:
    initializer = typing.cast("Any", owner).__init__
    optional = initializer.__kwdefaults__ or {}
    return {
        wire: _Property(
            typing.get_type_hints(getattr(owner, name).fget, localns=dict(_NAMES))["return"], name not in optional
        )
        for name, wire in _wire_names(owner).items()
    }


def _check_object(properties: Mapping[str, _Property], value: Properties, path: str) -> Iterator[CheckFailure]:
    prefix = f"{path}." if path else ""
    for name, element in value.items():
        if name.startswith("__"):
            continue
        if name not in properties:
            yield CheckFailure(prefix + name, f"{prefix}{name} is not a property of this type: correct or remove it")
        else:
            yield from _check_value(properties[name].annotation, element, prefix + name)
    for name, described in properties.items():
        if described.required and name not in value:
            yield CheckFailure(prefix + name, f"{prefix}{name} is missing: it is required")


def _check_value(annotation: Any, value: Any, path: str) -> Iterator[CheckFailure]:
    if value is UNKNOWN or value is None:
        return
    failures: list[CheckFailure] | None = None
    choices = list(_choices(annotation))
    for choice in choices:
        found = list(_check_choice(choice, value, path))
        if not found:
            return
        # Of several types the one that came furthest explains best what is wrong.
        if failures is None or len(found[0].property) > len(failures[0].property):
            failures = found
    yield from failures or []


def _choices(annotation: Any) -> Iterator[Any]:
    """The types that a value may have once the wrappings for values of the future are off."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        for each in typing.get_args(annotation):
            yield from _choices(each)
    elif (
        annotation is not type(None)
        and origin not in (Awaitable, pulumi.Output)
        and not typing.is_typeddict(annotation)
    ):
        yield annotation


def _check_choice(choice: Any, value: Any, path: str) -> Iterator[CheckFailure]:
    origin = typing.get_origin(choice)
    if choice is Any or choice in _FILES:
        return
    if origin is Sequence:
        yield from _check_list(typing.get_args(choice)[0], value, path)
    elif origin is Mapping:
        yield from _check_map(typing.get_args(choice)[1], value, path)
    elif choice in _WORDS:
        if not _is_scalar(choice, value):
            yield CheckFailure(path, f"{path} must be {_WORDS[choice]}")
    elif isinstance(choice, type) and issubclass(choice, Enum):
        allowed = [each.value for each in choice]
        if value not in allowed:
            yield CheckFailure(path, f"{path} must be one of {', '.join(map(str, allowed))}")
    elif isinstance(value, dict):
        yield from _check_object(_properties(choice), typing.cast("Properties", value), path)
    else:
        yield CheckFailure(path, f"{path} must be an object")


def _check_list(annotation: Any, value: Any, path: str) -> Iterator[CheckFailure]:
    if not isinstance(value, list):
        yield CheckFailure(path, f"{path} must be a list")
        return
    for index, element in enumerate(typing.cast("list[Any]", value)):
        yield from _check_value(annotation, element, f"{path}[{index}]")


def _check_map(annotation: Any, value: Any, path: str) -> Iterator[CheckFailure]:
    if not isinstance(value, dict):
        yield CheckFailure(path, f"{path} must be a map")
        return
    for name, element in typing.cast("Properties", value).items():
        yield from _check_value(annotation, element, f"{path}.{name}")


def _is_scalar(wanted: type, value: Any) -> bool:
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is wanted
