"""What computed outputs of several services are made of: identifiers, addresses, principals, private endpoints."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any, Final

from localcloud.azure.cloud import Cloud, Entity, Put
from localcloud.backend import UNKNOWN, Properties
from localcloud.identifiers import label_of, uuid_of

_PRIVATE_ENDPOINT: Final = "azure-native:network:PrivateEndpoint"

_ORIGIN: Final = "azure-native:cdn:AFDOrigin"

_PUBLIC: Final = IPv4Network("198.18.0.0/15")
"""Addresses that belong to nobody (RFC 2544), for what gets a public address."""


def public_address(*parts: str) -> str:
    """A public address that stays the same for the same parts."""
    return str(_PUBLIC[int(label_of(*parts), 16) % _PUBLIC.num_addresses])


def principals(cloud: Cloud, entity: Entity | Put) -> list[str]:
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
    given = wanted.get("userAssignedIdentities")
    # The SDK takes a list for most types, for some a map as Azure has it.
    names = list(given) if isinstance(given, Mapping) else given
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
