"""Logs, and what watches the account."""

from localcloud.backend import Properties
from tests.localcloud.aws.lives.life import Life


def selector(prefix: str) -> Properties:
    return {
        "name": "objects",
        "fieldSelectors": [
            {"field": "eventCategory", "equals": ["Data"]},
            {"field": "resources.type", "equals": ["AWS::S3::Object"]},
            {"field": "resources.ARN", "startsWiths": [prefix]},
        ],
    }


LIVES: dict[str, Life] = {
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
