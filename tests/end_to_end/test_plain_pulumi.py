"""Plain `pulumi preview` with a language host, in the environment that `hosting env` prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def language_host(tmp_path):
    """A folder with a `pulumi-language-python` for PATH."""
    script = tmp_path / "pulumi-language-python"
    script.write_text(
        f'#!/bin/sh\nexec {sys.executable} -W ignore {Path(__file__).with_name("language_host.py")} "$@"\n'
    )
    script.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("stack", ["identity", "ci-eu"])
def test_plain_pulumi_has_the_same_plan(new_clone, language_host, stack):
    clone = new_clone()
    planned = clone.succeeds("preview", "--stack", stack)
    variables = clone.variables()

    preview = subprocess.run(
        ["pulumi", "preview", "-s", stack, "--policy-pack", "policies", "--json"],
        cwd=clone.root,
        env=variables | {"PATH": f"{language_host}:{variables['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert preview.returncode == 0, preview.stdout[-3000:] + preview.stderr[-3000:]
    steps = json.loads(preview.stdout)["steps"]
    assert {step["op"] for step in steps} == {"create"}
    assert f"{stack} previewed: {len(steps)} create." in planned
