"""Conditional Access in Entra: how people prove who they are before anything opens to them."""

from collections.abc import Callable, Iterator
from typing import Final

from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.entra.groups import GROUP, GROUPS, is_asked_for, is_for_emergencies, is_of_approvers

POLICY: Final = "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"
STRENGTH: Final = "azuread:index/authenticationStrengthPolicy:AuthenticationStrengthPolicy"

_PHISHING_RESISTANT: Final = frozenset({"fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor"})
"""The ways of signing in that a forged page can't pass on (Entra documentation, "Authentication strengths")."""

_VPN: Final = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8"
_APPLICATIONS: Final = {
    _VPN: "the VPN",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013": "Azure's management",
    "MicrosoftAdminPortals": "the portals of administration",
    "cfa8b339-82a2-471a-a3c9-0fc0be7a4093": "Key Vault",
    "e406a681-f3d4-42a8-90b6-c2b029497af1": "Storage",
    "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5": "the logs",
}
"""Microsoft's own applications that the stacks are reached by, the same in every Entra tenant (Microsoft documentation,
"Verify first-party Microsoft applications in sign-in reports")."""

_ENROLMENT: Final = "d4ebce55-015a-49b5-a083-c84d1797ae8c"
"""By which a device comes to be compliant: to ask it for that first would shut out every new one."""

_FLOWS: Final = frozenset({"deviceCodeFlow", "authenticationTransfer"})
"""Ways to carry a sign-in over to another device."""

_LONGEST_HOURS: Final = 4
"""How long a sign-in lasts at most: as long as a privilege (`policies.rules.entra.privilege`)."""

_BOTH_FACTORS: Final = "primaryAndSecondaryAuthentication"
"""What is asked for again when a sign-in ends, unless a policy says otherwise."""


def _shuts_out(policy: Resource) -> bool:
    return "block" in policy.part("grant_controls").get("built_in_controls", [])


@rule(POLICY)
def conditional_access_is_enforced(policy: Resource) -> Findings:
    """A policy that is off, or that only reports, asks nobody for anything."""
    if policy.get("state", "disabled") != "enabled":
        yield "the policy asks nobody for anything: set state to enabled"


@rule(POLICY)
def conditional_access_asks_for_strong_sign_in(policy: Resource) -> Findings:
    """A second factor that a forged page passes on, or a device that nobody keeps, lets in whoever has tricked one."""
    controls = policy.part("grant_controls")
    asked = list(controls.get("built_in_controls", []))
    if asked == ["block"]:
        return
    if asked != ["compliantDevice"]:
        yield "the policy doesn't ask for a compliant device: set grant_controls.built_in_controls to compliantDevice"
    if controls.get("operator", "OR") != "AND":
        yield "a device alone, or a second factor alone, is enough: set grant_controls.operator to AND"
    session = policy.part("session_controls")
    hours = session.get("sign_in_frequency", 0)
    if session.get("sign_in_frequency_period", "days") != "hours" or not 0 < hours <= _LONGEST_HOURS:
        yield f"a sign-in lasts for long: set session_controls.sign_in_frequency to {_LONGEST_HOURS} hours at most"
    if session.get("sign_in_frequency_authentication_type", _BOTH_FACTORS) != _BOTH_FACTORS:
        yield "the password is never asked for again: remove session_controls.sign_in_frequency_authentication_type"
    if session.get("persistent_browser_mode", "never") != "never":
        yield "a closed browser stays signed in: remove session_controls.persistent_browser_mode"
    if session.get("disable_resilience_defaults", False) is not False:
        yield "sign-in depends on one service more: remove session_controls.disable_resilience_defaults"


@stack_rule(POLICY)
def conditional_access_refers_to_own_strength(policy: Resource, stack: Stack) -> Findings:
    """Entra's built-in strengths take codes by text message; which ways are strong is said in the stack."""
    if _shuts_out(policy):
        not_applicable("the policy shuts people out")

    def read() -> str | None:
        return policy.part("grant_controls").get("authentication_strength_policy_id", None)

    if not means(stack, policy, "grant_controls", read=read, targets={STRENGTH: ("id",)}):
        yield "the second factor isn't the stack's: set grant_controls.authentication_strength_policy_id to it"


@rule(POLICY)
def conditional_access_holds_everywhere(policy: Resource) -> Findings:
    """A condition narrows the policy: whoever doesn't meet it, from another place or client, isn't asked at all."""
    conditions = policy.conditions
    if list(conditions.get("client_app_types", [])) != ["all"]:
        yield "some clients aren't asked: set conditions.client_app_types to all"
    for name in (
        "client_applications",
        "devices",
        "insider_risk_levels",
        "locations",
        "platforms",
        "service_principal_risk_levels",
        "sign_in_risk_levels",
        "user_risk_levels",
    ):
        if conditions.get(name, None):
            yield f"the policy holds only under a condition: remove conditions.{name}"
    if conditions.get("authentication_flow_transfer_methods", None) and not _shuts_out(policy):
        yield "the policy holds only for codes of devices: remove conditions.authentication_flow_transfer_methods"
    applications = conditions.applications
    for name in ("filter", "included_user_actions"):
        if applications.get(name, None):
            yield f"the policy holds only for a part of what people do: remove conditions.applications.{name}"
    if any(each != _ENROLMENT for each in applications.get("excluded_applications", [])):
        yield "an application is left out: exclude none but the enrolment of devices in conditions.applications"


