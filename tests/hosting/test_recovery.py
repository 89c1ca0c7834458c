import dataclasses

import pytest

from hosting.engine import Deployed, PendingOperation, State
from hosting.errors import HostingError
from hosting.recovery import found_by_a_person, found_in, resume


def resource(kind, name, identity=""):
    return Deployed(f"urn:pulumi:ci-us::hosting::{kind}::{name}", kind, "", identity, False, {"name": name}, {})


class InterruptedEngine:
    """An engine whose last run was killed while it made a VPC and a bucket."""

    name = "ci-us"

    def __init__(self, *known):
        self.known = known
        self.adopted = None

    pending = (
        PendingOperation("creating", resource("aws:ec2/vpc:Vpc", "main")),
        PendingOperation("creating", resource("aws:s3/bucket:Bucket", "acme")),
        PendingOperation("updating", resource("aws:kms/key:Key", "acme", "key-1")),
    )

    def state(self):
        return State(tuple(resource("aws:ec2/vpc:Vpc", name, identity) for name, identity in self.known), self.pending)

    def adopt(self, found):
        self.adopted = found


def cloud_with(**ids):
    return found_in(lambda kind, inputs: ids.get(kind.rsplit(":", 1)[-1], []))


def test_an_object_that_exists_is_adopted_and_the_other_cleared():
    engine, said = InterruptedEngine(), []

    resume(engine, cloud_with(Vpc=["vpc-1"]), said.append)

    assert engine.adopted == {"urn:pulumi:ci-us::hosting::aws:ec2/vpc:Vpc::main": "vpc-1"}
    assert said == ["An earlier run was interrupted: 1 of 2 objects under way exist and are adopted."]


def test_a_run_that_made_nothing_is_said_to_be_one():
    engine, said = InterruptedEngine(), []
    engine.pending = engine.pending[2:]

    resume(engine, cloud_with(), said.append)

    assert engine.adopted == {}
    assert said == ["An earlier run was interrupted while it made nothing."]


def test_an_object_that_the_state_already_has_is_not_adopted_again():
    engine = InterruptedEngine(("other", "vpc-1"))

    resume(engine, cloud_with(Vpc=["vpc-1"]), lambda _: None)

    assert engine.adopted == {}


def test_an_object_of_the_same_id_in_another_region_is_no_reason_to_pass_one_over():
    engine = InterruptedEngine()
    first = resource("aws:kms/alias:Alias", "acme", "alias/tenant/acme")
    second = resource("aws:kms/alias:Alias", "acme-2")
    here, there = (
        dataclasses.replace(each, inputs={"region": region})
        for each, region in ((first, "us-east-1"), (second, "us-west-2"))
    )
    engine.state = lambda: State((here,), (PendingOperation("creating", there),))

    resume(engine, cloud_with(Alias=["alias/tenant/acme"]), lambda _: None)

    assert engine.adopted == {there.urn: "alias/tenant/acme"}


def test_an_object_of_another_kind_with_the_same_id_is_no_reason_to_pass_one_over():
    engine = InterruptedEngine(("other", "acme"))

    resume(engine, cloud_with(Bucket=["acme"]), lambda _: None)

    assert engine.adopted == {"urn:pulumi:ci-us::hosting::aws:s3/bucket:Bucket::acme": "acme"}


def test_one_object_is_not_adopted_for_two_creations():
    engine = InterruptedEngine()
    state = engine.state()
    engine.state = lambda: dataclasses.replace(
        state,
        pending_operations=(
            PendingOperation("creating", resource("aws:ec2/vpc:Vpc", "main")),
            PendingOperation("creating", resource("aws:ec2/vpc:Vpc", "other")),
        ),
    )

    resume(engine, cloud_with(Vpc=["vpc-1"]), lambda _: None)

    assert list(engine.adopted.values()) == ["vpc-1"]


def test_two_objects_that_fit_are_left_to_a_person():
    engine = InterruptedEngine()

    with pytest.raises(HostingError, match=r"'main' fits 2 objects in the cloud \(vpc-1, vpc-2\)"):
        resume(engine, cloud_with(Vpc=["vpc-1", "vpc-2"]), lambda _: None)

    assert engine.adopted is None


VPC = "urn:pulumi:ci-us::hosting::aws:ec2/vpc:Vpc::main"
BUCKET = "urn:pulumi:ci-us::hosting::aws:s3/bucket:Bucket::acme"


def test_what_a_person_found_is_adopted():
    engine = InterruptedEngine()

    resume(engine, found_by_a_person([f"{VPC}=vpc-1", f"{BUCKET}="]), lambda _: None)

    assert engine.adopted == {VPC: "vpc-1"}


def test_what_nobody_looked_up_is_left_to_a_person():
    engine = InterruptedEngine()

    with pytest.raises(HostingError, match=r"created aws:s3/bucket:Bucket 'acme': look it up .* --adopt '.*::acme=ID'"):
        resume(engine, found_by_a_person([f"{VPC}=vpc-1"]), lambda _: None)

    assert engine.adopted is None


def test_a_pair_of_another_form_is_refused():
    with pytest.raises(HostingError, match="not of the form URN=ID"):
        found_by_a_person(["vpc-1"])
