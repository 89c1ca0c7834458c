"""How far a stack reaches: which limit of the cloud it meets first with more tenants, and what it costs a month.

What the program declares is counted, not typed: it runs without an engine, with one tenant and with two, and what the
second one adds is what each tenant takes. Limits and prices stand in `quotas.toml` and `prices.toml`, dated and with
their sources.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import floor, inf
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import jmespath
import pulumi
from pulumi.runtime import mocks
from pydantic import BaseModel, ConfigDict, Field, model_validator
from rich.console import Console
from rich.table import Table as ShownTable

from hosting.errors import HostingError
from hosting.words import counted
from infra.settings import MAXIMUM_TENANTS, Settings
from infra.tenants import Tenant
from policies.loading import Table, TableError

TABLES: Final = Path(__file__).parent

Service = Literal["aware", "cloud-integrated"]


class _Entry(BaseModel):
    """Something that there is a number of: of resources that the program declares, or by an assumption."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    service: Service
    types: tuple[str, ...] = ()
    """The resource types that are counted."""
    times: str = "`1`"
    """How often a resource counts: a JMESPath expression for its inputs, such as `length(subnetIds)`."""
    fixed: float = 0
    """For the whole stack, beside what is counted."""
    per_tenant: float = 0
    """For each tenant, beside what is counted."""
    assumes: str | None = None
    """In words, what `fixed` and `per_tenant` rest on."""

    @model_validator(mode="after")
    def _says_where_its_number_is_from(self) -> Self:
        if not self.types and not self.assumes:
            raise ValueError(f"{self.name!r} counts no type and says no assumption: add one of them")
        if (self.fixed or self.per_tenant) and not self.assumes:
            raise ValueError(f"{self.name!r} has a number that no assumption explains: add `assumes`")
        return self


class Quota(_Entry):
    """A limit of the cloud."""

    most: Annotated[float, Field(gt=0)]
    """The limit as every account or subscription has it, before anyone asks for more."""
    each_region: bool = False
    """Whether it holds for each region by itself."""
    adjustable: bool
    """Whether the cloud's support raises it."""
    source: str

    @property
    def remark(self) -> str:
        """What a reader has to know beside the number."""
        return " ".join(filter(None, ("(support can raise it)" if self.adjustable else "", self.assumes)))


class Price(_Entry):
    """What one unit costs."""

    monthly: Annotated[float, Field(gt=0)]
    """US dollars for a month of 730 hours."""


class Quotas(BaseModel):
    """The table of limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    read_on: date
    quota: tuple[Quota, ...]


class Prices(BaseModel):
    """The table of prices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    read_on: date
    left_out: str
    """What is paid by use and therefore in no entry."""
    price: tuple[Price, ...]


@dataclass(frozen=True)
class Amount:
    """A number that grows with the tenants."""

    fixed: float
    per_tenant: float

    def of(self, tenants: int) -> float:
        """The number with so many tenants."""
        return self.fixed + self.per_tenant * tenants


@dataclass(frozen=True)
class Reach:
    """How far one limit reaches."""

    quota: Quota
    amount: Amount

    @property
    def tenants(self) -> float:
        """How many tenants fit; infinite where none takes anything."""
        if self.amount.fixed > self.quota.most:
            return 0
        if self.amount.per_tenant <= 0:
            return inf
        return floor((self.quota.most - self.amount.fixed) / self.amount.per_tenant)


@dataclass(frozen=True)
class Declared:
    """A resource that the program declares."""

    kind: str
    region: str | None
    inputs: Mapping[str, Any]


class Forecast:
    """What the program of one stack takes from the cloud, with any number of tenants."""

    def __init__(self, settings: Settings, quotas: Quotas, prices: Prices) -> None:
        self.settings = settings
        self.prices_of = prices
        self._quotas = [quota for quota in quotas.quota if quota.service == settings.service]
        self._prices = [price for price in prices.price if price.service == settings.service]

    @property
    def reaches(self) -> Sequence[Reach]:
        """Each limit and how far it reaches, the nearest first."""
        return sorted((self._reach(quota) for quota in self._quotas), key=lambda reach: reach.tenants)

    @property
    def resources(self) -> Amount:
        """How many resources there are."""
        one, two = (len(declared) for declared in self._declared)
        return Amount(fixed=one - (two - one), per_tenant=two - one)

    @property
    def monthly(self) -> Amount:
        """US dollars a month, without what is paid by use."""
        amounts = [(price.monthly, self._amount(price)) for price in self._prices]
        return Amount(
            fixed=sum(monthly * amount.fixed for monthly, amount in amounts),
            per_tenant=sum(monthly * amount.per_tenant for monthly, amount in amounts),
        )

    @property
    def costs(self) -> Sequence[tuple[Price, Amount]]:
        """Each price and how many units of it there are."""
        return [(price, self._amount(price)) for price in self._prices]

    @property
    def most_tenants(self) -> int:
        """How many tenants a stack of this service may hold."""
        return MAXIMUM_TENANTS[self.settings.service]

    @cached_property
    def _declared(self) -> tuple[Sequence[Declared], Sequence[Declared]]:
        """What the program declares with one tenant, and with two."""
        return declare(self.settings, ["one"]), declare(self.settings, ["one", "two"])

    def _reach(self, quota: Quota) -> Reach:
        if not quota.each_region:
            return Reach(quota, self._amount(quota))
        regions = {declared.region for declared in self._declared[1] if declared.kind in quota.types}
        reaches = [Reach(quota, self._amount(quota, region)) for region in sorted(filter(None, regions))]
        return min(reaches, key=lambda reach: reach.tenants, default=Reach(quota, self._amount(quota)))

    def _amount(self, entry: _Entry, region: str | None = None) -> Amount:
        one, two = (_number(entry, declared, region) for declared in self._declared)
        each = two - one
        return Amount(fixed=entry.fixed + one - each, per_tenant=entry.per_tenant + each)


