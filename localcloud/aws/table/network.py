"""EC2's network: VPCs, subnets, gateways, routes, security groups, endpoints, flow logs."""

import zlib
from collections.abc import Mapping
from typing import Any, Final, Literal

from moto.ec2.models import ec2_backends

from localcloud.aws.cloud import ACCOUNT, RefusedError, Session
from localcloud.aws.model import Call, Question, Setting, Step, Type, call, read
from localcloud.aws.table.common import EC2_TAGS, filters, ignoring_missing, tagged
from localcloud.backend import UNKNOWN, Properties, RejectedError

Direction = Literal["ingress", "egress"]

STANDALONE_RULES: Final = "standalone rules"
"""The part of the cloud's memory that knows which security group rules are resources of their own."""

REPLACED_ASSOCIATIONS: Final = "replaced associations"
"""The part of the cloud's memory that knows today's id of an association whose route table was exchanged.

AWS gives it a new id; the engine can't change a resource's id in an update.
"""

_ROUTE_TARGETS: Final = {
    "carrierGatewayId": "CarrierGatewayId",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
    "gatewayId": "GatewayId",
    "localGatewayId": "LocalGatewayId",
    "natGatewayId": "NatGatewayId",
    "networkInterfaceId": "NetworkInterfaceId",
    "transitGatewayId": "TransitGatewayId",
    "vpcEndpointId": "VpcEndpointId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
}

