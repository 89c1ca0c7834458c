"""Network Firewall. moto has its firewalls, but neither their deletion nor policies, rule groups and logs."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from moto.ec2.models import ec2_backends
from moto.networkfirewall.models import NetworkFirewallModel, networkfirewall_backends

from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.model import Setting, Tags, Type
from localcloud.backend import UNKNOWN, Properties

_CHANGEABLE: Final = {
    "deleteProtection": "delete_protection",
    "description": "description",
    "firewallPolicyArn": "firewall_policy_arn",
    "firewallPolicyChangeProtection": "firewall_policy_change_protection",
    "subnetChangeProtection": "subnet_change_protection",
}
"""The properties of a firewall that can be changed, and where moto keeps them."""


def _firewalls(session: Session) -> dict[str, NetworkFirewallModel]:
    return networkfirewall_backends[ACCOUNT][session.region].firewalls


def _create_firewall(session: Session, values: Properties) -> None:
    if values.get("id") in _firewalls(session) or _arn(session, values["name"]) in _firewalls(session):
        raise RefusedError("CreateFirewall", "InvalidRequestException", f"the firewall {values['name']} exists")
    names = (*_CHANGEABLE, "vpcId", "encryptionConfiguration")
    parameters: Properties = {name: values[name] for name in names if values.get(name) is not None}
    parameters |= {"FirewallName": values["name"], "SubnetMappings": values["subnetMappings"]}
    session.call("create_firewall", parameters | ({"Tags": tags} if (tags := values.get("tagList")) else {}))
    _place(session, _arn(session, values["name"]), values)


def _arn(session: Session, name: str) -> str:
    return f"arn:aws:network-firewall:{session.region}:{ACCOUNT}:firewall/{name}"


def _endpoint(arn: str, subnet: str) -> str:
    """The id of the endpoint that a firewall has in a subnet."""
    return "vpce-" + hashlib.sha256(f"{arn} {subnet}".encode()).hexdigest()[:17]


def _place(session: Session, arn: str, values: Properties) -> None:
    """An endpoint in each subnet, which routes can lead to; they are objects of EC2."""
    endpoints = ec2_backends[ACCOUNT][session.region].vpc_end_points
    wanted = {_endpoint(arn, each["subnetId"]): each["subnetId"] for each in values["subnetMappings"]}
    for subnet in _firewalls(session)[arn].subnet_mappings:
        if (identity := _endpoint(arn, subnet["SubnetId"])) not in wanted:
            endpoints.pop(identity, None)
    for identity, subnet in wanted.items():
        if identity not in endpoints:
            made = session.of("ec2").call(
                "create_vpc_endpoint",
                {
                    "VpcId": values["vpcId"],
                    "ServiceName": f"com.amazonaws.vpce.{session.region}.vpce-svc-networkfirewall",
                    "VpcEndpointType": "GatewayLoadBalancer",
                    "SubnetIds": [subnet],
                },
            )
            endpoint = endpoints.pop(made["VpcEndpoint"]["VpcEndpointId"])
            endpoint.id = identity
            endpoints[identity] = endpoint


def _change_firewall(session: Session, values: Properties) -> None:
    firewall = _firewalls(session)[values["id"]]
    _place(session, values["id"], values)
    for name, attribute in _CHANGEABLE.items():
        setattr(firewall, attribute, values.get(name))
    firewall.subnet_mappings = [{"SubnetId": each["subnetId"]} for each in values["subnetMappings"]]


def _read_firewall(session: Session, values: Properties) -> Properties | None:
    firewall = _firewalls(session).get(values["id"])
    if firewall is None:
        return None
    subnets = [each["SubnetId"] for each in firewall.subnet_mappings]
    ec2 = session.of("ec2")
    zones = dict(ec2.ask("describe_subnets", "Subnets[].[SubnetId, AvailabilityZone]", SubnetIds=subnets))
    states: list[Any] = [
        {
            "availabilityZone": zones[subnet],
            "attachments": [{"endpointId": _endpoint(values["id"], subnet), "subnetId": subnet}],
        }
        for subnet in subnets
    ]
    found: Properties = {name: getattr(firewall, attribute) for name, attribute in _CHANGEABLE.items()}
    key = firewall.encryption_configuration
    return found | {
        "arn": firewall.arn,
        "name": firewall.firewall_name,
        "vpcId": firewall.vpc_id,
        "subnetMappings": [{"subnetId": subnet} for subnet in subnets],
        "encryptionConfiguration": {name[0].lower() + name[1:]: value for name, value in key.items()} if key else None,
        "firewallStatuses": [{"syncStates": states}],
        "tags": networkfirewall_backends[ACCOUNT][session.region].tagger.get_tag_dict_for_resource(firewall.arn),
        "updateToken": firewall.update_token,
    }


def _delete_firewall(session: Session, values: Properties) -> None:
    firewall = _firewalls(session).get(values["id"])
    if firewall is None:
        return
    if firewall.delete_protection:
        reason = f"the firewall {firewall.firewall_name} is protected from deletion"
        raise RefusedError("DeleteFirewall", "InvalidOperationException", reason)
    for subnet in firewall.subnet_mappings:
        identity = _endpoint(values["id"], subnet["SubnetId"])
        ec2_backends[ACCOUNT][session.region].vpc_end_points.pop(identity, None)
    del _firewalls(session)[values["id"]]


def _tag(session: Session, values: Properties) -> None:
    networkfirewall_backends[ACCOUNT][session.region].tagger.tag_resource(values["id"], values["tagList"])


def _untag(session: Session, values: Properties) -> None:
    tagger = networkfirewall_backends[ACCOUNT][session.region].tagger
    tagger.untag_resource_using_names(values["id"], values["removedTags"])


def _rule_group_arn(values: Properties) -> str | None:
    """Stateful and stateless rule groups have names of their own."""
    if UNKNOWN in (values.get("type"), values.get("name")) or values.get("name") is None:
        return None
    kind = values["type"].lower()
    return f"arn:aws:network-firewall:{values['region']}:{ACCOUNT}:{kind}-rulegroup/{values['name']}"


def _rule_group_problem(inputs: Properties) -> str | None:
    given = [name for name in ("ruleGroup", "rules") if inputs.get(name) is not None]
    kind = inputs.get("type")
    if kind is not UNKNOWN and kind not in ("STATEFUL", "STATELESS"):
        return "type must be one of STATEFUL, STATELESS"
    return None if len(given) == 1 else f"exactly one of ruleGroup, rules is needed, {len(given)} are given"


FIREWALL: Final[Mapping[str, Type]] = {
    "aws:networkfirewall/firewall:Firewall": Type(
        service="network-firewall",
        identity="arn:aws:network-firewall:{region}:{account}:firewall/{name}",
        create=_create_firewall,
        takes=("encryptionConfiguration", "name", "vpcId"),
        reads=(_read_firewall,),
        settings=(Setting(_change_firewall, _change_firewall, (*_CHANGEABLE, "subnetMappings")),),
        delete=(_delete_firewall,),
        tags=Tags(add=_tag, remove=_untag, read=None),
        name="name",
        outputs={"arn": "{id}"},
        defaults={
            "deleteProtection": False,
            "firewallPolicyChangeProtection": False,
            "subnetChangeProtection": False,
        },
        computed=("subnetMappings.ipAddressType",),
        replaces=("name", "vpcId"),
        beside=("enabledAnalysisTypes",),
        references={
            "firewallPolicyArn": "aws:networkfirewall/firewallPolicy:FirewallPolicy",
            "subnetMappings.subnetId": "aws:ec2/subnet:Subnet",
            "vpcId": "aws:ec2/vpc:Vpc",
        },
    ),
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": Type(
        service="network-firewall",
        identity="arn:aws:network-firewall:{region}:{account}:firewall-policy/{name}",
        name="name",
        outputs={"arn": "{id}", "updateToken": "00000000-0000-4000-8000-000000000000"},
        replaces=("name",),
        references={
            "firewallPolicy.statefulRuleGroupReferences.resourceArn": "aws:networkfirewall/ruleGroup:RuleGroup",
            "firewallPolicy.statelessRuleGroupReferences.resourceArn": "aws:networkfirewall/ruleGroup:RuleGroup",
        },
    ),
    "aws:networkfirewall/ruleGroup:RuleGroup": Type(
        service="network-firewall",
        identity=_rule_group_arn,
        name="name",
        outputs={"arn": "{id}", "updateToken": "00000000-0000-4000-8000-000000000000"},
        computed=("ruleGroup",),
        replaces=("capacity", "name", "type"),
        check=_rule_group_problem,
    ),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": Type(
        service="network-firewall",
        identity="{firewallArn}",
        computed=("enableMonitoringDashboard",),
        replaces=("firewallArn",),
        references={"firewallArn": "aws:networkfirewall/firewall:Firewall"},
    ),
}
