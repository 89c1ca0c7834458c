"""A tenant's state decides whether it is served and whether its resources can be deleted."""

import pulumi
import pytest
from pydantic import ValidationError

from infra.tenants import Tenant, TenantResources


@pytest.mark.parametrize(
    ("state", "served", "protected"),
    [
        ("active", True, True),
        ("suspended", False, True),
        ("terminated", False, True),
        ("deleted", False, False),
    ],
)
def test_what_a_state_means(state, served, protected):
    tenant = Tenant(id="acme", state=state)

    assert (tenant.is_served, tenant.is_protected) == (served, protected)


def test_a_new_tenant_is_active():
    assert Tenant(id="acme").state == "active"


@pytest.mark.parametrize("row", [{"id": "acme", "state": "gone"}, {"id": "acme", "status": "active"}, {"id": "a"}, {}])
def test_a_row_that_is_not_understood_is_refused(row):
    with pytest.raises(ValidationError):
        Tenant.model_validate(row)


def test_a_tenant_does_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Tenant(id="acme").state = "deleted"  # type: ignore[misc]  # what a type checker refuses is tried on purpose


@pytest.mark.parametrize(("state", "protected"), [("active", True), ("deleted", False)])
def test_what_hangs_below_a_tenant_is_protected_with_it(declared, state, protected):
    def program():
        resources = TenantResources(Tenant(id="acme", state=state), pulumi.ResourceOptions())
        inner = pulumi.ComponentResource("hosting:test:Inner", "acme-inner", {}, resources.child())
        pulumi.ComponentResource("hosting:test:Innermost", "acme-innermost", {}, resources.child(inner))

    records = {record["type"]: record for record in declared(program, lambda _type, _inputs: {})}
    tenant, inner = records["hosting:infra:Tenant"], records["hosting:test:Inner"]

    assert tenant["name"] == "acme"
    assert (inner["parent"], inner["protect"]) == (tenant["urn"], protected)
    assert records["hosting:test:Innermost"]["parent"] == inner["urn"]
    assert records["hosting:test:Innermost"]["protect"] == protected
