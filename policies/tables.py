"""The tables that rules look things up in: regions by jurisdiction, TLS by service, roles in Azure, reviewed types."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, cached_property
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.loading import Table

Reason = Annotated[str, Field(min_length=1)]


class Jurisdictions(BaseModel):
    """Regions by jurisdiction, a cloud each, and the Azure types that have no region."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aws: Mapping[str, tuple[str, ...]]
    azure: Mapping[str, tuple[str, ...]]
    azure_pairs: Mapping[str, str]
    """The region to which Azure itself copies what lies in another."""
    global_types: Annotated[Mapping[str, Reason], Field(alias="global")]
    """Azure types whose location is `global`, with the reason why that is no breach."""

    def regions(self, cloud: Literal["aws", "azure"], jurisdiction: str) -> tuple[str, ...]:
        """The regions of a jurisdiction; none for a jurisdiction that the cloud doesn't serve."""
        return (self.aws if cloud == "aws" else self.azure).get(jurisdiction, ())


class TlsSetting(BaseModel):
    """The strongest transport encryption of one service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accepted: tuple[str, ...]
    """The settings that are as strong as the service allows."""
    maximum: str
    default: str
    """What the service takes when nothing is set."""
    source: str


Encrypting = Literal[
    "aws-certificate",
    "aws-load-balancer",
    "aws-private-ca-signature",
    "azure-event-hubs",
    "azure-front-door",
    "azure-postgresql",
    "azure-storage",
]
"""The services whose transport encryption rules judge."""


class Tls(BaseModel):
    """The strongest transport encryption of each service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reviewed: date
    services: Mapping[Encrypting, TlsSetting]

    @model_validator(mode="after")
    def _has_every_service(self) -> Self:
        if missing := set(get_args(Encrypting)) - self.services.keys():
            raise ValueError(f"services has no {min(missing)}: add it")
        return self


class Egress(BaseModel):
    """Where the network in Azure may go outside of it, and which services may in AWS."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: Mapping[str, Reason]
    """Domain names, with what is carried there; `{region}` stands for a region."""
    tags: Mapping[str, Reason]
    """Azure's service tags, with what is carried there."""
    services: Mapping[str, Reason]
    """The services of AWS that go out to the internet, with what for."""

    def destinations(self, regions: Sequence[str]) -> frozenset[str]:
        """The domain names for a stack in these regions."""
        return frozenset(name.replace("{region}", region) for name in self.names for region in regions)


Function = Literal["audit", "audit-readers", "data-readers", "key-operators", "on-call", "platform", "recoverers"]
"""What a group of people is for. The members of `platform`, `on-call` and `audit` stay in it; into the others people
are let for some hours."""


Holder = Literal["workload", Function]


class GivenRole(BaseModel):
    """To whom, and on what, a role may be given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: frozenset[Holder]
    on: tuple[str, ...]
    """The types of resources on which it is narrow enough."""
    at: Mapping[Holder, frozenset[str]] = Field(default_factory=dict[Holder, frozenset[str]])
    """The logical names of those on which a holder may have it; without an entry, all of these types."""
    works_for: frozenset[str] = frozenset()
    """As whose identity a workload may have it: the types of resources, or a tenant's own."""
    lent_to: str | None = None
    """The type of a resource that has to work as the identity on which it is given."""
    apart: bool = False
    """Whether it is given only on a resource group in which the stack has nothing."""
    below: str | None = None
    """The part of such a resource, such as `indexes`, of which the scope has to name one."""
    conditional: frozenset[str] = frozenset()
    """The data actions that a condition has to narrow to some containers."""
    containers: frozenset[str] = frozenset()
    """The containers to which the condition has to narrow them; none if it may name any."""
    lasting: bool = False
    """Whether data or backups stand on it, so that it must not be taken away by mistake."""


class BuiltInRole(GivenRole):
    """A role of Azure's own that may be given."""

    id: str


class CustomRole(GivenRole):
    """A role of our own, and all that it may do."""

    actions: frozenset[str] = frozenset()
    """`{table}` stands for each of the tables that people may read."""
    not_actions: frozenset[str] = frozenset()
    """What it has to leave out, if its actions hold an asterisk."""
    data_actions: frozenset[str] = frozenset()


class AzureRoles(BaseModel):
    """The roles that may be given in Azure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tables: tuple[str, ...]
    """The tables of logs that people may read."""
    content_tables: frozenset[str]
    """The tables of logs in which customers' words may be."""
    let_in: Mapping[Function, frozenset[Function]]
    """Of which groups people may be let into another for some hours."""
    built_in: Mapping[str, BuiltInRole]
    custom: Mapping[str, CustomRole]
    """By its logical name in the program."""

    def actions(self, role: CustomRole) -> frozenset[str]:
        """What a role of our own may do, with the names of the tables that it may read."""
        return frozenset(action.replace("{table}", table) for action in role.actions for table in self.tables)


class Place(BaseModel):
    """Where a type of resource answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    """The properties that hold its name."""
    hosts: tuple[str, ...]
    """Its host names, with `{}` for its name."""


class Paths(BaseModel):
    """Which paths of the portal each service answers, by cloud and service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aws: Mapping[str, frozenset[str]]
    azure: Mapping[str, frozenset[str]]


