"""Computed outputs: what follows from an object's id and inputs, and what only the existing object has.

The latter are made from the id by a hash, so that the same program gives the same values in every run.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.regions import region_of
from localcloud.backend import UNKNOWN, Properties
from localcloud.paths import get

_PRIVATE_ENDPOINT: Final = "azure-native:network:PrivateEndpoint"
_ORIGIN: Final = "azure-native:cdn:AFDOrigin"

_PUBLIC: Final = IPv4Network("198.18.0.0/15")
"""Addresses that belong to nobody (RFC 2544), for what gets a public address."""


def uuid_of(*parts: str) -> str:
    """A UUID that stays the same for the same parts."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts).lower()))


def label_of(*parts: str) -> str:
    """Sixteen hexadecimal digits that stay the same for the same parts."""
    return uuid_of(*parts).replace("-", "")[:16]


def public_address(*parts: str) -> str:
    """A public address that stays the same for the same parts."""
    return str(_PUBLIC[int(label_of(*parts), 16) % _PUBLIC.num_addresses])


def key_version(entity: Entity) -> str:
    """The current version of a vault key; each rotation of the key material makes another."""
    return uuid_of(entity.identity, entity.created).replace("-", "")


def vault_certain(identity: str, _inputs: Properties) -> Properties:
    """A vault's address."""
    return {"properties": {"vaultUri": f"https://{ids.name_of(identity)}.vault.azure.net/"}}


def vault_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A vault's state and its private endpoints."""
    return {"properties": {"provisioningState": "Succeeded", **connections(cloud, entity)}}


def key_certain(_identity: str, inputs: Properties) -> Properties:
    """A key's identifier without a version."""
    return {"keyUri": f"https://{inputs['vaultName']}.vault.azure.net/keys/{inputs['keyName']}"}


def key_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A key's identifier with its version, and its vault's region."""
    uri = key_certain(entity.identity, entity.inputs)["keyUri"]
    vault = cloud.get(str(ids.parent(entity.identity)))
    return {
        "keyUriWithVersion": f"{uri}/{key_version(entity)}",
        "location": region_of(vault.inputs) if vault else None,
    }


def secret_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A secret's identifiers."""
    uri = f"https://{entity.inputs['vaultName']}.vault.azure.net/secrets/{entity.name}"
    return {"properties": {"secretUri": uri, "secretUriWithVersion": f"{uri}/{key_version(entity)}"}}


def storage_certain(identity: str, _inputs: Properties) -> Properties:
    """A storage account's addresses."""
    services = {"blob": "blob", "dfs": "dfs", "file": "file", "queue": "queue", "table": "table", "web": "z13.web"}
    account = ids.name_of(identity)
    return {
        "primaryEndpoints": {name: f"https://{account}.{host}.core.windows.net/" for name, host in services.items()}
    }


def storage_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A storage account's creation, region and private endpoints."""
    return {
        "creationTime": entity.created,
        "primaryLocation": region_of(entity.inputs),
        "statusOfPrimary": "available",
        **connections(cloud, entity),
    }


def scope_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """An encryption scope's times."""
    return {"creationTime": entity.created, "lastModifiedTime": entity.modified}


def container_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A container's state."""
    return {
        "lastModifiedTime": entity.modified,
        "hasImmutabilityPolicy": False,
        "hasLegalHold": False,
        "deleted": False,
        "leaseState": "Available",
        "leaseStatus": "Unlocked",
    }


def identity_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A user-assigned identity's principal."""
    return {
        "principalId": uuid_of("principal", entity.identity),
        "clientId": uuid_of("client", entity.identity),
        "tenantId": cloud.tenant,
    }


def principals(cloud: Cloud, entity: Entity) -> list[str]:
    """The principals that act for an object: its own, and those of its user-assigned identities."""
    wanted = entity.inputs.get("identity") or {}
    own = [uuid_of("principal", entity.identity)] if "SystemAssigned" in str(wanted.get("type")) else []
    given = [cloud.get(name) for name in wanted.get("userAssignedIdentities") or []]
    return own + [uuid_of("principal", item.identity) for item in given if item]


def identity_block(cloud: Cloud | None, identity: str | None, wanted: Mapping[str, Any]) -> Properties:
    """The `identity` of an object as Azure gives it: user-assigned identities go in as a list and come out as a map.

    Without a cloud (before the object exists) the principals aren't known.
    """
    block = dict(wanted)
    names = wanted.get("userAssignedIdentities")
    if isinstance(names, list):
        block["userAssignedIdentities"] = {
            name: {
                "principalId": uuid_of("principal", name) if cloud else UNKNOWN,
                "clientId": uuid_of("client", name) if cloud else UNKNOWN,
            }
            for name in names
            if isinstance(name, str)
        }
        if UNKNOWN in names:
            block["userAssignedIdentities"] = UNKNOWN
    if "SystemAssigned" in str(wanted.get("type")):
        block["principalId"] = uuid_of("principal", identity) if cloud and identity else UNKNOWN
        block["tenantId"] = cloud.tenant if cloud else UNKNOWN
    return block


def connections(cloud: Cloud, entity: Entity) -> Properties:
    """The private endpoints that lead to an object. Front Door's stay pending until somebody approves them."""
    key = entity.identity.lower()
    found: list[Properties] = []
    for other in cloud.entities.values():
        if key not in other.references:
            continue
        if other.kind.token == _PRIVATE_ENDPOINT:
            automatic = any(
                str(link.get("privateLinkServiceId")).lower() == key
                for link in other.inputs.get("privateLinkServiceConnections") or []
            )
            found.append(_connection(entity, other, "Approved" if automatic else "Pending"))
        elif other.kind.token == _ORIGIN:
            found.append(_connection(entity, other, "Pending"))
    return {"privateEndpointConnections": found} if found else {}


