"""What the engine hears of a program with mutants."""

import pytest
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

from hosting.mutation.mutants import Mutants, Variation
from hosting.mutation.recorded import changed
from hosting.mutation.wire import Addition, Change, changes_of, changing
from policies.properties import decode
from tests.hosting.mutation.sample_stack import BUCKET, KEY, POLICY, ROOT, STACK


class Monitor:
    """The engine, which keeps what it hears."""

    def __init__(self):
        self.heard = []

    def RegisterResource(self, request):  # noqa: N802
        self.heard.append(request)
        return resource_pb2.RegisterResourceResponse(urn="urn")

    def Invoke(self):  # noqa: N802
        return "handed on"


@pytest.fixture
def told(monkeypatch):
    """Registers a key of a tenant, otherwise by `change`; gives what the engine hears and what the program is told."""
    parent = f"{STACK}hosting:infra:Tenant::acme"

    def tell(change, parent=parent):
        monitor = Monitor()
        monkeypatch.setattr(settings.SETTINGS, "monitor", monitor)
        request = resource_pb2.RegisterResourceRequest(
            type=KEY, name="key", parent=parent, protect=True, provider="aws::1", dependencies=["x"]
        )
        request.object.update({"enableKeyRotation": True, "policy": "{}"})
        request.propertyDependencies["policy"].urns.append("urn:old")
        above = "" if parent == ROOT else "hosting:infra:Tenant$"
        program = changing(
            {f"{STACK}{above}{KEY}::key": change}, lambda: settings.get_monitor().RegisterResource(request)
        )
        response = program()
        assert settings.get_monitor().Invoke() == "handed on"
        return monitor.heard, response

    return tell


def test_properties_and_what_they_depend_on(told):
    [heard], _ = told(Change(properties={"enableKeyRotation": None, "policy": "[]"}, sources={"policy": ("urn:new",)}))
    assert decode(heard.object) == {"policy": "[]"}
    assert list(heard.propertyDependencies["policy"].urns) == ["urn:new"]
    assert heard.protect


def test_options(told):
    [heard], _ = told(Change(protected=False, parent="urn:other"))
    assert not heard.protect
    assert heard.parent == "urn:other"


def test_removed_resource_is_never_heard_of_but_the_program_goes_on(told):
    heard, response = told(Change(removed=True))
    assert heard == []
    assert response.urn.endswith("key")
    assert decode(response.object) == {"enableKeyRotation": True, "policy": "{}"}


def test_added_resource_has_the_provider_and_parent_of_the_one_beside_it(told):
    addition = Addition(
        "aws:kms/grant:Grant", "grant", {"keyId": "a", "operations": ["Decrypt"]}, {"keyId": ("urn:key",)}
    )
    [key, grant], _ = told(Change(added=(addition,)))
    assert (key.type, grant.type, grant.name) == (KEY, "aws:kms/grant:Grant", "grant")
    assert (grant.provider, grant.parent) == (key.provider, key.parent)
    assert decode(grant.object) == {"keyId": "a", "operations": ["Decrypt"]}
    assert list(grant.propertyDependencies["keyId"].urns) == ["urn:key"]
    assert "policy" not in grant.propertyDependencies


def test_resource_below_the_stack_itself(told):
    [heard], _ = told(Change(protected=False), parent=ROOT)
    assert not heard.protect


def test_variations_become_changes(recorded):
    stack = recorded()

    def change(kind, operator, detail=None):
        mutant = next(
            each
            for each in Mutants(stack).of(kind)
            if each.operator == operator and detail in (None, each.detail) and each.vary(stack.preview)
        )
        changes = changes_of(stack.preview, mutant.vary(stack.preview), mutant.urn)
        return changes.pop(mutant.urn), changes

    assert change(KEY, "flipped") == (
        Change(properties={"enableKeyRotation": False}, sources={"enableKeyRotation": ()}),
        {},
    )
    assert change(KEY, "unprotected")[0] == Change(protected=False)
    assert change(POLICY, "resource-removed") == (Change(removed=True), {})
    moved, others = change(KEY, "other-parent", "what tenants share")
    assert moved.parent.endswith("CloudIntegrated::service")
    assert others == {}
    added, others = change(BUCKET, "companion-added")
    assert added.added[0].sources
    assert others == {}


def test_the_engine_is_not_told_what_it_computes_itself(recorded, mutants_of):
    stack = recorded()
    [mutant] = [each for each in mutants_of() if (each.resource_type, each.operator) == (BUCKET, "other-text")]
    variation = mutant.vary(stack.preview)
    assert len(variation.inputs) == 2
    assert list(changes_of(stack.preview, variation, mutant.urn)) == [mutant.urn]


def test_a_value_that_is_not_known_may_come_from_elsewhere(recorded):
    run = recorded().preview
    urn = next(urn for urn, each in run.states.items() if each.resource_type == BUCKET)
    state = run.states[urn]
    name = next(iter(run.inputs[urn].all_properties()))
    moved = changed(state, state.all_properties(), depends_on={**state.depends_on, name: ("urn:other",)})

    change = changes_of(run, Variation(inputs={urn: run.inputs[urn]}, states={urn: moved}), urn)[urn]

    assert change.sources == {name: ("urn:other",)}
    assert change.properties == {name: run.inputs[urn].all_properties()[name]}
