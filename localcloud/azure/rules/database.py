"""What ARM refuses of PostgreSQL flexible servers."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.regions import region_of
from localcloud.azure.rules.common import Failures, is_known
from localcloud.azure.rules.key_vault import encrypting_key
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.identifiers import uuid_of
from localcloud.paths import get, select

_DELEGATION: Final = "microsoft.dbforpostgresql/flexibleservers"
_ZONE_SUFFIX: Final = ".postgres.database.azure.com"

PAIRS: Final[Mapping[str, str]] = {
    "eastus": "westus",
    "eastus2": "centralus",
    "uksouth": "ukwest",
    "northeurope": "westeurope",
    "westus": "eastus",
    "centralus": "eastus2",
    "ukwest": "uksouth",
    "westeurope": "northeurope",
    "canadacentral": "canadaeast",
    "australiaeast": "australiasoutheast",
    "southafricanorth": "southafricawest",
}
"""The region that receives a region's geo-redundant copies (Azure, "Azure paired regions")."""


def server(inputs: Properties) -> Failures:
    """Settings of a server that need or exclude one another (PostgreSQL, "Data encryption", "Limits")."""
    mode, tier = get(inputs, "highAvailability", "mode"), get(inputs, "sku", "tier")
    if mode in ("SameZone", "ZoneRedundant") and tier == "Burstable":
        yield CheckFailure("highAvailability.mode", "the tier Burstable has no standby")
    zone, standby = inputs.get("availabilityZone"), get(inputs, "highAvailability", "standbyAvailabilityZone")
    # The SDK gives an empty text for a zone that is left to Azure.
    if mode == "ZoneRedundant" and zone and is_known(zone) and zone == standby:
        yield CheckFailure("highAvailability.standbyAvailabilityZone", "must be another zone than the server's")
    if get(inputs, "network", "delegatedSubnetResourceId") is not None:
        if get(inputs, "network", "privateDnsZoneArmResourceId") is None:
            yield CheckFailure("network.privateDnsZoneArmResourceId", "a server in a subnet needs it")
        if get(inputs, "network", "publicNetworkAccess") == "Enabled":
            yield CheckFailure("network.publicNetworkAccess", "a server in a subnet has no public access")
    yield from _encryption(inputs)
    yield from _sign_in(inputs)
    if inputs.get("createMode") in ("Replica", "GeoRestore", "PointInTimeRestore") and not inputs.get(
        "sourceServerResourceId"
    ):
        yield CheckFailure("sourceServerResourceId", f"createMode {inputs['createMode']} needs it")


def _encryption(inputs: Properties) -> Failures:
    if get(inputs, "dataEncryption", "type") != "AzureKeyVault":
        return
    needed = ["primaryKeyURI", "primaryUserAssignedIdentityId"]
    if get(inputs, "backup", "geoRedundantBackup") == "Enabled":
        needed += ["geoBackupKeyURI", "geoBackupUserAssignedIdentityId"]
    for name in needed:
        if get(inputs, "dataEncryption", name) is None:
            yield CheckFailure(f"dataEncryption.{name}", "the type AzureKeyVault needs it")
    if inputs.get("identity") is None:
        yield CheckFailure("identity", "a server that is encrypted with a vault's key needs an identity")


def _sign_in(inputs: Properties) -> Failures:
    password, entra = (get(inputs, "authConfig", name) for name in ("passwordAuth", "activeDirectoryAuth"))
    if password == "Disabled" and entra not in ("Enabled", UNKNOWN):  # noqa: S105  no password
        yield CheckFailure("authConfig.activeDirectoryAuth", "must be Enabled where passwords are disabled")
    is_new = inputs.get("createMode") in (None, "Default", "Create")
    if is_new and password in (None, "Enabled") and inputs.get("administratorLogin") is None:
        yield CheckFailure("administratorLogin", "a server with passwords needs it: or disable authConfig.passwordAuth")


