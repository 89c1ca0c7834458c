"""What the clouds' SDKs say of a property: its type, whether it must be set, its other values, its default.

Types come from the annotations; the AWS SDK has its enumerations and all SDKs have their defaults in their words only.
"""

import inspect
import keyword
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any, Final

from hosting.mutation.paths import Path
from localcloud.schema import (
    Anything,
    Choice,
    ListOf,
    MapOf,
    NoSuchTypeError,
    OneOf,
    Plain,
    Record,
    Schema,
    Type,
    class_of,
    inputs_of,
)

_MODULES: Final[Mapping[str, str]] = {
    "aws": "pulumi_aws",
    "azure-native": "pulumi_azure_native",
    "azuread": "pulumi_azuread",
}

PROVIDERS: Final = "pulumi:providers:"
"""How the types of providers begin; the rest is the package."""

_PARAMETER: Final = re.compile(r"^:param (?:[^\n:]|:(?! ))* (\w+): ", re.MULTILINE)

_QUOTED: Final = re.compile(r"[`\"']([\w.:/*+-]+)[`\"']")

_DEFAULT: Final = re.compile(
    r"\b(?:defaults? (?:value )?(?:to|is|of)|default:|default value:|default(?= [`\"']))"
    r"\s*[`\"']?([\w.:/*+-]*[\w*])[`\"']?",
    re.IGNORECASE,
)


_BOUNDS: Final = (
    re.compile(
        r"\b(?:between|range|range is|from) \[?`?(?P<least>\d[\d,]*)`?(?: seconds)?(?: \([^)]*\))?(?: to | and |-)"
        r"`?(?P<most>\d[\d,]*)(?![\d,]* [MGT]?B\b)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bminimum (?:specified )?value (?:is|can be) (?P<least>\d+)\b.{0,20}"
        r"maximum value (?:is|can be) (?P<most>\d+)",
        re.IGNORECASE,
    ),
)


_SAMPLE: Final = "sample"
"""What a text is set to, where nothing tells what it could be."""

_DEEPEST: Final = 4
"""How many objects in objects are made up for one property."""


@dataclass(frozen=True)
class Knowledge:
    """What is known of one property."""

    others: tuple[Any, ...] = ()
    """Values that it may have, its present one left out."""
    required: bool = False
    default: str | None = None
    """What the cloud takes when it isn't set, in lower case."""
    bounds: tuple[int, int] | None = None
    """The least and the greatest number that the cloud takes."""


NOTHING: Final = Knowledge()


def knowledge(resource_type: str, path: Path, value: Any) -> Knowledge:
    """What the SDK says of the property at `path`, whose present value is `value`."""
    wanted, owner, name = _at(resource_type, path)
    annotated = [other for each in _alternatives(wanted) if isinstance(each, OneOf) for other in each.values]
    words = _words(owner).get(name, "") if owner is not None else ""
    mentioned = _enumerated(words, value) if not annotated else ()
    return Knowledge(
        others=tuple(dict.fromkeys(other for other in (*annotated, *mentioned) if other != value)),
        required=owner is not None and isinstance(path[-1], str) and Record(owner).properties[name].required,
        default=_default(words),
        bounds=_bounds(words, value),
    )


