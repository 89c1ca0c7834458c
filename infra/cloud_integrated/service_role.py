"""Roles that services of AWS take on for this stack."""

from collections.abc import Sequence

import pulumi

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Statement, trust
from infra.cloud_integrated.role import Role


class ServiceRole(Role):
    """A role for `service`, with no more than `statements`, all within `boundary_arn`.

    It is used for `source_arn` (a pattern) of this account only; None for a service that doesn't say for whom it works.
    """

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        service: str,
        source_arn: str | None,
        boundary_arn: pulumi.Input[str],
        statements: Sequence[Statement] = (),
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(
            name,
            names=names,
            trusted=trust(service, account_id=names.account_id, source_arn=source_arn),
            boundary_arn=boundary_arn,
            statements=statements,
            options=options,
        )
