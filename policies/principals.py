"""The table of the principals that may open, look after or reach what belongs to tenants (`principals.toml`)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from policies.resources import Resource, Stack

Way = Literal["bucket", "context", "vault"]
"""A circumstance in which a tenant's key may be used: by way of S3 for the tenant's bucket, with the tenant's id as
encryption context, by way of AWS Backup."""

TAG: Final = "tenant"
"""The name of the session tag and of the key of the encryption context whose value is the tenant's id."""


class Uses(BaseModel):
    """In which circumstances a tenant's key may be used, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: tuple[Way, ...] = ()
    reason: Annotated[str, Field(min_length=20)]


class AwsRole(Uses):
    """A role of AWS that the design knows."""

    room: str
    """The type of the component below which the program makes it: a role of the same name elsewhere isn't meant."""
    service: str | None = None
    """The one service of AWS that may take it on."""
    session: bool = False
    """Whether it is used in sessions tagged with a tenant only."""
    tags: tuple[str, ...] = ()
    """The roles whose sessions it may take on and tag."""
    mends: tuple[str, ...] = ()
    """What it may do with a key without using it."""
    does: tuple[str, ...] = ()
    """What its work takes of the actions that `effects.toml` leaves to few."""
    does_for_services: tuple[str, ...] = ()
    """The same, but only with what a service of AWS makes and takes away itself."""
    passes: tuple[str, ...] = ()
    """The roles that it may hand to a service."""

    @property
    def of_few(self) -> frozenset[str]:
        """Everything that it has of what is left to few."""
        return frozenset((*self.mends, *self.does, *self.does_for_services))


class AzureAssignment(BaseModel):
    """An assignment of Azure by which people or services get at what is all tenants', and why that is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    room: str
    administers: bool = False
    """Whether it may look after keys without using them."""
    reads: bool = False
    """Whether it may reach content of all tenants."""
    signs_as: tuple[str, ...] = ()
    """The names of the applications that sign by it for whom a service works."""
    reason: Annotated[str, Field(min_length=20)]


class Principals(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aws: Mapping[str, AwsRole]
    aws_account: Annotated[Uses, Field(alias="aws-account")]
    """Anybody else in the account, whom the stack doesn't make."""

    azure: Mapping[str, AzureAssignment]
    """By the logical name of the assignment, without the tenant's id where there is one for each tenant."""

    def assignment(self, assignment: Resource, stack: Stack) -> AzureAssignment | None:
        """The declaration of an assignment of Azure, or of those of which there is one a tenant; None for any other."""
        name = assignment.resource_name
        whose, _, tenant = name.rpartition("-")  # ids of tenants have no hyphen
        declared = self.azure.get(whose if tenant in stack.tenants else name)
        if declared is None or declared.room not in {each.resource_type for each in stack.ancestors(assignment)}:
            return None
        return declared

    def role(self, role: Resource, stack: Stack) -> AwsRole | None:
        """The declaration of a role; None for one that the design gives nothing."""
        declared = self.aws.get(role.resource_name)
        if declared is None or declared.room not in {each.resource_type for each in stack.ancestors(role)}:
            return None
        return declared


@cache
def principals() -> Principals:
    """The table."""
    return Principals.model_validate(tomllib.loads((Path(__file__).parent / "principals.toml").read_text("utf-8")))


def way_to_data(role: Resource, stack: Stack) -> AwsRole | None:
    """The declaration of a role with which one can open tenants' data or say whose they are; None for any other."""
    declared = principals().role(role, stack)
    return declared if declared is not None and (declared.use or declared.tags) else None


def session_role(role: Resource, stack: Stack) -> AwsRole | None:
    """The declaration of a role that is used in sessions of tenants; None for any other."""
    declared = principals().role(role, stack)
    return declared if declared is not None and declared.session else None
