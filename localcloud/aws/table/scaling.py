"""How services grow and shrink with their load."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws import sdk
from localcloud.aws.cloud import Session
from localcloud.aws.model import Type, call, read
from localcloud.backend import Properties


def _put_capacity(session: Session, values: Properties) -> None:
    session.call(
        "put_cluster_capacity_providers",
        {
            "cluster": values["clusterName"],
            "capacityProviders": values.get("capacityProviders") or [],
            "defaultCapacityProviderStrategy": values.get("defaultCapacityProviderStrategies") or [],
        },
    )


def _scalable(values: Properties) -> list[str]:
    """The services whose targets are looked through: an id alone doesn't tell."""
    return [values["serviceNamespace"]] if values.get("serviceNamespace") else ["ecs", "dynamodb"]


def _read_scaling_target(session: Session, values: Properties) -> Properties | None:
    for service in _scalable(values):
        parameters: Properties = {"ServiceNamespace": service, "ResourceIds": [values["id"]]}
        for held in session.call("describe_scalable_targets", parameters)["ScalableTargets"]:
            found = sdk.from_answer(_TARGET, held)
            if values.get("scalableDimension") in (None, found["scalableDimension"]):
                return found
    return None


def _read_scaling_policy(session: Session, values: Properties) -> Properties | None:
    for service in _scalable(values):
        parameters: Properties = {"ServiceNamespace": service, "PolicyNames": [values["id"]]}
        for held in session.call("describe_scaling_policies", parameters)["ScalingPolicies"]:
            if held["PolicyName"] != values["id"] or values.get("resourceId") not in (None, held["ResourceId"]):
                continue
            found = sdk.from_answer(_POLICY, held)
            return found | {"name": held["PolicyName"], "arn": held["PolicyARN"]}
    return None


def _scaled(values: Properties) -> Properties:
    return {name: values[name] for name in ("serviceNamespace", "resourceId", "scalableDimension")}


def _deregister(session: Session, values: Properties) -> None:
    if _read_scaling_target(session, values) is not None:
        session.call("deregister_scalable_target", _scaled(values))


def _delete_scaling_policy(session: Session, values: Properties) -> None:
    if _read_scaling_policy(session, values) is not None:
        session.call("delete_scaling_policy", {"policyName": values["id"], **_scaled(values)})


_TARGET: Final = "aws:appautoscaling/target:Target"


_POLICY: Final = "aws:appautoscaling/policy:Policy"


SCALING: Final[Mapping[str, Type]] = {
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": Type(
        service="ecs",
        identity="{clusterName}",
        create=_put_capacity,
        create_again=True,
        takes=("capacityProviders", "clusterName", "defaultCapacityProviderStrategies"),
        reads=(
            read(
                "describe_clusters",
                "clusters[?status!='INACTIVE'] | [0].{clusterName: clusterName, capacityProviders: capacityProviders, "
                "defaultCapacityProviderStrategies: defaultCapacityProviderStrategy}",
                clusters=["{id}"],
            ),
        ),
        delete=(
            call(
                "put_cluster_capacity_providers",
                cluster="{id}",
                capacityProviders=[],
                defaultCapacityProviderStrategy=[],
            ),
        ),
        replaces=("clusterName",),
    ),
    _TARGET: Type(
        service="application-autoscaling",
        identity="{resourceId}",
        create=call(
            "register_scalable_target",
            ServiceNamespace="{serviceNamespace}",
            ResourceId="{resourceId}",
            ScalableDimension="{scalableDimension}",
            MinCapacity="{minCapacity}",
            MaxCapacity="{maxCapacity}",
            RoleARN="{roleArn}",
            SuspendedState="{suspendedState}",
        ),
        create_again=True,
        reads=(_read_scaling_target,),
        delete=(_deregister,),
        computed=("roleArn", "suspendedState"),
        beside=("tags",),
        replaces=("resourceId", "scalableDimension", "serviceNamespace"),
    ),
    _POLICY: Type(
        service="application-autoscaling",
        identity="{name}",
        create=call(
            "put_scaling_policy",
            PolicyName="{name}",
            PolicyType="{policyType}",
            ServiceNamespace="{serviceNamespace}",
            ResourceId="{resourceId}",
            ScalableDimension="{scalableDimension}",
            TargetTrackingScalingPolicyConfiguration="{targetTrackingScalingPolicyConfiguration}",
            StepScalingPolicyConfiguration="{stepScalingPolicyConfiguration}",
        ),
        create_again=True,
        reads=(_read_scaling_policy,),
        delete=(_delete_scaling_policy,),
        name="name",
        defaults={"policyType": "StepScaling"},
        replaces=("name", "resourceId", "scalableDimension", "serviceNamespace"),
        computed=("targetTrackingScalingPolicyConfiguration.disableScaleIn",),
    ),
}
