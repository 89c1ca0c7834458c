"""The tables that rules look things up in: regions by jurisdiction, transport encryption by service, reviewed types."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

_DIRECTORY = Path(__file__).parent


class Jurisdictions(BaseModel):
    """Regions by jurisdiction, a cloud each, and the Azure types that have no region."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aws: Mapping[str, tuple[str, ...]]
    azure: Mapping[str, tuple[str, ...]]
    azure_pairs: Mapping[str, str]
    """The region to which Azure itself copies what lies in another."""
    global_types: Annotated[Mapping[str, str], Field(alias="global")]
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


class ReviewedTypes(BaseModel):
    """The types of cloud resources that somebody has reviewed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    packages: tuple[str, ...]
    """The packages of providers whose resources may be used at all."""
    judged: tuple[str, ...]
    """Types that rules of their own judge."""
    unjudged: Mapping[str, str]
    """Types that no rule names, with the reason why none has to."""
    refused: Mapping[str, str]
    """Types that rules name and that are refused all the same, with the reason."""


@cache
def reviewed_types() -> ReviewedTypes:
    """The table `types.toml`."""
    return ReviewedTypes.model_validate(_load("types.toml"))


@cache
def jurisdictions() -> Jurisdictions:
    """The table `jurisdictions.toml`."""
    return Jurisdictions.model_validate(_load("jurisdictions.toml"))


@cache
def tls_reviewed() -> date:
    """The day on which `tls.toml` was last compared with what the clouds offer."""
    return TypeAdapter(date).validate_python(_load("tls.toml")["reviewed"])


@cache
def tls_setting(service: str) -> TlsSetting:
    """A row of `tls.toml`."""
    return TlsSetting.model_validate(_load("tls.toml")[service])


@cache
def destinations() -> Mapping[str, str]:
    """The table `destinations.toml`: the names that services may reach on the internet, each with the reason."""
    return TypeAdapter(dict[str, Annotated[str, Field(min_length=1)]]).validate_python(_load("destinations.toml"))


def _load(name: str) -> dict[str, object]:
    return tomllib.loads((_DIRECTORY / name).read_text("utf-8"))
