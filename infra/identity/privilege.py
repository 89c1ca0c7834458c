"""How people come to customers' data and keys: for a case, for hours, with somebody else's approval.

Aware document, 5.a (personnel don't access customers' data as a matter of course), 5.b (need to know) and 5.c (each
access is logged).
"""

from typing import Final

import pulumi
import pulumi_azuread as azuread

from infra.identity.groups import ELIGIBLE, Groups

LONGEST: Final = "PT4H"
"""How long somebody stays in at most."""


class Privilege(pulumi.ComponentResource):
    """Privileged identity management for the groups without members.

    A member of a group that is eligible asks with a reason and a second factor; an approver lets that one person in;
    after four hours Entra takes them out. Those on call are told of each case. By privileged identity management nobody
    can be put in otherwise for longer than 15 days, the shortest that Entra offers, nor without a reason, and those on
    call are told of that too. An owner of a group, or a privileged role administrator, can still add a member to the
    group itself, for good and with nobody's approval: Entra has no term against it, so each such addition is an
    incident (`let-in` of `infra.aware.detections`). The groups that are eligible are so without an end, since each of
    their own members is reviewed every month.

    An authentication context, by which an activation itself would ask for the strong sign-in again, is not set: the SDK
    (pulumi-azuread 6) can name one here, but neither make one nor name it in a policy of Conditional Access. The policy
    for all applications (`infra.identity.sign_in`) covers those who may ask and those who approve instead.
    """

    def __init__(self, name: str, *, groups: Groups, on_call_email: str, options: pulumi.ResourceOptions) -> None:
        super().__init__("hosting:identity:Privilege", name, {}, options)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        told = azuread.GroupRoleManagementPolicyNotificationRulesArgs(
            eligible_activations=azuread.GroupRoleManagementPolicyNotificationRulesEligibleActivationsArgs(
                admin_notifications=azuread.GroupRoleManagementPolicyNotificationRulesEligibleActivationsAdminNotificationsArgs(
                    notification_level="All", default_recipients=True, additional_recipients=[on_call_email]
                )
            ),
            active_assignments=azuread.GroupRoleManagementPolicyNotificationRulesActiveAssignmentsArgs(
                admin_notifications=azuread.GroupRoleManagementPolicyNotificationRulesActiveAssignmentsAdminNotificationsArgs(
                    notification_level="All", default_recipients=True, additional_recipients=[on_call_email]
                )
            ),
        )
        for group, (why, people) in ELIGIBLE.items():
            terms = [
                azuread.GroupRoleManagementPolicy(
                    f"{group}-{role}",
                    group_id=groups.eligible[group].object_id,
                    role_id=role,
                    activation_rules=azuread.GroupRoleManagementPolicyActivationRulesArgs(
                        maximum_duration=LONGEST,
                        require_approval=True,
                        require_justification=True,
                        require_multifactor_authentication=True,
                        approval_stage=azuread.GroupRoleManagementPolicyActivationRulesApprovalStageArgs(
                            primary_approvers=[
                                azuread.GroupRoleManagementPolicyActivationRulesApprovalStagePrimaryApproverArgs(
                                    object_id=groups.approvers.object_id, type="groupMembers"
                                )
                            ]
                        ),
                    ),
                    eligible_assignment_rules=azuread.GroupRoleManagementPolicyEligibleAssignmentRulesArgs(
                        expiration_required=False
                    ),
                    active_assignment_rules=azuread.GroupRoleManagementPolicyActiveAssignmentRulesArgs(
                        expiration_required=True,
                        expire_after="P15D",
                        require_justification=True,
                        require_multifactor_authentication=True,
                    ),
                    notification_rules=told,
                    opts=kept,
                )
                # An owner may let in whom they like: the same terms hold for becoming one.
                for role in ("member", "owner")
            ]
            for each in people:
                azuread.PrivilegedAccessGroupEligibilitySchedule(
                    f"{group}-{each}",
                    group_id=groups.eligible[group].object_id,
                    principal_id=groups.standing[each].object_id,
                    assignment_type="member",
                    permanent_assignment=True,
                    justification=why,
                    opts=pulumi.ResourceOptions(parent=self, depends_on=terms),
                )
        self.register_outputs({})
