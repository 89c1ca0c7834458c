import json
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi.runtime import proto
from pulumi_policy import ResourceValidationPolicy, StackValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer

import policies
from policies.judgements import JudgementLog
from policies.pack import listen_to_engine, make_pack
from policies.rulebook import OUTPUTS_POLICY, Court

FOLDER = Path(policies.__file__).parent


def test_there_is_one_policy_a_rule():
    pack = make_pack("1.2.3", {})

    assert [policy.name for policy in pack.policies] == [*(rule.name for rule in pack.rules), OUTPUTS_POLICY]
    for rule, policy in zip(pack.rules, pack.policies[:-1], strict=True):
        assert isinstance(policy, ResourceValidationPolicy if rule.over == "resource" else StackValidationPolicy)
        assert policy.tags == pack.clauses[rule.name]


def test_the_log_begins_with_the_rules_and_their_clauses(tmp_path, engine):
    file = tmp_path / "judgements"
    pack = make_pack("1.2.3", {"HOSTING_JUDGEMENTS": str(file)})
    asked = engine(pack.rules)
    asked.servicer._PolicyAnalyzerServicer__policies = pack.policies
    asked.analyze({"key": {"type": "aws:kms/key:Key", "properties": {}}})

    header = json.loads(file.read_text().splitlines()[0])["pack"]
    assert (header["name"], header["version"]) == ("technical-measures", "1.2.3")
    assert header["rules"].keys() == {rule.name for rule in pack.rules}
    assert header["rules"]["kms-key-rotates"]["clauses"] == pack.clauses["kms-key-rotates"]


def test_the_pack_starts_from_its_folder_without_any_clouds_sdk():
    """As the engine starts it: working directory and first path entry are the pack's folder."""
    script = (
        "import sys; sys.path[0] = '.'; from policies.pack import make_pack; make_pack('1', {});"
        "print([name for name in sys.modules if name.startswith(('pulumi_aws', 'pulumi_azure'))])"
    )
    printed = subprocess.run([sys.executable, "-c", script], cwd=FOLDER, capture_output=True, text=True, check=True)

    assert printed.stdout == "[]\n"


@pytest.mark.parametrize(("dry_run", "phase"), [(True, "preview"), (False, "update")])
def test_the_engine_says_what_it_does_before_it_asks(engine, monkeypatch, dry_run, phase):
    monkeypatch.setattr(_PolicyAnalyzerServicer, "ConfigureStack", _PolicyAnalyzerServicer.ConfigureStack)
    court = Court({}, JudgementLog(None, {}))
    listen_to_engine(court)
    configuration = {"hosting:jurisdiction": "uk"}

    engine([]).servicer.ConfigureStack(
        proto.AnalyzerStackConfigureRequest(
            project="hosting", stack="ci-uk", dry_run=dry_run, config=configuration, tags={"team": "platform"}
        ),
        None,
    )

    assert (court.run.phase, court.run.jurisdiction) == (phase, "uk")
    assert court.run.stack_urn == "urn:pulumi:ci-uk::hosting::pulumi:pulumi:Stack::hosting-ci-uk"


def test_an_engine_that_says_nothing_analyses_a_state():
    assert Court({}, JudgementLog(None, {})).run.phase == "analysis"
