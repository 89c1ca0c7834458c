"""PostgreSQL flexible servers."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import database as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import database as rules
from localcloud.azure.table.line import IDENTITY, SUBNET, ZONE, line

_SERVER: Final = "Microsoft.DBforPostgreSQL/flexibleServers"

LINES: Final = (
    line(
        "dbforpostgresql:Server",
        f"{_SERVER}/{{serverName}}",
        replaces=(
            "administratorLogin",
            "availabilityZone",
            "location",
            "network",
            "pointInTimeUTC",
            "sourceServerResourceId",
        ),
        uses={"network.delegatedSubnetResourceId": SUBNET, "network.privateDnsZoneArmResourceId": ZONE},
        names={
            "sourceServerResourceId": _SERVER,
            "dataEncryption.primaryUserAssignedIdentityId": IDENTITY,
            "dataEncryption.geoBackupUserAssignedIdentityId": IDENTITY,
        },
        write_only=("administratorLoginPassword", "createMode", "pointInTimeUTC"),
        name=rules.SERVER_NAME,
        checks=(
            rules.server,
            common.between("backup.backupRetentionDays", 7, 35),
            common.one_of("sku.tier", "Burstable", "GeneralPurpose", "MemoryOptimized"),
            common.one_of("highAvailability.mode", "Disabled", "SameZone", "ZoneRedundant"),
            common.one_of("authConfig.passwordAuth", "Enabled", "Disabled"),
            common.one_of("authConfig.activeDirectoryAuth", "Enabled", "Disabled"),
            common.one_of("dataEncryption.type", "AzureKeyVault", "SystemManaged"),
            common.one_of("version", "11", "12", "13", "14", "15", "16", "17", "18"),
        ),
        rules=(
            rules.server_lasts,
            rules.server_network,
            rules.server_keys,
            common.name_is_free,
            common.same_region("network.delegatedSubnetResourceId"),
        ),
        outputs=Outputs(computed.server_certain, computed.server_generated),
    ),
    line(
        "dbforpostgresql:Configuration",
        f"{_SERVER}/{{serverName}}/configurations/{{configurationName}}",
        singleton=True,
        rules=(rules.configuration,),
        outputs=Outputs(generated=computed.configuration_generated),
    ),
    line(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        f"{_SERVER}/{{serverName}}/administrators/{{objectId}}",
        name=common.GUID_NAME,
        checks=(common.one_of("principalType", "User", "Group", "ServicePrincipal", "Unknown"),),
        rules=(rules.administrator,),
    ),
    line("dbforpostgresql:Database", f"{_SERVER}/{{serverName}}/databases/{{databaseName}}"),
    line(
        "dbforpostgresql:VirtualEndpoint",
        f"{_SERVER}/{{serverName}}/virtualendpoints/{{virtualEndpointName}}",
        outputs=Outputs(generated=computed.endpoint_generated),
    ),
)
