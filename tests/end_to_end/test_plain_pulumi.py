"""Plain `pulumi preview` with a language host, in the environment that `hosting env` prints."""

import json

import pytest


@pytest.mark.parametrize("stack", ["identity", "ci-eu"])
def test_plain_pulumi_has_the_same_plan(new_clone, language_host, stack):
    clone = new_clone()
    planned = clone.succeeds("preview", "--stack", stack)

    preview = clone.pulumi("preview", "-s", stack, "--policy-pack", "policies", "--json", on_path=[language_host])

    assert preview.returncode == 0, preview.stdout[-3000:] + preview.stderr[-3000:]
    steps = json.loads(preview.stdout)["steps"]
    assert {step["op"] for step in steps} == {"create"}
    assert f"{stack} previewed: {len(steps)} create." in planned
