"""Everything that can be reached, and what of it is declared (`reach.toml`)."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from policies.loading import Table
from policies.network import aws, azure
from policies.network.aws import AwsNetwork
from policies.network.azure import AzureNetwork
from policies.network.paths import DIRECT, Path
from policies.network.ports import ALL_PORTS, Ports
from policies.network.references import References
from policies.resources import Resource, Stack

From = Literal["internet", "vpn"]

WITHIN: Final = (*aws.WITHIN, *azure.WITHIN)
"""The types that a client of the VPN may reach."""

REACHED: Final = (*aws.REACHED, *azure.REACHED)
"""The types that may be reached at all."""

PARTS: Final = (*aws.PARTS, *azure.PARTS)
"""The types that decide who reaches what."""


def _ports(value: object) -> object:
    if value == "every":
        return ALL_PORTS
    if not isinstance(value, list):
        raise ValueError('it names no ports: write a list such as ["tcp/443"], or "every"')  # noqa: TRY004  # pydantic takes no other
    return Ports.parse(str(each) for each in value)


class Declared(BaseModel):
    """What may be reached, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    type: str
    names: tuple[str, ...] = ("*",)
    """The logical names, with `*` for any letters."""
    below: str | None = None
    """The component that it belongs to."""
    through: str = DIRECT
    """What passes the connection on; without it the resource is connected to directly."""
    ports: Annotated[Ports, BeforeValidator(_ports)]
    """Such as `tcp/443`; `every` for all."""
    always: bool = False
    """Whether the service has it in any case: where it isn't reached, this looked at nothing."""
    reason: Annotated[str, Field(min_length=20)]

    def covers(self, resource: Resource, path: Path) -> bool:
        """Whether a way to a resource is of this kind, ports aside."""
        return self.is_about(resource) and path.through == self.through

    def is_about(self, resource: Resource) -> bool:
        """Whether a resource is one of those that it declares."""
        return (
            resource.resource_type == self.type
            and any(fnmatchcase(resource.resource_name, name) for name in self.names)
            and (self.below is None or self.below in resource.urn.split("::")[2].split("$")[:-1])
        )


class Service(BaseModel):
    """What may be reached of one service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    internet: tuple[Declared, ...]
    vpn: tuple[Declared, ...]

    def of(self, source: From) -> tuple[Declared, ...]:
        """What may be reached from the internet, or from the VPN."""
        return self.internet if source == "internet" else self.vpn


class Reach(BaseModel):
    """The table `reach.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    services: Mapping[str, Service]
    """By the type of the service's component."""
    irrelevant: Mapping[str, str]
    """The types (or all whose names begin so) that nothing can be reached by or through, with the reason."""


reach: Final = Table("network/reach.toml", Reach)


class Network:
    """The networks of a stack, in both clouds, and what is declared for its service."""

    def __init__(self, stack: Stack) -> None:
        references = References(stack)
        self._stack = stack
        self._aws = AwsNetwork(stack, references)
        self._azure = AzureNetwork(stack, references)
        self._paths: dict[tuple[str, From], Sequence[Path]] = {}

    def paths(self, resource: Resource, source: From) -> Sequence[Path]:
        """The ways to a resource, those that are shut left out."""
        key = (resource.urn, source)
        if key not in self._paths:
            self._paths[key] = [path for path in self._all_paths(resource, source) if path.access]
        return self._paths[key]

    def declared(self, source: From) -> Sequence[Declared]:
        """What may be reached of the stack's service."""
        return self._declared[source]

    @cached_property
    def _declared(self) -> Mapping[From, Sequence[Declared]]:
        services = [service for name, service in reach().services.items() if self._stack.of_type(name)]
        return {
            "internet": [row for each in services for row in each.internet],
            "vpn": [row for each in services for row in each.vpn],
        }

    def _all_paths(self, resource: Resource, source: From) -> Iterator[Path]:
        cloud = self._aws if resource.resource_type.startswith("aws:") else self._azure
        yield from cloud.paths(resource, from_vpn=source == "vpn")
