"""Services: the portal's containers, spread over the zones, closed but for one port."""

import re
from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import ecs

from infra.cloud_integrated.log_group import log_group
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.network import SERVICE_PORT
from infra.cloud_integrated.policy_document import Statement
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.service_role import ServiceRole

CONTAINER: Final = "portal"

CONTAINER_USER: Final = "10001:10001"
"""User and group without a name or a home, never root."""

SCRATCH: Final = "/scratch"
"""The only place where a container can write, gone with its task; the image declares it as its user's volume."""


class Services(Room):
    """The cluster and its service.

    The task role has no rights of its own: each tenant's bucket and key name it in their own policies.
    """

    def __init__(
        self,
        *,
        names: Names,
        image: str,
        zones: Sequence[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        security_group_id: pulumi.Input[str],
        target_group_arn: pulumi.Input[str],
        listener: pulumi.Resource,
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("services", names=names, options=options)
        group = log_group(self, "portal", key_arn=logs_key_arn, retention_days=retention_days)
        tasks = names.arn("ecs", "*")
        task_role = ServiceRole(
            "portal-task", names=names, service="ecs-tasks.amazonaws.com", source_arn=tasks, options=self.child()
        )
        self.task_role_arn = task_role.arn
        execution_role = ServiceRole(
            "portal-execution",
            names=names,
            service="ecs-tasks.amazonaws.com",
            source_arn=tasks,
            statements=[
                # The one action of ECR that knows no resource.
                Statement(sid="SignInToRegistry", actions=["ecr:GetAuthorizationToken"]),
                Statement(
                    sid="PullImage",
                    actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                    resources=[repository_arn(image)],
                ),
                Statement(
                    sid="WriteLogs",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[pulumi.Output.concat(group.arn, ":log-stream:*")],
                ),
            ],
            options=self.child(),
        )
        cluster = ecs.Cluster(
            "services",
            ecs.ClusterArgs(name=names.physical("services"), tags=names.tags("services")),
            opts=self.child(),
        )
        task = ecs.TaskDefinition(
            "portal",
            ecs.TaskDefinitionArgs(
                family=names.physical("portal"),
                requires_compatibilities=["FARGATE"],
                network_mode="awsvpc",
                cpu="512",
                memory="1024",
                runtime_platform=ecs.TaskDefinitionRuntimePlatformArgs(
                    operating_system_family="LINUX", cpu_architecture="X86_64"
                ),
                task_role_arn=task_role.arn,
                execution_role_arn=execution_role.arn,
                volumes=[ecs.TaskDefinitionVolumeArgs(name="scratch")],
                container_definitions=self._containers(image, group.name),
                tags=names.tags("portal"),
            ),
            opts=self.child(),
        )
        ecs.Service(
            "portal",
            ecs.ServiceArgs(
                name=names.physical("portal"),
                cluster=cluster.arn,
                task_definition=task.arn,
                launch_type="FARGATE",
                desired_count=len(zones),
                availability_zone_rebalancing="ENABLED",
                deployment_minimum_healthy_percent=100,
                deployment_maximum_percent=200,
                deployment_circuit_breaker=ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True),
                enable_execute_command=False,
                health_check_grace_period_seconds=60,
                network_configuration=ecs.ServiceNetworkConfigurationArgs(
                    subnets=list(subnet_ids), security_groups=[security_group_id], assign_public_ip=False
                ),
                load_balancers=[
                    ecs.ServiceLoadBalancerArgs(
                        target_group_arn=target_group_arn, container_name=CONTAINER, container_port=SERVICE_PORT
                    )
                ],
                enable_ecs_managed_tags=True,
                propagate_tags="SERVICE",
                tags=names.tags("portal"),
            ),
            # ECS refuses a target group that no listener forwards to; tasks can't start without their role's rights.
            opts=self.child(depends_on=[listener, execution_role]),
        )
        self.register_outputs({"taskRoleArn": self.task_role_arn})

    def _containers(self, image: str, log_group_name: pulumi.Input[str]) -> pulumi.Output[str]:
        return pulumi.Output.json_dumps(
            [
                {
                    "name": CONTAINER,
                    "image": image,
                    "essential": True,
                    "user": CONTAINER_USER,
                    "privileged": False,
                    "readonlyRootFilesystem": True,
                    "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
                    "mountPoints": [{"sourceVolume": "scratch", "containerPath": SCRATCH, "readOnly": False}],
                    "portMappings": [{"containerPort": SERVICE_PORT, "hostPort": SERVICE_PORT, "protocol": "tcp"}],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": log_group_name,
                            "awslogs-region": self.names.region,
                            "awslogs-stream-prefix": CONTAINER,
                        },
                    },
                }
            ]
        )


def repository_arn(image: str) -> str:
    """The ARN of the ECR repository that `image` comes from. Raises ValueError for an image of another registry."""
    match = re.match(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([a-z0-9._/-]+)@", image)
    if match is None:
        raise ValueError(f"{image!r} is not an image of ECR")
    account_id, region, repository = match.groups()
    return f"arn:aws:ecr:{region}:{account_id}:repository/{repository}"
