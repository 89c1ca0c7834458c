"""A way into the simulated Azure past the engine, over HTTP, for tests and for looking around.

`GET /` lists the ids of everything that exists, `GET` on an ARM id gives the object, and `PUT`, `PATCH` (a JSON merge
patch: null removes) and `DELETE` on one change it behind the engine's back, so that `refresh` has something to find.
Bodies have ARM's shape; the names inside `properties` are those of the Pulumi SDK in camelCase.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from localcloud.azure.cloud import Kind
from localcloud.backend import Properties, RejectedError
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


class Rooms(Protocol):
    """What the door leads to."""

    def identities(self) -> list[str]:
        """The ids of everything that exists."""
        ...

    def body(self, identity: str) -> Properties | None:
        """One object, None when there is none."""
        ...

    def put_body(self, identity: str, body: Mapping[str, Any], *, whole: bool) -> None:
        """Changes or makes an object. Raises RejectedError."""
        ...

    def remove(self, identity: str) -> bool:
        """Deletes an object; whether there was one. Raises RejectedError."""
        ...


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


def application(rooms: Rooms) -> WSGIApplication:
    """The door as a WSGI application."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = _answer(rooms, request.method, request.path.rstrip("/"), request.get_data())
        except RejectedError as error:
            response = _failure(409, str(error))
        return response(environ, start_response)

    return serve


def _answer(rooms: Rooms, method: str, identity: str, content: bytes) -> Response:
    found = rooms.body(identity) if identity else None
    match method:
        case "GET" if not identity:
            response = _json(200, {"value": [{"id": item} for item in rooms.identities()]})
        case "GET" | "PATCH" if found is None:
            response = _failure(404, f"{identity} doesn't exist.")
        case "GET":
            response = _json(200, found)
        case "DELETE" if identity:
            response = Response(status=200 if rooms.remove(identity) else 204)
        case "PUT" | "PATCH" if identity:
            response = _put(rooms, identity, content, is_patch=method == "PATCH", status=201 if found is None else 200)
        case _:
            response = _failure(405, f"{method} is not for {identity or '/'}.")
    return response


def _put(rooms: Rooms, identity: str, content: bytes, *, is_patch: bool, status: int) -> Response:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return _failure(400, "The body must be a JSON object.")
    rooms.put_body(identity, body, whole=not is_patch)
    return _json(status, rooms.body(identity))


def _json(status: int, value: Any) -> Response:
    return Response(json.dumps(value, indent=2), status=status, content_type="application/json")


def _failure(status: int, message: str) -> Response:
    return _json(status, {"error": {"message": message}})
