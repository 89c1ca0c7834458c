"""The doors to services of AWS let in our own identities, to our own resources."""

import pytest

from infra.cloud_integrated.endpoints import FARGATE_DOORS, INTERFACE_DOORS, PULL, STORES, interface_doors
from infra.settings import CLOUD_INTEGRATED_REGIONS

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
        assert statement["Principal"] == "*"
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


@pytest.fixture(scope="module")
def served_from_calgary(declare):
    second = {
        "region": "ca-west-1",
        "zones": [f"ca-west-1{zone}" for zone in "abc"],
        "addressSpace": "10.51.0.0/16",
        "serving": True,
    }
    zones = [f"ca-central-1{zone}" for zone in "abd"]
    return declare(jurisdiction="ca", region="ca-central-1", zones=zones, secondRegion=second, tenants=[])


def test_fargates_agent_has_its_doors_in_calgary(served_from_calgary, statements):
    """There it speaks from within the network, where three of the services have no other way out."""
    doors = served_from_calgary.of_type(ENDPOINT)

    assert not set(FARGATE_DOORS) & set(doors)
    for name, door in FARGATE_DOORS.items():
        inputs = doors[f"{name}-2"]["inputs"]
        assert inputs["serviceName"] == f"com.amazonaws.ca-west-1.{name}"
        (statement,) = statements(inputs["policy"]).values()
        asked = statement["Action"]
        assert (statement["Principal"], [asked] if isinstance(asked, str) else asked) == ("*", list(door.by_agents))


@pytest.mark.parametrize("region", [region for regions in CLOUD_INTEGRATED_REGIONS.values() for region in regions])
def test_it_has_them_nowhere_else(region):
    assert (set(interface_doors(region)) > set(INTERFACE_DOORS)) is (region == "ca-west-1")
