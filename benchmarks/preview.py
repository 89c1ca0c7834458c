"""How long a warm preview of a stack takes, beside the engine's own floor for as many resources.

    uv run python benchmarks/preview.py useast

The stack must be up in the local cloud. The floor is the same engine with as many resources of the cheapest kind (a
component without inputs), no policy pack and no provider. Both are medians of five runs, taken in turn.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pulumi
from pulumi.automation import LocalWorkspace, ProjectBackend, ProjectSettings, Stack

from hosting.checkout import Checkout
from hosting.pulumi_cli import require_cli
from hosting.session import open_session

RUNS = 5


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.monotonic()
    call()
    return time.monotonic() - started


def floor_stack(folder: str, count: int) -> Stack:
    """A stack of `count` empty components, already up."""

    def program() -> None:
        for number in range(count):
            pulumi.ComponentResource("floor:index:Empty", f"empty-{number}")

    settings = ProjectSettings("floor", "python", backend=ProjectBackend(Path(folder).as_uri()))
    workspace = LocalWorkspace(
        work_dir=folder,
        program=program,
        project_settings=settings,
        env_vars={"PULUMI_CONFIG_PASSPHRASE": "floor", "PULUMI_SKIP_UPDATE_CHECK": "true"},
        pulumi_command=require_cli(Checkout.of_this_package()),
    )
    stack = Stack.create_or_select("floor", workspace)
    stack.up()
    return stack


def main() -> None:
    """Prints one line: the stack, its resources, the two medians, their difference and ratio."""
    name = sys.argv[1] if len(sys.argv) > 1 else "useast"
    count = len(open_session(Checkout.of_this_package(), name, "local").engine.state().resources)
    command = [sys.executable, "-m", "hosting", "preview", "--stack", name]
    with tempfile.TemporaryDirectory() as folder:
        floor = floor_stack(folder, count)
        pairs = [
            (seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)), seconds(floor.preview))
            for _ in range(RUNS)
        ]
    preview, bottom = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"{name}: {count} resources, preview {preview:.1f} s, floor {bottom:.1f} s, "
        f"difference {preview - bottom:.1f} s, ratio {preview / bottom:.1f}"
    )


if __name__ == "__main__":
    main()
