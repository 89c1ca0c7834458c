"""Roles that services of AWS take on for this stack."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Statement, document, trust


class ServiceRole(pulumi.ComponentResource):
    """A role for `service`, with no more than `statements`.

    It is used for `source_arn` (a pattern) of this account only; None for a service that doesn't say for whom it works.
    """

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        service: str,
        source_arn: str | None,
        statements: Sequence[Statement] = (),
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:cloud_integrated:ServiceRole", name, {}, options)
        role = iam.Role(
            name,
            iam.RoleArgs(
                name=names.physical(name),
                assume_role_policy=trust(service, account_id=names.account_id, source_arn=source_arn),
                tags=names.tags(name),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        if statements:
            iam.RolePolicy(
                name,
                iam.RolePolicyArgs(name=names.physical(name), role=role.name, policy=document(*statements)),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.arn = role.arn
        self.register_outputs({"arn": self.arn})
