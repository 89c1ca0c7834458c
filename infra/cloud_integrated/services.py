"""Services: five kinds of containers, spread over the zones, each closed but for its port and its few rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import appautoscaling, ecs, lb

from infra.cloud_integrated.endpoints import GUARD_IMAGE, PULL
from infra.cloud_integrated.log_group import log_group
from infra.cloud_integrated.mesh import Mesh
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Statement
from infra.cloud_integrated.registry import Registry
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.secret import Secrets
from infra.cloud_integrated.security_groups import CALLED, FACING_CUSTOMERS, MESH_PORT, SERVICE_PORT, SERVICES
from infra.cloud_integrated.service_role import ServiceRole

CONTAINER_USER: Final = "10001:10001"
"""User and group without a name or a home, never root."""

SCRATCH: Final = "/scratch"
"""The only place where a container can write, gone with its task; the image declares it as its user's volume."""

HEALTHY: Final = "/healthy"
"""The program in each image that ends with 0 as long as the service does its work."""

INNER_PORT: Final = 8080
"""Where a service listens for its own proxy, within its task: no security group lets anybody else get there."""

MOST_TASKS_A_ZONE: Final = 4
"""How far a service grows."""

BUSY: Final = 60
"""Percent of its processors' time at which a service grows: with three zones the loss of one leaves it below 100."""


@dataclass(frozen=True, kw_only=True)
class Stores:
    """What services share: the ARNs of the table and the queue, the key of both, and the role of tenants' data."""

    table_arn: pulumi.Input[str]
    queue_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    tenant_data_role_arn: pulumi.Input[str]

    def rights(self, service: str) -> Sequence[Statement]:
        """What a service may do by itself. To reach a tenant's data it asks `tokens` for a session of that tenant."""
        match service:
            case "ingestion":
                actions, use = ["sqs:SendMessage"], ["kms:Decrypt", "kms:GenerateDataKey"]
            case "processing":
                actions = [
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:ReceiveMessage",
                ]
                use = ["kms:Decrypt"]
            case _:
                return []
        return [
            Statement(sid="Queue", actions=actions, resources=[self.queue_arn]),
            Statement(sid="KeyOfTheQueue", actions=use, resources=[self.key_arn]),
        ]

    def places(self, service: str) -> Mapping[str, pulumi.Input[str]]:
        """What a service is told of, by the names of the variables: the stores in which it works, and no other."""
        if service == "tokens":
            return {"TENANT_DATA_ROLE_ARN": self.tenant_data_role_arn}
        queue = {"QUEUE_ARN": self.queue_arn} if self.rights(service) else {}
        return {**queue, "TABLE_ARN": self.table_arn}


