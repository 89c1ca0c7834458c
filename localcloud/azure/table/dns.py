"""Names, private and public."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import dns as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import dns as resolver_rules
from localcloud.azure.rules import network as rules
from localcloud.azure.table.line import ANY, SUBNET, VNET, ZONE, line

LINES: Final = (
    line(
        "network:PrivateDnsZoneGroup",
        "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
        names={"privateDnsZoneConfigs[].privateDnsZoneId": ZONE},
        name=rules.NETWORK_NAME,
    ),
    line(
        "privatedns:PrivateZone",
        f"{ZONE}/{{privateZoneName}}",
        replaces=("location",),
        everywhere=True,
        name=common.DOMAIN_NAME,
        outputs=Outputs(generated=computed.zone_generated),
    ),
    line(
        "privatedns:VirtualNetworkLink",
        f"{ZONE}/{{privateZoneName}}/virtualNetworkLinks/{{virtualNetworkLinkName}}",
        replaces=("virtualNetwork",),
        uses={"virtualNetwork.id": VNET},
        everywhere=True,
        keeps_parent=True,
        name=rules.NETWORK_NAME,
        outputs=Outputs(generated=computed.link_generated),
    ),
    line(
        "privatedns:PrivateRecordSet",
        f"{ZONE}/{{privateZoneName}}/{{recordType}}/{{relativeRecordSetName}}",
        checks=(common.one_of("recordType", "A", "AAAA", "CNAME", "MX", "PTR", "SOA", "SRV", "TXT"),),
    ),
    line(
        "dns:Zone",
        "Microsoft.Network/dnsZones/{zoneName}",
        replaces=("location",),
        everywhere=True,
        name=common.DOMAIN_NAME,
        outputs=Outputs(generated=computed.public_zone_generated),
    ),
    line(
        "dns:RecordSet",
        "Microsoft.Network/dnsZones/{zoneName}/{recordType}/{relativeRecordSetName}",
        names={"targetResource.id": ANY},
        checks=(
            common.one_of(
                "recordType", "A", "AAAA", "CAA", "CNAME", "DS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "TLSA", "TXT"
            ),
        ),
    ),
    line(
        "dnsresolver:DnsResolver",
        "Microsoft.Network/dnsResolvers/{dnsResolverName}",
        replaces=("location", "virtualNetwork"),
        uses={"virtualNetwork.id": VNET},
        name=rules.NETWORK_NAME,
        rules=(common.same_region("virtualNetwork.id"), resolver_rules.one_resolver),
        outputs=Outputs(generated=computed.resolver_generated),
    ),
    line(
        "dnsresolver:InboundEndpoint",
        "Microsoft.Network/dnsResolvers/{dnsResolverName}/inboundEndpoints/{inboundEndpointName}",
        replaces=("location",),
        keeps_parent=True,
        uses={"ipConfigurations[].subnet.id": SUBNET},
        name=rules.NETWORK_NAME,
        checks=(common.one_of("ipConfigurations[].privateIpAllocationMethod", "Dynamic", "Static"),),
        rules=(resolver_rules.endpoint_subnet,),
        outputs=Outputs(computed.inbound_certain, computed.inbound_generated),
    ),
)
