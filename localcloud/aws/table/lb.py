"""Load balancers, their listeners and targets."""

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


_LISTENER_ATTRIBUTES: Final = {
    "routingHttpRequestXAmznMtlsClientcertHeaderName": "routing.http.request.x_amzn_mtls_clientcert.header_name",
    "routingHttpRequestXAmznMtlsClientcertIssuerHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertLeafHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertSerialNumberHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertSubjectHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_subject.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertValidityHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_validity.header_name"
    ),
    "routingHttpRequestXAmznTlsCipherSuiteHeaderName": "routing.http.request.x_amzn_tls_cipher_suite.header_name",
    "routingHttpRequestXAmznTlsVersionHeaderName": "routing.http.request.x_amzn_tls_version.header_name",
    "routingHttpResponseAccessControlAllowCredentialsHeaderValue": (
        "routing.http.response.access_control_allow_credentials.header_value"
    ),
    "routingHttpResponseAccessControlAllowHeadersHeaderValue": (
        "routing.http.response.access_control_allow_headers.header_value"
    ),
    "routingHttpResponseAccessControlAllowMethodsHeaderValue": (
        "routing.http.response.access_control_allow_methods.header_value"
    ),
    "routingHttpResponseAccessControlAllowOriginHeaderValue": (
        "routing.http.response.access_control_allow_origin.header_value"
    ),
    "routingHttpResponseAccessControlExposeHeadersHeaderValue": (
        "routing.http.response.access_control_expose_headers.header_value"
    ),
    "routingHttpResponseAccessControlMaxAgeHeaderValue": "routing.http.response.access_control_max_age.header_value",
    "routingHttpResponseContentSecurityPolicyHeaderValue": (
        "routing.http.response.content_security_policy.header_value"
    ),
    "routingHttpResponseServerEnabled": "routing.http.response.server.enabled",
    "routingHttpResponseStrictTransportSecurityHeaderValue": (
        "routing.http.response.strict_transport_security.header_value"
    ),
    "routingHttpResponseXContentTypeOptionsHeaderValue": "routing.http.response.x_content_type_options.header_value",
    "routingHttpResponseXFrameOptionsHeaderValue": "routing.http.response.x_frame_options.header_value",
}


def _set_listener_attributes(session: Session, values: Properties) -> None:
    pairs: dict[str, str] = {}
    for name, key in _LISTENER_ATTRIBUTES.items():
        value = values.get(name)
        if name == "routingHttpResponseServerEnabled":
            pairs[key] = "false" if value is False else "true"
        elif name in values:
            pairs[key] = "" if value is None else str(value)
    attributes = [{"Key": key, "Value": value} for key, value in pairs.items()]
    session.call("modify_listener_attributes", {"ListenerArn": values["id"], "Attributes": attributes})


def _reset_listener_attributes(session: Session, values: Properties) -> None:
    _set_listener_attributes(session, {"id": values["id"], **dict.fromkeys(_LISTENER_ATTRIBUTES)})


def _listener_attributes(session: Session, values: Properties) -> Properties:
    held = dict(session.ask("describe_listener_attributes", "Attributes[].[Key, Value]", ListenerArn=values["id"]))
    found: Properties = {name: held[key] for name, key in _LISTENER_ATTRIBUTES.items() if held.get(key)}
    if "routingHttpResponseServerEnabled" in found:
        found["routingHttpResponseServerEnabled"] = found["routingHttpResponseServerEnabled"] == "true"
    return found


_CONDITIONS: Final = {
    "hostHeader": ("host-header", "HostHeaderConfig"),
    "httpHeader": ("http-header", "HttpHeaderConfig"),
    "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
    "pathPattern": ("path-pattern", "PathPatternConfig"),
    "sourceIp": ("source-ip", "SourceIpConfig"),
}


def _rule_parameters(values: Properties) -> Properties:
    conditions: list[Properties] = []
    for condition in values["conditions"]:
        for name, (field, spelled) in _CONDITIONS.items():
            if condition.get(name):
                conditions.append({"Field": field, spelled: condition[name]})
        if condition.get("queryStrings"):
            conditions.append({"Field": "query-string", "QueryStringConfig": {"Values": condition["queryStrings"]}})
    return {"Conditions": conditions, "Actions": [_action_parameters(action) for action in values["actions"]]}


