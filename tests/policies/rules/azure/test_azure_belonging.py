"""Each reference of the table by itself: it means what it should, and nobody else's."""

import pytest

from policies.properties import camel_case
from policies.resources import Resource, Stack
from policies.rules.azure.belonging import REFERENCES, azure_resource_hangs_on_this_stack

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
CASES = [(kind, reference) for kind, references in REFERENCES.items() for reference in references]


def properties(path, value):
    """The value at a path; one name more than the first stands for an element of a list."""
    first, *rest = map(camel_case, path.split("."))
    for name in reversed(rest):
        value = [{name: value}]
    return {first: value}


def merged(one, other):
    if isinstance(one, list) and isinstance(other, list):
        return [merged(one[0], other[0])]
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **other, **{name: merged(one[name], other[name]) for name in one.keys() & other.keys()}}
    return other


def judgement(kind, reference, value, *, sources=()):
    own = {}
    for each in REFERENCES[kind]:
        own = merged(own, properties(each.path, value if each is reference else "right"))
    user = Resource(kind, "user", "user", own, depends_on={camel_case(reference.path.split(".")[0]): sources})
    targets = {each.targets[0] for each in REFERENCES[kind]}
    others = [Resource(each, each, each, {"id": "right"}) for each in targets]
    return azure_resource_hangs_on_this_stack.judge(user, Stack([user, *others]))


@pytest.mark.parametrize(("kind", "reference"), CASES, ids=str)
def test_a_reference_means_what_is_of_the_stack(kind, reference) -> None:
    assert judgement(kind, reference, "right").answer == "passed"
    assert judgement(kind, reference, UNKNOWN, sources=[reference.targets[0]]).answer == "passed"
    assert judgement(kind, reference, UNKNOWN).answer == "undetermined"


@pytest.mark.parametrize(("kind", "reference"), CASES, ids=str)
def test_a_strangers_is_refused(kind, reference) -> None:
    violations = judgement(kind, reference, "wrong").violations
    assert any(text.startswith(f"{reference.path} is no") for text in violations)
    assert judgement(kind, reference, None).answer == ("passed" if reference.optional else "violated")
