"""Access: who may do what. Roles with a boundary, people without data, and one way to a tenant's data.

Access is strictly what a function needs, by a unique id (e-mail document, 4.a and 4.b, 5.a and 5.b).
"""

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import accessanalyzer, iam

from infra.cloud_integrated import copy_roles, people
from infra.cloud_integrated.boundary import BREAK_GLASS, TENANT_DATA, TOKENS, boundary
from infra.cloud_integrated.copy_roles import BACKUP, REPLICATION, RESTORE
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Statement, document
from infra.cloud_integrated.role import Role
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.service_role import ServiceRole
from infra.cloud_integrated.tenant_session import TenantUsers, data_of_the_tenant, tagging, taken_on_by

PASSWORD_AGE: Final = 90
"""Days after which a password has to be changed (e-mail document, 4.c)."""

PASSWORD_LENGTH: Final = 14
"""Characters of a password at least (CIS AWS Foundations Benchmark, "password policy")."""

PASSWORDS_REMEMBERED: Final = 24
"""How many former passwords can't be used again, the most that IAM remembers."""

UNUSED_ACCESS_AGE: Final = 90
"""Days after which a right that nobody has used is reported."""


class Access(Room):
    """The account's access rules: boundary, password policy, analyzers, people's roles, the tokens' two roles.

    `second` are the names of the second region, where there is one. There are no IAM users: the password policy is for
    the day on which somebody makes one.
    """

    def __init__(
        self,
        *,
        names: Names,
        second: Names | None,
        identity_provider_arn: str,
        break_glass_principal_arn: str,
        trail_bucket: str,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("access", names=names, options=options)
        sites = [names] if second is None else [names, second]
        iam.AccountPasswordPolicy(
            "account",
            iam.AccountPasswordPolicyArgs(
                minimum_password_length=PASSWORD_LENGTH,
                require_lowercase_characters=True,
                require_uppercase_characters=True,
                require_numbers=True,
                require_symbols=True,
                max_password_age=PASSWORD_AGE,
                password_reuse_prevention=PASSWORDS_REMEMBERED,
                allow_users_to_change_password=True,
            ),
            opts=self.child(protect=True),
        )
        self._analyzers(sites)
        self.boundary_arn = iam.Policy(
            "boundary",
            iam.PolicyArgs(
                name=names.physical("boundary"),
                description="What no role of the stack can ever do",
                policy=document(*boundary(sites)),
                tags=names.tags("boundary"),
            ),
            opts=self.child(protect=True),
        ).arn
        self._roles_of_people(sites, identity_provider_arn, break_glass_principal_arn, trail_bucket)
        self._roles_of_tokens(sites)
        self.tenant_users = self._roles_at_tenants_data(sites)
        self.register_outputs(
            {
                "boundaryArn": self.boundary_arn,
                "tokenRoleArn": self.token_role_arn,
                "tenantDataRoleArn": self.tenant_data_role_arn,
                "operatorRoleArn": self.operator_role_arn,
                "auditorRoleArn": self.auditor_role_arn,
                "breakGlassRoleArn": self.break_glass_role_arn,
                "backupRoleArn": self.tenant_users.backup,
                "restoreRoleArn": self.tenant_users.restore,
            }
        )

    def _analyzers(self, sites: Sequence[Names]) -> None:
        for site in sites:
            accessanalyzer.Analyzer(
                site.logical("external"),
                accessanalyzer.AnalyzerArgs(
                    analyzer_name=site.physical("external"),
                    type="ACCOUNT",
                    region=site.region,
                    tags=site.tags("external"),
                ),
                opts=self.child(),
            )
        # Rights are the same in all regions, so they are watched from one.
        accessanalyzer.Analyzer(
            "unused",
            accessanalyzer.AnalyzerArgs(
                analyzer_name=self.names.physical("unused"),
                type="ACCOUNT_UNUSED_ACCESS",
                configuration=accessanalyzer.AnalyzerConfigurationArgs(
                    unused_access=accessanalyzer.AnalyzerConfigurationUnusedAccessArgs(
                        unused_access_age=UNUSED_ACCESS_AGE
                    )
                ),
                region=self.names.region,
                tags=self.names.tags("unused"),
            ),
            opts=self.child(),
        )

    def _roles_of_people(
        self, sites: Sequence[Names], identity_provider_arn: str, break_glass_principal_arn: str, trail_bucket: str
    ) -> None:
        names = self.names
        signed_in = people.signed_in(identity_provider_arn, [site.region for site in sites])
        self.operator_role_arn = Role(
            "operator",
            names=names,
            trusted=signed_in,
            boundary_arn=self.boundary_arn,
            statements=people.operator(names),
            session_hours=8,
            options=self.child(),
        ).arn
        self.auditor_role_arn = Role(
            "auditor",
            names=names,
            trusted=signed_in,
            boundary_arn=self.boundary_arn,
            statements=people.auditor(names, trail_bucket),
            session_hours=8,
            options=self.child(),
        ).arn
        self.break_glass_role_arn = Role(
            BREAK_GLASS,
            names=names,
            trusted=people.with_second_factor(break_glass_principal_arn),
            boundary_arn=self.boundary_arn,
            statements=people.break_glass(names),
            options=self.child(protect=True),
        ).arn

    def _roles_of_tokens(self, sites: Sequence[Names]) -> None:
        names = self.names
        # Tasks of either region: they are the same service.
        tasks = f"arn:aws:ecs:*:{names.account_id}:*"
        self.token_role_arn = self._service_role(
            TOKENS, "ecs-tasks.amazonaws.com", tasks, tagging(names.role_arn(TENANT_DATA))
        )
        self.tenant_data_role_arn = Role(
            TENANT_DATA,
            names=names,
            # The role's own output: IAM refuses a principal that isn't there yet.
            trusted=taken_on_by(self.token_role_arn),
            boundary_arn=self.boundary_arn,
            statements=data_of_the_tenant(sites),
            options=self.child(),
        ).arn

    def _roles_at_tenants_data(self, sites: Sequence[Names]) -> TenantUsers:
        # Neither service says for whom it takes on a role; IAM lets no other account pass these to it.
        return TenantUsers(
            session=self.tenant_data_role_arn,
            backup=self._service_role(BACKUP, "backup.amazonaws.com", None, copy_roles.backup(sites)),
            restore=self._service_role(RESTORE, "backup.amazonaws.com", None, copy_roles.restore(sites)),
            replication=self._service_role(REPLICATION, "s3.amazonaws.com", None, copy_roles.replication(sites))
            if len(sites) > 1
            else None,
        )

    def _service_role(
        self, name: str, service: str, source_arn: str | None, statements: Sequence[Statement]
    ) -> pulumi.Output[str]:
        return ServiceRole(
            name,
            names=self.names,
            service=service,
            source_arn=source_arn,
            boundary_arn=self.boundary_arn,
            statements=statements,
            options=self.child(),
        ).arn
