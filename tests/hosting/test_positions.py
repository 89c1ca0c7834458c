"""The line that declares a resource is known before the resource exists."""

from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import mocks

from hosting.positions import Position, Positions

HERE = Path(__file__)


class Component(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("hosting:test:Component", "component")


class Answers(mocks.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        raise NotImplementedError(args.token)


def program():
    Component()  # the line


LINE = next(number for number, text in enumerate(HERE.read_text().splitlines(), 1) if text.endswith("# the line"))


@pytest.mark.parametrize(
    ("root", "found"),
    [
        (HERE.parents[2], [Position("tests/hosting/test_positions.py", LINE)]),
        (HERE.parents[1] / "infra", []),
    ],
    ids=["within the checkout", "outside"],
)
def test_a_resource_leads_to_the_line_that_declares_it(root, found):
    positions = Positions(root)
    mocks.set_mocks(Answers(), project="hosting", stack="test", preview=True)
    pulumi.runtime.test(positions.noting(program))()

    at = {urn: place for urn, place in positions.by_urn.items() if "Component" in urn}
    assert list(at.values()) == found
