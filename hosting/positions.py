"""Where in the program each resource is declared, for reports that lead there.

The engine keeps it in the state, where it comes too late for a preview of what doesn't exist yet; so it is noted on its
way from the program to the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlparse

from pulumi.runtime import settings

T = TypeVar("T")


@dataclass(frozen=True)
class Position:
    """A line of the program."""

    file: str
    """Relative to the checkout, with slashes."""
    line: int


class Positions:
    """The lines of one program's resources, by URN."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.by_urn: dict[str, Position] = {}

    def noting(self, program: Callable[[], T]) -> Callable[[], T]:
        """The program, which tells the engine everything by way of this."""

        def noted() -> T:
            monitor = _Monitor(settings.get_monitor(), self._note)
            settings.SETTINGS.monitor = monitor  # pyright: ignore[reportAttributeAccessIssue]  # typed for its stub only
            return program()

        return noted

    def _note(self, urn: str, uri: str, line: int) -> None:
        path = Path(unquote(urlparse(uri).path))
        if path.is_relative_to(self._root):
            self.by_urn[urn] = Position(path.relative_to(self._root).as_posix(), line)


class _Monitor:
    """The engine's side of the program, which hands everything on."""

    def __init__(self, monitor: Any, note: Callable[[str, str, int], None]) -> None:
        self._monitor = monitor
        self._note = note

    def __getattr__(self, name: str) -> Any:
        return getattr(self._monitor, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the name of the engine's call
        response = self._monitor.RegisterResource(request)
        if request.HasField("sourcePosition"):
            self._note(response.urn, request.sourcePosition.uri, request.sourcePosition.line)
        return response