_ROUTE_DESTINATIONS: Final = {
    "destinationCidrBlock": "DestinationCidrBlock",
    "destinationIpv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}


def _vpc_attribute(name: str) -> Question:
    spelled = name[0].upper() + name[1:]
    return read("describe_vpc_attribute", f"{{{name}: {spelled}.Value}}", VpcId="{id}", Attribute=name)


def _vpc_setting(name: str) -> Setting:
    spelled = name[0].upper() + name[1:]
    return Setting(Call("modify_vpc_attribute", {"VpcId": "{id}", spelled: {"Value": f"{{{name}}}"}}))


def _attach_gateway(session: Session, values: Properties) -> None:
    path = "InternetGateways[0].Attachments[].VpcId"
    for attached in session.ask("describe_internet_gateways", path, InternetGatewayIds=[values["id"]]) or []:
        if attached != values.get("vpcId"):
            session.call("detach_internet_gateway", {"InternetGatewayId": values["id"], "VpcId": attached})
        else:
            return
    if values.get("vpcId"):
        session.call("attach_internet_gateway", {"InternetGatewayId": values["id"], "VpcId": values["vpcId"]})


def _detach_gateway(session: Session, values: Properties) -> None:
    _attach_gateway(session, {"id": values["id"]})


def _delete_nat_gateway(session: Session, values: Properties) -> None:
    path = "NatGateways[?State!='deleted'] | [0].NatGatewayAddresses[].AllocationId"
    addresses = session.ask("describe_nat_gateways", path, NatGatewayIds=[values["id"]]) or []
    session.call("delete_nat_gateway", {"NatGatewayId": values["id"]})
    # moto leaves the address associated, and an associated address can't be released.
    for allocation in addresses:
        found = session.ask("describe_addresses", "Addresses[0].AssociationId", AllocationIds=[allocation])
        if found:
            ignoring_missing(session, "disassociate_address", {"AssociationId": found})


def _route_id(values: Properties) -> str | None:
    table, destinations = values.get("routeTableId"), [values.get(name) for name in _ROUTE_DESTINATIONS]
    if table is UNKNOWN or UNKNOWN in destinations:
        return None
    destination = next((each for each in destinations if each is not None), "")
    return f"r-{table}{zlib.crc32(destination.encode())}"


def _routes(session: Session) -> dict[str, Properties]:
    """All routes of the region by the id that the provider makes up for them."""
    found: dict[str, Properties] = {}
    for table in session.ask("describe_route_tables", "RouteTables", MaxResults=100):
        for route in table["Routes"]:
            properties: Properties = {"routeTableId": table["RouteTableId"]}
            for name, spelled in (_ROUTE_DESTINATIONS | _ROUTE_TARGETS).items():
                if route.get(spelled):
                    properties[name] = route[spelled]
            properties |= {"state": route.get("State"), "origin": route.get("Origin")}
            found[_route_id(properties) or ""] = properties
    return found


def _read_route(session: Session, values: Properties) -> Properties | None:
    return _routes(session).get(values["id"])


def _route_parameters(values: Properties) -> Properties:
    spelled = _ROUTE_DESTINATIONS | _ROUTE_TARGETS | {"routeTableId": "RouteTableId"}
    return {spelled[name]: values[name] for name in spelled if values.get(name)}


def _create_route(session: Session, values: Properties) -> None:
    if (_route_id(values) or "") in _routes(session):
        raise RejectedError(
            f"The route already exists in {values['routeTableId']}: import it, or choose another range."
        )
    session.call("create_route", _route_parameters(values))


def _replace_route(session: Session, values: Properties) -> None:
    session.call("replace_route", _route_parameters(values))


def _delete_route(session: Session, values: Properties) -> None:
    parameters = _route_parameters(values)
    session.call(
        "delete_route",
        {name: parameters[name] for name in ("RouteTableId", *_ROUTE_DESTINATIONS.values()) if name in parameters},
    )


def _association(session: Session, identity: str) -> str:
    return session.cloud.memory.get(REPLACED_ASSOCIATIONS, {}).get(identity, {}).get("id", identity)


def _read_association(session: Session, values: Properties) -> Properties | None:
    wanted = _association(session, values["id"])
    for each in session.ask("describe_route_tables", "RouteTables[].Associations[]"):
        if each["RouteTableAssociationId"] == wanted and not each.get("Main"):
            return {
                "routeTableId": each["RouteTableId"],
                "subnetId": each.get("SubnetId"),
                "gatewayId": each.get("GatewayId"),
            }
    return None


def _replace_association(session: Session, values: Properties) -> None:
    answer = session.call(
        "replace_route_table_association",
        {"AssociationId": _association(session, values["id"]), "RouteTableId": values["routeTableId"]},
    )
    session.cloud.memory.setdefault(REPLACED_ASSOCIATIONS, {})[values["id"]] = {"id": answer["NewAssociationId"]}


def _delete_association(session: Session, values: Properties) -> None:
    session.call("disassociate_route_table", {"AssociationId": _association(session, values["id"])})


def _create_security_group(session: Session, values: Properties) -> dict[str, Any]:
    parameters = {
        "GroupName": values["name"],
        "Description": values["description"],
        "VpcId": values.get("vpcId"),
    }
    if values.get("tagList"):
        parameters["TagSpecifications"] = [{"ResourceType": "security-group", "Tags": values["tagList"]}]
    answer = session.call("create_security_group", {name: each for name, each in parameters.items() if each})
    # As the provider does: AWS lets everything out of a new group, nobody asked for that.
    _revoke_all(session, answer["GroupId"], "egress")
    return answer


def _adopt_default_group(session: Session, values: Properties) -> dict[str, Any]:
    wanted = filters(vpc_id=values["vpcId"], group_name="default")
    group = session.ask("describe_security_groups", "SecurityGroups[0].GroupId", Filters=wanted)
    if group is None:
        raise RejectedError(f"vpcId names {values['vpcId']}, which isn't there.")
    for direction in ("ingress", "egress"):
        _revoke_all(session, group, direction)
    return {"GroupId": group}


def _rules(session: Session, group: str, direction: Direction) -> list[Properties]:
    rules = session.ask("describe_security_group_rules", "SecurityGroupRules", Filters=filters(group_id=group))
    return [rule for rule in rules if rule["IsEgress"] == (direction == "egress")]


def _revoke_all(session: Session, group: str, direction: Direction) -> None:
    _revoke(session, group, direction, [rule["SecurityGroupRuleId"] for rule in _rules(session, group, direction)])


def _revoke(session: Session, group: str, direction: Direction, rules: list[str]) -> None:
    if rules:
        session.call(f"revoke_security_group_{direction}", {"GroupId": group, "SecurityGroupRuleIds": rules})


def _inline_rules(session: Session, values: Properties) -> Properties:
    """The rules that aren't resources of their own, in the form of the inline properties."""
    found: Properties = {}
    standalone = session.cloud.memory.get(STANDALONE_RULES, {})
    for direction in ("ingress", "egress"):
        grouped: dict[tuple[Any, ...], Properties] = {}
        for rule in _rules(session, values["id"], direction):
            if rule["SecurityGroupRuleId"] in standalone:
                continue
            everything = rule["IpProtocol"] == "-1"
            first, last = (0, 0) if everything else (rule.get("FromPort", 0), rule.get("ToPort", 0))
            key = (rule["IpProtocol"], first, last, rule.get("Description", ""))
            entry = grouped.setdefault(key, {"protocol": key[0], "fromPort": first, "toPort": last})
            if key[3]:
                entry["description"] = key[3]
            source = rule.get("ReferencedGroupInfo", {}).get("GroupId")
            if source == values["id"]:
                entry["self"] = True
            for name, value in (
                ("cidrBlocks", rule.get("CidrIpv4")),
                ("ipv6CidrBlocks", rule.get("CidrIpv6")),
                ("prefixListIds", rule.get("PrefixListId")),
                ("securityGroups", source if source != values["id"] else None),
            ):
                if value:
                    entry.setdefault(name, []).append(value)
        if grouped:
            found[direction] = list(grouped.values())
    return found


def _set_inline_rules(direction: Direction) -> Setting:
    def apply(session: Session, values: Properties) -> None:
        standalone = session.cloud.memory.get(STANDALONE_RULES, {})
        rules = [rule["SecurityGroupRuleId"] for rule in _rules(session, values["id"], direction)]
        _revoke(session, values["id"], direction, [rule for rule in rules if rule not in standalone])
        permissions = [_permission(rule, values["id"]) for rule in values.get(direction) or []]
        if permissions:
            session.call(
                f"authorize_security_group_{direction}", {"GroupId": values["id"], "IpPermissions": permissions}
            )

    return Setting(apply, apply, (direction,))


def _permission(rule: Properties, group: str) -> Properties:
    note = {"Description": rule["description"]} if rule.get("description") else {}
    sources = [*rule.get("securityGroups", []), *([group] if rule.get("self") else [])]
    permission: Properties = {
        "IpProtocol": str(rule["protocol"]),
        "IpRanges": [{"CidrIp": each, **note} for each in rule.get("cidrBlocks", [])],
        "Ipv6Ranges": [{"CidrIpv6": each, **note} for each in rule.get("ipv6CidrBlocks", [])],
        "PrefixListIds": [{"PrefixListId": each, **note} for each in rule.get("prefixListIds", [])],
        "UserIdGroupPairs": [{"GroupId": each, **note} for each in sources],
    }
    if permission["IpProtocol"] != "-1":
        permission |= {"FromPort": rule["fromPort"], "ToPort": rule["toPort"]}
    return permission


_RULE_SOURCES: Final = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")


def _rule_problem(inputs: Properties) -> str | None:
    given = [name for name in _RULE_SOURCES if inputs.get(name) is not None]
    if len(given) != 1:
        return f"exactly one of {', '.join(_RULE_SOURCES)} is needed, {len(given)} are given"
    return None


def _create_rule(direction: Direction) -> Step:
    def create(session: Session, values: Properties) -> str:
        rule = {
            "protocol": values["ipProtocol"],
            "fromPort": values.get("fromPort"),
            "toPort": values.get("toPort"),
            "description": values.get("description"),
            "cidrBlocks": [values["cidrIpv4"]] if values.get("cidrIpv4") else [],
            "ipv6CidrBlocks": [values["cidrIpv6"]] if values.get("cidrIpv6") else [],
            "prefixListIds": [values["prefixListId"]] if values.get("prefixListId") else [],
            "securityGroups": [source] if (source := values.get("referencedSecurityGroupId")) else [],
        }
        parameters: Properties = {
            "GroupId": values["securityGroupId"],
            "IpPermissions": [_permission(rule, values["securityGroupId"])],
        }
        if values.get("tagList"):
            parameters["TagSpecifications"] = [{"ResourceType": "security-group-rule", "Tags": values["tagList"]}]
        answer = session.call(f"authorize_security_group_{direction}", parameters)
        identity = answer["SecurityGroupRules"][-1]["SecurityGroupRuleId"]
        session.cloud.memory.setdefault(STANDALONE_RULES, {})[identity] = {}
        _change_rule(session, values | {"id": identity})
        return identity

    return create


def _read_rule(direction: Direction) -> Question:
    def question(session: Session, values: Properties) -> Properties | None:
        found = session.ask("describe_security_group_rules", "SecurityGroupRules", SecurityGroupRuleIds=[values["id"]])
        rule = next((each for each in found or [] if each["IsEgress"] == (direction == "egress")), None)
        if rule is None:
            return None
        properties: Properties = {
            "securityGroupId": rule["GroupId"],
            "ipProtocol": rule["IpProtocol"],
            "cidrIpv4": rule.get("CidrIpv4"),
            "cidrIpv6": rule.get("CidrIpv6"),
            "prefixListId": rule.get("PrefixListId"),
            "referencedSecurityGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId"),
            "description": rule.get("Description"),
            "tags": {tag["Key"]: tag["Value"] for tag in rule.get("Tags", [])},
        }
        if rule["IpProtocol"] != "-1":
            properties |= {"fromPort": rule.get("FromPort"), "toPort": rule.get("ToPort")}
        return {name: value for name, value in properties.items() if value is not None}

    return question


