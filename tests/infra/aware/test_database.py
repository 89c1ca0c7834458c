from typing import Any

import pytest

BOTH = ("main", "main-2")
LASTING_KEY = "https://kvhostcouseast.vault.azure.net/keys/database"


@pytest.mark.parametrize("server", BOTH)
def test_only_entra_signs_in(stack: Any, server: str):
    inputs = stack.inputs("dbforpostgresql:Server", server)
    assert inputs["authConfig"] == {
        "activeDirectoryAuth": "Enabled",
        "passwordAuth": "Disabled",
        "tenantId": "00000000-0000-4000-8000-000000000002",
    }
    assert "administratorLogin" not in inputs
    assert "administratorLoginPassword" not in inputs


@pytest.mark.parametrize("server", BOTH)
def test_the_server_stands_in_its_own_subnet(stack: Any, server: str):
    place = "database" if server == "main" else "database-2"
    assert stack.inputs("dbforpostgresql:Server", server)["network"] == {
        "delegatedSubnetResourceId": f"azure-native:network:Subnet/{place}",
        "privateDnsZoneArmResourceId": f"azure-native:privatedns:PrivateZone/{place}",
        "publicNetworkAccess": "Disabled",
    }


def test_data_and_their_copy_are_under_keys_of_ours_in_the_same_region(stack: Any):
    server = stack.inputs("dbforpostgresql:Server")
    identity = "azure-native:managedidentity:UserAssignedIdentity/"
    assert server["dataEncryption"] == {
        "type": "AzureKeyVault",
        "primaryKeyURI": LASTING_KEY,
        "primaryUserAssignedIdentityId": f"{identity}database",
        "geoBackupKeyURI": "https://kvchostcouseast.vault.azure.net/keys/database-copy",
        "geoBackupUserAssignedIdentityId": f"{identity}database-copy",
    }, "no version is named, or the server would stay with the first one"
    assert sorted(server["identity"]["userAssignedIdentities"]) == [f"{identity}database", f"{identity}database-copy"]
    assert stack.inputs("managedidentity:UserAssignedIdentity", "database")["location"] == "eastus"
    assert stack.inputs("managedidentity:UserAssignedIdentity", "database-copy")["location"] == "westus"


def test_the_server_survives_a_zone_and_a_region(stack: Any):
    server = stack.inputs("dbforpostgresql:Server")
    assert server["highAvailability"]["mode"] == "ZoneRedundant"
    assert server["backup"] == {"backupRetentionDays": 35, "geoRedundantBackup": "Enabled"}
    assert server["sku"]["tier"] == "GeneralPurpose"


def test_backups_end_within_the_deletion_policys_term(modest: Any):
    assert modest.inputs("dbforpostgresql:Server")["backup"]["backupRetentionDays"] == 35


@pytest.mark.parametrize("server", BOTH)
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("require_secure_transport", "on"),
        ("ssl_min_protocol_version", "TLSv1.3"),
        ("azure.extensions", "PGAUDIT"),
        ("shared_preload_libraries", "pg_stat_statements,pgaudit"),
        ("pgaudit.log", "ddl,read,role,write"),
        ("pgaudit.log_parameter", "off"),
        ("log_connections", "on"),
        ("log_disconnections", "on"),
        ("connection_throttle.enable", "on"),
    ],
)
def test_parameters(stack: Any, server: str, parameter: str, value: str):
    name = stack.inputs("dbforpostgresql:Server", server)["serverName"]
    set_ = {
        c["inputs"]["configurationName"]: c["inputs"]["value"]
        for c in stack.named("dbforpostgresql:Configuration").values()
        if c["inputs"]["serverName"] == name
    }
    assert set_[parameter] == value


def test_a_server_takes_one_change_at_a_time(stack: Any):
    changes = [
        stack.named("dbforpostgresql:Server")["main"],
        *(
            c
            for c in stack.named("dbforpostgresql:Configuration").values()
            if c["inputs"]["serverName"] == "psql-hostco-useast"
        ),
        *stack.named("dbforpostgresql:Database").values(),
        *stack.named("dbforpostgresql:AdministratorsMicrosoftEntra").values(),
    ]
    urns = {change["urn"] for change in changes}
    after = {change["urn"]: set(change["dependencies"]) & urns for change in changes}
    last = max(after, key=lambda urn: urn.endswith("database-administrator"))
    seen = [last]
    while earlier := after[seen[-1]] - {changes[0]["urn"]}:
        [one] = earlier
        seen.append(one)
    assert len(seen) == len(changes) - 1, "each waits for the one before"


