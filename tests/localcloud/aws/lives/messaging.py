"""Queues, topics, tables and secrets."""

import json
from typing import TYPE_CHECKING

from localcloud.aws.cloud import ACCOUNT
from localcloud.backend import Properties
from tests.localcloud.aws.lives.life import Life, policy

if TYPE_CHECKING:
    from conftest import Laboratory


def queue(laboratory: "Laboratory") -> str:
    return laboratory.make("aws:sqs/queue:Queue", {"name": laboratory.unique("queue")})[0]


def secret(laboratory: "Laboratory") -> str:
    inputs = {"name": laboratory.unique("secret"), "recoveryWindowInDays": 0}
    return laboratory.make("aws:secretsmanager/secret:Secret", inputs)[0]


def dead_letters(laboratory: "Laboratory", count: int) -> str:
    arn = laboratory.once("dead letters", "aws:sqs/queue:Queue", {"name": "dead-letters"})["arn"]
    return json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})


def topic(laboratory: "Laboratory") -> str:
    return laboratory.make("aws:sns/topic:Topic", {"name": laboratory.unique("topic")})[0]


def table(laboratory: "Laboratory") -> Properties:
    return {
        "name": laboratory.unique("table"),
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "tenant",
        "rangeKey": "id",
        "attributes": [{"name": "tenant", "type": "S"}, {"name": "id", "type": "S"}],
    }


def repository(laboratory: "Laboratory") -> str:
    return laboratory.make("aws:ecr/repository:Repository", {"name": laboratory.unique("images")})[0]


def expiry(days: int) -> str:
    rule = {
        "rulePriority": 1,
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})


