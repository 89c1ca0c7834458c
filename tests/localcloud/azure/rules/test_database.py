"""What is refused of PostgreSQL."""

import pytest

from localcloud.backend import RejectedError

SERVER = "dbforpostgresql:Server"


def found(world, **inputs):
    return [failure.partition(": ")[0] for failure in world.check(SERVER, **inputs)]


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        (
            {"sku": {"name": "a", "tier": "Burstable"}, "highAvailability": {"mode": "ZoneRedundant"}},
            "highAvailability.mode",
        ),
        (
            {
                "availabilityZone": "1",
                "highAvailability": {"mode": "ZoneRedundant", "standbyAvailabilityZone": "1"},
            },
            "highAvailability.standbyAvailabilityZone",
        ),
        ({"authConfig": {"passwordAuth": "Disabled"}}, "authConfig.activeDirectoryAuth"),
        ({"authConfig": {"passwordAuth": "Enabled", "activeDirectoryAuth": "Enabled"}}, "administratorLogin"),
        ({"createMode": "Replica"}, "sourceServerResourceId"),
        ({"backup": {"backupRetentionDays": 36}}, "backup.backupRetentionDays"),
        ({"version": "10"}, "version"),
    ],
)
def test_server_that_azure_refuses(world, inputs, path):
    assert found(world, **inputs) == [path]


def test_zone_left_to_azure_is_an_empty_text(world):
    standby = {"mode": "ZoneRedundant", "standbyAvailabilityZone": ""}
    assert found(world, availabilityZone="", highAvailability=standby) == []


def test_key_of_the_customer_needs_identities_and_the_copys_key(world):
    encryption = {"type": "AzureKeyVault"}
    assert found(world, dataEncryption=encryption, backup={"geoRedundantBackup": "Enabled"}) == [
        "dataEncryption.primaryKeyURI",
        "dataEncryption.primaryUserAssignedIdentityId",
        "dataEncryption.geoBackupKeyURI",
        "dataEncryption.geoBackupUserAssignedIdentityId",
        "identity",
    ]


def encrypted(world, uri, **more):
    """A server's inputs under a key."""
    identity = world.put("managedidentity:UserAssignedIdentity")
    return {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "dataEncryption": {
            "type": "AzureKeyVault",
            "primaryKeyURI": uri,
            "primaryUserAssignedIdentityId": identity,
            **more,
        },
    }


def let_wrap(world, identity):
    world.create(
        "authorization:RoleAssignment",
        scope=world.vault,
        roleAssignmentName="00000000-0000-4000-8000-000000000009",
        principalId=world.outputs(identity)["principalId"],
        roleDefinitionId=world.crypto_role,
    )


def test_identity_must_be_able_to_use_the_key(world):
    inputs = encrypted(world, world.encrypted_storage())
    with pytest.raises(RejectedError, match="may not use the key example1"):
        world.put(SERVER, **inputs)
    let_wrap(world, inputs["dataEncryption"]["primaryUserAssignedIdentityId"])
    identity = world.put(SERVER, **inputs)
    block = world.outputs(identity)["identity"]["userAssignedIdentities"]
    assert [item.keys() for item in block.values()] == [{"principalId", "clientId"}]


def test_keys_identity_is_one_of_the_servers(world):
    inputs = encrypted(world, world.encrypted_storage())
    let_wrap(world, inputs["dataEncryption"]["primaryUserAssignedIdentityId"])
    with pytest.raises(RejectedError, match="not among the server's identities"):
        world.put(SERVER, **{**inputs, "identity": {"type": "SystemAssigned"}})


def test_copys_key_lies_where_the_copy_goes(world):
    uri = world.encrypted_storage()
    inputs = encrypted(world, uri, geoBackupKeyURI=uri)
    inputs["dataEncryption"]["geoBackupUserAssignedIdentityId"] = inputs["dataEncryption"][
        "primaryUserAssignedIdentityId"
    ]
    let_wrap(world, inputs["dataEncryption"]["primaryUserAssignedIdentityId"])
    with pytest.raises(RejectedError, match="must lie in westus, not in eastus"):
        world.put(SERVER, **inputs)


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ({}, {"backup": {"geoRedundantBackup": "Enabled"}}, "backup.geoRedundantBackup is fixed"),
        ({"storage": {"storageSizeGB": 64}}, {"storage": {"storageSizeGB": 32}}, "can't shrink from 64 to 32"),
    ],
)
def test_what_is_fixed_stays(world, before, after, path):
    identity = world.put(SERVER, **before)
    with pytest.raises(RejectedError, match=path):
        world.update(SERVER, identity, **world.minimal(SERVER, **after))


def private(world, **subnet):
    """A network for a server: its subnet and its zone, not linked yet."""
    delegation = {"delegations": [{"name": "a", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}]}
    where = world.put("network:Subnet", **{**delegation, **subnet})
    zone = world.put("privatedns:PrivateZone", privateZoneName="a.private.postgres.database.azure.com")
    return {"delegatedSubnetResourceId": where, "privateDnsZoneArmResourceId": zone}


def test_zone_must_be_linked_first(world):
    where = private(world)
    with pytest.raises(RejectedError, match="must be linked"):
        world.put(SERVER, network=where)
    world.put(
        "privatedns:VirtualNetworkLink",
        privateZoneName="a.private.postgres.database.azure.com",
        virtualNetwork={"id": f"{world.network}/virtualNetworks/example1"},
    )
    assert world.put(SERVER, network=where)


def test_subnet_must_be_delegated(world):
    with pytest.raises(RejectedError, match="must be delegated"):
        world.put(SERVER, network=private(world, delegations=None))


def test_subnet_needs_a_zone(world):
    assert found(world, network={"delegatedSubnetResourceId": "/a"}) == ["network.privateDnsZoneArmResourceId"]


def test_administrator_needs_sign_in_by_entra(world):
    world.put(SERVER, authConfig={"activeDirectoryAuth": "Disabled"}, administratorLogin="a")
    with pytest.raises(RejectedError, match="activeDirectoryAuth Enabled"):
        world.put("dbforpostgresql:AdministratorsMicrosoftEntra")


def test_replica_knows_its_role(world):
    source = world.put(SERVER)
    replica = world.put(SERVER, serverName="replica", createMode="Replica", sourceServerResourceId=source)
    assert world.outputs(replica)["replicationRole"] == "AsyncReplica"
    assert world.outputs(source)["fullyQualifiedDomainName"] == "example1.postgres.database.azure.com"