class Variables(BaseModel):
    """Environment variables that programs obey by themselves, each with what comes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    addresses: Mapping[str, Reason]
    """Variables whose value is an address."""
    refused: Mapping[str, Reason]
    """Variables that no value makes right."""


ANY_NAME: Final = "*"
"""Stands for a name that is free."""


class Anything(Enum):
    """Stands for whatever names and values."""

    ANYTHING = ANY_NAME


Settable = Mapping[str, "Settable | Anything"]
"""The properties of an object that may be set, each with those below it: none below a plain value. `*` is any other."""


class ReviewedProperties(BaseModel):
    """The properties that somebody has reviewed, as paths: `rules.port`, without list indexes.

    An asterisk stands for names that are free, as those of tags are; at a path's end for whatever is below them, too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    anywhere: tuple[str, ...]
    """Of every type."""
    types: Mapping[str, tuple[str, ...]]
    spare: Mapping[str, tuple[str, ...]]
    """What has been reviewed beside it, by type, though the program doesn't set it: it opens and weakens nothing."""
    documents: Mapping[str, Mapping[str, tuple[str, ...]]]
    """What may stand in a document in JSON, as paths, by type and by the property that holds it."""
    alike: Mapping[str, str]
    """Types that have the properties of another one, which is only named otherwise."""

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if unknown := set(self.alike.values()) - self.types.keys():
            raise ValueError(f"alike names {min(unknown)}, which types doesn't have: correct it")
        if unknown := (self.spare.keys() | self.documents.keys()) - self.of_types.keys():
            raise ValueError(f"spare or documents names {min(unknown)}, which types doesn't have: add it there")
        return self

    @cached_property
    def of_types(self) -> Mapping[str, Settable]:
        """What may be set of each type that stands here."""
        listed = {**self.types, **{name: self.types[other] for name, other in self.alike.items()}}
        return {
            name: _settable((*self.anywhere, *paths, *self.spare.get(name, ()), *self._inside(name)))
            for name, paths in listed.items()
        }

    @cached_property
    def of_every_type(self) -> Settable:
        """What may be set of a type that doesn't."""
        return _settable(self.anywhere)

    def _inside(self, name: str) -> Iterable[str]:
        return (f"{holder}.{path}" for holder, paths in self.documents.get(name, {}).items() for path in paths)


class ReviewedTypes(BaseModel):
    """The types of cloud resources that somebody has reviewed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    packages: tuple[str, ...]
    """The packages of providers whose resources may be used at all."""
    judged: tuple[str, ...]
    """Types that rules of their own judge."""
    unjudged: Mapping[str, Reason]
    """Types that no rule names, with the reason why none has to."""
    refused: Mapping[str, Reason]
    """Types that rules name and that are refused all the same, with the reason."""


_reviewed: Final = Table("properties.toml", ReviewedProperties)

reviewed_types: Final = Table("types.toml", ReviewedTypes)

egress: Final = Table("egress.toml", Egress)

azure_roles: Final = Table("azure_roles.toml", AzureRoles)

jurisdictions: Final = Table("jurisdictions.toml", Jurisdictions)

places: Final = Table("places.toml", dict[str, Place])
"""By type."""

variables: Final = Table("variables.toml", Variables)

destinations: Final = Table("destinations.toml", dict[str, Reason])
"""The names that services may reach on the internet, each with the reason."""

ignored_changes: Final = Table("ignored_changes.toml", dict[str, dict[str, Reason]])
"""By type, the properties whose changes may be ignored, each with the reason."""

runtimes: Final = Table("runtimes.toml", dict[str, date])
"""The runtimes that functions in AWS Lambda may have, with the last day of updates."""

paths: Final = Table("paths.toml", Paths)

_tls: Final = Table("tls.toml", Tls)


@cache
def reviewed_properties() -> Mapping[str, Settable]:
    """The table `properties.toml`: what may be set, by type; of a reviewed type that it lacks, what every type has."""
    types = reviewed_types()
    return {**dict.fromkeys((*types.judged, *types.unjudged), _reviewed().of_every_type), **_reviewed().of_types}


def json_documents() -> Mapping[str, Collection[str]]:
    """The properties that hold a document in JSON whose content is reviewed, by type."""
    return _reviewed().documents


def spare_properties() -> Mapping[str, Collection[str]]:
    """The properties that are reviewed without being set by the program, by type."""
    return _reviewed().spare


def tls_reviewed() -> date:
    """The day on which `tls.toml` was last compared with what the clouds offer."""
    return _tls().reviewed


def tls_setting(service: Encrypting) -> TlsSetting:
    """A row of `tls.toml`."""
    return _tls().services[service]


def today() -> date:
    """The day on which rules judge, for tables that end on a day."""
    return datetime.now(UTC).date()


def _settable(paths: Iterable[str]) -> Settable:
    found: dict[str, Any] = {}
    for path in paths:
        *above, last = path.split(".")
        free = last == ANY_NAME
        if not all((*above, last)) or (free and not above):
            raise ValueError(f"{path!r} is no path of names with points between: correct it")
        below = found
        for name in above[:-1] if free else above:
            below = below.setdefault(name, {})
            if below is Anything.ANYTHING:
                raise ValueError(f"{path} lies below what is free altogether: remove one of them")
        if free:
            below[above[-1]] = Anything.ANYTHING
        else:
            below.setdefault(last, {})
    return found
