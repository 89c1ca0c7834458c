"""The one table of simulated types of Entra, with a line for each.

A line says what the SDK's annotations and documentation don't: how the provider's id is made, which ids must name
something, what is there once, and which rules and computed outputs there are. To add a type, add its line here.

Ids have the form that `pulumi import` takes (the Azure AD provider's documentation). People are not in the table: a
tenant has them before any program runs, so an id of a user is taken as it is.
"""

from collections.abc import Callable, Mapping
from typing import Final

from localcloud.backend import Properties
from localcloud.entra import rules
from localcloud.entra.directory import Check, Computed, Directory, Kind, Object, Reference, Rule

PACKAGE: Final = "azuread"

GROUP: Final = f"{PACKAGE}:index/group:Group"
_PRINCIPAL: Final = f"{PACKAGE}:index/servicePrincipal:ServicePrincipal"
_APPLICATION: Final = f"{PACKAGE}:index/application:Application"
_LOCATION: Final = f"{PACKAGE}:index/namedLocation:NamedLocation"
_STRENGTH: Final = f"{PACKAGE}:index/authenticationStrengthPolicy:AuthenticationStrengthPolicy"
_UNIT: Final = f"{PACKAGE}:index/administrativeUnit:AdministrativeUnit"
_CATALOG: Final = f"{PACKAGE}:index/accessPackageCatalog:AccessPackageCatalog"
_PACKAGE: Final = f"{PACKAGE}:index/accessPackage:AccessPackage"
_IN_CATALOG: Final = f"{PACKAGE}:index/accessPackageResourceCatalogAssociation:AccessPackageResourceCatalogAssociation"

_GROUPS: Final = Reference((GROUP,))
_APPLICATIONS: Final = Reference(
    (_PRINCIPAL,), besides=frozenset({"All", "None", "Office365", "MicrosoftAdminPortals"}) | rules.FIRST_PARTY
)


def _path(prefix: str) -> Callable[[str, Properties], str]:
    return lambda guid, _inputs: f"{prefix}/{guid}"


def _guid(guid: str, _inputs: Properties) -> str:
    return guid


def _nothing(_directory: Directory, _item: Object) -> Properties:
    return {}


def _object_id(_directory: Directory, item: Object) -> Properties:
    return {"objectId": item.guid}


def _line(
    name: str,
    identity: Callable[[str, Properties], str],
    *,
    replaces: tuple[str, ...] = (),
    references: Mapping[str, Reference] | None = None,
    told_apart_by: tuple[str, ...] = (),
    adopts: bool = False,
    checks: tuple[Check, ...] = (),
    rules: tuple[Rule, ...] = (),
    computed: Computed = _nothing,
) -> Kind:
    return Kind(
        token=f"{PACKAGE}:index/{name[0].lower()}{name[1:]}:{name}",
        identity=identity,
        replaces=frozenset(replaces),
        references=references or {},
        told_apart_by=told_apart_by,
        adopts=adopts,
        checks=checks,
        rules=rules,
        computed=computed,
    )


