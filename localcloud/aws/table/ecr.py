"""ECR, the registry of images."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Read, Setting, Step, Tags, Type, call, read
from localcloud.backend import Properties

_REGISTRY: Final = {"registryId": "{account}"}


def _delete_repository(session: Session, values: Properties) -> None:
    session.call("delete_repository", {"repositoryName": values["id"], "force": bool(values.get("forceDelete"))})


def _companion(put: Step, question: Read, delete: Step, replaces: tuple[str, ...]) -> Type:
    """A part of a repository that has an operation of its own; its id is the repository's name."""
    return Type(
        service="ecr",
        identity="{repository}",
        create=put,
        create_again=True,
        reads=(question,),
        delete=(delete,),
        outputs={"repository": "{id}", **_REGISTRY},
        replaces=replaces,
    )


def _registry(**rest: Any) -> Type:
    """A setting of the registry of a region; its id is the account's."""
    return Type(service="ecr", identity="{account}", create_again=True, outputs=_REGISTRY, **rest)


ECR: Final[Mapping[str, Type]] = {
    "aws:ecr/repository:Repository": Type(
        service="ecr",
        identity="{name}",
        create=call(
            "create_repository",
            repositoryName="{name}",
            imageTagMutability="{imageTagMutability}",
            imageScanningConfiguration="{imageScanningConfiguration}",
            encryptionConfiguration="{encryptionConfigurations}",
            tags="{tagList}",
        ),
        reads=(
            read(
                "describe_repositories",
                "repositories[0].{name: repositoryName, arn: repositoryArn, registryId: registryId, "
                "repositoryUrl: repositoryUri, imageTagMutability: imageTagMutability, "
                "imageScanningConfiguration: imageScanningConfiguration, "
                "encryptionConfigurations: encryptionConfiguration}",
                repositoryNames=["{id}"],
            ),
        ),
        settings=(
            Setting(call("put_image_tag_mutability", repositoryName="{id}", imageTagMutability="{imageTagMutability}")),
            Setting(
                call(
                    "put_image_scanning_configuration",
                    repositoryName="{id}",
                    imageScanningConfiguration="{imageScanningConfiguration}",
                ),
                call(
                    "put_image_scanning_configuration",
                    repositoryName="{id}",
                    imageScanningConfiguration={"scanOnPush": False},
                ),
            ),
        ),
        delete=(_delete_repository,),
        tags=Tags(
            add=call("tag_resource", resourceArn="{arn}", tags="{tagList}"),
            remove=call("untag_resource", resourceArn="{arn}", tagKeys="{removedTags}"),
            read=read("list_tags_for_resource", "{tags: tags}", resourceArn="{arn}"),
        ),
        name="name",
        outputs={
            "arn": "arn:aws:ecr:{region}:{account}:repository/{name}",
            "repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
            **_REGISTRY,
        },
        defaults={"imageTagMutability": "MUTABLE"},
        computed=("encryptionConfigurations", "encryptionConfigurations.kmsKey", "imageScanningConfiguration"),
        replaces=("encryptionConfigurations", "name"),
        beside=("imageTagMutabilityExclusionFilters",),
        write_only=("forceDelete",),
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _companion(
        call("put_lifecycle_policy", repositoryName="{repository}", lifecyclePolicyText="{policy}"),
        read("get_lifecycle_policy", "{policy: lifecyclePolicyText}", repositoryName="{id}"),
        call("delete_lifecycle_policy", repositoryName="{id}"),
        ("policy", "repository"),
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _companion(
        call("set_repository_policy", repositoryName="{repository}", policyText="{policy}"),
        read("get_repository_policy", "{policy: policyText}", repositoryName="{id}"),
        call("delete_repository_policy", repositoryName="{id}"),
        ("repository",),
    ),
    "aws:ecr/registryPolicy:RegistryPolicy": _registry(
        create=call("put_registry_policy", policyText="{policy}"),
        reads=(read("get_registry_policy", "{policy: policyText}"),),
        delete=(call("delete_registry_policy"),),
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": _registry(
        create=call("put_registry_scanning_configuration", scanType="{scanType}", rules="{rules}"),
        reads=(
            read(
                "get_registry_scanning_configuration",
                "scanningConfiguration.{scanType: scanType, rules: rules}",
            ),
        ),
        delete=(call("put_registry_scanning_configuration", scanType="BASIC", rules=[]),),
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _registry(
        create=call("put_replication_configuration", replicationConfiguration="{replicationConfiguration}"),
        reads=(
            read(
                "describe_registry",
                "replicationConfiguration.rules && {replicationConfiguration: replicationConfiguration}",
            ),
        ),
        delete=(call("put_replication_configuration", replicationConfiguration={"rules": []}),),
    ),
    "aws:ecr/accountSetting:AccountSetting": Type(
        service="ecr", identity="{name}", create_again=True, replaces=("name",)
    ),
}
