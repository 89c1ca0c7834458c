"""Access packages in Entra: how people come into the standing groups, and out again."""

from typing import Final

from policies.properties import Record
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.entra.groups import GROUPS, IN_CATALOG, is_of_approvers

PACKAGE: Final = "azuread:index/accessPackage:AccessPackage"
CATALOG: Final = "azuread:index/accessPackageCatalog:AccessPackageCatalog"
POLICY: Final = "azuread:index/accessPackageAssignmentPolicy:AccessPackageAssignmentPolicy"
IN_PACKAGE: Final = "azuread:index/accessPackageResourcePackageAssociation:AccessPackageResourcePackageAssociation"

_LONGEST_DAYS: Final = 180
_REVIEWED: Final = ("weekly", "monthly")


@rule(POLICY)
def membership_is_approved(policy: Resource) -> Findings:
    """Who comes into a group with nobody's approval has no function there that anybody knows of."""
    approval = policy.part("approval_settings")
    for name in ("approval_required", "requestor_justification_required"):
        if not approval.get(name, False):
            yield f"people let themselves in: set approval_settings.{name}=True"
    stages = list(approval.get("approval_stages", []))
    if not stages:
        yield "nobody approves: set approval_settings.approval_stages"
    for number, stage in enumerate(stages):
        if len(stage.get("primary_approvers", [])) == 0:
            yield f"nobody approves: set primary_approvers of approval_stages[{number}]"
        if not stage.get("approver_justification_required", False):
            yield f"nobody says why: set approver_justification_required=True in approval_stages[{number}]"
        if stage.get("approval_timeout_in_days", 0) > 14:
            yield f"an old request is approved unread: set approval_timeout_in_days of approval_stages[{number}] to 14"
    if policy.get("extension_enabled", False) and not approval.get("approval_required_for_extension", False):
        yield "membership goes on by itself: set approval_settings.approval_required_for_extension=True"


@rule(POLICY)
def membership_is_reviewed_and_ends(policy: Resource) -> Findings:
    """Who changes their function keeps their access unless somebody says, again and again, who stays."""
    if not 0 < policy.get("duration_in_days", 0) <= _LONGEST_DAYS:
        yield f"membership goes on without an end: set duration_in_days to {_LONGEST_DAYS} at most"
    review = policy.part("assignment_review_settings")
    if not review.get("enabled", False):
        yield "nobody reviews membership: set assignment_review_settings.enabled=True"
    # Without a word reviews start now (the provider's reference, starting_on).
    if review.has("starting_on"):
        yield "nobody reviews membership until a day that may be far: remove assignment_review_settings.starting_on"
    if review.get("review_frequency", "") not in _REVIEWED:
        yield "membership is reviewed too seldom: set assignment_review_settings.review_frequency to monthly"
    if review.get("access_review_timeout_behavior", "keepAccess") != "removeAccess":
        yield "silence keeps people in: set assignment_review_settings.access_review_timeout_behavior to removeAccess"
    if review.get("review_type", "Self") != "Reviewers" or len(review.get("reviewers", [])) == 0:
        yield "people review themselves: set assignment_review_settings.reviewers and review_type to Reviewers"
    if not review.get("approver_justification_required", False):
        yield "nobody says why: set assignment_review_settings.approver_justification_required=True"
    if not 0 < review.get("duration_in_days", 0) <= 14:
        yield "a review stays open for long: set assignment_review_settings.duration_in_days to 14 at most"


@rule(POLICY)
def membership_is_for_own_people(policy: Resource) -> Findings:
    """A guest's identity is kept by somebody else, who may hand it on."""
    requestors = policy.part("requestor_settings")
    if requestors.get("scope_type", "NoSubjects") not in ("AllExistingDirectoryMemberUsers", "NoSubjects"):
        yield "others than members of the organisation may ask: set scope_type to AllExistingDirectoryMemberUsers"