def _connection(entity: Entity, endpoint: Entity, status: str) -> Properties:
    name = f"{endpoint.name}.{uuid_of(entity.identity, endpoint.identity)}"
    return {
        "id": f"{entity.identity}/privateEndpointConnections/{name}",
        "name": name,
        "type": f"{entity.kind.arm_type}/privateEndpointConnections",
        "privateEndpoint": {"id": endpoint.identity},
        "privateLinkServiceConnectionState": {"status": status, "actionsRequired": "None"},
        "provisioningState": "Succeeded",
    }


def network_guid(_cloud: Cloud, entity: Entity) -> Properties:
    """The GUID that network resources have beside their id."""
    return {"resourceGuid": uuid_of("resource", entity.identity)}


def address_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A public address."""
    return {**network_guid(_cloud, entity), "ipAddress": public_address(entity.identity)}


def subnet_range(cloud: Cloud, identity: str) -> IPv4Network | None:
    """The address range of a subnet that exists."""
    subnet = cloud.get(identity)
    if subnet is None:
        return None
    ranges = [subnet.inputs.get("addressPrefix"), *(subnet.inputs.get("addressPrefixes") or [])]
    return next((IPv4Network(item) for item in ranges if isinstance(item, str) and ":" not in item), None)


def environment_generated(cloud: Cloud, entity: Entity) -> Properties:
    """A Container Apps environment's domain and address."""
    block = subnet_range(cloud, str(get(entity.inputs, "vnetConfiguration", "infrastructureSubnetId")))
    is_internal = get(entity.inputs, "vnetConfiguration", "internal") is True
    address: IPv4Address | str = public_address(entity.identity)
    if is_internal and block is not None:
        # Azure keeps the first addresses of a subnet to itself; the environment's is one of those that follow.
        address = block[min(11, block.num_addresses - 2)]
    return {
        "defaultDomain": environment_domain(entity),
        "staticIp": str(address),
        **connections(cloud, entity),
    }


def environment_domain(entity: Entity) -> str:
    """The DNS suffix of a Container Apps environment's apps."""
    return f"local-{label_of(entity.identity)[:8]}.{region_of(entity.inputs)}.azurecontainerapps.io"


def app_generated(cloud: Cloud, entity: Entity) -> Properties:
    """An app's revision and host names."""
    found = entity.inputs.get("environmentId") or entity.inputs.get("managedEnvironmentId")
    environment = cloud.get(str(found))
    revision = f"{entity.name}--{label_of(entity.identity, str(entity.revision))[:7]}"
    outputs: Properties = {
        "environmentId": found,
        "managedEnvironmentId": found,
        "customDomainVerificationId": uuid_of("verification", entity.identity).replace("-", "").upper(),
        "latestRevisionName": revision,
        "latestReadyRevisionName": revision,
        "runningStatus": "Running",
    }
    ingress = get(entity.inputs, "configuration", "ingress")
    if environment is not None and isinstance(ingress, Mapping):
        inner = "" if get(ingress, "external") is True else "internal."
        domain = environment_domain(environment)
        outputs["latestRevisionFqdn"] = f"{revision}.{inner}{domain}"
        outputs["configuration"] = {"ingress": {"fqdn": f"{entity.name}.{inner}{domain}"}}
    return outputs


def profile_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """The id that Front Door sends to its origins."""
    return {"frontDoorId": uuid_of("front-door", entity.identity), "resourceState": "Active", "kind": "frontdoor"}


def endpoint_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """An endpoint's host name."""
    return {"hostName": f"{entity.name}-{label_of(entity.identity)}.z01.azurefd.net", "deploymentStatus": "NotStarted"}


def domain_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """What proves a custom domain to Front Door."""
    return {
        "domainValidationState": "Pending",
        "deploymentStatus": "NotStarted",
        "validationProperties": {"validationToken": label_of("validation", entity.identity)},
    }


def workspace_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A workspace's id."""
    return {"customerId": uuid_of("workspace", entity.identity), "createdDate": entity.created}


def zone_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A private zone's count of record sets."""
    return {"numberOfRecordSets": 1, "internalId": label_of("zone", entity.identity)}


def public_zone_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A zone's name servers."""
    number = int(label_of(entity.identity), 16) % 9 + 1
    servers = [f"ns{i}-0{number}.azure-dns.{top}." for i, top in enumerate(("com", "net", "org", "info"), start=1)]
    return {"nameServers": servers, "numberOfRecordSets": 2}


def link_generated(_cloud: Cloud, _entity: Entity) -> Properties:
    """A link's state."""
    return {"virtualNetworkLinkState": "Completed"}


def private_endpoint_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A private endpoint's network interface."""
    group = entity.identity.partition("/providers/")[0]
    interface = (
        entity.inputs.get("customNetworkInterfaceName") or f"{entity.name}.nic.{uuid_of('nic', entity.identity)}"
    )
    return {"networkInterfaces": [{"id": f"{group}/providers/Microsoft.Network/networkInterfaces/{interface}"}]}


def role_generated(_cloud: Cloud, entity: Entity) -> Properties:
    """A role assignment's times."""
    return {"createdOn": entity.created, "updatedOn": entity.modified}
