"""What the workflows do in the shell, run with a `gh` that answers from files."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]

GH = """#!/usr/bin/env python3
import json, os, pathlib, subprocess, sys
file = pathlib.Path(os.environ["COMMENTS"])
comments = json.loads(file.read_text())
arguments = sys.argv[1:]

def given(name):
    return arguments[arguments.index(name) + 1]

if arguments[0] == "api" and "--jq" in arguments:
    assert "repos/o/r/issues/7/comments" in arguments and "--paginate" in arguments, arguments
    print(subprocess.check_output(["jq", "-r", given("--jq")], input=json.dumps(comments), text=True), end="")
elif arguments[0] == "api":
    assert given("--method") == "PATCH", arguments
    name, _, body = given("--field").partition("=@")
    number = int([each for each in arguments if each.startswith("repos/o/r/issues/comments/")][0].rpartition("/")[2])
    next(each for each in comments if each["id"] == number)[name] = pathlib.Path(body).read_text()
else:
    assert arguments[:3] == ["pr", "comment", "7"] and given("--repo") == "o/r", arguments
    body = pathlib.Path(given("--body-file")).read_text()
    comments.append({"id": len(comments) + 1, "user": {"login": "github-actions[bot]"}, "body": body})
file.write_text(json.dumps(comments))
"""


def step(workflow, job, sign):
    """The shell of the one step of a job that has a sign in it."""
    content = yaml.safe_load((ROOT / ".github" / "workflows" / workflow).read_text())
    (found,) = [each["run"] for each in content["jobs"][job]["steps"] if sign in each.get("run", "")]
    return found


@pytest.fixture
def comments(tmp_path):
    """Runs the step that comments on a pull request, and gives the comments that stand there then."""
    file = tmp_path / "comments.json"
    file.write_text("[]")
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "report").mkdir()

    def comment(stack, report, before=None):
        if before is not None:
            file.write_text(json.dumps(before))
        (tmp_path / "report" / f"{stack}.md").write_text(report)
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "COMMENTS": str(file)}
        environment |= {"NUMBER": "7", "REPOSITORY": "o/r", "STACK": stack}
        shell = ["bash", "-e", "-o", "pipefail", "-c", step("preview.yml", "comment", "gh pr comment")]
        subprocess.run(shell, cwd=tmp_path, env=environment, check=True)
        return json.loads(file.read_text())

    return comment


pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="jq stands in for the one within gh")


def test_a_pull_request_has_one_comment_a_stack_which_each_push_brings_up_to_date(comments):
    comments("useast", "### useast: first\n")
    comments("ci-us", "### ci-us: first\n")
    found = comments("useast", "### useast: second\n")

    assert [each["body"].splitlines()[1] for each in found] == ["### useast: second", "### ci-us: first"]


def test_a_comment_of_somebody_else_stays_as_it_is(comments):
    (mine,) = comments("useast", "### useast: first\n")
    forged = {**mine, "user": {"login": "somebody"}}
    other = {"id": 2, "user": mine["user"], "body": "Pulumi's own"}

    *kept, new = comments("useast", "### useast: second\n", before=[forged, other])

    assert kept == [forged, other]
    assert "second" in new["body"]


def test_a_report_that_is_too_long_is_cut_and_says_where_the_rest_is(comments):
    (found,) = comments("useast", "".join(f"line {number}\n" for number in range(10_000)))

    assert 50_000 < len(found["body"]) < 65_536
    assert found["body"].endswith("The report goes on in the artifact `report-useast`.\n")
