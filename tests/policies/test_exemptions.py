"""A file of exemptions holds no more than it must."""

from datetime import date

import pytest

from policies.court import EXEMPTIONS_POLICY
from policies.exemptions import load_exemptions
from policies.loading import TableError

RULES = ("vault-is-private",)
STACKS = ("useast",)

ENTRY = {
    "stack": '"useast"',
    "rule": '"vault-is-private"',
    "resource": '"azure-native:keyvault:Vault::main"',
    "reason": '"a migration"',
    "approver": '"Grace"',
    "ticket": '"SEC-1"',
    "granted": "2026-06-01",
    "expires": "2026-06-30",
}


@pytest.fixture
def written(tables_folder):
    """Writes a file with one exemption, with some of its keys changed (None leaves one out)."""

    def write(**changes):
        entry = {key: value for key, value in (ENTRY | changes).items() if value is not None}
        (tables_folder / "exemptions.toml").write_text(
            "[[exemption]]\n" + "".join(f"{key} = {value}\n" for key, value in entry.items())
        )

    return write


def test_an_exemption_is_read(written):
    written()
    (exemption,) = load_exemptions(RULES, STACKS)

    assert exemption.expires == date(2026, 6, 30)
    assert str(exemption) == "until 2026-06-30 by Grace (SEC-1): a migration"


@pytest.mark.usefixtures("tables_folder")
def test_there_need_not_be_any():
    assert load_exemptions(RULES, STACKS) == ()


def test_there_need_not_be_any_in_the_file(tables_folder):
    (tables_folder / "exemptions.toml").write_text("# none\n")

    assert load_exemptions(RULES, STACKS) == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"colour": '"red"'}, "colour: no such key is known"),
        *(({key: None}, f"{key}: this key is missing") for key in ENTRY),
        *(({key: '" "'}, f"{key}: it is empty: say it") for key in ENTRY if not key.endswith(("ed", "es"))),
        ({"expires": "2026-11-29"}, "lasts longer than 180 days"),
        ({"expires": "2026-05-31"}, "expires is before granted: correct"),
        ({"rule": '"vault-is-privat"'}, "rule: vault-is-privat is no rule"),
        ({"rule": f'"{EXEMPTIONS_POLICY}"'}, f"rule: {EXEMPTIONS_POLICY} is no rule"),
        ({"stack": '"useats"'}, "stack: there is no Pulumi.useats.yaml: name a stack"),
        ({"resource": '"main"'}, "resource says no type in full: write TYPE::NAME"),
        ({"resource": '"*::main"'}, "resource says no type in full: write TYPE::NAME"),
        ({"resource": '"azure-native:keyvault:*::main"'}, "resource says no type in full: write TYPE::NAME"),
        ({"resource": '"azure-native:keyvault:Vault::*"'}, "resource reaches too far: say 3 letters"),
        ({"resource": '"azure-native:keyvault:Vault::ma*"'}, "resource reaches too far: say 3 letters"),
        ({"resource": '"azure-native:keyvault:Vault::m*n"'}, "resource reaches too far: say 3 letters"),
        ({"resource": '"azure-native:keyvault:Vault::[!!]*"'}, "resource holds a bracket"),
        ({"resource": '"azure-native:keyvault:Vault::[!main]"'}, "resource holds a bracket"),
        ({"resource": '"azure-native:[k]eyvault:Vault::main"'}, "resource holds a bracket"),
    ],
    ids=str,
)
def test_an_exemption_that_says_too_little_or_reaches_too_far_is_refused(written, changes, sentence):
    written(**changes)

    with pytest.raises(TableError, match=rf"policies/exemptions.toml, line \d+, exemption\[0\].*{sentence}"):
        load_exemptions(RULES, STACKS)


def test_180_days_are_not_too_long(written):
    written(expires="2026-11-28")

    assert load_exemptions(RULES, STACKS)


def test_the_second_exemption_is_named_by_its_line(written, tables_folder):
    written()
    file = tables_folder / "exemptions.toml"
    file.write_text(file.read_text() * 2 + 'colour = "red"\n')

    with pytest.raises(TableError, match=r"exemptions.toml, line 19, exemption\[1\].colour: no such key is known"):
        load_exemptions(RULES, STACKS)


def test_other_tables_are_refused(tables_folder):
    (tables_folder / "exemptions.toml").write_text("[[exemptions]]")

    with pytest.raises(TableError, match=r"exemptions.toml, line 1, exemptions: no such key is known"):
        load_exemptions(RULES, STACKS)