@rule(POLICY)
def conditional_access_names_no_exception(policy: Resource) -> Findings:
    """Whoever is left out by name, by role or as a guest signs in with a password, and nobody reviews the list."""
    users = policy.conditions.users
    for name in ("excluded_users", "excluded_roles", "excluded_guests_or_external_users"):
        if users.get(name, None):
            yield f"some people are never asked: remove conditions.users.{name}"
    for name in ("included_roles", "included_guests_or_external_users"):
        if users.get(name, None):
            yield f"the policy holds for some only: name groups or All instead of conditions.users.{name}"
    if not users.get("included_users", []) and not users.get("included_groups", []):
        yield "the policy holds for nobody: set conditions.users.included_users to All"
    if any(each != "All" for each in users.get("included_users", [])):
        yield "the policy holds for some only: set conditions.users.included_users to All"


@stack_rule(POLICY)
def conditional_access_leaves_out_emergencies_only(policy: Resource, stack: Stack) -> Findings:
    """Only the accounts for emergencies, whose every use is an alarm, may be left out; and not to leave them out would
    lock everybody out by one mistake."""
    users = policy.conditions.users
    excluded = users.get("excluded_groups", [])
    shuts_out = _shuts_out(policy) and not policy.conditions.get("authentication_flow_transfer_methods", None)

    def may_be_left_out(group: Resource) -> bool:
        return is_for_emergencies(group) or (shuts_out and is_asked_for(group, stack))

    def may_mean(number: int, fits: Callable[[Resource], bool]) -> bool:
        return means(stack, policy, "conditions", read=lambda: excluded[number], targets=GROUPS, fits=fits)

    if not all(may_mean(number, may_be_left_out) for number in range(len(excluded))):
        yield "somebody is left out: exclude none but the group break-glass in conditions.users.excluded_groups"
    if not any(may_mean(number, is_for_emergencies) for number in range(len(excluded))):
        yield "a mistake locks everybody out: exclude the group break-glass in conditions.users.excluded_groups"


def _included(policy: Resource, stack: Stack) -> Iterator[Resource]:
    """The groups that the policy holds for; before they are known, all that it was computed from."""
    included = policy.conditions.users.get("included_groups", [])
    for number in range(len(included)):
        yield from stack.meant(policy, "conditions", (GROUP,), "object_id", read=lambda at=number: included[at])


@rule(STRENGTH)
def strength_is_phishing_resistant(strength: Resource) -> Findings:
    """A code or a confirmation on the telephone is handed on to whoever asks for it by a forged page."""
    combinations = set(strength.get("allowed_combinations", []))
    if not combinations or combinations - _PHISHING_RESISTANT:
        yield "a forged page can pass the sign-in on: set allowed_combinations to phishing-resistant ones alone"


@stack_rule(STRENGTH)
def conditional_access_covers_what_leads_to_stacks(_: Resource, stack: Stack) -> Findings:
    """What no policy covers is open to a stolen password, and one way in is enough."""
    policies = stack.of_type(POLICY)
    for_all = [each for each in policies if list(each.conditions.users.get("included_users", [])) == ["All"]]
    asking = [each for each in for_all if not _shuts_out(each)]
    shutting = [each for each in for_all if _shuts_out(each)]
    for application, what in _APPLICATIONS.items():
        if not any(_covers(each, application) for each in asking):
            yield (
                f"a password opens {what}: add a ConditionalAccessPolicy for all users with the stack's "
                "authentication_strength_policy_id"
            )
        codes = [
            each
            for each in shutting
            if _FLOWS.issubset(each.conditions.get("authentication_flow_transfer_methods", []))
        ]
        if not any(_covers(each, application) for each in codes):
            yield (
                f"a code read out on the telephone opens {what}: add a ConditionalAccessPolicy that blocks "
                "deviceCodeFlow and authenticationTransfer"
            )
    if not any(
        _covers(each, _VPN) and not each.conditions.get("authentication_flow_transfer_methods", None)
        for each in shutting
    ):
        yield (
            "anybody of the organisation may open the VPN: add a ConditionalAccessPolicy that blocks it for all but "
            "the groups"
        )
    covered = {
        group.urn
        for each in policies
        if not _shuts_out(each) and _covers(each, "All")
        for group in _included(each, stack)
    }
    for group in stack.of_type(GROUP):
        if (is_of_approvers(group) or is_asked_for(group, stack)) and group.urn not in covered:
            yield f"{group.resource_name} signs in elsewhere with a password: add it to a policy for all applications"


def _covers(policy: Resource, application: str) -> bool:
    included = list(policy.conditions.applications.get("included_applications", []))
    return application in included or "All" in included
