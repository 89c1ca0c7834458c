import pytest

from policies.network.ports import ALL_PORTS, opened
from policies.network.references import Property, References, several, single
from policies.properties import UndeterminedError, proxy
from policies.resources import Resource, Stack

KEY, USER = "aws:kms/key:Key", "aws:s3/bucket:Bucket"
UNKNOWN = proxy.UNKNOWN_STRING_VALUE
ONE = Property("keyId", single("key_id"), (KEY,))
MANY = Property("keyIds", several("key_ids"), (KEY,))


def resource(name, kind=KEY, depends_on=None, **properties):
    return Resource(kind, name, name, properties, depends_on=depends_on)


def named(place, user, *keys):
    found = References(Stack([*keys, user])).named(user, place)
    return [each.resource_name for each in found.resources], found.foreign


def test_what_is_known_is_named_by_its_value_whatever_its_case():
    assert named(ONE, resource("u", USER, keyId="/Keys/A"), resource("a", id="/keys/a")) == (["a"], 0)
    assert named(ONE, resource("u", USER), resource("a", id="/keys/a")) == ([], 0)


def test_a_value_that_is_nothing_of_the_stack_is_foreign_whatever_it_depends_on():
    user = resource("u", USER, {"keyId": ["a"]}, keyId="elsewhere")

    assert named(ONE, user, resource("a", id="a")) == ([], 1)


def test_what_is_not_known_yet_is_named_by_the_dependency():
    user = resource("u", USER, {"keyIds": ["a"]}, keyIds=[UNKNOWN, "b", "elsewhere"])

    assert named(MANY, user, resource("a", id="a"), resource("b", id="b")) == (["b", "a"], 1)
    with pytest.raises(UndeterminedError, match="keyId is not known"):
        named(ONE, resource("u", USER, keyId=UNKNOWN), resource("a", id="a"))


def test_a_known_value_may_mean_what_has_no_identity_yet():
    user = resource("u", USER, {"keyId": ["a"]}, keyId="soon")

    assert named(ONE, user, resource("a", id=UNKNOWN)) == (["a"], 0)


def test_what_is_known_beside_what_is_not_known_yet_is_foreign():
    user = resource("u", USER, {"keyIds": ["a"]}, keyIds=["elsewhere", UNKNOWN])

    assert named(MANY, user, resource("a", id=UNKNOWN)) == (["a"], 1)


def test_a_name_that_two_have_means_both():
    assert named(ONE, resource("u", USER, keyId="x"), resource("a", id="x"), resource("b", id="x")) == (["a", "b"], 0)


def test_those_that_name_a_resource_and_those_that_may():
    key, other = resource("a", id="a"), resource("b", id="b")
    user, unclear = resource("u", USER, keyId="a"), resource("v", USER, keyId=UNKNOWN)
    users = References(Stack([key, other, user, unclear])).users(ONE, USER)

    assert users.of(key) == [user]
    assert not users.of(other)
    sure, perhaps = (way() for way in users.ways(key, lambda each: opened(ALL_PORTS, each.resource_name)))
    assert (sure.surely, sure.hops) == (ALL_PORTS, ("u",))
    assert (bool(perhaps.surely), perhaps.perhaps, perhaps.hops) == (False, ALL_PORTS, ("v",))
