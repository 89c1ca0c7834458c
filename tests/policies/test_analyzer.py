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
from policies.rulebook import rule

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


def test_the_engine_counts_no_rule_about_other_types_as_passed(engine):
    asked = engine([rotates])

    other = asked.analyze({"bucket": {"type": "aws:s3/bucket:Bucket"}})
    own = asked.analyze({"key": {"type": KEY, "properties": {"enableKeyRotation": True}}})

    assert [each.policy_name for each in other.not_applicable] == ["rotates"]
    assert not own.not_applicable
    assert "rotates" in {each.policy_name for each in asked.servicer.Remediate(None, None).not_applicable}
