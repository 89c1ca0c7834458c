"""The executable that the engine starts for a Python policy pack.

Without Pulumi's own Python language host, the engine looks for `pulumi-analyzer-policy-python` on PATH and calls it
with its address and the pack's folder; options such as `-virtualenv=…` may follow and mean nothing here, since the pack
runs in this environment.
"""

import os
import sys


def main() -> None:
    """Becomes the policy pack's process."""
    if len(sys.argv) < 3:
        sys.exit("usage: pulumi-analyzer-policy-python ENGINE_ADDRESS PACK_FOLDER")
    address, pack = sys.argv[1:3]
    command = [sys.executable, "-u", "-m", "pulumi.policy", address, pack]
    os.execv(sys.executable, command)  # noqa: S606 - it must become that process, which the engine watches
