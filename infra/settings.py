"""The only reader of a stack's configuration.

A stack file is turned into one frozen `Settings`; nothing else in the program looks at configuration. Reading has no
side effects, and a key that is not described here (and in `Pulumi.yaml`) is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from itertools import combinations
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from infra.fields import (
    AddressRange,
    Arn,
    AwsAccountId,
    Digest,
    DomainName,
    EmailAddress,
    PhoneNumber,
    TenantId,
    Uuid,
    pattern,
)
from infra.mistakes import LineOf, MisfitError, told
from infra.tenants import Tenant

NAMESPACE: Final = "hosting"
"""The project's name in `Pulumi.yaml`, which Pulumi puts before every configuration key of the program."""

AWARE_REGIONS: Final[Mapping[str, tuple[str, ...]]] = {"us": ("eastus", "eastus2", "centralus", "southcentralus")}
"""Azure regions with availability zones, by jurisdiction (Aware document, 3.g: US East by default)."""

AWARE_PAIRS: Final[Mapping[str, str]] = {
    "eastus": "westus",
    "eastus2": "centralus",
    "centralus": "eastus2",
    "southcentralus": "northcentralus",
}
"""The region that gets the geo-redundant copies of a region's storage and database, which Azure chooses (Azure
documentation, "Azure regions list"). It lies in the same jurisdiction and may have no zones: nothing runs there."""

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

MAXIMUM_TENANTS: Final[Mapping[str, int]] = {"aware": 200, "cloud-integrated": 250}
"""Tenants in one stack, by service. The first limits that one object a tenant each runs into: AI Search holds 200
indexes a service (S2), AWS Backup 300 vaults a region, of which some stay free for whoever restores."""

SHORTEST_DELETION_POLICY_DAYS: Final[Mapping[str, int]] = {"aware": 90, "cloud-integrated": 30}
"""The shortest term of the deletion policy that a service can keep. In Azure a deleted key can be brought back for 90
days, and purge protection lets nobody shorten that."""

Jurisdiction = Literal["us", "uk", "eu", "za", "au", "ca"]


class SettingsError(ValueError):
    """The stack's configuration can't be used. The message is one sentence: what is wrong, where, how to mend it."""


class _Model(BaseModel):
    """Frozen, and strict about names: what is not described is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class Retention(_Model):
    """How long is kept what is kept."""

    log_days: Annotated[int, Field(ge=365, le=730)] = 365
    """Days that logs stay searchable; those that may hold customers' words end with the term below."""
    deletion_policy_days: Annotated[int, Field(ge=30, le=365)] = 90
    """Days from a tenant's termination until everything of it is erased: the term of the deletion policy that customers
    are promised. Locks, backups and lifecycles end within it, and so do the days in which Azure could bring back what
    was deleted: an Aware stack needs 90 days or more."""


class SecondRegion(_Model):
    """Another region of the same jurisdiction, to which data are copied and in which the services can run."""

    region: str
    zones: Annotated[tuple[str, ...], Field(min_length=3, max_length=3)]
    address_space: AddressRange
    """CIDR of its virtual network, as large as the first one's and apart from it."""
    serving: bool = False
    """Whether the services run there at full size: turned on in a failover, off after the way back."""


def _are_different(users: tuple[str, ...]) -> tuple[str, ...]:
    for first, second in combinations(users, 2):
        if first == second:
            raise ValueError(f"{first!r} stands there twice: name two different accounts")
    return users


BreakGlassUserIds = Annotated[tuple[Uuid, ...], Field(min_length=2), AfterValidator(_are_different)]
"""Object ids of Entra accounts for emergencies; two at least, for one may fail when it is needed."""


class AwareImages(_Model):
    """The digest of each service's image in the stack's own registry."""

    signal: Digest
    spotlight: Digest
    search_and_discover: Digest
    data_management: Digest
    tokens: Digest
    """Of the service that says to Entra for which tenant a service works."""
    migration: Digest
    """Of the job that changes the database's tables."""


