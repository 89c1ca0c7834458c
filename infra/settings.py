"""The only reader of a stack's configuration.

A stack file is turned into one frozen `Settings`; nothing else in the program looks at configuration. Reading has no
side effects, and a key that is not described here (and in `Pulumi.yaml`) is refused.
"""

import json
import re
from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import combinations
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from infra.fields import AcrImage, AddressRange, Arn, AwsAccountId, DomainName, EcrImage, Uuid, pattern
from infra.tenants import Tenant

NAMESPACE: Final = "hosting"
"""The project's name in `Pulumi.yaml`, which Pulumi puts before every configuration key of the program."""

AWARE_REGIONS: Final[Mapping[str, tuple[str, ...]]] = {"us": ("eastus", "eastus2", "centralus", "southcentralus")}
"""Azure regions with availability zones, by jurisdiction (Aware document, 3.g: US East by default)."""

CLOUD_INTEGRATED_REGIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "us": ("us-east-1", "us-east-2", "us-west-2"),
    "uk": ("eu-west-2",),
    "eu": ("eu-central-1",),
    "za": ("af-south-1",),
    "au": ("ap-southeast-2", "ap-southeast-4"),
    "ca": ("ca-central-1", "ca-west-1"),
}
"""AWS regions by the hosting jurisdiction that the customer selects (e-mail document, 3, Cloud Integrated Service)."""

