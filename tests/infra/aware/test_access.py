from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

import pytest

from infra.settings import SettingsError, parse_settings

WITHOUT_DATA = {"incident-reader", "incident-responder", "operator"}
"""The roles by which nobody sees data, nor logs with customers' words: all our own."""

PLATFORM, ON_CALL, AUDIT, DATA_READERS, KEY_OPERATORS, AUDIT_READERS, RECOVERERS = (
    f"00000000-0000-4000-8000-00000000001{number}" for number in range(1, 8)
)
EMPTY = {DATA_READERS, KEY_OPERATORS, AUDIT_READERS, RECOVERERS}
"""The groups into which privileged identity management lets people, for hours."""

RESOURCE_GROUP = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-hostco-useast"
SECOND_GROUP = RESOURCE_GROUP.replace("/rg-", "/rg-2-")
WORKSPACE = "azure-native:operationalinsights:Workspace/audit"
CONTENT = "azure-native:operationalinsights:Workspace/content"

ROLES = {
    "73c42c96-874c-492b-b04d-ab87d138a893": "Log Analytics Reader",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "1407120a-92aa-4202-b7e9-c0e197c71c8f": "Search Index Data Reader",
    "incident-reader": "incident-reader",
    "incident-responder": "incident-responder",
    "key-keeper": "key-keeper",
    "recoverer": "recoverer",
    "drill-restorer": "drill-restorer",
    "drill-blobs": "drill-blobs",
    "f1a07417-d97a-45cb-824c-7a7467783830": "Managed Identity Operator",
    "operator": "operator",
}


def given_to_people(stack: Any) -> dict[str, tuple[str, str, str]]:
    """Logical name -> group, role and scope of each role that people have."""
    return {
        name: (
            each["inputs"]["principalId"],
            ROLES[each["inputs"]["roleDefinitionId"].rpartition("/")[2]],
            each["inputs"]["scope"],
        )
        for name, each in stack.named("authorization:RoleAssignment").items()
        if each["inputs"]["principalType"] != "ServicePrincipal"
    }


def test_what_people_may_do_and_where(stack: Any):
    assert given_to_people(stack) == {
        "platform-operator": (PLATFORM, "operator", RESOURCE_GROUP),
        "platform-operator-2": (PLATFORM, "operator", SECOND_GROUP),
        "on-call-operator": (ON_CALL, "operator", RESOURCE_GROUP),
        "on-call-operator-2": (ON_CALL, "operator", SECOND_GROUP),
        "on-call-incidents": (ON_CALL, "incident-responder", WORKSPACE),
        "audit-incidents": (AUDIT, "incident-reader", WORKSPACE),
        "data-readers-logs": (DATA_READERS, "Log Analytics Reader", CONTENT),
        "data-readers-storage": (
            DATA_READERS,
            "Storage Blob Data Reader",
            "azure-native:storage:StorageAccount/main",
        ),
        "audit-readers-copy": (
            AUDIT_READERS,
            "Storage Blob Data Reader",
            "azure-native:storage:StorageAccount/audit-copy",
        ),
        "recoverers": (RECOVERERS, "recoverer", RESOURCE_GROUP),
        "recoverers-2": (RECOVERERS, "recoverer", SECOND_GROUP),
        "recoverers-drills": (RECOVERERS, "drill-restorer", "azure-native:resources:ResourceGroup/drills"),
        "recoverers-drill-blobs": (RECOVERERS, "drill-blobs", "azure-native:storage:StorageAccount/main"),
        "recoverers-database-identity": (
            RECOVERERS,
            "Managed Identity Operator",
            "azure-native:managedidentity:UserAssignedIdentity/database",
        ),
        "key-operators-platform": (KEY_OPERATORS, "key-keeper", "azure-native:keyvault:Vault/platform"),
        "key-operators-tenants": (KEY_OPERATORS, "key-keeper", "azure-native:keyvault:Vault/tenants"),
        "key-operators-signing": (KEY_OPERATORS, "key-keeper", "azure-native:keyvault:Vault/signing"),
        "key-operators-copy": (KEY_OPERATORS, "key-keeper", "azure-native:keyvault:Vault/copy"),
        "key-operators-platform-2": (KEY_OPERATORS, "key-keeper", "azure-native:keyvault:Vault/platform-2"),
    }


