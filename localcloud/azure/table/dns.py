"""Names, private and public."""

from typing import Final

from localcloud.azure import computed
from localcloud.azure.cloud import Outputs
from localcloud.azure.rules import common
from localcloud.azure.rules import network as rules
from localcloud.azure.table.line import ANY, VNET, ZONE, line

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
)