_LINES: Final = (
    # Groups, and who may become a member
    _line(
        "Group",
        _path("/groups"),
        references={"administrativeUnitIds[]": Reference((_UNIT,))},
        checks=(rules.group, rules.guids("members[]"), rules.guids("owners[]")),
        rules=(rules.name_is_free,),
        computed=rules.group_computed,
    ),
    _line(
        "GroupMember",
        lambda _guid, inputs: f"{inputs['groupObjectId']}/member/{inputs['memberObjectId']}",
        references={"groupObjectId": _GROUPS},
        told_apart_by=("groupObjectId", "memberObjectId"),
        checks=(rules.guids("memberObjectId"),),
    ),
    _line(
        "GroupRoleManagementPolicy",
        lambda guid, inputs: f"Group_{inputs['groupId']}_{guid}",
        replaces=("groupId", "roleId"),
        references={"groupId": _GROUPS},
        told_apart_by=("groupId", "roleId"),
        adopts=True,
        checks=(rules.group_policy, rules.one_of("roleId", "member", "owner")),
        computed=lambda _directory, _item: {"displayName": "Group", "description": "Group"},
    ),
    _line(
        "PrivilegedAccessGroupEligibilitySchedule",
        lambda guid, inputs: f"{inputs['groupId']}_{inputs['assignmentType']}_{guid}",
        replaces=("groupId", "principalId", "assignmentType"),
        references={"groupId": _GROUPS},
        told_apart_by=("groupId", "principalId", "assignmentType"),
        checks=(rules.schedule, rules.guids("principalId"), rules.one_of("assignmentType", "member", "owner")),
        rules=(rules.eligible_as_long_as_allowed,),
        computed=lambda _directory, _item: {"status": "Provisioned"},
    ),
    _line(
        "AdministrativeUnit",
        _path("/directory/administrativeUnits"),
        checks=(rules.guids("members[]"),),
        rules=(rules.name_is_free,),
        computed=_object_id,
    ),
    # Applications
    _line(
        "Application",
        _path("/applications"),
        rules=(rules.name_is_free,),
        computed=rules.application_computed,
    ),
    _line(
        "ServicePrincipal",
        _path("/servicePrincipals"),
        replaces=("clientId",),
        references={"clientId": Reference((_APPLICATION,), besides=rules.FIRST_PARTY)},
        told_apart_by=("clientId",),
        adopts=True,
        checks=(rules.guids("clientId"),),
        rules=(rules.principal_is_new,),
        computed=rules.principal_computed,
    ),
    # Conditional Access
    _line(
        "NamedLocation",
        _path("/identity/conditionalAccess/namedLocations"),
        checks=(rules.location, rules.ranges("ip.ipRanges[]")),
        computed=_object_id,
    ),
    _line(
        "AuthenticationStrengthPolicy",
        _path("/policies/authenticationStrengthPolicies"),
        checks=(rules.one_of("allowedCombinations[]", *rules.COMBINATIONS),),
        rules=(rules.name_is_taken_once,),
        computed=_object_id,
    ),
    _line(
        "ConditionalAccessPolicy",
        _path("/identity/conditionalAccess/policies"),
        references={
            "conditions.users.includedGroups[]": _GROUPS,
            "conditions.users.excludedGroups[]": _GROUPS,
            "conditions.applications.includedApplications[]": _APPLICATIONS,
            "conditions.applications.excludedApplications[]": _APPLICATIONS,
            "conditions.locations.includedLocations[]": Reference(
                (_LOCATION,), holds=True, besides=frozenset({"All", "AllTrusted"})
            ),
            "conditions.locations.excludedLocations[]": Reference(
                (_LOCATION,), holds=True, besides=frozenset({"All", "AllTrusted"})
            ),
            "grantControls.authenticationStrengthPolicyId": Reference(
                (_STRENGTH,), holds=True, besides=rules.BUILT_IN_STRENGTHS
            ),
        },
        checks=(
            rules.conditional_access,
            rules.one_of("state", "enabled", "disabled", "enabledForReportingButNotEnforced"),
            rules.one_of(
                "conditions.clientAppTypes[]",
                *("all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"),
            ),
            rules.one_of("grantControls.operator", "AND", "OR"),
            rules.one_of("grantControls.builtInControls[]", *rules.CONTROLS),
            rules.one_of("sessionControls.signInFrequencyPeriod", "hours", "days"),
            rules.one_of("conditions.authenticationFlowTransferMethods[]", "deviceCodeFlow", "authenticationTransfer"),
        ),
        computed=_object_id,
    ),
    # Access packages
    _line("AccessPackageCatalog", _guid, rules=(rules.name_is_taken_once,)),
    _line(
        "AccessPackage",
        _guid,
        replaces=("catalogId",),
        references={"catalogId": Reference((_CATALOG,), holds=True)},
    ),
    _line(
        "AccessPackageResourceCatalogAssociation",
        lambda _guid, inputs: f"{inputs['catalogId']}/{inputs['resourceOriginId']}",
        references={
            "catalogId": Reference((_CATALOG,), holds=True),
            "resourceOriginId": Reference((GROUP, _PRINCIPAL, _APPLICATION)),
        },
        told_apart_by=("catalogId", "resourceOriginId"),
        checks=(rules.one_of("resourceOriginSystem", "AadGroup", "AadApplication", "SharePointOnline"),),
    ),
    _line(
        "AccessPackageResourcePackageAssociation",
        rules.role_in_package,
        references={
            "accessPackageId": Reference((_PACKAGE,)),
            "catalogResourceAssociationId": Reference((_IN_CATALOG,), holds=True),
        },
        told_apart_by=("accessPackageId", "catalogResourceAssociationId", "accessType"),
        rules=(rules.is_in_the_packages_catalog,),
    ),
    _line(
        "AccessPackageAssignmentPolicy",
        _guid,
        replaces=("accessPackageId",),
        references={"accessPackageId": Reference((_PACKAGE,), holds=True)},
        checks=(
            rules.assignment_policy,
            rules.one_of("requestorSettings.scopeType", *rules.SCOPES),
            rules.one_of("assignmentReviewSettings.reviewFrequency", *rules.FREQUENCIES),
            rules.one_of("assignmentReviewSettings.reviewType", "Manager", "Reviewers", "Self"),
            rules.one_of(
                "assignmentReviewSettings.accessReviewTimeoutBehavior",
                *("keepAccess", "removeAccess", "acceptAccessRecommendation"),
            ),
        ),
    ),
)

KINDS: Final[Mapping[str, Kind]] = {line.token: line for line in _LINES}
"""Every simulated type, by its token."""
