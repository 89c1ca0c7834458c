"""A file of exemptions holds no more than it must."""

from datetime import date

import pytest

from policies.court import EXEMPTIONS_POLICY
from policies.exemptions import ExemptionError, load_exemptions

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
def written(tmp_path):
    """Writes a file with one exemption, with some of its keys changed (None leaves one out)."""

    def write(**changes):
        entry = {key: value for key, value in (ENTRY | changes).items() if value is not None}
        file = tmp_path / "exemptions.toml"
        file.write_text("[[exemption]]\n" + "".join(f"{key} = {value}\n" for key, value in entry.items()))
        return file

    return write


def test_an_exemption_is_read(written):
    (exemption,) = load_exemptions(written(), RULES, STACKS)

    assert exemption.expires == date(2026, 6, 30)
    assert str(exemption) == "until 2026-06-30 by Grace (SEC-1): a migration"


def test_there_need_not_be_any(tmp_path):
    assert load_exemptions(tmp_path / "exemptions.toml", RULES, STACKS) == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"colour": '"red"'}, "exemption 1, colour: Extra inputs are not permitted"),
        *(({key: None}, f"exemption 1, {key}: Field required") for key in ENTRY),
        *(({key: '" "'}, f"exemption 1, {key}: is empty: say it") for key in ENTRY if not key.endswith(("ed", "es"))),
        ({"expires": "2026-11-29"}, "lasts longer than 180 days"),
        ({"expires": "2026-05-31"}, "expires before it was granted"),
        ({"rule": '"vault-is-privat"'}, "exemption 1, rule: vault-is-privat is no rule"),
        ({"rule": f'"{EXEMPTIONS_POLICY}"'}, f"exemption 1, rule: {EXEMPTIONS_POLICY} is no rule"),
        ({"stack": '"useats"'}, "exemption 1, stack: there is no Pulumi.useats.yaml: name a stack"),
        ({"resource": '"main"'}, "resource has to name its type in full"),
        ({"resource": '"*::main"'}, "resource has to name its type in full"),
        ({"resource": '"azure-native:keyvault:*::main"'}, "resource has to name its type in full"),
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
    with pytest.raises(ExemptionError, match=f"exemptions.toml, .*{sentence}"):
        load_exemptions(written(**changes), RULES, STACKS)


def test_180_days_are_not_too_long(written):
    assert load_exemptions(written(expires="2026-11-28"), RULES, STACKS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("exemption = [", "exemptions.toml is no TOML"), ("[[exemptions]]", "exemptions.toml holds exemptions")],
)
def test_a_file_that_is_none_is_refused(tmp_path, text, sentence):
    (tmp_path / "exemptions.toml").write_text(text)

    with pytest.raises(ExemptionError, match=sentence):
        load_exemptions(tmp_path / "exemptions.toml", RULES, STACKS)
