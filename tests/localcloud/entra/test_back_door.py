"""The HTTP side of the simulated Entra, past the engine."""

import pytest
from werkzeug.test import Client


@pytest.fixture
def client(world):
    return Client(world.backend.back_door())


def test_lists_everything_by_id(world, client):
    group, catalog = world.put("Group"), world.put("AccessPackageCatalog")
    assert {item["id"] for item in client.get("/").json["value"]} == {group, catalog}


def test_gives_an_object(world, client):
    body = client.get(world.put("Group")).json
    assert (body["type"], body["displayName"]) == ("azuread:index/group:Group", "example")
    catalog = world.put("AccessPackageCatalog")
    assert client.get(f"/{catalog}").json["id"] == catalog
    assert client.get("/groups/none").status_code == 404


def test_patch_is_found_by_the_next_refresh(world, client):
    identity = world.put("Group", description="before")
    assert client.patch(identity, json={"description": None, "displayName": "other"}).status_code == 200
    found = world.backend.read(world.token("Group"), identity, world.inputs("Group"))
    assert found.inputs == {"displayName": "other", "securityEnabled": True}


def test_body_given_back_changes_nothing(world, client):
    identity = world.put("Group")
    before = client.get(identity).json
    assert client.put(identity, json=before).json == before


def test_what_entra_refuses_is_refused_here_too(world, client):
    identity = world.put("Group")
    assert client.patch(identity, json={"securityEnabled": False}).status_code == 409
    assert client.patch(identity, json={"nonsense": 1}).status_code == 409
    assert client.put("/groups/none", json={}).status_code == 409


def test_delete(world, client):
    identity = world.put("Group")
    assert client.delete(identity).status_code == 200
    assert client.delete(identity).status_code == 204
    assert world.outputs(identity) is None
