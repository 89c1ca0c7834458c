"""A way into the simulated Azure past the engine, over HTTP on 127.0.0.1, for tests and for looking around.

`GET /` lists the ids of everything that exists, `GET` on an ARM id gives the object, and `PUT`, `PATCH` (a JSON merge
patch: null removes) and `DELETE` on one change it behind the engine's back, so that `refresh` has something to find.
Bodies have ARM's shape; the names inside `properties` are those of the Pulumi SDK in camelCase.
"""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol
from urllib.parse import unquote, urlsplit

from localcloud.azure.cloud import Kind
from localcloud.backend import Properties, RejectedError

HOST: Final = "127.0.0.1"

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


def to_inputs(body: Mapping[str, Any], line: Kind) -> Properties:
    """A body in ARM's shape as inputs, without what is read-only. What nobody knows stays in, to be refused."""
    schema = line.schema
    inputs: Properties = {key: value for key, value in body.items() if key != "properties"}
    if "properties" in schema.inputs.properties:
        if "properties" in body:
            inputs["properties"] = body["properties"]
    else:
        inputs.update(body.get("properties") or {})
    given = inputs.get("identity")
    if isinstance(given, Mapping) and isinstance(given.get("userAssignedIdentities"), Mapping):
        kept = [name for name, value in given["userAssignedIdentities"].items() if value is not None]
        inputs["identity"] = {"type": given.get("type"), "userAssignedIdentities": kept}
    read_only = (schema.outputs | {"id"}) - schema.inputs.properties.keys()
    return {key: value for key, value in inputs.items() if key not in read_only}


def serve(rooms: Rooms, port: int | None) -> int:
    """Serves the door from a thread of its own and gives its port; without a port, a free one.

    Raises OSError with a sentence when the port is in use.
    """
    handler = type("BackDoor", (_Handler,), {"rooms": rooms})
    try:
        server = ThreadingHTTPServer((HOST, port or 0), handler)
    except OSError as error:
        raise OSError(f"Port {port} on {HOST} is in use: choose another, or stop what listens there.") from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="azure-back-door", daemon=True).start()
    return server.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    rooms: Rooms

    def do_GET(self) -> None:
        identity = self._identity()
        if identity == "":
            self._answer(200, {"value": [{"id": item} for item in self.rooms.identities()]})
            return
        body = self.rooms.body(identity)
        if body is None:
            self._answer(404, _error(f"{identity} doesn't exist."))
        else:
            self._answer(200, body)

    def do_PUT(self) -> None:
        self._put(whole=True)

    def do_PATCH(self) -> None:
        self._put(whole=False)

    def do_DELETE(self) -> None:
        try:
            exists = self.rooms.remove(self._identity())
        except RejectedError as error:
            self._answer(409, _error(str(error)))
            return
        self._answer(200 if exists else 204, None)

    def _put(self, *, whole: bool) -> None:
        identity = self._identity()
        exists = self.rooms.body(identity) is not None
        if not exists and not whole:
            self._answer(404, _error(f"{identity} doesn't exist."))
            return
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            if not isinstance(body, dict):
                raise RejectedError("The body must be a JSON object.")
            self.rooms.put_body(identity, body, whole=whole)
        except (RejectedError, ValueError) as error:
            self._answer(400, _error(str(error)))
            return
        self._answer(200 if exists else 201, self.rooms.body(identity))

    def _identity(self) -> str:
        return unquote(urlsplit(self.path).path).rstrip("/")

    def _answer(self, status: int, body: Any) -> None:
        content = b"" if body is None else json.dumps(body, indent=2).encode()
        self.send_response(status)
        if content:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: bodies and ids are nobody's business."""


def _error(message: str) -> Properties:
    return {"error": {"message": message}}