class AccessGroups(_Model):
    """Object ids of the Entra groups of people (the stack `identity` makes and exports them)."""

    platform: Uuid
    on_call: Uuid
    audit: Uuid
    approvers: Uuid
    """Who lets others in: somebody new among them is an alarm, as among the accounts for emergencies."""
    break_glass: Uuid
    data_readers: Uuid
    """Here and below: a group that is empty, but for people whom privileged identity management lets in for hours."""
    key_operators: Uuid
    audit_readers: Uuid
    recoverers: Uuid


class Case(_Model):
    """A tenant whose data somebody has to look at, and the ticket that says why."""

    tenant: TenantId
    ticket: Annotated[str, pattern(r"[A-Z][A-Z0-9]{1,9}-\d{1,9}", "a ticket such as CASE-123")]


class AwareOptions(_Model):
    """What only the Aware service needs."""

    allowed_subscription_ids: tuple[Uuid, ...] = Field(min_length=1, max_length=1)
    """The Azure subscription of this stack. One, because the provider deploys to exactly one."""
    entra_tenant_id: Uuid
    """The Entra tenant of the subscription, whose users may open the VPN."""
    images: AwareImages
    key_store: Literal["vault", "managed-hsm"] = "vault"
    """Where the platform's keys are kept: in a premium vault (hardware that customers of Azure share) or in a managed
    HSM. Tenants' keys are in a premium vault either way, for Search has no private link to a managed HSM."""
    access_groups: AccessGroups
    break_glass_user_ids: BreakGlassUserIds
    """The accounts that Conditional Access leaves out: each use of one is an alarm."""
    deployer_id: Uuid
    """Object id of the identity with which the release pipeline deploys this stack: what it writes is told apart."""
    on_call_phone: PhoneNumber | None = None
    """Where alarms go as a text message too, for a mail wakes nobody; none by default. No webhook: its address is the
    secret by which anybody could raise or end alarms, and would lie in the state; services for on-call rotas take mails
    and text messages."""
    cases: tuple[Case, ...] = ()
    """The open cases: whoever is let in to data (group `dataReaders`) reads the containers and indexes of these tenants
    alone. None by default; a row is added with the case and removed with it."""
    audit_copy: Literal["unlocked", "locked"] = "unlocked"
    """Whether the immutability of the audit copy is locked, which Azure never takes back: a step of its own, once the
    copy is seen to fill."""

    @property
    def terms(self) -> dict[str, str | Sequence[str]]:
        """Where it is made, whom alarms reach besides, and who may do what nobody else may."""
        return {
            "accountIds": list(self.allowed_subscription_ids),
            "entraTenantId": self.entra_tenant_id,
            "guardianGroupIds": [self.access_groups.approvers, self.access_groups.break_glass],
            "deployerId": self.deployer_id,
            "breakGlassUserIds": list(self.break_glass_user_ids),
            **({"onCallPhone": self.on_call_phone} if self.on_call_phone else {}),
        }


class VpnGroup(_Model):
    """A group of the identity provider whose members may reach the private subnets over the VPN."""

    name: Annotated[str, pattern(r"[a-z][a-z0-9-]{1,30}", "a name of lower-case letters, digits and hyphens")]
    id: Annotated[str, pattern(r"[A-Za-z0-9-]{1,64}", "a group id of letters, digits and hyphens")]


class CloudIntegratedImages(_Model):
    """The digest of each service's image in the stack's own registry."""

    ingestion: Digest
    processing: Digest
    quarantine: Digest
    portal: Digest
    tokens: Digest


BreakGlassUserArn = Annotated[
    str,
    pattern(
        r"arn:aws:iam::\d{12}:user/[\w+=,.@/-]+",
        "the ARN of an IAM user such as arn:aws:iam::210987654321:user/break-glass, for a role's session shows no "
        "second factor",
    ),
]


