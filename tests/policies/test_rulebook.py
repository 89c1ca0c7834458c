import importlib
import sys

import pytest

from policies.rulebook import ANY_TYPE, discover, not_applicable, rule, stack_rule

KEY = "aws:kms/key:Key"
SECRET_SIGNATURE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@rule(KEY)
def rotates(key):
    """A key that never rotates exposes everything at once.

    More about it.
    """
    if not key.get("enable_key_rotation", False):
        yield "no rotation: set it"


@rule(KEY)
def crashes(key):
    """Says something, then fails with a value in the exception's text."""
    yield "found before"
    raise ValueError(key.description)


@rule(KEY)
def finds_before_unknown(key):
    """Finds one thing, then needs a value that may be unknown."""
    yield "found before"
    assert key.description
    yield "found after"


@rule(KEY)
def judges_parts(key):
    """Each part is judged by itself."""

    def part(value):
        if value.size < 10:
            yield f"a part is small: enlarge part {value.number}"

    for value in key.parts:
        yield part(value)


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


def test_a_rule_takes_its_name_and_summary_from_its_function():
    assert rotates.name == "rotates"
    assert rotates.summary == "A key that never rotates exposes everything at once."


def test_a_rule_needs_types_and_a_docstring():
    def undocumented(key):
        yield key.description

    with pytest.raises(TypeError, match="undocumented has no docstring"):
        rule(KEY)(undocumented)
    with pytest.raises(TypeError, match="names no resource type"):
        rule()(undocumented)


def test_discovery_finds_rules_and_refuses_two_of_one_name(monkeypatch, tmp_path):
    for name in ("first", "second"):
        (tmp_path / "found").mkdir(exist_ok=True)
        (tmp_path / "found" / f"{name}.py").write_text(
            "from policies.rulebook import rule\n\n\n@rule('a:b:C')\ndef same(resource):\n    'Why.'\n    yield 'no'\n"
        )
    (tmp_path / "found" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    found = importlib.import_module("found")

    with pytest.raises(ValueError, match="two rules are named same"):
        discover(found)
    (tmp_path / "found" / "second.py").write_text("from found.first import same\n")
    monkeypatch.delitem(sys.modules, "found.second")

    assert [one.name for one in discover(found)] == ["same"]


def test_a_violation_says_why_what_how_and_on_which_clause(engine):
    verdict = engine([rotates]).ask(key())

    assert verdict.violations == [
        "A key that never rotates exposes everything at once.\nno rotation: set it [Aware 6.c]"
    ]


def test_other_types_are_not_applicable(engine):
    assert not engine([rotates]).analyze({"role": {"type": "aws:iam/role:Role"}}).diagnostics
    assert engine([graph]).ask({"role": {"type": "aws:iam/role:Role"}}).answer == "not-applicable"


@pytest.mark.parametrize("checked", [rotates, judges_parts], ids=str)
def test_a_rule_concerns_its_type_with_an_api_version_too(checked):
    versioned = rule("azure-native:network:SecurityRule")(checked.check)

    assert versioned.concerns("azure-native:network/v20230601:SecurityRule")
    assert rule(ANY_TYPE)(checked.check).concerns("any:thing:Whatever")


def test_a_rule_may_not_apply_to_a_resource_of_its_type(engine):
    @rule(KEY)
    def exempt(key):
        """Has nothing to say."""
        not_applicable("because")
        yield key.description

    assert engine([exempt]).ask(key()).answer == "not-applicable"


def test_a_rule_that_fails_is_a_violation_that_shows_no_value(engine):
    verdict = engine([crashes]).ask(key(description="hunter2"))

    assert any("the rule itself failed (ValueError): correct the rule crashes" in text for text in verdict.violations)
    assert any("found before" in text for text in verdict.violations)
    assert "hunter2" not in str(verdict)


def test_a_rule_that_is_no_generator_is_a_violation(engine):
    @rule(KEY)
    def returns(key):
        """Forgets to yield."""
        return key.get("description", None)

    assert "TypeError" in engine([returns]).ask(key()).violations[0]


def test_a_property_without_default_must_be_set(engine):
    assert any("description is not set" in text for text in engine([finds_before_unknown]).ask(key()).violations)


def test_what_was_found_before_an_unknown_value_is_kept(engine, unknown):
    verdict = engine([finds_before_unknown]).ask(key(description=unknown))

    assert len(verdict.violations) == 1
    assert "found before" in verdict.violations[0]
    assert "description is not known before the update" in verdict.undetermined[0]


def test_an_unknown_part_hides_nothing_about_the_next(engine, unknown):
    parts = [{"size": unknown}, unknown, {"size": 1, "number": 2}, {"size": 20}]
    verdict = engine([judges_parts]).ask(key(parts=parts))

    assert [text.split("\n")[1] for text in verdict.violations] == ["a part is small: enlarge part 2 [Aware 6.c]"]
    assert "parts[0].size is not known" in verdict.undetermined[0]
    assert "parts[1] is not known" in verdict.undetermined[1]


def test_one_undetermined_resource_hides_nothing_about_others(engine, unknown):
    verdict = engine([graph]).ask(
        {
            "first": {"type": KEY, "properties": {"description": unknown}},
            "second": {"type": KEY, "properties": {"description": "x"}},
        }
    )

    assert verdict.urns == [f"urn:pulumi:test::hosting::{KEY}::second"]
    assert "description is not known" in verdict.undetermined[0]


@pytest.mark.parametrize("checked", [finds_before_unknown, graph], ids=str)
@pytest.mark.parametrize("phase", ["update", "analysis"])
def test_outside_a_preview_undetermined_is_a_violation(engine, unknown, checked, phase):
    verdict = engine([checked], phase=phase).ask(key(description=unknown))

    assert any("undetermined: description is not known" in text for text in verdict.violations)
    assert not verdict.undetermined


def test_secrets_are_judged_and_not_shown(engine):
    verdict = engine([crashes]).ask(key(description=SECRET_SIGNATURE | {"value": "hunter2"}))

    assert "hunter2" not in str(verdict)
    assert engine([rotates]).ask(key(enableKeyRotation=SECRET_SIGNATURE | {"value": True})).answer == "passed"
