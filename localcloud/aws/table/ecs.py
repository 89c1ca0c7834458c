"""ECS: clusters, tasks and services."""

import json
from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import RefusedError, Session
from localcloud.aws.model import Setting, Tags, Type, call, read
from localcloud.backend import Properties

_ECS_TAGS: Final = Tags(
    add=call("tag_resource", resourceArn="{arn}", tags="{tagListLower}"),
    remove=call("untag_resource", resourceArn="{arn}", tagKeys="{removedTags}"),
)


def _register_task(session: Session, values: Properties) -> dict[str, Any]:
    parameters = {name: values[name] for name in _TASK if values.get(name) is not None}
    parameters["containerDefinitions"] = json.loads(values["containerDefinitions"])
    if values.get("tagListLower"):
        parameters["tags"] = values["tagListLower"]
    return session.call("register_task_definition", parameters)


_TASK: Final = (
    "cpu",
    "ephemeralStorage",
    "executionRoleArn",
    "family",
    "ipcMode",
    "memory",
    "networkMode",
    "pidMode",
    "placementConstraints",
    "requiresCompatibilities",
    "runtimePlatform",
    "taskRoleArn",
    "volumes",
)


def _read_task(session: Session, values: Properties) -> Properties | None:
    revisions = session.ask(
        "list_task_definitions", "taskDefinitionArns", familyPrefix=values["id"], status="ACTIVE", sort="DESC"
    )
    if not revisions:
        return None
    answer = session.call("describe_task_definition", {"taskDefinition": revisions[0], "include": ["TAGS"]})
    task = answer["taskDefinition"]
    found: Properties = {name: task[name] for name in (*_TASK, "revision") if task.get(name)}
    found["volumes"] = [
        # What the SDK leaves out ECS answers with empty structures.
        {name: value for name, value in volume.items() if value not in (None, {}, [], "")}
        for volume in task.get("volumes", [])
    ]
    for volume in found["volumes"]:
        if "host" in volume:
            host = volume.pop("host")
            if host.get("sourcePath"):
                volume["hostPath"] = host["sourcePath"]
    if not found["volumes"]:
        del found["volumes"]
    arn = task["taskDefinitionArn"]
    found |= {
        "arn": arn,
        "arnWithoutRevision": arn.rpartition(":")[0],
        "containerDefinitions": json.dumps(task["containerDefinitions"], default=str),
        "tags": {tag["key"]: tag["value"] for tag in answer.get("tags", [])},
    }
    return found


def _essence(containers: str) -> str:
    """Containers without what ECS fills in."""
    return json.dumps(
        [
            {
                name: _without_defaults(name, value)
                for name, value in container.items()
                if value not in (None, 0, "", [], {}) and (name, value) != ("essential", True)
            }
            for container in json.loads(containers)
        ]
    )


def _without_defaults(name: str, value: Any) -> Any:
    if name == "portMappings":
        return [
            {"hostPort": mapping.get("containerPort")} | {key: each for key, each in mapping.items() if each != "tcp"}
            for mapping in value
        ]
    if name == "mountPoints":
        return [{key: each for key, each in point.items() if each is not False} for point in value]
    if name == "environment":
        return sorted(value, key=lambda entry: entry["name"])
    return value


def _delete_task(session: Session, values: Properties) -> None:
    if _read_task(session, values) is not None:
        session.call("deregister_task_definition", {"taskDefinition": values["arn"]})


def _cluster_name(values: Properties) -> str:
    return values["id"].split("/")[1]


def _create_service(session: Session, values: Properties) -> dict[str, Any]:
    cluster = values.get("cluster", "default")
    path = "services[?status=='ACTIVE'].serviceArn"
    # moto would put the new service in the place of the old one.
    if session.ask("describe_services", path, cluster=cluster, services=[values["name"]]):
        raise RefusedError("CreateService", "InvalidParameterException", f"the service {values['name']} exists")
    _refuse_idle_target_groups(session, values)
    parameters = _service_parameters(values) | {
        name: values[name]
        for name in ("launchType", "schedulingStrategy", "propagateTags", "serviceRegistries", "deploymentController")
        if values.get(name)
    }
    parameters |= {"serviceName": values["name"], "cluster": cluster}
    if values.get("tagListLower"):
        parameters["tags"] = values["tagListLower"]
    return session.call("create_service", parameters)


def _refuse_idle_target_groups(session: Session, values: Properties) -> None:
    """ECS refuses a target group that no listener forwards to; moto doesn't look."""
    balancing = session.of("elbv2")
    for each in values.get("loadBalancers") or []:
        arn = each.get("targetGroupArn")
        if arn and not balancing.ask(
            "describe_target_groups", "TargetGroups[0].LoadBalancerArns", TargetGroupArns=[arn]
        ):
            raise RefusedError(
                "CreateService",
                "InvalidParameterException",
                f"the target group {arn.split('/')[1]} does not have an associated load balancer",
            )


def _service_parameters(values: Properties) -> Properties:
    parameters: Properties = {
        name: values[name]
        for name in ("desiredCount", "loadBalancers", "platformVersion", "taskDefinition")
        if values.get(name) is not None
    }
    network = values.get("networkConfiguration")
    if network:
        parameters["networkConfiguration"] = {
            "awsvpcConfiguration": {
                "subnets": network["subnets"],
                "securityGroups": network.get("securityGroups", []),
                "assignPublicIp": "ENABLED" if network.get("assignPublicIp") else "DISABLED",
            }
        }
    return parameters


def _update_service(session: Session, values: Properties) -> None:
    parameters = _service_parameters(values) | {"cluster": _cluster_name(values), "service": values["id"]}
    session.call("update_service", parameters)