def read_tables(folder: Path = TABLES) -> tuple[Quotas, Prices]:
    """The tables of limits and prices. Raises HostingError for one that isn't as it should be."""
    try:
        return Table("quotas.toml", Quotas, folder=folder)(), Table("prices.toml", Prices, folder=folder)()
    except TableError as error:
        raise HostingError(f"{error}.") from None


def forecast(settings: Settings) -> Forecast:
    """The forecast of a stack, by the tables of the checkout."""
    return Forecast(settings, *read_tables())


def refuse_too_many(settings: Settings, tenants: int) -> None:
    """Raises HostingError when a stack may not hold so many tenants, and says where the others go."""
    most = MAXIMUM_TENANTS[settings.service]
    if tenants > most:
        raise HostingError(
            f"A stack of {settings.service} holds {most} tenants at most, not {tenants}: put the others into another "
            f"stack, such as {settings.stack}-2, of the same program in an account or subscription of its own."
        )


def show_forecast(found: Forecast, tenants: int, console: Console) -> None:
    """Prints how far each limit reaches, the nearest first, and the monthly cost."""
    settings, resources, monthly = found.settings, found.resources, found.monthly
    limits = ShownTable("limit", "most", "taken", "tenants that fit", "", box=None, header_style="bold", pad_edge=False)
    for reach in found.reaches:
        fits = "any number" if reach.tenants == inf else f"{reach.tenants:,.0f}"
        taken = f"{reach.amount.of(tenants):,.0f}"
        limits.add_row(reach.quota.name, f"{reach.quota.most:,.0f}", taken, fits, reach.quota.remark)
    costs = ShownTable("a month", "units", "US dollars", box=None, header_style="bold", pad_edge=False)
    for price, amount in found.costs:
        units = amount.of(tenants)
        if units:
            costs.add_row(price.name, f"{units:,.0f}", f"{units * price.monthly:,.0f}")
    console.print(
        f"{settings.stack} with {counted(tenants, 'tenant')}: {resources.of(tenants):,.0f} resources, "
        f"{resources.fixed:,.0f} of the stack and {resources.per_tenant:,.0f} a tenant.\n",
        soft_wrap=True,
    )
    console.print(limits)
    first = found.reaches[0]
    console.print(
        f"\nThe first limit is reached with {first.tenants:,.0f} tenants: {first.quota.name}. "
        f"A stack of {settings.service} holds {found.most_tenants} at most; more tenants are more stacks.\n",
        soft_wrap=True,
    )
    console.print(costs)
    console.print(
        f"\n{monthly.of(tenants):,.0f} US dollars a month: {monthly.fixed:,.0f} for the stack and "
        f"{monthly.per_tenant:,.2f} a tenant, at list prices of {found.prices_of.read_on}. Not in it: "
        f"{found.prices_of.left_out}.",
        soft_wrap=True,
    )


def declare(settings: Settings, tenants: Sequence[str]) -> Sequence[Declared]:
    """What the program declares for a stack with these tenants, without an engine or a cloud."""
    hosting_them = settings.model_copy(update={"tenants": tuple(Tenant(id=each) for each in tenants)})
    recorder = _Recorder()
    mocks.set_mocks(recorder, project="hosting", stack=settings.stack, preview=True)
    pulumi.runtime.test(lambda: _service(hosting_them))()
    return recorder.declared


class _Recorder(mocks.Mocks):
    """Stands for the clouds: takes every resource, and knows nothing that a cloud would compute."""

    def __init__(self) -> None:
        self.declared: list[Declared] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.custom and not args.typ.startswith("pulumi:"):
            region = args.inputs.get("region") or args.inputs.get("location")
            self.declared.append(Declared(args.typ, region, args.inputs))
        return f"{args.name}-id", {}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise NotImplementedError(f"the program asks a cloud for {args.token}, which a forecast can't")


def _service(settings: Settings) -> None:
    if settings.service == "aware":
        from infra.aware import Aware  # noqa: PLC0415 - loads the SDK of the one cloud that is used

        Aware(settings)
    else:
        from infra.cloud_integrated import CloudIntegrated  # noqa: PLC0415 - as above

        CloudIntegrated(settings)


def _number(entry: _Entry, declared: Sequence[Declared], region: str | None) -> float:
    counts: Counter[str] = Counter()
    times = jmespath.compile(entry.times)
    for resource in declared:
        if resource.kind in entry.types and region in (None, resource.region):
            counts[resource.kind] += times.search(resource.inputs) or 0
    return counts.total()
