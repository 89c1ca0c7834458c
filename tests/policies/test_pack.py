import json
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi_policy import EnforcementLevel, StackValidationPolicy

import policies.pack
from policies.__main__ import main
from policies.analyzer import Analyzer
from policies.court import AGREED_POLICY, DECLARED_POLICY, EXEMPTIONS_POLICY, LOG_POLICY, OUTPUTS_POLICY, TABLES_POLICY
from policies.loading import TableError
from policies.pack import make_pack

FOLDER = Path(policies.__file__).parent


def test_there_is_one_mandatory_policy_a_rule():
    pack = make_pack("1.2.3", {})

    own = [OUTPUTS_POLICY, DECLARED_POLICY, EXEMPTIONS_POLICY, TABLES_POLICY, LOG_POLICY, AGREED_POLICY]
    assert [policy.name for policy in pack.policies] == [*(rule.name for rule in pack.rules), *own]
    assert {policy.enforcement_level for policy in pack.policies} == {EnforcementLevel.MANDATORY}
    assert {type(policy) for policy in pack.policies} == {StackValidationPolicy}
    for rule, policy in zip(pack.rules, pack.policies, strict=False):
        assert policy.tags == pack.clauses[rule.name]


def test_an_exemption_from_the_packs_own_checks_ends_the_start(tables_folder):
    (tables_folder / "exemptions.toml").write_text(
        f'[[exemption]]\nstack = "useast"\nrule = "{EXEMPTIONS_POLICY}"\nresource = "pulumi:pulumi:Stack::any"\n'
        'reason = "a"\napprover = "b"\nticket = "c"\ngranted = 2026-06-01\nexpires = 2026-06-30\n'
    )

    with pytest.raises(TableError, match=f"exemptions.toml, line 3, .*{EXEMPTIONS_POLICY} is no rule"):
        make_pack("1.2.3", {})


def test_the_pack_knows_the_stacks_by_their_files():
    assert {"useast", "ci-us", "identity"} <= policies.pack._stacks()


def test_a_table_that_does_not_fit_ends_the_start_with_one_sentence(tables_folder):
    (tables_folder / "exemptions.toml").write_text("[[exemptions]]")

    with pytest.raises(
        SystemExit, match=r"^error: policies/exemptions\.toml, line 1, exemptions: no such key is known"
    ):
        main()


def test_the_log_begins_with_the_rules_and_their_clauses(tmp_path, engine):
    file = tmp_path / "judgements"
    pack = make_pack("1.2.3", {"HOSTING_JUDGEMENTS": str(file)})
    asked = engine(pack.rules)
    asked.servicer = Analyzer(pack.court, pack.recorder, "pack", "1.2.3", pack.policies, EnforcementLevel.MANDATORY)
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
