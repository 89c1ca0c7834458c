"""EC2's network: VPCs, subnets, gateways, routes."""

import zlib
from collections.abc import Mapping
from typing import Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Call, Question, Setting, Type, call, read
from localcloud.aws.table.common import EC2_TAGS, filters, ignoring_missing, tagged
from localcloud.backend import UNKNOWN, Properties, RejectedError

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
            if properties.get("gatewayId", "").startswith("vpce-"):
                # So AWS tells of a way through an endpoint.
                properties["vpcEndpointId"] = properties.pop("gatewayId")
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
}
