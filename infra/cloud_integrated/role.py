"""Roles, each with the permission boundary and with no right but those written down."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Statement, document


class Role(pulumi.ComponentResource):
    """A role that `trusted` says who may take on, with no more than `statements`, all within `boundary_arn`.

    `session_hours` is how long a session lasts at most, 1 to 12.
    """

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        trusted: pulumi.Input[str],
        boundary_arn: pulumi.Input[str],
        statements: Sequence[Statement] = (),
        session_hours: int = 1,
        options: pulumi.ResourceOptions,
    ) -> None:
        logical = names.logical(name)
        super().__init__(f"hosting:cloud_integrated:{type(self).__name__}", logical, {}, options)
        role = iam.Role(
            logical,
            iam.RoleArgs(
                name=names.physical(name),
                assume_role_policy=trusted,
                permissions_boundary=boundary_arn,
                max_session_duration=session_hours * 3600,
                tags=names.tags(name),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = role.arn
        if statements:
            rights = iam.RolePolicy(
                logical,
                iam.RolePolicyArgs(name=names.physical(name), role=role.name, policy=document(*statements)),
                opts=pulumi.ResourceOptions(parent=self),
            )
            # Whoever is given the role may use it at once, so it is given only with its rights.
            self.arn = pulumi.Output.all(role.arn, rights.id).apply(lambda known: str(known[0]))
        self.register_outputs({"arn": self.arn})