def registry_policy(name: str) -> str:
    statement = {
        "Sid": name,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
        "Resource": [f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/*"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def replication(region: str) -> Properties:
    return {"rules": [{"destinations": [{"region": region, "registryId": ACCOUNT}]}]}


LIVES: dict[str, Life] = {
    "aws:sqs/queue:Queue": Life(
        lambda laboratory: {
            "name": laboratory.unique("queue"),
            "kmsMasterKeyId": laboratory.key["arn"],
            "kmsDataKeyReusePeriodSeconds": 300,
            "messageRetentionSeconds": 1209600,
            "redrivePolicy": dead_letters(laboratory, 5),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "kmsMasterKeyId": None,
            "kmsDataKeyReusePeriodSeconds": None,
            "visibilityTimeoutSeconds": 60,
            "redrivePolicy": dead_letters(laboratory, 3),
            "tags": None,
        },
        {"name": "other"},
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Life(
        lambda laboratory: {"queueUrl": queue(laboratory), "policy": policy()},
        lambda laboratory: {"policy": policy("Deny")},
        {"queueUrl": "other"},
    ),
    "aws:sqs/redrivePolicy:RedrivePolicy": Life(
        lambda laboratory: {"queueUrl": queue(laboratory), "redrivePolicy": dead_letters(laboratory, 5)},
        lambda laboratory: {"redrivePolicy": dead_letters(laboratory, 3)},
        {"queueUrl": "other"},
    ),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": Life(
        lambda laboratory: {"queueUrl": queue(laboratory), "redriveAllowPolicy": '{"redrivePermission": "denyAll"}'},
        lambda laboratory: {"redriveAllowPolicy": '{"redrivePermission": "allowAll"}'},
        {"queueUrl": "other"},
    ),
    "aws:sns/topic:Topic": Life(
        lambda laboratory: {
            "name": laboratory.unique("topic"),
            "kmsMasterKeyId": laboratory.key["arn"],
            "displayName": "Alarms",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"kmsMasterKeyId": None, "displayName": "Other", "tags": laboratory.tags()},
        {"name": "other"},
    ),
    "aws:sns/topicPolicy:TopicPolicy": Life(
        lambda laboratory: {"arn": topic(laboratory), "policy": policy()},
        lambda laboratory: {"policy": policy("Deny")},
        {"arn": "arn:other"},
        outlives_deletion=True,
    ),
    "aws:sns/topicSubscription:TopicSubscription": Life(
        lambda laboratory: {"topic": topic(laboratory), "protocol": "email", "endpoint": "on-call@example.com"},
        lambda laboratory: {"filterPolicy": '{"severity": ["high"]}'},
        {"endpoint": "other@example.com"},
    ),
    "aws:dynamodb/table:Table": Life(
        lambda laboratory: {
            **table(laboratory),
            "deletionProtectionEnabled": False,
            "pointInTimeRecovery": {"enabled": True},
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": laboratory.key["arn"]},
            "ttl": {"enabled": True, "attributeName": "expires"},
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"pointInTimeRecovery": {"enabled": False}, "tags": laboratory.tags()},
        {"hashKey": "other"},
    ),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": Life(
        lambda laboratory: {
            "resourceArn": laboratory.make("aws:dynamodb/table:Table", table(laboratory))[1]["arn"],
            "policy": policy(),
        },
        lambda laboratory: {"policy": policy("Deny")},
        {"resourceArn": "arn:other"},
    ),
    "aws:secretsmanager/secret:Secret": Life(
        lambda laboratory: {
            "name": laboratory.unique("secret"),
            "description": "For tests",
            "kmsKeyId": laboratory.key["arn"],
            "recoveryWindowInDays": 0,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"description": "Other", "tags": laboratory.tags()},
        {"name": "other"},
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Life(
        lambda laboratory: {"secretArn": secret(laboratory), "policy": policy("Deny"), "blockPublicPolicy": True},
        lambda laboratory: {"policy": policy("Deny", "arn:aws:secretsmanager:::other")},
        {"secretArn": "arn:other"},
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Life(
        lambda laboratory: {"secretId": secret(laboratory), "secretString": "hidden"},
        replacement={"secretString": "other"},
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": Life(
        lambda laboratory: {
            "secretId": secret(laboratory),
            "rotationLambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:rotate",
            "rotationRules": {"automaticallyAfterDays": 30},
        },
        lambda laboratory: {"rotationRules": {"automaticallyAfterDays": 60}},
        {"secretId": "arn:other"},
    ),
    "aws:ecr/repository:Repository": Life(
        lambda laboratory: {
            "name": laboratory.unique("images"),
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": laboratory.key["arn"]}],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"imageTagMutability": "MUTABLE", "tags": laboratory.tags()},
        {"name": "other"},
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Life(
        lambda laboratory: {"repository": repository(laboratory), "policy": expiry(30)},
        replacement={"policy": expiry(60)},
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": Life(
        lambda laboratory: {"repository": repository(laboratory), "policy": policy()},
        lambda laboratory: {"policy": policy("Deny")},
        {"repository": "other"},
    ),
    "aws:ecr/registryPolicy:RegistryPolicy": Life(
        lambda laboratory: {"policy": registry_policy("One")},
        lambda laboratory: {"policy": registry_policy("Two")},
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Life(
        lambda laboratory: {
            "scanType": "ENHANCED",
            "rules": [
                {
                    "scanFrequency": "CONTINUOUS_SCAN",
                    "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}],
                }
            ],
        },
        lambda laboratory: {"scanType": "BASIC", "rules": []},
        outlives_deletion=True,
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": Life(
        lambda laboratory: {"replicationConfiguration": replication("us-west-2")},
        lambda laboratory: {"replicationConfiguration": replication("us-east-2")},
    ),
    "aws:ecr/accountSetting:AccountSetting": Life(
        lambda laboratory: {"name": "BASIC_SCAN_TYPE_VERSION", "value": "AWS_NATIVE"},
        lambda laboratory: {"value": "CLAIR"},
        {"name": "other"},
    ),
    "aws:dynamodb/tableReplica:TableReplica": Life(
        lambda laboratory: {
            "globalTableArn": laboratory.make(
                "aws:dynamodb/table:Table",
                table(laboratory) | {"streamEnabled": True, "streamViewType": "NEW_AND_OLD_IMAGES"},
            )[1]["arn"],
            "pointInTimeRecovery": True,
            "region": "us-west-2",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"deletionProtectionEnabled": True, "tags": laboratory.tags()},
        {"globalTableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/other"},
    ),
}
