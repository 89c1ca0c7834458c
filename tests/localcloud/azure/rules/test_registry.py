"""What is refused of container registries."""

import pytest

from localcloud.backend import RejectedError

REGISTRY = "containerregistry:Registry"


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"sku": {"name": "Standard"}, "zoneRedundancy": "Enabled"}, "zoneRedundancy"),
        ({"sku": {"name": "Standard"}, "publicNetworkAccess": "Disabled"}, "publicNetworkAccess"),
        ({"policies": {"exportPolicy": {"status": "disabled"}}}, "policies.exportPolicy.status"),
        ({"policies": {"trustPolicy": {"status": "enabled", "type": "Notary"}}}, "policies.trustPolicy.status"),
        (
            {"encryption": {"status": "enabled", "keyVaultProperties": {"identity": "a"}}},
            "encryption.keyVaultProperties.keyIdentifier",
        ),
    ],
)
def test_registry_that_azure_refuses(world, inputs, path):
    assert [failure.partition(": ")[0] for failure in world.check(REGISTRY, **inputs)] == [path]


def test_identity_must_be_able_to_use_the_key(world):
    key = {"keyIdentifier": world.encrypted_storage(), "identity": "00000000-0000-4000-8000-000000000009"}
    with pytest.raises(RejectedError, match="has no identity"):
        world.put(REGISTRY, encryption={"status": "enabled", "keyVaultProperties": key})


def test_redundancy_is_chosen_once(world):
    identity = world.put(REGISTRY)
    with pytest.raises(RejectedError, match="zoneRedundancy is fixed"):
        world.update(REGISTRY, identity, **world.minimal(REGISTRY, zoneRedundancy="Enabled"))


def test_replication_is_elsewhere(world):
    with pytest.raises(RejectedError, match="is in eastus already"):
        world.put("containerregistry:Replication", location="eastus")
    identity = world.put("containerregistry:Replication")
    registry = f"{world.group}/providers/Microsoft.ContainerRegistry/registries/example1"
    world.update(REGISTRY, registry, **world.minimal(REGISTRY, dataEndpointEnabled=True))
    assert world.outputs(registry)["dataEndpointHostNames"] == [
        "example1.eastus.data.azurecr.io",
        "example1.centralus.data.azurecr.io",
    ]
    assert world.outputs(registry)["loginServer"] == "example1.azurecr.io"
    assert world.outputs(identity)["status"]["displayStatus"] == "Ready"
