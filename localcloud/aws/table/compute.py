"""ECS, load balancers, certificates and DNS records."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from moto.route53.models import route53_backends

from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.model import Question, Setting, Tags, Type, call, read
from localcloud.backend import UNKNOWN, Properties, RejectedError

_ECS_TAGS: Final = Tags(
    add=call("tag_resource", resourceArn="{arn}", tags="{tagListLower}"),
    remove=call("untag_resource", resourceArn="{arn}", tagKeys="{removedTags}"),
)

_ELB_TAGS: Final = Tags(
    add=call("add_tags", ResourceArns=["{id}"], Tags="{tagList}"),
    remove=call("remove_tags", ResourceArns=["{id}"], TagKeys="{removedTags}"),
    read=read("describe_tags", "{tags: TagDescriptions[0].Tags}", ResourceArns=["{id}"]),
)

_BALANCER_ATTRIBUTES: Final = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dnsRecordClientRoutingPolicy": "dns_record.client_routing_policy",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "enableZonalShift": "zonal_shift.config.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
}

_BALANCER_LOGS: Final = {"accessLogs": "access_logs.s3", "connectionLogs": "connection_logs.s3"}

_GROUP_ATTRIBUTES: Final = {
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "slowStart": "slow_start.duration_seconds",
}

_HEALTH_CHECK: Final = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}


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


def _refuse_twin(session: Session, created: str, operation: str, path: str, name: str) -> None:
    """Elastic Load Balancing gives the owner what exists already; the provider looks first."""
    if name in session.ask(operation, path):
        raise RefusedError(created, "AlreadyExists", f"{name} exists")


def _create_balancer(session: Session, values: Properties) -> dict[str, Any]:
    path = "LoadBalancers[].LoadBalancerName"
    _refuse_twin(session, "CreateLoadBalancer", "describe_load_balancers", path, values["name"])
    parameters: Properties = {
        "Name": values["name"],
        "Scheme": "internal" if values.get("internal") else "internet-facing",
        "Type": values["loadBalancerType"],
        "Subnets": values.get("subnets"),
        "SubnetMappings": values.get("subnetMappings"),
        "SecurityGroups": values.get("securityGroups"),
        "IpAddressType": values.get("ipAddressType"),
        "Tags": values.get("tagList"),
    }
    return session.call("create_load_balancer", {name: value for name, value in parameters.items() if value})


def _balancer_attributes(session: Session, values: Properties) -> Properties:
    held = dict(
        session.ask("describe_load_balancer_attributes", "Attributes[].[Key, Value]", LoadBalancerArn=values["id"])
    )
    found: Properties = {name: held[key] for name, key in _BALANCER_ATTRIBUTES.items() if key in held}
    found = {name: value == "true" if value in ("true", "false") else value for name, value in found.items()}
    for name, key in _BALANCER_LOGS.items():
        if held.get(f"{key}.bucket"):
            found[name] = {
                "bucket": held[f"{key}.bucket"],
                "enabled": held.get(f"{key}.enabled") == "true",
                "prefix": held.get(f"{key}.prefix", ""),
            }
    for name in ("clientKeepAlive", "idleTimeout"):
        if name in found:
            found[name] = int(found[name])
    return found


def _set_balancer_attributes(session: Session, values: Properties) -> None:
    pairs = {key: values[name] for name, key in _BALANCER_ATTRIBUTES.items() if values.get(name) is not None}
    if values["loadBalancerType"] != "application":
        pairs = {key: value for key, value in pairs.items() if "http" not in key and "client_keep" not in key}
    else:
        # An application load balancer always balances over the zones; the DNS policy is a network load balancer's.
        pairs.pop("load_balancing.cross_zone.enabled", None)
        pairs.pop("dns_record.client_routing_policy", None)
    for name, key in _BALANCER_LOGS.items():
        logs = values.get(name) or {}
        pairs[f"{key}.enabled"] = bool(logs) and logs.get("enabled", True)
        pairs |= {f"{key}.bucket": logs.get("bucket", ""), f"{key}.prefix": logs.get("prefix", "")}
    session.call(
        "modify_load_balancer_attributes",
        {"LoadBalancerArn": values["id"], "Attributes": [{"Key": key, "Value": pairs[key]} for key in sorted(pairs)]},
    )


def _create_target_group(session: Session, values: Properties) -> dict[str, Any]:
    path = "TargetGroups[].TargetGroupName"
    _refuse_twin(session, "CreateTargetGroup", "describe_target_groups", path, values["name"])
    parameters: Properties = {
        "Name": values["name"],
        "Port": values.get("port"),
        "Protocol": values.get("protocol"),
        "ProtocolVersion": values.get("protocolVersion"),
        "TargetType": values["targetType"],
        "VpcId": values.get("vpcId"),
        "Tags": values.get("tagList"),
        **_health_check_parameters(values),
    }
    return session.call("create_target_group", {name: value for name, value in parameters.items() if value is not None})


def _health_check_parameters(values: Properties) -> Properties:
    wanted = values.get("healthCheck") or {}
    parameters = {_HEALTH_CHECK[name]: wanted[name] for name in _HEALTH_CHECK if wanted.get(name) is not None}
    return parameters | ({"Matcher": {"HttpCode": wanted["matcher"]}} if wanted.get("matcher") else {})


def _change_health_check(session: Session, values: Properties) -> None:
    session.call("modify_target_group", {"TargetGroupArn": values["id"], **_health_check_parameters(values)})


def _read_target_group(session: Session, values: Properties) -> Properties | None:
    group = session.ask("describe_target_groups", "TargetGroups[0]", TargetGroupArns=[values["id"]])
    if not group:
        return None
    check: Properties = {name: group[key] for name, key in _HEALTH_CHECK.items() if group.get(key) is not None}
    if group.get("Matcher", {}).get("HttpCode"):
        check["matcher"] = group["Matcher"]["HttpCode"]
    held = dict(
        session.ask("describe_target_group_attributes", "Attributes[].[Key, Value]", TargetGroupArn=values["id"])
    )
    attributes: Properties = {name: held[key] for name, key in _GROUP_ATTRIBUTES.items() if key in held}
    for name in ("deregistrationDelay", "slowStart"):
        if name in attributes:
            attributes[name] = int(attributes[name])
    return {
        "name": group["TargetGroupName"],
        "port": group.get("Port"),
        "protocol": group.get("Protocol"),
        "protocolVersion": group.get("ProtocolVersion"),
        "targetType": group.get("TargetType", "instance"),
        "vpcId": group.get("VpcId"),
        "arn": group["TargetGroupArn"],
        "arnSuffix": group["TargetGroupArn"].rpartition(":")[2],
        "healthCheck": check,
        **attributes,
    }


def _set_group_attributes(session: Session, values: Properties) -> None:
    pairs = {key: values[name] for name, key in _GROUP_ATTRIBUTES.items() if values.get(name) is not None}
    session.call(
        "modify_target_group_attributes",
        {"TargetGroupArn": values["id"], "Attributes": [{"Key": key, "Value": pairs[key]} for key in sorted(pairs)]},
    )


def _listener_parameters(values: Properties) -> Properties:
    parameters: Properties = {
        "Port": values.get("port"),
        "Protocol": values.get("protocol"),
        "SslPolicy": values.get("sslPolicy"),
        "AlpnPolicy": [values["alpnPolicy"]] if values.get("alpnPolicy") else None,
        "Certificates": [{"CertificateArn": values["certificateArn"]}] if values.get("certificateArn") else None,
        "DefaultActions": [_action_parameters(action) for action in values["defaultActions"]],
    }
    return {name: value for name, value in parameters.items() if value is not None}


_ACTION: Final = {"fixedResponse": "FixedResponseConfig", "forward": "ForwardConfig", "redirect": "RedirectConfig"}


def _action_parameters(action: Properties) -> Properties:
    parameters: Properties = {"Type": action["type"]}
    for name in ("targetGroupArn", "order"):
        if action.get(name) is not None:
            parameters[name] = action[name]
    for name, spelled in _ACTION.items():
        if action.get(name):
            parameters[spelled] = dict(action[name])
    if "ForwardConfig" in parameters:
        parameters["ForwardConfig"]["targetGroups"] = [
            {"TargetGroupArn": group["arn"], **({"Weight": group["weight"]} if "weight" in group else {})}
            for group in parameters["ForwardConfig"].pop("targetGroups")
        ]
    return parameters


def _create_listener(session: Session, values: Properties) -> dict[str, Any]:
    parameters = _listener_parameters(values) | {"LoadBalancerArn": values["loadBalancerArn"]}
    return session.call("create_listener", parameters | ({"Tags": tags} if (tags := values.get("tagList")) else {}))


def _change_listener(session: Session, values: Properties) -> None:
    session.call("modify_listener", _listener_parameters(values) | {"ListenerArn": values["id"]})


def _read_listener(session: Session, values: Properties) -> Properties | None:
    listener = session.ask("describe_listeners", "Listeners[0]", ListenerArns=[values["id"]])
    if not listener:
        return None
    found: Properties = {
        "arn": listener["ListenerArn"],
        "loadBalancerArn": listener["LoadBalancerArn"],
        "port": listener.get("Port"),
        "protocol": listener.get("Protocol"),
        "sslPolicy": listener.get("SslPolicy") or None,
        "certificateArn": next((each["CertificateArn"] for each in listener.get("Certificates", [])), None),
        "alpnPolicy": next(iter(listener.get("AlpnPolicy", [])), None),
        "defaultActions": [_action_properties(action) for action in listener.get("DefaultActions", [])],
    }
    return {name: value for name, value in found.items() if value is not None}


def _listeners(session: Session) -> list[str]:
    balancers = session.ask("describe_load_balancers", "LoadBalancers[].LoadBalancerArn")
    return [
        arn
        for balancer in balancers
        for arn in session.ask("describe_listeners", "Listeners[].ListenerArn", LoadBalancerArn=balancer)
    ]


def _action_properties(action: Properties) -> Properties:
    found: Properties = {"type": action["Type"]}
    if action.get("TargetGroupArn"):
        found["targetGroupArn"] = action["TargetGroupArn"]
    if action.get("Order") and action["Order"] != 1:
        found["order"] = action["Order"]
    for name, spelled in _ACTION.items():
        held = action.get(spelled)
        if held and not (name == "forward" and "targetGroupArn" in found):
            found[name] = {key[0].lower() + key[1:]: value for key, value in held.items()}
    if "forward" in found:
        found["forward"]["targetGroups"] = [
            {"arn": group["TargetGroupArn"], **({"weight": group["Weight"]} if "Weight" in group else {})}
            for group in found["forward"]["targetGroups"]
        ]
    return found


def _read_certificate(session: Session, values: Properties) -> Properties | None:
    certificate = session.ask("describe_certificate", "Certificate", CertificateArn=values["id"])
    if not certificate:
        return None
    options = [
        {
            "domainName": option["DomainName"],
            "resourceRecordName": option.get("ResourceRecord", {}).get("Name"),
            "resourceRecordType": option.get("ResourceRecord", {}).get("Type"),
            "resourceRecordValue": option.get("ResourceRecord", {}).get("Value"),
        }
        for option in certificate.get("DomainValidationOptions", [])
    ]
    method = next((each.get("ValidationMethod") for each in certificate.get("DomainValidationOptions", [])), None)
    return {
        "arn": certificate["CertificateArn"],
        "domainName": certificate["DomainName"],
        "status": certificate["Status"],
        "subjectAlternativeNames": certificate.get("SubjectAlternativeNames", []),
        "type": certificate.get("Type"),
        "validationMethod": method,
        "domainValidationOptions": options,
    }


def _certificate_problem(session: Session, values: Properties) -> Properties:
    """A certificate is issued only once its record is in the zone: a real validation would wait in vain."""
    wanted = session.ask(
        "describe_certificate",
        "Certificate.DomainValidationOptions[].ResourceRecord.Name",
        CertificateArn=values["certificateArn"],
    )
    zones = session.of("route53")
    held = {
        record
        for zone in zones.ask("list_hosted_zones", "HostedZones[].Id")
        for record in zones.ask("list_resource_record_sets", "ResourceRecordSets[].Name", HostedZoneId=zone)
    }
    for name in wanted or []:
        if name.rstrip(".") + "." not in held:
            raise RejectedError(f"The certificate can't be validated: no hosted zone has the record {name}.")
    return {}


def _record_id(values: Properties) -> str | None:
    parts = [values.get(name) for name in ("zoneId", "name", "type", "setIdentifier")]
    return None if UNKNOWN in parts else "_".join(str(part).rstrip(".") for part in parts if part is not None)


def _record_set(values: Properties) -> Properties:
    record: Properties = {"Name": values["name"], "Type": values["type"]}
    if values.get("aliases"):
        alias = values["aliases"][0]
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        record |= {"TTL": values.get("ttl"), "ResourceRecords": [{"Value": each} for each in values.get("records", [])]}
    if values.get("setIdentifier"):
        record["SetIdentifier"] = values["setIdentifier"]
    return {name: value for name, value in record.items() if value is not None}


def _change_record(action: str, session: Session, values: Properties) -> None:
    _hosted_zone(session, values["zoneId"], values["name"])
    change = {"Action": action, "ResourceRecordSet": _record_set(values)}
    session.call(
        "change_resource_record_sets", {"HostedZoneId": values["zoneId"], "ChangeBatch": {"Changes": [change]}}
    )


def _create_record(session: Session, values: Properties) -> None:
    _hosted_zone(session, values["zoneId"], values["name"])
    # Asked here, for moto's own answer to CREATE goes by its journal, and a record that is gone can't be made again.
    exists = _read_record(session, values | {"id": _record_id(values)}) is not None
    if exists and not values.get("allowOverwrite"):
        reason = f"the record {values['name']} of type {values['type']} already exists"
        raise RefusedError("ChangeResourceRecordSets", "InvalidChangeBatch", reason)
    _change_record("UPSERT", session, values)


def _update_record(session: Session, values: Properties) -> None:
    _change_record("UPSERT", session, values)


def _delete_record(session: Session, values: Properties) -> None:
    if _read_record(session, values) is not None:
        _change_record("DELETE", session, values)


def _hosted_zone(session: Session, identity: str, name: str) -> None:
    """The zone of the portal's domain is made outside every stack; here it is there when it is first used."""
    zones = route53_backends[ACCOUNT]["aws"].zones
    if identity in zones:
        return
    domain = ".".join(name.rstrip(".").split(".")[-2:])
    made = session.call("create_hosted_zone", {"Name": domain, "CallerReference": identity})
    zone = zones.pop(made["HostedZone"]["Id"].rpartition("/")[2])
    zone.resource_id = identity
    zones[identity] = zone


