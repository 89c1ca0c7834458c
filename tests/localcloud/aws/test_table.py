"""Every type of the table goes through its whole life: creation, refresh, import, update, replacement, deletion."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.aws import AwsBackend, sdk
from localcloud.aws.table import KEPT_IN_MEMORY, TYPES
from localcloud.backend import UNKNOWN, Properties, RejectedError
from tests.localcloud.aws.lives import LIVES
from tests.localcloud.aws.lives.life import identity_policy, policy

if TYPE_CHECKING:
    from conftest import Laboratory


def urn(kind: str) -> str:
    return f"urn:pulumi:test::hosting::{kind}::thing"


def changed(inputs: Properties, change: Properties) -> Properties:
    return {name: value for name, value in (inputs | change).items() if value is not None}


def test_every_type_has_a_life() -> None:
    assert LIVES.keys() == TYPES.keys()


@pytest.mark.parametrize("kind", LIVES)
def test_life(kind: str, laboratory: "Laboratory") -> None:
    aws, life = laboratory.aws, LIVES[kind]
    inputs = life.inputs(laboratory)
    predicted = aws.predict(kind, urn(kind), inputs)
    assert life.outlives_deletion or aws.find(kind, inputs) == []
    identity, outputs = laboratory.make(kind, inputs)

    assert {name: outputs[name] for name in predicted if name != "id"} == {
        name: value for name, value in predicted.items() if name != "id"
    }
    assert predicted.get("id", identity) == identity
    assert outputs.keys() <= sdk.outputs(kind).keys()
    assert_holds(aws, kind, identity, inputs, outputs)
    assert aws.diff(kind, inputs, outputs, inputs) == []
    assert aws.find(kind, inputs) == [identity]
    assert_imports(aws, kind, identity, inputs)

    change = life.change(laboratory)
    if change:
        wanted = changed(inputs, change)
        differences = aws.diff(kind, inputs, outputs, wanted)
        assert {each.path.split(".")[0].split("[")[0] for each in differences} <= change.keys()
        assert differences
        assert not any(each.replaces for each in differences)
        outputs = aws.update(kind, identity, inputs, wanted, everything=False)
        assert_holds(aws, kind, identity, wanted, outputs)
        inputs = wanted

    for name, value in life.replacement.items():
        assert any(each.replaces for each in aws.diff(kind, inputs, outputs, inputs | {name: value}))

    for _ in range(2):
        aws.delete(kind, identity, outputs | {"forceDestroy": True})
    if not life.outlives_deletion:
        assert aws.read(kind, identity, inputs) is None
        assert aws.find(kind, inputs) == []


def assert_holds(aws: AwsBackend, kind: str, identity: str, inputs: Properties, outputs: Properties) -> None:
    """A refresh right after finds exactly what was asked for."""
    found = aws.read(kind, identity, inputs)
    assert found is not None
    assert found.inputs == inputs
    assert found.outputs == outputs


def assert_imports(aws: AwsBackend, kind: str, identity: str, inputs: Properties) -> None:
    """An import gives inputs that the type accepts and that differ in nothing that AWS tells."""
    where = f"@{inputs['region']}" if "region" in inputs else ""
    found = aws.read(kind, identity + where, None)
    assert found is not None
    assert aws.check(kind, found.inputs)[1] == []
    silent = {*TYPES[kind].write_only}
    differences = {
        each.path.split(".")[0].split("[")[0] for each in aws.diff(kind, found.inputs, found.outputs, inputs)
    }
    assert differences <= silent


@pytest.mark.parametrize("kind", LIVES)
def test_everything_is_applied_again_after_a_partial_failure(kind: str, laboratory: "Laboratory") -> None:
    aws, life = laboratory.aws, LIVES[kind]
    inputs = life.inputs(laboratory)
    identity, _ = laboratory.make(kind, inputs)
    outputs = aws.update(kind, identity, inputs, inputs, everything=True)
    assert_holds(aws, kind, identity, inputs, outputs)
    aws.delete(kind, identity, outputs | {"forceDestroy": True})


@pytest.mark.parametrize("kind", LIVES)
def test_unknown_values_are_differences_and_hide_predictions(kind: str, laboratory: "Laboratory") -> None:
    inputs = LIVES[kind].inputs(laboratory)
    for name in inputs:
        unknown = inputs | {name: UNKNOWN}
        assert laboratory.aws.check(kind, unknown)[1] == []
        assert name in {each.path for each in laboratory.aws.diff(kind, inputs, {}, unknown)}
        assert str(UNKNOWN) not in str(laboratory.aws.predict(kind, urn(kind), unknown))


@pytest.mark.parametrize("kind", LIVES)
def test_what_was_deleted_can_be_made_again(kind: str, laboratory: "Laboratory") -> None:
    aws, inputs = laboratory.aws, LIVES[kind].inputs(laboratory)
    for _ in range(2):
        identity, outputs = laboratory.make(kind, inputs)
        assert_holds(aws, kind, identity, inputs, outputs)
        aws.delete(kind, identity, outputs | {"forceDestroy": True})


@pytest.mark.parametrize("kind", TYPES)
def test_entry_names_only_what_the_sdk_has(kind: str) -> None:
    described, inputs = TYPES[kind], sdk.inputs(kind).keys()
    named = {
        *described.computed,
        *described.replaces,
        *described.beside,
        *described.write_only,
        *described.takes,
        *described.key,
        *described.defaults,
        *described.references,
        *(name for setting in described.settings for name in setting.names),
    }
    assert {name.split(".")[0] for name in named} <= inputs
    assert described.outputs.keys() <= sdk.outputs(kind).keys()


def test_what_moto_lacks_is_listed_with_its_reason() -> None:
    assert "aws:ec2clientvpn/endpoint:Endpoint" in KEPT_IN_MEMORY
    assert "aws:kms/key:Key rotationPeriodInDays" in KEPT_IN_MEMORY
    assert all(KEPT_IN_MEMORY.values())


@cache
def schema() -> Any:
    return json.loads((SCHEMAS / "aws_types.json").read_text())


SCHEMAS = Path(__file__).parents[4] / "shared" / "schemas"

DECIDED_BY_THE_PROVIDERS_CODE = {
    # ACM can't change a certificate; the provider finds that out in code, which a schema doesn't show.
    "aws:acm/certificate:Certificate": {"domainName", "subjectAlternativeNames"},
    # The id holds these, and an id can't be changed in an update.
    "aws:route53/record:Record": {"type"},
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": {"logGroup"},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"name"},
    "aws:inspector2/enabler:Enabler": {"accountIds"},
    "aws:lambda/function:Function": {"name"},
    "aws:lambda/permission:Permission": {"function"},
    "aws:networkfirewall/ruleGroup:RuleGroup": {"type"},
    # A subscription and a version of a secret are what they are of: the provider says so in code.
    "aws:sns/topicSubscription:TopicSubscription": {"topic"},
    "aws:secretsmanager/secretVersion:SecretVersion": {"secretString", "secretStringWoVersion"},
}


@pytest.mark.skipif(not (SCHEMAS / "aws_types.json").exists(), reason="the provider's schema is not at hand")
@pytest.mark.parametrize("kind", TYPES)
def test_what_replaces_agrees_with_the_providers_schema(kind: str, aws: AwsBackend) -> None:
    data = schema()
    if kind not in data["types"]:
        pytest.skip("the schema doesn't have this type")
    properties = data["defs"][data["types"][kind]["d"]]["p"]
    theirs = {name for name, described in properties.items() if described.get("rep")}
    theirs &= aws.simulated(kind) - {"region"}
    ours = {name for name in TYPES[kind].replaces if "." not in name} & aws.simulated(kind)
    assert ours - DECIDED_BY_THE_PROVIDERS_CODE.get(kind, set()) == theirs


def test_dangling_references_are_refused(laboratory: "Laboratory") -> None:
    for kind, inputs in (
        ("aws:ec2/subnet:Subnet", {"vpcId": "vpc-00000000", "cidrBlock": "10.0.0.0/24"}),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "missing", "policy": policy()}),
        ("aws:ec2clientvpn/networkAssociation:NetworkAssociation", {"clientVpnEndpointId": "x", "subnetId": "y"}),
        ("aws:kms/alias:Alias", {"name": "alias/x", "targetKeyId": "00000000-0000-0000-0000-000000000000"}),
        ("aws:iam/rolePolicy:RolePolicy", {"name": "x", "role": "missing", "policy": identity_policy("s3:*")}),
    ):
        with pytest.raises(RejectedError) as caught:
            laboratory.make(kind, inputs)
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)
