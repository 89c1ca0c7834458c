from pathlib import Path

import pytest

import policies.rules
from policies.pack import all_rules
from policies.register import RegisterError, clauses_by_rule, load_clauses, load_register

CONTROLS = Path(policies.rules.__file__).parents[1] / "controls"
ENFORCED = '["6.a"]\nsummary = "s"\nkind = "enforced"\nrules = ["r"]\n'
CLAUSES = load_clauses(CONTROLS.parent / "clauses.toml")
FEW = {"aware": ["6.a"], "email_web": []}
OTHER = '["1.a"]\nsummary = "s"\nkind = "{kind}"\nowner = "o"\nreason = "r"\n'


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "aware.toml").write_text(ENFORCED)
    (tmp_path / "email_web.toml").write_text("")
    return tmp_path


def test_the_register_and_the_rules_fit_together():
    names = [rule.name for rule in all_rules()]
    clauses = clauses_by_rule(load_register(CONTROLS, names, CLAUSES))

    assert clauses.keys() == set(names)
    assert "Aware 6.c" in clauses["vault-key-rotates"]
    assert "E-mail and web 6.c Cloud Gateway" in clauses["kms-key-rotates"]


@pytest.mark.parametrize("kind", ["inherited", "organisational", "not met"])
def test_measures_that_no_rule_holds_have_an_owner_and_a_reason(directory, kind):
    (directory / "email_web.toml").write_text(OTHER.format(kind=kind))

    assert load_register(directory, ["r"], FEW | {"email_web": ["1.a"]})["E-mail and web 1.a"].kind == kind


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ENFORCED + "rulez = []\n", "aware.toml, 6.a, rulez: Extra inputs are not permitted"),
        (ENFORCED.replace("enforced", "enforce"), "aware.toml, 6.a, kind: Input should be 'enforced'"),
        (ENFORCED.replace('["r"]', '["r", "x"]'), "a control names the rule x, which doesn't exist"),
        (ENFORCED.replace('["r"]', "[]"), "aware.toml, 6.a: an enforced measure needs rules"),
        (ENFORCED + OTHER.format(kind="inherited").replace("owner", "#"), "needs an owner and a reason"),
        (ENFORCED + OTHER.format(kind="organisational").replace("reason", "#"), "needs an owner and a reason"),
        (ENFORCED + OTHER.format(kind="evidenced"), "an evidenced measure needs rules or evidence"),
        ("not TOML", "aware.toml is no TOML"),
    ],
)
def test_a_register_that_does_not_fit_is_refused(directory, content, message):
    (directory / "aware.toml").write_text(content)

    with pytest.raises(RegisterError) as error:
        load_register(directory, ["r"], FEW | {"aware": ["6.a", "1.a"] if "1.a" in content else ["6.a"]})
    assert message in str(error.value)


def test_documents_are_complete_and_known(directory):
    (directory / "other.toml").write_text("")
    with pytest.raises(RegisterError, match=r"controls|other.toml is not a document"):
        load_register(directory, ["r"], FEW)
    (directory / "other.toml").unlink()
    (directory / "email_web.toml").unlink()
    with pytest.raises(RegisterError, match=r"email_web.toml is missing"):
        load_register(directory, ["r"], FEW)


def test_a_rule_that_no_control_uses_is_refused(directory):
    with pytest.raises(RegisterError, match="no control uses the rule idle"):
        load_register(directory, ["r", "idle"], FEW)


@pytest.mark.parametrize(
    ("clauses", "message"),
    [
        (["6.b"], r"aware\.toml has 6\.a, a measure that the document doesn't have"),
        (["6.a", "6.b"], r"aware\.toml has no table for the measure 6\.b: say what it stands on"),
    ],
)
def test_every_measure_of_a_document_has_one_table(directory, clauses, message):
    with pytest.raises(RegisterError, match=message):
        load_register(directory, ["r"], FEW | {"aware": clauses})


def test_measures_stand_in_the_order_of_their_document(directory):
    (directory / "aware.toml").write_text(ENFORCED + OTHER.format(kind="inherited"))

    with pytest.raises(RegisterError, match=r"aware\.toml has 6.a out of the document's order"):
        load_register(directory, ["r"], FEW | {"aware": ["1.a", "6.a"]})


def test_the_measures_of_both_documents_are_known(tmp_path):
    assert {document: len(clauses) for document, clauses in CLAUSES.items()} == {"aware": 54, "email_web": 60}
    (tmp_path / "clauses.toml").write_text("aware = []")
    with pytest.raises(RegisterError, match=r"clauses\.toml has to list the measures of aware and email_web"):
        load_clauses(tmp_path / "clauses.toml")
