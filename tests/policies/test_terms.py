"""The terms of a stack, and the configuration of the pack that says what was agreed."""

import json

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.analyzer_pb2 import ConfigureAnalyzerRequest, PolicyConfig

from policies.court import AGREED_POLICY
from policies.pack import all_rules
from policies.properties import UndeterminedError, camel_case
from policies.resources import Resource, Stack
from policies.rulebook import rule
from policies.terms import HELD_BY, PLACES, Terms, TermsError, refuse_levels, schema

SERVICE = "hosting:aware:Aware"
RECORDED = {"jurisdiction": "us", "deletionPolicyDays": 90, "logDays": 365, "onCallEmail": "on-call@example.com"}
RECORDED |= {"onCallPhone": "+1 2025550123", "vpnGroupIds": ["g-2", "g-1"], "approverUserIds": ["b", "a"]}
RECORDED |= {
    "identityProviderArn": "arn:provider",
    "breakGlassPrincipalArn": "arn:user",
    "breakGlassUserIds": ["d", "c"],
}
RECORDED |= {"vpnDeviceCertificateArns": ["arn:certificate"], "accountIds": ["account"], "entraTenantId": "directory"}
RECORDED |= {"guardianGroupIds": ["e", "f"], "deployerId": "g", "hostedZoneId": "Z1"}
STACK = {"service": {"type": SERVICE, "properties": RECORDED}}


@rule("a:b:C")
def harmless(_resource):
    """Nothing."""
    yield from ()


def test_a_stack_file_names_the_terms():
    configuration = {
        "hosting:jurisdiction": "eu",
        "hosting:onCallEmail": "a@example.com",
        "hosting:retention": json.dumps({"logDays": 400, "deletionPolicyDays": 30}),
        "hosting:aware": json.dumps({"onCallPhone": "+1 2025550123", "keyStore": "vault"}),
        "other:jurisdiction": "us",
    }

    assert Terms.of_stack("hosting", configuration) == Terms(
        jurisdiction="eu",
        on_call_email="a@example.com",
        on_call_phone="+1 2025550123",
        log_days=400,
        deletion_policy_days=30,
    )
    assert Terms.of_stack("hosting", {"hosting:jurisdiction": "", "hosting:retention": "{}"}) == Terms()


def test_a_stack_file_names_who_is_let_in():
    aws = {
        "allowedAccountIds": ["1"],
        "identityProviderArn": "arn:provider",
        "breakGlassPrincipalArn": "arn:user",
        "vpnGroups": [{"name": "b", "id": "g-2"}, {"name": "a", "id": "g-1"}],
        "vpnDeviceCertificateArn": "arn:2",
        "secondVpnDeviceCertificateArn": "arn:1",
        "hostedZoneId": "Z1",
    }

    assert Terms.of_stack("hosting", {"hosting:cloudIntegrated": json.dumps(aws)}) == Terms(
        account_ids=("1",),
        identity_provider_arn="arn:provider",
        break_glass_principal_arn="arn:user",
        vpn_group_ids=("g-1", "g-2"),
        vpn_device_certificate_arns=("arn:1", "arn:2"),
        hosted_zone_id="Z1",
    )
    identity = {"breakGlassUserIds": ["d", "c"], "approverUserIds": ["b", "a"]}
    assert Terms.of_stack("hosting", {"hosting:identity": json.dumps(identity)}) == Terms(
        break_glass_user_ids=("c", "d"), approver_user_ids=("a", "b")
    )
    aware = {
        "allowedSubscriptionIds": ["s"],
        "entraTenantId": "t",
        "breakGlassUserIds": ["d", "c"],
        "accessGroups": {"approvers": "f", "breakGlass": "e", "onCall": "o"},
        "deployerId": "g",
    }
    assert Terms.of_stack("hosting", {"hosting:aware": json.dumps(aware)}) == Terms(
        account_ids=("s",),
        entra_tenant_id="t",
        break_glass_user_ids=("c", "d"),
        guardian_group_ids=("e", "f"),
        deployer_id="g",
    )


@pytest.mark.parametrize("retention", ["no JSON", "[1]", '{"logDays": "long"}', '{"unheardOf": 1}'])
def test_terms_that_cannot_be_read_are_not_known(retention):
    assert Terms.of_stack("hosting", {"hosting:jurisdiction": "eu", "hosting:retention": retention}) == Terms()


@pytest.mark.parametrize("name", Terms.model_fields)
def test_each_term_is_recorded_by_the_service(name):
    stack = Stack([Resource(SERVICE, "urn", "service", RECORDED)], Terms())
    silent = Stack([Resource(SERVICE, "urn", "service", {})], Terms())

    recorded = RECORDED[camel_case(name)]
    assert getattr(stack, name) == (tuple(sorted(recorded)) if isinstance(recorded, list) else recorded)
    with pytest.raises(UndeterminedError, match="is not known"):
        getattr(silent, name)