class CloudIntegratedOptions(_Model):
    """What only the Cloud Integrated service needs."""

    allowed_account_ids: tuple[AwsAccountId, ...] = Field(min_length=1, max_length=1)
    """The AWS account of this stack; the provider refuses any other. One, because the public access block of S3 and
    other settings exist once an account."""
    hosted_zone_id: Annotated[str, pattern(r"Z[A-Z0-9]{1,31}", "a Route 53 hosted zone id")]
    """The public hosted zone of the portal's domain, for the certificate's validation and the portal's address."""
    identity_provider_arn: Arn
    """The IAM SAML provider through which people sign in, to the VPN as well; it demands the second factor."""
    vpn_device_certificate_arn: Arn
    """The ACM certificate whose authority has issued the certificates of the devices that may open the VPN."""
    second_vpn_device_certificate_arn: Arn | None = None
    """The same in the second region, for certificates don't leave theirs: needed while it serves."""
    vpn_groups: tuple[VpnGroup, ...] = Field(min_length=1)
    break_glass_principal_arn: BreakGlassUserArn
    """Who may take on the break-glass role, with a second factor: a user of the organisation's own account, which isn't
    this stack's. No role: what a role's session asks carries no second factor (IAM User Guide, "Secure API access with
    MFA")."""
    images: CloudIntegratedImages

    @property
    def terms(self) -> dict[str, str | Sequence[str]]:
        """Where it is made, who gets in, by what, from which devices, and where its names stand."""
        certificates = (self.vpn_device_certificate_arn, self.second_vpn_device_certificate_arn)
        return {
            "accountIds": list(self.allowed_account_ids),
            "identityProviderArn": self.identity_provider_arn,
            "breakGlassPrincipalArn": self.break_glass_principal_arn,
            "vpnGroupIds": [group.id for group in self.vpn_groups],
            "vpnDeviceCertificateArns": [each for each in certificates if each is not None],
            "hostedZoneId": self.hosted_zone_id,
        }

    @model_validator(mode="after")
    def _breaks_the_glass_from_outside(self) -> Self:
        if self.break_glass_principal_arn.split(":")[4] in self.allowed_account_ids:
            raise MisfitError(
                "breakGlassPrincipalArn",
                f"{self.break_glass_principal_arn!r} is of the stack's own account: "
                "name a user of the organisation's own account",
            )
        return self


class IdentityOptions(_Model):
    """What exists once per Entra tenant."""

    entra_tenant_id: Uuid
    break_glass_user_ids: BreakGlassUserIds
    """The accounts that Conditional Access leaves out, for the day on which it locks everybody out."""
    approver_user_ids: Annotated[tuple[Uuid, ...], Field(min_length=2), AfterValidator(_are_different)]
    """Object ids of the people who approve and review access; two at least, for nobody approves their own."""
    on_call_email: EmailAddress
    """Who is told, day and night, that somebody has been let in to customers' data or keys."""

    @property
    def terms(self) -> dict[str, str | Sequence[str]]:
        """What the stack records of its terms, by which the policy pack and auditors judge it."""
        return {
            "entraTenantId": self.entra_tenant_id,
            "onCallEmail": self.on_call_email,
            "breakGlassUserIds": list(self.break_glass_user_ids),
            "approverUserIds": list(self.approver_user_ids),
        }

    @model_validator(mode="after")
    def _keeps_break_glass_for_emergencies(self) -> Self:
        for user in self.approver_user_ids:
            if user in self.break_glass_user_ids:
                raise MisfitError("approverUserIds", f"names {user!r}, an account for emergencies only: name a person")
        return self


_STACK_NAME: Final = re.compile(r"(?=.{2,12}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")

NamePrefix = Annotated[str, pattern(r"[a-z][a-z0-9]{2,7}", "3 to 8 lower-case letters and digits")]


