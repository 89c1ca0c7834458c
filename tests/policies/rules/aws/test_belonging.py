"""Each reference of the table by itself: it means what it should, and neither a stranger's nor another region's."""

import pytest

from policies.properties import camel_case
from policies.resources import Resource, Stack
from policies.rules.aws.belonging import REFERENCES, resource_hangs_on_this_stack

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
CASES = [(kind, reference) for kind, references in REFERENCES.items() for reference in references]


def judgement(kind, reference, value, *, sources=(), region="us-east-1"):
    own = {camel_case(each.name): "right" for each in REFERENCES[kind]} | {camel_case(reference.name): value}
    depends_on = {camel_case(each.name): [] for each in REFERENCES[kind]} | {camel_case(reference.name): sources}
    user = Resource(kind, "user", "user", {**own, "region": "us-east-1"}, depends_on=depends_on)
    others = [
        Resource(
            each.target,
            f"target-{number}",
            f"target-{number}",
            {
                camel_case(each.identifiers[0]): "right",
                "region": region if each is reference else "us-east-1",
            },
        )
        for number, each in enumerate(REFERENCES[kind])
    ]
    stack = Stack([user, *others])
    return resource_hangs_on_this_stack.judge(user, stack)


@pytest.mark.parametrize(("kind", "reference"), CASES, ids=str)
def test_a_reference_means_what_is_of_the_stack(kind, reference) -> None:
    number = REFERENCES[kind].index(reference)

    assert judgement(kind, reference, "right").answer == "passed"
    assert judgement(kind, reference, UNKNOWN, sources=[f"target-{number}"]).answer == "passed"
    assert judgement(kind, reference, UNKNOWN).answer == "undetermined"


@pytest.mark.parametrize(("kind", "reference"), CASES, ids=str)
def test_a_strangers_is_refused(kind, reference) -> None:
    for value in ("wrong", ["right", "wrong"]):
        assert any(text.startswith(f"{reference.name} is no") for text in judgement(kind, reference, value).violations)
    assert judgement(kind, reference, None).answer == ("passed" if reference.optional else "violated")
    shared = [each for each in REFERENCES[kind] if each.target == reference.target]
    if len(shared) == 1:
        is_regional = not any(each.startswith(("aws:iam/", "aws:route53/")) for each in (kind, reference.target))
        expected = "violated" if is_regional else "passed"
        assert judgement(kind, reference, "right", region="us-west-2").answer == expected
