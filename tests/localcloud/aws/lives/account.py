"""Settings of the account and its regions."""

from localcloud.aws.cloud import ACCOUNT
from tests.localcloud.aws.lives.life import Life

LIVES: dict[str, Life] = {
    "aws:ebs/encryptionByDefault:EncryptionByDefault": Life(
        lambda laboratory: {"enabled": True},
        lambda laboratory: {"enabled": False},
        outlives_deletion=True,
    ),
    "aws:ebs/defaultKmsKey:DefaultKmsKey": Life(
        lambda laboratory: {"keyArn": laboratory.key["arn"]}, replacement={"keyArn": "arn:other"}
    ),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": Life(
        lambda laboratory: {"state": "block-all-sharing"}, lambda laboratory: {"state": "unblocked"}
    ),
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": Life(
        lambda laboratory: {"state": "block-new-sharing"}, lambda laboratory: {"state": "unblocked"}
    ),
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": Life(
        lambda laboratory: {"enabled": False}, lambda laboratory: {"enabled": True}
    ),
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": Life(
        lambda laboratory: {"httpTokens": "required", "httpPutResponseHopLimit": 1},
        lambda laboratory: {"httpPutResponseHopLimit": 2},
    ),
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": Life(
        lambda laboratory: {"internetGatewayBlockMode": "block-bidirectional"},
        lambda laboratory: {"internetGatewayBlockMode": "off"},
    ),
    "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion": Life(
        lambda laboratory: {"vpcId": laboratory.vpc, "internetGatewayExclusionMode": "allow-egress"},
        lambda laboratory: {"internetGatewayExclusionMode": "allow-bidirectional"},
        {"vpcId": "vpc-0"},
    ),
    "aws:ecs/accountSettingDefault:AccountSettingDefault": Life(
        lambda laboratory: {"name": "guardDutyActivate", "value": "on"},
        lambda laboratory: {"value": "off"},
        {"name": "other"},
    ),
    "aws:ssm/serviceSetting:ServiceSetting": Life(
        lambda laboratory: {
            "settingId": f"arn:aws:ssm:us-east-1:{ACCOUNT}:servicesetting/ssm/documents/console/public-sharing",
            "settingValue": "Disable",
        },
        lambda laboratory: {"settingValue": "Enable"},
    ),
    "aws:account/alternativeContact:AlternativeContact": Life(
        lambda laboratory: {
            "alternateContactType": "SECURITY",
            "name": "On call",
            "title": "On call",
            "emailAddress": "on-call@example.com",
            "phoneNumber": "+4900000",
        },
        lambda laboratory: {"emailAddress": "other@example.com"},
        {"alternateContactType": "OPERATIONS"},
    ),
    "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration": Life(
        lambda laboratory: {
            "resourceArn": laboratory.balancer,
            "zonalAutoshiftStatus": "ENABLED",
            "outcomeAlarms": [{"type": "CLOUDWATCH", "alarmIdentifier": "arn:alarm"}],
        },
        lambda laboratory: {"zonalAutoshiftStatus": "DISABLED"},
        {"resourceArn": "arn:other"},
    ),
}