def server_lasts(_cloud: Cloud, put: Put) -> Iterator[str]:
    """What is fixed when a server is created (PostgreSQL flexible server, "Data encryption", "Backup and restore")."""
    if put.old is None:
        return
    for path in (("dataEncryption", "type"), ("backup", "geoRedundantBackup")):
        if get(put.old.inputs, *path) != get(put.inputs, *path):
            yield f"{'.'.join(path)} is fixed since the server was created and can't be changed"
    before, after = (get(inputs, "storage", "storageSizeGB") for inputs in (put.old.inputs, put.inputs))
    if isinstance(before, int) and isinstance(after, int) and after < before:
        yield f"storage.storageSizeGB can't shrink from {before} to {after}"


def server_network(cloud: Cloud, put: Put) -> Iterator[str]:
    """A server's subnet is delegated to it, and its zone is linked to the network (PostgreSQL, "Private access")."""
    subnet = cloud.get(str(get(put.inputs, "network", "delegatedSubnetResourceId")))
    zone = cloud.get(str(get(put.inputs, "network", "privateDnsZoneArmResourceId")))
    if subnet is None or zone is None:
        return
    if _DELEGATION not in {str(value).lower() for _, value in select(subnet.inputs, "delegations[].serviceName")}:
        yield f"the subnet {subnet.name} must be delegated to Microsoft.DBforPostgreSQL/flexibleServers"
    if not zone.name.lower().endswith(_ZONE_SUFFIX):
        yield f"the private DNS zone must end with {_ZONE_SUFFIX}, not {zone.name}"
    network = str(ids.parent(subnet.identity)).lower()
    linked = {str(get(link.inputs, "virtualNetwork", "id")).lower() for link in cloud.below(zone.identity)}
    if network not in linked:
        yield f"the private DNS zone {zone.name} must be linked to the network of the subnet {subnet.name} first"


def server_keys(cloud: Cloud, put: Put) -> Iterator[str]:
    """A server's identities may use its keys, and the one for geo-redundant copies lies where these go."""
    encryption: Any = put.inputs.get("dataEncryption")
    for key_name, identity_name in (
        ("primaryKeyURI", "primaryUserAssignedIdentityId"),
        ("geoBackupKeyURI", "geoBackupUserAssignedIdentityId"),
    ):
        uri, identity = get(encryption, key_name), get(encryption, identity_name)
        if isinstance(uri, str) and isinstance(identity, str):
            given = {str(name).lower() for name in get(put.inputs, "identity", "userAssignedIdentities") or ()}
            if identity.lower() not in given:
                yield f"dataEncryption.{identity_name} is not among the server's identities"
            yield from encrypting_key(
                cloud, uri, [uuid_of("principal", identity)], f"the identity {ids.name_of(identity)}"
            )
    region = str(region_of(put.inputs))
    key = cloud.vault_key(str(get(encryption, "geoBackupKeyURI")))
    vault = cloud.get(str(ids.parent(key.identity))) if key else None
    if vault and region in PAIRS and region_of(vault.inputs) != PAIRS[region]:
        yield f"the key of geo-redundant backups must lie in {PAIRS[region]}, not in {region_of(vault.inputs)}"


def configuration(cloud: Cloud, put: Put) -> Iterator[str]:
    """A replica takes most configurations from its primary, but has them; a value is given with its source."""
    del cloud
    if put.inputs.get("value") is None:
        yield "a configuration needs a value"


def administrator(cloud: Cloud, put: Put) -> Iterator[str]:
    """An administrator of Entra's needs a server that lets Entra sign in."""
    found = cloud.get(str(ids.parent(put.identity)))
    if found and get(found.inputs, "authConfig", "activeDirectoryAuth") != "Enabled":
        yield f"the server {found.name} needs authConfig.activeDirectoryAuth Enabled"


SERVER_NAME: Final = Name(
    r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "3 to 63 lower-case letters, digits and hyphens, no hyphen first or last"
)