def _delete_rule(direction: Direction) -> Step:
    def delete(session: Session, values: Properties) -> None:
        _revoke(session, values["securityGroupId"], direction, [values["id"]])
        session.cloud.memory.get(STANDALONE_RULES, {}).pop(values["id"], None)

    return delete


def _change_rule(session: Session, values: Properties) -> None:
    # moto's own modification forgets every source but an IPv4 range, and its creation the description of a group.
    group = ec2_backends[ACCOUNT][session.region].get_security_group_from_id(values["securityGroupId"])
    rule = group.get_rule(values["id"]) if group else None
    if rule is None:
        raise RejectedError(f"The rule {values['id']} isn't there any more: refresh first.")
    ranges = {
        "CidrIp": values.get("cidrIpv4"),
        "CidrIpv6": values.get("cidrIpv6"),
        "Description": values.get("description"),
    }
    source = values.get("referencedSecurityGroupId")
    rule.ip_protocol = values["ipProtocol"]
    rule.from_port, rule.to_port = values.get("fromPort"), values.get("toPort")
    rule.ip_range = {name: value for name, value in ranges.items() if value}
    rule.source_group = {"GroupId": source} if source else {}
    rule.prefix_list_id = values.get("prefixListId")


def _security_group_rule(direction: Direction) -> Type:
    properties = (*_RULE_SOURCES, "description", "fromPort", "ipProtocol", "securityGroupId", "toPort")
    return Type(
        service="ec2",
        identity="@",
        create=_create_rule(direction),
        takes=properties,
        reads=(_read_rule(direction),),
        settings=(
            Setting(
                _change_rule,
                properties=tuple(name for name in properties if name != "securityGroupId"),
            ),
        ),
        delete=(_delete_rule(direction),),
        tags=EC2_TAGS,
        key=("securityGroupId", "ipProtocol", "fromPort", "toPort", *_RULE_SOURCES),
        listing=read(
            "describe_security_group_rules",
            f"SecurityGroupRules[?IsEgress==`{'true' if direction == 'egress' else 'false'}`].SecurityGroupRuleId",
        ),
        outputs={
            "arn": "arn:aws:ec2:{region}:{account}:security-group-rule/{id}",
            "securityGroupRuleId": "{id}",
        },
        replaces=("securityGroupId",),
        check=_rule_problem,
    )


