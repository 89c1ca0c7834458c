"""What the account does unless told otherwise, in each region."""

import pytest


@pytest.mark.parametrize("name", ["account", "account-2"])
@pytest.mark.parametrize(
    ("type_", "setting", "value"),
    [
        ("aws:ebs/encryptionByDefault:EncryptionByDefault", "enabled", True),
        ("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "state", "block-all-sharing"),
        ("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", "state", "block-new-sharing"),
        ("aws:ec2/serialConsoleAccess:SerialConsoleAccess", "enabled", False),
        ("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", "httpTokens", "required"),
        ("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", "httpPutResponseHopLimit", 1),
        (
            "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
            "internetGatewayBlockMode",
            "block-ingress",
        ),
    ],
)
def test_a_default_is_the_safe_one_and_stays(stack, name, type_, setting, value):
    default = stack.of_type(type_)[name]

    assert default["inputs"][setting] == value
    assert default["protect"]


def test_the_internet_reaches_the_load_balancers_subnets_only(stack):
    exclusions = stack.of_type("aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion")
    public = {name for name in stack.of_type("aws:ec2/subnet:Subnet") if name.startswith("public-")}

    assert {r["inputs"]["subnetId"].split("/")[-1] for r in exclusions.values()} == public
    assert not any("vpcId" in r["inputs"] for r in exclusions.values())


def test_an_open_subnet_is_open_both_ways(stack):
    exclusions = stack.of_type("aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion").values()

    assert {r["inputs"]["internetGatewayExclusionMode"] for r in exclusions} == {"allow-bidirectional"}
