"""What exists once in the account, or once in each of its regions: defaults, blocks and settings of services."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.ec2.models import ec2_backends

from localcloud.aws.cloud import ACCOUNT, Session
from localcloud.aws.model import Type, call, read
from localcloud.backend import UNKNOWN, Properties


def _one_of(name: str, *allowed: str) -> Callable[[Properties], str | None]:
    """The check that a property is one of the values that AWS takes."""

    def check(inputs: Properties) -> str | None:
        value = inputs.get(name)
        if value is None or value is UNKNOWN or value in allowed:
            return None
        return f"{name} must be one of {', '.join(allowed)}"

    return check


def _regional(**rest: Any) -> Type:
    """A setting of one region of the account that moto lacks; it is always there, and a resource takes it over."""
    return Type(service="ec2", identity="{region}", create_again=True, **rest)


def _set_encryption(session: Session, values: Properties) -> None:
    session.call(f"{'enable' if values['enabled'] else 'disable'}_ebs_encryption_by_default", {})


def _read_default_key(session: Session, values: Properties) -> Properties | None:
    held = ec2_backends[ACCOUNT][session.region].default_kms_key_id
    return {"keyArn": held} if held == values["id"] else None


def _reset_default_key(session: Session, values: Properties) -> None:
    if _read_default_key(session, values) is not None:
        ec2_backends[ACCOUNT][session.region].default_kms_key_id = ""


ACCOUNT_SETTINGS: Final[Mapping[str, Type]] = {
    "aws:ebs/encryptionByDefault:EncryptionByDefault": Type(
        service="ec2",
        identity="{region}",
        create=_set_encryption,
        create_again=True,
        takes=("enabled",),
        reads=(read("get_ebs_encryption_by_default", "{enabled: EbsEncryptionByDefault}"),),
        delete=(call("disable_ebs_encryption_by_default"),),
        defaults={"enabled": True},
    ),
    "aws:ebs/defaultKmsKey:DefaultKmsKey": Type(
        service="ec2",
        identity="{keyArn}",
        create=call("modify_ebs_default_kms_key_id", KmsKeyId="{keyArn}"),
        reads=(_read_default_key,),
        delete=(_reset_default_key,),
        replaces=("keyArn",),
    ),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": _regional(
        check=_one_of("state", "block-all-sharing", "block-new-sharing", "unblocked")
    ),
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": _regional(
        check=_one_of("state", "block-new-sharing", "unblocked")
    ),
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": _regional(defaults={"enabled": True}),
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": _regional(
        computed=("httpEndpoint", "httpPutResponseHopLimit", "httpTokens", "instanceMetadataTags"),
    ),
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": _regional(
        outputs={"awsAccountId": "{account}", "awsRegion": "{region}"},
        check=_one_of("internetGatewayBlockMode", "off", "block-bidirectional", "block-ingress"),
    ),
    "aws:ecs/accountSettingDefault:AccountSettingDefault": Type(
        service="ecs",
        identity="{name}",
        create_again=True,
        outputs={"principalArn": "arn:aws:iam::{account}:root"},
        replaces=("name",),
    ),
    "aws:ssm/serviceSetting:ServiceSetting": Type(
        service="ssm",
        identity="{settingId}",
        create_again=True,
        outputs={"arn": "{settingId}", "status": "Customized"},
    ),
    "aws:account/alternativeContact:AlternativeContact": Type(
        service="account",
        identity="{alternateContactType}",
        create_again=True,
        replaces=("accountId", "alternateContactType"),
        computed=("accountId",),
    ),
    "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion": Type(
        service="ec2",
        identity="vpcbpa-exclude-{random}",
        key=("vpcId", "subnetId"),
        outputs={"resourceArn": "arn:aws:ec2:{region}:{account}:vpc/{vpcId}"},
        replaces=("subnetId", "vpcId"),
        references={"vpcId": "aws:ec2/vpc:Vpc", "subnetId": "aws:ec2/subnet:Subnet"},
        check=_one_of("internetGatewayExclusionMode", "allow-bidirectional", "allow-egress"),
    ),
    "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration": Type(
        service="arc-zonal-shift",
        identity="{resourceArn}",
        replaces=("resourceArn",),
    ),
}
