"""Waits for a program's outputs in a time that grows with their number, not with its square."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from pulumi.runtime.settings import SETTINGS


def settling(program: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    """The program, which ends once its outputs are known.

    The SDK waits for them too, but looks at all that are left each time that one is there: with some hundred resources
    that takes more time than everything else that it does.
    """

    async def settled() -> None:
        program()
        while pending := _pending():
            await asyncio.wait(pending)

    return settled


def _pending() -> list[asyncio.Task[None]]:
    # The SDK changes this set in threads of its own, under this lock; its types see only how it is declared.
    state: Any = SETTINGS
    with state.lock:
        return [output for output in state.outputs if not output.done()]
