"""A role is for one service, on behalf of this account, with no rights but those written down."""

import json

import pytest

from infra.cloud_integrated.security_groups import SERVICES

ECS_TASKS = ("ecs-tasks.amazonaws.com", "arn:aws:ecs:us-east-1:123456789012:*")
ROLES = {
    "flow-logs": ("vpc-flow-logs.amazonaws.com", "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/*"),
    "mesh": ("ecs.amazonaws.com", "arn:aws:ecs:us-east-1:123456789012:*"),
    "rotation": ("lambda.amazonaws.com", None),
    "trail-delivery": ("cloudtrail.amazonaws.com", None),
    **{f"{service}-execution": ECS_TASKS for service in SERVICES},
    **{f"{service}-task": ECS_TASKS for service in SERVICES if service != "tokens"},
}
OF_NO_RESOURCE = {"SignInToRegistry", "RandomValue"}
"""Statements with actions that know no resource."""


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_for_one_service_of_this_account(stack, statements, name):
    service, source = ROLES[name]
    role = stack.inputs("aws:iam/role:Role", name)
    (trust,) = statements(role["assumeRolePolicy"]).values()

    assert role["name"] == f"hostco-ci-us-{name}"
    assert trust["Principal"] == {"Service": [service]}
    assert trust.get("Condition") == (
        source and {"StringEquals": {"aws:SourceAccount": "123456789012"}, "ArnLike": {"aws:SourceArn": source}}
    )


@pytest.mark.parametrize(
    ("user", "property_", "role"),
    [
        ("aws:backup/selection:Selection::table", "iamRoleArn", "backup"),
        ("aws:cloudtrail/trail:Trail::trail", "cloudWatchLogsRoleArn", "trail-delivery"),
        ("aws:ec2/flowLog:FlowLog::network", "iamRoleArn", "flow-logs"),
        ("aws:ecs/service:Service::tokens", "serviceConnectConfiguration", "mesh"),
        ("aws:ecs/taskDefinition:TaskDefinition::tokens", "taskRoleArn", "tokens-task"),
        ("aws:lambda/function:Function::rotation", "role", "rotation"),
    ],
)
def test_a_role_is_given_only_with_its_rights(stack, user, property_, role):
    rights = stack.of_type("aws:iam/rolePolicy:RolePolicy")[role]["urn"]
    type_, _, name = user.rpartition("::")

    assert rights in stack.of_type(type_)[name]["sources"][property_]


def test_every_role_has_the_boundary(stack):
    boundaries = {r["inputs"]["permissionsBoundary"] for r in stack.of_type("aws:iam/role:Role").values()}

    assert boundaries == {"arn:aws:iam::123456789012:policy/hostco-ci-us-boundary"}


@pytest.mark.parametrize("name", sorted(set(ROLES) - {"portal-task", "quarantine-task"}))
def test_no_role_may_do_everything_with_anything(stack, name):
    policy = stack.inputs("aws:iam/rolePolicy:RolePolicy", name)

    for statement in json.loads(policy["policy"])["Statement"]:
        assert "*" not in json.dumps(statement["Action"])
        assert statement["Resource"] != "*" or statement["Sid"] in OF_NO_RESOURCE


@pytest.mark.parametrize("name", ["portal-task", "quarantine-task"])
def test_a_role_has_rights_only_if_some_are_written_down(stack, name):
    assert name not in stack.of_type("aws:iam/rolePolicy:RolePolicy")
