"""What the policy pack and its proofs cost: a first preview of many sample tenants, with the pack and without.

    uv run python benchmarks/pack.py useast 500
    uv run python benchmarks/pack.py ci-us 500

Seconds of CPU of the program, the engine and the pack; the local cloud, which is the same for both, is left out. The
sample stack holds more tenants than a cell may, so its bound is lifted for this process.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Mapping

import psutil
import yaml
from pulumi.automation import LocalWorkspace, Stack

from hosting.checkout import Checkout
from hosting.engine import program
from hosting.pulumi_cli import require_cli
from hosting.session import open_session
from hosting.settling import settling
from infra import settings


class CpuMeter:
    """Adds up the CPU of this process and of all that it starts, by asking them every tenth of a second."""

    def __enter__(self) -> "CpuMeter":
        """Begins to measure."""
        self._own = psutil.Process()
        self._at_first = sum(self._own.cpu_times()[:2])
        self._seen: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends measuring."""
        self._over.set()
        self._thread.join()
        self.seconds = sum(self._own.cpu_times()[:2]) - self._at_first + sum(self._seen.values())

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            for child in self._own.children(recursive=True):
                with contextlib.suppress(psutil.Error):  # it has just ended
                    self._seen[child.pid] = sum(child.cpu_times()[:2])


def sample_stack(checkout: Checkout, name: str, tenants: int) -> Stack:
    """A stack that nobody has brought up, with as many tenants."""
    open_session(checkout, name, "local")
    content = yaml.safe_load(checkout.stack_file(name).read_text("utf-8"))
    content["config"]["hosting:tenants"] = [{"id": f"sample{number}", "state": "active"} for number in range(tenants)]
    sample = f"{name}-{tenants}"
    (checkout.local / f"Pulumi.{sample}.yaml").write_text(yaml.safe_dump(content))
    workspace = LocalWorkspace(
        work_dir=str(checkout.local), program=settling(program), pulumi_command=require_cli(checkout)
    )
    return Stack.create_or_select(sample, workspace)


def main() -> None:
    """Prints one line: stack, tenants, resources, both costs and their ratio."""
    name, tenants = sys.argv[1], int(sys.argv[2])
    checkout = Checkout.of_this_package()
    bounds: Mapping[str, int] = dict.fromkeys(settings.MAXIMUM_TENANTS, tenants)
    settings.MAXIMUM_TENANTS = bounds
    stack = sample_stack(checkout, name, tenants)
    os.environ["PULUMI_SKIP_UPDATE_CHECK"] = "true"
    costs: list[float] = []
    summary: Mapping[str, int] = {}
    for packs in ([], [str(checkout.policies)]):
        with CpuMeter() as meter:
            summary = stack.preview(policy_packs=packs, color="never").change_summary
        costs.append(meter.seconds)
    bare, judged = costs
    print(
        f"{name}: {tenants} tenants, {sum(summary.values())} resources: {judged:.1f} s of CPU with the pack, "
        f"{bare:.1f} s without, ratio {judged / bare:.2f}"
    )


if __name__ == "__main__":
    main()
