"""Every type of the table goes through its whole life: creation, refresh, import, update, replacement, deletion."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.aws import AwsBackend, sdk
from localcloud.aws.cloud import ACCOUNT
from localcloud.aws.table import KEPT_IN_MEMORY, TYPES
from localcloud.backend import UNKNOWN, Properties, RejectedError

if TYPE_CHECKING:
    from conftest import Laboratory


def policy(effect: str = "Allow", resource: str = "*") -> str:
    statement = {"Sid": "One", "Effect": effect, "Action": ["s3:GetObject"], "Resource": resource, "Principal": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def identity_policy(action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


@dataclass(frozen=True)
class Life:
    """What one type is made of, how it is changed in place, and which change needs a new object."""

    inputs: Callable[["Laboratory"], Properties]
    change: Callable[["Laboratory"], Properties] = lambda laboratory: {}
    replacement: Properties = field(default_factory=dict)
    outlives_deletion: bool = False


def selector(prefix: str) -> Properties:
    return {
        "name": "objects",
        "fieldSelectors": [
            {"field": "eventCategory", "equals": ["Data"]},
            {"field": "resources.type", "equals": ["AWS::S3::Object"]},
            {"field": "resources.ARN", "startsWiths": [prefix]},
        ],
    }


def endpoint(laboratory: "Laboratory") -> Properties:
    return {
        "authenticationOptions": [
            {"type": "federated-authentication", "samlProviderArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/workforce"}
        ],
        "clientCidrBlock": "172.21.0.0/20",
        "connectionLogOptions": {"enabled": True, "cloudwatchLogGroup": laboratory.log_group["name"]},
        "securityGroupIds": [laboratory.security_group()],
        "serverCertificateArn": laboratory.certificate,
        "vpcId": laboratory.vpc,
        "tags": laboratory.tags(),
    }


def rule(laboratory: "Laboratory") -> Properties:
    return {
        "securityGroupId": laboratory.security_group(laboratory.unique("rules")),
        "cidrIpv4": "10.0.0.0/8",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "description": "In",
        "tags": laboratory.tags(),
    }


def rule_change(laboratory: "Laboratory") -> Properties:
    return {
        "cidrIpv4": None,
        "referencedSecurityGroupId": laboratory.security_group(),
        "fromPort": 8443,
        "toPort": 8443,
    }


def encryption(laboratory: "Laboratory", algorithm: str) -> list[Properties]:
    key = {"kmsMasterKeyId": laboratory.key["arn"]} if algorithm == "aws:kms" else {}
    default = {"sseAlgorithm": algorithm, **key}
    return [{"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": algorithm == "aws:kms"}]


LIVES: dict[str, Life] = {
    "aws:ec2/vpc:Vpc": Life(
        lambda laboratory: {
            "cidrBlock": "10.1.0.0/16",
            "enableDnsHostnames": True,
            "enableNetworkAddressUsageMetrics": True,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"enableDnsSupport": False, "enableDnsHostnames": None, "tags": laboratory.tags()},
        {"cidrBlock": "10.2.0.0/16"},
    ),
    "aws:ec2/subnet:Subnet": Life(
        lambda laboratory: {
            "vpcId": laboratory.vpc,
            "cidrBlock": "10.0.50.0/24",
            "availabilityZone": "us-east-1b",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"mapPublicIpOnLaunch": True, "privateDnsHostnameTypeOnLaunch": "ip-name"},
        {"cidrBlock": "10.0.51.0/24"},
    ),
    "aws:ec2/internetGateway:InternetGateway": Life(
        lambda laboratory: {"tags": laboratory.tags()},
        lambda laboratory: {"vpcId": laboratory.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.3.0.0/16"})[0]},
    ),
    "aws:ec2/eip:Eip": Life(
        lambda laboratory: {"domain": "vpc", "tags": laboratory.tags()},
        lambda laboratory: {"tags": laboratory.tags()},
    ),
    "aws:ec2/natGateway:NatGateway": Life(
        lambda laboratory: {
            "allocationId": laboratory.make("aws:ec2/eip:Eip", {"domain": "vpc"})[0],
            "subnetId": laboratory.subnet(),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": {"Name": "other", "stack": "test"}},
        {"subnetId": "subnet-0"},
    ),
    "aws:ec2/routeTable:RouteTable": Life(
        lambda laboratory: {"vpcId": laboratory.vpc, "tags": laboratory.tags()},
        lambda laboratory: {"tags": laboratory.tags()},
        {"vpcId": "vpc-0"},
    ),
    "aws:ec2/route:Route": Life(
        lambda laboratory: {
            "routeTableId": laboratory.route_table(),
            "destinationCidrBlock": "0.0.0.0/0",
            "gatewayId": laboratory.gateway,
        },
        lambda laboratory: {
            "gatewayId": None,
            "natGatewayId": laboratory.once(
                "nat",
                "aws:ec2/natGateway:NatGateway",
                {
                    "allocationId": laboratory.make("aws:ec2/eip:Eip", {"domain": "vpc"})[0],
                    "subnetId": laboratory.subnet(),
                },
            )["id"],
        },
        {"destinationCidrBlock": "1.0.0.0/8"},
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Life(
        lambda laboratory: {"routeTableId": laboratory.route_table(), "subnetId": laboratory.new_subnet()},
        lambda laboratory: {"routeTableId": laboratory.route_table()},
        {"subnetId": "subnet-0"},
    ),
    "aws:ec2/securityGroup:SecurityGroup": Life(
        lambda laboratory: {
            "name": laboratory.unique("group"),
            "description": "For tests",
            "vpcId": laboratory.vpc,
            "ingress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "ingress": [],
            "egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}],
        },
        {"description": "Other"},
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Life(
        lambda laboratory: {
            "vpcId": laboratory.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.4.0.0/16"})[0],
            "ingress": [],
            "egress": [],
        },
        lambda laboratory: {
            "egress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}]
        },
        {"vpcId": "vpc-0"},
        outlives_deletion=True,
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Life(rule, rule_change, {"securityGroupId": "sg-0"}),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Life(rule, rule_change, {"securityGroupId": "sg-0"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Life(
        lambda laboratory: {
            "vpcId": laboratory.vpc,
            "serviceName": "com.amazonaws.us-east-1.s3",
            "routeTableIds": [laboratory.route_table()],
            "policy": policy(),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"routeTableIds": [laboratory.route_table()], "policy": policy("Deny")},
        {"vpcEndpointType": "Interface"},
    ),
    "aws:ec2/flowLog:FlowLog": Life(
        lambda laboratory: {
            "vpcId": laboratory.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.5.0.0/16"})[0],
            "trafficType": "ALL",
            "iamRoleArn": laboratory.role["arn"],
            "logDestination": laboratory.log_group["arn"],
            "maxAggregationInterval": 60,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": laboratory.tags()},
        {"trafficType": "REJECT"},
    ),
    "aws:ec2clientvpn/endpoint:Endpoint": Life(
        endpoint,
        lambda laboratory: {"sessionTimeoutHours": 8, "splitTunnel": True},
        {"clientCidrBlock": "172.22.0.0/20"},
    ),
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation": Life(
        lambda laboratory: {"clientVpnEndpointId": laboratory.vpn, "subnetId": laboratory.subnet()},
        replacement={"subnetId": "subnet-0"},
    ),
    "aws:ec2clientvpn/authorizationRule:AuthorizationRule": Life(
        lambda laboratory: {
            "clientVpnEndpointId": laboratory.vpn,
            "targetNetworkCidr": "10.0.0.0/16",
            "accessGroupId": "group",
        },
        replacement={"accessGroupId": "other"},
    ),
    "aws:ec2clientvpn/route:Route": Life(
        lambda laboratory: {
            "clientVpnEndpointId": laboratory.vpn,
            "destinationCidrBlock": "10.9.0.0/16",
            "targetVpcSubnetId": laboratory.subnet(),
        },
        replacement={"destinationCidrBlock": "10.8.0.0/16"},
    ),
    "aws:kms/key:Key": Life(
        lambda laboratory: {
            "description": "A tenant's",
            "enableKeyRotation": True,
            "rotationPeriodInDays": 365,
            "deletionWindowInDays": 30,
            "policy": identity_policy("kms:*"),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "description": "Nobody's",
            "enableKeyRotation": None,
            "rotationPeriodInDays": None,
            "isEnabled": False,
            "policy": identity_policy("kms:Describe*"),
        },
        {"customerMasterKeySpec": "RSA_2048"},
    ),
    "aws:kms/alias:Alias": Life(
        lambda laboratory: {"name": f"alias/{laboratory.unique('key')}", "targetKeyId": laboratory.key["id"]},
        lambda laboratory: {"targetKeyId": laboratory.make("aws:kms/key:Key", {})[0]},
        {"name": "alias/other"},
    ),
    "aws:s3/bucket:Bucket": Life(
        lambda laboratory: {
            "bucket": laboratory.unique("bucket"),
            "objectLockEnabled": True,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": None, "forceDestroy": True},
        {"bucket": "another"},
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": Life(
        lambda laboratory: {"accountId": ACCOUNT, "blockPublicAcls": True, "blockPublicPolicy": True},
        lambda laboratory: {"blockPublicAcls": None, "restrictPublicBuckets": True},
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "policy": policy()},
        lambda laboratory: {"policy": policy("Deny")},
        {"bucket": "another"},
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "blockPublicAcls": True, "ignorePublicAcls": True},
        lambda laboratory: {"ignorePublicAcls": None, "restrictPublicBuckets": True},
        {"bucket": "another"},
    ),
    "aws:s3/bucketVersioning:BucketVersioning": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "versioningConfiguration": {"status": "Enabled"}},
        lambda laboratory: {"versioningConfiguration": {"status": "Suspended"}},
        {"bucket": "another"},
        outlives_deletion=True,
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "rules": encryption(laboratory, "aws:kms")},
        lambda laboratory: {"rules": encryption(laboratory, "AES256")},
        {"bucket": "another"},
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Life(
        lambda laboratory: {"bucket": laboratory.bucket(), "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        lambda laboratory: {"rule": {"objectOwnership": "ObjectWriter"}},
        {"bucket": "another"},
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Life(
        lambda laboratory: {
            "bucket": laboratory.bucket(),
            "rules": [
                {"id": "old", "status": "Enabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 400}},
                {
                    "id": "versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrentVersionExpiration": {"noncurrentDays": 30},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                },
            ],
        },
        lambda laboratory: {
            "rules": [{"id": "old", "status": "Disabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 800}}]
        },
        {"bucket": "another"},
    ),
    "aws:s3/bucketLogging:BucketLogging": Life(
        lambda laboratory: {
            "bucket": laboratory.bucket(),
            "targetBucket": log_bucket(laboratory),
            "targetPrefix": "one/",
        },
        lambda laboratory: {"targetPrefix": "two/"},
        {"bucket": "another"},
    ),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": Life(
        lambda laboratory: {
            "bucket": laboratory.bucket(objectLockEnabled=True),
            "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 365}},
        },
        lambda laboratory: {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 730}}},
        {"bucket": "another"},
    ),
    "aws:iam/role:Role": Life(
        lambda laboratory: {
            "name": laboratory.unique("role"),
            "assumeRolePolicy": trust_policy("ecs-tasks"),
            "description": "For tasks",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "assumeRolePolicy": trust_policy("lambda"),
            "description": None,
            "maxSessionDuration": 7200,
            "permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "tags": None,
        },
        {"path": "/other/"},
    ),
    "aws:iam/rolePolicy:RolePolicy": Life(
        lambda laboratory: {
            "name": laboratory.unique("policy"),
            "role": laboratory.role["name"],
            "policy": identity_policy("s3:GetObject"),
        },
        lambda laboratory: {"policy": identity_policy("s3:PutObject")},
        {"role": "other"},
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Life(
        lambda laboratory: {
            "role": laboratory.role["name"],
            "policyArn": "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        },
        replacement={"role": "other"},
    ),
    "aws:ecs/cluster:Cluster": Life(
        lambda laboratory: {"name": laboratory.unique("cluster"), "tags": laboratory.tags()},
        lambda laboratory: {"settings": [{"name": "containerInsights", "value": "enabled"}]},
        {"name": "other"},
    ),
    "aws:ecs/taskDefinition:TaskDefinition": Life(
        lambda laboratory: {
            "family": laboratory.unique("family"),
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "512",
            "memory": "1024",
            "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
            "taskRoleArn": laboratory.role["arn"],
            "executionRoleArn": laboratory.role["arn"],
            "volumes": [{"name": "scratch"}],
            "containerDefinitions": json.dumps(
                [
                    {
                        "name": "main",
                        "image": "example.com/main@sha256:" + "0" * 64,
                        "essential": True,
                        "readonlyRootFilesystem": True,
                        "portMappings": [{"containerPort": 8443, "hostPort": 8443, "protocol": "tcp"}],
                        "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}],
                        "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
                    }
                ]
            ),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": laboratory.tags()},
        {"cpu": "1024"},
    ),
    "aws:ecs/service:Service": Life(
        lambda laboratory: {
            "name": laboratory.unique("service"),
            "cluster": laboratory.cluster,
            "taskDefinition": laboratory.task(0),
            "desiredCount": 3,
            "launchType": "FARGATE",
            "loadBalancers": [
                {"targetGroupArn": forwarded(laboratory), "containerName": "main", "containerPort": 8443}
            ],
            "networkConfiguration": {
                "subnets": [laboratory.subnet(0), laboratory.subnet(1)],
                "securityGroups": [laboratory.security_group()],
                "assignPublicIp": False,
            },
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "propagateTags": "SERVICE",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "desiredCount": 4,
            "taskDefinition": laboratory.task(1),
            "deploymentCircuitBreaker": {"enable": True, "rollback": False},
        },
        {"launchType": "EC2"},
    ),
    "aws:lb/loadBalancer:LoadBalancer": Life(
        lambda laboratory: {
            "name": laboratory.unique("balancer"),
            "subnets": [laboratory.subnet(0), laboratory.subnet(1)],
            "securityGroups": [laboratory.security_group()],
            "dropInvalidHeaderFields": True,
            "desyncMitigationMode": "strictest",
            "accessLogs": {"bucket": "logs", "enabled": True, "prefix": "access"},
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "accessLogs": None,
            "dropInvalidHeaderFields": None,
            "idleTimeout": 30,
            "subnets": [laboratory.subnet(0), laboratory.subnet(1), laboratory.subnet(2)],
        },
        {"internal": True},
    ),
    "aws:lb/targetGroup:TargetGroup": Life(
        lambda laboratory: {
            "name": laboratory.unique("targets"),
            "port": 8443,
            "protocol": "HTTPS",
            "targetType": "ip",
            "vpcId": laboratory.vpc,
            "deregistrationDelay": 30,
            "healthCheck": {"path": "/health", "protocol": "HTTPS", "matcher": "200"},
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"healthCheck": {"path": "/ready", "protocol": "HTTPS"}, "deregistrationDelay": None},
        {"port": 9443},
    ),
    "aws:lb/listener:Listener": Life(
        lambda laboratory: {
            "loadBalancerArn": laboratory.balancer,
            "port": 443,
            "protocol": "HTTPS",
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
            "certificateArn": laboratory.certificate,
            "defaultActions": [{"type": "forward", "targetGroupArn": laboratory.target_group}],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "defaultActions": [
                {
                    "type": "fixed-response",
                    "fixedResponse": {"contentType": "text/plain", "statusCode": "404", "messageBody": "none"},
                }
            ],
        },
        {"loadBalancerArn": "arn:other"},
    ),
    "aws:acm/certificate:Certificate": Life(
        lambda laboratory: {
            "domainName": "www.example.com",
            "validationMethod": "DNS",
            "keyAlgorithm": "EC_prime256v1",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": laboratory.tags()},
        {"domainName": "other.example.com"},
    ),
    "aws:acm/certificateValidation:CertificateValidation": Life(
        lambda laboratory: {"certificateArn": validated(laboratory)}, replacement={"certificateArn": "arn:other"}
    ),
    "aws:route53/record:Record": Life(
        lambda laboratory: {
            "zoneId": "Z1",
            "name": f"{laboratory.unique('host')}.example.com",
            "type": "CNAME",
            "ttl": 300,
            "records": ["target.example.com"],
        },
        lambda laboratory: {"ttl": 60, "records": ["other.example.com"]},
        {"type": "TXT"},
    ),
    "aws:cloudwatch/logGroup:LogGroup": Life(
        lambda laboratory: {
            "name": laboratory.unique("/logs"),
            "kmsKeyId": laboratory.key["arn"],
            "retentionInDays": 365,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"kmsKeyId": None, "retentionInDays": 400, "tags": None},
        {"name": "/other"},
    ),
    "aws:cloudwatch/logStream:LogStream": Life(
        lambda laboratory: {"name": laboratory.unique("stream"), "logGroupName": laboratory.log_group["name"]},
        replacement={"name": "other"},
    ),
    "aws:cloudtrail/trail:Trail": Life(
        lambda laboratory: {
            "name": laboratory.unique("trail"),
            "s3BucketName": laboratory.bucket(),
            "enableLogFileValidation": True,
            "isMultiRegionTrail": True,
            "kmsKeyId": laboratory.key["arn"],
            "advancedEventSelectors": [selector("arn:aws:s3:::first-")],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "enableLogFileValidation": None,
            "enableLogging": False,
            "advancedEventSelectors": [selector("arn:aws:s3:::other-")],
            "tags": laboratory.tags(),
        },
        {"name": "other"},
    ),
}


def trust_policy(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def log_bucket(laboratory: "Laboratory") -> str:
    bucket = laboratory.bucket()
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    laboratory.make("aws:s3/bucketPolicy:BucketPolicy", {"bucket": bucket, "policy": document})
    return bucket


def forwarded(laboratory: "Laboratory") -> str:
    assert laboratory.listener
    return laboratory.target_group


def validated(laboratory: "Laboratory") -> str:
    identity, outputs = laboratory.make(
        "aws:acm/certificate:Certificate",
        {"domainName": f"{laboratory.unique('www')}.example.com", "validationMethod": "DNS"},
    )
    option = outputs["domainValidationOptions"][0]
    laboratory.make(
        "aws:route53/record:Record",
        {
            "zoneId": "Z1",
            "name": option["resourceRecordName"],
            "type": option["resourceRecordType"],
            "ttl": 60,
            "records": [option["resourceRecordValue"]],
        },
    )
    return identity


def urn(kind: str) -> str:
    return f"urn:pulumi:test::hosting::{kind}::thing"


def changed(inputs: Properties, change: Properties) -> Properties:
    return {name: value for name, value in (inputs | change).items() if value is not None}


def test_every_type_has_a_life() -> None:
    assert LIVES.keys() == TYPES.keys()


@pytest.mark.parametrize("kind", LIVES)
def test_life(kind: str, laboratory: "Laboratory") -> None:
    aws, life = laboratory.aws, LIVES[kind]
    inputs = life.inputs(laboratory)
    predicted = aws.predict(kind, urn(kind), inputs)
    assert life.outlives_deletion or aws.find(kind, inputs) == []
    identity, outputs = laboratory.make(kind, inputs)

    assert {name: outputs[name] for name in predicted if name != "id"} == {
        name: value for name, value in predicted.items() if name != "id"
    }
    assert predicted.get("id", identity) == identity
    assert outputs.keys() <= sdk.outputs(kind).keys()
    assert_holds(aws, kind, identity, inputs, outputs)
    assert aws.diff(kind, inputs, outputs, inputs) == []
    assert aws.find(kind, inputs) == [identity]
    assert_imports(aws, kind, identity, inputs)

    change = life.change(laboratory)
    if change:
        wanted = changed(inputs, change)
        differences = aws.diff(kind, inputs, outputs, wanted)
        assert {each.path.split(".")[0].split("[")[0] for each in differences} <= change.keys()
        assert differences
        assert not any(each.replaces for each in differences)
        outputs = aws.update(kind, identity, inputs, wanted, everything=False)
        assert_holds(aws, kind, identity, wanted, outputs)
        inputs = wanted

    for name, value in life.replacement.items():
        assert any(each.replaces for each in aws.diff(kind, inputs, outputs, inputs | {name: value}))

    for _ in range(2):
        aws.delete(kind, identity, outputs | {"forceDestroy": True})
    if not life.outlives_deletion:
        assert aws.read(kind, identity, inputs) is None
        assert aws.find(kind, inputs) == []


def assert_holds(aws: AwsBackend, kind: str, identity: str, inputs: Properties, outputs: Properties) -> None:
    """A refresh right after finds exactly what was asked for."""
    found = aws.read(kind, identity, inputs)
    assert found is not None
    assert found.inputs == inputs
    assert found.outputs == outputs


def assert_imports(aws: AwsBackend, kind: str, identity: str, inputs: Properties) -> None:
    """An import gives inputs that the type accepts and that differ in nothing that AWS tells."""
    found = aws.read(kind, identity, None)
    assert found is not None
    assert aws.check(kind, found.inputs)[1] == []
    silent = {*TYPES[kind].write_only}
    differences = {
        each.path.split(".")[0].split("[")[0] for each in aws.diff(kind, found.inputs, found.outputs, inputs)
    }
    assert differences <= silent


@pytest.mark.parametrize("kind", LIVES)
def test_everything_is_applied_again_after_a_partial_failure(kind: str, laboratory: "Laboratory") -> None:
    aws, life = laboratory.aws, LIVES[kind]
    inputs = life.inputs(laboratory)
    identity, _ = laboratory.make(kind, inputs)
    outputs = aws.update(kind, identity, inputs, inputs, everything=True)
    assert_holds(aws, kind, identity, inputs, outputs)
    aws.delete(kind, identity, outputs | {"forceDestroy": True})


@pytest.mark.parametrize("kind", LIVES)
def test_unknown_values_are_differences_and_hide_predictions(kind: str, laboratory: "Laboratory") -> None:
    inputs = LIVES[kind].inputs(laboratory)
    for name in inputs:
        unknown = inputs | {name: UNKNOWN}
        assert laboratory.aws.check(kind, unknown)[1] == []
        assert name in {each.path for each in laboratory.aws.diff(kind, inputs, {}, unknown)}
        assert str(UNKNOWN) not in str(laboratory.aws.predict(kind, urn(kind), unknown))


@pytest.mark.parametrize("kind", LIVES)
def test_what_was_deleted_can_be_made_again(kind: str, laboratory: "Laboratory") -> None:
    aws, inputs = laboratory.aws, LIVES[kind].inputs(laboratory)
    for _ in range(2):
        identity, outputs = laboratory.make(kind, inputs)
        assert_holds(aws, kind, identity, inputs, outputs)
        aws.delete(kind, identity, outputs | {"forceDestroy": True})


@pytest.mark.parametrize("kind", TYPES)
def test_entry_names_only_what_the_sdk_has(kind: str) -> None:
    described, inputs = TYPES[kind], sdk.inputs(kind).keys()
    named = {
        *described.computed,
        *described.replaces,
        *described.beside,
        *described.write_only,
        *described.takes,
        *described.key,
        *described.defaults,
        *described.references,
        *(name for setting in described.settings for name in setting.names),
    }
    assert {name.split(".")[0] for name in named} <= inputs
    assert described.outputs.keys() <= sdk.outputs(kind).keys()


def test_what_moto_lacks_is_listed_with_its_reason() -> None:
    assert "aws:ec2clientvpn/endpoint:Endpoint" in KEPT_IN_MEMORY
    assert "aws:kms/key:Key rotationPeriodInDays" in KEPT_IN_MEMORY
    assert all(KEPT_IN_MEMORY.values())


@cache
def schema() -> Any:
    return json.loads((SCHEMAS / "aws_types.json").read_text())


SCHEMAS = Path(__file__).parents[4] / "shared" / "schemas"

DECIDED_BY_THE_PROVIDERS_CODE = {
    # ACM can't change a certificate; the provider finds that out in code, which a schema doesn't show.
    "aws:acm/certificate:Certificate": {"domainName", "subjectAlternativeNames"},
    # The id holds the type, and an id can't be changed in an update.
    "aws:route53/record:Record": {"type"},
}


@pytest.mark.skipif(not (SCHEMAS / "aws_types.json").exists(), reason="the provider's schema is not at hand")
@pytest.mark.parametrize("kind", TYPES)
def test_what_replaces_agrees_with_the_providers_schema(kind: str, aws: AwsBackend) -> None:
    data = schema()
    if kind not in data["types"]:
        pytest.skip("the schema doesn't have this type")
    properties = data["defs"][data["types"][kind]["d"]]["p"]
    theirs = {name for name, described in properties.items() if described.get("rep")}
    theirs &= aws.simulated(kind) - {"region"}
    ours = {name for name in TYPES[kind].replaces if "." not in name} & aws.simulated(kind)
    assert ours - DECIDED_BY_THE_PROVIDERS_CODE.get(kind, set()) == theirs


def test_dangling_references_are_refused(laboratory: "Laboratory") -> None:
    for kind, inputs in (
        ("aws:ec2/subnet:Subnet", {"vpcId": "vpc-00000000", "cidrBlock": "10.0.0.0/24"}),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "missing", "policy": policy()}),
        ("aws:ec2clientvpn/networkAssociation:NetworkAssociation", {"clientVpnEndpointId": "x", "subnetId": "y"}),
        ("aws:kms/alias:Alias", {"name": "alias/x", "targetKeyId": "00000000-0000-0000-0000-000000000000"}),
        ("aws:iam/rolePolicy:RolePolicy", {"name": "x", "role": "missing", "policy": identity_policy("s3:*")}),
    ):
        with pytest.raises(RejectedError) as caught:
            laboratory.make(kind, inputs)
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)
