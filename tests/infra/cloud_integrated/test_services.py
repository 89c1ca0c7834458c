"""The services' containers can do no more than they need."""

import json

import pytest

from infra.cloud_integrated.security_groups import SERVICES

TASK = "aws:ecs/taskDefinition:TaskDefinition"
SERVICE = "aws:ecs/service:Service"
POLICY = "aws:iam/rolePolicy:RolePolicy"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:hostco-ci-us-messages"
DATA_KEY = "arn:aws:kms:us-east-1:123456789012:key/data-key"


def container(stack, service):
    (container,) = json.loads(stack.inputs(TASK, service)["containerDefinitions"])
    return container


def service(stack, name):
    return stack.inputs(SERVICE, name)


def rights(stack, statements, name):
    return statements(stack.inputs(POLICY, name)["policy"])


def test_there_are_five_services_in_either_region(stack):
    assert set(stack.of_type(SERVICE)) == {f"{name}{suffix}" for name in SERVICES for suffix in ("", "-2")}


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_named_by_digest_and_comes_from_the_own_registry(stack, sample, name):
    digest = sample["cloudIntegrated"]["images"][name]
    for suffix, region in (("", "us-east-1"), ("-2", "us-west-2")):
        image = container(stack, name + suffix)["image"]
        assert image == f"123456789012.dkr.ecr.{region}.amazonaws.com/hostco-ci-us/{name}@{digest}"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_is_not_root_and_cannot_change_its_own_system(stack, name):
    user, group = container(stack, name)["user"].split(":")

    assert int(user) > 0
    assert int(group) > 0
    assert container(stack, name)["readonlyRootFilesystem"] is True
    assert container(stack, name)["privileged"] is False
    assert container(stack, name)["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize(
    ("name", "ports"),
    [
        ("ingestion", {"edge": 8443}),
        ("processing", {}),
        ("quarantine", {"mesh": 8080}),
        ("portal", {"edge": 8443}),
        ("tokens", {"mesh": 8080}),
    ],
)
def test_a_container_listens_where_it_is_called(stack, name, ports):
    assert {mapping["name"]: mapping["containerPort"] for mapping in container(stack, name)["portMappings"]} == ports


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_logs_to_an_encrypted_group(stack, name):
    options = container(stack, name)["logConfiguration"]["options"]

    assert options["awslogs-group"] == f"/hostco/ci-us/{name}"
    assert stack.inputs("aws:cloudwatch/logGroup:LogGroup", name)["kmsKeyId"].endswith("key/logs-key")


@pytest.mark.parametrize("name", SERVICES)
def test_tasks_run_in_private_subnets_of_every_zone_without_public_address(stack, name):
    network = service(stack, name)["networkConfiguration"]

    assert [subnet.split("/")[-1] for subnet in network["subnets"]] == [
        "private-us-east-1a", "private-us-east-1b", "private-us-east-1c"
    ]  # fmt: skip
    assert network["assignPublicIp"] is False
    assert [group.split("/")[-1] for group in network["securityGroups"]] == [name]
    assert service(stack, name)["availabilityZoneRebalancing"] == "ENABLED"


