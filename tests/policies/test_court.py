"""Which rules are asked about what, what they answer, and what is kept of it."""

import json
from datetime import date, timedelta

import pytest

from policies.court import (
    AGREED_POLICY,
    DECLARED_POLICY,
    EXEMPTIONS_POLICY,
    LOG_POLICY,
    LONGEST_UNREVIEWED,
    MOST_REACHED,
    OUTPUTS_POLICY,
    TABLES_POLICY,
)
from policies.exemptions import Exemption
from policies.judgements import JudgementLog
from policies.properties import decode
from policies.resources import STACK_TYPE, TENANT_TYPE
from policies.rulebook import ANY_TYPE, rule, stack_rule
from policies.tables import tls_reviewed

KEY = "aws:kms/key:Key"
VAULT_KEY = "azure-native:keyvault:Key"
ROLE = {"role": {"type": "aws:iam/role:Role"}}
TODAY = date(2026, 7, 1)


@rule(KEY)
def rotates(key):
    """A key that never rotates exposes everything at once."""
    if not key.get("enable_key_rotation", False):
        yield "no rotation: set it"


@rule(KEY)
def finds_before_unknown(key):
    """Finds one thing, then needs a value that may be unknown."""
    yield "found before"
    assert key.description


@rule(ANY_TYPE)
def anything(resource):
    """Is about every type."""
    yield from () if resource.urn else ("no URN",)


@stack_rule(KEY)
def graph(key, stack):
    """Looks at the graph."""
    assert key.description
    if not stack.sources(key, "policy"):
        yield "refers to nothing"


def key(**properties):
    return {"key": {"type": KEY, "properties": properties}}


def exemption(**changes):
    return Exemption.model_validate(
        {
            "stack": "test",
            "rule": "rotates",
            "resource": f"{KEY}::key",
            "reason": "the key is imported",
            "approver": "Grace",
            "ticket": "SEC-1",
            "granted": date(2026, 6, 1),
            "expires": date(2026, 8, 1),
        }
        | changes
    )


