import subprocess

import pytest

from hosting.changed import changed_stacks, concerned
from hosting.checkout import Checkout
from hosting.errors import HostingError

STACKS = ["ci-us", "useast"]


@pytest.mark.parametrize(
    ("files", "stacks"),
    [
        (["Pulumi.useast.yaml", "README.md"], ["useast"]),
        (["docs/aware.md", "tests/conftest.py"], []),
        *(([file], STACKS) for file in ("infra/settings.py", "policies/tls.toml", "Pulumi.yaml", "uv.lock")),
    ],
    ids=str,
)
def test_a_change_concerns_the_stacks_that_it_could_change(files, stacks):
    assert concerned(STACKS, files) == stacks


@pytest.fixture
def checkout(tmp_path):
    """A checkout with two stacks, of which the last commit has changed one."""

    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    git("init", "-b", "main")
    for content in ("one", "two"):
        (tmp_path / "Pulumi.ci-us.yaml").write_text("one")
        (tmp_path / "Pulumi.useast.yaml").write_text(content)
        git("add", ".")
        git("commit", "-m", content)
    return Checkout(tmp_path)


def test_git_says_what_changed(checkout):
    assert changed_stacks(checkout, "HEAD~1") == ["useast"]
    assert changed_stacks(checkout, "HEAD") == []
    assert changed_stacks(checkout, None) == STACKS


def test_a_commit_that_git_does_not_know_is_refused(checkout):
    with pytest.raises(HostingError, match="git doesn't know what changed since nowhere"):
        changed_stacks(checkout, "nowhere")
