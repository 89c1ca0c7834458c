"""The score, and what stands against it."""

import json

import pytest

from hosting.mutation.explanations import Explanation
from hosting.mutation.judge import Verdict
from hosting.mutation.mutants import Mutant
from hosting.mutation.report import MutationReport, grouped
from hosting.mutation.run import Outcome, Result

REASON = Explanation(types=("aws:*",), paths=("description",), reason="words for people")
GAP = Explanation(types=("aws:*",), paths=("timeout",), gap="no rule knows the right term")


def mutant(path="acl", kind="aws:s3/bucket:Bucket"):
    return Mutant("test", "urn", kind, path, "removed", "", "text", lambda _: None)


def outcome(path, refused=None):
    return Outcome(mutant(path), Verdict(refused, ("rule-a",) if refused else ()))


def report(*outcomes, entries=(REASON, GAP), is_whole=False, objections=()):
    result = Result("test", outcomes, 1, 2, 10, 5, objections)
    return MutationReport([result], list(entries), is_whole)


REFUSED = [outcome("acl", "preview")] * 98


def test_score_is_over_leaves_that_bear_on_security():
    found = report(*REFUSED, outcome("description"), outcome("timeout"), outcome("timeout"))
    assert found.score == 0.98
    assert found.passes


@pytest.mark.parametrize(
    "found",
    [
        report(*REFUSED, outcome("other")),
        report(*REFUSED, *[outcome("timeout")] * 3),
        report(*REFUSED, objections=("rule: key",)),
        report(*REFUSED, is_whole=True),
    ],
)
def test_unexplained_survivors_low_scores_objections_and_unneeded_explanations_fail(found):
    assert not found.passes


def test_explanations_are_held_against_a_whole_run_only():
    assert report(*REFUSED).unneeded == []
    assert report(*REFUSED, outcome("description"), is_whole=True).unneeded == [GAP]


def test_nothing_to_judge_is_no_failure():
    assert report().score == 1.0


def test_survivors_are_named_without_values():
    assert grouped([mutant(), mutant(), mutant("tags")]) == [
        "aws:s3/bucket:Bucket acl: removed [text] x2",
        "aws:s3/bucket:Bucket tags: removed [text]",
    ]


def test_files(tmp_path):
    report(*REFUSED, outcome("other"), outcome("timeout")).write(tmp_path / "new")
    content = json.loads((tmp_path / "new" / "mutants.json").read_text())
    assert content["refusedIn"] == {"preview": 98}
    assert content["rules"] == {"rule-a": 98}
    assert [each["path"] for each in content["survivors"]] == ["other"]
    assert content["clouds"] == {"AWS": {"refused": 98, "surviving": 2}}
    text = (tmp_path / "new" / "mutants.md").read_text()
    assert "98 of 100 mutants" in text
    assert "- aws:s3/bucket:Bucket other: removed [text]" in text


def test_a_provider_counts_with_its_cloud():
    azure = Outcome(mutant(kind="pulumi:providers:azure-native"), Verdict("preview", ("rule-a",)))
    assert report(azure).as_json()["clouds"] == {"Azure": {"refused": 1, "surviving": 0}}
