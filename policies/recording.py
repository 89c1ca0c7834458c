"""What the engine asks the pack in one run, kept so that the pack can be asked the same again without the engine.

A recording holds resources' properties, decrypted secrets among them: it is made of stacks in the local cloud only.
"""

import base64
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from google.protobuf.message import Message
from pulumi.runtime.proto.analyzer_pb2 import AnalyzeRequest, AnalyzerStackConfigureRequest, AnalyzeStackRequest

ENVIRONMENT_VARIABLE: Final = "HOSTING_RECORDING"
"""Names the file to append to. Without it nothing is recorded."""

Request = AnalyzerStackConfigureRequest | AnalyzeRequest | AnalyzeStackRequest

_REQUESTS: Final[dict[str, type[Request]]] = {
    each.__name__: each for each in (AnalyzerStackConfigureRequest, AnalyzeRequest, AnalyzeStackRequest)
}


class Recorder:
    """Appends each request to a file, in the order in which they come; without a file it does nothing."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = threading.Lock()

    def note(self, request: Message) -> None:
        """Writes a request down. Raises OSError when the file can't be written."""
        if self._file is None:
            return
        encoded = base64.b64encode(request.SerializeToString()).decode()
        line = json.dumps({"request": type(request).__name__, "message": encoded}) + "\n"
        with self._lock:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "w") as output:
                output.write(line)


def read_recording(file: Path) -> Iterator[Request]:
    """The requests of a recording, in their order. Raises OSError, and ValueError for what is no recording."""
    for number, line in enumerate(file.read_text("ascii").splitlines(), 1):
        try:
            entry = json.loads(line)
            request = _REQUESTS[entry["request"]]()
            request.ParseFromString(base64.b64decode(entry["message"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"line {number} of {file.name} is no request of the engine: record again") from error
        yield request
