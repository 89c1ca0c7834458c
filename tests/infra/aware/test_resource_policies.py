from typing import Any

from infra.aware.resource_policies import PASSWORD_AUTH


def assignments(stack: Any) -> dict[str, Any]:
    return {name: each["inputs"] for name, each in stack.named("authorization:PolicyAssignment").items()}


def test_no_group_of_the_stack_takes_a_database_with_passwords(stack: Any):
    groups = {f"azure-native:resources:ResourceGroup/{name}" for name in stack.named("resources:ResourceGroup")}
    assert len(groups) == 3
    assert {each["scope"] for each in assignments(stack).values()} == groups
    assert {each["enforcementMode"] for each in assignments(stack).values()} == {"Default"}


def test_without_a_second_region_there_are_two_groups(alone: Any):
    assert set(assignments(alone)) == {"no-passwords-main", "no-passwords-drills"}


def test_whatever_says_of_passwords_anything_but_disabled_is_denied(stack: Any):
    rule = stack.inputs("authorization:PolicyDefinition", "no-passwords")["policyRule"]
    assert rule["then"] == {"effect": "deny"}
    about, *conditions = rule["if"]["allOf"]
    assert about == {"field": "type", "equals": "Microsoft.DBforPostgreSQL/flexibleServers"}
    assert conditions == [
        {"field": PASSWORD_AUTH, "exists": "true"},
        {"field": PASSWORD_AUTH, "notEquals": "Disabled"},
    ]
