"""Which stacks a change of the checkout concerns."""

import subprocess
from collections.abc import Sequence
from typing import Final

from hosting.checkout import Checkout
from hosting.errors import HostingError

OF_EVERY_STACK: Final = ("hosting/", "infra/", "localcloud/", "policies/", "Pulumi.yaml", "pyproject.toml", "uv.lock")
"""What a change of these concerns, it concerns in all stacks."""


def changed_stacks(checkout: Checkout, since: str | None) -> list[str]:
    """The stacks that the commits since `since` (what they branched off from it) concern; all of them without it.

    Raises HostingError when git doesn't know that commit.
    """
    names = checkout.stack_names()
    if since is None:
        return names
    done = subprocess.run(
        ["git", "diff", "--name-only", f"{since}...HEAD"],
        cwd=checkout.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise HostingError(f"git doesn't know what changed since {since}: fetch that commit, or name another one.")
    return concerned(names, done.stdout.splitlines())


def concerned(stacks: Sequence[str], files: Sequence[str]) -> list[str]:
    """The stacks that a change of these files concerns."""
    if any(file.startswith(OF_EVERY_STACK) for file in files):
        return list(stacks)
    return [stack for stack in stacks if f"Pulumi.{stack}.yaml" in files]
