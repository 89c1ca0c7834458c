"""What is declared, and that no reviewed type is missing from the model of what can be reached."""

import pytest
from pydantic import ValidationError

from policies.network.paths import DIRECT
from policies.network.reach import PARTS, REACHED, Declared, Network, reach
from policies.resources import SERVICE_TYPES, Resource, Stack
from policies.tables import reviewed_types

REVIEWED = sorted({*reviewed_types().judged, *reviewed_types().unjudged, *reviewed_types().refused})


def irrelevant(name):
    return [each for each in reach().irrelevant if name == each or (name.startswith(each) and each[-1] in "/:")]


@pytest.mark.parametrize("name", REVIEWED)
def test_a_reviewed_type_is_in_the_model_or_irrelevant_for_one_reason(name):
    assert len(irrelevant(name)) + ((name in REACHED) or (name in PARTS)) == 1


def test_nothing_is_called_irrelevant_that_nobody_reviewed():
    used = {each for name in REVIEWED for each in irrelevant(name)}

    assert sorted(reach().irrelevant.keys() - used) == []


def test_every_service_says_what_may_be_reached():
    # The identity stack has no network.
    assert {"hosting:identity:Identity", *reach().services} == set(SERVICE_TYPES)
    for service in reach().services.values():
        assert any(row.always for row in service.internet)
        assert all(row.type in REACHED for row in (*service.internet, *service.vpn))
        assert all(row.through == DIRECT or ":" in row.through or "public" in row.through for row in service.internet)


def test_a_row_needs_a_reason_and_ports():
    with pytest.raises(ValidationError, match="reason"):
        Declared.model_validate({"type": "aws:ec2/subnet:Subnet", "ports": ["tcp/443"], "reason": "so"})
    with pytest.raises(ValidationError, match="names no ports"):
        Declared.model_validate({"type": "a", "ports": ["443"], "reason": "the load balancer's subnets"})


def test_a_stack_without_a_service_has_nothing_declared():
    root = Resource("pulumi:pulumi:Stack", "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", "p-s", {})
    service = Resource("hosting:aware:Aware", "urn:pulumi:s::p::hosting:aware:Aware::a", "a", {})

    assert not Network(Stack([root])).declared("internet")
    assert Network(Stack([root, service])).declared("vpn") == list(reach().services["hosting:aware:Aware"].vpn)