CONDITION = (
    "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})) OR "
    "(@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] "
    "ForAnyOfAnyValues:StringEquals {'%s'}))"
)


def test_without_a_case_nobody_reads_a_container(stack: Any):
    reads = stack.inputs("authorization:RoleAssignment", "data-readers-storage")
    assert reads["condition"] == CONDITION % "no-case"
    assert reads["conditionVersion"] == "2.0"
    assert not [name for name in stack.named("storage:BlobContainer") if not name.startswith("tenant-")]


def test_a_case_opens_its_tenants_container_and_index_alone(
    stack: Any, declare: Callable[..., Any], sample: dict[str, Any]
):
    open_ = declare(
        aware={
            **sample["aware"],
            "cases": [{"tenant": "globex", "ticket": "CASE-7"}, {"tenant": "acme", "ticket": "CASE-9"}],
        }
    )
    condition = open_.inputs("authorization:RoleAssignment", "data-readers-storage")["condition"]
    assert condition == CONDITION % "tenant-globex', 'tenant-acme"
    added = {key: value for key, value in given_to_people(open_).items() if key not in given_to_people(stack)}
    index = "azure-native:search:Service/search/indexes/tenant-"
    assert added == {
        f"data-readers-search-{tenant}": (DATA_READERS, "Search Index Data Reader", f"{index}{tenant}")
        for tenant in ("acme", "globex")
    }


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        (
            [{"tenant": "umbrella", "ticket": "CASE-1"}],
            "aware.cases names 'umbrella', which is no tenant of this stack",
        ),
        (
            [{"tenant": "acme", "ticket": "CASE-1"}, {"tenant": "acme", "ticket": "CASE-2"}],
            "aware.cases names 'acme' twice",
        ),
        ([{"tenant": "acme", "ticket": "because"}], "'because' is not a ticket such as CASE-123"),
    ],
)
def test_cases_that_open_nothing_are_refused(sample: dict[str, Any], cases: list[dict[str, str]], message: str):
    with pytest.raises(SettingsError, match=message):
        parse_settings("useast", {**sample, "aware": {**sample["aware"], "cases": cases}})


def test_every_vault_has_its_keepers(stack: Any, modest: Any):
    for declared in (stack, modest):
        kept = {scope for _group, role, scope in given_to_people(declared).values() if role == "key-keeper"}
        assert kept == {f"azure-native:keyvault:Vault/{name}" for name in declared.named("keyvault:Vault")}


def test_a_keeper_of_keys_uses_none_and_takes_none_out(stack: Any):
    (permission,) = stack.inputs("authorization:RoleDefinition", "key-keeper")["permissions"]
    assert permission["actions"] == []
    assert set(permission["dataActions"]) == {
        *(f"Microsoft.KeyVault/vaults/keyrotationpolicies/{each}" for each in ("read", "write")),
        *(f"Microsoft.KeyVault/vaults/keys/{each}" for each in ("read", "delete")),
        *(f"Microsoft.KeyVault/vaults/keys/{each}/action" for each in ("create", "update", "recover", "rotate")),
    }


@pytest.mark.parametrize("name", ["incident-reader", "incident-responder"])
@pytest.mark.parametrize(
    "table", ["AzureDiagnostics", "ContainerAppConsoleLogs", "PGSQLQueryStoreQueryText", "PGSQLServerLogs"]
)
def test_whoever_looks_at_incidents_reads_no_customers_words(stack: Any, name: str, table: str):
    (permission,) = stack.inputs("authorization:RoleDefinition", name)["permissions"]
    read = f"Microsoft.OperationalInsights/workspaces/query/{table}/read"
    assert not [each for each in permission["actions"] if fnmatch(read, each)]
    assert "Microsoft.OperationalInsights/workspaces/query/AuditLogs/read" in permission["actions"]
    assert permission["dataActions"] == []