class IdentitySettings(_Model):
    """Everything that the stack of the Entra tenant can choose. It hosts nothing: no region, no customers."""

    stack: str
    service: Literal["identity"]
    name_prefix: NamePrefix
    """Comes first in the names of groups, policies and access packages."""
    identity: IdentityOptions

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        """None: customers live in the stacks of the services."""
        return ()


class Settings(_Model):
    """Everything that a stack of a service can choose. What is a security setting is not here: it can't be chosen."""

    stack: str
    """The stack's name; part of every physical name."""
    service: Literal["aware", "cloud-integrated"]
    jurisdiction: Jurisdiction
    region: str
    zones: Annotated[tuple[str, ...], Field(min_length=3, max_length=3)]
    """Three availability zones: `1`, `2`, `3` in Azure, `us-east-1a` and so on in AWS."""
    name_prefix: NamePrefix
    """Comes first in every name that is unique in the whole cloud (storage accounts, vaults, buckets)."""
    address_space: AddressRange
    """CIDR of the virtual network, /16 to /20: sixteen subnets of /20 to /24."""
    vpn_address_space: AddressRange
    """CIDR from which VPN clients get their addresses, /16 to /22; apart from the address space."""
    portal_domain: DomainName
    size: Literal["dev", "production"]
    """How much it costs, never how safe it is: in `dev` services leave for the internet through a NAT gateway, in
    `production` through a firewall that knows where to."""
    on_call_email: EmailAddress
    """Where alarms go, day and night."""
    retention: Retention = Retention()
    second_region: SecondRegion | None = None
    tenants: tuple[Tenant, ...] = ()
    aware: AwareOptions | None = None
    cloud_integrated: CloudIntegratedOptions | None = None

    @property
    def hosts_somebody(self) -> bool:
        """Whether a tenant isn't let go yet; until all are, AWS itself refuses to delete the table and the edge."""
        return any(tenant.is_protected for tenant in self.tenants)

    @property
    def log_retention_days(self) -> int:
        """Days that logs stay searchable."""
        return self.retention.log_days

    @property
    def terms(self) -> dict[str, str | int | Sequence[str]]:
        """What the stack records of its terms, by which the policy pack and auditors judge it."""
        options = self.aware or self.cloud_integrated
        return {
            "jurisdiction": self.jurisdiction,
            "deletionPolicyDays": self.retention.deletion_policy_days,
            "logDays": self.retention.log_days,
            "onCallEmail": self.on_call_email,
            **(options.terms if options is not None else {}),
        }

    @model_validator(mode="before")
    @classmethod
    def _has_options_of_no_other_service(cls, values: Mapping[str, object]) -> Mapping[str, object]:
        for service, other in (("aware", "cloudIntegrated"), ("cloud-integrated", "aware")):
            if values.get("service") == service and other in values:
                raise MisfitError(other, f"does not belong to the service {service}: remove it")
        return values

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        self._has_options_of_its_service()
        self._stays_in_jurisdiction()
        self._has_a_second_region_where_there_is_one()
        self._has_a_way_in_wherever_it_serves()
        self._can_erase_within_its_term()
        self._has_room_for_its_subnets()
        self._holds_no_more_tenants_than_a_cell_may()
        self._names_each_tenant_once()
        self._opens_cases_of_its_tenants()
        self._names_each_vpn_group_once()
        self._has_a_domain_that_certificates_take()
        return self

    def _has_options_of_its_service(self) -> None:
        wanted = "aware" if self.service == "aware" else "cloud_integrated"
        if getattr(self, wanted) is None:
            raise MisfitError(to_camel(wanted), f"is missing: the service {self.service} needs it, so add it")

    def _stays_in_jurisdiction(self) -> None:
        offered = self._regions_of_jurisdiction()
        if not offered:
            others = ", ".join(name for name, regions in self._regions.items() if regions)
            raise MisfitError(
                "jurisdiction", f"{self.jurisdiction!r} is not offered for the service {self.service}: use {others}"
            )
        places = [("region", "zones", self.region, self.zones)]
        if self.second_region is not None:
            second = self.second_region
            places.append(("secondRegion.region", "secondRegion.zones", second.region, second.zones))
        for key, zones_key, region, zones in places:
            if region not in offered:
                raise MisfitError(
                    key, f"{region!r} is outside the jurisdiction {self.jurisdiction!r}: use {_either(offered)}"
                )
            zone, example = (r"[1-3]", "1") if self.service == "aware" else (re.escape(region) + "[a-z]", f"{region}a")
            for name in zones:
                if re.fullmatch(zone, name) is None:
                    raise MisfitError(
                        zones_key, f"names {name!r}, which is no zone of {region}: name one such as {example}"
                    )
            if len(set(zones)) != len(zones):
                raise MisfitError(zones_key, "names a zone twice: name three different ones")

    def _has_a_second_region_where_there_is_one(self) -> None:
        if self.second_region is not None and self.second_region.region == self.region:
            raise MisfitError("secondRegion.region", f"{self.region!r} is the first region: name another one, or none")
        others = [region for region in self._regions_of_jurisdiction() if region != self.region]
        if self.service == "cloud-integrated" and self.second_region is None and others:
            raise MisfitError(
                "secondRegion",
                "is missing: customers' data are kept at two sites where the jurisdiction has two, "
                f"so name {_either(others)}",
            )

    def _has_a_way_in_wherever_it_serves(self) -> None:
        options, second = self.cloud_integrated, self.second_region
        if options and second and second.serving and options.second_vpn_device_certificate_arn is None:
            raise MisfitError(
                "cloudIntegrated.secondVpnDeviceCertificateArn",
                "is missing: the second region serves, and nobody could come in, so import the devices' authority into "
                f"ACM in {second.region} and name it",
            )

    @property
    def _regions(self) -> Mapping[str, tuple[str, ...]]:
        return AWARE_REGIONS if self.service == "aware" else CLOUD_INTEGRATED_REGIONS

    def _regions_of_jurisdiction(self) -> tuple[str, ...]:
        return self._regions.get(self.jurisdiction, ())

    def _can_erase_within_its_term(self) -> None:
        term, shortest = self.retention.deletion_policy_days, SHORTEST_DELETION_POLICY_DAYS[self.service]
        if term < shortest:
            raise MisfitError(
                "retention.deletionPolicyDays",
                f"{term} can't be kept by the service {self.service}, where what was deleted can be brought back for "
                f"{shortest} days: use {shortest} or more",
            )

    def _has_room_for_its_subnets(self) -> None:
        networks = {"addressSpace": IPv4Network(self.address_space)}
        if self.second_region is not None:
            networks["secondRegion.addressSpace"] = IPv4Network(self.second_region.address_space)
        clients = IPv4Network(self.vpn_address_space)
        for key, network in networks.items():
            if not 16 <= network.prefixlen <= 20:
                raise MisfitError(key, f"{network} can't hold the subnets of three zones: use a range from /16 to /20")
        if not 16 <= clients.prefixlen <= 22:
            raise MisfitError("vpnAddressSpace", f"{clients} is too large or too small: use a range from /16 to /22")
        ranges = {**networks, "vpnAddressSpace": clients}
        for key, value in ranges.items():
            if not any(value.subnet_of(range_) for range_ in PRIVATE_RANGES):
                raise MisfitError(key, f"{value} is not a private range: take it from 10.0.0.0/8 or 172.16.0.0/12")
        for (first, one), (second, other) in combinations(ranges.items(), 2):
            if one.overlaps(other):
                raise MisfitError(second, f"{other} overlaps with {first} {one}: choose ranges apart from each other")

    def _holds_no_more_tenants_than_a_cell_may(self) -> None:
        most = MAXIMUM_TENANTS[self.service]
        if len(self.tenants) > most:
            raise MisfitError(
                "tenants",
                f"has {len(self.tenants)} rows, and a stack of {self.service} holds {most} at most: "
                f"put the others into another stack, such as {self.stack}-2, of the same program",
            )

    def _names_each_tenant_once(self) -> None:
        for first, second in combinations(self.tenants, 2):
            if first.id == second.id:
                raise MisfitError("tenants", f"names {first.id!r} twice: remove one of the rows")

    def _opens_cases_of_its_tenants(self) -> None:
        tenants = {tenant.id for tenant in self.tenants}
        cases = self.aware.cases if self.aware else ()
        for case in cases:
            if case.tenant not in tenants:
                raise MisfitError(
                    "aware.cases", f"names {case.tenant!r}, which is no tenant of this stack: remove {case.ticket}"
                )
        for first, second in combinations(cases, 2):
            if first.tenant == second.tenant:
                raise MisfitError(
                    "aware.cases",
                    f"names {first.tenant!r} twice, and one row opens the tenant's data: remove the other",
                )

    def _names_each_vpn_group_once(self) -> None:
        groups = self.cloud_integrated.vpn_groups if self.cloud_integrated else ()
        for first, second in combinations(groups, 2):
            if first.name == second.name or first.id == second.id:
                raise MisfitError("cloudIntegrated.vpnGroups", f"names {second.name!r} twice: remove one of the rows")

    def _has_a_domain_that_certificates_take(self) -> None:
        most = MAXIMUM_CERTIFICATE_NAME - len("vpn-2.")
        if self.service == "cloud-integrated" and len(self.portal_domain) > most:
            raise MisfitError(
                "portalDomain",
                f"{self.portal_domain!r} is too long for a certificate with `vpn-2.` before it: use one of {most} "
                "characters at most",
            )


