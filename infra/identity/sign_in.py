"""How people prove who they are before the network, the clouds' management and data open to them.

Aware document, 4.e (access only through a secure VPN tunnel, with a second factor), 4.c and 4.d (a user's own identity,
strong authentication).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_azuread as azuread

from infra.identity.groups import Groups

APPLICATIONS: Final[Mapping[str, str]] = {
    "vpn": "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
    "management": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "key-vault": "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    "storage": "e406a681-f3d4-42a8-90b6-c2b029497af1",
    "logs": "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5",
}
"""Microsoft's own applications that the stacks are reached by, the same in every Entra tenant: the Azure VPN Client,
Azure's management (portal, command line, Resource Manager), Key Vault, Storage and the Log Analytics API (Microsoft
documentation, "Verify first-party Microsoft applications in sign-in reports")."""

ENROLMENT: Final = "d4ebce55-015a-49b5-a083-c84d1797ae8c"
"""Microsoft Intune Enrollment, by which a device comes to be compliant: to ask it for that first would shut out every
new one (Intune documentation, "Require multifactor authentication for device enrollment")."""

ADMIN_PORTALS: Final = "MicrosoftAdminPortals"
"""Conditional Access's own name for the portals of administration, Entra's among them."""

PHISHING_RESISTANT: Final = ("fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor")
"""The ways of signing in that a forged page can't pass on (Entra documentation, "Authentication strengths")."""

SESSION_HOURS: Final = 4
"""Hours after which people prove themselves again; as long as a role of privileged identity management lasts."""


class SignIn(pulumi.ComponentResource):
    """Conditional Access: a phishing-resistant second factor and a compliant device, both, for everybody.

    It is asked of everybody for the applications that the stacks are reached by, and for every application of those
    who run the services or approve: what else they sign in to (the portals of access packages and of privileged
    identity management, the source code) leads to the stacks too.

    Left out are the accounts for emergencies alone, whose every use is an alarm (`infra.aware.detections`). The VPN's
    application takes no assignments of users, as it is Microsoft's own: a policy shuts out all but the groups.
    """

    def __init__(self, name: str, *, name_prefix: str, groups: Groups, options: pulumi.ResourceOptions) -> None:
        super().__init__("hosting:identity:SignIn", name, {}, options)
        self._name_prefix = name_prefix
        self._break_glass_id = groups.break_glass.object_id
        applications = [
            azuread.ServicePrincipal(
                application,
                client_id=client_id,
                # Most tenants have them already; Conditional Access takes only those that a tenant has.
                use_existing=True,
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
            for application, client_id in {**APPLICATIONS, "enrolment": ENROLMENT}.items()
        ]
        self._options = pulumi.ResourceOptions(parent=self, protect=True, depends_on=applications)
        strength = azuread.AuthenticationStrengthPolicy(
            "phishing-resistant",
            display_name=f"{name_prefix} phishing-resistant",
            description="A second factor that a forged page can't pass on",
            allowed_combinations=list(PHISHING_RESISTANT),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        vpn, everything = [APPLICATIONS["vpn"]], [*APPLICATIONS.values(), ADMIN_PORTALS]

        self._policy("vpn", applications=vpn, strength=strength)
        self._policy("management", applications=[APPLICATIONS["management"], ADMIN_PORTALS], strength=strength)
        self._policy(
            "data", applications=[APPLICATIONS[each] for each in ("key-vault", "storage", "logs")], strength=strength
        )
        self._policy(
            "all-for-groups",
            applications=["All"],
            without=[ENROLMENT],
            of=[group.object_id for group in (*groups.standing.values(), groups.approvers)],
            strength=strength,
        )
        self._policy(
            "vpn-for-groups-only",
            applications=vpn,
            besides=[group.object_id for group in groups.standing.values()],
        )
        # A code that is read out on the telephone lets a stranger's device in, whatever second factor was shown.
        self._policy(
            "no-device-codes",
            applications=everything,
            flows=["deviceCodeFlow", "authenticationTransfer"],
        )
        self.register_outputs({})

    def _policy(
        self,
        name: str,
        *,
        applications: Sequence[str],
        without: Sequence[str] | None = None,
        of: Sequence[pulumi.Input[str]] | None = None,
        strength: azuread.AuthenticationStrengthPolicy | None = None,
        besides: Sequence[pulumi.Input[str]] = (),
        flows: Sequence[str] | None = None,
    ) -> None:
        """Asks people for `strength` and a compliant device, or shuts them out where none is given.

        It holds for `applications` but those in `without`, and for the groups in `of`, or else everybody; never for the
        accounts for emergencies and the groups `besides`.
        """
        if strength is None:
            grant = azuread.ConditionalAccessPolicyGrantControlsArgs(operator="OR", built_in_controls=["block"])
            session = None
        else:
            grant = azuread.ConditionalAccessPolicyGrantControlsArgs(
                operator="AND",
                built_in_controls=["compliantDevice"],
                authentication_strength_policy_id=strength.id,
            )
            session = azuread.ConditionalAccessPolicySessionControlsArgs(
                sign_in_frequency=SESSION_HOURS, sign_in_frequency_period="hours"
            )
        azuread.ConditionalAccessPolicy(
            name,
            display_name=f"{self._name_prefix} {name}",
            state="enabled",
            conditions=azuread.ConditionalAccessPolicyConditionsArgs(
                client_app_types=["all"],
                applications=azuread.ConditionalAccessPolicyConditionsApplicationsArgs(
                    included_applications=list(applications), excluded_applications=without
                ),
                users=azuread.ConditionalAccessPolicyConditionsUsersArgs(
                    included_users=["All"] if of is None else None,
                    included_groups=of,
                    excluded_groups=[self._break_glass_id, *besides],
                ),
                authentication_flow_transfer_methods=flows,
            ),
            grant_controls=grant,
            session_controls=session,
            opts=self._options,
        )
