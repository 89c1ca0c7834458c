"""Virtual networks and what lies in them."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import network as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import network as rules
from localcloud.azure.table.line import ADDRESS, ANY, NSG, STORAGE, SUBNET, VNET, WORKSPACE, line

LINES: Final = (
    line(
        "network:VirtualNetwork",
        f"{VNET}/{{virtualNetworkName}}",
        replaces=("location",),
        inline={"subnets": "network:Subnet"},
        uses={"ddosProtectionPlan.id": ANY},
        name=rules.NETWORK_NAME,
        checks=(rules.subnets, common.ranges("addressSpace.addressPrefixes")),
        rules=(rules.network_keeps_subnets,),
        outputs=Outputs(generated=computed.network_guid),
    ),
    line(
        "network:Subnet",
        f"{SUBNET.rpartition('/')[0]}/{{virtualNetworkName}}/subnets/{{subnetName}}",
        uses={
            "networkSecurityGroup.id": NSG,
            "natGateway.id": "Microsoft.Network/natGateways",
            "routeTable.id": "Microsoft.Network/routeTables",
        },
        name=rules.NETWORK_NAME,
        checks=(rules.subnet, common.ranges("addressPrefix"), common.ranges("addressPrefixes")),
        rules=(rules.subnet_lies_inside, common.same_region("networkSecurityGroup.id")),
    ),
    line(
        "network:VirtualNetworkPeering",
        f"{VNET}/{{virtualNetworkName}}/virtualNetworkPeerings/{{virtualNetworkPeeringName}}",
        names={"remoteVirtualNetwork.id": VNET},
        name=rules.NETWORK_NAME,
    ),
    line(
        "network:NetworkSecurityGroup",
        f"{NSG}/{{networkSecurityGroupName}}",
        name=rules.NETWORK_NAME,
        checks=(rules.security_rules, common.between("securityRules[].priority", 100, 4096)),
        outputs=Outputs(generated=computed.network_guid),
    ),
    line(
        "network:SecurityRule",
        f"{NSG}/{{networkSecurityGroupName}}/securityRules/{{securityRuleName}}",
        name=rules.NETWORK_NAME,
        checks=(common.between("priority", 100, 4096),),
    ),
    line(
        "network:RouteTable",
        "Microsoft.Network/routeTables/{routeTableName}",
        name=rules.NETWORK_NAME,
        outputs=Outputs(generated=computed.network_guid),
    ),
    line("network:Route", "Microsoft.Network/routeTables/{routeTableName}/routes/{routeName}", name=rules.NETWORK_NAME),
    line(
        "network:PublicIPAddress",
        f"{ADDRESS}/{{publicIpAddressName}}",
        replaces=("location", "publicIPAddressVersion", "publicIPPrefix", "sku"),
        name=rules.NETWORK_NAME,
        checks=(rules.public_address, common.between("idleTimeoutInMinutes", 4, 30)),
        outputs=Outputs(generated=computed.address_generated),
    ),
    line(
        "network:NatGateway",
        "Microsoft.Network/natGateways/{natGatewayName}",
        uses={"publicIpAddresses[].id": ADDRESS},
        name=rules.NETWORK_NAME,
        checks=(common.between("idleTimeoutInMinutes", 4, 120),),
        rules=(common.same_region("publicIpAddresses[].id"),),
        outputs=Outputs(generated=computed.network_guid),
    ),
    line(
        "network:VirtualNetworkGateway",
        "Microsoft.Network/virtualNetworkGateways/{virtualNetworkGatewayName}",
        uses={"ipConfigurations[].subnet.id": SUBNET, "ipConfigurations[].publicIPAddress.id": ADDRESS},
        write_only=(
            "vpnClientConfiguration.radiusServerSecret",
            "vpnClientConfiguration.radiusServers[].radiusServerSecret",
        ),
        name=rules.NETWORK_NAME,
        checks=(
            rules.gateway,
            common.ranges("vpnClientConfiguration.vpnClientAddressPool.addressPrefixes"),
            common.one_of("vpnClientConfiguration.vpnClientProtocols[]", "OpenVPN", "IkeV2", "SSTP"),
            common.one_of("vpnClientConfiguration.vpnAuthenticationTypes[]", "AAD", "Certificate", "Radius"),
        ),
        rules=(
            rules.gateway_lies_in_subnet,
            common.same_region("ipConfigurations[].subnet.id"),
            common.same_region("ipConfigurations[].publicIPAddress.id"),
        ),
        outputs=Outputs(generated=computed.network_guid),
    ),
    line(
        "network:PrivateEndpoint",
        "Microsoft.Network/privateEndpoints/{privateEndpointName}",
        replaces=("subnet",),
        uses={"subnet.id": SUBNET},
        names={
            "privateLinkServiceConnections[].privateLinkServiceId": ANY,
            "manualPrivateLinkServiceConnections[].privateLinkServiceId": ANY,
        },
        name=rules.NETWORK_NAME,
        rules=(rules.private_endpoint_groups, common.same_region("subnet.id")),
        outputs=Outputs(generated=computed.private_endpoint_generated),
    ),
    line(
        "network:NetworkWatcher",
        "Microsoft.Network/networkWatchers/{networkWatcherName}",
        name=rules.NETWORK_NAME,
        rules=(rules.one_watcher,),
    ),
    line(
        "network:FlowLog",
        "Microsoft.Network/networkWatchers/{networkWatcherName}/flowLogs/{flowLogName}",
        names={
            "targetResourceId": ANY,
            "storageId": STORAGE,
            "flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration.workspaceResourceId": WORKSPACE,
        },
        name=rules.NETWORK_NAME,
        checks=(common.between("retentionPolicy.days", 0, 365),),
        rules=(rules.flow_log, common.same_region("targetResourceId"), common.same_region("storageId")),
    ),
)