def _read_service(session: Session, values: Properties) -> Properties | None:
    path = "services[?status=='ACTIVE'] | [0]"
    parameters = {"cluster": _cluster_name(values), "services": [values["id"]], "include": ["TAGS"]}
    service = session.ask("describe_services", path, **parameters)
    if not service:
        return None
    found: Properties = {
        "name": service["serviceName"],
        "cluster": service["clusterArn"],
        **{
            name: service[name]
            for name in (
                "desiredCount",
                "launchType",
                "loadBalancers",
                "platformVersion",
                "propagateTags",
                "schedulingStrategy",
                "serviceRegistries",
                "taskDefinition",
            )
            if service.get(name) not in (None, [], "")
        },
        "arn": service["serviceArn"],
        "tags": {tag["key"]: tag["value"] for tag in service.get("tags", [])},
    }
    wanted = values.get("cluster")
    if wanted == _cluster_name(values):
        found["cluster"] = wanted
    network = next(
        (each["networkConfiguration"] for each in service.get("deployments", []) if each.get("networkConfiguration")),
        service.get("networkConfiguration"),
    )
    if network:
        vpc = network["awsvpcConfiguration"]
        found["networkConfiguration"] = {
            "subnets": vpc["subnets"],
            "securityGroups": vpc.get("securityGroups", []),
            "assignPublicIp": vpc.get("assignPublicIp") == "ENABLED",
        }
    return found


def _services(session: Session) -> list[str]:
    clusters = session.ask("list_clusters", "clusterArns")
    return [arn for cluster in clusters for arn in session.ask("list_services", "serviceArns", cluster=cluster)]


def _delete_service(session: Session, values: Properties) -> None:
    session.call("delete_service", {"cluster": _cluster_name(values), "service": values["id"], "force": True})


ECS: Final[Mapping[str, Type]] = {
    "aws:ecs/cluster:Cluster": Type(
        service="ecs",
        identity="arn:aws:ecs:{region}:{account}:cluster/{name}",
        create=call("create_cluster", clusterName="{name}", tags="{tagListLower}"),
        reads=(
            read(
                "describe_clusters",
                "clusters[?status!='INACTIVE'] | [0].{name: clusterName, arn: clusterArn, settings: settings, "
                "configuration: configuration, serviceConnectDefaults: serviceConnectDefaults, tags: tags}",
                clusters=["{id}"],
                include=["TAGS", "SETTINGS", "CONFIGURATIONS"],
            ),
        ),
        settings=(
            Setting(
                call(
                    "update_cluster",
                    cluster="{id}",
                    settings="{settings}",
                    configuration="{configuration}",
                    serviceConnectDefaults="{serviceConnectDefaults}",
                )
            ),
        ),
        delete=(call("delete_cluster", cluster="{id}"),),
        tags=_ECS_TAGS,
        name="name",
        outputs={"arn": "arn:aws:ecs:{region}:{account}:cluster/{name}"},
        computed=("settings",),
        replaces=("name",),
    ),
    "aws:ecs/taskDefinition:TaskDefinition": Type(
        service="ecs",
        identity="{family}",
        create=_register_task,
        takes=(*_TASK, "containerDefinitions"),
        reads=(_read_task,),
        delete=(_delete_task,),
        tags=_ECS_TAGS,
        outputs={"arnWithoutRevision": "arn:aws:ecs:{region}:{account}:task-definition/{family}"},
        defaults={"skipDestroy": False, "trackLatest": False},
        computed=("networkMode",),
        replaces=(*_TASK, "containerDefinitions", "enableFaultInjection", "proxyConfiguration"),
        beside=("enableFaultInjection", "proxyConfiguration"),
        normal={"containerDefinitions": _essence},
        write_only=("skipDestroy", "trackLatest"),
    ),
    "aws:ecs/service:Service": Type(
        service="ecs",
        identity="service.serviceArn",
        create=_create_service,
        takes=(
            "cluster",
            "deploymentController",
            "launchType",
            "name",
            "propagateTags",
            "schedulingStrategy",
            "serviceRegistries",
        ),
        reads=(_read_service,),
        settings=(
            Setting(
                _update_service,
                properties=(
                    "desiredCount",
                    "loadBalancers",
                    "networkConfiguration",
                    "platformVersion",
                    "taskDefinition",
                ),
            ),
        ),
        delete=(_delete_service,),
        tags=_ECS_TAGS,
        name="name",
        key=("name", "cluster"),
        listing=_services,
        defaults={
            "deploymentMaximumPercent": 200,
            "deploymentMinimumHealthyPercent": 100,
            "enableEcsManagedTags": False,
            "enableExecuteCommand": False,
            "schedulingStrategy": "REPLICA",
            "waitForSteadyState": False,
        },
        computed=(
            "availabilityZoneRebalancing",
            "cluster",
            "deploymentConfiguration",
            "launchType",
            "platformVersion",
            "propagateTags",
        ),
        replaces=("cluster", "deploymentController.type", "launchType", "name", "schedulingStrategy"),
        beside=(
            "alarms",
            "availabilityZoneRebalancing",
            "capacityProviderStrategies",
            "deploymentCircuitBreaker",
            "deploymentConfiguration",
            "deploymentMaximumPercent",
            "deploymentMinimumHealthyPercent",
            "enableEcsManagedTags",
            "enableExecuteCommand",
            "healthCheckGracePeriodSeconds",
            "orderedPlacementStrategies",
            "placementConstraints",
            "serviceConnectConfiguration",
            "sigintRollback",
            "volumeConfiguration",
        ),
        write_only=("forceDelete", "forceNewDeployment", "triggers", "waitForSteadyState"),
    ),
}
