"""What the account does with machines, disks and networks unless told otherwise, in one region.

No room makes a machine. These defaults hold for whatever somebody makes beside the program.
"""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ebs, ec2

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room


class Ec2Defaults(Room):
    """Disks are encrypted, images and snapshots are never shared, machines have no serial console and no old metadata.

    No network of the region is reached from the internet but through the subnets `open_subnet_ids`, by zone (VPC User
    Guide, "Block public access to VPCs and subnets"). What goes out by NAT gateways goes on; whether it does behind a
    Network Firewall as well the guide leaves open ("VPC BPA basics"): docs/real-clouds.md says where to look.
    """

    def __init__(
        self, *, names: Names, open_subnet_ids: Mapping[str, pulumi.Input[str]], options: pulumi.ResourceOptions
    ) -> None:
        super().__init__("ec2-defaults", names=names, options=options)
        name, region, kept = names.logical("account"), names.region, self.child(protect=True)
        ebs.EncryptionByDefault(name, ebs.EncryptionByDefaultArgs(region=region, enabled=True), opts=kept)
        ebs.SnapshotBlockPublicAccess(
            name, ebs.SnapshotBlockPublicAccessArgs(region=region, state="block-all-sharing"), opts=kept
        )
        ec2.ImageBlockPublicAccess(
            name, ec2.ImageBlockPublicAccessArgs(region=region, state="block-new-sharing"), opts=kept
        )
        ec2.SerialConsoleAccess(name, ec2.SerialConsoleAccessArgs(region=region, enabled=False), opts=kept)
        ec2.InstanceMetadataDefaults(
            name,
            ec2.InstanceMetadataDefaultsArgs(
                region=region,
                http_endpoint="enabled",
                http_tokens="required",
                http_put_response_hop_limit=1,
                instance_metadata_tags="disabled",
            ),
            opts=kept,
        )
        # The exclusions come first: the other way round, whoever is in would be cut off for a while.
        exclusions = [
            ec2.VpcBlockPublicAccessExclusion(
                names.logical(f"public-{zone}"),
                ec2.VpcBlockPublicAccessExclusionArgs(
                    region=region,
                    subnet_id=subnet_id,
                    internet_gateway_exclusion_mode="allow-bidirectional",
                    tags=names.tags(f"public-{zone}"),
                ),
                opts=self.child(),
            )
            for zone, subnet_id in open_subnet_ids.items()
        ]
        ec2.VpcBlockPublicAccessOptions(
            name,
            ec2.VpcBlockPublicAccessOptionsArgs(region=region, internet_gateway_block_mode="block-ingress"),
            opts=self.child(protect=True, depends_on=exclusions),
        )
        self.register_outputs({})
