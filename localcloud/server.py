"""One simulated cloud as a process of its own, which outlives the commands that use it."""

import fcntl
import json
import os
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final
from uuid import uuid4

import grpc
from pulumi.runtime.proto import provider_pb2_grpc
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from localcloud.backend import Backend
from localcloud.provider import Provider

LOOPBACK: Final = "127.0.0.1"

_MESSAGE_LIMIT: Final = 400 * 1024 * 1024
"""Bytes of one gRPC message, as the engine allows its providers."""


class StartError(Exception):
    """The cloud can't be started. The message is one sentence: why, and what to do."""


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """A line per request would bury what matters, and may hold values of properties."""


def serve(name: str, backend: Backend, directory: Path, http_port: int = 0) -> None:
    """Serves `backend` on the loopback until SIGTERM or SIGINT.

    Ready once `directory/<name>.json` says where: {"pid", "instance", "providerPort", "httpPort", "startedAt"}. A new
    `instance` is a new, empty cloud. Raises StartError when a port is taken or a cloud already runs in `directory`.
    """
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"A local {name} cloud already runs in {directory}: stop it first.") from None
        back_door = _back_door(name, backend, http_port)
        server = grpc.server(
            ThreadPoolExecutor(max_workers=16),
            options=[
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
                ("grpc.max_send_message_length", _MESSAGE_LIMIT),
            ],
        )
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(backend), server)
        provider_port = server.add_insecure_port(f"{LOOPBACK}:0")
        server.start()
        threading.Thread(target=back_door.serve_forever, name="back door", daemon=True).start()
        record = directory / f"{name}.json"
        _write(
            record,
            {
                "pid": os.getpid(),
                "instance": uuid4().hex,
                "providerPort": provider_port,
                "httpPort": back_door.port,
                "startedAt": datetime.now(UTC).isoformat(timespec="seconds"),
            },
        )
        try:
            stop.wait()
        finally:
            record.unlink(missing_ok=True)
            back_door.shutdown()
            server.stop(grace=5).wait()


def _back_door(name: str, backend: Backend, port: int) -> BaseWSGIServer:
    # Bound here, for werkzeug ends the process when it finds the port taken.
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            raise StartError(
                f"Port {port} for the local {name} cloud can't be opened ({error.strerror}): choose another one."
            ) from None
        listener.listen()
        return make_server(
            LOOPBACK,
            listener.getsockname()[1],
            backend.back_door(),
            threaded=True,
            request_handler=_QuietHandler,
            fd=listener.fileno(),
        )


def _write(path: Path, record: dict[str, object]) -> None:
    """In one step: whoever sees the file sees all of it."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(record))
    draft.replace(path)
