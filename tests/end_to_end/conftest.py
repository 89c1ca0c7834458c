import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def deployed(new_clone):
    """Gives a clone in which a stack is up; tests leave it as they found it."""
    return _deploying(new_clone)


@pytest.fixture(scope="session")
def leaving(new_clone):
    """Gives a clone in which a stack is up, of which tests take away a part each, the last one all."""
    return _deploying(new_clone)


def _deploying(new_clone):
    """Gives the same clone each time it is asked for a stack."""
    clones = {}

    def deploy(stack):
        if stack not in clones:
            clones[stack] = new_clone()
            clones[stack].succeeds("up", "--stack", stack)
        return clones[stack]

    return deploy


@pytest.fixture
def language_host(tmp_path):
    """A folder with a `pulumi-language-python` for PATH."""
    script = tmp_path / "pulumi-language-python"
    script.write_text(
        f'#!/bin/sh\nexec {sys.executable} -W ignore {Path(__file__).with_name("language_host.py")} "$@"\n'
    )
    script.chmod(0o755)
    return tmp_path
