"""The pack's entry. The engine starts it; constructing PolicyPack serves until the engine ends the process."""

import gc
import os
import sys
import threading
import time
from pathlib import Path

import yaml
from pulumi_policy import EnforcementLevel, PolicyPack

from policies.analyzer import serve_with
from policies.loading import TableError
from policies.pack import NAME, make_pack


def main() -> None:
    """Serves the pack, until it is ended or whoever started it is gone."""
    # Almost nothing becomes garbage before the end of the run, and to look for it takes a tenth of the time.
    gc.set_threshold(100_000, 20, 100)
    description = yaml.safe_load((Path(__file__).parent / "PulumiPolicy.yaml").read_text("utf-8"))
    try:
        pack = make_pack(description["version"])
    except TableError as error:
        sys.exit(f"error: {error}")
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    serve_with(pack.court, pack.recorder)
    PolicyPack(NAME, pack.policies, enforcement_level=EnforcementLevel.MANDATORY)


def _end_with(parent: int) -> None:
    """Ends this process once its parent is gone: an engine that was killed can't end it any more."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main()
