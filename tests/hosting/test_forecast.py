"""How far a stack reaches is counted in what its program declares, and held against dated tables."""

import io
from math import inf

import pytest
from pydantic import ValidationError
from rich.console import Console

from hosting.checkout import Checkout
from hosting.errors import HostingError
from hosting.forecast import (
    Amount,
    Declared,
    Forecast,
    Price,
    Prices,
    Quota,
    Quotas,
    Reach,
    declare,
    forecast,
    read_tables,
    refuse_too_many,
    show_forecast,
)
from hosting.stack_files import read_settings
from infra.settings import MAXIMUM_TENANTS

# The SDKs warn of their own deprecated classes when they are imported.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

STACKS = ("useast", "ci-us")


@pytest.fixture(scope="module")
def settings():
    """The settings of each stack."""
    return {stack: read_settings(Checkout.of_this_package(), stack) for stack in STACKS}


@pytest.fixture(scope="module")
def forecasts(settings):
    """The forecast of each stack."""
    return {stack: forecast(settings[stack]) for stack in STACKS}


def quota(**changes):
    return Quota.model_validate(
        {"name": "keys", "service": "aware", "types": ["x"], "most": 10, "adjustable": False, "source": "s"} | changes
    )


@pytest.mark.parametrize(
    ("fixed", "per_tenant", "tenants"),
    [(0, 1, 10), (1, 1, 9), (1, 2, 4), (10, 1, 0), (11, 1, 0), (11, 0, 0), (5, 0, inf)],
)
def test_so_many_tenants_fit_below_a_limit(fixed, per_tenant, tenants):
    assert Reach(quota(), Amount(fixed, per_tenant)).tenants == tenants


@pytest.mark.parametrize("stack", STACKS)
def test_each_tenant_takes_the_same(settings, stack):
    one, two, three = (
        len(declare(settings[stack], names)) for names in (["a1b"], ["a1b", "b2c"], ["a1b", "b2c", "c3d"])
    )

    assert two - one == three - two > 0


def with_declared(monkeypatch, *resources):
    """The program declares the first resources for one tenant, and all of them for two."""
    monkeypatch.setattr("hosting.forecast.declare", lambda _, tenants: resources[: len(tenants) * len(resources) // 2])


def made(settings, *quotas, prices=()):
    return Forecast(
        settings["useast"],
        Quotas(read_on="2026-01-01", quota=quotas),
        Prices(read_on="2026-01-01", left_out="traffic", price=prices),
    )


def test_a_limit_of_each_region_is_met_where_most_is_taken(settings, monkeypatch):
    here, there = Declared("x", "here", {}), Declared("x", "there", {})
    with_declared(monkeypatch, here, here, there, here, here, there)

    (reach,) = made(settings, quota(each_region=True)).reaches

    assert reach.amount == Amount(fixed=0, per_tenant=2)


def test_the_nearest_limit_comes_first(settings, monkeypatch):
    with_declared(monkeypatch, Declared("x", None, {}), Declared("x", None, {}))

    far, near = quota(name="far", most=100), quota(name="near", most=7)

    assert [reach.quota.name for reach in made(settings, far, near).reaches] == ["near", "far"]


def test_what_costs_by_its_size_counts_by_its_size(settings, monkeypatch):
    one, two = Declared("x", None, {"zones": ["a", "b"]}), Declared("x", None, {"zones": ["a", "b", "c"]})
    with_declared(monkeypatch, one, two)
    price = Price(name="x", service="aware", types=("x",), times="length(zones)", monthly=10)

    assert made(settings, prices=[price]).monthly == Amount(fixed=-10, per_tenant=30)


def test_a_number_needs_its_reason():
    with pytest.raises(ValidationError, match="'keys' has a number that no assumption explains"):
        quota(per_tenant=1)
    with pytest.raises(ValidationError, match="'keys' counts no type and says no assumption"):
        quota(types=[])


@pytest.mark.parametrize("stack", STACKS)
def test_no_limit_is_met_before_the_most_tenants_that_settings_take(forecasts, stack):
    found = forecasts[stack]

    assert found.most_tenants <= found.reaches[0].tenants < inf


def test_every_type_in_the_tables_is_declared_by_a_program(settings):
    aware = settings["useast"].aware.model_copy(update={"key_store": "managed-hsm"})
    forms = [
        *(settings[stack].model_copy(update={"size": size}) for stack in STACKS for size in ("dev", "production")),
        settings["useast"].model_copy(update={"aware": aware}),
    ]
    declared = {resource.kind for each in forms for resource in declare(each, ["a1b"])}
    quotas, prices = read_tables()

    named = {kind for entry in (*quotas.quota, *prices.price) for kind in entry.types}
    assert named - declared == set()


def shown(found, tenants):
    console = Console(file=io.StringIO(), width=300)
    show_forecast(found, tenants, console)
    return console.file.getvalue()


def test_the_forecast_says_what_breaks_first_and_what_it_costs(forecasts):
    text = shown(forecasts["useast"], 150)

    assert text.startswith("useast with 150 tenants: ")
    assert "The first limit is reached with 200 tenants: Indexes of a search service (S2)." in text
    assert "US dollars a month: " in text


@pytest.mark.parametrize("service", MAXIMUM_TENANTS)
def test_more_tenants_than_a_stack_may_hold_are_sent_to_another(settings, service):
    stack = {"aware": "useast", "cloud-integrated": "ci-us"}[service]

    refuse_too_many(settings[stack], MAXIMUM_TENANTS[service])
    with pytest.raises(HostingError, match=f"put the others into another stack, such as {stack}-2,"):
        refuse_too_many(settings[stack], MAXIMUM_TENANTS[service] + 1)
