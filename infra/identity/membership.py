"""How people come into the standing groups, and out again.

Aware document, 4.a (access is limited to what a function needs) and 4.f (it ends when somebody leaves a function).
"""

from typing import Final

import pulumi
import pulumi_azuread as azuread

from infra.identity.groups import STANDING, Groups

REVIEW_EVERY: Final = "monthly"
"""How often an approver says again who stays: every 30 days, by the name that Entra has for it."""

REVIEW_DAYS: Final = 7
"""Days in which to say so."""

MEMBERSHIP_DAYS: Final = 180
"""Days after which a membership ends even where every review kept it; it has to be asked for anew."""

REQUEST_DAYS: Final = 7
"""Days after which a request that nobody approved is gone."""


class Membership(pulumi.ComponentResource):
    """An access package a group: asked for with a reason, approved by somebody else, reviewed every month.

    Who isn't named in a review is removed: silence takes access away. Entra lets nobody approve their own request; nor
    does anybody review their own membership.
    """

    def __init__(self, name: str, *, name_prefix: str, groups: Groups, options: pulumi.ResourceOptions) -> None:
        super().__init__("hosting:identity:Membership", name, {}, options)
        catalog = azuread.AccessPackageCatalog(
            "hosting",
            display_name=f"{name_prefix} hosting",
            description="Membership of the groups that run the services",
            externally_visible=False,
            published=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        for group, why in STANDING.items():
            self._package(group, why, name_prefix=name_prefix, catalog=catalog, groups=groups)
        self.register_outputs({})

    def _package(
        self, group: str, why: str, *, name_prefix: str, catalog: azuread.AccessPackageCatalog, groups: Groups
    ) -> None:
        below = pulumi.ResourceOptions(parent=self)
        package = azuread.AccessPackage(
            group,
            catalog_id=catalog.id,
            display_name=f"{name_prefix} {group}",
            description=why,
            hidden=False,
            opts=below,
        )
        resource = azuread.AccessPackageResourceCatalogAssociation(
            group,
            catalog_id=catalog.id,
            resource_origin_id=groups.standing[group].object_id,
            resource_origin_system="AadGroup",
            opts=below,
        )
        azuread.AccessPackageResourcePackageAssociation(
            group,
            access_package_id=package.id,
            catalog_resource_association_id=resource.id,
            access_type="Member",
            opts=below,
        )
        azuread.AccessPackageAssignmentPolicy(
            group,
            access_package_id=package.id,
            display_name=f"{name_prefix} {group}",
            description=f"{why}: asked for, approved, reviewed",
            duration_in_days=MEMBERSHIP_DAYS,
            extension_enabled=False,
            requestor_settings=azuread.AccessPackageAssignmentPolicyRequestorSettingsArgs(
                # People of the organisation; no guests.
                scope_type="AllExistingDirectoryMemberUsers",
                requests_accepted=True,
            ),
            approval_settings=azuread.AccessPackageAssignmentPolicyApprovalSettingsArgs(
                approval_required=True,
                approval_required_for_extension=True,
                requestor_justification_required=True,
                approval_stages=[
                    azuread.AccessPackageAssignmentPolicyApprovalSettingsApprovalStageArgs(
                        approval_timeout_in_days=REQUEST_DAYS,
                        approver_justification_required=True,
                        primary_approvers=[
                            azuread.AccessPackageAssignmentPolicyApprovalSettingsApprovalStagePrimaryApproverArgs(
                                subject_type="groupMembers", object_id=groups.approvers.object_id
                            )
                        ],
                    )
                ],
            ),
            assignment_review_settings=azuread.AccessPackageAssignmentPolicyAssignmentReviewSettingsArgs(
                enabled=True,
                review_frequency=REVIEW_EVERY,
                duration_in_days=REVIEW_DAYS,
                review_type="Reviewers",
                reviewers=[
                    azuread.AccessPackageAssignmentPolicyAssignmentReviewSettingsReviewerArgs(
                        subject_type="groupMembers", object_id=groups.approvers.object_id
                    )
                ],
                approver_justification_required=True,
                access_recommendation_enabled=True,
                access_review_timeout_behavior="removeAccess",
            ),
            opts=below,
        )
