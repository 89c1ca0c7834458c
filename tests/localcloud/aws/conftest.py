"""One cloud for all tests of AWS: moto is started once, every test makes its own objects."""

import json
from collections.abc import Iterator
from itertools import count

import pytest

from localcloud.aws import AwsBackend
from localcloud.aws.cloud import ACCOUNT
from localcloud.backend import Properties

REGION = "us-east-1"


class Laboratory:
    """An AWS backend with short words for making things, and the objects that others need."""

    def __init__(self) -> None:
        self.aws = AwsBackend()
        self._numbers = count(1)
        self._shared: dict[str, tuple[str, Properties]] = {}

    def unique(self, word: str) -> str:
        return f"{word}-{next(self._numbers)}"

    def tags(self, name: str | None = None) -> dict[str, str]:
        return {"Name": name or self.unique("thing"), "stack": "test"}

    def make(self, kind: str, inputs: Properties) -> tuple[str, Properties]:
        _, failures = self.aws.check(kind, inputs)
        assert failures == []
        return self.aws.create(kind, f"urn:pulumi:test::hosting::{kind}::thing", inputs)

    def once(self, name: str, kind: str, inputs: Properties) -> Properties:
        """The outputs of an object that several tests share, with its id."""
        if name not in self._shared:
            self._shared[name] = self.make(kind, inputs)
        identity, outputs = self._shared[name]
        return outputs | {"id": identity}

    @property
    def vpc(self) -> str:
        return self.once("vpc", "aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})["id"]

    def subnet(self, number: int = 0) -> str:
        inputs = {
            "vpcId": self.vpc,
            "cidrBlock": f"10.0.{number}.0/24",
            "availabilityZone": f"{REGION}{'abc'[number % 3]}",
        }
        return self.once(f"subnet {number}", "aws:ec2/subnet:Subnet", inputs)["id"]

    def new_subnet(self) -> str:
        number = next(self._numbers)
        inputs = {"vpcId": self.vpc, "cidrBlock": f"10.0.{128 + number // 16}.{number % 16 * 16}/28"}
        return self.make("aws:ec2/subnet:Subnet", inputs)[0]

    @property
    def gateway(self) -> str:
        return self.once("gateway", "aws:ec2/internetGateway:InternetGateway", {"vpcId": self.vpc})["id"]

    def route_table(self) -> str:
        return self.make("aws:ec2/routeTable:RouteTable", {"vpcId": self.vpc})[0]

    def security_group(self, name: str = "shared") -> str:
        inputs = {"name": name, "description": "For tests", "vpcId": self.vpc}
        return self.once(f"group {name}", "aws:ec2/securityGroup:SecurityGroup", inputs)["id"]

    @property
    def key(self) -> Properties:
        return self.once("key", "aws:kms/key:Key", {"enableKeyRotation": True})

    def bucket(self, **rest: object) -> str:
        return self.make("aws:s3/bucket:Bucket", {"bucket": self.unique("bucket"), **rest})[0]

    @property
    def role(self) -> Properties:
        return self.once("role", "aws:iam/role:Role", {"name": "shared", "assumeRolePolicy": trust("ec2")})

    @property
    def log_group(self) -> Properties:
        return self.once("log group", "aws:cloudwatch/logGroup:LogGroup", {"name": "/shared"})

    @property
    def certificate(self) -> str:
        inputs = {"domainName": "portal.example.com", "validationMethod": "DNS"}
        return self.once("certificate", "aws:acm/certificate:Certificate", inputs)["id"]

    @property
    def balancer(self) -> str:
        inputs = {"name": "shared", "subnets": [self.subnet(0), self.subnet(1)]}
        return self.once("balancer", "aws:lb/loadBalancer:LoadBalancer", inputs)["id"]

    @property
    def target_group(self) -> str:
        inputs = {"name": "shared", "port": 443, "protocol": "HTTPS", "vpcId": self.vpc, "targetType": "ip"}
        return self.once("target group", "aws:lb/targetGroup:TargetGroup", inputs)["id"]

    @property
    def listener(self) -> str:
        inputs = {
            "loadBalancerArn": self.balancer,
            "port": 8080,
            "protocol": "HTTP",
            "defaultActions": [{"type": "forward", "targetGroupArn": self.target_group}],
        }
        return self.once("listener", "aws:lb/listener:Listener", inputs)["id"]

    @property
    def cluster(self) -> str:
        return self.once("cluster", "aws:ecs/cluster:Cluster", {"name": "shared"})["id"]

    def task(self, number: int = 0) -> str:
        containers = json.dumps([{"name": "main", "image": "example.com/main@sha256:" + "0" * 64, "memory": 512}])
        inputs = {"family": f"task-{number}", "containerDefinitions": containers, "networkMode": "awsvpc"}
        return self.once(f"task {number}", "aws:ecs/taskDefinition:TaskDefinition", inputs)["arn"]

    @property
    def topic(self) -> str:
        return self.once("topic", "aws:sns/topic:Topic", {"name": "shared"})["id"]

    @property
    def vpn(self) -> str:
        inputs = {
            "authenticationOptions": [
                {"type": "federated-authentication", "samlProviderArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/x"}
            ],
            "clientCidrBlock": "172.16.0.0/20",
            "connectionLogOptions": {"enabled": False},
            "serverCertificateArn": self.certificate,
        }
        return self.once("vpn", "aws:ec2clientvpn/endpoint:Endpoint", inputs)["id"]


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="session")
def _laboratory() -> Iterator[Laboratory]:
    laboratory = Laboratory()
    yield laboratory
    laboratory.aws.cloud.close()


@pytest.fixture
def laboratory(_laboratory: Laboratory) -> Laboratory:
    _laboratory.aws.configure({"region": REGION, "allowedAccountIds": [ACCOUNT]})
    return _laboratory


@pytest.fixture
def aws(laboratory: Laboratory) -> AwsBackend:
    return laboratory.aws
