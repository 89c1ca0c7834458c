"""The catalogue of companions fits the SDKs."""

import pytest

from hosting.mutation.added import Companion, companions
from hosting.mutation.sdk import problems
from policies.properties import is_unknown
from policies.resources import Resource


def resource(**properties):
    return Resource("aws:s3/bucket:Bucket", "urn", "a", properties)


@pytest.mark.parametrize("companion", companions(), ids=lambda each: f"{each.name}-{each.type}")
def test_companion_is_one_that_the_sdk_takes(companion):
    assert problems(companion.type, companion.properties) == []
    assert companion.beside


def test_names_are_told_apart():
    names = [(each.name, each.type) for each in companions()]
    assert len(names) == len(set(names))


COMPANION = Companion(
    name="policy",
    type="aws:sqs/queue:Queue",
    beside=("aws:s3/bucket:Bucket",),
    properties={"name": "${bucket}-copy", "policy": "${arn}", "delaySeconds": 1, "nested": [{"a": "${bucket}"}]},
)


def test_references_are_filled_in():
    inputs, state = resource(bucket="a", tags={"tenant": "acme"}, acl="x"), resource(bucket="a", arn="arn:a")
    properties, computed = COMPANION.beside_of(inputs, state)
    assert properties == {
        "tags": {"tenant": "acme"}, "name": "a-copy", "policy": "arn:a", "delaySeconds": 1, "nested": [{"a": "a"}],
    }  # fmt: skip
    assert computed == ["name", "policy", "nested"]


def test_reference_that_is_not_known_yet_makes_the_whole_text_unknown():
    properties, _ = COMPANION.beside_of(resource(), resource())
    assert is_unknown(properties["policy"])
    assert is_unknown(properties["name"])
    assert properties["delaySeconds"] == 1
