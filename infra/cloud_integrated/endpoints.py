"""Endpoints: the doors from the private network to services of AWS, so that nothing of that crosses the internet.

A door's policy only narrows what other policies allow. Each lets in this account's own identities to this account's
own resources: credentials of another account can't be used from within to carry data out. Where agents of AWS's own
speak from within the network, there is a door for just what they say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import ec2

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import WHOEVER_IS_INSIDE, Condition, Statement, document, of_the_account
from infra.cloud_integrated.room import Room

PULL: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""What it takes to pull an image."""

GUARD_IMAGE: Final = "arn:aws:ecr:*:*:repository/aws-guardduty-agent-fargate"
"""The image that GuardDuty puts beside each task; AWS keeps it in an account of its own in each region (GuardDuty User
Guide, "Runtime Monitoring, Fargate prerequisites")."""


@dataclass(frozen=True)
class Door:
    """What may be asked of a service of AWS: `actions` on the account's resources, `unbound` ones on no resource."""

    actions: Sequence[str] = ()
    unbound: Sequence[str] = ()
    by_agents: Sequence[str] = ()
    """What an agent of AWS's own asks beside a task, under no identity of this account."""
    images: bool = False
    """Whether images are pulled through it."""


REGISTRY: Final = Door(PULL, unbound=("ecr:GetAuthorizationToken",), images=True)

INTERFACE_DOORS: Final[Mapping[str, Door]] = {
    "ecr.api": REGISTRY,
    "ecr.dkr": REGISTRY,
    # GuardDuty's agent beside each task reports here. Where there is no door GuardDuty makes one by itself, to which no
    # group of ours leads.
    "guardduty-data": Door(unbound=("guardduty:SendSecurityTelemetry",)),
    "kms": Door(("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")),
    "logs": Door(("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")),
    "secretsmanager": Door(("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")),
    "sqs": Door(
        (
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        )
    ),
    "ssm": Door(("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath")),
    "sts": Door(("sts:AssumeRole", "sts:TagSession"), unbound=("sts:GetCallerIdentity",)),
}
"""The interface endpoints by the name of their service, as far as the services need them. No door leads to Session
Manager: nobody opens a shell."""

FARGATE_DOORS: Final[Mapping[str, Door]] = {
    "ecs": Door(
        by_agents=(
            "ecs:DiscoverPollEndpoint",
            "ecs:SubmitAttachmentStateChanges",
            "ecs:SubmitContainerStateChange",
            "ecs:SubmitTaskStateChange",
        )
    ),
    "ecs-agent": Door(by_agents=("ecs:Poll",)),
    "ecs-telemetry": Door(by_agents=("ecs:StartTelemetrySession",)),
}
"""What Fargate's agent needs besides where it speaks from within the network: in regions that opened since December 23,
2023 (ECS Developer Guide, "Amazon ECS interface VPC endpoints"). Elsewhere it speaks from AWS's side."""

REGIONS_WITH_FARGATE_DOORS: Final = ("ca-west-1",)
"""Those of our regions for which the guide says so."""

STORES: Final[Mapping[str, Door]] = {
    "s3": Door(("s3:*",)),
    "dynamodb": Door(
        (
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        )
    ),
}
"""The gateway endpoints."""


def interface_doors(region: str) -> Mapping[str, Door]:
    """The interface endpoints of a region, by the name of their service."""
    return {**INTERFACE_DOORS, **FARGATE_DOORS} if region in REGIONS_WITH_FARGATE_DOORS else INTERFACE_DOORS


def _policy(names: Names, door: Door, *others: Statement) -> pulumi.Output[str]:
    own_identity = Condition.of("StringEquals", "aws:PrincipalAccount", names.account_id)
    statements: list[Statement] = []
    if door.actions:
        statements.append(
            Statement(
                sid="OwnIdentitiesToOwnResources",
                principal=WHOEVER_IS_INSIDE,
                actions=door.actions,
                conditions=[own_identity, of_the_account(names.account_id)],
            )
        )
    if door.unbound:
        statements.append(
            Statement(sid="OwnIdentities", principal=WHOEVER_IS_INSIDE, actions=door.unbound, conditions=[own_identity])
        )
    if door.by_agents:
        statements.append(Statement(sid="Agents", principal=WHOEVER_IS_INSIDE, actions=door.by_agents))
    if door.images:
        statements.append(
            Statement(
                sid="GuardImage",
                principal=WHOEVER_IS_INSIDE,
                actions=PULL,
                resources=[GUARD_IMAGE],
                conditions=[own_identity],
            )
        )
    return document(*statements, *others)


class GatewayEndpoints(Room):
    """The doors to S3 and DynamoDB, in the given route tables.

    `prefix_list_ids` are the lists of the stores' addresses, by store, for security groups to name.
    """

    def __init__(
        self,
        *,
        names: Names,
        vpc_id: pulumi.Input[str],
        route_table_ids: Iterable[pulumi.Input[str]],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("gateway-endpoints", names=names, options=options)
        # The layers of images lie in buckets of ECR's, and are fetched by links that ECR has signed (ECR User Guide,
        # "Create the Amazon S3 gateway endpoint"), those of GuardDuty's image as well.
        layers = Statement(
            sid="ImageLayers",
            principal=WHOEVER_IS_INSIDE,
            actions=["s3:GetObject"],
            resources=[f"arn:aws:s3:::prod-{names.region}-starport-layer-bucket/*"],
        )
        tables = list(route_table_ids)
        ids: dict[str, pulumi.Output[str]] = {}
        for store, door in STORES.items():
            endpoint = ec2.VpcEndpoint(
                names.logical(store),
                ec2.VpcEndpointArgs(
                    region=names.region,
                    vpc_id=vpc_id,
                    service_name=f"com.amazonaws.{names.region}.{store}",
                    vpc_endpoint_type="Gateway",
                    route_table_ids=tables,
                    policy=_policy(names, door, *([layers] if store == "s3" else [])),
                    tags=names.tags(store),
                ),
                opts=self.child(),
            )
            ids[store] = endpoint.prefix_list_id
        self.prefix_list_ids: Mapping[str, pulumi.Output[str]] = ids
        self.register_outputs({})


class InterfaceEndpoints(Room):
    """The doors to all other services, each with an address in every one of `subnet_ids`."""

    def __init__(
        self,
        *,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        security_group_id: pulumi.Input[str],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("interface-endpoints", names=names, options=options)
        for service, door in interface_doors(names.region).items():
            name = service.replace(".", "-")
            ec2.VpcEndpoint(
                names.logical(name),
                ec2.VpcEndpointArgs(
                    region=names.region,
                    vpc_id=vpc_id,
                    service_name=f"com.amazonaws.{names.region}.{service}",
                    vpc_endpoint_type="Interface",
                    subnet_ids=list(subnet_ids),
                    security_group_ids=[security_group_id],
                    private_dns_enabled=True,
                    policy=_policy(names, door),
                    tags=names.tags(name),
                ),
                opts=self.child(),
            )
        self.register_outputs({})
