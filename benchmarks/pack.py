"""What the policy pack and its proofs cost: a first preview of many sample tenants, with the pack and without.

A pack that says nothing is measured as well: what it costs, the engine and the SDK take for any pack.

    uv run python benchmarks/pack.py useast 500
    uv run python benchmarks/pack.py ci-us 500

Seconds of CPU of the program, the engine and the pack, each preview in a process of its own as users run it; the local
cloud, which is the same for both, is left out. The sample stack holds more tenants than a cell may, so its bound is
lifted for these processes.
"""

import multiprocessing
import os
import resource
import sys
from collections.abc import Mapping

import yaml
from pulumi.automation import LocalWorkspace, Stack

from hosting.checkout import Checkout
from hosting.engine import program
from hosting.pulumi_cli import require_cli
from hosting.session import open_session
from hosting.settling import settling
from infra import settings


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


def seconds_of_cpu() -> float:
    """Of this process and of all that it started and that has ended, with all that these started."""
    usages = [resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def preview(name: str, tenants: int, pack: str | None) -> tuple[float, int]:
    """The CPU of a preview with the pack in this folder of the checkout, and how many resources it has."""
    checkout = Checkout.of_this_package()
    bounds: Mapping[str, int] = dict.fromkeys(settings.MAXIMUM_TENANTS, tenants)
    settings.MAXIMUM_TENANTS = bounds
    stack = sample_stack(checkout, name, tenants)
    os.environ["PULUMI_SKIP_UPDATE_CHECK"] = "true"
    packs = [] if pack is None else [str(checkout.root / pack)]
    summary = stack.preview(policy_packs=packs, color="never").change_summary
    return seconds_of_cpu(), sum(summary.values())


def main() -> None:
    """Prints one line: stack, tenants, resources, the three costs, and the ratios to the one without any pack."""
    name, tenants = sys.argv[1], int(sys.argv[2])
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        bare, empty, judged = (
            pool.apply(preview, (name, tenants, pack)) for pack in (None, "benchmarks/empty_pack", "policies")
        )
    print(
        f"{name}: {tenants} tenants, {judged[1]} resources: {bare[0]:.1f} s of CPU without a pack, "
        f"{empty[0]:.1f} s with one that says nothing ({empty[0] / bare[0]:.2f}), "
        f"{judged[0]:.1f} s with the policy pack ({judged[0] / bare[0]:.2f})"
    )


if __name__ == "__main__":
    main()
