"""The log of judgements: a JSON line per rule and resource, for the report that comes after a preview or an update.

It holds passes and not-applicables too, which the engine doesn't show, so that a rule that was switched off or never
ran is seen by its absence. It holds no property's value.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

ENVIRONMENT_VARIABLE: Final = "HOSTING_JUDGEMENTS"
"""Names the file to append to. Without it nothing is logged and the engine's own output is the report."""

_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))


class JudgementLog:
    """Appends to one file; several packs may append at once: the engine starts one a run.

    The first line of each pack is `header`, written together with its first judgements.
    """

    def __init__(self, file: Path | None, header: Mapping[str, Any]) -> None:
        self._file = file
        self._pending: list[Mapping[str, Any]] = [header]
        self._lock = threading.Lock()

    def append(self, lines: Iterable[Mapping[str, Any]]) -> str | None:
        """Writes the lines at once. Gives a sentence if that fails: the caller makes it a violation."""
        if self._file is None:
            return None
        with self._lock:
            entries = [*self._pending, *lines]
            text = "".join(_ENCODER.encode(entry) + "\n" for entry in entries)
            try:
                descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                    _write_all(descriptor, text.encode())
                finally:
                    os.close(descriptor)
            except OSError as error:
                reason = f"the log of judgements named by {ENVIRONMENT_VARIABLE} can't be written"
                return f"{reason} ({type(error).__name__}): make the file writable"
            self._pending = []
            return None


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