def lines_of(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_the_log_has_a_line_for_every_answer_and_for_every_idle_rule(engine, tmp_path, unknown):
    file = tmp_path / "judgements"
    asked = engine([rotates, finds_before_unknown, graph], log=JudgementLog(file, {"pack": {}}))
    resources = key(enableKeyRotation=True, description=unknown) | ROLE
    asked.analyze(resources)
    asked.analyze(ROLE)
    asked.analyze_stack(resources)

    header, *lines = lines_of(file)
    assert header == {"pack": {}}
    assert [(line["rule"], line["urn"].split("::")[-1], line["answer"]) for line in lines] == [
        ("rotates", "key", "passed"),
        ("finds-before-unknown", "key", "violated"),
        ("graph", "key", "undetermined"),
        (AGREED_POLICY, "hosting-test", "not-applicable"),
        (DECLARED_POLICY, "hosting-test", "passed"),
        (EXEMPTIONS_POLICY, "hosting-test", "passed"),
        (TABLES_POLICY, "hosting-test", "passed"),
    ]
    assert lines[1]["messages"] == ["found before", "description is not known before the update"]
    assert lines[1]["type"] == KEY


def test_a_rule_that_had_nothing_to_judge_says_so_at_the_end(engine, tmp_path):
    file = tmp_path / "judgements"
    asked = engine([rotates, graph], log=JudgementLog(file, {}))
    asked.analyze(ROLE)
    asked.analyze_stack(ROLE)

    answers = {line["rule"]: line["answer"] for line in lines_of(file)[1:]}
    idle = dict.fromkeys(["rotates", "graph", AGREED_POLICY], "not-applicable")
    assert answers == idle | dict.fromkeys([DECLARED_POLICY, EXEMPTIONS_POLICY, TABLES_POLICY], "passed")


def test_a_resource_is_decoded_once_for_all_rules(engine, monkeypatch):
    decoded = []
    monkeypatch.setattr("policies.resources.decode", lambda properties: decoded.append(1) or decode(properties))
    engine([rotates, finds_before_unknown]).analyze(key(description="x"))

    assert len(decoded) == 1


def test_a_log_that_cannot_be_written_is_a_violation(engine, tmp_path):
    asked = engine([rotates], log=JudgementLog(tmp_path / "missing" / "file", {}))

    (found,) = asked.analyze(key(enableKeyRotation=True)).diagnostics
    assert found.policyName == LOG_POLICY
    assert "the log of judgements named by HOSTING_JUDGEMENTS can't be written" in found.message


@pytest.mark.parametrize("changed", ["inputs", "outputs"])
def test_an_analysis_finds_what_was_changed_in_either_inputs_or_outputs(engine, changed):
    @stack_rule(KEY)
    def rotates_too(key, stack):
        """The graph's view of rotation."""
        assert stack.resources
        if not key.get("enable_key_rotation", False):
            yield "no rotation"

    asked = engine([anything, rotates, rotates_too], phase="analysis")
    of_inputs = asked.analyze(key(enableKeyRotation=changed != "inputs"))
    of_stack = asked.analyze_stack(key(enableKeyRotation=changed != "outputs"))

    found = [diagnostic.policyName for diagnostic in [*of_inputs.diagnostics, *of_stack.diagnostics]]
    assert found == (["rotates", "rotates-too"] if changed == "inputs" else ["rotates-too", OUTPUTS_POLICY])


@pytest.mark.parametrize("phase", ["preview", "update", "analysis"])
def test_what_azure_says_of_a_place_in_inputs_only_is_seen_in_every_phase(engine, phase):
    seen = []

    @stack_rule(VAULT_KEY)
    def looks(key, _stack):
        """Looks at what it sees."""
        seen.append({name: key.get(name, None) for name in ("vault_name", "key_ops", "kty")})
        yield from ()

    asked = engine([looks], phase=phase)
    asked.analyze({"key": {"type": VAULT_KEY, "properties": {"vaultName": "kv", "keyOps": "in", "kty": "RSA"}}})
    asked.analyze_stack({"key": {"type": VAULT_KEY, "properties": {"keyOps": "out"}}})

    assert seen[0] == {"vault_name": "kv", "key_ops": "out", "kty": None}


def test_what_is_asked_of_the_stack_is_asked_even_if_its_root_is_gone(engine):
    @stack_rule(STACK_TYPE)
    def whole(_root, stack):
        """Looks at the whole."""
        yield f"{len(stack.of_type(KEY))} keys"

    asked = engine([whole], phase="analysis")

    (found,) = asked.analyze_stack(key()).diagnostics
    assert "1 keys" in found.message


def test_what_the_cloud_adds_inside_a_property_stays_when_a_state_is_analysed(engine):
    @stack_rule(KEY)
    def has_an_identity(key, stack):
        """Reads what only the cloud knows, inside what the program asks for."""
        assert stack.resources
        if key.identity.get("id", None) is None or key.places[0].get("id", None) is None:
            yield "no identity"
        if key.identity.kind != "System":
            yield "another identity"

    asked = engine([has_an_identity], phase="analysis")
    asked.analyze(key(identity={"kind": "System"}, places=[{"zone": "1"}]))

    assert not asked.analyze_stack(
        key(identity={"kind": "System", "id": "x"}, places=[{"zone": "1", "id": "y"}])
    ).diagnostics
    assert asked.analyze_stack(key(identity={"kind": "User", "id": "x"}, places=[{"id": "y"}])).diagnostics


def test_outputs_are_judged_only_when_a_state_is_analysed(engine):
    assert not engine([rotates], phase="update").analyze_stack(key(enableKeyRotation=False)).diagnostics


def test_an_exempted_violation_is_told_and_stops_nothing(engine, tmp_path):
    file = tmp_path / "judgements"
    asked = engine([rotates], exemptions=[exemption()], today=TODAY, log=JudgementLog(file, {}))

    (found,) = asked.analyze(key()).diagnostics
    assert found.enforcementLevel == 0  # ADVISORY
    assert "exempted until 2026-08-01 by Grace (SEC-1): the key is imported [Aware 6.c]" in found.message
    assert not asked.analyze_stack(key()).diagnostics
    line = next(line for line in lines_of(file) if line.get("rule") == "rotates")
    assert line["answer"] == "exempted"
    assert line["messages"][1] == "no rotation: set it"


@pytest.mark.parametrize(("more", "answer"), [(timedelta(0), "passed"), (timedelta(days=1), "warned")])
def test_a_table_that_nobody_has_reviewed_for_long_is_a_warning_and_stops_nothing(engine, tmp_path, more, answer):
    file = tmp_path / "judgements"
    asked = engine([rotates], today=tls_reviewed() + LONGEST_UNREVIEWED + more, log=JudgementLog(file, {}))

    found = asked.analyze_stack(key(enableKeyRotation=True)).diagnostics
    assert [each.enforcementLevel for each in found] == ([0] if answer == "warned" else [])  # ADVISORY
    line = next(line for line in lines_of(file) if line.get("rule") == TABLES_POLICY)
    assert line["answer"] == answer


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "graph"},
        {"resource": f"{KEY}::other"},
        {"resource": "aws:iam/role:Role::key"},
        {"resource": f"urn:pulumi:test::hosting::{KEY}::other"},
        {"stack": "other"},
    ],
    ids=str,
)
def test_an_exemption_is_for_its_stack_rule_and_resource_only(engine, change):
    asked = engine([rotates], exemptions=[exemption(**change)], today=TODAY)

    assert asked.analyze(key()).diagnostics[0].enforcementLevel == 1  # MANDATORY


@pytest.mark.parametrize("resource", [f"{KEY}::k?y", f"{KEY}::key*", f"urn:pulumi:test::hosting::{KEY}::key"])
def test_an_exemption_may_name_a_resource_by_a_pattern_or_its_urn(engine, resource):
    asked = engine([rotates], exemptions=[exemption(resource=resource)], today=TODAY)

    assert asked.analyze(key()).diagnostics[0].enforcementLevel == 0  # ADVISORY


