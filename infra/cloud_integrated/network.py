"""Network: three zones with three tiers each, the doors to services of AWS, and the only way in for people, the VPN.

Public subnets hold the load balancer alone, private ones the services, isolated ones the doors behind which data lie;
these have no route to the internet. Security groups name each other; addresses appear at the edge only.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
from pulumi_aws import cloudwatch, ec2

from infra.cloud_integrated.certificate import Certificate
from infra.cloud_integrated.ec2_defaults import Ec2Defaults
from infra.cloud_integrated.endpoints import GatewayEndpoints, InterfaceEndpoints
from infra.cloud_integrated.firewall import Firewall
from infra.cloud_integrated.log_group import log_group
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.policy_document import Statement
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.security_groups import SecurityGroups
from infra.cloud_integrated.service_role import ServiceRole
from infra.cloud_integrated.tier import HTTPS, INTERNET, UPPER, Passage, Tier, TierName, subnet_ranges, tier_range
from infra.cloud_integrated.vpn import Vpn, VpnAccess

Size = Literal["dev", "production"]


class Network(Room):
    """The VPC of one region with everything in it.

    Where it isn't `serving`, nobody is there to leave or to come in: no NAT gateway, firewall, interface endpoint, VPN.
    What they log is kept all the same, so their log groups are always there. What serves `stays`, but in a second
    region. `subnet_ids` are by tier and zone, `security_group_ids` by name (see `security_groups`). `paths` has to be
    there before anybody in the private subnets reaches services of AWS or the internet. `vpn_endpoint` is the DNS name
    of the VPN, if there is one, and `vpn_log_group_name` where its connections are logged.
    """

    def __init__(
        self,
        *,
        names: Names,
        zones: Sequence[str],
        address_space: str,
        size: Size,
        serving: bool,
        vpn_access: VpnAccess | None,
        hosted_zone_id: str,
        boundary_arn: pulumi.Input[str],
        logs_key_arn: pulumi.Input[str],
        retention_days: int,
        protect: bool,
        stays: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("network", names=names, options=options)
        self._zones, self._address_space = zones, address_space
        self._logs_key_arn, self._retention_days = logs_key_arn, retention_days
        network = ec2.Vpc(
            names.logical("network"),
            ec2.VpcArgs(
                region=names.region,
                cidr_block=address_space,
                enable_dns_support=True,
                enable_dns_hostnames=True,
                tags=names.tags("network"),
            ),
            opts=self.child(),
        )
        self.vpc_id = network.id
        self._empty_defaults(network)
        self._flow_log(boundary_arn)
        gateway = ec2.InternetGateway(
            names.logical("internet"),
            ec2.InternetGatewayArgs(region=names.region, vpc_id=network.id, tags=names.tags("internet")),
            opts=self.child(),
        )
        public, private, isolated = self._tiers()
        for zone in zones:
            public.route(f"public-{zone}", zone, destination_cidr_block=INTERNET, gateway_id=gateway.id)
        Ec2Defaults(names=names, open_subnet_ids=public.subnet_ids, options=self.child())
        stores = GatewayEndpoints(
            names=names,
            vpc_id=network.id,
            route_table_ids=[*private.route_table_ids.values(), *isolated.route_table_ids.values()],
            options=self.child(),
        )
        groups = SecurityGroups(
            names=names, vpc_id=network.id, storage_prefix_list_ids=stores.prefix_list_ids, options=self.child()
        )
        self.paths: list[pulumi.Resource] = [private, stores, groups]
        dropped = self._log_group("firewall") if size == "production" else None
        if serving:
            doors = InterfaceEndpoints(
                names=names,
                vpc_id=network.id,
                subnet_ids=list(isolated.subnet_ids.values()),
                security_group_id=groups.ids["endpoints"],
                options=self.child(),
            )
            way_out = self._way_out(gateway)
            self.paths += [doors, way_out[0]]
            if dropped is not None:
                self.paths.append(self._through_firewall(private, way_out, dropped.name, protect=protect, stays=stays))
            else:
                self._straight(private, way_out)
        self.subnet_ids: Mapping[str, Mapping[str, pulumi.Output[str]]] = {
            "public": public.subnet_ids,
            "private": private.subnet_ids,
            "isolated": isolated.subnet_ids,
        }
        self.security_group_ids = groups.ids
        vpn: Vpn | None = None
        self.vpn_log_group_name: pulumi.Output[str] | None = None
        if vpn_access is not None:
            self.vpn_log_group_name = self._log_group("vpn-connections").name
            # Also where nobody serves yet: the controls of Route 53, which its record needs, may be lost in a failover.
            certificate = self._vpn_certificate(vpn_access.domain, hosted_zone_id)
            if serving:
                vpn = Vpn(
                    names=names,
                    access=vpn_access,
                    vpc_id=network.id,
                    subnet_ids=private.subnet_ids,
                    reachable_range=self._range("private"),
                    security_group_id=groups.ids["vpn"],
                    certificate_arn=certificate.arn,
                    log_group_name=self.vpn_log_group_name,
                    options=self.child(),
                )
        self.vpn_endpoint = vpn and vpn.endpoint
        self.register_outputs({"vpcId": self.vpc_id, "vpnEndpoint": self.vpn_endpoint})

    def _vpn_certificate(self, domain: str, hosted_zone_id: str) -> Certificate:
        return Certificate(
            "vpn",
            names=self.names,
            domain=domain,
            # Client VPN takes RSA only (Client VPN Administrator Guide, "Mutual authentication").
            key_algorithm="RSA_2048",
            hosted_zone_id=hosted_zone_id,
            options=self.child(),
        )

    def _range(self, tier: TierName) -> str:
        return str(tier_range(self._address_space, tier))

    def _empty_defaults(self, network: ec2.Vpc) -> None:
        """The group and the ACL that AWS adds to every VPC let nothing through: who wears no other is cut off."""
        names = self.names
        ec2.DefaultSecurityGroup(
            names.logical("default"),
            ec2.DefaultSecurityGroupArgs(
                region=names.region, vpc_id=network.id, ingress=[], egress=[], tags=names.tags("default")
            ),
            opts=self.child(),
        )
        ec2.DefaultNetworkAcl(
            names.logical("default"),
            ec2.DefaultNetworkAclArgs(
                region=names.region,
                default_network_acl_id=network.default_network_acl_id,
                ingress=[],
                egress=[],
                tags=names.tags("default"),
            ),
            opts=self.child(),
        )

    def _tier(self, tier: TierName, *, lets_in: Sequence[Passage], lets_out: Sequence[Passage]) -> Tier:
        return Tier(
            tier,
            names=self.names,
            vpc_id=self.vpc_id,
            zones=self._zones,
            address_space=self._address_space,
            lets_in=lets_in,
            lets_out=lets_out,
            options=self.child(),
        )

    def _tiers(self) -> tuple[Tier, Tier, Tier]:
        public, private = self._range("public"), self._range("private")
        return (
            self._tier(
                "public",
                lets_in=[Passage(HTTPS, INTERNET), Passage(UPPER, private)],
                lets_out=[Passage(UPPER, INTERNET)],
            ),
            self._tier(
                "private",
                # Answers come from the internet itself: NAT changes the address of the one who asked, not theirs.
                lets_in=[Passage(UPPER, INTERNET)],
                lets_out=[Passage(HTTPS, INTERNET), Passage(UPPER, public), Passage(UPPER, private)],
            ),
            self._tier("isolated", lets_in=[Passage(HTTPS, private)], lets_out=[Passage(UPPER, private)]),
        )

    def _passing_tier(self, tier: TierName) -> Tier:
        """A tier on the way out: requests of the private tier to the internet, and the answers."""
        private = self._range("private")
        return self._tier(
            tier,
            lets_in=[Passage(HTTPS, private), Passage(UPPER, INTERNET)],
            lets_out=[Passage(HTTPS, INTERNET), Passage(UPPER, private)],
        )

    def _way_out(self, gateway: ec2.InternetGateway) -> tuple[Tier, Mapping[str, pulumi.Output[str]]]:
        """The tier of the NAT gateways, and these by zone: the loss of a zone doesn't cut off the others."""
        names = self.names
        tier = self._passing_tier("exit")
        nat_ids: dict[str, pulumi.Output[str]] = {}
        for zone in self._zones:
            name = f"nat-{zone}"
            address = ec2.Eip(
                names.logical(name),
                ec2.EipArgs(region=names.region, domain="vpc", tags=names.tags(name)),
                opts=self.child(depends_on=[gateway]),
            )
            nat_ids[zone] = ec2.NatGateway(
                names.logical(name),
                ec2.NatGatewayArgs(
                    region=names.region,
                    allocation_id=address.id,
                    subnet_id=tier.subnet_ids[zone],
                    tags=names.tags(name),
                ),
                opts=self.child(depends_on=[gateway]),
            ).id
            tier.route(f"exit-{zone}", zone, destination_cidr_block=INTERNET, gateway_id=gateway.id)
        return tier, nat_ids

    def _straight(self, private: Tier, way_out: tuple[Tier, Mapping[str, pulumi.Output[str]]]) -> None:
        _, nat_ids = way_out
        for zone in self._zones:
            private.route(f"private-{zone}", zone, destination_cidr_block=INTERNET, nat_gateway_id=nat_ids[zone])

    def _through_firewall(
        self,
        private: Tier,
        way_out: tuple[Tier, Mapping[str, pulumi.Output[str]]],
        log_group_name: pulumi.Input[str],
        *,
        protect: bool,
        stays: bool,
    ) -> Tier:
        """What leaves passes the firewall of its zone, and so do the answers, or it would see half a connection."""
        exit_tier, nat_ids = way_out
        tier = self._passing_tier("firewall")
        firewall = Firewall(
            names=self.names,
            vpc_id=self.vpc_id,
            subnet_ids=tier.subnet_ids,
            inner_range=self._range("private"),
            log_group_name=log_group_name,
            protect=protect,
            stays=stays,
            options=self.child(),
        )
        inner = subnet_ranges(self._address_space, "private", self._zones)
        for zone in self._zones:
            endpoint = firewall.endpoint_ids[zone]
            private.route(f"private-{zone}", zone, destination_cidr_block=INTERNET, vpc_endpoint_id=endpoint)
            tier.route(f"firewall-{zone}", zone, destination_cidr_block=INTERNET, nat_gateway_id=nat_ids[zone])
            exit_tier.route(f"answers-{zone}", zone, destination_cidr_block=inner[zone], vpc_endpoint_id=endpoint)
        return tier

    def _log_group(self, name: str) -> cloudwatch.LogGroup:
        return log_group(self, name, key_arn=self._logs_key_arn, retention_days=self._retention_days)

    def _flow_log(self, boundary_arn: pulumi.Input[str]) -> None:
        names = self.names
        group = self._log_group("flow-logs")
        role = ServiceRole(
            "flow-logs",
            names=names,
            service="vpc-flow-logs.amazonaws.com",
            source_arn=names.arn("ec2", "vpc-flow-log/*"),
            boundary_arn=boundary_arn,
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
            names.logical("network"),
            ec2.FlowLogArgs(
                region=names.region,
                vpc_id=self.vpc_id,
                traffic_type="ALL",
                log_destination_type="cloud-watch-logs",
                log_destination=group.arn,
                iam_role_arn=role.arn,
                max_aggregation_interval=60,
                tags=names.tags("network"),
            ),
            opts=self.child(protect=True),
        )
