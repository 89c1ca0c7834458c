"""A way into a simulated cloud past the engine, over HTTP, for tests and for looking around.

`GET /` lists the ids of everything that exists, `GET` on an id gives the object, and `PUT`, `PATCH` (a JSON merge
patch: null removes) and `DELETE` on one change it behind the engine's back, so that `refresh` has something to find.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from localcloud.backend import Properties, RejectedError


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
