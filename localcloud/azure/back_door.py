"""Objects in ARM's shape, as they are seen through the back door (`localcloud.back_door`).

The names inside `properties` are those of the Pulumi SDK in camelCase.
"""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.azure.cloud import Kind
from localcloud.backend import Properties
from localcloud.schema import ListOf, Record, Type

_ENVELOPE: Final = frozenset(
    {
        "id",
        "name",
        "type",
        "location",
        "tags",
        "sku",
        "kind",
        "identity",
        "zones",
        "managedBy",
        "extendedLocation",
        "etag",
    }
)
"""What ARM keeps beside `properties`."""

_READ_ONLY: Final = frozenset({"id", "name", "type", "etag", "provisioningState", "resourceGuid"})
"""What ARM gives and ignores when it gets it back, though the SDK takes some of it as inputs."""


def to_body(outputs: Properties) -> Properties:
    """Outputs in ARM's shape."""
    if isinstance(outputs.get("properties"), Mapping):
        return outputs
    body = {key: value for key, value in outputs.items() if key in _ENVELOPE}
    body["properties"] = {key: value for key, value in outputs.items() if key not in _ENVELOPE}
    return body


def to_inputs(body: Mapping[str, Any], line: Kind, present: Mapping[str, Any]) -> Properties:
    """A body in ARM's shape as inputs, without what is read-only. What nobody knows stays in, to be refused.

    `present` are the inputs that the object has: those of them that ARM takes for read-only stay as they are.
    """
    schema = line.schema
    inputs: Properties = {key: value for key, value in body.items() if key != "properties"}
    if "properties" in schema.inputs.properties:
        if "properties" in body:
            inputs["properties"] = body["properties"]
    else:
        inputs.update(body.get("properties") or {})
    given = inputs.get("identity")
    if isinstance(given, Mapping) and isinstance(given.get("userAssignedIdentities"), Mapping):
        names = [name for name, value in given["userAssignedIdentities"].items() if value is not None]
        inputs["identity"] = {"type": given.get("type"), "userAssignedIdentities": names}
    read_only = _READ_ONLY | (schema.outputs - schema.inputs.properties.keys())
    kept = {key: value for key, value in present.items() if key in _READ_ONLY}
    return {**{key: value for key, value in inputs.items() if key not in read_only}, **kept}


def without_echo(wanted: Type, given: Any, outputs: Any) -> Any:
    """What is given without the read-only values that ARM itself gave before: ARM ignores them."""
    if isinstance(wanted, ListOf) and isinstance(given, list) and isinstance(outputs, list):
        padded = [*outputs, *([None] * len(given))]
        return [without_echo(wanted.item, item, padded[index]) for index, item in enumerate(given)]
    if not isinstance(wanted, Record) or not isinstance(given, Mapping) or not isinstance(outputs, Mapping):
        return given
    known = wanted.properties
    return {
        key: without_echo(known[key].type, value, outputs.get(key)) if key in known else value
        for key, value in given.items()
        if key in known or value != outputs.get(key)
    }
