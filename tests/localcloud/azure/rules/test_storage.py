"""What is refused of immutability."""

import pytest

from localcloud.backend import RejectedError

ACCOUNT = "storage:StorageAccount"


def immutable(world, state, days=30):
    policy = {"state": state, "immutabilityPeriodSinceCreationInDays": days, "allowProtectedAppendWrites": True}
    return world.minimal(ACCOUNT, immutableStorageWithVersioning={"enabled": True, "immutabilityPolicy": policy})


def test_account_is_made_unlocked_and_locked_later(world):
    with pytest.raises(RejectedError, match="can't be made locked"):
        world.put(ACCOUNT, **immutable(world, "Locked"))
    identity = world.put(ACCOUNT, **immutable(world, "Unlocked"))
    world.update(ACCOUNT, identity, **immutable(world, "Locked"))
    with pytest.raises(RejectedError, match="stays locked"):
        world.update(ACCOUNT, identity, **immutable(world, "Unlocked"))
    with pytest.raises(RejectedError, match="can't become shorter"):
        world.update(ACCOUNT, identity, **immutable(world, "Locked", days=29))
    world.update(ACCOUNT, identity, **immutable(world, "Locked", days=31))


def test_containers_policy_allows_appends_in_one_way(world):
    both = {"allowProtectedAppendWrites": True, "allowProtectedAppendWritesAll": True}
    assert world.check("storage:BlobContainerImmutabilityPolicy", **both) == [
        "allowProtectedAppendWritesAll: excludes allowProtectedAppendWrites"
    ]


def test_lifecycle_rules_have_names_of_their_own(world):
    rule = {"name": "end", "type": "Lifecycle", "definition": {"actions": {}}}
    with pytest.raises(RejectedError, match="the rule end is taken"):
        world.put("storage:ManagementPolicy", policy={"rules": [rule, rule]})
