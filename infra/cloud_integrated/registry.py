"""Registry: where the services' images are kept, and nobody can put another one in an image's place."""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import ecr

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.security_groups import SERVICES

KEPT_IMAGES: Final = 100
"""Images that a repository keeps; the oldest go first."""


class Registry(Room):
    """A repository a service, `urls` by service. Images are copied to the region `copied_to`, if there is one.

    A tag once given stays with its image; each image is scanned when it comes and again whenever a flaw becomes known.
    """

    def __init__(
        self,
        *,
        names: Names,
        images_key_arn: pulumi.Input[str],
        copied_to: str | None,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("registry", names=names, options=options)
        self.urls: Mapping[str, pulumi.Output[str]] = {
            service: self._repository(service, images_key_arn) for service in SERVICES
        }
        ecr.RegistryScanningConfiguration(
            names.logical("registry"),
            ecr.RegistryScanningConfigurationArgs(
                region=names.region,
                scan_type="ENHANCED",
                rules=[
                    ecr.RegistryScanningConfigurationRuleArgs(
                        scan_frequency="CONTINUOUS_SCAN",
                        repository_filters=[
                            ecr.RegistryScanningConfigurationRuleRepositoryFilterArgs(
                                filter="*", filter_type="WILDCARD"
                            )
                        ],
                    )
                ],
            ),
            opts=self.child(),
        )
        if copied_to is not None:
            self._copies(copied_to)
        self.register_outputs({})

    def _repository(self, service: str, key_arn: pulumi.Input[str]) -> pulumi.Output[str]:
        names = self.names
        repository = ecr.Repository(
            names.logical(service),
            ecr.RepositoryArgs(
                region=names.region,
                name=names.repository(service),
                image_tag_mutability="IMMUTABLE",
                image_scanning_configuration=ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
                encryption_configurations=[
                    ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=key_arn)
                ],
                force_delete=False,
                tags=names.tags(service),
            ),
            opts=self.child(),
        )
        ecr.LifecyclePolicy(
            names.logical(service),
            ecr.LifecyclePolicyArgs(
                region=names.region,
                repository=repository.name,
                policy=pulumi.Output.json_dumps(
                    {
                        "rules": [
                            {
                                "rulePriority": 1,
                                "description": f"Keep the newest {KEPT_IMAGES}",
                                "selection": {
                                    "tagStatus": "any",
                                    "countType": "imageCountMoreThan",
                                    "countNumber": KEPT_IMAGES,
                                },
                                "action": {"type": "expire"},
                            }
                        ]
                    }
                ),
            ),
            opts=self.child(),
        )
        return repository.repository_url

    def _copies(self, region: str) -> None:
        names = self.names
        ecr.ReplicationConfiguration(
            names.logical("registry"),
            ecr.ReplicationConfigurationArgs(
                region=names.region,
                replication_configuration=ecr.ReplicationConfigurationReplicationConfigurationArgs(
                    rules=[
                        ecr.ReplicationConfigurationReplicationConfigurationRuleArgs(
                            destinations=[
                                ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArgs(
                                    region=region, registry_id=names.account_id
                                )
                            ],
                            repository_filters=[
                                ecr.ReplicationConfigurationReplicationConfigurationRuleRepositoryFilterArgs(
                                    filter=names.repository(""), filter_type="PREFIX_MATCH"
                                )
                            ],
                        )
                    ]
                ),
            ),
            opts=self.child(),
        )