@pytest.mark.parametrize(
    ("day", "problem"), [(date(2026, 8, 2), "expired on 2026-08-01"), (date(2026, 5, 31), "is granted from 2026-06-01")]
)
def test_an_exemption_outside_its_time_exempts_nothing_and_is_a_violation(engine, day, problem):
    asked = engine([rotates], exemptions=[exemption()], today=day)

    assert asked.analyze(key()).diagnostics[0].enforcementLevel == 1  # MANDATORY
    (found,) = asked.analyze_stack(key()).diagnostics
    assert found.policyName == EXEMPTIONS_POLICY
    assert problem in found.message
    assert found.message.endswith(" [Aware 6.c]")


def test_an_exemption_that_nothing_needs_is_a_violation(engine):
    asked = engine([rotates], exemptions=[exemption()], today=TODAY)
    asked.analyze(key(enableKeyRotation=True))

    (found,) = asked.analyze_stack(key(enableKeyRotation=True)).diagnostics
    assert "is needed by nothing: remove it" in found.message


def test_nothing_is_exempt_from_the_check_of_exemptions(engine):
    itself = exemption(rule=EXEMPTIONS_POLICY, resource=f"{STACK_TYPE}::hosting-*", expires=date(2026, 10, 1))
    asked = engine([rotates], exemptions=[exemption(), itself], today=date(2026, 8, 2))

    found = asked.analyze_stack(key()).diagnostics
    assert [each.enforcementLevel for each in found] == [1, 1]  # MANDATORY


def test_what_a_program_reads_instead_of_declaring_it_is_a_violation(engine):
    asked = engine([rotates], exemptions=[exemption(rule=DECLARED_POLICY)], today=TODAY)

    found = asked.analyze_stack(key(enableKeyRotation=True) | ROLE, read=["role"]).diagnostics
    assert ("role", 1) in [(each.urn.split("::")[-1], each.enforcementLevel) for each in found]  # MANDATORY
    assert "it is read from the cloud" in found[0].message


def test_a_rule_that_fails_can_not_be_exempted(engine):
    @rule(KEY)
    def fails(_key):
        """Fails."""
        raise KeyError
        yield

    asked = engine([fails], exemptions=[exemption(rule="fails")], today=TODAY)

    (found,) = asked.analyze(key()).diagnostics
    assert found.enforcementLevel == 1  # MANDATORY
    assert "the rule itself failed (KeyError)" in found.message


def test_an_exemption_does_not_hide_what_is_not_known(engine, tmp_path, unknown):
    log = JudgementLog(tmp_path / "judgements", {})
    granted = [exemption(rule="finds-before-unknown")]
    asked = engine([finds_before_unknown], phase="update", exemptions=granted, today=TODAY, log=log)

    allowed, open_ = asked.analyze(key(description=unknown)).diagnostics
    assert (allowed.enforcementLevel, open_.enforcementLevel) == (0, 1)  # ADVISORY, MANDATORY
    assert "exempted until" in allowed.message
    assert "undetermined: description" in open_.message
    assert lines_of(tmp_path / "judgements")[1]["answer"] == "undetermined"


def keys_of(*names, **fields):
    return {name: {"type": KEY, "name": f"key-{name}", **fields} for name in names}


@pytest.mark.parametrize(
    ("keys", "is_narrow"),
    [
        (keys_of(*map(str, range(MOST_REACHED))), True),
        (keys_of(*map(str, range(MOST_REACHED + 1))), False),
        (keys_of("a", parent="acme") | keys_of("b", parent="acme") | keys_of("c"), True),
        (keys_of("a", parent="acme") | keys_of("b", parent="globex"), False),
    ],
)
def test_an_exemption_that_reaches_many_resources_or_tenants_is_a_violation(engine, keys, is_narrow):
    @stack_rule(KEY)
    def refuses(_key, _stack):
        """Refuses all."""
        yield "no: change it"

    asked = engine([refuses], exemptions=[exemption(rule="refuses", resource=f"{KEY}::key-*")], today=TODAY)
    tenants = {name: {"type": TENANT_TYPE} for name in ("acme", "globex")}

    found = [each for each in asked.analyze_stack(tenants | keys).diagnostics if each.policyName == EXEMPTIONS_POLICY]
    assert bool(found) is not is_narrow
    assert all(f"reaches {len(keys)} resources" in each.message for each in found)


def test_an_exemption_of_another_stack_is_left_alone(engine):
    asked = engine([rotates], exemptions=[exemption(stack="other")], today=TODAY)

    assert not asked.analyze_stack(key()).diagnostics


def test_an_exemption_whose_answer_is_not_known_yet_may_be_needed(engine, unknown):
    asked = engine([graph], exemptions=[exemption(rule="graph")], today=TODAY)

    found = asked.analyze_stack(key(description=unknown)).diagnostics
    assert [each.enforcementLevel for each in found] == [0]  # ADVISORY: undetermined
