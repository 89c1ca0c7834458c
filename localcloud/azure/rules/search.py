"""What ARM refuses of AI Search."""

from collections.abc import Iterator
from typing import Final

from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.rules.common import Failures
from localcloud.backend import CheckFailure, Properties
from localcloud.paths import get

_PARTITIONS: Final = (1, 2, 3, 4, 6, 12)


def service(inputs: Properties) -> Failures:
    """Partitions, and keys that are either off or chosen (AI Search, "Management REST API")."""
    partitions, replicas = inputs.get("partitionCount"), inputs.get("replicaCount")
    if isinstance(partitions, int) and partitions not in _PARTITIONS:
        yield CheckFailure("partitionCount", f"{partitions} is not one of {', '.join(map(str, _PARTITIONS))}")
    if isinstance(partitions, int) and isinstance(replicas, int) and partitions * replicas > 36:
        yield CheckFailure("partitionCount", "partitions times replicas are more than 36")
    if inputs.get("disableLocalAuth") is True and inputs.get("authOptions") is not None:
        yield CheckFailure("authOptions", "must be left out where disableLocalAuth is true")
    if get(inputs, "sku", "name") == "free" and inputs.get("identity") is not None:
        yield CheckFailure("identity", "a free service has none")


def service_lasts(_cloud: Cloud, put: Put) -> Iterator[str]:
    """What is fixed when a service is created."""
    for path in (("hostingMode",), ("computeType",)):
        if put.old and get(put.old.inputs, *path) != get(put.inputs, *path):
            yield f"{'.'.join(path)} is fixed since the service was created and can't be changed"


SERVICE_NAME: Final = Name(
    r"(?!.*--)[a-z0-9][a-z0-9-]{0,58}[a-z0-9]", "2 to 60 lower-case letters, digits and single hyphens between them"
)
