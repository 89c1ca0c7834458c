"""What is refused of AI Search."""

import pytest

from localcloud.backend import RejectedError


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"partitionCount": 5}, "partitionCount"),
        ({"partitionCount": 12, "replicaCount": 4}, "partitionCount"),
        ({"replicaCount": 13}, "replicaCount"),
        ({"disableLocalAuth": True, "authOptions": {"apiKeyOnly": {}}}, "authOptions"),
        ({"sku": {"name": "premium"}}, "sku.name"),
    ],
)
def test_service_that_azure_refuses(world, inputs, path):
    assert [failure.partition(": ")[0] for failure in world.check("search:Service", **inputs)] == [path]


def test_hosting_mode_stays(world):
    identity = world.put("search:Service")
    with pytest.raises(RejectedError, match="hostingMode is fixed"):
        world.update("search:Service", identity, **world.minimal("search:Service", hostingMode="HighDensity"))
