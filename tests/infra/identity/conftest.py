"""The stack `identity` as its file asks for it, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from infra.identity import Identity
from infra.settings import IdentitySettings, parse_stack

ROOT = Path(__file__).parents[3]


def computed(kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What Entra computes, as far as the program reads it."""
    return {"objectId": f"id of {inputs['displayName']}"} if kind == "azuread:index/group:Group" else {}


@dataclass(frozen=True)
class Stack:
    """What the program declared, and what it exports."""

    resources: Sequence[dict[str, Any]]
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def named(self, kind: str) -> dict[str, dict[str, Any]]:
        """The resources of a type, such as `Group`, by their logical names."""
        found = {r["name"]: r for r in self.resources if r["type"].rpartition(":")[2] == kind}
        assert found, f"no {kind} was declared"
        return found

    def inputs(self, kind: str, name: str) -> dict[str, Any]:
        """The inputs of one resource."""
        return self.named(kind)[name]["inputs"]


@pytest.fixture(scope="session")
def stack(declared: Any) -> Stack:
    """The stack as it is."""
    values = yaml.safe_load((ROOT / "Pulumi.identity.yaml").read_text())["config"]
    settings = parse_stack(
        "identity", {key.removeprefix("hosting:"): value for key, value in values.items() if "hosting:" in key}
    )
    assert isinstance(settings, IdentitySettings)
    outputs: dict[str, Any] = {}

    def program() -> pulumi.Output[None]:
        return Identity(settings).group_ids.apply(outputs.update)

    return Stack(declared(program, computed), outputs)
