import pytest

from policies.loading import TableError
from policies.pack import all_rules
from policies.register import clauses, clauses_by_rule, load_register

ENFORCED = '["6.a"]\nsummary = "s"\nkind = "enforced"\nrules = ["r"]\n'
OTHER = '["1.a"]\nsummary = "s"\nkind = "{kind}"\nowner = "o"\nreason = "r"\n'


@pytest.fixture
def write(tables_folder):
    """Writes a small register, with these controls of Aware, and what the documents have."""

    def written(controls=ENFORCED, aware=("6.a",), kind="inherited"):
        (tables_folder / "controls" / "aware.toml").write_text(controls)
        (tables_folder / "controls" / "email_web.toml").write_text(OTHER.format(kind=kind))
        (tables_folder / "clauses.toml").write_text(f'aware = {list(aware)}\nemail_web = ["1.a"]\n')

    return written


def test_the_register_and_the_rules_fit_together():
    names = [rule.name for rule in all_rules()]
    clauses = clauses_by_rule(load_register(names))

    assert clauses.keys() == set(names)
    assert "Aware 6.c" in clauses["vault-key-rotates"]
    assert "E-mail and web 6.c Cloud Gateway" in clauses["kms-key-rotates"]


@pytest.mark.parametrize("kind", ["inherited", "organisational", "not met"])
def test_measures_that_no_rule_holds_have_an_owner_and_a_reason(write, kind):
    write(kind=kind)

    assert load_register(["r"])["E-mail and web 1.a"].kind == kind


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ENFORCED + "rulez = []\n", 'aware.toml, line 5, "6.a".rulez: no such key is known'),
        (ENFORCED.replace("enforced", "enforce"), "aware.toml, line 3, \"6.a\".kind: it has to be 'enforced'"),
        (ENFORCED.replace('["r"]', '["r", "x"]'), 'aware.toml, line 4, "6.a".rules[1]: there is no rule x'),
        (ENFORCED.replace('["r"]', "[]"), 'aware.toml, line 1, "6.a": a measure that is enforced has no rules: name'),
        (ENFORCED + OTHER.format(kind="inherited").replace("owner", "#"), "has no owner or no reason: add both"),
        (ENFORCED + OTHER.format(kind="organisational").replace("reason", "#"), "has no owner or no reason: add both"),
        (ENFORCED + OTHER.format(kind="evidenced"), "has neither rules nor evidence: add one"),
        ("not TOML", "aware.toml, line 1: it is no TOML"),
    ],
)
def test_a_register_that_does_not_fit_is_refused(write, content, message):
    write(content, ["6.a", "1.a"] if "1.a" in content else ["6.a"])

    with pytest.raises(TableError) as error:
        load_register(["r"])
    assert message in str(error.value)


def test_a_register_of_another_document_is_refused(write, tables_folder):
    write()
    (tables_folder / "controls" / "other.toml").write_text("")

    with pytest.raises(TableError, match=r"controls/other.toml is of no document that is known"):
        load_register(["r"])


def test_a_rule_that_no_control_uses_is_refused(write):
    write()

    with pytest.raises(TableError, match="no control uses the rule idle"):
        load_register(["r", "idle"])


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["6.b"], r'aware\.toml, line 1, "6\.a": the document doesn\'t have this measure'),
        (["6.a", "6.b"], r'aware\.toml, "6\.b": the measure has no table: say what it stands on'),
    ],
)
def test_every_measure_of_a_document_has_one_table(write, wanted, message):
    write(aware=wanted)

    with pytest.raises(TableError, match=message):
        load_register(["r"])


def test_measures_stand_in_the_order_of_their_document(write):
    write(ENFORCED + OTHER.format(kind="inherited"), ["1.a", "6.a"])

    with pytest.raises(TableError, match=r'aware\.toml, line 1, "6.a": it is out of the document\'s order: put 1.a'):
        load_register(["r"])


def test_the_measures_of_both_documents_are_known():
    assert (len(clauses().aware), len(clauses().email_web)) == (54, 60)


def test_the_measures_of_a_document_are_missed(tables_folder):
    (tables_folder / "clauses.toml").write_text("aware = []")

    with pytest.raises(TableError, match=r"clauses\.toml, email_web: this key is missing"):
        clauses()
