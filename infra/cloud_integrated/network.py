"""Network: three zones with three tiers each, and the only way in for people, the VPN.

Public subnets hold the load balancer and the NAT gateways, private ones the services; isolated ones are for data and
have no route to the internet. Security groups name each other; addresses appear at the edge only.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network
from itertools import islice
from typing import Final, Literal

import pulumi
from pulumi_aws import ec2, ec2clientvpn, vpc

from infra.cloud_integrated.certificate import Certificate
from infra.cloud_integrated.log_group import log_group
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import WHOEVER_IS_INSIDE, Condition, Statement, document
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.service_role import ServiceRole
from infra.settings import VpnGroup

Tier = Literal["public", "private", "isolated"]

TIERS: Final[tuple[Tier, ...]] = ("public", "private", "isolated")
"""In the order of their addresses: a quarter of the address space each, the last quarter is left free."""

INTERNET: Final = "0.0.0.0/0"

HTTPS_PORT: Final = 443

SERVICE_PORT: Final = 8443
"""Where the services listen, with TLS."""

BANNER: Final = "For authorized engineers only. Every connection is logged."


def subnet_ranges(address_space: str, tier: Tier, zones: int) -> Sequence[str]:
    """The CIDR of the tier's subnet in each of up to four zones."""
    return [str(subnet) for subnet in islice(tier_range(address_space, tier).subnets(prefixlen_diff=2), zones)]


def tier_range(address_space: str, tier: Tier) -> IPv4Network:
    """The range that holds all subnets of a tier."""
    return list(IPv4Network(address_space).subnets(prefixlen_diff=2))[TIERS.index(tier)]