def _read_record(session: Session, values: Properties) -> Properties | None:
    zone = values.get("zoneId") or values["id"].split("_")[0]
    records = session.ask("list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone)
    for record in records or []:
        found: Properties = {
            "zoneId": zone,
            "name": record["Name"].rstrip("."),
            "type": record["Type"],
            "setIdentifier": record.get("SetIdentifier"),
            "ttl": record.get("TTL"),
            "records": [each["Value"] for each in record.get("ResourceRecords", [])] or None,
        }
        if record.get("AliasTarget"):
            target = record["AliasTarget"]
            found |= {
                "aliases": [
                    {
                        "name": target["DNSName"].rstrip("."),
                        "zoneId": target["HostedZoneId"],
                        "evaluateTargetHealth": target["EvaluateTargetHealth"],
                    }
                ],
                "ttl": None,
            }
        if _record_id(found) == values["id"]:
            found["fqdn"] = found["name"]
            return {name: value for name, value in found.items() if value is not None}
    return None


_BALANCER: Final = read(
    "describe_load_balancers",
    "LoadBalancers[0].{name: LoadBalancerName, arn: LoadBalancerArn, dnsName: DNSName, "
    "zoneId: CanonicalHostedZoneId, vpcId: VpcId, loadBalancerType: Type, ipAddressType: IpAddressType, "
    "securityGroups: SecurityGroups, internal: Scheme=='internal', subnets: AvailabilityZones[].SubnetId}",
    LoadBalancerArns=["{id}"],
)


def _balancer_suffix(_session: Session, values: Properties) -> Properties:
    return {"arnSuffix": re.sub(r"^.*:loadbalancer/", "", values["id"])}


_BALANCER_QUESTIONS: Final[tuple[Question, ...]] = (_BALANCER, _balancer_attributes, _balancer_suffix)

COMPUTE: Final[Mapping[str, Type]] = {
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
        computed=("availabilityZoneRebalancing", "cluster", "launchType", "platformVersion", "propagateTags"),
        replaces=("cluster", "deploymentController.type", "launchType", "name", "schedulingStrategy"),
        beside=(
            "alarms",
            "availabilityZoneRebalancing",
            "deploymentCircuitBreaker",
            "deploymentConfiguration",
            "deploymentMaximumPercent",
            "deploymentMinimumHealthyPercent",
            "enableEcsManagedTags",
            "enableExecuteCommand",
            "healthCheckGracePeriodSeconds",
            "orderedPlacementStrategies",
            "placementConstraints",
        ),
        write_only=("forceDelete", "forceNewDeployment", "triggers", "waitForSteadyState"),
    ),
    "aws:lb/loadBalancer:LoadBalancer": Type(
        service="elbv2",
        identity="LoadBalancers[0].LoadBalancerArn",
        create=_create_balancer,
        takes=("internal", "ipAddressType", "loadBalancerType", "name", "securityGroups", "subnetMappings", "subnets"),
        reads=_BALANCER_QUESTIONS,
        settings=(
            Setting(_set_balancer_attributes, properties=(*_BALANCER_ATTRIBUTES, *_BALANCER_LOGS)),
            Setting(call("set_security_groups", LoadBalancerArn="{id}", SecurityGroups="{securityGroups}")),
            Setting(call("set_subnets", LoadBalancerArn="{id}", Subnets="{subnets}")),
            Setting(call("set_ip_address_type", LoadBalancerArn="{id}", IpAddressType="{ipAddressType}")),
        ),
        delete=(call("delete_load_balancer", LoadBalancerArn="{id}"),),
        tags=_ELB_TAGS,
        name="name",
        listing=read("describe_load_balancers", "LoadBalancers[].LoadBalancerArn"),
        defaults={
            "clientKeepAlive": 3600,
            "desyncMitigationMode": "defensive",
            "dnsRecordClientRoutingPolicy": "any_availability_zone",
            "dropInvalidHeaderFields": False,
            "enableDeletionProtection": False,
            "enableHttp2": True,
            "enableTlsVersionAndCipherSuiteHeaders": False,
            "enableWafFailOpen": False,
            "enableXffClientPort": False,
            "enableZonalShift": False,
            "idleTimeout": 60,
            "internal": False,
            "loadBalancerType": "application",
            "preserveHostHeader": False,
            "xffHeaderProcessingMode": "append",
        },
        computed=("enableCrossZoneLoadBalancing", "ipAddressType", "securityGroups", "subnetMappings", "subnets"),
        replaces=("internal", "loadBalancerType", "name", "namePrefix"),
    ),
    "aws:lb/targetGroup:TargetGroup": Type(
        service="elbv2",
        identity="TargetGroups[0].TargetGroupArn",
        create=_create_target_group,
        takes=("name", "port", "protocol", "protocolVersion", "targetType", "vpcId"),
        reads=(_read_target_group,),
        settings=(
            Setting(_change_health_check, properties=("healthCheck",)),
            Setting(_set_group_attributes, properties=tuple(_GROUP_ATTRIBUTES)),
        ),
        delete=(call("delete_target_group", TargetGroupArn="{id}"),),
        tags=_ELB_TAGS,
        name="name",
        listing=read("describe_target_groups", "TargetGroups[].TargetGroupArn"),
        defaults={"deregistrationDelay": 300, "slowStart": 0, "targetType": "instance"},
        computed=(
            "healthCheck",
            "healthCheck.enabled",
            "healthCheck.healthyThreshold",
            "healthCheck.interval",
            "healthCheck.matcher",
            "healthCheck.path",
            "healthCheck.port",
            "healthCheck.protocol",
            "healthCheck.timeout",
            "healthCheck.unhealthyThreshold",
            "loadBalancingAlgorithmType",
            "protocolVersion",
        ),
        replaces=("name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId"),
    ),
    "aws:lb/listener:Listener": Type(
        service="elbv2",
        identity="Listeners[0].ListenerArn",
        create=_create_listener,
        takes=("alpnPolicy", "certificateArn", "defaultActions", "loadBalancerArn", "port", "protocol", "sslPolicy"),
        reads=(_read_listener,),
        settings=(
            Setting(
                _change_listener,
                properties=("alpnPolicy", "certificateArn", "defaultActions", "port", "protocol", "sslPolicy"),
            ),
        ),
        delete=(call("delete_listener", ListenerArn="{id}"),),
        tags=_ELB_TAGS,
        key=("loadBalancerArn", "port"),
        listing=_listeners,
        computed=("defaultActions.forward", "defaultActions.order", "protocol", "sslPolicy"),
        replaces=("loadBalancerArn",),
        references={"certificateArn": "aws:acm/certificate:Certificate"},
    ),
    "aws:acm/certificate:Certificate": Type(
        service="acm",
        identity="CertificateArn",
        create=call(
            "request_certificate",
            DomainName="{domainName}",
            KeyAlgorithm="{keyAlgorithm}",
            SubjectAlternativeNames="{subjectAlternativeNames}",
            ValidationMethod="{validationMethod}",
            Tags="{tagList}",
        ),
        reads=(_read_certificate,),
        delete=(call("delete_certificate", CertificateArn="{id}"),),
        tags=Tags(
            add=call("add_tags_to_certificate", CertificateArn="{id}", Tags="{tagList}"),
            remove=call("remove_tags_from_certificate", CertificateArn="{id}", Tags="{removedTagList}"),
            read=read("list_tags_for_certificate", "{tags: Tags}", CertificateArn="{id}"),
        ),
        listing=read("list_certificates", "CertificateSummaryList[].CertificateArn"),
        computed=("keyAlgorithm", "options", "subjectAlternativeNames", "validationMethod"),
        replaces=("domainName", "keyAlgorithm", "subjectAlternativeNames", "validationMethod"),
        beside=("keyAlgorithm", "options"),
    ),
    "aws:acm/certificateValidation:CertificateValidation": Type(
        service="acm",
        identity="{certificateArn}",
        reads=(_certificate_problem,),
        replaces=("certificateArn", "validationRecordFqdns"),
        references={"certificateArn": "aws:acm/certificate:Certificate"},
    ),
    "aws:route53/record:Record": Type(
        service="route53",
        identity=_record_id,
        create=_create_record,
        takes=("name", "setIdentifier", "type", "zoneId"),
        reads=(_read_record,),
        settings=(Setting(_update_record, properties=("aliases", "records", "ttl")),),
        delete=(_delete_record,),
        outputs={"fqdn": "{name}"},
        replaces=("name", "type", "zoneId"),
        write_only=("allowOverwrite",),
        normal={"name": lambda name: name.rstrip(".")},
    ),
}