def _change_endpoint(session: Session, values: Properties) -> None:
    path = "VpcEndpoints[0].{RouteTableIds: RouteTableIds, SubnetIds: SubnetIds, SecurityGroupIds: Groups[].GroupId}"
    held = session.ask("describe_vpc_endpoints", path, VpcEndpointIds=[values["id"]])
    parameters: Properties = {"VpcEndpointId": values["id"]}
    for name, spelled in (
        ("routeTableIds", "RouteTableIds"),
        ("subnetIds", "SubnetIds"),
        ("securityGroupIds", "SecurityGroupIds"),
    ):
        if name in values:
            before, after = set(held[spelled] or []), set(values[name])
            parameters[f"Add{spelled}"] = sorted(after - before)
            parameters[f"Remove{spelled}"] = sorted(before - after)
    if values.get("policy"):
        parameters["PolicyDocument"] = values["policy"]
    session.call("modify_vpc_endpoint", {name: value for name, value in parameters.items() if value})


def _delete_endpoint(session: Session, values: Properties) -> None:
    endpoint = {"VpcEndpointIds": [values["id"]]}
    path = "VpcEndpoints[?State!='deleted'] | [0].RouteTableIds"
    tables = session.ask("describe_vpc_endpoints", path, **endpoint)
    if tables:
        # moto refuses the deletion when a table came later, for it has given that table no route.
        session.call("modify_vpc_endpoint", {"VpcEndpointId": values["id"], "RemoveRouteTableIds": tables})
    session.call("delete_vpc_endpoints", endpoint)


