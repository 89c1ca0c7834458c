"""The VPN, the only way in for people (e-mail document, 4.d).

Whoever comes in holds a device with a certificate and has signed in through the identity provider, which demands the
second factor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import ec2clientvpn

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room
from infra.settings import VpnGroup

BANNER: Final = "For authorized engineers only. Every connection is logged."

SESSION_HOURS: Final = 8
"""After so long everybody signs in again: the shortest that Client VPN offers."""


@dataclass(frozen=True, kw_only=True)
class VpnAccess:
    """Who may open the VPN, and under which name it stands.

    `device_certificate_arn` is a certificate of ACM, in the VPN's region, whose authority has issued those of the
    devices.
    """

    domain: str
    client_range: str
    identity_provider_arn: str
    device_certificate_arn: str
    groups: Sequence[VpnGroup]


class Vpn(Room):
    """The endpoint, in a subnet of each zone; `endpoint` is the DNS name that clients connect to.

    Connections, and attempts, are logged to the group `log_group_name`.
    """

    def __init__(
        self,
        *,
        names: Names,
        access: VpnAccess,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        reachable_range: str,
        security_group_id: pulumi.Input[str],
        certificate_arn: pulumi.Input[str],
        log_group_name: pulumi.Input[str],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("vpn", names=names, options=options)
        endpoint = ec2clientvpn.Endpoint(
            names.logical("vpn"),
            ec2clientvpn.EndpointArgs(
                region=names.region,
                description=f"VPN of {names.physical('network')}",
                vpc_id=vpc_id,
                security_group_ids=[security_group_id],
                client_cidr_block=access.client_range,
                server_certificate_arn=certificate_arn,
                authentication_options=[
                    ec2clientvpn.EndpointAuthenticationOptionArgs(
                        type="certificate-authentication", root_certificate_chain_arn=access.device_certificate_arn
                    ),
                    ec2clientvpn.EndpointAuthenticationOptionArgs(
                        type="federated-authentication", saml_provider_arn=access.identity_provider_arn
                    ),
                ],
                connection_log_options=ec2clientvpn.EndpointConnectionLogOptionsArgs(
                    enabled=True, cloudwatch_log_group=log_group_name
                ),
                client_login_banner_options=ec2clientvpn.EndpointClientLoginBannerOptionsArgs(
                    enabled=True, banner_text=BANNER
                ),
                client_route_enforcement_options=ec2clientvpn.EndpointClientRouteEnforcementOptionsArgs(enforced=True),
                session_timeout_hours=SESSION_HOURS,
                disconnect_on_session_timeout=True,
                split_tunnel=True,
                self_service_portal="disabled",
                transport_protocol="udp",
                vpn_port=443,
                tags=names.tags("vpn"),
            ),
            opts=self.child(),
        )
        for zone, subnet_id in subnet_ids.items():
            ec2clientvpn.NetworkAssociation(
                names.logical(f"vpn-{zone}"),
                ec2clientvpn.NetworkAssociationArgs(
                    region=names.region, client_vpn_endpoint_id=endpoint.id, subnet_id=subnet_id
                ),
                opts=self.child(),
            )
        for member in access.groups:
            ec2clientvpn.AuthorizationRule(
                names.logical(f"vpn-{member.name}"),
                ec2clientvpn.AuthorizationRuleArgs(
                    region=names.region,
                    client_vpn_endpoint_id=endpoint.id,
                    target_network_cidr=reachable_range,
                    access_group_id=member.id,
                    description=f"Group {member.name}",
                ),
                opts=self.child(),
            )
        self.endpoint = endpoint.dns_name
        self.register_outputs({"endpoint": self.endpoint})
