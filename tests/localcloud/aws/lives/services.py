"""ECS, load balancers, certificates and records."""

import json
from typing import TYPE_CHECKING

from tests.localcloud.aws.lives.life import Life

if TYPE_CHECKING:
    from conftest import Laboratory


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


LIVES: dict[str, Life] = {
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
            "accessLogs": {"bucket": laboratory.bucket(), "enabled": True, "prefix": "access"},
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
    "aws:lambda/function:Function": Life(
        lambda laboratory: {
            "name": laboratory.unique("rotate"),
            "role": laboratory.role["arn"],
            "runtime": "python3.13",
            "handler": "handler.rotate",
            "code": {"handler.py": "text"},
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"timeout": 30, "tags": laboratory.tags()},
        {"name": "other"},
    ),
    "aws:lambda/permission:Permission": Life(
        lambda laboratory: {
            "action": "lambda:InvokeFunction",
            "function": "rotate",
            "principal": "secretsmanager.amazonaws.com",
            "statementId": laboratory.unique("Rotation"),
        },
        replacement={"principal": "events.amazonaws.com"},
    ),
}
