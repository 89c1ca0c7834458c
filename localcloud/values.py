"""Property values on the wire (`google.protobuf.Struct`) and as plain Python values."""

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value

from localcloud.backend import UNKNOWN, Properties

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks a map that stands for something else (a secret, an asset, a reference)."""

SECRET_MARK: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  a mark in the protocol, no secret

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

_UNKNOWN_TEXTS: Final = frozenset(
    {
        UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


def from_wire(properties: Struct) -> Properties:
    """The plain values of a message: secrets unwrapped, sentinels as UNKNOWN, absent instead of null."""
    return _map_from_wire(properties)


def to_wire(properties: Mapping[str, Any]) -> Struct:
    """The message for plain values; None is left out."""
    return Struct(fields={name: _to_value(value) for name, value in properties.items() if value is not None})


def _map_from_wire(properties: Struct) -> Any:
    if SIGNATURE in properties.fields and properties.fields[SIGNATURE].string_value == SECRET_MARK:
        return _from_value(properties.fields["value"])
    return {
        name: _from_value(value)
        for name, value in properties.fields.items()
        if value.WhichOneof("kind") not in (None, "null_value")
    }


def _from_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            return _map_from_wire(value.struct_value)
        case "list_value":
            return [_from_value(element) for element in value.list_value.values]
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWN_TEXTS else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case _:
            return None


def _to_value(value: Any) -> Value:
    result = Value()
    match value:
        case None:
            result.null_value = NULL_VALUE
        case bool():
            result.bool_value = value
        case int() | float():
            result.number_value = value
        case str():
            result.string_value = value
        case Mapping():
            result.struct_value.CopyFrom(to_wire(value))
        case list() | tuple():
            result.list_value.CopyFrom(ListValue(values=[_to_value(element) for element in value]))
        case _ if value is UNKNOWN:
            result.string_value = UNKNOWN_TEXT
        case _:
            raise TypeError(f"a property can't hold a {type(value).__name__}")
    return result


def merged(old_outputs: Any, old_inputs: Any, inputs: Any) -> Any:
    """What a preview shows of an update: the wanted inputs over what the object has now.

    What the cloud computed stays, at any depth; what the old inputs had and the new ones lack goes.
    """
    if isinstance(old_outputs, dict) and isinstance(inputs, dict):
        before = old_inputs if isinstance(old_inputs, dict) else {}
        kept = {name: value for name, value in old_outputs.items() if name in inputs or name not in before}
        return kept | {name: merged(kept.get(name), before.get(name), value) for name, value in inputs.items()}
    if isinstance(old_outputs, list) and isinstance(inputs, list) and len(old_outputs) == len(inputs):
        before = old_inputs if isinstance(old_inputs, list) and len(old_inputs) == len(inputs) else [None] * len(inputs)
        return [merged(*elements) for elements in zip(old_outputs, before, inputs, strict=True)]
    return inputs
