"""The engineers' way into the network.

Aware document, 4.e (access only through a secure VPN tunnel with a second factor).
"""

from typing import Final

import pulumi
from pulumi_azure_native import network

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.public_address import public_address

CLIENT_APPLICATION_ID: Final = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8"
"""Microsoft's own registration of the Azure VPN Client, the audience of its sign-ins (Azure documentation,
"Configure P2S VPN Gateway for Microsoft Entra ID authentication: Microsoft-registered app")."""


class Vpn(pulumi.ComponentResource):
    """A gateway that runs twice, in different zones, and takes no one but who has signed in to Entra.

    Two instances need an address each and point-to-site a third one (Azure documentation, "About active-active
    gateways"). Conditional Access on the VPN client's application demands the second factor.
    """

    endpoint: pulumi.Output[str | None]
    """The address that clients dial."""
    gateway_id: pulumi.Output[str]
    """Whose logs the stack collects: where they are copied to is decided outside."""

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        subnet_id: pulumi.Input[str],
        client_range: str,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Vpn", placement.label(name), {}, options)
        addresses = {
            role: public_address(role, placement=placement, audit=audit, parent=self)
            for role in ("vpn-first", "vpn-second", "vpn-clients")
        }
        gateway = network.VirtualNetworkGateway(
            placement.label("vpn"),
            virtual_network_gateway_name=placement.name("vgw"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            gateway_type=network.VirtualNetworkGatewayType.VPN,
            vpn_type=network.VpnType.ROUTE_BASED,
            vpn_gateway_generation=network.VpnGatewayGeneration.GENERATION2,
            sku=network.VirtualNetworkGatewaySkuArgs(
                name=network.VirtualNetworkGatewaySkuName.VPN_GW2_AZ,
                tier=network.VirtualNetworkGatewaySkuTier.VPN_GW2_AZ,
            ),
            active_active=True,
            enable_bgp=False,
            ip_configurations=[
                network.VirtualNetworkGatewayIPConfigurationArgs(
                    name=role,
                    private_ip_allocation_method=network.IPAllocationMethod.DYNAMIC,
                    public_ip_address=network.SubResourceArgs(id=address.id),
                    subnet=network.SubResourceArgs(id=subnet_id),
                )
                for role, address in addresses.items()
            ],
            vpn_client_configuration=network.VpnClientConfigurationArgs(
                vpn_client_protocols=[network.VpnClientProtocol.OPEN_VPN],
                vpn_authentication_types=[network.VpnAuthenticationType.AAD],
                vpn_client_address_pool=network.AddressSpaceArgs(address_prefixes=[client_range]),
                aad_audience=CLIENT_APPLICATION_ID,
                aad_tenant=f"https://login.microsoftonline.com/{placement.entra_tenant_id}/",
                aad_issuer=f"https://sts.windows.net/{placement.entra_tenant_id}/",
            ),
            tags=placement.tags("vpn"),
            # A gateway takes 30 to 60 minutes, which is longer than the provider waits by default.
            opts=pulumi.ResourceOptions(
                parent=self, custom_timeouts=pulumi.CustomTimeouts(create="2h", update="2h", delete="1h")
            ),
        )
        self.gateway_id = gateway.id
        self.endpoint = addresses["vpn-clients"].ip_address
        self.register_outputs({"endpoint": self.endpoint})
