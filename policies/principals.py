"""The table of the roles of AWS, and of who in Azure may open or look after what is tenants' (`principals.toml`)."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.loading import Table
from policies.resources import Resource, Stack

Way = Literal["bucket", "context", "vault"]
"""A circumstance in which a tenant's key may be used: by way of S3 for the tenant's bucket, with the tenant's id as
encryption context, by way of AWS Backup."""

TAG: Final = "tenant"
"""The name of the session tag and of the key of the encryption context whose value is the tenant's id."""

SECOND: Final = "-2"
"""How the logical names end of what the program makes in the second region."""


class Uses(BaseModel):
    """In which circumstances a tenant's key may be used, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: tuple[Way, ...] = ()
    reason: Annotated[str, Field(min_length=20)]


class AwsRole(Uses):
    """A role of AWS that the design knows: who takes it on (`service`, `people` or `session`), and for what."""

    room: str
    """The type of the component below which the program makes it: a role of the same name elsewhere isn't meant."""
    in_each_region: bool = False
    """Whether the second region has one of its own, whose name ends in `-2`."""
    service: str | None = None
    """The one service of AWS that may take it on."""
    people: Literal["signed-in", "emergency"] | None = None
    """The people who may take it on: whom the identity provider has signed in, or one user with a second factor."""
    session: bool = False
    """Whether it is used in sessions tagged with a tenant only, by the roles that have it in `tags`."""
    lent_as: str | None = None
    """The type and property by which a service comes by it: `aws:lambda/function:Function.role`."""
    lent_to: tuple[str, ...] = ()
    """The logical names of those that work as it; without any, all of the type."""
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

    @model_validator(mode="after")
    def _has_one_way_in(self) -> Self:
        if [self.service is not None, self.people is not None, self.session].count(True) != 1:
            raise ValueError("a role is taken on by one: set service, people or session")
        if (self.lent_as is not None and self.service is None) or (self.lent_to and self.lent_as is None):
            raise ValueError("a role is lent by a property to a service: set service and lent_as, or leave out lent_to")
        return self

    @property
    def of_few(self) -> frozenset[str]:
        """Everything that it has of what is left to few."""
        return frozenset((*self.mends, *self.does, *self.does_for_services))

    @property
    def taken_on_by(self) -> str:
        """Who may take it on, in words."""
        if self.people is not None:
            return "whom the identity provider signs in" if self.people == "signed-in" else "one user, for emergencies"
        return self.service or "the role that tags its sessions"

    def is_lent(self, role_name: str, place: str, name: str) -> bool:
        """Whether what has this logical name works by the property `place` as the role of the logical name."""
        if self.lent_as != place:
            return False
        if self.in_each_region and role_name.endswith(SECOND) != name.endswith(SECOND):
            return False
        return not self.lent_to or name.removesuffix(SECOND) in self.lent_to


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


class Queue(BaseModel):
    """The roles of AWS that put messages into a queue, and those that take them out, by their logical names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sends: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    reason: Annotated[str, Field(min_length=20)]


class SharedTable(BaseModel):
    """The roles of AWS whose services work in a table that tenants share, by their logical names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    used_by: tuple[str, ...]
    """In sessions of a tenant; each stands for the role of the second region as well."""
    reason: Annotated[str, Field(min_length=20)]


class Key(BaseModel):
    """The services of AWS that use a key by themselves, without a role, by the first part of their names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    services: tuple[str, ...]
    reason: Annotated[str, Field(min_length=20)]


class Delivery(BaseModel):
    """The one service of AWS that delivers into a bucket."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    source: str | None = None
    """The type of the resources for which it delivers; None for a service that doesn't say for which."""
    named: str | None = None
    """How the ARN of such a resource ends: `{}` stands for its name."""
    reason: Annotated[str, Field(min_length=20)]

    @model_validator(mode="after")
    def _says_both(self) -> Self:
        if (self.source is None) != (self.named is None):
            raise ValueError("a source is known by how its ARN ends: set source and named, or neither")
        return self


class Called(BaseModel):
    """The services that call another one in their environment of Azure, by their logical names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    called_by: tuple[str, ...]
    reason: Annotated[str, Field(min_length=20)]


class Principals(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aws: Mapping[str, AwsRole]
    aws_account: Annotated[Uses, Field(alias="aws-account")]
    """Anybody else in the account, whom the stack doesn't make."""

    queues: Mapping[str, Queue]
    """By the logical name of the queue. Of any other no role sends or takes messages."""
    tables: Mapping[str, SharedTable]
    """By the logical name of the table."""
    keys: Mapping[str, Key]
    """By the logical name of the key, which stands for that of the second region as well."""
    deliveries: Mapping[str, Delivery]
    """By the logical name of the bucket, which stands for that of the second region as well."""
    services: Mapping[str, Called]
    """By the logical name of the service, which stands for that of the second region as well. No other is called."""
    azure: Mapping[str, AzureAssignment]
    """By the logical name of the assignment, without the tenant's id where there is one for each tenant."""

    @model_validator(mode="after")
    def _names_roles(self) -> Self:
        tagged = [name for role in self.aws.values() for name in role.tags]
        if sorted(tagged) != sorted(name for name, role in self.aws.items() if role.session):
            raise ValueError(
                "each role with session has to stand in the tags of one role, and no other may: correct tags"
            )
        if unknown := {name for role in self.aws.values() for name in role.passes} - self.aws.keys():
            raise ValueError(f"passes names {min(unknown)}, which is no role of the table: correct it")
        lent = [(role.lent_as, name) for role in self.aws.values() for name in role.lent_to]
        if len(set(lent)) != len(lent):
            raise ValueError("two roles are lent to one: name it in lent_to of one role")
        return self

    def assignment(self, assignment: Resource, stack: Stack) -> AzureAssignment | None:
        """The declaration of an assignment of Azure, or of those of which there is one a tenant; None for any other."""
        name = assignment.resource_name
        whose, _, tenant = name.rpartition("-")  # ids of tenants have no hyphen
        declared = self.azure.get(whose if tenant in stack.tenants else name)
        if declared is None or declared.room not in {each.resource_type for each in stack.ancestors(assignment)}:
            return None
        return declared

    def role(self, role: Resource, stack: Stack) -> AwsRole | None:
        """The declaration of a role; None for one that the design doesn't know."""
        name = role.resource_name
        declared = self.aws.get(name)
        if declared is None and name.endswith(SECOND):
            declared = self.aws.get(name.removesuffix(SECOND))
            declared = declared if declared is not None and declared.in_each_region else None
        if declared is None or declared.room not in {each.resource_type for each in stack.ancestors(role)}:
            return None
        return declared


principals: Final = Table("principals.toml", Principals)


def way_to_data(role: Resource, stack: Stack) -> AwsRole | None:
    """The declaration of a role with which one can open tenants' data or say whose they are; None for any other."""
    declared = principals().role(role, stack)
    return declared if declared is not None and (declared.use or declared.tags) else None


def session_role(role: Resource, stack: Stack) -> AwsRole | None:
    """The declaration of a role that is used in sessions of tenants; None for any other."""
    declared = principals().role(role, stack)
    return declared if declared is not None and declared.session else None
