"""EC2's network."""

from typing import TYPE_CHECKING

from localcloud.aws.cloud import ACCOUNT
from localcloud.backend import Properties
from tests.localcloud.aws.lives.life import Life, policy

if TYPE_CHECKING:
    from conftest import Laboratory


def endpoint(laboratory: "Laboratory") -> Properties:
    return {
        "authenticationOptions": [
            {"type": "federated-authentication", "samlProviderArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/workforce"}
        ],
        "clientCidrBlock": "172.21.0.0/20",
        "connectionLogOptions": {"enabled": True, "cloudwatchLogGroup": laboratory.log_group["name"]},
        "securityGroupIds": [laboratory.security_group()],
        "serverCertificateArn": laboratory.certificate,
        "vpcId": laboratory.vpc,
        "tags": laboratory.tags(),
    }


def rule(laboratory: "Laboratory") -> Properties:
    return {
        "securityGroupId": laboratory.security_group(laboratory.unique("rules")),
        "cidrIpv4": "10.0.0.0/8",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "description": "In",
        "tags": laboratory.tags(),
    }


def rule_change(laboratory: "Laboratory") -> Properties:
    return {
        "cidrIpv4": None,
        "referencedSecurityGroupId": laboratory.security_group(),
        "fromPort": 8443,
        "toPort": 8443,
    }


def entry(cidr_block: str) -> Properties:
    return {
        "action": "allow",
        "ruleNo": 100,
        "protocol": "6",
        "fromPort": 443,
        "toPort": 443,
        "cidrBlock": cidr_block,
    }


