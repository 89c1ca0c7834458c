from typing import Any

import pytest

GROUPS = (
    "approvers",
    "audit",
    "audit-readers",
    "break-glass",
    "data-readers",
    "key-operators",
    "on-call",
    "platform",
    "recoverers",
)


def test_groups(stack: Any):
    assert tuple(sorted(stack.named("Group"))) == GROUPS


@pytest.mark.parametrize("name", GROUPS)
def test_only_who_may_give_entras_roles_changes_a_group(stack: Any, name: str):
    group = stack.inputs("Group", name)
    assert group["displayName"] == f"hostco-{name}"
    assert group["assignableToRole"] is True
    assert group["securityEnabled"] is True
    assert group["mailEnabled"] is False
    assert group["preventDuplicateNames"] is True
    assert stack.named("Group")[name]["protect"] is True


def test_the_settings_alone_say_who_is_left_out_and_who_approves(stack: Any):
    assert stack.inputs("Group", "break-glass")["members"] == [
        "00000000-0000-4000-8000-000000000021",
        "00000000-0000-4000-8000-000000000022",
    ]
    assert stack.inputs("Group", "approvers")["members"] == [
        "00000000-0000-4000-8000-000000000031",
        "00000000-0000-4000-8000-000000000032",
    ]
    for name in set(GROUPS) - {"approvers", "break-glass"}:
        assert "members" not in stack.inputs("Group", name), name