def test_only_those_on_call_answer_incidents(stack: Any):
    answers = {
        name: [each for each in role["inputs"]["permissions"][0]["actions"] if not each.endswith("/read")]
        for name, role in stack.named("authorization:RoleDefinition").items()
        if name.startswith("incident-")
    }
    assert answers == {
        "incident-reader": [],
        "incident-responder": [
            f"Microsoft.SecurityInsights/incidents/{each}" for each in ("comments/write", "tasks/write", "write")
        ],
    }


@pytest.mark.parametrize("name", ["key-keeper", "operator"])
def test_what_is_done_in_both_regions_can_be_given_in_both(stack: Any, alone: Any, name: str):
    role = stack.inputs("authorization:RoleDefinition", name)
    assert role["scope"] == RESOURCE_GROUP
    assert role["assignableScopes"] == [RESOURCE_GROUP, SECOND_GROUP]
    assert alone.inputs("authorization:RoleDefinition", name)["assignableScopes"] == [RESOURCE_GROUP]


def test_the_operator_hands_out_the_profile_of_the_vpn(stack: Any):
    (permission,) = stack.inputs("authorization:RoleDefinition", "operator")["permissions"]
    gateway = "Microsoft.Network/virtualNetworkGateways"
    assert {f"{gateway}/generatevpnclientpackage/action", f"{gateway}/generatevpnprofile/action"} <= set(
        permission["actions"]
    )


def test_nobody_has_a_standing_way_to_data_or_keys(stack: Any):
    for name, (group, role, _scope) in given_to_people(stack).items():
        assert role in WITHOUT_DATA or group in EMPTY, name


def test_roles_go_to_groups_and_services_never_to_one_person(stack: Any):
    kinds = {each["inputs"]["principalType"] for each in stack.named("authorization:RoleAssignment").values()}
    assert kinds == {"Group", "ServicePrincipal"}


def test_the_operator_has_no_data_action(stack: Any):
    role = stack.inputs("authorization:RoleDefinition", "operator")
    (permission,) = role["permissions"]
    assert permission["dataActions"] == []


@pytest.mark.parametrize(
    "read",
    [
        "Microsoft.OperationalInsights/workspaces/query/read",
        "Microsoft.OperationalInsights/workspaces/query/ContainerAppConsoleLogs/read",
        "Microsoft.OperationalInsights/workspaces/tables/query/read",
        "Microsoft.OperationalInsights/workspaces/search/action",
        "Microsoft.OperationalInsights/workspaces/analytics/query/action",
        "Microsoft.Insights/logs/read",
        "Microsoft.Insights/logs/PGSQLServerLogs/read",
        "Microsoft.OperationalInsights/workspaces/sharedKeys/read",
        "Microsoft.DBforPostgreSQL/flexibleServers/logFiles/read",
        "Microsoft.DBforPostgreSQL/flexibleServers/queryTexts/read",
        "Microsoft.ContainerRegistry/registries/pull/read",
        "Microsoft.ContainerRegistry/registries/quarantine/read",
    ],
)
def test_the_operator_reads_no_logs_and_no_images(stack: Any, read: str):
    (permission,) = stack.inputs("authorization:RoleDefinition", "operator")["permissions"]
    assert any(fnmatch(read, pattern) for pattern in permission["notActions"])


@pytest.mark.parametrize(
    "forbidden",
    [
        "*",
        "/write",
        "/delete",
        "listkeys",
        "listsecrets",
        "getauthtoken",
        "exec",
        "Microsoft.Authorization",
        "Microsoft.KeyVault",
        "Microsoft.Storage",
    ],
)
def test_the_operator_looks_and_restarts_only(stack: Any, forbidden: str):
    (permission,) = stack.inputs("authorization:RoleDefinition", "operator")["permissions"]
    actions = [action for action in permission["actions"] if action not in ("*/read", "Microsoft.Support/*")]
    assert actions
    assert not [action for action in actions if forbidden.lower() in action.lower()]
