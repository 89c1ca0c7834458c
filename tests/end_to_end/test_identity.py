"""The stack of the Entra tenant, through the real engine: no account, no person."""

import json
from urllib.request import Request, urlopen

STACK = "identity"


def entra(clone, identity="/", **change):
    """What the local Entra holds, past the engine, after a change if one is given."""
    data = json.dumps(change).encode() if change else None
    url = clone.variables()["LOCALCLOUD_ENTRA_URL"] + identity
    with urlopen(Request(url, data=data, method="PATCH" if change else "GET")) as answer:  # noqa: S310  our own URL
        return json.load(answer)


def test_a_second_up_changes_nothing(deployed):
    assert f"{STACK} up: no changes." in deployed(STACK).succeeds("up", "--stack", STACK)


def test_a_policy_that_somebody_switched_off_is_found_and_healed(deployed):
    clone = deployed(STACK)
    found = [item["id"] for item in entra(clone)["value"]]
    policy = next(identity for identity in found if identity.startswith("/identity/conditionalAccess/policies/"))
    entra(clone, policy, state="disabled")

    drift = clone.succeeds("refresh", "--stack", STACK)
    healed = clone.succeeds("up", "--stack", STACK)

    assert f"1 resource of {STACK} changed behind the program's back" in drift
    assert "(state)" in drift
    assert f"{STACK} up: 1 update." in healed
    assert entra(clone, policy)["state"] == "enabled"


def test_the_exported_groups_are_those_of_the_tenant(deployed):
    clone = deployed(STACK)
    printed = clone.succeeds("up", "--stack", STACK)
    groups = [entra(clone, item["id"]) for item in entra(clone)["value"] if item["id"].startswith("/groups/")]
    assert {"hostco-platform", "hostco-on-call", "hostco-audit"} <= {group["displayName"] for group in groups}
    assert all(group["objectId"] in printed for group in groups)
