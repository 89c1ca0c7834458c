"""The job that makes and changes the database's tables, and says who may do what with them.

Aware document, 5.a (no access as a matter of course): only this job signs in as the database's administrator.
"""

from typing import Final

import pulumi
from pulumi_azure_native import app, authorization

from infra.aware.database import Database
from infra.aware.placement import Placement
from infra.aware.registry import Registry
from infra.aware.services import CONSUMPTION

LONGEST_SECONDS: Final = 3600
"""A run that takes longer is stopped."""


class Migration(pulumi.ComponentResource):
    """A job that runs when it is started, once, under the identity of the database's administrator.

    Whoever starts a job can also say which image it runs that once, and so what is done as the administrator: the
    operators' role has no such action, and the release pipeline alone is given it (docs/aware-deployment.md).
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        environment_id: pulumi.Input[str],
        registry: Registry,
        digest: str,
        database: Database,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Migration", name, {}, options)
        administrator = database.administrator
        may_pull = authorization.RoleAssignment(
            "pull-migration",
            role_assignment_name=placement.role_assignment_name("pull-migration"),
            scope=registry.id,
            principal_id=administrator.principal_id,
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=placement.role_definition_id("AcrPull"),
            description="migration pulls its image",
            opts=pulumi.ResourceOptions(parent=self),
        )
        app.Job(
            "migrate",
            job_name="caj-migrate",
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            environment_id=environment_id,
            workload_profile_name=CONSUMPTION,
            identity=app.ManagedServiceIdentityArgs(
                type=app.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[administrator.id]
            ),
            configuration=app.JobConfigurationArgs(
                trigger_type=app.TriggerType.MANUAL,
                manual_trigger_config=app.JobConfigurationManualTriggerConfigArgs(
                    parallelism=1, replica_completion_count=1
                ),
                replica_timeout=LONGEST_SECONDS,
                # What broke off halfway is looked at by a person before it runs again.
                replica_retry_limit=0,
                identity_settings=[
                    app.IdentitySettingsArgs(identity=administrator.id, lifecycle=app.IdentitySettingsLifeCycle.MAIN)
                ],
                registries=[app.RegistryCredentialsArgs(server=registry.login_server, identity=administrator.id)],
            ),
            template=app.JobTemplateArgs(
                containers=[
                    app.ContainerArgs(
                        name="migrate",
                        image=registry.image("aware/migration", digest),
                        resources=app.ContainerResourcesArgs(cpu=0.5, memory="1Gi"),
                        env=[
                            app.EnvironmentVarArgs(name="AZURE_CLIENT_ID", value=administrator.client_id),
                            # In PostgreSQL the identity has its name.
                            app.EnvironmentVarArgs(name="DATABASE_USER", value=administrator.name),
                            app.EnvironmentVarArgs(name="DATABASE_HOST", value=database.host),
                            app.EnvironmentVarArgs(name="DATABASE_NAME", value=database.database_name),
                        ],
                    )
                ]
            ),
            tags=placement.tags("migrate"),
            # Without the role the first run can't start.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_pull]),
        )
        self.register_outputs({})
