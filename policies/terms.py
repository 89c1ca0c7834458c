"""What was agreed about a stack: its jurisdiction, its terms, whom alarms reach, whom it lets in.

They come from the stack's configuration, which the engine tells the pack, and from the service's component, which
records them in the state; where the two contradict each other, a rule that needs the term is undetermined. By the
pack's own configuration whoever audits a state says what was agreed: one policy compares it with what the stack says.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Self

from pulumi_policy import PolicyConfigSchema
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from policies.mistakes import first_mistake

AGREED_POLICY: Final = "stack-is-as-agreed"
"""The policy that takes the pack's configuration."""


HELD_BY: Final[Mapping[str, Sequence[str]]] = {
    "jurisdiction": ("region-is-within-jurisdiction",),
    "deletion_policy_days": ("old-blobs-are-deleted-in-time", "s3-bucket-completes-deletions"),
    "log_days": ("log-group-keeps-to-the-log-term", "workspace-keeps-logs"),
    "on_call_email": ("incident-calls-those-on-call", "on-call-hears-every-alarm"),
    "on_call_phone": ("action-group-calls-those-on-call-only",),
    "account_ids": ("azure-provider-works-where-agreed", "provider-works-in-agreed-account"),
    "entra_tenant_id": ("azure-provider-works-where-agreed", "entra-provider-works-where-agreed"),
    "identity_provider_arn": ("client-vpn-believes-whom-was-agreed", "role-is-taken-on-by-declared-principals-only"),
    "break_glass_principal_arn": ("role-is-taken-on-by-declared-principals-only",),
    "vpn_group_ids": ("client-vpn-lets-agreed-groups-in",),
    "vpn_device_certificate_arns": ("client-vpn-believes-whom-was-agreed",),
    "break_glass_user_ids": ("detection-asks-about-own", "group-holds-whom-was-agreed"),
    "approver_user_ids": ("group-holds-whom-was-agreed",),
    "guardian_group_ids": ("detection-asks-about-own",),
    "deployer_id": ("detection-asks-about-own",),
    "hosted_zone_id": ("record-points-into-this-stack",),
}
"""For each term the rules that hold a stack to it, whose clauses are broken where the term isn't as agreed."""

PLACES: Final[Mapping[str, str]] = {
    "jurisdiction": "hosting:jurisdiction",
    "deletion_policy_days": "deletionPolicyDays in hosting:retention",
    "log_days": "logDays in hosting:retention",
    "on_call_email": "hosting:onCallEmail",
    "on_call_phone": "onCallPhone in hosting:aware",
    "account_ids": "allowedAccountIds in hosting:cloudIntegrated, or allowedSubscriptionIds in hosting:aware",
    "entra_tenant_id": "entraTenantId in hosting:aware or hosting:identity",
    "identity_provider_arn": "identityProviderArn in hosting:cloudIntegrated",
    "break_glass_principal_arn": "breakGlassPrincipalArn in hosting:cloudIntegrated",
    "vpn_group_ids": "vpnGroups in hosting:cloudIntegrated",
    "vpn_device_certificate_arns": "vpnDeviceCertificateArn and its second in hosting:cloudIntegrated",
    "break_glass_user_ids": "breakGlassUserIds in hosting:aware or hosting:identity",
    "approver_user_ids": "approverUserIds in hosting:identity",
    "guardian_group_ids": "approvers and breakGlass of accessGroups in hosting:aware",
    "deployer_id": "deployerId in hosting:aware",
    "hosted_zone_id": "hostedZoneId in hosting:cloudIntegrated",
}
"""Where a stack file says each term."""


class TermsError(ValueError):
    """The pack's configuration can't be used. The message says where and what to do."""


def _sorted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names))


Names = Annotated[tuple[str, ...], AfterValidator(_sorted)]
"""Who or what is named, in whatever order."""


