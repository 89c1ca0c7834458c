"""A role is for one service, on behalf of this account, with no rights but those written down."""

import json

import pytest

SERVICES = {
    "flow-logs": ("vpc-flow-logs.amazonaws.com", "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/*"),
    "portal-execution": ("ecs-tasks.amazonaws.com", "arn:aws:ecs:us-east-1:123456789012:*"),
    "portal-task": ("ecs-tasks.amazonaws.com", "arn:aws:ecs:us-east-1:123456789012:*"),
    "trail-delivery": ("cloudtrail.amazonaws.com", None),
}


def test_there_are_no_other_roles(stack):
    assert set(stack.of_type("aws:iam/role:Role")) == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_role_is_for_one_service_of_this_account(stack, statements, name):
    service, source = SERVICES[name]
    role = stack.inputs("aws:iam/role:Role", name)
    (trust,) = statements(role["assumeRolePolicy"]).values()

    assert role["name"] == f"hostco-ci-us-{name}"
    assert trust["Principal"] == {"Service": [service]}
    assert trust.get("Condition") == (
        source and {"StringEquals": {"aws:SourceAccount": "123456789012"}, "ArnLike": {"aws:SourceArn": source}}
    )


def test_no_role_may_do_everything_with_anything(stack):
    for policy in stack.of_type("aws:iam/rolePolicy:RolePolicy").values():
        for statement in json.loads(policy["inputs"]["policy"])["Statement"]:
            assert "*" not in json.dumps(statement["Action"])
            assert statement["Resource"] != "*" or statement["Sid"] == "SignInToRegistry"


def test_a_role_has_rights_only_if_some_are_written_down(stack):
    assert set(stack.of_type("aws:iam/rolePolicy:RolePolicy")) == set(SERVICES) - {"portal-task"}
