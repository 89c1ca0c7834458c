"""What is declared twice, in both clouds and in Entra."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from policies.properties import UndeterminedError
from policies.resources import OF_NO_REGION, Resource, Stack, aws_region, identities
from policies.rulebook import ANY_TYPE, Findings, not_applicable, stack_rule

_OF_BUCKET: Final = (
    "BucketAcl",
    "BucketAclV2",
    "BucketLifecycleConfiguration",
    "BucketLifecycleConfigurationV2",
    "BucketObjectLockConfiguration",
    "BucketObjectLockConfigurationV2",
    "BucketOwnershipControls",
    "BucketPolicy",
    "BucketPublicAccessBlock",
    "BucketReplicationConfig",
    "BucketServerSideEncryptionConfiguration",
    "BucketServerSideEncryptionConfigurationV2",
    "BucketVersioning",
    "BucketVersioningV2",
)

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:appautoscaling/policy:Policy": ("resource_id", "name"),
    "aws:appautoscaling/target:Target": ("resource_id",),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": ("backup_vault_name",),
    "aws:cfg/deliveryChannel:DeliveryChannel": ("name",),
    "aws:cfg/recorder:Recorder": ("name",),
    "aws:cfg/recorderStatus:RecorderStatus": ("name",),
    "aws:cloudwatch/eventRule:EventRule": ("name",),
    "aws:cloudwatch/eventTarget:EventTarget": ("rule", "target_id"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("log_group_name", "name"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ("policy_name",),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("name",),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ("repository",),
    "aws:guardduty/detectorFeature:DetectorFeature": ("detector_id", "name"),
    "aws:iam/rolePolicy:RolePolicy": ("role", "name"),
    "aws:kms/keyPolicy:KeyPolicy": ("key_id",),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": ("firewall_arn",),
    **{f"aws:s3/{each[0].lower()}{each[1:]}:{each}": ("bucket",) for each in _OF_BUCKET},
    "aws:secretsmanager/secretRotation:SecretRotation": ("secret_id",),
    "aws:sns/topicPolicy:TopicPolicy": ("arn",),
    "aws:sqs/queuePolicy:QueuePolicy": ("queue_url",),
    "aws:wafv2/webAclAssociation:WebAclAssociation": ("resource_arn",),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ("resource_arn",),
}
"""What AWS writes over without a word, and by which properties it takes one for the other."""

_Identity = tuple[object, ...]


@stack_rule(ANY_TYPE)
def resource_is_declared_once(resource: Resource, stack: Stack) -> Findings:
    """Of two that are one in the cloud the last one stands: the rules see a good one, which is no longer there."""
    if not resource.is_of_cloud:
        not_applicable("it stands for nothing in a cloud")
    identity = _identity(resource, stack)
    if identity is None:
        not_applicable("the cloud gives it an identity of its own")
    for other in stack.derived(_by_identity)[identity]:
        if other.urn != resource.urn:
            yield f"{other.resource_name} is the same in the cloud: remove one of them, or set another name for it"


def _by_identity(stack: Stack) -> Mapping[_Identity, list[Resource]]:
    found: dict[_Identity, list[Resource]] = defaultdict(list)
    for resource in stack.resources:
        # One of which nobody can tell says so itself.
        with suppress(UndeterminedError):
            identity = _identity(resource, stack) if resource.is_of_cloud else None
            if identity is not None:
                found[identity].append(resource)
    return found


def _identity(resource: Resource, stack: Stack) -> _Identity | None:
    """By what the cloud knows it, as far as that is known."""
    kind = resource.resource_type
    region = None if kind.startswith(OF_NO_REGION) else aws_region(resource)
    if kind in _NAMES:
        return (kind, region, *(_known(resource, name, stack) for name in _NAMES[kind]))
    # Azure takes either case.
    return next(((kind, region, each.lower()) for each in identities(resource, "id")), None)


def _known(resource: Resource, name: str, stack: Stack) -> object:
    """The value, or what it will come from. Without a name of its own it is like no other: Pulumi gives it one."""
    try:
        return resource.get(name, None) or resource.urn
    except UndeterminedError:
        sources = stack.dependencies(resource, name)
        if not sources:
            raise
        return frozenset(each.urn for each in sources)
