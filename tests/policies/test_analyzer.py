"""The engine's questions reach the court, and its answers the engine."""

import types

import pulumi_policy.policy
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel

from policies.analyzer import Analyzer, serve_with
from policies.court import Court
from policies.judgements import JudgementLog
from policies.recording import Recorder
from policies.rulebook import not_applicable, rule

KEY = "aws:kms/key:Key"


@rule(KEY)
def rotates(key):
    """A key that never rotates exposes everything at once."""
    if not key.get("enable_key_rotation", False):
        yield "no rotation: set it"


@pytest.mark.parametrize(("dry_run", "phase"), [(True, "preview"), (False, "update")])
def test_the_engine_says_what_it_does_before_it_asks(engine, dry_run, phase):
    asked = engine([], phase="analysis")
    configuration = {"hosting:jurisdiction": "uk"}

    asked.servicer.ConfigureStack(
        proto.AnalyzerStackConfigureRequest(
            project="hosting", stack="ci-uk", dry_run=dry_run, config=configuration, tags={"team": "platform"}
        ),
        None,
    )

    assert (asked.court.run.phase, asked.court.run.terms.jurisdiction) == (phase, "uk")
    assert asked.court.run.stack_urn == "urn:pulumi:ci-uk::hosting::pulumi:pulumi:Stack::hosting-ci-uk"


def test_a_pack_of_the_sdk_asks_this_court(monkeypatch):
    monkeypatch.setattr(pulumi_policy.policy, "_PolicyAnalyzerServicer", pulumi_policy.policy._PolicyAnalyzerServicer)
    court = Court([], {}, JudgementLog(None, {}))
    serve_with(court, Recorder(None))

    made = pulumi_policy.policy._PolicyAnalyzerServicer("pack", "1", court.policies(), EnforcementLevel.MANDATORY)

    assert isinstance(made, Analyzer)
    assert made._court is court


def test_every_rule_is_mandatory(engine):
    levels = {policy.enforcementLevel for policy in engine([rotates]).servicer.GetAnalyzerInfo(None, None).policies}

    assert levels == {proto.MANDATORY}  # a level that isn't set would mean advisory


@pytest.mark.parametrize("level", [proto.DISABLED, proto.ADVISORY])
def test_configuration_switches_nothing_off(engine, level):
    asked = engine([rotates])
    lower = types.SimpleNamespace(properties=struct_pb2.Struct(), enforcementLevel=level)
    asked.servicer.Configure(types.SimpleNamespace(policyConfig={"rotates": lower}), None)

    (found,) = asked.analyze({"key": {"type": KEY}}).diagnostics
    assert found.enforcementLevel == proto.MANDATORY


def test_a_finding_names_pack_policy_resource_and_severity(engine):
    (found,) = engine([rotates]).analyze({"key": {"type": KEY}}).diagnostics

    assert (found.policyName, found.policyPackName, found.policyPackVersion) == ("rotates", "pack", "1.0.0")
    assert found.urn == f"urn:pulumi:test::hosting::{KEY}::key"
    assert found.severity == proto.POLICY_SEVERITY_HIGH


def test_nothing_is_changed_on_the_way(engine):
    assert not engine([rotates]).servicer.Remediate(None, None).remediations


@rule(KEY)
def is_of_a_region(_key):
    """Not every key is of one region."""
    not_applicable("it is of all")
    yield from ()


@rule("aws:s3/bucket:Bucket")
def is_private(_bucket):
    """A bucket is public."""
    yield from ()


def test_the_engine_counts_nothing_resource_by_resource(engine):
    policies = engine([rotates]).servicer.GetAnalyzerInfo(None, None).policies

    assert {each.policy_type for each in policies} == {proto.POLICY_TYPE_STACK}


@pytest.mark.parametrize(
    ("rotations", "passed"), [([True, True], {"rotates"}), ([True, False], set()), ([False, True], set())]
)
def test_the_engine_counts_at_the_end_what_passed_everywhere(engine, rotations, passed):
    asked = engine([rotates, is_of_a_region, is_private])
    keys = {
        f"key{number}": {"type": KEY, "properties": {"enableKeyRotation": rotation}}
        for number, rotation in enumerate(rotations)
    }
    for name, key in keys.items():
        asked.analyze({name: key})

    response = asked.analyze_stack(keys)

    # As the engine does it: what isn't named has passed.
    named = {each.policy_name for each in response.not_applicable} | {each.policyName for each in response.diagnostics}
    assert {each.name for each in asked.rules} - named == passed
