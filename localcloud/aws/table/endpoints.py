"""What a VPC has beside its paths: endpoints of services, and flow logs."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.cloud import RefusedError, Session
from localcloud.aws.model import Setting, Type, call, read
from localcloud.aws.table.common import EC2_TAGS, tagged
from localcloud.backend import Properties


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


def _prefix_list(session: Session, values: Properties) -> Properties:
    """The list of the store's addresses, which security groups name to let their members through a gateway endpoint."""
    if values.get("vpcEndpointType", "Gateway") != "Gateway" or not values.get("serviceName"):
        return {}
    by_name = [{"Name": "prefix-list-name", "Values": [values["serviceName"]]}]
    path = "PrefixLists[0].PrefixListId"
    return {"prefixListId": session.ask("describe_managed_prefix_lists", path, Filters=by_name)}


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


ENDPOINTS: Final[Mapping[str, Type]] = {
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
            _prefix_list,
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