def test_the_one_database_is_protected(stack: Any):
    [database] = stack.named("dbforpostgresql:Database").values()
    assert database["protect"], "every tenant's rows are in it"
    assert database["inputs"]["databaseName"] == "aware"
    assert database["inputs"]["charset"] == "UTF8"
    assert database["inputs"]["serverName"] == "psql-hostco-useast"


def test_no_person_administers_the_database(stack: Any):
    administrators = stack.named("dbforpostgresql:AdministratorsMicrosoftEntra")
    assert list(administrators) == ["database-administrator"]
    inputs = administrators["database-administrator"]["inputs"]
    assert inputs["principalType"] == "ServicePrincipal"
    assert inputs["objectId"] == "principal of id-database-administrator-hostco-useast"


def test_keys_may_be_used_before_the_server_needs_them(stack: Any):
    roles = stack.named("authorization:RoleAssignment")
    dependencies = stack.named("dbforpostgresql:Server")["main"]["dependencies"]
    assert roles["database"]["urn"] in dependencies
    assert roles["database-copy"]["urn"] in dependencies
    assert roles["database-2"]["urn"] in stack.named("dbforpostgresql:Server")["main-2"]["dependencies"]


@pytest.mark.parametrize("kind", ["dbforpostgresql:Server", "managedidentity:UserAssignedIdentity"])
def test_what_the_data_depend_on_is_protected(stack: Any, kind: str):
    names = [name for name in stack.named(kind) if name.startswith(("main", "database"))]
    assert names
    assert all(stack.named(kind)[name]["protect"] for name in names)


def test_the_replica_follows_the_server_under_a_key_of_its_region(stack: Any):
    replica = stack.inputs("dbforpostgresql:Server", "main-2")
    assert replica["createMode"] == "Replica"
    assert replica["sourceServerResourceId"] == "azure-native:dbforpostgresql:Server/main"
    assert replica["location"] == "centralus"
    assert replica["dataEncryption"] == {
        "type": "AzureKeyVault",
        "primaryKeyURI": "https://kv2hostcouseast.vault.azure.net/keys/database",
        "primaryUserAssignedIdentityId": "azure-native:managedidentity:UserAssignedIdentity/database-2",
    }
    assert replica["version"] == stack.inputs("dbforpostgresql:Server")["version"]


def test_the_replica_is_made_once_the_server_is_settled_and_the_networks_reach_each_other(stack: Any):
    dependencies = stack.named("dbforpostgresql:Server")["main-2"]["dependencies"]
    assert stack.named("dbforpostgresql:AdministratorsMicrosoftEntra")["database-administrator"]["urn"] in dependencies
    for kind, names in (
        ("network:VirtualNetworkPeering", ("other-region", "other-region-2")),
        ("privatedns:VirtualNetworkLink", ("other-network", "other-network-2")),
    ):
        assert {stack.named(kind)[name]["urn"] for name in names} <= set(dependencies)


def test_services_follow_the_server_that_writes(stack: Any):
    endpoint = stack.inputs("dbforpostgresql:VirtualEndpoint", "writer")
    assert endpoint["endpointType"] == "ReadWrite"
    assert endpoint["serverName"] == "psql-hostco-useast"
    assert endpoint["members"] == ["psql-2-hostco-useast"]
    assert _database_host(stack) == f"{endpoint['virtualEndpointName']}.writer.postgres.database.azure.com"


def test_without_a_second_region_services_connect_to_the_one_server(modest: Any):
    assert _database_host(modest) == "psql-hostco-useast.postgres.database.azure.com"


def _database_host(stack: Any) -> str:
    [container] = stack.inputs("app:ContainerApp", "signal")["template"]["containers"]
    return {each["name"]: each.get("value") for each in container["env"]}["DATABASE_HOST"]
