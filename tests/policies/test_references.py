import pytest

from policies.properties import UndeterminedError
from policies.references import means
from policies.resources import Resource, Stack

GROUP = "azuread:index/group:Group"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def group(name, **properties):
    return Resource(GROUP, name, name, properties)


def policy(value, sources=()):
    properties = {} if value is None else {"groupId": value}
    return Resource("policy", "policy", "policy", properties, depends_on={"groupId": sources})


def ask(user, *groups, **options):
    stack = Stack([user, *groups])
    return means(
        stack, user, "group_id", read=lambda: user.get("group_id", None), targets={GROUP: ("object_id",)}, **options
    )


def test_a_value_means_whoever_bears_it():
    one, other = group("one", objectId="1"), group("other", objectId="2")

    assert ask(policy("1"), one, other)
    assert not ask(policy("3", ["one"]), one, other)
    assert not ask(policy(None, ["one"]), one, other)
    assert not ask(policy("1"), one, other, fits=lambda each: each is other)


def test_before_it_is_known_a_value_means_what_it_was_computed_from():
    one, other = group("one", objectId=UNKNOWN), group("other", objectId=UNKNOWN)

    assert ask(policy(UNKNOWN, ["one"]), one, other, fits=lambda each: each is one)
    assert ask(policy("1", ["one"]), one, other)
    with pytest.raises(UndeterminedError):
        ask(policy(UNKNOWN), one, other)


def test_a_value_that_may_mean_several_is_undetermined_if_only_some_fit():
    one, other = group("one", objectId=UNKNOWN), group("other", objectId=UNKNOWN)
    user = policy(UNKNOWN, ["one", "other"])

    assert ask(user, one, other)
    assert not ask(user, one, other, fits=lambda each: each.resource_name == "third")
    with pytest.raises(UndeterminedError, match="group_id"):
        ask(user, one, other, fits=lambda each: each is one)
