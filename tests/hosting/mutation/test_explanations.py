"""What explains that a mutant lives, and what explains too much."""

import pytest

from hosting.errors import HostingError
from hosting.mutation.explanations import Explanation, explanation_of, load_explanations, unused
from hosting.mutation.mutants import Mutant


def mutant(kind="aws:s3/bucket:Bucket", path="tags.stack", operator="removed", detail=""):
    return Mutant("test", "urn", kind, path, operator, detail, "text", lambda _: None)


def entry(**other):
    return Explanation(**{"types": ("aws:*",), "paths": ("tags.stack",), "reason": "nobody reads this tag", **other})


@pytest.mark.parametrize(
    ("other", "covers"),
    [
        ({}, True),
        ({"types": ("azure-native:*",)}, False),
        ({"paths": ("tags.*",)}, True),
        ({"paths": ("tags",)}, False),
        ({"operators": ("removed",)}, True),
        ({"operators": ("other-text",)}, False),
        ({"details": ("HTTP",)}, False),
        ({"paths": ("policy.Statement[]", "tags.stack")}, True),
    ],
)
def test_entry_covers_what_it_names(other, covers):
    assert entry(**other).covers(mutant()) == covers


def test_brackets_stand_for_themselves():
    assert entry(paths=("rules[].port",)).covers(mutant(path="rules[].port"))
    assert not entry(paths=("rules[].port",)).covers(mutant(path="rules[Deny].port"))


def write(tmp_path, text):
    (tmp_path / "aws.toml").write_text(text)
    return tmp_path


GOOD = '[[leaf]]\ntypes = ["aws:*"]\npaths = ["tags.stack"]\nreason = "nobody reads this tag"\n'


def test_entries_are_loaded(tmp_path):
    assert load_explanations(write(tmp_path, GOOD)) == [entry()]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD.replace("tags.stack", "*"), "all of a type"),
        (GOOD.replace("tags.stack", "**.[]"), "all of a type"),
        (GOOD.replace("aws:*", "*"), "package"),
        (
            GOOD.replace("nobody reads this tag", "no"),
            "aws.toml, line 4, leaf\\[0\\].reason: it says too little: say it in 15 letters at least.$",
        ),
        (GOOD + 'gap = "and yet it is also a gap"\n', "either a reason or a gap"),
        (
            GOOD.replace("reason =", "reasons ="),
            r"aws.toml, line 4, leaf\[0\].reasons: no such key is known: did you mean reason\?",
        ),
        (GOOD + 'because = "x"\n', "aws.toml, line 5, leaf\\[0\\].because: no such key is known: correct"),
        (GOOD + "[other]\n", "aws.toml, line 5, other: no such key is known"),
        ("[[leaf", "aws.toml, line 1: it is no TOML: correct it"),
    ],
)
def test_entry_that_says_too_little_or_covers_too_much_is_refused(tmp_path, text, problem):
    with pytest.raises(HostingError, match=problem):
        load_explanations(write(tmp_path, text))


def test_entry_that_no_survivor_needs_is_found():
    used, idle, second = entry(), entry(paths=("tags.Name",)), entry(operators=("removed",))
    assert unused([used, idle, second], [mutant()]) == [idle, second]
    assert explanation_of(mutant(path="acl"), [used, idle]) is None


def test_entries_of_this_project_are_sound():
    assert load_explanations()
