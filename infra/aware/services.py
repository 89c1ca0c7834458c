"""The room of the services: Signal, Spotlight, Search and Discover, Data Management, and the token service.

Aware document, 6.b (encryption in transmission within the data centers) and 8.b (a zone can fail).
"""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_azure_native import app, authorization, managedidentity

from infra.aware.audit import Audit
from infra.aware.managed_identity import managed_identity
from infra.aware.placement import Placement
from infra.aware.registry import Registry
from infra.aware.tokens import TOKENS, Tokens
from infra.settings import AwareImages

PORT: Final = 8080
"""The port on which each service's container listens."""

MINIMUM_REPLICAS: Final = 3
"""One for each zone."""

MAXIMUM_REPLICAS: Final = 12

CONSUMPTION: Final = "Consumption"
"""The workload profile without machines of our own; Azure spreads its replicas over the zones."""

READY_PATH: Final = "/health/ready"
LIVE_PATH: Final = "/health/live"


def digests(images: AwareImages) -> Mapping[str, str]:
    """The services that the Aware document covers and the token service, each with the digest of its image."""
    return {
        "signal": images.signal,
        "spotlight": images.spotlight,
        "search-and-discover": images.search_and_discover,
        "data-management": images.data_management,
        TOKENS: images.tokens,
    }


