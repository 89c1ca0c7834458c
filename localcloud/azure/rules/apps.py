"""What ARM refuses of Container Apps."""

from collections.abc import Iterator
from typing import Final

from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.computed.network import subnet_range
from localcloud.azure.rules.common import Failures
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import get, select

APP_NAME: Final = Name(
    r"(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]",
    "2 to 32 lower-case letters, digits and single hyphens, with a letter first and no hyphen last",
)

ENVIRONMENT_NAME: Final = Name(
    r"(?!.*--)[A-Za-z][A-Za-z0-9-]{0,58}[A-Za-z0-9]",
    "2 to 60 letters, digits and single hyphens, with a letter first and no hyphen last",
)


def environment(inputs: Properties) -> Failures:
    """Zone redundancy needs a network (Container Apps, "Reliability")."""
    if inputs.get("zoneRedundant") is True and get(inputs, "vnetConfiguration", "infrastructureSubnetId") is None:
        yield CheckFailure("zoneRedundant", "needs vnetConfiguration.infrastructureSubnetId")


def environment_subnet(cloud: Cloud, put: Put) -> Iterator[str]:
    """The size and delegation of the subnet (Container Apps, "Networking", "Subnet")."""
    identity = get(put.inputs, "vnetConfiguration", "infrastructureSubnetId")
    found = cloud.get(identity) if isinstance(identity, str) else None
    if found is None:
        return
    delegations = {str(value).lower() for _, value in select(found.inputs, "delegations[].serviceName")}
    is_delegated = "microsoft.app/environments" in delegations
    has_profiles = bool(put.inputs.get("workloadProfiles"))
    block = subnet_range(cloud, found.identity)
    if has_profiles and not is_delegated:
        yield f"the subnet {found.name} must be delegated to Microsoft.App/environments"
    if not has_profiles and is_delegated:
        yield f"the subnet {found.name} must not be delegated: the environment has no workload profiles"
    longest = 27 if has_profiles else 23
    if block and block.prefixlen > longest:
        yield f"the subnet {found.name} ({block}) is too small: the environment needs at least a /{longest}"
    for other in cloud.of_type(put.kind.token):
        same = str(get(other.inputs, "vnetConfiguration", "infrastructureSubnetId")).lower() == str(identity).lower()
        if same and other.identity.lower() != put.identity.lower():
            yield f"the subnet {found.name} is used by the environment {other.name} already"


def app(inputs: Properties) -> Failures:
    """A secret that a container reads is one of the app's."""
    declared = {get(value, "name") for _, value in select(inputs, "configuration.secrets[]")}
    if UNKNOWN in declared or get(inputs, "configuration", "secrets") is UNKNOWN:
        return
    for path, value in select(inputs, "template.containers[].env[].secretRef"):
        if value not in declared:
            yield CheckFailure(path, f"the app has no secret {value!r}")


def app_fits_environment(cloud: Cloud, put: Put) -> Iterator[str]:
    """An app needs an environment, and only a workload profile that this has."""
    names = [put.inputs.get(name) for name in ("environmentId", "managedEnvironmentId")]
    found = next((cloud.get(name) for name in names if isinstance(name, str)), None)
    profile = put.inputs.get("workloadProfileName")
    if not any(names):
        yield "a container app needs environmentId"
    elif found and isinstance(profile, str):
        offered = [str(value) for _, value in select(found.inputs, "workloadProfiles[].name")]
        if profile not in offered:
            yield f"the environment {found.name} has no workload profile {profile!r}"
