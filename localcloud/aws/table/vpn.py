"""Client VPN, which moto lacks: kept in memory, with its references checked."""

from collections.abc import Mapping
from typing import Final

from localcloud.aws.cloud import Session
from localcloud.aws.model import Type
from localcloud.backend import UNKNOWN, Properties


def _network_of(session: Session, values: Properties) -> Properties:
    vpc = session.ask("describe_subnets", "Subnets[0].VpcId", SubnetIds=[values["subnetId"]])
    return {"vpcId": vpc, "associationId": values["id"]}


def _authorization_rule_id(values: Properties) -> str | None:
    parts = [values.get(name) for name in ("clientVpnEndpointId", "targetNetworkCidr", "accessGroupId")]
    return None if UNKNOWN in parts else ",".join(part for part in parts if part is not None)


def _endpoint_problem(inputs: Properties) -> str | None:
    options = inputs["connectionLogOptions"]
    if options is not UNKNOWN and options.get("enabled") is True and not options.get("cloudwatchLogGroup"):
        return "connectionLogOptions.cloudwatchLogGroup is missing: an enabled connection log needs one"
    return None


VPN: Final[Mapping[str, Type]] = {
    "aws:ec2clientvpn/endpoint:Endpoint": Type(
        service="ec2",
        identity="cvpn-endpoint-{random}",
        outputs={
            "arn": "arn:aws:ec2:{region}:{account}:client-vpn-endpoint/{id}",
            "dnsName": "*.{id}.prod.clientvpn.{region}.amazonaws.com",
            "selfServicePortalUrl": "https://self-service.clientvpn.amazonaws.com/endpoints/{id}",
        },
        defaults={
            "selfServicePortal": "disabled",
            "sessionTimeoutHours": 24,
            "splitTunnel": False,
            "transportProtocol": "udp",
            "vpnPort": 443,
        },
        computed=(
            "clientConnectOptions",
            "clientLoginBannerOptions",
            "clientRouteEnforcementOptions",
            "disconnectOnSessionTimeout",
            "endpointIpAddressType",
            "securityGroupIds",
            "trafficIpAddressType",
            "vpcId",
        ),
        replaces=(
            "authenticationOptions",
            "clientCidrBlock",
            "endpointIpAddressType",
            "trafficIpAddressType",
            "transitGatewayConfiguration",
            "transportProtocol",
        ),
        references={
            "serverCertificateArn": "aws:acm/certificate:Certificate",
            "vpcId": "aws:ec2/vpc:Vpc",
            "securityGroupIds": "aws:ec2/securityGroup:SecurityGroup",
        },
        check=_endpoint_problem,
    ),
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation": Type(
        service="ec2",
        identity="cvpn-assoc-{random}",
        reads=(_network_of,),
        key=("clientVpnEndpointId", "subnetId"),
        replaces=("clientVpnEndpointId", "subnetId"),
        references={
            "clientVpnEndpointId": "aws:ec2clientvpn/endpoint:Endpoint",
            "subnetId": "aws:ec2/subnet:Subnet",
        },
    ),
    "aws:ec2clientvpn/authorizationRule:AuthorizationRule": Type(
        service="ec2",
        identity=_authorization_rule_id,
        replaces=("accessGroupId", "authorizeAllGroups", "clientVpnEndpointId", "description", "targetNetworkCidr"),
        references={"clientVpnEndpointId": "aws:ec2clientvpn/endpoint:Endpoint"},
    ),
    "aws:ec2clientvpn/route:Route": Type(
        service="ec2",
        identity="{clientVpnEndpointId},{targetVpcSubnetId},{destinationCidrBlock}",
        outputs={"origin": "add-route", "type": "Nat"},
        replaces=("clientVpnEndpointId", "description", "destinationCidrBlock", "targetVpcSubnetId"),
        references={
            "clientVpnEndpointId": "aws:ec2clientvpn/endpoint:Endpoint",
            "targetVpcSubnetId": "aws:ec2/subnet:Subnet",
        },
    ),
}
