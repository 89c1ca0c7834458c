"""Ctrl-C while the engine runs: the engine hears it too and ends what is under way, for which the command waits."""

import contextlib
import signal
import sys
import threading
import warnings
from collections.abc import Generator
from typing import Any


@contextlib.contextmanager
def waiting_for_engine() -> Generator[None]:
    """Lets the block end after a Ctrl-C, and raises KeyboardInterrupt then; a second Ctrl-C raises it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupted = False

    def wait(*_: Any) -> None:
        nonlocal interrupted
        interrupted = True
        signal.signal(signal.SIGINT, end)
        sys.stderr.write("\nInterrupted: what is under way is brought to its end; Ctrl-C once more ends at once.\n")

    def end(*_: Any) -> None:
        # The SDK's threads would show tracebacks of pipes that were closed before they came to an end.
        threading.excepthook = lambda _: None
        warnings.simplefilter("ignore")
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, wait)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if interrupted:
        raise KeyboardInterrupt
