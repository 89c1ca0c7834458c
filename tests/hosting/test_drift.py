import pytest

from hosting.drift import said, undeclared
from hosting.engine import Deployed

GROUP = "urn:pulumi:ci::hosting::aws:ec2/securityGroup:SecurityGroup::portal"
SECRET = "4dabf18193072939515e22adb298388d"


def deployed(urn=GROUP, kind="aws:ec2/securityGroup:SecurityGroup", **outputs):
    return Deployed(urn, kind, "", "id", protected=False, inputs={}, outputs=outputs)


def found(before, after, drifted=()):
    return [(each.resource.name, each.properties) for each in undeclared(before, after, drifted)]


def test_what_somebody_added_is_named_by_its_property():
    before = deployed(name="portal", ingress=[], tags={"a": "b"})
    after = deployed(name="portal", ingress=[{"toPort": 22}], tags={"a": "c"})

    assert found([before], [after]) == [("portal", ("ingress", "tags.a"))]
    assert found([before], [before]) == []


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("azure-native:network:FirewallPolicy", {}, {"firewalls": [{"id": "a"}]}),
        (
            "azure-native:keyvault:Vault",
            {"properties": {"sku": {"name": "premium"}}},
            {"properties": {"sku": {"name": "premium"}, "privateEndpointConnections": [{"id": "a"}]}},
        ),
        ("aws:ec2/securityGroup:SecurityGroup", {"ownerId": "1"}, {"ownerId": "2"}),
    ],
)
def test_what_the_cloud_alone_sets_is_nobodys_change(kind, one, other):
    assert found([deployed(kind=kind, **one)], [deployed(kind=kind, **other)]) == []


def test_what_is_set_in_an_object_is_named_by_its_path():
    kind = "azure-native:keyvault:Vault"
    one, other = ({"properties": {"networkAcls": {"bypass": bypass}, "uri": bypass}} for bypass in ("None", "All"))

    assert found([deployed(kind=kind, **one)], [deployed(kind=kind, **other)]) == [
        ("portal", ("properties.networkAcls.bypass",))
    ]


def test_what_the_engine_has_told_is_not_told_again():
    assert found([deployed(name="a")], [deployed(name="b")], drifted=[GROUP]) == []


def test_what_is_new_in_the_state_was_there_for_nobody_to_change():
    assert found([], [deployed(name="a")]) == []


def test_components_have_nothing_in_a_cloud():
    component = "hosting:infra:Tenant"

    assert found([deployed(kind=component, state="a")], [deployed(kind=component, state="b")]) == []


@pytest.mark.parametrize("wrapped", [lambda secret: secret, lambda secret: {"a": [secret]}])
def test_a_secret_that_was_encrypted_anew_is_no_change(wrapped):
    one, other = ({SECRET: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": text} for text in ("x", "y"))

    assert found([deployed(description=wrapped(one))], [deployed(description=wrapped(other))]) == []


@pytest.mark.parametrize(
    ("drifted", "others", "parts"),
    [
        (0, 0, []),
        (2, 0, ["2 resources of ci changed behind the program's back: `make up STACK=ci`"]),
        (
            0,
            1,
            ["1 resource of ci changed in what the program doesn't declare (?), by somebody or by the cloud"],
        ),
        (1, 1, ["1 resource of ci changed behind", "1 resource of ci changed in what"]),
    ],
)
def test_what_heals_it_is_said_of_each_kind(drifted, others, parts):
    sentences = said("ci", drifted, others)

    assert sentences.count(".") == len(parts)
    assert all(part in sentences for part in parts)
