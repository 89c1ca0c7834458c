"""The doors to services of AWS let in our own identities, to our own resources."""

import pytest

from infra.cloud_integrated.endpoints import INTERFACE_DOORS, PULL, STORES

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
INTERFACES = {service.replace(".", "-"): service for service in INTERFACE_DOORS}
OWN = {"StringEquals": {"aws:PrincipalAccount": "123456789012", "aws:ResourceAccount": "123456789012"}}


def test_there_is_a_door_to_each_service_that_is_used(stack):
    assert set(INTERFACES.values()) == {
        "ecr.api", "ecr.dkr", "guardduty-data", "kms", "logs", "secretsmanager", "sqs", "ssm", "sts"
    }  # fmt: skip
    assert set(STORES) == {"s3", "dynamodb"}
    assert set(stack.of_type(ENDPOINT)) == {*INTERFACES, *STORES, *(f"{store}-2" for store in STORES)}


@pytest.mark.parametrize("name", [*INTERFACES, *STORES])
def test_a_door_lets_own_identities_to_own_resources(stack, statements, name):
    policy = statements(stack.inputs(ENDPOINT, name)["policy"])

    assert set(policy) <= {"OwnIdentitiesToOwnResources", "OwnIdentities", "GuardImage", "ImageLayers"}
    for sid, statement in policy.items():
        match sid:
            case "OwnIdentitiesToOwnResources":
                assert statement["Condition"] == OWN
            case "ImageLayers":
                assert "Condition" not in statement
            case _:
                own_identity = {"aws:PrincipalAccount": "123456789012"}
                assert statement["Condition"] == {"StringEquals": own_identity}


@pytest.mark.parametrize("name", INTERFACES)
def test_a_door_stands_in_the_isolated_subnet_of_every_zone(stack, name):
    door = stack.inputs(ENDPOINT, name)

    assert door["vpcEndpointType"] == "Interface"
    assert door["serviceName"] == f"com.amazonaws.us-east-1.{INTERFACES[name]}"
    assert door["privateDnsEnabled"] is True
    assert {subnet.split("/")[-1] for subnet in door["subnetIds"]} == {f"isolated-{zone}" for zone in ZONES}
    assert [group.split("/")[-1] for group in door["securityGroupIds"]] == ["endpoints"]


@pytest.mark.parametrize("store", STORES)
def test_stores_have_their_door_in_the_routes_of_private_and_isolated_subnets(stack, store):
    door = stack.inputs(ENDPOINT, store)

    assert door["vpcEndpointType"] == "Gateway"
    assert door["serviceName"] == f"com.amazonaws.us-east-1.{store}"
    assert {table.split("/")[-1] for table in door["routeTableIds"]} == {
        f"{tier}-{zone}" for tier in ("private", "isolated") for zone in ZONES
    }


def test_only_layers_of_images_come_out_of_another_accounts_bucket(stack, statements):
    layers = statements(stack.inputs(ENDPOINT, "s3")["policy"])["ImageLayers"]

    assert (layers["Action"], layers["Resource"]) == (
        "s3:GetObject", "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"
    )  # fmt: skip


def test_images_can_be_pulled_and_not_pushed(stack, statements):
    for name in ("ecr-api", "ecr-dkr"):
        policy = statements(stack.inputs(ENDPOINT, name)["policy"])
        assert policy["OwnIdentitiesToOwnResources"]["Action"] == list(PULL)
        assert policy["OwnIdentities"]["Action"] == "ecr:GetAuthorizationToken"
        assert policy["GuardImage"]["Resource"] == "arn:aws:ecr:*:*:repository/aws-guardduty-agent-fargate"


def test_no_door_leads_to_a_shell():
    assert not {"ssmmessages", "ec2messages"} & set(INTERFACES.values())
    assert all(action.startswith("ssm:GetParameter") for action in INTERFACE_DOORS["ssm"].actions)
