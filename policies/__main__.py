"""The pack's entry. The engine starts it; constructing PolicyPack serves until the engine ends the process."""

from pathlib import Path

import yaml
from pulumi_policy import EnforcementLevel, PolicyPack

from policies.pack import NAME, listen_to_engine, make_pack


def main() -> None:
    """Serves the pack."""
    description = yaml.safe_load((Path(__file__).parent / "PulumiPolicy.yaml").read_text("utf-8"))
    pack = make_pack(description["version"])
    listen_to_engine(pack.court)
    PolicyPack(NAME, pack.policies, enforcement_level=EnforcementLevel.MANDATORY)


if __name__ == "__main__":
    main()