@pytest.mark.parametrize("name", SERVICES)
def test_a_failed_deployment_is_rolled_back_and_never_below_strength(stack, name):
    assert service(stack, name)["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service(stack, name)["deploymentMinimumHealthyPercent"] == 100


@pytest.mark.parametrize("name", SERVICES)
def test_a_task_is_asked_whether_it_does_its_work(stack, name):
    (container,) = json.loads(stack.inputs(TASK, name)["containerDefinitions"])

    assert container["healthCheck"]["command"] == ["CMD", "/healthy"]


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_can_open_a_shell_in_a_task(stack, name):
    assert service(stack, name)["enableExecuteCommand"] is False


@pytest.mark.parametrize("name", ["ingestion", "portal"])
def test_a_service_waits_for_its_listener_rule(stack, name):
    rule = stack.of_type("aws:lb/listenerRule:ListenerRule")[name]
    (target,) = service(stack, name)["loadBalancers"]

    assert rule["urn"] in stack.of_type(SERVICE)[name]["dependencies"]
    assert (target["containerName"], target["containerPort"]) == (name, 8443)


@pytest.mark.parametrize("name", SERVICES)
def test_a_task_starts_once_it_reaches_what_it_needs(stack, name):
    waits = set(stack.of_type(SERVICE)[name]["dependencies"])
    private = {
        route["urn"]
        for route in stack.of_type("aws:ec2/route:Route").values()
        if route["name"].startswith(("private-", "firewall-", "exit-", "answers-"))
        and route["inputs"]["region"] == "us-east-1"
    }
    doors = {
        door["urn"]
        for door in stack.of_type("aws:ec2/vpcEndpoint:VpcEndpoint").values()
        if door["inputs"]["region"] == "us-east-1"
    }
    rules = {
        rule["urn"]
        for rule in stack.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").values()
        if rule["inputs"]["region"] == "us-east-1"
    }

    assert len(private) == 12
    assert private | doors | rules <= waits


@pytest.mark.parametrize("suffix", ["", "-2"])
@pytest.mark.parametrize("name", SERVICES)
def test_no_service_waits_for_the_vpn(stack_failed_over, name, suffix):
    """Customers are served also where no VPN can be made."""
    waits = stack_failed_over.of_type(SERVICE)[name + suffix]["dependencies"]

    assert not [urn for urn in waits if "ec2clientvpn" in urn]


@pytest.mark.parametrize("name", SERVICES)
def test_a_task_starts_once_its_secret_has_a_value(stack, name):
    rotations = stack.of_type("aws:secretsmanager/secretRotation:SecretRotation")
    waits = set(stack.of_type(SERVICE)[name]["dependencies"])

    assert {each["name"] for each in rotations.values() if each["urn"] in waits} == {name} & {"portal", "tokens"}


@pytest.mark.parametrize("name", ["processing", "quarantine", "tokens"])
def test_what_customers_do_not_call_stands_behind_no_load_balancer(stack, name):
    assert "loadBalancers" not in service(stack, name)


@pytest.mark.parametrize("name", SERVICES)
def test_tasks_and_their_starter_have_roles_of_their_own(stack, name):
    for suffix in ("", "-2"):
        task = stack.inputs(TASK, name + suffix)
        # The token service is one in both regions: its role is the only one that may tag a session.
        own = "" if name == "tokens" else suffix
        assert task["taskRoleArn"].endswith(f"role/hostco-ci-us-{name}-task{own}")
        assert task["executionRoleArn"].endswith(f"role/hostco-ci-us-{name}-execution{suffix}")


def test_no_service_but_those_that_pass_messages_on_has_rights_of_its_own(stack, statements):
    assert not {"quarantine-task", "portal-task"} & set(stack.of_type(POLICY))
    ingestion, processing = (rights(stack, statements, f"{name}-task") for name in ("ingestion", "processing"))
    assert set(ingestion) == set(processing) == {"Queue", "KeyOfTheQueue"}
    assert (ingestion["Queue"]["Action"], ingestion["Queue"]["Resource"]) == ("sqs:SendMessage", QUEUE)
    assert "sqs:SendMessage" not in processing["Queue"]["Action"]
    assert {policy["KeyOfTheQueue"]["Resource"] for policy in (ingestion, processing)} == {DATA_KEY}
    assert processing["KeyOfTheQueue"]["Action"] == "kms:Decrypt"


@pytest.mark.parametrize("name", SERVICES)
def test_an_execution_role_pulls_one_image_writes_one_log_and_reads_one_secret(stack, statements, name):
    policy = rights(stack, statements, f"{name}-execution")
    secret = {
        "ReadSecret": f"arn:aws:secretsmanager:us-east-1:123456789012:hostco-ci-us-{name}",
        "KeyOfTheSecret": "arn:aws:kms:us-east-1:123456789012:key/secrets-key",
    }

    assert {sid: statement["Resource"] for sid, statement in policy.items()} == {
        "SignInToRegistry": "*",
        "PullImage": [
            f"arn:aws:ecr:us-east-1:123456789012:repository/hostco-ci-us/{name}",
            "arn:aws:ecr:*:*:repository/aws-guardduty-agent-fargate",
        ],
        "WriteLogs": f"arn:aws:logs:us-east-1:123456789012:log-group:/hostco/ci-us/{name}:log-stream:*",
        **(secret if name in ("portal", "tokens") else {}),
    }
    assert policy["SignInToRegistry"]["Action"] == "ecr:GetAuthorizationToken"


def test_secrets_come_from_the_store_of_secrets(stack):
    for name in SERVICES:
        names = {secret["name"] for secret in container(stack, name)["secrets"]}
        assert names == ({"SECRET"} if name in ("portal", "tokens") else set())
        assert "password" not in json.dumps(container(stack, name)["environment"]).lower()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_told_where_it_works_only(stack, name):
    told = {each["name"] for each in container(stack, name)["environment"]}

    if name == "tokens":
        assert told == {"TENANT_DATA_ROLE_ARN"}
    else:
        assert told == {"TABLE_ARN", *(["QUEUE_ARN"] if name in ("ingestion", "processing") else [])}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_called_under_tls_of_the_mesh(stack, name):
    connection = service(stack, name)["serviceConnectConfiguration"]

    assert connection["enabled"] is True
    if name not in ("quarantine", "tokens"):
        assert "services" not in connection
        return
    (server,) = connection["services"]
    assert (server["portName"], server["ingressPortOverride"]) == ("mesh", 9443)
    assert server["tls"]["issuerCertAuthority"]["awsPcaAuthorityArn"].startswith("arn:aws:acm-pca:us-east-1:")
    assert server["tls"]["kmsKey"].endswith("key/secrets-key")
    assert server["tls"]["roleArn"].endswith("role/hostco-ci-us-mesh")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_task_a_zone_and_grows(stack, name):
    target = stack.inputs("aws:appautoscaling/target:Target", name)
    policy = stack.inputs("aws:appautoscaling/policy:Policy", name)

    assert service(stack, name)["desiredCount"] == 3
    assert (target["minCapacity"], target["maxCapacity"]) == (3, 12)
    assert target["resourceId"] == policy["resourceId"] == f"service/hostco-ci-us-services/hostco-ci-us-{name}"
    assert policy["targetTrackingScalingPolicyConfiguration"]["targetValue"] == 60


@pytest.mark.parametrize("name", [f"{name}-2" for name in SERVICES])
def test_the_second_region_stands_ready_at_size_zero_until_it_serves(stack, stack_failed_over, name):
    for each, tasks, most in ((stack, 0, 0), (stack_failed_over, 3, 12)):
        target = each.inputs("aws:appautoscaling/target:Target", name)
        assert service(each, name)["desiredCount"] == tasks
        assert (target["minCapacity"], target["maxCapacity"]) == (tasks, most)


def test_the_cluster_is_watched(stack):
    cluster = stack.inputs("aws:ecs/cluster:Cluster", "services")

    assert cluster["settings"] == [{"name": "containerInsights", "value": "enhanced"}]


@pytest.mark.parametrize("suffix", ["", "-2"])
def test_what_is_measured_of_the_cluster_is_kept_under_our_key(stack, suffix):
    cluster = stack.of_type("aws:ecs/cluster:Cluster")[f"services{suffix}"]
    group = stack.of_type("aws:cloudwatch/logGroup:LogGroup")[f"insights{suffix}"]

    assert group["inputs"]["name"] == f"/aws/ecs/containerinsights/{cluster['inputs']['name']}/performance"
    assert group["inputs"]["kmsKeyId"].endswith(f"key/logs-key{suffix}")
    assert group["urn"] in cluster["dependencies"]


def test_all_digests_of_the_sample_are_of_services(sample):
    assert set(sample["cloudIntegrated"]["images"]) == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_its_own_task_on_machines_that_aws_looks_after(stack, name):
    task, running = stack.inputs(TASK, name), service(stack, name)

    assert (task["requiresCompatibilities"], task["networkMode"]) == (["FARGATE"], "awsvpc")
    assert (running["launchType"], running["deploymentMaximumPercent"]) == ("FARGATE", 200)
    assert running["cluster"].endswith("hostco-ci-us-services")
    assert running["taskDefinition"].split(":")[-1] == name
    assert (running["enableEcsManagedTags"], running["propagateTags"]) == (True, "SERVICE")


@pytest.mark.parametrize("name", SERVICES)
def test_proxies_find_each_other_and_log(stack, name):
    connection = service(stack, name)["serviceConnectConfiguration"]

    assert connection["namespace"].endswith("hostco-ci-us-services")
    assert connection["logConfiguration"]["logDriver"] == "awslogs"
    assert connection["logConfiguration"]["options"] == {
        "awslogs-group": f"/hostco/ci-us/{name}", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "proxy"
    }  # fmt: skip
    for server in connection.get("services", []):
        assert server["discoveryName"] == name
        assert server["clientAlias"] == [{"port": 8080, "dnsName": name}]


def test_scaling_goes_by_the_processors_time(stack):
    for kind in ("target:Target", "policy:Policy"):
        inputs = stack.inputs(f"aws:appautoscaling/{kind}", "portal")
        assert (inputs["serviceNamespace"], inputs["scalableDimension"]) == ("ecs", "ecs:service:DesiredCount")
    metric = stack.inputs("aws:appautoscaling/policy:Policy", "portal")["targetTrackingScalingPolicyConfiguration"]
    assert metric["predefinedMetricSpecification"] == {"predefinedMetricType": "ECSServiceAverageCPUUtilization"}
