"""Computed outputs of Container Apps."""

from collections.abc import Mapping
from ipaddress import IPv4Address

from localcloud.azure.cloud import Cloud, Entity
from localcloud.azure.computed.common import connections, public_address
from localcloud.azure.computed.network import subnet_range
from localcloud.azure.regions import region_of
from localcloud.backend import Properties
from localcloud.identifiers import label_of, uuid_of
from localcloud.paths import get


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
