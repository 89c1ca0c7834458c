"""Load balancers and their targets."""

import re
from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import RefusedError, Session
from localcloud.aws.model import Question, Setting, Type, call, read
from localcloud.aws.table.common import ELB_TAGS
from localcloud.backend import Properties

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


LB: Final[Mapping[str, Type]] = {
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
        tags=ELB_TAGS,
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
        tags=ELB_TAGS,
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
}
