"""A program's outputs are waited for, those as well that come up meanwhile."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from hosting.settling import settling


@pytest.fixture
def outputs(monkeypatch):
    """The SDK's set of outputs that aren't known yet."""
    settings = SimpleNamespace(lock=threading.Lock(), outputs=set())
    monkeypatch.setattr("hosting.settling.SETTINGS", settings)
    return settings.outputs


def run(program):
    asyncio.run(asyncio.wait_for(settling(program)(), timeout=10))


def test_outputs_of_outputs_are_waited_for(outputs):
    seen = []

    async def last():
        await asyncio.sleep(0.01)
        seen.append("last")

    async def first():
        await asyncio.sleep(0.01)
        seen.append("first")
        outputs.add(asyncio.ensure_future(last()))

    run(lambda: outputs.add(asyncio.ensure_future(first())))

    assert seen == ["first", "last"]


def test_what_goes_wrong_in_an_output_is_left_to_the_sdk_to_tell(outputs):
    async def fails():
        raise ValueError("no")

    run(lambda: outputs.add(asyncio.ensure_future(fails())))

    (output,) = outputs
    assert str(output.exception()) == "no"


def test_a_program_that_fails_at_once_fails():
    def program():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(program)