PRIVATE_RANGES: Final = tuple(IPv4Network(range_) for range_ in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""The ranges that are nobody's on the internet (RFC 1918)."""

MAXIMUM_CERTIFICATE_NAME: Final = 64
"""Characters in the first name of a certificate of ACM (RFC 5280, upper bound of the common name)."""

MAXIMUM_TENANTS: Final = 200
"""Tenants in one stack. AI Search holds 200 indexes a service (S2), the first limit that one tenant each runs into."""

Jurisdiction = Literal["us", "uk", "eu", "za", "au", "ca"]


class SettingsError(ValueError):
    """The stack's configuration can't be used. The message is one sentence: what is wrong, where, how to mend it."""


class _Model(BaseModel):
    """Frozen, and strict about names: what is not described is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class AwareOptions(_Model):
    """What only the Aware service needs."""

    allowed_subscription_ids: tuple[Uuid, ...] = Field(min_length=1, max_length=1)
    """The Azure subscription of this stack. One, because the provider deploys to exactly one."""
    entra_tenant_id: Uuid
    """The Entra tenant of the subscription, whose users may open the VPN."""
    signal_image: AcrImage
    """Here and below: an image of a registry that lets a managed identity sign in; no password is kept for one."""
    spotlight_image: AcrImage
    search_and_discover_image: AcrImage
    data_management_image: AcrImage


class VpnGroup(_Model):
    """A group of the identity provider whose members may reach the private subnets over the VPN."""

    name: Annotated[str, pattern(r"[a-z][a-z0-9-]{1,30}", "a name of lower-case letters, digits and hyphens")]
    id: Annotated[str, pattern(r"[A-Za-z0-9-]{1,64}", "a group id of letters, digits and hyphens")]


class CloudIntegratedOptions(_Model):
    """What only the Cloud Integrated service needs."""

    allowed_account_ids: tuple[AwsAccountId, ...] = Field(min_length=1, max_length=1)
    """The AWS account of this stack; the provider refuses any other. One, because the public access block of S3 and
    other settings exist once an account."""
    hosted_zone_id: Annotated[str, pattern(r"Z[A-Z0-9]{1,31}", "a Route 53 hosted zone id")]
    """The public hosted zone of the portal's domain, for the certificate's validation and the portal's address."""
    vpn_identity_provider_arn: Arn
    """The IAM SAML provider through which engineers sign in to the VPN; it demands the second factor."""
    vpn_groups: tuple[VpnGroup, ...] = Field(min_length=1)
    service_image: EcrImage
    """The service's image; the role that starts tasks may pull this repository and no other."""


class Settings(_Model):
    """Everything that a stack can choose. What is a security setting is not here: it can't be chosen."""

    stack: Annotated[
        str,
        pattern(
            r"(?=.{2,12}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
            "a stack name of 2 to 12 lower-case letters, digits and single hyphens within",
        ),
    ]
    """The stack's name; part of every physical name."""
    service: Literal["aware", "cloud-integrated"]
    jurisdiction: Jurisdiction
    region: str
    zones: Annotated[tuple[str, ...], Field(min_length=3, max_length=3)]
    """Three availability zones: `1`, `2`, `3` in Azure, `us-east-1a` and so on in AWS."""
    name_prefix: Annotated[str, pattern(r"[a-z][a-z0-9]{2,7}", "3 to 8 lower-case letters and digits")]
    """Comes first in every name that is unique in the whole cloud (storage accounts, vaults, buckets)."""
    address_space: AddressRange
    """CIDR of the virtual network, /16 to /20: sixteen subnets of /20 to /24."""
    vpn_address_space: AddressRange
    """CIDR from which VPN clients get their addresses, /16 to /22; apart from the address space."""
    portal_domain: DomainName
    log_retention_days: Annotated[int, Field(ge=365, le=730)]
    """Days that logs stay searchable."""
    tenants: Annotated[tuple[Tenant, ...], Field(max_length=MAXIMUM_TENANTS)]
    aware: AwareOptions | None = None
    cloud_integrated: CloudIntegratedOptions | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        self._has_options_of_its_service()
        self._stays_in_jurisdiction()
        self._has_room_for_its_subnets()
        self._names_each_tenant_once()
        self._names_each_vpn_group_once()
        self._has_a_domain_that_certificates_take()
        return self

    def _has_options_of_its_service(self) -> None:
        wanted, other = ("aware", "cloud_integrated") if self.service == "aware" else ("cloud_integrated", "aware")
        if getattr(self, wanted) is None:
            raise ValueError(f"{to_camel(wanted)} is missing: the service {self.service} needs it")
        if getattr(self, other) is not None:
            raise ValueError(f"{to_camel(other)} does not belong to the service {self.service}: remove it")

    def _stays_in_jurisdiction(self) -> None:
        regions = (AWARE_REGIONS if self.service == "aware" else CLOUD_INTEGRATED_REGIONS).get(self.jurisdiction)
        if regions is None:
            raise ValueError(f"jurisdiction {self.jurisdiction!r} is not offered for the service {self.service}")
        if self.region not in regions:
            raise ValueError(
                f"region {self.region!r} is outside the jurisdiction {self.jurisdiction!r}: use one of "
                + ", ".join(regions)
            )
        zone = r"[1-3]" if self.service == "aware" else re.escape(self.region) + "[a-z]"
        for name in self.zones:
            if re.fullmatch(zone, name) is None:
                raise ValueError(f"zone {name!r} is not a zone of {self.region}")
        if len(set(self.zones)) != len(self.zones):
            raise ValueError("zones names a zone twice: name three different ones")

    def _has_room_for_its_subnets(self) -> None:
        network, clients = IPv4Network(self.address_space), IPv4Network(self.vpn_address_space)
        if not 16 <= network.prefixlen <= 20:
            raise ValueError(
                f"addressSpace {self.address_space} can't hold the subnets of three zones: use a range from /16 to /20"
            )
        if not 16 <= clients.prefixlen <= 22:
            raise ValueError(f"vpnAddressSpace {self.vpn_address_space} must be a range from /16 to /22")
        for name, value in (("addressSpace", network), ("vpnAddressSpace", clients)):
            if not any(value.subnet_of(range_) for range_ in PRIVATE_RANGES):
                raise ValueError(f"{name} {value} is not a private range: take it from 10.0.0.0/8 or 172.16.0.0/12")
        if network.overlaps(clients):
            raise ValueError(
                f"addressSpace {self.address_space} and vpnAddressSpace {self.vpn_address_space} overlap: "
                "choose ranges apart from each other"
            )

    def _names_each_tenant_once(self) -> None:
        for first, second in combinations(self.tenants, 2):
            if first.id == second.id:
                raise ValueError(f"tenants names {first.id!r} twice: remove one of the rows")

    def _names_each_vpn_group_once(self) -> None:
        groups = self.cloud_integrated.vpn_groups if self.cloud_integrated else ()
        for first, second in combinations(groups, 2):
            if first.name == second.name or first.id == second.id:
                raise ValueError(f"cloudIntegrated.vpnGroups names {second.name!r} twice: remove one of the rows")

    def _has_a_domain_that_certificates_take(self) -> None:
        if self.service == "cloud-integrated" and len(self.portal_domain) > MAXIMUM_CERTIFICATE_NAME - len("vpn."):
            raise ValueError(
                f"portalDomain {self.portal_domain!r} is too long: with `vpn.` before it a certificate's name "
                f"must not be longer than {MAXIMUM_CERTIFICATE_NAME} characters"
            )


def parse_settings(stack: str, values: Mapping[str, object]) -> Settings:
    """The settings of `stack`, from the configuration values below `hosting:` (keys without the namespace).

    A list or object may be given as itself (as a stack file holds it) or as JSON text (as Pulumi hands it to a
    program). Raises SettingsError for anything unusable, naming the key.
    """
    plain = {key: _from_json(value) for key, value in values.items()}
    if "stack" in plain:
        raise SettingsError(f"Pulumi.{stack}.yaml: {NAMESPACE}:stack is not a setting: remove it.")
    present = {key: value for key, value in plain.items() if value != {}}
    try:
        return Settings.model_validate({**present, "stack": stack})
    except ValidationError as error:
        problems = "; ".join(_sentence(problem) for problem in error.errors())
        raise SettingsError(f"Pulumi.{stack}.yaml: {problems}.") from None


def _from_json(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _sentence(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    match problem["type"]:
        case "extra_forbidden":
            return f"{NAMESPACE}:{place} is not a known setting: remove it or correct its spelling"
        case "missing":
            return f"{NAMESPACE}:{place} is missing: add it"
        case _ if place == "stack":
            return message
        case _ if place:
            return f"{NAMESPACE}:{place}: {message[0].lower() + message[1:]}"
        case _:
            return message
