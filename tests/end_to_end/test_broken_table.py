"""A table of the policy pack that can't be used: one sentence, whoever starts the pack, and nothing is made."""

import json

import pytest

ROOT = "pulumi:pulumi:Stack"
STATE = {
    "version": 3,
    "deployment": {
        "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
        "resources": [{"urn": f"urn:pulumi:s::hosting::{ROOT}::hosting-s", "custom": False, "type": ROOT}],
    },
}

SENTENCE = "policies/tls.toml, line 5, reviewd: no such key is known: correct its name, or remove it"


@pytest.fixture
def clone(new_clone):
    """A clone in which somebody has misspelt a key of a table."""
    clone = new_clone()
    with clone.changed("policies/tls.toml", ("\nreviewed = ", "\nreviewed = 2026-11-22\nreviewd = ")):
        yield clone


def test_hosting_refuses_before_anything_runs(clone):
    for command in ("preview", "up"):
        printed = clone.is_refused(command, "--stack", "identity")

        assert [line for line in printed.splitlines() if line] == [
            f"error: The policy pack can't be loaded: {SENTENCE}"
        ]
    assert not (clone.root / ".hosting" / "local" / "cloud").exists()


def test_plain_pulumi_shows_the_sentence(clone, language_host, tmp_path):
    export = tmp_path / "export.json"
    export.write_text(json.dumps(STATE))
    clone.pulumi("stack", "init", "identity")
    pack = ("--policy-pack", "policies")

    for command in (("policy", "analyze", "--file", str(export)), ("preview", "--stack", "identity")):
        asked = clone.pulumi(*command, *pack, on_path=[language_host])

        assert asked.returncode != 0
        assert SENTENCE in asked.stdout + asked.stderr