def _create_flow_log(session: Session, values: Properties) -> str:
    sources = {
        "vpcId": "VPC",
        "subnetId": "Subnet",
        "eniId": "NetworkInterface",
        "transitGatewayId": "TransitGateway",
        "transitGatewayAttachmentId": "TransitGatewayAttachment",
    }
    source = next(name for name in sources if values.get(name))
    parameters = {
        "ResourceIds": [values[source]],
        "ResourceType": sources[source],
        "TrafficType": values.get("trafficType"),
        "LogDestination": values.get("logDestination"),
        "LogDestinationType": values["logDestinationType"],
        "DeliverLogsPermissionArn": values.get("iamRoleArn"),
        "LogFormat": values.get("logFormat"),
        "MaxAggregationInterval": values["maxAggregationInterval"],
    }
    if values.get("tagList"):
        parameters["TagSpecifications"] = [{"ResourceType": "vpc-flow-log", "Tags": values["tagList"]}]
    answer = session.call("create_flow_logs", {name: value for name, value in parameters.items() if value is not None})
    for failed in answer.get("Unsuccessful", []):
        raise RefusedError("CreateFlowLogs", failed["Error"]["Code"], failed["Error"]["Message"])
    return answer["FlowLogIds"][0]


def _flow_log_problem(inputs: Properties) -> str | None:
    sources = ("vpcId", "subnetId", "eniId", "transitGatewayId", "transitGatewayAttachmentId")
    given = sum(inputs.get(name) is not None for name in sources)
    return None if given == 1 else f"exactly one of {', '.join(sources)} is needed, {given} are given"


