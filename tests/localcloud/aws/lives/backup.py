"""AWS Backup."""

from typing import TYPE_CHECKING

from localcloud.backend import Properties
from tests.localcloud.aws.lives.life import Life, policy

if TYPE_CHECKING:
    from conftest import Laboratory


def rules(laboratory: "Laboratory", days: int) -> list[Properties]:
    vault = laboratory.once("vault", "aws:backup/vault:Vault", {"name": "shared", "kmsKeyArn": laboratory.key["arn"]})
    away = {"name": "shared-2", "region": "us-west-2"}
    other = laboratory.once("other vault", "aws:backup/vault:Vault", away)
    return [
        {
            "ruleName": "daily",
            "targetVaultName": vault["name"],
            "schedule": "cron(0 3 * * ? *)",
            "enableContinuousBackup": True,
            "lifecycle": {"deleteAfter": days},
            "copyActions": [{"destinationVaultArn": other["arn"], "lifecycle": {"deleteAfter": days}}],
        }
    ]


def vault(laboratory: "Laboratory") -> str:
    return laboratory.make("aws:backup/vault:Vault", {"name": laboratory.unique("vault")})[0]


def plan(laboratory: "Laboratory") -> str:
    inputs = {"name": laboratory.unique("plan"), "rules": rules(laboratory, 35)}
    return laboratory.make("aws:backup/plan:Plan", inputs)[0]


def testing(laboratory: "Laboratory") -> Properties:
    return {
        "name": laboratory.unique("testing"),
        "scheduleExpression": "cron(0 5 1 * ? *)",
        "recoveryPointSelection": {
            "algorithm": "LATEST_WITHIN_WINDOW",
            "includeVaults": ["*"],
            "recoveryPointTypes": ["SNAPSHOT"],
            "selectionWindowDays": 7,
        },
    }


LIVES: dict[str, Life] = {
    "aws:backup/vault:Vault": Life(
        lambda laboratory: {
            "name": laboratory.unique("vault"),
            "kmsKeyArn": laboratory.key["arn"],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": laboratory.tags()},
        {"kmsKeyArn": "arn:other"},
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Life(
        lambda laboratory: {
            "backupVaultName": vault(laboratory),
            "minRetentionDays": 7,
            "maxRetentionDays": 90,
            "changeableForDays": 3,
        },
        replacement={"maxRetentionDays": 120},
    ),
    "aws:backup/vaultPolicy:VaultPolicy": Life(
        lambda laboratory: {"backupVaultName": vault(laboratory), "policy": policy("Deny")},
        lambda laboratory: {"policy": policy("Allow")},
        {"backupVaultName": "other"},
    ),
    "aws:backup/vaultNotifications:VaultNotifications": Life(
        lambda laboratory: {
            "backupVaultName": vault(laboratory),
            "snsTopicArn": laboratory.topic,
            "backupVaultEvents": ["BACKUP_JOB_FAILED"],
        },
        replacement={"backupVaultEvents": ["COPY_JOB_FAILED"]},
    ),
    "aws:backup/plan:Plan": Life(
        lambda laboratory: {
            "name": laboratory.unique("plan"),
            "rules": rules(laboratory, 35),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"rules": rules(laboratory, 60), "tags": laboratory.tags()},
        {"name": "other"},
    ),
    "aws:backup/selection:Selection": Life(
        lambda laboratory: {
            "name": laboratory.unique("selection"),
            "planId": plan(laboratory),
            "iamRoleArn": laboratory.role["arn"],
            "resources": ["arn:aws:s3:::bucket"],
        },
        replacement={"resources": ["arn:aws:s3:::other"]},
    ),
    "aws:backup/regionSettings:RegionSettings": Life(
        lambda laboratory: {"resourceTypeOptInPreference": {"S3": True, "EBS": False}},
        lambda laboratory: {"resourceTypeOptInPreference": {"S3": True, "EBS": True}},
    ),
    "aws:backup/globalSettings:GlobalSettings": Life(
        lambda laboratory: {"globalSettings": {"isCrossAccountBackupEnabled": "false"}},
        lambda laboratory: {"globalSettings": {"isCrossAccountBackupEnabled": "true"}},
    ),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": Life(
        testing, lambda laboratory: {"scheduleExpression": "cron(0 6 1 * ? *)"}, {"name": "other"}
    ),
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": Life(
        lambda laboratory: {
            "name": laboratory.unique("tested"),
            "restoreTestingPlanName": laboratory.make(
                "aws:backup/restoreTestingPlan:RestoreTestingPlan", testing(laboratory)
            )[0],
            "protectedResourceType": "S3",
            "iamRoleArn": laboratory.role["arn"],
            "protectedResourceArns": ["*"],
        },
        lambda laboratory: {"validationWindowHours": 2},
        {"protectedResourceType": "DynamoDB"},
    ),
    "aws:backup/framework:Framework": Life(
        lambda laboratory: {
            "name": laboratory.unique("framework"),
            "controls": [{"name": "BACKUP_RECOVERY_POINT_ENCRYPTED"}],
        },
        lambda laboratory: {"description": "Other"},
        {"name": "other"},
    ),
    "aws:backup/reportPlan:ReportPlan": Life(
        lambda laboratory: {
            "name": laboratory.unique("report"),
            "reportDeliveryChannel": {"s3BucketName": "reports"},
            "reportSetting": {"reportTemplate": "RESTORE_JOB_REPORT"},
        },
        lambda laboratory: {"description": "Other"},
        {"name": "other"},
    ),
}
