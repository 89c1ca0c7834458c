"""What is refused of Event Hubs."""

import pytest

from localcloud.backend import RejectedError

NAMESPACE = "eventhub:Namespace"
STANDARD = {"name": "Standard", "tier": "Standard"}


def test_customers_key_needs_the_premium_tier_and_an_identity(world):
    found = world.check(NAMESPACE, sku=STANDARD, encryption={"keySource": "Microsoft.KeyVault"})
    assert [failure.partition(": ")[0] for failure in found] == [
        "encryption",
        "encryption.keyVaultProperties",
        "identity",
    ]


def test_identity_must_be_able_to_use_the_key(world):
    uri = world.encrypted_storage().partition("/keys/")[0]
    identity = world.put("managedidentity:UserAssignedIdentity")
    inputs = {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [identity]},
        "encryption": {
            "keySource": "Microsoft.KeyVault",
            "keyVaultProperties": [
                {"keyName": "example1", "keyVaultUri": uri, "identity": {"userAssignedIdentity": identity}}
            ],
        },
    }
    with pytest.raises(RejectedError, match="may not use the key"):
        world.put(NAMESPACE, **inputs)
    world.create(
        "authorization:RoleAssignment",
        scope=world.vault,
        roleAssignmentName="00000000-0000-4000-8000-000000000009",
        principalId=world.outputs(identity)["principalId"],
        roleDefinitionId=world.crypto_role,
    )
    namespace = world.put(NAMESPACE, **inputs)
    with pytest.raises(RejectedError, match="can't be switched off"):
        world.backend.update(
            f"azure-native:{NAMESPACE}",
            namespace,
            {},
            world.minimal(NAMESPACE, identity=inputs["identity"]),
            everything=False,
        )


@pytest.mark.parametrize("version", ["1.3", "TLS1_2"])
def test_version_of_tls_that_it_lacks_is_refused(world, version):
    [failure] = world.check(NAMESPACE, minimumTlsVersion=version)
    assert failure.startswith("minimumTlsVersion: ")


def test_tier_bounds_partitions_and_retention(world):
    world.put(NAMESPACE, sku=STANDARD)
    with pytest.raises(RejectedError, match="more than the 32"):
        world.put("eventhub:EventHub", partitionCount=33)
    with pytest.raises(RejectedError, match="more than the 168"):
        world.put("eventhub:EventHub", retentionDescription={"retentionTimeInHours": 169})
    hub = world.put("eventhub:EventHub", partitionCount=4)
    assert world.outputs(hub)["partitionIds"] == ["0", "1", "2", "3"]
    with pytest.raises(RejectedError, match="partitionCount can't be changed from 4 to 8"):
        world.update("eventhub:EventHub", hub, **world.minimal("eventhub:EventHub", partitionCount=8))


def test_partitions_never_become_fewer(world):
    hub = world.put("eventhub:EventHub", partitionCount=8)
    world.update("eventhub:EventHub", hub, **world.minimal("eventhub:EventHub", partitionCount=16))
    with pytest.raises(RejectedError, match="from 16 to 8"):
        world.update("eventhub:EventHub", hub, **world.minimal("eventhub:EventHub", partitionCount=8))


def test_retention_is_said_once(world):
    found = world.check("eventhub:EventHub", messageRetentionInDays=1, retentionDescription={"cleanupPolicy": "Delete"})
    assert found == ["messageRetentionInDays: give it or retentionDescription, not both"]