def test_sources_that_contradict_each_other_settle_nothing():
    stack = Stack([Resource(SERVICE, "urn", "service", RECORDED)], Terms(log_days=400))

    with pytest.raises(UndeterminedError, match="differently"):
        _ = stack.log_days


def test_the_engine_is_told_the_schema():
    names = {"type": "array", "items": {"type": "string"}}

    assert schema().properties == {
        "jurisdiction": {"type": "string"},
        "deletionPolicyDays": {"type": "integer"},
        "logDays": {"type": "integer"},
        "onCallEmail": {"type": "string"},
        "onCallPhone": {"type": "string"},
        "accountIds": names,
        "entraTenantId": {"type": "string"},
        "identityProviderArn": {"type": "string"},
        "breakGlassPrincipalArn": {"type": "string"},
        "vpnGroupIds": names,
        "vpnDeviceCertificateArns": names,
        "breakGlassUserIds": names,
        "approverUserIds": names,
        "guardianGroupIds": names,
        "deployerId": {"type": "string"},
        "hostedZoneId": {"type": "string"},
    }


def _configured(engine, terms):
    asked = engine([harmless], jurisdiction=None)
    properties = Struct()
    properties.update(terms)
    request = ConfigureAnalyzerRequest(policyConfig={AGREED_POLICY: PolicyConfig(properties=properties)})
    asked.servicer.Configure(request, None)
    response = asked.analyze_stack(STACK)
    return [each.message for each in response.diagnostics if each.policyName == AGREED_POLICY]


def test_a_stack_that_is_as_agreed_passes(engine):
    assert _configured(engine, RECORDED) == []
    assert _configured(engine, {}) == []


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"jurisdiction": "eu"}, "jurisdiction is us, agreed is eu: set hosting:jurisdiction in the stack file, or"),
        ({"jurisdiction": "moon"}, "jurisdiction is not the one that was agreed: set"),
        ({"deletionPolicyDays": 30}, "deletionPolicyDays is 90, agreed is 30: set deletionPolicyDays in hosting:ret"),
        ({"logDays": 30}, "logDays is 365, agreed is 30: set logDays in hosting:retention in the stack file"),
        ({"onCallEmail": "other@example.com"}, "onCallEmail is not the one that was agreed: set hosting:onCall"),
        ({"logDays": "many"}, "logDays"),
        (
            {"vpnGroupIds": ["g-1", "g-2", "g-3"]},
            "vpnGroupIds is not the one that was agreed: set vpnGroups in",
        ),
        ({"unheardOf": 1}, "unheardOf"),
    ],
)
def test_a_stack_that_is_not_as_agreed_is_refused(engine, terms, message):
    found = _configured(engine, terms)

    assert len(found) == 1
    assert message in found[0]
    assert "example.com" not in found[0]


def test_a_term_that_is_not_as_agreed_breaks_the_clauses_of_the_rules_that_hold_it(engine):
    asked = engine([harmless])
    asked.court.clauses = {"old-blobs-are-deleted-in-time": ["Aware 6.d"], "harmless": []}
    asked.court.agreed = Terms(deletion_policy_days=30)

    (found,) = asked.analyze_stack(STACK).diagnostics
    assert found.message.endswith("or correct the pack's configuration [Aware 6.d]")


@pytest.mark.parametrize("name", Terms.model_fields)
def test_each_term_has_its_place_and_the_rules_that_hold_it(name):
    assert name in PLACES
    assert set(HELD_BY[name]) <= {one.name for one in all_rules()}


def test_a_term_that_the_stack_does_not_say_is_not_as_agreed(engine):
    asked = engine([harmless], jurisdiction=None)
    asked.court.agreed = Terms(log_days=30)

    (found,) = asked.analyze_stack({"service": {"type": SERVICE, "properties": {}}}).diagnostics
    assert "logDays is not said, agreed is 30: set" in found.message


@pytest.mark.parametrize("configuration", [{}, {AGREED_POLICY: {"jurisdiction": "us"}}])
def test_a_configuration_of_terms_is_taken(configuration):
    refuse_levels(configuration)


@pytest.mark.parametrize(
    "configuration",
    [
        "disabled",
        {"all": "advisory"},
        {"kms-key-rotates": "disabled"},
        {AGREED_POLICY: "disabled"},
        {AGREED_POLICY: {"enforcementLevel": "advisory"}},
        {AGREED_POLICY: {"jurisdiction": 3}},
    ],
)
def test_a_configuration_that_holds_a_level_is_refused(configuration):
    with pytest.raises(TermsError):
        refuse_levels(configuration)