class Services(Room):
    """The cluster with its services, their images' registry, their secrets and the mesh between them.

    Where it isn't `serving` everything is there but the tasks. `images` are digests by service; `target_groups` and
    `rules` are the load balancer's, for the services that it forwards to; `network_paths` are what tasks need to reach
    anything; `token_role_arn` is the role of `tokens`.
    """

    def __init__(
        self,
        *,
        names: Names,
        images: Mapping[str, str],
        zones: Sequence[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        network_paths: Sequence[pulumi.Resource],
        security_group_ids: Mapping[str, pulumi.Input[str]],
        target_groups: Mapping[str, lb.TargetGroup],
        rules: Mapping[str, lb.ListenerRule],
        stores: Stores,
        token_role_arn: pulumi.Input[str],
        boundary_arn: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        secrets_key_arn: pulumi.Input[str],
        images_key_arn: pulumi.Input[str],
        images_copied_to: str | None,
        retention_days: int,
        serving: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("services", names=names, options=options)
        self._boundary_arn = boundary_arn
        self._logs_key_arn, self._retention_days = logs_key_arn, retention_days
        self._stores = stores
        self._zones, self._serving = zones, serving
        registry = Registry(
            names=names, images_key_arn=images_key_arn, copied_to=images_copied_to, options=self.child()
        )
        self._secrets = Secrets(
            names=names,
            key_arn=secrets_key_arn,
            boundary_arn=boundary_arn,
            logs_key_arn=logs_key_arn,
            retention_days=retention_days,
            options=self.child(),
        )
        self._mesh = Mesh(names=names, secrets_key_arn=secrets_key_arn, boundary_arn=boundary_arn, options=self.child())
        insights = log_group(
            self, "insights", key_arn=logs_key_arn, retention_days=retention_days, called=names.insights_log_group
        )
        self._cluster = ecs.Cluster(
            names.logical("services"),
            ecs.ClusterArgs(
                region=names.region,
                name=names.physical("services"),
                settings=[ecs.ClusterSettingArgs(name="containerInsights", value="enhanced")],
                tags=names.tags("services"),
            ),
            # What is measured from the first minute on goes to a group that is there, under our key.
            opts=self.child(depends_on=[insights]),
        )
        for service in SERVICES:
            task_role_arn = token_role_arn if service == "tokens" else self._task_role(service)
            task = self._task(
                service, pulumi.Output.concat(registry.urls[service], "@", images[service]), task_role_arn
            )
            self._service(
                service,
                task,
                subnet_ids=subnet_ids,
                security_group_id=security_group_ids[service],
                target_group=target_groups.get(service),
                # ECS refuses a target group that no rule forwards to. Tasks that can't fetch their image or their
                # secret fail, and the circuit breaker gives up after a few.
                ready=[
                    *network_paths,
                    *(each[service] for each in (rules, self._secrets.rotations) if service in each),
                ],
            )
        self.register_outputs({"clusterArn": self._cluster.arn})

    def _role(self, name: str, statements: Sequence[Statement]) -> ServiceRole:
        return ServiceRole(
            name,
            names=self.names,
            service="ecs-tasks.amazonaws.com",
            source_arn=self.names.arn("ecs", "*"),
            boundary_arn=self._boundary_arn,
            statements=statements,
            options=self.child(),
        )

    def _task_role(self, service: str) -> pulumi.Output[str]:
        return self._role(f"{service}-task", self._stores.rights(service)).arn

    def _task(self, service: str, image: pulumi.Output[str], task_role_arn: pulumi.Input[str]) -> ecs.TaskDefinition:
        """What a task of the service is made of."""
        names = self.names
        group = log_group(self, service, key_arn=self._logs_key_arn, retention_days=self._retention_days)
        secret_arn = self._secrets.arns.get(service)
        starter = self._role(
            f"{service}-execution",
            [
                # The one action of ECR that knows no resource.
                Statement(sid="SignInToRegistry", actions=["ecr:GetAuthorizationToken"]),
                Statement(
                    sid="PullImage",
                    actions=PULL,
                    resources=[names.arn("ecr", f"repository/{names.repository(service)}"), GUARD_IMAGE],
                ),
                Statement(
                    sid="WriteLogs",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[pulumi.Output.concat(group.arn, ":log-stream:*")],
                ),
                *(self._secrets.reading(service) if secret_arn is not None else []),
            ],
        )
        return ecs.TaskDefinition(
            names.logical(service),
            ecs.TaskDefinitionArgs(
                region=names.region,
                family=names.physical(service),
                requires_compatibilities=["FARGATE"],
                network_mode="awsvpc",
                cpu="512",
                memory="1024",
                runtime_platform=ecs.TaskDefinitionRuntimePlatformArgs(
                    operating_system_family="LINUX", cpu_architecture="X86_64"
                ),
                task_role_arn=task_role_arn,
                execution_role_arn=starter.arn,
                volumes=[ecs.TaskDefinitionVolumeArgs(name="scratch")],
                container_definitions=self._containers(service, image, group.name, secret_arn),
                tags=names.tags(service),
            ),
            opts=self.child(),
        )

    def _containers(
        self,
        service: str,
        image: pulumi.Input[str],
        log_group_name: pulumi.Input[str],
        secret_arn: pulumi.Input[str] | None,
    ) -> pulumi.Output[str]:
        ports: list[dict[str, object]] = []
        if service in FACING_CUSTOMERS:
            ports.append({"name": "edge", "containerPort": SERVICE_PORT, "hostPort": SERVICE_PORT, "protocol": "tcp"})
        if service in CALLED:
            ports.append(
                {
                    "name": "mesh",
                    "containerPort": INNER_PORT,
                    "hostPort": INNER_PORT,
                    "protocol": "tcp",
                    "appProtocol": "http",
                }
            )
        return pulumi.Output.json_dumps(
            [
                {
                    "name": service,
                    "image": image,
                    "essential": True,
                    "user": CONTAINER_USER,
                    "privileged": False,
                    "readonlyRootFilesystem": True,
                    "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
                    "mountPoints": [{"sourceVolume": "scratch", "containerPath": SCRATCH, "readOnly": False}],
                    "portMappings": ports,
                    "environment": [{"name": name, "value": arn} for name, arn in self._stores.places(service).items()],
                    "secrets": [{"name": "SECRET", "valueFrom": secret_arn}] if secret_arn is not None else [],
                    # So that ECS replaces one that hangs, also where no load balancer asks.
                    "healthCheck": {
                        "command": ["CMD", HEALTHY],
                        "interval": 30,
                        "timeout": 5,
                        "retries": 3,
                        "startPeriod": 60,
                    },
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": self._log_options(log_group_name, service),
                    },
                }
            ]
        )

    def _log_options(self, log_group_name: pulumi.Input[str], prefix: str) -> dict[str, pulumi.Input[str]]:
        return {
            "awslogs-group": log_group_name,
            "awslogs-region": self.names.region,
            "awslogs-stream-prefix": prefix,
        }

    def _service(
        self,
        service: str,
        task: ecs.TaskDefinition,
        *,
        subnet_ids: Sequence[pulumi.Input[str]],
        security_group_id: pulumi.Input[str],
        target_group: lb.TargetGroup | None,
        ready: Sequence[pulumi.Resource],
    ) -> None:
        names = self.names
        least, most = (len(self._zones), MOST_TASKS_A_ZONE * len(self._zones)) if self._serving else (0, 0)
        running = ecs.Service(
            names.logical(service),
            ecs.ServiceArgs(
                region=names.region,
                name=names.physical(service),
                cluster=self._cluster.arn,
                task_definition=task.arn,
                launch_type="FARGATE",
                desired_count=least,
                availability_zone_rebalancing="ENABLED",
                deployment_minimum_healthy_percent=100,
                deployment_maximum_percent=200,
                deployment_circuit_breaker=ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True),
                enable_execute_command=False,
                health_check_grace_period_seconds=60 if target_group is not None else None,
                network_configuration=ecs.ServiceNetworkConfigurationArgs(
                    subnets=list(subnet_ids), security_groups=[security_group_id], assign_public_ip=False
                ),
                load_balancers=(
                    [
                        ecs.ServiceLoadBalancerArgs(
                            target_group_arn=target_group.arn, container_name=service, container_port=SERVICE_PORT
                        )
                    ]
                    if target_group is not None
                    else None
                ),
                service_connect_configuration=self._connection(service),
                enable_ecs_managed_tags=True,
                propagate_tags="SERVICE",
                tags=names.tags(service),
            ),
            # The number of tasks is the autoscaling's from then on, which also moves it into its new bounds at once.
            opts=pulumi.ResourceOptions.merge(
                self.child(depends_on=ready), pulumi.ResourceOptions(ignore_changes=["desiredCount"])
            ),
        )
        self._scaling(service, running, least, most)

    def _connection(self, service: str) -> ecs.ServiceServiceConnectConfigurationArgs:
        """How the service is found and called: always through the proxies, under their TLS."""
        server = ecs.ServiceServiceConnectConfigurationServiceArgs(
            port_name="mesh",
            discovery_name=service,
            client_alias=[
                ecs.ServiceServiceConnectConfigurationServiceClientAliasArgs(port=INNER_PORT, dns_name=service)
            ],
            ingress_port_override=MESH_PORT,
            tls=ecs.ServiceServiceConnectConfigurationServiceTlsArgs(
                issuer_cert_authority=ecs.ServiceServiceConnectConfigurationServiceTlsIssuerCertAuthorityArgs(
                    aws_pca_authority_arn=self._mesh.authority_arn
                ),
                kms_key=self._mesh.secrets_key_arn,
                role_arn=self._mesh.role_arn,
            ),
        )
        return ecs.ServiceServiceConnectConfigurationArgs(
            enabled=True,
            namespace=self._mesh.namespace_arn,
            log_configuration=ecs.ServiceServiceConnectConfigurationLogConfigurationArgs(
                log_driver="awslogs", options=self._log_options(self.names.log_group(service), "proxy")
            ),
            services=[server] if service in CALLED else None,
        )

    def _scaling(self, service: str, running: ecs.Service, least: int, most: int) -> None:
        names = self.names
        target = appautoscaling.Target(
            names.logical(service),
            appautoscaling.TargetArgs(
                region=names.region,
                service_namespace="ecs",
                scalable_dimension="ecs:service:DesiredCount",
                resource_id=pulumi.Output.concat("service/", self._cluster.name, "/", running.name),
                min_capacity=least,
                max_capacity=most,
                tags=names.tags(service),
            ),
            opts=self.child(),
        )
        appautoscaling.Policy(
            names.logical(service),
            appautoscaling.PolicyArgs(
                region=names.region,
                name=names.physical(service),
                policy_type="TargetTrackingScaling",
                service_namespace=target.service_namespace,
                scalable_dimension=target.scalable_dimension,
                resource_id=target.resource_id,
                target_tracking_scaling_policy_configuration=(
                    appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                        predefined_metric_specification=(
                            appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs(
                                predefined_metric_type="ECSServiceAverageCPUUtilization"
                            )
                        ),
                        target_value=BUSY,
                    )
                ),
            ),
            opts=self.child(),
        )