def _create_listener_rule(session: Session, values: Properties) -> dict[str, Any]:
    arn = values["listenerArn"]
    taken = [each for each in session.ask("describe_rules", "Rules[].Priority", ListenerArn=arn) if each != "default"]
    priority = values.get("priority") or max((int(each) for each in taken), default=0) + 1
    parameters: Properties = {"ListenerArn": arn, "Priority": priority, **_rule_parameters(values)}
    return session.call("create_rule", parameters | ({"Tags": tags} if (tags := values.get("tagList")) else {}))


def _change_listener_rule(session: Session, values: Properties) -> None:
    session.call("modify_rule", {"RuleArn": values["id"], **_rule_parameters(values)})


def _set_priority(session: Session, values: Properties) -> None:
    held = _read_listener_rule(session, values) or {}
    # The rule's own number counts as taken.
    if held.get("priority") != values["priority"]:
        priorities = [{"RuleArn": values["id"], "Priority": values["priority"]}]
        session.call("set_rule_priorities", {"RulePriorities": priorities})


def _read_listener_rule(session: Session, values: Properties) -> Properties | None:
    rule = session.ask("describe_rules", "Rules[0]", RuleArns=[values["id"]])
    if not rule:
        return None
    conditions: list[Properties] = []
    for condition in rule["Conditions"]:
        for name, (field, spelled) in _CONDITIONS.items():
            if condition["Field"] == field:
                held = condition.get(spelled) or {"Values": condition.get("Values", [])}
                conditions.append({name: {key[0].lower() + key[1:]: value for key, value in held.items()}})
        if condition["Field"] == "query-string":
            pairs = condition["QueryStringConfig"]["Values"]
            conditions.append({"queryStrings": [{key.lower(): value for key, value in pair.items()} for pair in pairs]})
    return {
        "arn": rule["RuleArn"],
        "listenerArn": values["id"].replace(":listener-rule/", ":listener/").rpartition("/")[0],
        "priority": int(rule["Priority"]),
        "conditions": conditions,
        "actions": [_action_properties(action) for action in rule["Actions"]],
    }


def _listener_rules(session: Session) -> list[str]:
    path = "Rules[?Priority!='default'].RuleArn"
    return [
        arn for listener in _listeners(session) for arn in session.ask("describe_rules", path, ListenerArn=listener)
    ]


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
    "aws:lb/listener:Listener": Type(
        service="elbv2",
        identity="Listeners[0].ListenerArn",
        create=_create_listener,
        takes=("alpnPolicy", "certificateArn", "defaultActions", "loadBalancerArn", "port", "protocol", "sslPolicy"),
        reads=(_read_listener, _listener_attributes),
        settings=(
            Setting(
                _change_listener,
                properties=("alpnPolicy", "certificateArn", "defaultActions", "port", "protocol", "sslPolicy"),
            ),
            Setting(_set_listener_attributes, _reset_listener_attributes, tuple(_LISTENER_ATTRIBUTES)),
        ),
        delete=(call("delete_listener", ListenerArn="{id}"),),
        tags=ELB_TAGS,
        key=("loadBalancerArn", "port"),
        listing=_listeners,
        computed=(
            "defaultActions.forward",
            "defaultActions.order",
            "mutualAuthentication",
            "protocol",
            "sslPolicy",
            "tcpIdleTimeoutSeconds",
            *_LISTENER_ATTRIBUTES,
        ),
        beside=("mutualAuthentication",),
        replaces=("loadBalancerArn",),
        references={"certificateArn": "aws:acm/certificate:Certificate"},
    ),
    "aws:lb/listenerRule:ListenerRule": Type(
        service="elbv2",
        identity="Rules[0].RuleArn",
        create=_create_listener_rule,
        takes=("actions", "conditions", "listenerArn", "priority"),
        reads=(_read_listener_rule,),
        settings=(
            Setting(_change_listener_rule, properties=("actions", "conditions")),
            Setting(_set_priority, properties=("priority",)),
        ),
        delete=(call("delete_rule", RuleArn="{id}"),),
        tags=ELB_TAGS,
        key=("listenerArn", "priority"),
        listing=_listener_rules,
        computed=("actions.forward", "actions.order", "priority"),
        replaces=("listenerArn",),
    ),
}
