"""A table that can't be used ends the pack's start with one sentence that says where, what and how."""

import re
import tomllib

import pytest

import policies
from policies.loading import FOLDER, TableError, tables_of
from policies.pack import make_pack

FILES = sorted(str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.toml"))


def refusal():
    """The one sentence with which the pack refuses to start."""
    with pytest.raises(TableError) as error:
        make_pack("1", {})
    sentence = str(error.value)
    assert "\n" not in sentence
    assert not re.search(r"\[type=|pydantic|Input should|Traceback", sentence)
    return sentence


def spoilt(value):
    """The same with a value of another type, and the path of that."""
    if isinstance(value, dict):
        name = next(iter(value))
        other, path = spoilt(value[name])
        return {**value, name: other}, (name, *path)
    return {"other": ["type"]}, ()


def written(value):
    """A value as TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(name)} = {written(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else str(value)


def _text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def of_tables(content):
    return "\n".join(f"{_text(name)} = {written(value)}" for name, value in content.items())


@pytest.fixture(params=FILES)
def table(request, tables_folder):
    """Every table of the pack in turn, as a copy that a test may spoil."""
    return tables_folder / request.param


def test_every_table_is_found():
    assert {"network/reach.toml", "rbac/roles.toml", "controls/aware.toml", "tls.toml"} <= set(FILES)
    assert {each.name for each in tables_of(policies)} == {*FILES, "exemptions.toml"}


@pytest.mark.usefixtures("tables_folder")
def test_tables_that_are_whole_are_taken():
    assert make_pack("1", {}).rules


def name_of(table, tables_folder):
    return f"policies/{table.relative_to(tables_folder)}"


def test_a_missing_table_is_refused(table, tables_folder):
    table.unlink()

    assert refusal() == f"{name_of(table, tables_folder)} is missing: restore it"


def test_an_empty_table_is_refused(table, tables_folder):
    table.write_text("# nothing\n")

    assert refusal() == f"{name_of(table, tables_folder)}: the table is empty: restore it"


def test_a_table_that_is_a_folder_is_refused(table, tables_folder):
    table.unlink()
    table.mkdir()

    assert refusal() == f"{name_of(table, tables_folder)} can't be read: Is a directory"


def test_a_table_in_another_encoding_is_refused(table, tables_folder):
    lines = table.read_bytes().count(b"\n")
    table.write_bytes(table.read_bytes() + "# für".encode("latin-1"))

    assert refusal() == f"{name_of(table, tables_folder)}, line {lines + 1}: it is no text in UTF-8: save it as such"


def test_what_is_no_toml_is_refused_with_its_line(table, tables_folder):
    lines = table.read_text().count("\n")
    table.write_text(table.read_text() + "\nbroken = [\n")

    sentence = refusal()
    assert sentence.startswith(f"{name_of(table, tables_folder)}, line ")
    assert "it is no TOML: correct it (" in sentence
    assert abs(int(re.search(r"line (\d+)", sentence)[1]) - lines) <= 3


def test_a_name_that_stands_twice_is_refused_with_its_line(table, tables_folder):
    before = table.read_text()
    name = next(iter(tomllib.loads(before)))
    table.write_text(f"{_text(name)} = 1\n{before}")

    sentence = refusal()
    assert sentence.startswith(f"{name_of(table, tables_folder)}, line ")
    assert "a name stands there twice: remove one of them" in sentence


def test_a_key_that_is_not_known_is_refused_with_its_line(table, tables_folder):
    """Or, where names are free, what it has to be or belong to."""
    table.write_text(f"unknown-key = 7\n{table.read_text()}")

    assert refusal().startswith(f"{name_of(table, tables_folder)}, line 1, unknown-key: ")


def test_a_value_of_another_type_is_refused_with_its_place(table, tables_folder):
    content, path = spoilt(tomllib.loads(table.read_text()))
    table.write_text(of_tables(content))

    sentence = refusal()
    assert sentence.replace('"', "").startswith(f"{name_of(table, tables_folder)}, line 1, {'.'.join(path)}")
    assert re.search(r": (it|this key|no such key) [^:]+: [^:]+$", sentence)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "tls.toml",
            "[services.azure-storage]",
            "[services.azure-storages]",
            "line 18, services.azure-storages: it has",
        ),
        ("tls.toml", "[services.azure-storage]\n", "[services.azure-storage]\nmore = 1\n", "line 19, services.azure-"),
        ("properties.toml", '"tags.*"]', '"tags.*", "tags.b"]', "tags.b lies below what is free altogether"),
        ("properties.toml", '"tags.*"]', '"tags..b"]', "'tags..b' is no path of names"),
        ("properties.toml", '"tags.*"]', '"*"]', "'*' is no path of names"),
        ("properties.toml", "[alike]\n", '[alike]\n"aws:a/b:C" = "aws:a/b:D"\n', "alike names aws:a/b:D, which types"),
        ("properties.toml", "[spare]\n", '[spare]\n"aws:a/b:C" = ["d"]\n', "spare or documents names aws:a/b:C, which"),
        ("network/reach.toml", '["tcp/443"]', '["tcp/https"]', "ports: tcp/https names no ports: write tcp/443"),
        ("network/reach.toml", '["tcp/443"]', '["tcp/70000"]', "ports: tcp/70000 names no ports: write tcp/443"),
        ("network/reach.toml", '["tcp/443"]', '["tcp/9-1"]', "ports: tcp/9-1 names no ports: write tcp/443"),
        ("network/reach.toml", '["tcp/443"]', '"tcp/443"', "it names no ports: write a list"),
        ("environment.toml", "'(?i:SharedAccessSignature)'", "'(?i:Shared'", '"a signed link": these are no regular'),
        (
            "environment.toml",
            "\nabout = ",
            "\nabouts = ",
            "line 62, secret_names.abouts: no such key is known: did you mean about?",
        ),
        (
            "incidents.toml",
            '"detail.severity" =',
            '"source.severity" =',
            "attack-found: an event has a value at source",
        ),
        ("azure_roles.toml", '["workload"]', '["workloads"]', "it has to be 'workload', 'audit', "),
        (
            "rbac/roles.toml",
            "\nactions = ",
            "\naction = ",
            "43fe172d538d.action: no such key is known: did you mean actions?",
        ),
        ("tls.toml", "\nreviewed = ", "\nreviewd = ", "line 4, reviewd: no such key is known: did you mean reviewed?"),
        ("jurisdictions.toml", "[global]", "[globl]", "globl: no such key is known: did you mean global?"),
        (
            "principals.toml",
            "\nsession = true",
            "\nsesion = true",
            "sesion: no such key is known: did you mean session?",
        ),
        (
            "network/reach.toml",
            '\nports = ["tcp/443"]',
            '\nport = ["tcp/443"]',
            'line 9, services."hosting:aware:Aware".internet[0].port: no such key is known: did you mean ports?',
        ),
        (
            "detections.toml",
            'IP = ["Address", "IPAddress"]',
            'IP = ["Address"]',
            "IP[1]: this entry is missing: add it",
        ),
        ("egress.toml", '= "the layers of those images"', '= ""', '"*.data.mcr.microsoft.com": it is empty: say it'),
        (
            "destinations.toml",
            '= "people of customers with Google',
            '= "" #',
            '"accounts.google.com": it is empty: say it',
        ),
        ("effects.toml", '    "acm-pca:GetCertificate",\n', "    7,\n", "line 620, looks[3]: it has to be a text"),
        (
            "principals.toml",
            "\nsession = true",
            '\nsession = "so"',
            "aws.tenant-data.session: it has to be true or false",
        ),
        (
            "principals.toml",
            '\nreason = "looks at',
            '\nreason = "so" # ',
            "aws.auditor.reason: it says too little: say it in 20",
        ),
    ],
)
def test_what_can_not_be_meant_is_refused(tables_folder, file, old, new, sentence):
    text = (tables_folder / file).read_text()
    assert old in text
    (tables_folder / file).write_text(text.replace(old, new, 1))

    said = refusal()
    assert said.startswith(f"policies/{file}")
    assert sentence in said


def test_a_service_whose_encryption_nobody_has_looked_up_is_missed(tables_folder):
    text = (tables_folder / "tls.toml").read_text()
    (tables_folder / "tls.toml").write_text(text[: text.index("[services.aws-private-ca-signature]")])

    assert refusal() == "policies/tls.toml: services has no aws-private-ca-signature: add it"