class Services(pulumi.ComponentResource):
    """A Container Apps environment inside the network, spread over the zones, and an app for each service.

    The environment has no public address. An app's ingress is external only to the environment: it takes what comes
    from the network, which is Front Door's private link, over TLS. Within the environment every call is encrypted and
    both sides show a certificate.

    No app has a secret: each signs in everywhere with an identity of its own. One that came to need a secret would be
    given its address in Key Vault (`key_vault_url`), never its value.
    """

    placement: Placement
    environment_id: pulumi.Output[str]
    host_names: Mapping[str, pulumi.Output[str]]
    """Service -> the host name by which the environment's ingress knows it."""
    identities: Mapping[str, pulumi.Output[str]]
    """Service -> the object id of its identity's principal, for roles on what it may use."""

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        subnet_id: pulumi.Input[str],
        registry: Registry,
        images: AwareImages,
        endpoints: Mapping[str, pulumi.Input[str]],
        tokens: Tokens,
        serving: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        """`endpoints` are the environment variables that tell each service where keys and data are; the token service,
        which has no business with either, is told of its key alone. Replicas that aren't `serving` are as many, over as
        many zones, and smaller: they wait until they are needed.
        """
        super().__init__("hosting:aware:Services", placement.label(name), {}, options)
        self.placement = placement
        self._registry = registry
        self._serving = serving
        self._environment = app.ManagedEnvironment(
            placement.label("main"),
            environment_name=placement.name("cae"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            vnet_configuration=app.VnetConfigurationArgs(infrastructure_subnet_id=subnet_id, internal=True),
            infrastructure_resource_group=placement.name("rg", "apps"),
            public_network_access=app.PublicNetworkAccess.DISABLED,
            zone_redundant=True,
            workload_profiles=[app.WorkloadProfileArgs(name=CONSUMPTION, workload_profile_type=CONSUMPTION)],
            peer_authentication=app.ManagedEnvironmentPeerAuthenticationArgs(mtls=app.MtlsArgs(enabled=True)),
            peer_traffic_configuration=app.ManagedEnvironmentPeerTrafficConfigurationArgs(
                encryption=app.ManagedEnvironmentEncryptionArgs(enabled=True)
            ),
            # Logs go by the diagnostic setting, which needs no shared key of the workspace.
            app_logs_configuration=app.AppLogsConfigurationArgs(destination="azure-monitor"),
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        audit.collect_content(placement.label("apps"), self._environment.id, parent=self)
        self.environment_id = self._environment.id
        # A region's services ask the token service of their own environment.
        asking = {**endpoints, "TOKENS_URL": pulumi.Output.concat("https://", self._host_name(TOKENS))}
        self._variables = {**dict.fromkeys(digests(images), asking), TOKENS: tokens.endpoints}
        identities = {service: self._identity(service) for service in digests(images)}
        self.identities = {service: identity.principal_id for service, identity in identities.items()}
        tokens.let_sign(self.identities[TOKENS], placement=placement)
        for service, digest in digests(images).items():
            self._app(service, registry.image(f"aware/{service}", digest), identities[service])
        self.host_names = {service: self._host_name(service) for service in digests(images)}
        self.register_outputs({"environmentId": self.environment_id})

    def _identity(self, service: str) -> managedidentity.UserAssignedIdentity:
        return managed_identity(service, placement=self.placement, options=pulumi.ResourceOptions(parent=self))

    def _app(self, service: str, image: pulumi.Input[str], identity: managedidentity.UserAssignedIdentity) -> None:
        may_pull = authorization.RoleAssignment(
            self.placement.label(f"pull-{service}"),
            role_assignment_name=self.placement.role_assignment_name(f"pull-{service}"),
            scope=self._registry.id,
            principal_id=identity.principal_id,
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=self.placement.role_definition_id("AcrPull"),
            description=f"{service} pulls its image",
            opts=pulumi.ResourceOptions(parent=self),
        )
        app.ContainerApp(
            self.placement.label(service),
            container_app_name=app_name(service),
            resource_group_name=self.placement.resource_group_name,
            location=self.placement.region,
            environment_id=self._environment.id,
            workload_profile_name=CONSUMPTION,
            identity=app.ManagedServiceIdentityArgs(
                type=app.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]
            ),
            configuration=app.ConfigurationArgs(
                active_revisions_mode=app.ActiveRevisionsMode.SINGLE,
                identity_settings=[
                    app.IdentitySettingsArgs(identity=identity.id, lifecycle=app.IdentitySettingsLifeCycle.MAIN)
                ],
                registries=[app.RegistryCredentialsArgs(server=self._registry.login_server, identity=identity.id)],
                ingress=app.IngressArgs(
                    external=True,
                    allow_insecure=False,
                    target_port=PORT,
                    transport=app.IngressTransportMethod.AUTO,
                    traffic=[app.TrafficWeightArgs(latest_revision=True, weight=100)],
                ),
            ),
            template=app.TemplateArgs(
                containers=[self._container(service, image, identity)],
                scale=app.ScaleArgs(min_replicas=MINIMUM_REPLICAS, max_replicas=MAXIMUM_REPLICAS),
            ),
            tags=self.placement.tags(service),
            # Without the role the first revision can't start.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_pull]),
        )

    def _host_name(self, service: str) -> pulumi.Output[str]:
        return pulumi.Output.concat(app_name(service), ".", self._environment.default_domain)

    def _container(
        self, service: str, image: pulumi.Input[str], identity: managedidentity.UserAssignedIdentity
    ) -> app.ContainerArgs:
        return app.ContainerArgs(
            name=service,
            image=image,
            # Consumption takes memory in gibibytes of twice the number of cores.
            resources=app.ContainerResourcesArgs(cpu=1.0, memory="2Gi")
            if self._serving
            else app.ContainerResourcesArgs(cpu=0.25, memory="0.5Gi"),
            env=[
                app.EnvironmentVarArgs(name="AZURE_CLIENT_ID", value=identity.client_id),
                *(app.EnvironmentVarArgs(name=name, value=value) for name, value in self._variables[service].items()),
            ],
            probes=[
                _probe(app.Type.STARTUP, READY_PATH, period_seconds=5, failures=24),
                _probe(app.Type.READINESS, READY_PATH, period_seconds=5, failures=3),
                _probe(app.Type.LIVENESS, LIVE_PATH, period_seconds=10, failures=3),
            ],
        )


def app_name(service: str) -> str:
    """At most 32 characters, and unique within the resource group: the stack's own part is left out."""
    return f"ca-{service}"


def _probe(kind: app.Type, path: str, *, period_seconds: int, failures: int) -> app.ContainerAppProbeArgs:
    return app.ContainerAppProbeArgs(
        type=kind,
        http_get=app.ContainerAppProbeHttpGetArgs(path=path, port=PORT, scheme=app.Scheme.HTTP),
        period_seconds=period_seconds,
        timeout_seconds=2,
        failure_threshold=failures,
    )
