"""The room of the services: Signal, Spotlight, Search and Discover, Data Management.

Aware document, 6.b (encryption in transmission within the data centers) and 8.b (a zone can fail).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native import app, managedidentity

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.settings import AwareOptions

PORT: Final = 8080
"""The port on which each service's container listens."""

MINIMUM_REPLICAS: Final = 3
"""One for each zone."""

MAXIMUM_REPLICAS: Final = 12

CONSUMPTION: Final = "Consumption"
"""The workload profile without machines of our own; Azure spreads its replicas over the zones."""

READY_PATH: Final = "/health/ready"
LIVE_PATH: Final = "/health/live"


@dataclass(frozen=True)
class Service:
    """One of the Aware services: its name in names and paths, and the image by digest that it runs."""

    name: str
    image: str

    @property
    def registry(self) -> str:
        """The host of the registry that holds the image: one of Azure's, for the app signs in there by its identity."""
        return self.image.partition("/")[0]


def services_of(options: AwareOptions) -> tuple[Service, ...]:
    """The services that the Aware document covers, each with the image that the stack's settings name."""
    return (
        Service("signal", f"hostcoaware.azurecr.io/aware/signal@{options.images.signal}"),
        Service("spotlight", f"hostcoaware.azurecr.io/aware/spotlight@{options.images.spotlight}"),
        Service("search-and-discover", f"hostcoaware.azurecr.io/aware/search-and-discover@{options.images.search_and_discover}"),
        Service("data-management", f"hostcoaware.azurecr.io/aware/data-management@{options.images.data_management}"),
    )


class Services(pulumi.ComponentResource):
    """A Container Apps environment inside the network, spread over the zones, and an app for each service.

    The environment has no public address. An app's ingress is external only to the environment: it takes what comes
    from the network, which is Front Door's private link, over TLS. Within the environment every call is encrypted and
    both sides show a certificate.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        subnet_id: pulumi.Input[str],
        services: tuple[Service, ...],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Services", name, {}, options)
        self._placement = placement
        self._environment = app.ManagedEnvironment(
            "main",
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
        audit.collect("apps", self._environment.id, parent=self)
        self.environment_id: pulumi.Output[str] = self._environment.id
        self.host_names: Mapping[str, pulumi.Output[str]] = {service.name: self._app(service) for service in services}
        self.register_outputs({"environmentId": self.environment_id})

    def _app(self, service: Service) -> pulumi.Output[str]:
        """Runs a service; gives the host name by which the environment's ingress knows it."""
        identity = managedidentity.UserAssignedIdentity(
            service.name,
            resource_name_=self._placement.name("id", service.name),
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
            tags=self._placement.tags(service.name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        container_app = app.ContainerApp(
            service.name,
            # At most 32 characters, and unique within the environment: the stack's own part is left out.
            container_app_name=f"ca-{service.name}",
            resource_group_name=self._placement.resource_group_name,
            location=self._placement.region,
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
                registries=[app.RegistryCredentialsArgs(server=service.registry, identity=identity.id)],
                ingress=app.IngressArgs(
                    external=True,
                    allow_insecure=False,
                    target_port=PORT,
                    transport=app.IngressTransportMethod.AUTO,
                    traffic=[app.TrafficWeightArgs(latest_revision=True, weight=100)],
                ),
            ),
            template=app.TemplateArgs(
                containers=[
                    app.ContainerArgs(
                        name=service.name,
                        image=service.image,
                        resources=app.ContainerResourcesArgs(cpu=1.0, memory="2Gi"),
                        probes=[
                            _probe(app.Type.STARTUP, READY_PATH, period_seconds=5, failures=24),
                            _probe(app.Type.READINESS, READY_PATH, period_seconds=5, failures=3),
                            _probe(app.Type.LIVENESS, LIVE_PATH, period_seconds=10, failures=3),
                        ],
                    )
                ],
                scale=app.ScaleArgs(min_replicas=MINIMUM_REPLICAS, max_replicas=MAXIMUM_REPLICAS),
            ),
            tags=self._placement.tags(service.name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.concat(container_app.name, ".", self._environment.default_domain)


def _probe(kind: app.Type, path: str, *, period_seconds: int, failures: int) -> app.ContainerAppProbeArgs:
    return app.ContainerAppProbeArgs(
        type=kind,
        http_get=app.ContainerAppProbeHttpGetArgs(path=path, port=PORT, scheme=app.Scheme.HTTP),
        period_seconds=period_seconds,
        timeout_seconds=2,
        failure_threshold=failures,
    )