class Terms(BaseModel):
    """The terms that one source names; None for those that it doesn't."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)

    jurisdiction: str | None = None
    """The hosting jurisdiction in customers' contracts."""
    deletion_policy_days: int | None = None
    """Days from a tenant's termination until everything of it is erased."""
    log_days: int | None = None
    """Days that logs stay searchable."""
    on_call_email: str | None = None
    """Where alarms go, day and night."""
    on_call_phone: str | None = None
    """Where they go as text messages too, if anywhere: country code, space and number."""
    account_ids: Names | None = None
    """The one account of AWS, or subscription of Azure, that the stack is made in."""
    entra_tenant_id: str | None = None
    """The directory of Entra whose people and services it trusts."""
    identity_provider_arn: str | None = None
    """The IAM SAML provider through which people sign in to AWS, and to the VPN."""
    break_glass_principal_arn: str | None = None
    """The user of IAM who may take on the role for emergencies."""
    vpn_group_ids: Names | None = None
    """The groups of the identity provider whose members get into AWS's network over the VPN."""
    vpn_device_certificate_arns: Names | None = None
    """The certificates whose authorities say from which devices, one in each region that has a way in."""
    break_glass_user_ids: Names | None = None
    """The accounts of Entra that Conditional Access leaves out."""
    approver_user_ids: Names | None = None
    """Who approves and reviews access in Entra."""
    guardian_group_ids: Names | None = None
    """The groups of Entra who let others in, or get past Conditional Access: who comes into one is an incident."""
    deployer_id: str | None = None
    """The one whom questions about changes leave out, because others ask about nobody else."""
    hosted_zone_id: str | None = None
    """The zone of Route 53 in which the portal has its names."""

    @classmethod
    def of_stack(cls, project: str, configuration: Mapping[str, str]) -> Self:
        """Those of a stack file, whose objects the engine hands over as JSON.

        None of what can't be read: the program refuses such a file in its own words.
        """
        try:
            aware, aws, identity, retention = (
                json.loads(configuration.get(f"{project}:{name}") or "{}")
                for name in ("aware", "cloudIntegrated", "identity", "retention")
            )
            return cls.model_validate(
                {
                    "jurisdiction": configuration.get(f"{project}:jurisdiction") or None,
                    "on_call_email": configuration.get(f"{project}:onCallEmail") or None,
                    "on_call_phone": aware.get("onCallPhone"),
                    "account_ids": aws.get("allowedAccountIds") or aware.get("allowedSubscriptionIds"),
                    "entra_tenant_id": {**aware, **identity}.get("entraTenantId"),
                    "identity_provider_arn": aws.get("identityProviderArn"),
                    "break_glass_principal_arn": aws.get("breakGlassPrincipalArn"),
                    "vpn_group_ids": [each["id"] for each in aws["vpnGroups"]] if "vpnGroups" in aws else None,
                    "vpn_device_certificate_arns": [aws[name] for name in _DEVICE_CERTIFICATES if name in aws] or None,
                    "break_glass_user_ids": {**aware, **identity}.get("breakGlassUserIds"),
                    "approver_user_ids": identity.get("approverUserIds"),
                    "guardian_group_ids": (
                        [aware["accessGroups"][name] for name in _GUARDIANS] if "accessGroups" in aware else None
                    ),
                    "deployer_id": aware.get("deployerId"),
                    "hosted_zone_id": aws.get("hostedZoneId"),
                    **retention,
                }
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            return cls()

    @classmethod
    def of_pack(cls, configuration: Mapping[str, Any]) -> Self:
        """Those of the pack's configuration. Raises TermsError for what the schema doesn't have."""
        try:
            return cls.model_validate(configuration)
        except ValidationError as error:
            place, problem = first_mistake(error, cls, configuration)
            name = ".".join(map(str, place))
            raise TermsError(f"the configuration of {AGREED_POLICY}, {name}: {problem}") from None


_DEVICE_CERTIFICATES: Final = ("vpnDeviceCertificateArn", "secondVpnDeviceCertificateArn")
_GUARDIANS: Final = ("approvers", "breakGlass")
_NAMES: Final = tuple(to_camel(name) for name in Terms.model_fields)


def schema() -> PolicyConfigSchema:
    """The pack's configuration, as the engine checks it before it starts a run."""
    described = Terms.model_json_schema()["properties"]
    properties: dict[str, Any] = {
        name: next(kind for kind in each["anyOf"] if kind["type"] != "null") for name, each in described.items()
    }
    return PolicyConfigSchema(properties=properties)


def refuse_levels(configuration: object) -> None:
    """Raises TermsError for a configuration that says anything but terms, such as a rule's level."""
    if not isinstance(configuration, dict) or configuration.keys() - {AGREED_POLICY}:
        raise TermsError(f"it may only hold the terms of {AGREED_POLICY}: every rule is mandatory")
    entry: object = configuration.get(AGREED_POLICY, {})
    if not isinstance(entry, dict):
        raise TermsError(f"{AGREED_POLICY} has terms, no level: every rule is mandatory")
    Terms.of_pack(entry)