NETWORK: Final[Mapping[str, Type]] = {
    "aws:ec2/vpc:Vpc": Type(
        service="ec2",
        identity="Vpc.VpcId",
        create=call(
            "create_vpc",
            CidrBlock="{cidrBlock}",
            InstanceTenancy="{instanceTenancy}",
            TagSpecifications=tagged("vpc"),
        ),
        reads=(
            read("describe_vpcs", "Vpcs[0]", VpcIds=["{id}"]),
            _vpc_attribute("enableDnsSupport"),
            _vpc_attribute("enableDnsHostnames"),
            _vpc_attribute("enableNetworkAddressUsageMetrics"),
            read(
                "describe_security_groups",
                "{defaultSecurityGroupId: SecurityGroups[0].GroupId}",
                Filters=filters(vpc_id="{id}", group_name="default"),
            ),
            read(
                "describe_route_tables",
                "RouteTables[0].{mainRouteTableId: RouteTableId, defaultRouteTableId: RouteTableId}",
                Filters=[*filters(vpc_id="{id}"), {"Name": "association.main", "Values": ["true"]}],
            ),
            read(
                "describe_network_acls",
                "{defaultNetworkAclId: NetworkAcls[0].NetworkAclId}",
                Filters=filters(vpc_id="{id}", default="true"),
            ),
        ),
        settings=(
            _vpc_setting("enableDnsSupport"),
            _vpc_setting("enableDnsHostnames"),
            _vpc_setting("enableNetworkAddressUsageMetrics"),
        ),
        delete=(call("delete_vpc", VpcId="{id}"),),
        tags=EC2_TAGS,
        listing=read("describe_vpcs", "Vpcs[].VpcId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:vpc/{id}"},
        defaults={
            "enableDnsHostnames": False,
            "enableDnsSupport": True,
            "enableNetworkAddressUsageMetrics": False,
            "instanceTenancy": "default",
        },
        replaces=("cidrBlock",),
    ),
    "aws:ec2/subnet:Subnet": Type(
        service="ec2",
        identity="Subnet.SubnetId",
        create=call(
            "create_subnet",
            VpcId="{vpcId}",
            CidrBlock="{cidrBlock}",
            AvailabilityZone="{availabilityZone}",
            AvailabilityZoneId="{availabilityZoneId}",
            TagSpecifications=tagged("subnet"),
        ),
        reads=(read("describe_subnets", "Subnets[0]", SubnetIds=["{id}"]),),
        settings=(
            Setting(
                call("modify_subnet_attribute", SubnetId="{id}", MapPublicIpOnLaunch={"Value": "{mapPublicIpOnLaunch}"})
            ),
        ),
        delete=(call("delete_subnet", SubnetId="{id}"),),
        tags=EC2_TAGS,
        listing=read("describe_subnets", "Subnets[].SubnetId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:subnet/{id}"},
        defaults={"mapPublicIpOnLaunch": False},
        computed=("availabilityZone", "availabilityZoneId", "privateDnsHostnameTypeOnLaunch"),
        replaces=("availabilityZone", "availabilityZoneId", "cidrBlock", "vpcId"),
        beside=(
            "enableDns64",
            "enableResourceNameDnsARecordOnLaunch",
            "enableResourceNameDnsAaaaRecordOnLaunch",
            "privateDnsHostnameTypeOnLaunch",
        ),
    ),
    "aws:ec2/internetGateway:InternetGateway": Type(
        service="ec2",
        identity="InternetGateway.InternetGatewayId",
        create=call("create_internet_gateway", TagSpecifications=tagged("internet-gateway")),
        reads=(
            read(
                "describe_internet_gateways",
                "InternetGateways[0].{ownerId: OwnerId, vpcId: Attachments[0].VpcId, tags: Tags}",
                InternetGatewayIds=["{id}"],
            ),
        ),
        settings=(Setting(_attach_gateway, _detach_gateway, ("vpcId",)),),
        delete=(_detach_gateway, call("delete_internet_gateway", InternetGatewayId="{id}")),
        tags=EC2_TAGS,
        listing=read("describe_internet_gateways", "InternetGateways[].InternetGatewayId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:internet-gateway/{id}"},
    ),
    "aws:ec2/eip:Eip": Type(
        service="ec2",
        identity="AllocationId",
        create=call("allocate_address", Domain="{domain}", TagSpecifications=tagged("elastic-ip")),
        # Whom the address serves is left out: it changes when a NAT gateway takes it, and nobody changed the address.
        reads=(
            read(
                "describe_addresses",
                "Addresses[0].{allocationId: AllocationId, publicIp: PublicIp, domain: Domain, tags: Tags}",
                AllocationIds=["{id}"],
            ),
        ),
        delete=(call("release_address", AllocationId="{id}"),),
        tags=EC2_TAGS,
        listing=read("describe_addresses", "Addresses[].AllocationId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:elastic-ip/{id}"},
        defaults={"domain": "vpc"},
        replaces=("domain",),
    ),
    "aws:ec2/natGateway:NatGateway": Type(
        service="ec2",
        identity="NatGateway.NatGatewayId",
        create=call(
            "create_nat_gateway",
            AllocationId="{allocationId}",
            SubnetId="{subnetId}",
            ConnectivityType="{connectivityType}",
            TagSpecifications=tagged("natgateway"),
        ),
        reads=(
            read(
                "describe_nat_gateways",
                "NatGateways[?State!='deleted'] | [0].{connectivityType: ConnectivityType, subnetId: SubnetId, "
                "allocationId: NatGatewayAddresses[0].AllocationId, "
                "networkInterfaceId: NatGatewayAddresses[0].NetworkInterfaceId, "
                "publicIp: NatGatewayAddresses[0].PublicIp, tags: Tags}",
                NatGatewayIds=["{id}"],
            ),
        ),
        delete=(_delete_nat_gateway,),
        tags=EC2_TAGS,
        listing=read("describe_nat_gateways", "NatGateways[?State!='deleted'].NatGatewayId"),
        defaults={"connectivityType": "public"},
        replaces=("allocationId", "connectivityType", "subnetId"),
        references={"allocationId": "aws:ec2/eip:Eip", "subnetId": "aws:ec2/subnet:Subnet"},
    ),
    "aws:ec2/routeTable:RouteTable": Type(
        service="ec2",
        identity="RouteTable.RouteTableId",
        create=call("create_route_table", VpcId="{vpcId}", TagSpecifications=tagged("route-table")),
        reads=(
            read(
                "describe_route_tables",
                "RouteTables[0].{ownerId: OwnerId, vpcId: VpcId, tags: Tags}",
                RouteTableIds=["{id}"],
            ),
        ),
        delete=(call("delete_route_table", RouteTableId="{id}"),),
        tags=EC2_TAGS,
        listing=read("describe_route_tables", "RouteTables[].RouteTableId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:route-table/{id}"},
        replaces=("vpcId",),
    ),
    "aws:ec2/route:Route": Type(
        service="ec2",
        identity=_route_id,
        create=_create_route,
        takes=(*_ROUTE_DESTINATIONS, *_ROUTE_TARGETS, "routeTableId"),
        reads=(_read_route,),
        settings=(Setting(_replace_route, properties=tuple(_ROUTE_TARGETS)),),
        delete=(_delete_route,),
        replaces=(*_ROUTE_DESTINATIONS, "routeTableId"),
        references={"natGatewayId": "aws:ec2/natGateway:NatGateway"},
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Type(
        service="ec2",
        identity="AssociationId",
        create=call(
            "associate_route_table", RouteTableId="{routeTableId}", SubnetId="{subnetId}", GatewayId="{gatewayId}"
        ),
        reads=(_read_association,),
        settings=(Setting(_replace_association, properties=("routeTableId",)),),
        delete=(_delete_association,),
        key=("routeTableId", "subnetId", "gatewayId"),
        listing=read("describe_route_tables", "RouteTables[].Associations[?Main==`false`][].RouteTableAssociationId"),
        replaces=("gatewayId", "subnetId"),
        references={"subnetId": "aws:ec2/subnet:Subnet"},
    ),
    "aws:ec2/securityGroup:SecurityGroup": Type(
        service="ec2",
        identity="GroupId",
        create=_create_security_group,
        takes=("description", "name", "vpcId"),
        reads=(
            read(
                "describe_security_groups",
                "SecurityGroups[0].{name: GroupName, description: Description, ownerId: OwnerId, vpcId: VpcId, "
                "tags: Tags}",
                GroupIds=["{id}"],
            ),
            _inline_rules,
        ),
        settings=(_set_inline_rules("ingress"), _set_inline_rules("egress")),
        delete=(call("delete_security_group", GroupId="{id}"),),
        tags=EC2_TAGS,
        name="name",
        key=("name", "vpcId"),
        listing=read("describe_security_groups", "SecurityGroups[].GroupId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}"},
        defaults={"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
        computed=("egress", "ingress", "vpcId"),
        replaces=("description", "name", "namePrefix", "vpcId"),
        write_only=("revokeRulesOnDelete",),
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Type(
        service="ec2",
        identity="GroupId",
        create=_adopt_default_group,
        takes=("vpcId",),
        reads=(
            read(
                "describe_security_groups",
                "SecurityGroups[0].{name: GroupName, description: Description, ownerId: OwnerId, vpcId: VpcId, "
                "tags: Tags}",
                GroupIds=["{id}"],
            ),
            _inline_rules,
        ),
        settings=(_set_inline_rules("ingress"), _set_inline_rules("egress")),
        tags=EC2_TAGS,
        key=("vpcId",),
        listing=read("describe_security_groups", "SecurityGroups[?GroupName=='default'].GroupId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}"},
        defaults={"revokeRulesOnDelete": False},
        replaces=("vpcId",),
        write_only=("revokeRulesOnDelete",),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _security_group_rule("ingress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _security_group_rule("egress"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Type(
        service="ec2",
        identity="VpcEndpoint.VpcEndpointId",
        create=call(
            "create_vpc_endpoint",
            VpcId="{vpcId}",
            ServiceName="{serviceName}",
            VpcEndpointType="{vpcEndpointType}",
            PolicyDocument="{policy}",
            PrivateDnsEnabled="{privateDnsEnabled}",
            RouteTableIds="{routeTableIds}",
            SubnetIds="{subnetIds}",
            SecurityGroupIds="{securityGroupIds}",
            TagSpecifications=tagged("vpc-endpoint"),
        ),
        reads=(
            read(
                "describe_vpc_endpoints",
                "VpcEndpoints[?State!='deleted'] | [0].{serviceName: ServiceName, vpcId: VpcId, state: State, "
                "vpcEndpointType: VpcEndpointType, policy: PolicyDocument, routeTableIds: RouteTableIds, "
                "subnetIds: SubnetIds, securityGroupIds: Groups[].GroupId, privateDnsEnabled: PrivateDnsEnabled, "
                "networkInterfaceIds: NetworkInterfaceIds, ownerId: OwnerId, requesterManaged: RequesterManaged, "
                "dnsEntries: DnsEntries, tags: Tags}",
                VpcEndpointIds=["{id}"],
            ),
        ),
        settings=(Setting(_change_endpoint, properties=("policy", "routeTableIds", "subnetIds", "securityGroupIds")),),
        delete=(_delete_endpoint,),
        tags=EC2_TAGS,
        listing=read("describe_vpc_endpoints", "VpcEndpoints[?State!='deleted'].VpcEndpointId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:vpc-endpoint/{id}"},
        defaults={"vpcEndpointType": "Gateway"},
        computed=("policy", "privateDnsEnabled", "routeTableIds", "securityGroupIds", "subnetIds"),
        replaces=("serviceName", "vpcEndpointType", "vpcId"),
        beside=("ipAddressType", "dnsOptions"),
    ),
    "aws:ec2/flowLog:FlowLog": Type(
        service="ec2",
        identity="@",
        create=_create_flow_log,
        takes=(
            "eniId",
            "iamRoleArn",
            "logDestination",
            "logDestinationType",
            "logFormat",
            "maxAggregationInterval",
            "subnetId",
            "trafficType",
            "transitGatewayAttachmentId",
            "transitGatewayId",
            "vpcId",
        ),
        reads=(
            read(
                "describe_flow_logs",
                "FlowLogs[0].{iamRoleArn: DeliverLogsPermissionArn, logDestination: LogDestination, "
                "logDestinationType: LogDestinationType, logFormat: LogFormat, "
                "maxAggregationInterval: MaxAggregationInterval, trafficType: TrafficType, "
                "vpcId: starts_with(ResourceId, 'vpc-') && ResourceId || `null`, "
                "subnetId: starts_with(ResourceId, 'subnet-') && ResourceId || `null`, "
                "eniId: starts_with(ResourceId, 'eni-') && ResourceId || `null`, tags: Tags}",
                FlowLogIds=["{id}"],
            ),
        ),
        delete=(call("delete_flow_logs", FlowLogIds=["{id}"]),),
        tags=EC2_TAGS,
        listing=read("describe_flow_logs", "FlowLogs[].FlowLogId"),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:vpc-flow-log/{id}"},
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        computed=("logDestination", "logFormat"),
        replaces=(
            "destinationOptions",
            "eniId",
            "iamRoleArn",
            "logDestination",
            "logDestinationType",
            "logFormat",
            "maxAggregationInterval",
            "subnetId",
            "trafficType",
            "transitGatewayAttachmentId",
            "transitGatewayId",
            "vpcId",
        ),
        beside=("destinationOptions",),
        check=_flow_log_problem,
    ),
}
