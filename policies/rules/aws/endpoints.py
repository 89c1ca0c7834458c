"""VPC endpoints: the doors to services of AWS, so that nothing of that crosses the internet or goes to strangers."""

import re
from collections.abc import Collection

from policies.documents import Statement, statements
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.network import GROUP
from policies.rules.aws.subnets import ROUTE_TABLE, SUBNET, VPC_ENDPOINT, occupants, subnets_of
from policies.rules.aws.vpc import VPC
from policies.rules.aws.zones import ZONES, runs_tasks

SERVICE = "aws:ecs/service:Service"

STORES = ("dynamodb", "s3")
"""What services keep data in, reached by gateway endpoints."""

NEEDED_BY_TASKS = ("ecr.api", "ecr.dkr", "guardduty-data", "kms", "logs", "secretsmanager", "sts")
"""Where tasks find their images, keys, secrets and sessions, and what watches them."""

_SERVICE_NAME = re.compile(r"com\.amazonaws\.(?P<region>[a-z0-9-]+)\.(?P<service>[a-z0-9.-]+)")

_ON_NO_RESOURCE = frozenset({"ecr:GetAuthorizationToken", "guardduty:SendSecurityTelemetry", "sts:GetCallerIdentity"})
"""Actions that know no resource, and so no account of it."""

_BY_AGENTS = frozenset(
    {
        "ecs:DiscoverPollEndpoint",
        "ecs:Poll",
        "ecs:StartTelemetrySession",
        "ecs:SubmitAttachmentStateChanges",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
    }
)
"""What Fargate's agent asks beside a task, under no identity of this account, in regions where it speaks from within
the network (ECS Developer Guide, "Amazon ECS interface VPC endpoints")."""

_GUARD_IMAGE = re.compile(r"arn:aws:ecr:\*:\*:repository/aws-guardduty-agent-fargate")

_READ_OF_AWS = {
    "s3:GetObject": re.compile(r"arn:aws:s3:::prod-[a-z0-9-]+-starport-layer-bucket/\*"),
    "ecr:BatchCheckLayerAvailability": _GUARD_IMAGE,
    "ecr:BatchGetImage": _GUARD_IMAGE,
    "ecr:GetDownloadUrlForLayer": _GUARD_IMAGE,
}
"""What may be read of AWS's own: the layers of images, which links of ECR's lead to, and the image of GuardDuty's agent
(ECR User Guide, "Create the Amazon S3 gateway endpoint"; GuardDuty User Guide, "Runtime Monitoring, Fargate")."""


def _service(endpoint: Resource) -> str:
    """The service that an endpoint is a door to; empty if it is no service of AWS in the endpoint's region."""
    match = _SERVICE_NAME.fullmatch(str(endpoint.service_name))
    return match["service"] if match and match["region"] == endpoint.get("region", match["region"]) else ""


@rule(VPC_ENDPOINT)
def endpoint_is_a_door_for_this_account(endpoint: Resource) -> Findings:
    """Through a door without a policy, whoever is inside carries data off to an account of his own."""
    if not _service(endpoint):
        yield "the door leads to somebody's service, or to another region: name a service of AWS in this one"
    accounts = endpoint.allowed_accounts
    for number, statement in enumerate(statements(endpoint.document("policy"))):
        if statement.is_allow:
            yield _is_for_own_alone(statement, accounts, f"statement {number} of the policy")


def _is_for_own_alone(statement: Statement, accounts: Collection[str], place: str) -> Findings:
    if statement.leaves_out:
        yield f"{place} names what it is not about: name what is allowed"
        return
    actions = list(statement.actions())
    if any(action.startswith("*") or ":" not in action for action in actions):
        yield f"{place} allows every service's actions: name those of the door's own"
    reads_of_aws = _reads_of_aws(statement)
    # Links to images' layers are signed by ECR, under an identity of its own.
    if set(actions) <= _BY_AGENTS or (reads_of_aws and set(actions) == {"s3:GetObject"}):
        return
    if not statement.is_bound_to_account(accounts):
        yield f"{place} lets in identities of other accounts: add StringEquals aws:PrincipalAccount"
    if reads_of_aws:
        return
    if not statement.leads_only_to(accounts) and not set(actions) <= _ON_NO_RESOURCE:
        yield f"{place} leads to resources of other accounts: add StringEquals aws:ResourceAccount"


def _reads_of_aws(statement: Statement) -> bool:
    resources = list(statement.resources())
    return bool(resources) and all(
        action in _READ_OF_AWS and _READ_OF_AWS[action].fullmatch(resource)
        for action in statement.actions()
        for resource in resources
    )


@stack_rule(VPC_ENDPOINT)
def endpoint_is_inside(endpoint: Resource, stack: Stack) -> Findings:
    """A door that is found under its public name only, or that wears the default group, stands unused."""
    kind = endpoint.get("vpc_endpoint_type", "Gateway")
    if kind == "Gateway":
        if not stack.meant(endpoint, "route_table_ids", [ROUTE_TABLE], "id"):
            yield "no route leads to the door: set route_table_ids"
        return
    if kind != "Interface":
        yield "the door is of a kind that no rule judges: set vpc_endpoint_type to Interface"
        return
    if not endpoint.get("private_dns_enabled", False):
        yield "the service's own name still leads to the internet: set private_dns_enabled=True"
    if not stack.meant(endpoint, "security_group_ids", [GROUP], "id"):
        yield "the door wears the network's default group: set security_group_ids"
    subnets = stack.meant(endpoint, "subnet_ids", [SUBNET], "id")
    if len({subnet.one_of("availability_zone", "availability_zone_id") for subnet in subnets}) < ZONES:
        yield "the door is not in each zone: give subnet_ids one subnet in each of three"


@stack_rule(VPC)
def vpc_has_its_doors(vpc: Resource, stack: Stack) -> Findings:
    """What has no door goes over the internet, if the firewall lets it, where no policy or group of ours holds."""
    doors = [each for each in stack.of_type(VPC_ENDPOINT) if vpc in stack.meant(each, "vpc_id", [VPC], "id")]
    services = {_service(each) for each in doors}
    subnets = [each for each in stack.of_type(SUBNET) if vpc in stack.meant(each, "vpc_id", [VPC], "id")]
    tasks = {each.urn: each for subnet in subnets for each in occupants(subnet, stack) if each.resource_type == SERVICE}
    if not tasks:
        not_applicable("no task runs in the network")
    needed = [*STORES, *(NEEDED_BY_TASKS if any(runs_tasks(each, stack) for each in tasks.values()) else ())]
    for service in needed:
        if service not in services:
            yield f"tasks reach {service} over the internet: add an aws.ec2.VpcEndpoint for it"


@stack_rule(SUBNET)
def services_reach_stores_by_their_doors(subnet: Resource, stack: Stack) -> Findings:
    """A route table without the stores' doors sends customers' data over the NAT gateway and the internet."""
    if not any(each.resource_type == SERVICE for each in occupants(subnet, stack)):
        not_applicable("no task runs in the subnet")
    gateways = [each for each in stack.of_type(VPC_ENDPOINT) if each.get("vpc_endpoint_type", "Gateway") == "Gateway"]
    reached = {
        _service(each)
        for each in gateways
        for table in stack.meant(each, "route_table_ids", [ROUTE_TABLE], "id")
        if subnet in subnets_of(table, stack)
    }
    for store in STORES:
        if store not in reached:
            yield (
                f"tasks reach {store} over the internet: add the subnet's route table to route_table_ids of its "
                "endpoint"
            )