def unset(resource_type: str, path: Path, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties of the object at `path`, which has `given`, that could be set too: each with a value, or several.

    Of what is on or off or an enumeration, each value is given that isn't the default; of anything else a sample.
    """
    for record in _alternatives(_at(resource_type, path)[0]):
        if not isinstance(record, Record):
            continue
        # Of kinds of objects that are told apart by a constant, only the present one's properties are meant.
        constants = ((name, each.constant) for name, each in record.properties.items() if each.constant is not None)
        if any(given.get(name, constant) != constant for name, constant in constants):
            continue
        words = _words(record.arguments)
        for name, each in record.properties.items():
            if name not in given and each.constant is None:
                yield from ((name, value) for value in _values(each.type, _default(words[name])))


def shapes(resource_type: str, names: Sequence[str]) -> list[Type]:
    """The types that a property may have, by the names from the top level down; none if there is no such property."""
    path: Path = ()
    for name in names:
        path = (*path, name)
        while any(isinstance(each, ListOf) for each in _alternatives(_at(resource_type, path)[0])):
            path = (*path, 0)
    return list(_alternatives(_at(resource_type, path)[0]))


def takes(resource_type: str, name: str) -> bool:
    """Whether a type has an input of this name."""
    arguments = _arguments(resource_type)
    return arguments is not None and name in arguments.properties


def problems(resource_type: str, inputs: Mapping[str, Any]) -> list[str]:
    """What the SDK's types have against the inputs of a resource of this type, or that it doesn't know the type."""
    arguments = _arguments(resource_type)
    if arguments is None:
        return [f"the SDK has no type {resource_type}"]
    schema = Schema(resource_type, arguments, frozenset())
    return [f"{each.property}: {each.reason}" for each in schema.problems(inputs)]


def _at(resource_type: str, path: Path) -> tuple[list[Type], type | None, str]:
    """The types that what stands at `path` may have; the class that has the property, if any, and its name there."""
    arguments = _arguments(resource_type)
    wanted: list[Type] = [] if arguments is None else [arguments]
    owner: type | None = None
    name = ""
    for part in path:
        owner, below = None, list[Type]()
        for each in _alternatives(wanted):
            if isinstance(each, ListOf | MapOf) and isinstance(part, int) == isinstance(each, ListOf):
                below.append(each.item)
            elif isinstance(each, Record) and isinstance(part, str) and part in each.properties:
                owner, name = each.arguments, part
                below.append(each.properties[part].type)
        wanted = below
    return wanted, owner, name


def _values(wanted: Type, default: str | None = None, depth: int = 0) -> list[Any]:
    """What a property of this type may be set to; none for an object that demands objects in objects without end."""
    found: list[Any] = []
    match next(_alternatives([wanted])):
        case OneOf(values):
            found = [each for each in values if str(each).lower() != default]
        case Plain(classes=classes) if bool in classes:
            found = [default != "true"]
        case Plain(classes=classes) if str not in classes:
            found = [1]
        case Plain() | Anything():
            found = [_SAMPLE]
        case ListOf(item):
            found = [[each] for each in _values(item, depth=depth)[:1]]
        case MapOf(item):
            found = [{_SAMPLE: each} for each in _values(item, depth=depth)[:1]]
        case Record() as record if depth < _DEEPEST:
            found = _objects(record, depth + 1)
        case _:
            pass
    return found


def _objects(record: Record, depth: int) -> list[Any]:
    """The object with what it demands and, if it demands nothing, with each one of what it may have."""
    demanded: dict[str, Any] = {}
    for name, each in record.properties.items():
        if each.constant is not None:
            demanded[name] = each.constant
        elif each.required:
            values = _values(each.type, depth=depth)
            if not values:
                return []
            demanded[name] = values[0]
    if demanded or depth > 1:
        return [demanded]
    return [{name: values[0]} for name, each in record.properties.items() if (values := _values(each.type, depth=1))]


def _alternatives(types: list[Type]) -> Iterator[Type]:
    for each in types:
        if isinstance(each, Choice):
            yield from _alternatives(list(each.branches))
        else:
            yield each


@cache
def _arguments(resource_type: str) -> Record | None:
    package, _, rest = resource_type.partition(":")
    if resource_type.startswith(PROVIDERS):
        package = resource_type.removeprefix(PROVIDERS)
        return inputs_of(class_of(resource_type, _MODULES[package], "Provider")) if package in _MODULES else None
    if package not in _MODULES:
        return None
    middle, _, name = rest.partition(":")
    folder = middle.partition("/")[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return inputs_of(_class(_MODULES[package], package, folder, name))
    except (NoSuchTypeError, KeyError):
        return None


def _class(module: str, package: str, folder: str, name: str) -> type:
    if package == "azuread":
        return class_of(name, module, name)
    # Never by the file in the folder: the SDKs load folders late, and would leave out the names of one loaded before.
    folder += "_" if keyword.iskeyword(folder) else ""
    return class_of(name, f"{module}.{folder}", name)


@cache
def _words(arguments: type) -> Mapping[str, str]:
    """What the SDK says of each property, by its name on the wire."""
    text = inspect.getdoc(arguments.__init__) or ""
    starts = list(_PARAMETER.finditer(text))
    python_names = {
        each[1]: text[each.end() : following.start() if following else None]
        for each, following in zip_longest(starts, starts[1:])
    }
    wire = {_camel(name): words for name, words in python_names.items()}
    return {name: wire.get(name, "") for name in Record(arguments).properties}


def _camel(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _default(words: str) -> str | None:
    stated = _DEFAULT.search(words)
    return stated[1].rstrip(".").lower() if stated else None


def _enumerated(words: str, value: Any) -> tuple[str, ...]:
    """The values that stand quoted in one paragraph with the present one: that is how the SDK lists them."""
    if not isinstance(value, str):
        return ()
    for paragraph in words.split("\n\n"):
        quoted = list(dict.fromkeys(_QUOTED.findall(paragraph)))
        if value in quoted:
            return tuple(each for each in quoted if _alike(each, value))
    return ()


def _bounds(words: str, value: Any) -> tuple[int, int] | None:
    """The bounds that the SDK states.

    None where the present number is beyond them, so that something else is meant, or where 0 or -1 stand beside them,
    which then mean something of their own.
    """
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,9}", str(value)):
        return None
    for match in filter(None, (pattern.search(words) for pattern in _BOUNDS)):
        least, most = (int(match[name].replace(",", "")) for name in ("least", "most"))
        beside = words[: match.start()] + words[match.end() :]
        if least <= int(value) <= most and not re.search(r"(?<![\d.,])(?:-1|0)(?![\d.])", beside):
            return least, most
    return None


def _alike(one: str, other: str) -> bool:
    """Whether both are written in the same way: `ENABLED` and `DISABLED`, not `ENABLED` and `some_property`."""
    return one.isupper() == other.isupper() and one.islower() == other.islower()