class Network(Room):
    """The VPC, its subnets and security groups, its flow logs and the VPN."""

    def __init__(
        self,
        *,
        names: Names,
        zones: Sequence[str],
        address_space: str,
        vpn_address_space: str,
        vpn_domain: str,
        vpn_identity_provider_arn: str,
        vpn_groups: Sequence[VpnGroup],
        hosted_zone_id: str,
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("network", names=names, options=options)
        network = ec2.Vpc(
            "network",
            ec2.VpcArgs(
                cidr_block=address_space,
                enable_dns_support=True,
                enable_dns_hostnames=True,
                tags=names.tags("network"),
            ),
            opts=self.child(),
        )
        self.vpc_id = network.id
        ec2.DefaultSecurityGroup(
            "default",
            ec2.DefaultSecurityGroupArgs(vpc_id=network.id, ingress=[], egress=[], tags=names.tags("default")),
            opts=self.child(),
        )
        self.public_subnet_ids = self._subnets("public", zones, address_space)
        self.private_subnet_ids = self._subnets("private", zones, address_space)
        self.isolated_subnet_ids = self._subnets("isolated", zones, address_space)
        self._routes(zones)
        self._flow_log(logs_key_arn, retention_days)
        self.edge_security_group_id = self._security_group("edge", "Load balancer of the portal")
        self.services_security_group_id = self._security_group("services", "Services")
        self.vpn_security_group_id = self._security_group("vpn", "VPN clients")
        self._security_group_rules()
        self.vpn_endpoint = self._vpn(
            zones=zones,
            client_range=vpn_address_space,
            reachable_range=str(tier_range(address_space, "private")),
            domain=vpn_domain,
            identity_provider_arn=vpn_identity_provider_arn,
            groups=vpn_groups,
            hosted_zone_id=hosted_zone_id,
            logs_key_arn=logs_key_arn,
            retention_days=retention_days,
        )
        self.register_outputs({"vpcId": self.vpc_id, "vpnEndpoint": self.vpn_endpoint})

    def _subnets(self, tier: Tier, zones: Sequence[str], address_space: str) -> Sequence[pulumi.Output[str]]:
        ranges = subnet_ranges(address_space, tier, len(zones))
        return [
            ec2.Subnet(
                f"{tier}-{zone}",
                ec2.SubnetArgs(
                    vpc_id=self.vpc_id,
                    cidr_block=cidr_block,
                    availability_zone=zone,
                    map_public_ip_on_launch=False,
                    tags=self.names.tags(f"{tier}-{zone}"),
                ),
                opts=self.child(),
            ).id
            for zone, cidr_block in zip(zones, ranges, strict=True)
        ]

    def _routes(self, zones: Sequence[str]) -> None:
        gateway = ec2.InternetGateway(
            "internet",
            ec2.InternetGatewayArgs(vpc_id=self.vpc_id, tags=self.names.tags("internet")),
            opts=self.child(),
        )
        public, isolated = self._route_table("public"), self._route_table("isolated")
        ec2.Route(
            "public",
            ec2.RouteArgs(route_table_id=public, destination_cidr_block=INTERNET, gateway_id=gateway.id),
            opts=self.child(),
        )
        inner = [isolated]
        for index, zone in enumerate(zones):
            # A gateway and a table a zone: the loss of a zone doesn't cut off the others.
            private = self._route_table(f"private-{zone}")
            inner.append(private)
            address = ec2.Eip(
                f"nat-{zone}",
                ec2.EipArgs(domain="vpc", tags=self.names.tags(f"nat-{zone}")),
                opts=self.child(depends_on=[gateway]),
            )
            nat = ec2.NatGateway(
                f"nat-{zone}",
                ec2.NatGatewayArgs(
                    allocation_id=address.id,
                    subnet_id=self.public_subnet_ids[index],
                    tags=self.names.tags(f"nat-{zone}"),
                ),
                opts=self.child(depends_on=[gateway]),
            )
            ec2.Route(
                f"private-{zone}",
                ec2.RouteArgs(route_table_id=private, destination_cidr_block=INTERNET, nat_gateway_id=nat.id),
                opts=self.child(),
            )
            for tier, subnet_id, table_id in (
                ("public", self.public_subnet_ids[index], public),
                ("private", self.private_subnet_ids[index], private),
                ("isolated", self.isolated_subnet_ids[index], isolated),
            ):
                ec2.RouteTableAssociation(
                    f"{tier}-{zone}",
                    ec2.RouteTableAssociationArgs(subnet_id=subnet_id, route_table_id=table_id),
                    opts=self.child(),
                )
        self._storage_endpoint(inner)

    def _route_table(self, name: str) -> pulumi.Output[str]:
        return ec2.RouteTable(
            name,
            ec2.RouteTableArgs(vpc_id=self.vpc_id, tags=self.names.tags(name)),
            opts=self.child(),
        ).id

    def _storage_endpoint(self, route_table_ids: Sequence[pulumi.Output[str]]) -> None:
        """Keeps traffic to S3 off the internet, and lets it go to this account's buckets only.

        The layers of container images lie in a bucket of ECR's (ECR User Guide, "Amazon S3 gateway endpoint").
        """
        region = self.names.region
        ec2.VpcEndpoint(
            "storage",
            ec2.VpcEndpointArgs(
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{region}.s3",
                vpc_endpoint_type="Gateway",
                route_table_ids=list(route_table_ids),
                policy=document(
                    Statement(
                        sid="OwnBuckets",
                        principal=WHOEVER_IS_INSIDE,
                        actions=["s3:*"],
                        conditions=[Condition.of("StringEquals", "aws:ResourceAccount", self.names.account_id)],
                    ),
                    Statement(
                        sid="ImageLayers",
                        principal=WHOEVER_IS_INSIDE,
                        actions=["s3:GetObject"],
                        resources=[f"arn:aws:s3:::prod-{region}-starport-layer-bucket/*"],
                    ),
                ),
                tags=self.names.tags("storage"),
            ),
            opts=self.child(),
        )

    def _flow_log(self, key_arn: pulumi.Input[str], retention_days: int) -> None:
        group = log_group(self, "flow-logs", key_arn=key_arn, retention_days=retention_days)
        role = ServiceRole(
            "flow-logs",
            names=self.names,
            service="vpc-flow-logs.amazonaws.com",
            source_arn=self.names.arn("ec2", "vpc-flow-log/*"),
            statements=[
                Statement(
                    sid="Deliver",
                    actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    resources=[group.arn, pulumi.Output.concat(group.arn, ":log-stream:*")],
                )
            ],
            options=self.child(),
        )
        ec2.FlowLog(
            "network",
            ec2.FlowLogArgs(
                vpc_id=self.vpc_id,
                traffic_type="ALL",
                log_destination_type="cloud-watch-logs",
                log_destination=group.arn,
                iam_role_arn=role.arn,
                max_aggregation_interval=60,
                tags=self.names.tags("network"),
            ),
            opts=self.child(protect=True, depends_on=[role]),
        )

    def _security_group(self, name: str, description: str) -> pulumi.Output[str]:
        return ec2.SecurityGroup(
            name,
            ec2.SecurityGroupArgs(
                name=self.names.physical(name),
                description=description,
                vpc_id=self.vpc_id,
                tags=self.names.tags(name),
            ),
            opts=self.child(),
        ).id

    def _security_group_rules(self) -> None:
        edge, services, vpn = (
            self.edge_security_group_id,
            self.services_security_group_id,
            self.vpn_security_group_id,
        )
        self._ingress("edge-from-internet", edge, HTTPS_PORT, cidr_ipv4=INTERNET)
        self._egress("edge-to-services", edge, SERVICE_PORT, security_group_id=services)
        self._ingress("services-from-edge", services, SERVICE_PORT, security_group_id=edge)
        self._ingress("services-from-vpn", services, SERVICE_PORT, security_group_id=vpn)
        # Services fetch mail from the customers' providers, whose addresses change daily.
        self._egress("services-to-internet", services, HTTPS_PORT, cidr_ipv4=INTERNET)
        self._egress("vpn-to-services", vpn, SERVICE_PORT, security_group_id=services)

    def _ingress(
        self,
        name: str,
        of: pulumi.Input[str],
        port: int,
        *,
        security_group_id: pulumi.Input[str] | None = None,
        cidr_ipv4: str | None = None,
    ) -> None:
        vpc.SecurityGroupIngressRule(
            name,
            vpc.SecurityGroupIngressRuleArgs(
                security_group_id=of,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                referenced_security_group_id=security_group_id,
                cidr_ipv4=cidr_ipv4,
                tags=self.names.tags(name),
            ),
            opts=self.child(),
        )

    def _egress(
        self,
        name: str,
        of: pulumi.Input[str],
        port: int,
        *,
        security_group_id: pulumi.Input[str] | None = None,
        cidr_ipv4: str | None = None,
    ) -> None:
        vpc.SecurityGroupEgressRule(
            name,
            vpc.SecurityGroupEgressRuleArgs(
                security_group_id=of,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                referenced_security_group_id=security_group_id,
                cidr_ipv4=cidr_ipv4,
                tags=self.names.tags(name),
            ),
            opts=self.child(),
        )

    def _vpn(
        self,
        *,
        zones: Sequence[str],
        client_range: str,
        reachable_range: str,
        domain: str,
        identity_provider_arn: str,
        groups: Sequence[VpnGroup],
        hosted_zone_id: str,
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
    ) -> pulumi.Output[str]:
        """The VPN (e-mail document, 4.d): the second factor is demanded by the identity provider."""
        certificate = Certificate(
            "vpn",
            names=self.names,
            domain=domain,
            # Client VPN takes RSA only (Client VPN Administrator Guide, "Mutual authentication").
            key_algorithm="RSA_2048",
            hosted_zone_id=hosted_zone_id,
            options=self.child(),
        )
        group = log_group(self, "vpn-connections", key_arn=logs_key_arn, retention_days=retention_days)
        endpoint = ec2clientvpn.Endpoint(
            "vpn",
            ec2clientvpn.EndpointArgs(
                description=f"VPN of {self.names.physical('network')}",
                vpc_id=self.vpc_id,
                security_group_ids=[self.vpn_security_group_id],
                client_cidr_block=client_range,
                server_certificate_arn=certificate.arn,
                authentication_options=[
                    ec2clientvpn.EndpointAuthenticationOptionArgs(
                        type="federated-authentication", saml_provider_arn=identity_provider_arn
                    )
                ],
                connection_log_options=ec2clientvpn.EndpointConnectionLogOptionsArgs(
                    enabled=True, cloudwatch_log_group=group.name
                ),
                client_login_banner_options=ec2clientvpn.EndpointClientLoginBannerOptionsArgs(
                    enabled=True, banner_text=BANNER
                ),
                client_route_enforcement_options=ec2clientvpn.EndpointClientRouteEnforcementOptionsArgs(enforced=True),
                session_timeout_hours=8,
                disconnect_on_session_timeout=True,
                split_tunnel=True,
                self_service_portal="disabled",
                transport_protocol="udp",
                vpn_port=443,
                tags=self.names.tags("vpn"),
            ),
            opts=self.child(),
        )
        for zone, subnet_id in zip(zones, self.private_subnet_ids, strict=True):
            ec2clientvpn.NetworkAssociation(
                f"vpn-{zone}",
                ec2clientvpn.NetworkAssociationArgs(client_vpn_endpoint_id=endpoint.id, subnet_id=subnet_id),
                opts=self.child(),
            )
        for member in groups:
            ec2clientvpn.AuthorizationRule(
                f"vpn-{member.name}",
                ec2clientvpn.AuthorizationRuleArgs(
                    client_vpn_endpoint_id=endpoint.id,
                    target_network_cidr=reachable_range,
                    access_group_id=member.id,
                    description=f"Group {member.name}",
                ),
                opts=self.child(),
            )
        return endpoint.dns_name