@stack_rule(POLICY)
def membership_is_approved_by_approvers(policy: Resource, stack: Stack) -> Findings:
    """Whoever may ask must not be among those who approve and review, nor anybody whom nobody has named."""
    for stage in policy.part("approval_settings").get("approval_stages", []):
        for name in ("primary_approvers", "alternative_approvers"):
            for _, each in stage.numbered(name):
                yield _is_group_of_approvers(policy, stack, "approval_settings", each)
    for _, each in policy.part("assignment_review_settings").numbered("reviewers"):
        yield _is_group_of_approvers(policy, stack, "assignment_review_settings", each)


def _is_group_of_approvers(policy: Resource, stack: Stack, name: str, each: Record) -> Findings:
    right = means(stack, policy, name, read=lambda: each.get("object_id", None), targets=GROUPS, fits=is_of_approvers)
    if each.get("subject_type", "singleUser") != "groupMembers" or not right:
        yield f"somebody else approves or reviews: name the group approvers in {name}"


@stack_rule(POLICY, IN_PACKAGE)
def access_policy_is_of_own_package(part: Resource, stack: Stack) -> Findings:
    """What is said of a stranger's package leaves the stack's own without it."""
    packages = {PACKAGE: ("id",)}
    if not means(stack, part, "access_package_id", read=lambda: part.get("access_package_id", None), targets=packages):
        yield "it is about another package: set access_package_id to one of the stack's"


@stack_rule(PACKAGE)
def access_package_has_its_policy(package: Resource, stack: Stack) -> Findings:
    """A package without a policy of its own says nowhere who approves."""
    catalogs = {CATALOG: ("id",)}
    if not means(stack, package, "catalog_id", read=lambda: package.get("catalog_id", None), targets=catalogs):
        yield "the package is in another catalog: set catalog_id to the stack's"
    if not stack.referring("access_package_id", package, [POLICY], "id"):
        yield "nothing says who may ask and who approves: add an AccessPackageAssignmentPolicy"
    leads = stack.referring("access_package_id", package, [IN_PACKAGE], "id")
    if not leads:
        yield "the package leads nowhere: add an AccessPackageResourcePackageAssociation with a group"
    for other in leads[1:]:
        yield f"who asks for one group comes into two: set access_package_id of {other.resource_name} to another's"


@rule(CATALOG)
def access_catalog_is_for_own_people(catalog: Resource) -> Findings:
    """What a catalog shows to other organisations, their people may ask for."""
    if catalog.get("externally_visible", True):
        yield "other organisations see the packages: set externally_visible=False"


@stack_rule(IN_CATALOG)
def access_catalog_holds_own_groups_only(association: Resource, stack: Stack) -> Findings:
    """A group that the stack doesn't govern may lead anywhere."""

    def read() -> str | None:
        return association.get("resource_origin_id", None)

    own = means(stack, association, "resource_origin_id", read=read, targets=GROUPS)
    catalogs = {CATALOG: ("id",)}
    if not means(stack, association, "catalog_id", read=lambda: association.get("catalog_id", None), targets=catalogs):
        yield "the group goes into another catalog: set catalog_id to the stack's"
    if association.get("resource_origin_system", "") != "AadGroup" or not own:
        yield "the catalog leads to something else than a group of the stack: set resource_origin_id to one"


@stack_rule(IN_PACKAGE)
def access_package_gives_membership_only(association: Resource, stack: Stack) -> Findings:
    """An owner of a group lets in whom they like, past every approval."""
    if association.get("access_type", "Member") != "Member":
        yield "the package makes people owners: set access_type to Member"

    def read() -> str | None:
        return association.get("catalog_resource_association_id", None)

    packages = stack.meant(association, "access_package_id", [PACKAGE], "id")
    for entry in stack.meant(association, "catalog_resource_association_id", [IN_CATALOG], "id", read=read):
        groups = stack.meant(entry, "resource_origin_id", list(GROUPS), "object_id")
        if {each.resource_name for each in groups} - {each.resource_name for each in packages}:
            yield "who asks for one group comes into another: set catalog_resource_association_id to the package's own"
    if not means(stack, association, "catalog_resource_association_id", read=read, targets={IN_CATALOG: ("id",)}):
        yield (
            "the package leads to something that the stack doesn't govern: set catalog_resource_association_id to "
            "one of its own catalog"
        )
