"""The listeners of load balancers, and their rules."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Setting, Type, call
from localcloud.aws.table.common import ELB_TAGS
from localcloud.backend import Properties


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


LISTENERS: Final[Mapping[str, Type]] = {
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