LIVES: dict[str, Life] = {
    "aws:ec2/vpc:Vpc": Life(
        lambda laboratory: {
            "cidrBlock": "10.1.0.0/16",
            "enableDnsHostnames": True,
            "enableNetworkAddressUsageMetrics": True,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"enableDnsSupport": False, "enableDnsHostnames": None, "tags": laboratory.tags()},
        {"cidrBlock": "10.2.0.0/16"},
    ),
    "aws:ec2/subnet:Subnet": Life(
        lambda laboratory: {
            "vpcId": laboratory.vpc,
            "cidrBlock": "10.0.50.0/24",
            "availabilityZone": "us-east-1b",
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"mapPublicIpOnLaunch": True, "privateDnsHostnameTypeOnLaunch": "ip-name"},
        {"cidrBlock": "10.0.51.0/24"},
    ),
    "aws:ec2/internetGateway:InternetGateway": Life(
        lambda laboratory: {"tags": laboratory.tags()},
        lambda laboratory: {"vpcId": laboratory.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.3.0.0/16"})[0]},
    ),
    "aws:ec2/eip:Eip": Life(
        lambda laboratory: {"domain": "vpc", "tags": laboratory.tags()},
        lambda laboratory: {"tags": laboratory.tags()},
    ),
    "aws:ec2/natGateway:NatGateway": Life(
        lambda laboratory: {
            "allocationId": laboratory.make("aws:ec2/eip:Eip", {"domain": "vpc"})[0],
            "subnetId": laboratory.subnet(),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": {"Name": "other", "stack": "test"}},
        {"subnetId": "subnet-0"},
    ),
    "aws:ec2/routeTable:RouteTable": Life(
        lambda laboratory: {"vpcId": laboratory.vpc, "tags": laboratory.tags()},
        lambda laboratory: {"tags": laboratory.tags()},
        {"vpcId": "vpc-0"},
    ),
    "aws:ec2/route:Route": Life(
        lambda laboratory: {
            "routeTableId": laboratory.route_table(),
            "destinationCidrBlock": "0.0.0.0/0",
            "gatewayId": laboratory.gateway,
        },
        lambda laboratory: {
            "gatewayId": None,
            "natGatewayId": laboratory.once(
                "nat",
                "aws:ec2/natGateway:NatGateway",
                {
                    "allocationId": laboratory.make("aws:ec2/eip:Eip", {"domain": "vpc"})[0],
                    "subnetId": laboratory.subnet(),
                },
            )["id"],
        },
        {"destinationCidrBlock": "1.0.0.0/8"},
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Life(
        lambda laboratory: {"routeTableId": laboratory.route_table(), "subnetId": laboratory.new_subnet()},
        lambda laboratory: {"routeTableId": laboratory.route_table()},
        {"subnetId": "subnet-0"},
    ),
    "aws:ec2/securityGroup:SecurityGroup": Life(
        lambda laboratory: {
            "name": laboratory.unique("group"),
            "description": "For tests",
            "vpcId": laboratory.vpc,
            "ingress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {
            "ingress": [],
            "egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}],
        },
        {"description": "Other"},
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Life(
        lambda laboratory: {
            "vpcId": laboratory.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.4.0.0/16"})[0],
            "ingress": [],
            "egress": [],
        },
        lambda laboratory: {
            "egress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}]
        },
        {"vpcId": "vpc-0"},
        outlives_deletion=True,
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Life(rule, rule_change, {"securityGroupId": "sg-0"}),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Life(rule, rule_change, {"securityGroupId": "sg-0"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Life(
        lambda laboratory: {
            "vpcId": laboratory.vpc,
            "serviceName": "com.amazonaws.us-east-1.s3",
            "routeTableIds": [laboratory.route_table()],
            "policy": policy(),
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"routeTableIds": [laboratory.route_table()], "policy": policy("Deny")},
        {"vpcEndpointType": "Interface"},
    ),
    "aws:ec2/flowLog:FlowLog": Life(
        lambda laboratory: {
            "vpcId": laboratory.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.5.0.0/16"})[0],
            "trafficType": "ALL",
            "iamRoleArn": laboratory.role["arn"],
            "logDestination": laboratory.log_group["arn"],
            "maxAggregationInterval": 60,
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"tags": laboratory.tags()},
        {"trafficType": "REJECT"},
    ),
    "aws:ec2clientvpn/endpoint:Endpoint": Life(
        endpoint,
        lambda laboratory: {"sessionTimeoutHours": 8, "splitTunnel": True},
        {"clientCidrBlock": "172.22.0.0/20"},
    ),
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation": Life(
        lambda laboratory: {"clientVpnEndpointId": laboratory.vpn, "subnetId": laboratory.subnet()},
        replacement={"subnetId": "subnet-0"},
    ),
    "aws:ec2clientvpn/authorizationRule:AuthorizationRule": Life(
        lambda laboratory: {
            "clientVpnEndpointId": laboratory.vpn,
            "targetNetworkCidr": "10.0.0.0/16",
            "accessGroupId": "group",
        },
        replacement={"accessGroupId": "other"},
    ),
    "aws:ec2clientvpn/route:Route": Life(
        lambda laboratory: {
            "clientVpnEndpointId": laboratory.vpn,
            "destinationCidrBlock": "10.9.0.0/16",
            "targetVpcSubnetId": laboratory.subnet(),
        },
        replacement={"destinationCidrBlock": "10.8.0.0/16"},
    ),
    "aws:ec2/networkAcl:NetworkAcl": Life(
        lambda laboratory: {
            "vpcId": laboratory.vpc,
            "subnetIds": [laboratory.new_subnet()],
            "ingress": [entry("10.0.0.0/16")],
            "egress": [entry("10.0.0.0/8")],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"ingress": [entry("10.0.0.0/24")], "subnetIds": [laboratory.new_subnet()]},
        {"vpcId": "vpc-0"},
    ),
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": Life(
        lambda laboratory: {
            "defaultNetworkAclId": laboratory.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.6.0.0/16"})[1][
                "defaultNetworkAclId"
            ],
            "tags": laboratory.tags(),
        },
        lambda laboratory: {"ingress": [entry("10.0.0.0/24")]},
        {"defaultNetworkAclId": "acl-0"},
        outlives_deletion=True,
    ),
}
