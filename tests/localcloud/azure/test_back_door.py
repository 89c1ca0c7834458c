"""The HTTP side of the simulated Azure, past the engine."""

import json

import pytest
from werkzeug.test import Client


@pytest.fixture
def client(world):
    return Client(world.backend.back_door())


def test_lists_everything_by_id(world, client):
    identity = world.put("storage:StorageAccount")
    assert client.get("/").json == {"value": [{"id": world.group}, {"id": identity}]}


def test_gives_an_object_in_arms_shape(world, client):
    identity = world.put("storage:StorageAccount", tags={"a": "b"}, minimumTlsVersion="TLS1_2")
    body = client.get(identity.upper()).json
    assert (body["id"], body["kind"], body["tags"]) == (identity, "StorageV2", {"a": "b"})
    assert body["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert body["properties"]["primaryEndpoints"]["blob"] == "https://example1.blob.core.windows.net/"


def test_says_what_is_not_there(world, client):
    for method in (client.get, client.patch):
        answer = method(f"{world.group}/none", data="{}")
        assert (answer.status_code, answer.json["error"]["message"]) == (404, f"{world.group}/none doesn't exist.")


def test_patch_changes_what_it_names_and_null_removes(world, client):
    identity = world.put("storage:StorageAccount", allowSharedKeyAccess=False, tags={"a": "b", "c": "d"})
    answer = client.patch(
        identity,
        json={"tags": {"a": None}, "properties": {"allowSharedKeyAccess": None, "allowBlobPublicAccess": True}},
    )
    assert answer.status_code == 200
    inputs = world.inputs("storage:StorageAccount", identity)
    assert inputs == world.minimal("storage:StorageAccount", allowBlobPublicAccess=True, tags={"c": "d"})


def test_put_of_what_get_gave_changes_nothing(world, client):
    endpoint = world.put("network:PrivateDnsZoneGroup", name="example1")
    user = world.put("managedidentity:UserAssignedIdentity")
    account = world.put("storage:StorageAccount", identity={"type": "UserAssigned", "userAssignedIdentities": [user]})
    vault = world.put("keyvault:Vault")
    for token, identity in [
        ("network:PrivateDnsZoneGroup", endpoint),
        ("storage:StorageAccount", account),
        ("keyvault:Vault", vault),
    ]:
        before = world.inputs(token, identity)
        assert client.put(identity, json=client.get(identity).json).status_code == 200
        assert world.inputs(token, identity) == before


def test_put_makes_what_is_not_there(world, client):
    world.put("resources:ResourceGroup")
    identity = f"{world.network}/networkSecurityGroups/new"
    assert client.put(identity, json={"location": "eastus"}).status_code == 201
    assert world.inputs("network:NetworkSecurityGroup", identity) == {
        "resourceGroupName": "example1",
        "networkSecurityGroupName": "new",
        "location": "eastus",
    }


def test_key_is_changed_as_through_its_vault(world, client):
    identity = world.put("keyvault:Key", properties={"kty": "RSA", "attributes": {"enabled": True}})
    client.patch(identity, json={"properties": {"attributes": {"enabled": False}}})
    assert world.outputs(identity)["attributes"] == {"enabled": False}


def test_delete_removes(world, client):
    identity = world.put("keyvault:Vault")
    assert client.delete(identity).status_code == 200
    assert client.delete(identity).status_code == 204
    assert not world.exists(identity)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"properties": {"nonsense": 1}}, "nonsense azure-native:storage:StorageAccount has no such property"),
        ({"properties": {"allowBlobPublicAccess": "yes"}}, "must be true or false"),
        ({"location": "uksouth"}, "can't be moved"),
    ],
)
def test_refuses_what_azure_refuses(world, client, body, message):
    identity = world.put("storage:StorageAccount")
    before = client.get(identity).json
    answer = client.patch(identity, json=body)
    assert answer.status_code == 409
    assert message in answer.json["error"]["message"]
    assert client.get(identity).json == before


@pytest.mark.parametrize("content", ["", "[]", "{", json.dumps("text")])
def test_refuses_what_is_no_object(world, client, content):
    assert client.patch(world.put("storage:StorageAccount"), data=content).status_code == 400


def test_refuses_an_id_of_no_type(world, client):
    answer = client.put(f"{world.root}/nonsense", json={})
    assert answer.status_code == 409
    assert "simulates no type" in answer.json["error"]["message"]


def test_refuses_other_methods(client):
    assert client.post("/").status_code == 405
    assert client.delete("/").status_code == 405