class _Served(_Model):
    """The service alone, for a file whose service is none: it can't be said what else should stand there."""

    model_config = ConfigDict(extra="ignore")

    service: Literal["aware", "cloud-integrated", "identity"]


StackSettings = Settings | IdentitySettings
"""What a stack file can be."""


def parse_settings(stack: str, values: Mapping[str, object]) -> Settings:
    """The settings of `stack`, from the configuration values below `hosting:` (keys without the namespace).

    A list or object may be given as itself (as a stack file holds it) or as JSON text (as Pulumi hands it to a
    program). Raises SettingsError for anything unusable, naming the key, and for a stack that hosts no service.
    """
    settings = parse_stack(stack, values)
    if isinstance(settings, IdentitySettings):
        raise SettingsError(f"Pulumi.{stack}.yaml: the service identity hosts nothing.")
    return settings


def parse_stack(stack: str, values: Mapping[str, object], line_of: LineOf = lambda _: None) -> StackSettings:
    """As `parse_settings`, for the stack of the Entra tenant as well. `line_of` tells where the file says something."""
    if _STACK_NAME.fullmatch(stack) is None:
        raise SettingsError(
            f"Pulumi.{stack}.yaml: {stack!r} is not a stack name of 2 to 12 lower-case letters, digits and single "
            "hyphens within: rename the file."
        )
    plain = {key: _from_json(value) for key, value in values.items()}
    if "stack" in plain:
        raise SettingsError(f"Pulumi.{stack}.yaml: {NAMESPACE}:stack is not a key here: remove it.")
    # Pulumi demands a value of every key that Pulumi.yaml describes; an empty one stands there for none.
    present = {"stack": stack, **{key: value for key, value in plain.items() if value not in ({}, [], "")}}
    service = present.get("service", "identity" if "identity" in present else "aware")
    model = IdentitySettings if service == "identity" else Settings
    try:
        _Served.model_validate({"service": service})
        return model.model_validate(present)
    except ValidationError as error:
        mistakes = told(error, model, present, prefix=f"{NAMESPACE}:", line_of=line_of)
        raise SettingsError(f"Pulumi.{stack}.yaml: {mistakes}") from None


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _from_json(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
