from typing import Any

import pytest

SENDER = "2b629674-e913-4c01-ae53-ef4638d8f975"
RECEIVER = "a638d3c7-ab3a-418d-83e6-5f17a39d4fde"
HUB = "azure-native:eventhub:EventHub/messages"
GROUP = "azure-native:eventhub:ConsumerGroup"
SEARCH = "azure-native:search:Service/search"
INDEX_KEEPER = "azure-native:authorization:RoleDefinition/index-keeper"
PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"


@pytest.mark.parametrize("region", ["", "-2"])
@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("signal", {(HUB, SENDER), (f"{GROUP}/signal", RECEIVER)}),
        ("spotlight", {(f"{GROUP}/spotlight", RECEIVER)}),
        ("search-and-discover", {(f"{GROUP}/search-and-discover", RECEIVER)}),
        ("data-management", {(SEARCH, INDEX_KEEPER)}),
        ("tokens", {("azure-native:keyvault:Key/tokens", "azure-native:authorization:RoleDefinition/token-signer")}),
    ],
)
def test_a_service_may_do_what_it_has_to_and_no_more(
    stack: Any, service: str, expected: set[tuple[str, str]], region: str
):
    principal = f"principal of id-{service}{region}-hostco-useast"
    roles = {
        (r["inputs"]["scope"], r["inputs"]["roleDefinitionId"])
        for r in stack.named("authorization:RoleAssignment").values()
        if r["inputs"]["principalId"] == principal
    }
    given = {(scope, role if role.startswith("azure-native:") else role.rpartition("/")[2]) for scope, role in roles}
    assert {pair for pair in given if pair[1] != PULL} == expected


def test_who_keeps_the_indexes_can_neither_read_them_nor_open_the_service(stack: Any):
    role = stack.inputs("authorization:RoleDefinition", "index-keeper")
    [permissions] = role["permissions"]
    assert permissions["dataActions"] == []
    assert all(action.startswith("Microsoft.Search/searchServices/indexes/") for action in permissions["actions"])
    assert "*" not in "".join(permissions["actions"])
    assert role["assignableScopes"] == [role["scope"]]
    assert role["scope"].endswith("/resourceGroups/rg-hostco-useast")
