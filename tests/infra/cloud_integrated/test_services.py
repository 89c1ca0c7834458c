"""The services' containers can do no more than they need."""

import json

import pytest

from infra.cloud_integrated.services import repository_arn

IMAGE = (
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/cloud-integrated"
    "@sha256:9df6b026a8c6c26e3c3acd2370a16e93fffdc0015ff5bd879218788025db0280"
)


def task(stack):
    return stack.inputs("aws:ecs/taskDefinition:TaskDefinition", "portal")


def container(stack):
    (container,) = json.loads(task(stack)["containerDefinitions"])
    return container


def service(stack):
    return stack.inputs("aws:ecs/service:Service", "portal")


def test_the_image_is_named_by_digest(stack):
    assert container(stack)["image"] == IMAGE


def test_a_container_is_not_root_and_cannot_change_its_own_system(stack):
    user, group = container(stack)["user"].split(":")

    assert int(user) > 0
    assert int(group) > 0
    assert container(stack)["readonlyRootFilesystem"] is True
    assert container(stack)["privileged"] is False
    assert container(stack)["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}


def test_a_container_listens_on_one_port(stack):
    assert [mapping["containerPort"] for mapping in container(stack)["portMappings"]] == [8443]


def test_a_container_logs_to_an_encrypted_group(stack):
    options = container(stack)["logConfiguration"]["options"]

    assert options["awslogs-group"] == "/hostco/ci-us/portal"
    assert stack.inputs("aws:cloudwatch/logGroup:LogGroup", "portal")["kmsKeyId"].endswith("key/logs-key")


def test_tasks_run_in_private_subnets_of_every_zone_without_public_address(stack):
    network = service(stack)["networkConfiguration"]

    assert [subnet.split("/")[-1] for subnet in network["subnets"]] == [
        "private-us-east-1a", "private-us-east-1b", "private-us-east-1c"
    ]  # fmt: skip
    assert network["assignPublicIp"] is False
    assert [group.split("/")[-1] for group in network["securityGroups"]] == ["services"]
    assert service(stack)["desiredCount"] == 3
    assert service(stack)["availabilityZoneRebalancing"] == "ENABLED"


def test_a_failed_deployment_is_rolled_back_and_never_below_strength(stack):
    assert service(stack)["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service(stack)["deploymentMinimumHealthyPercent"] == 100


def test_nobody_can_open_a_shell_in_a_task(stack):
    assert service(stack)["enableExecuteCommand"] is False


def test_the_service_waits_for_its_listener(stack):
    listener = stack.of_type("aws:lb/listener:Listener")["portal"]

    assert listener["urn"] in stack.of_type("aws:ecs/service:Service")["portal"]["dependencies"]


def test_tasks_and_their_starter_have_roles_of_their_own(stack):
    assert task(stack)["taskRoleArn"].endswith("role/hostco-ci-us-portal-task")
    assert task(stack)["executionRoleArn"].endswith("role/hostco-ci-us-portal-execution")


def test_the_task_role_has_no_rights_of_its_own(stack):
    assert "portal-task" not in stack.of_type("aws:iam/rolePolicy:RolePolicy")


def test_the_execution_role_pulls_one_image_and_writes_one_log(stack, statements):
    policy = statements(stack.inputs("aws:iam/rolePolicy:RolePolicy", "portal-execution")["policy"])

    assert {name: statement["Resource"] for name, statement in policy.items()} == {
        "SignInToRegistry": "*",
        "PullImage": "arn:aws:ecr:us-east-1:123456789012:repository/cloud-integrated",
        "WriteLogs": "arn:aws:logs:us-east-1:123456789012:log-group:/hostco/ci-us/portal:log-stream:*",
    }
    assert policy["SignInToRegistry"]["Action"] == "ecr:GetAuthorizationToken"


def test_an_image_of_another_registry_has_no_repository():
    with pytest.raises(ValueError, match="is not an image of ECR"):
        repository_arn("registry.example.com/a@sha256:0")
