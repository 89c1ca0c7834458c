"""Computed outputs of vaults, keys and secrets."""

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.common import connections
from localcloud.azure.regions import region_of
from localcloud.backend import Properties
from localcloud.identifiers import uuid_of


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


def hsm_certain(identity: str, _inputs: Properties) -> Properties:
    """A managed HSM's address."""
    return {"properties": {"hsmUri": f"https://{ids.name_of(identity)}.managedhsm.azure.net/"}}
