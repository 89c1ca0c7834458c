"""What Entra and its provider refuse beyond the SDK's types, and what they compute; only what is certain.

A check sees inputs alone and is made in a preview too; a rule also sees what exists. A value that isn't known yet is
never refused.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, Final

from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.entra.directory import Check, Directory, Object, Put
from localcloud.identifiers import uuid_of
from localcloud.paths import get, has_unknown, select

Failures = Iterator[CheckFailure]

GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

FIRST_PARTY: Final = frozenset(
    {
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
        "00000003-0000-0000-c000-000000000000",
        "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
        "e406a681-f3d4-42a8-90b6-c2b029497af1",
        "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5",
        "d4ebce55-015a-49b5-a083-c84d1797ae8c",
    }
)
"""Microsoft's own applications that stacks name: Azure's management, the Azure VPN Client, Microsoft Graph, Key Vault,
Storage, the Log Analytics API and Microsoft Intune Enrollment (Entra, "Verify first-party Microsoft applications in
sign-in reports")."""

BUILT_IN_STRENGTHS: Final = frozenset(f"00000000-0000-0000-0000-00000000000{number}" for number in (2, 3, 4))
"""Multifactor, passwordless and phishing-resistant authentication, which every tenant has."""

COMBINATIONS: Final = (
    *("windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush"),
    *("temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "password,microsoftAuthenticatorPush"),
    *("password,softwareOath", "password,hardwareOath", "password,sms", "password,voice", "federatedMultiFactor"),
    *("microsoftAuthenticatorPush,federatedSingleFactor", "softwareOath,federatedSingleFactor"),
    *("hardwareOath,federatedSingleFactor", "sms,federatedSingleFactor", "voice,federatedSingleFactor"),
    *("sms", "password", "federatedSingleFactor", "x509CertificateSingleFactor"),
)
"""Ways of signing in (Microsoft Graph, "authenticationMethodModes")."""

CONTROLS: Final = (
    *("block", "mfa", "approvedApplication", "compliantApplication", "compliantDevice", "domainJoinedDevice"),
    "passwordChange",
)

SCOPES: Final = (
    *("AllConfiguredConnectedOrganizationSubjects", "AllExistingConnectedOrganizationSubjects"),
    *("AllExistingDirectoryMemberUsers", "AllExistingDirectorySubjects", "AllExternalSubjects", "NoSubjects"),
    *("SpecificConnectedOrganizationSubjects", "SpecificDirectorySubjects"),
)

FREQUENCIES: Final = ("weekly", "monthly", "quarterly", "halfyearly", "annual")

_DAYS_BETWEEN: Final = {"weekly": 7, "monthly": 30, "quarterly": 90, "halfyearly": 180, "annual": 365}

_POLICY: Final = "azuread:index/groupRoleManagementPolicy:GroupRoleManagementPolicy"
_PACKAGE: Final = "azuread:index/accessPackage:AccessPackage"
_IN_CATALOG: Final = "azuread:index/accessPackageResourceCatalogAssociation:AccessPackageResourceCatalogAssociation"


def one_of(pattern: str, *values: str) -> Check:
    """A check of an enumeration that the SDK leaves open but Entra doesn't."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            if isinstance(value, str) and value not in values:
                yield CheckFailure(path, f"{value!r} is not one of {', '.join(values)}")

    return check


def guids(pattern: str) -> Check:
    """A check that a text is an object's GUID, which an id such as `/groups/…` isn't."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            if isinstance(value, str) and GUID.fullmatch(value) is None:
                yield CheckFailure(path, f"{value!r} is not a GUID: give the object's objectId, not its id")

    return check


def ranges(pattern: str) -> Check:
    """A check that a text is an address range."""

    def check(inputs: Properties) -> Failures:
        for path, value in select(inputs, pattern):
            try:
                ip_network(value)
            except ValueError:
                yield CheckFailure(path, f"{value!r} is not an address range such as 198.51.100.0/24")

    return check


def name_is_free(directory: Directory, put: Put) -> Iterator[str]:
    """Entra takes the same name twice, unless the program asks the provider to look."""
    if put.inputs.get("preventDuplicateNames") is True:
        yield from name_is_taken_once(directory, put)


def name_is_taken_once(directory: Directory, put: Put) -> Iterator[str]:
    """A name that exists once."""
    for other in directory.of_type(put.kind.token):
        if other.inputs.get("displayName") == put.inputs.get("displayName") and other is not put.old:
            yield f"the name {put.inputs.get('displayName')!r} is taken by {other.identity}"


# Groups


def group(inputs: Properties) -> Failures:
    """A group is for security or mail, and one that may have roles is guarded (Microsoft Graph, "Create group")."""
    mail, security = inputs.get("mailEnabled"), inputs.get("securityEnabled")
    if not mail and not security:
        yield CheckFailure("securityEnabled", "a group must have securityEnabled or mailEnabled")
    kinds = inputs.get("types")
    known = set(kinds) if isinstance(kinds, list) and not has_unknown(kinds) else set[str]()
    if mail is True and kinds is not UNKNOWN and "Unified" not in known:
        yield CheckFailure("types", "a group with mail must be Unified")
    if mail is True and inputs.get("mailNickname") is None:
        yield CheckFailure("mailNickname", "a group with mail needs it")
    is_dynamic = inputs.get("dynamicMembership") is not None
    if is_dynamic and kinds is not UNKNOWN and "DynamicMembership" not in known:
        yield CheckFailure("types", "a group with dynamicMembership must be DynamicMembership")
    if is_dynamic and inputs.get("members") is not None:
        yield CheckFailure("members", "a group with dynamicMembership takes none")
    if inputs.get("assignableToRole") is True:
        if security not in (True, UNKNOWN):
            yield CheckFailure("assignableToRole", "only a group for security can be assigned to roles")
        if is_dynamic:
            yield CheckFailure("assignableToRole", "a group with dynamicMembership can't be assigned to roles")


def group_computed(_directory: Directory, item: Object) -> Properties:
    """A group's object id and its nickname for mail, which Entra makes up."""
    return {
        "objectId": item.guid,
        "mailNickname": item.inputs.get("mailNickname") or uuid_of("nickname", item.guid)[:10],
        "proxyAddresses": [],
    }


_DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


def _minutes(term: Any) -> int | None:
    match = _DURATION.fullmatch(term) if isinstance(term, str) else None
    if match is None or not any(match.groups()):
        return None
    return sum(int(number or 0) * length for number, length in zip(match.groups(), (1440, 60, 1), strict=True))


def group_policy(inputs: Properties) -> Failures:
    """How long somebody stays in, and who approves (the provider's documentation, "GroupRoleManagementPolicy")."""
    rules = inputs.get("activationRules")
    longest = get(rules, "maximumDuration")
    if isinstance(longest, str):
        length = _minutes(longest)
        if length is None or not 30 <= length <= 24 * 60 or length % 30:
            yield CheckFailure(
                "activationRules.maximumDuration", f"{longest!r} is not a term of half hours from PT30M to P1D"
            )
    if get(rules, "requireApproval") is True and not get(rules, "approvalStage", "primaryApprovers"):
        yield CheckFailure("activationRules.approvalStage", "requireApproval needs primaryApprovers")
    if get(rules, "requireMultifactorAuthentication") is True and get(
        rules, "requiredConditionalAccessAuthenticationContext"
    ):
        yield CheckFailure(
            "activationRules.requiredConditionalAccessAuthenticationContext",
            "excludes requireMultifactorAuthentication",
        )
    for path, terms in (
        ("eligibleAssignmentRules", ("P15D", "P30D", "P90D", "P180D", "P365D")),
        ("activeAssignmentRules", ("P15D", "P30D", "P90D", "P180D", "P365D")),
    ):
        wanted = get(inputs, path, "expireAfter")
        if isinstance(wanted, str) and wanted not in terms:
            yield CheckFailure(f"{path}.expireAfter", f"{wanted!r} is not one of {', '.join(terms)}")
    for path, found in select(inputs, "activationRules.approvalStage.primaryApprovers[]"):
        if get(found, "type") not in (None, "singleUser", "groupMembers", UNKNOWN):
            yield CheckFailure(f"{path}.type", "must be singleUser or groupMembers")


def schedule(inputs: Properties) -> Failures:
    """An eligibility ends after a term, at a date, or never."""
    ends = [name for name in ("duration", "expirationDate", "permanentAssignment") if inputs.get(name)]
    if len(ends) != 1:
        yield CheckFailure("duration", "give one of duration, expirationDate and permanentAssignment")


def eligible_as_long_as_allowed(directory: Directory, put: Put) -> Iterator[str]:
    """Without a policy that says otherwise an eligibility ends within a year (PIM for Groups, "Configure settings")."""
    group_id, role = put.inputs["groupId"], put.inputs["assignmentType"]
    policies = (item.inputs for item in directory.of_type(_POLICY))
    policy = next((each for each in policies if each["groupId"] == group_id and each["roleId"] == role), {})
    is_ending = get(policy, "eligibleAssignmentRules", "expirationRequired") is not False
    if put.inputs.get("permanentAssignment") is True and is_ending:
        yield (
            "an eligibility without an end is refused (ExpirationRule): let the group's GroupRoleManagementPolicy set "
            "eligibleAssignmentRules.expirationRequired to false first"
        )


# Applications


def application_computed(directory: Directory, item: Object) -> Properties:
    """An application's ids."""
    return {
        "objectId": item.guid,
        "clientId": uuid_of("client", directory.tenant, item.guid),
        "disabledByMicrosoft": "",
        "publisherDomain": "",
    }


def principal_is_new(directory: Directory, put: Put) -> Iterator[str]:
    """An application has one service principal in a tenant, which is taken over only where the program says so."""
    client = str(put.inputs["clientId"])
    exists = client in FIRST_PARTY or directory.same(put.kind, put.inputs) is not None
    if put.old is None and exists and put.inputs.get("useExisting") is not True:
        yield f"the application {client} has a service principal already: set useExisting, or import it"


def principal_computed(directory: Directory, item: Object) -> Properties:
    """A service principal's object id, and the application that it stands for."""
    return {
        "objectId": item.guid,
        "applicationTenantId": directory.tenant,
        "servicePrincipalNames": [item.inputs["clientId"]],
        "type": "Application",
    }


# Conditional Access


def location(inputs: Properties) -> Failures:
    """A location is made of addresses or of countries."""
    if (inputs.get("ip") is None) == (inputs.get("country") is None):
        yield CheckFailure("ip", "give either ip or country")


def conditional_access(inputs: Properties) -> Failures:
    """A policy holds for somebody and something, and does something (Microsoft Graph, "conditionalAccessPolicy")."""
    conditions, grant = inputs.get("conditions"), inputs.get("grantControls")
    included = ("includedUsers", "includedGroups", "includedRoles", "includedGuestsOrExternalUsers")
    if get(conditions, "users") is not UNKNOWN and not any(get(conditions, "users", name) for name in included):
        yield CheckFailure("conditions.users", f"a policy needs one of {', '.join(included)}")
    targets = ("includedApplications", "includedUserActions", "filter")
    if get(conditions, "applications") is not UNKNOWN and not any(
        get(conditions, "applications", name) for name in targets
    ):
        yield CheckFailure("conditions.applications", f"a policy needs one of {', '.join(targets)}")
    yield from _words_stand_alone(conditions)
    if grant is None and inputs.get("sessionControls") is None:
        yield CheckFailure("grantControls", "a policy needs grantControls or sessionControls")
    controls = get(grant, "builtInControls")
    known = set(controls) if isinstance(controls, list) and not has_unknown(controls) else set[str]()
    kinds = ("builtInControls", "authenticationStrengthPolicyId", "customAuthenticationFactors", "termsOfUses")
    if grant not in (None, UNKNOWN) and not any(get(grant, name) for name in kinds):
        yield CheckFailure("grantControls", f"needs one of {', '.join(kinds)}")
    strength = get(grant, "authenticationStrengthPolicyId")
    if "block" in known and (len(known) > 1 or strength is not None):
        yield CheckFailure("grantControls.builtInControls", "block excludes every other control")
    if "mfa" in known and strength is not None:
        yield CheckFailure("grantControls.authenticationStrengthPolicyId", "excludes the control mfa")
    session = inputs.get("sessionControls")
    if (get(session, "signInFrequency") is None) != (get(session, "signInFrequencyPeriod") is None):
        yield CheckFailure("sessionControls.signInFrequency", "needs signInFrequencyPeriod, and this needs it")


def _words_stand_alone(conditions: Any) -> Failures:
    for pattern, words in (
        ("users.includedUsers", {"All", "None"}),
        ("applications.includedApplications", {"All", "None"}),
        ("clientAppTypes", {"all"}),
    ):
        for path, values in select(conditions, pattern):
            if isinstance(values, list) and len(values) > 1 and words & {str(value) for value in values}:
                yield CheckFailure(f"conditions.{path}", f"{' or '.join(sorted(words))} stands alone")
    for pattern in (
        "users.includedUsers[]",
        "users.excludedUsers[]",
        "users.includedGroups[]",
        "users.excludedGroups[]",
    ):
        for path, value in select(conditions, pattern):
            is_word = value in ("All", "None", "GuestsOrExternalUsers")
            if isinstance(value, str) and not is_word and GUID.fullmatch(value) is None:
                yield CheckFailure(f"conditions.{path}", f"{value!r} is not a GUID: give the objectId, not the id")


# Access packages


def role_in_package(guid: str, inputs: Properties) -> str:
    """The id of a role that a package gives."""
    _, _, origin = str(inputs["catalogResourceAssociationId"]).partition("/")
    return f"{inputs['accessPackageId']}/{guid}/{origin}/{inputs.get('accessType') or 'Member'}"


def is_in_the_packages_catalog(directory: Directory, put: Put) -> Iterator[str]:
    """A package gives only what is in its own catalog."""
    package = directory.named(str(put.inputs["accessPackageId"]), _PACKAGE)
    resource = directory.named(str(put.inputs["catalogResourceAssociationId"]), _IN_CATALOG)
    if package and resource and package.inputs["catalogId"] != resource.inputs["catalogId"]:
        yield f"{resource.identity} is not in the catalog of the access package"


def assignment_policy(inputs: Properties) -> Failures:
    """Who asks, who approves and who reviews (Microsoft Graph, "Create assignmentPolicies")."""
    if inputs.get("durationInDays") is not None and inputs.get("expirationDate") is not None:
        yield CheckFailure("expirationDate", "excludes durationInDays")
    for path, days in select(inputs, "durationInDays"):
        if isinstance(days, int) and not 0 <= days <= 3660:
            yield CheckFailure(path, f"{days} is outside Entra's range from 0 to 3660")
    approval = inputs.get("approvalSettings")
    if get(approval, "approvalRequired") is True and not get(approval, "approvalStages"):
        yield CheckFailure("approvalSettings.approvalStages", "approvalRequired needs at least one")
    for path, stage in select(inputs, "approvalSettings.approvalStages[]"):
        days = get(stage, "approvalTimeoutInDays")
        if isinstance(days, int) and not 1 <= days <= 14:
            yield CheckFailure(f"{path}.approvalTimeoutInDays", f"{days} is outside Entra's range from 1 to 14")
    yield from _reviews(inputs.get("assignmentReviewSettings"))
    for pattern in (
        "requestorSettings.requestors[]",
        "approvalSettings.approvalStages[].primaryApprovers[]",
        "assignmentReviewSettings.reviewers[]",
    ):
        for path, subject in select(inputs, pattern):
            if get(subject, "subjectType") in ("singleUser", "groupMembers") and get(subject, "objectId") is None:
                yield CheckFailure(f"{path}.objectId", f"the subject {get(subject, 'subjectType')} needs it")


def _reviews(settings: Any) -> Failures:
    if get(settings, "enabled") is not True:
        return
    path = "assignmentReviewSettings"
    if get(settings, "reviewType") == "Reviewers" and not get(settings, "reviewers"):
        yield CheckFailure(f"{path}.reviewers", "the review type Reviewers needs them")
    often, days = get(settings, "reviewFrequency"), get(settings, "durationInDays")
    longest = _DAYS_BETWEEN.get(often) if isinstance(often, str) else None
    if longest and isinstance(days, int) and days >= longest:
        yield CheckFailure(f"{path}.durationInDays", f"{days} days are too long for a {often} review")
