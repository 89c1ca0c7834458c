"""What Sentinel asks of the logs: every question that the document demands, in a language that Sentinel understands."""

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.aware.alarms import NEW_INCIDENTS
from infra.aware.audit import AUDIT_TABLES
from infra.aware.detections import detections

USERS = ("00000000-0000-4000-8000-000000000021", "00000000-0000-4000-8000-000000000022")
GROUPS = ("00000000-0000-4000-8000-000000000014", "00000000-0000-4000-8000-000000000015")
DECIDING = ("00000000-0000-4000-8000-000000000018", "00000000-0000-4000-8000-000000000019")
DEPLOYER = "00000000-0000-4000-8000-000000000041"
SIGNERS = ("/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-tokens",)
DETECTIONS = {
    detection.name: detection
    for detection in detections(
        break_glass_user_ids=USERS,
        empty_group_ids=GROUPS,
        deciding_group_ids=DECIDING,
        deployer_id=DEPLOYER,
        signer_ids=SIGNERS,
        signing_vault="kvs",
        content_workspace="log-content",
        replicated=True,
    )
}
QUERIES = {name: detection.query for name, detection in DETECTIONS.items()} | {"new-incident": NEW_INCIDENTS}

TABLES = tomllib.loads((Path(__file__).parent / "log_tables.toml").read_text())
PARSER = Path(__file__).parents[3] / "tools" / "kusto"

MEASURED = frozenset({"AzureMetrics"})
"""Tables that hold numbers: they are read, and not archived."""


@pytest.fixture(scope="session")
def parser() -> Path:
    """The parser's folder, with the package in it that its lock names."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("the parser of the query language needs Node.js with npm, and this machine has none")
    if not (PARSER / "node_modules" / "@kusto").is_dir():
        subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=PARSER, check=True)
    return PARSER


def faults(parser: Path, queries: Mapping[str, str]) -> dict[str, list[str]]:
    """What Microsoft's parser finds wrong with each query."""
    tables = {name: " ".join(columns.split()) for name, columns in TABLES.items()}
    told = subprocess.run(
        ["node", str(parser / "check.cjs")],
        input=json.dumps({"tables": tables, "queries": queries}),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(told.stdout)


WRONG = {
    "wrong column": "SigninLogs | where ResultTyp == 0",
    "wrong table": "SignInLogz | count",
    "wrong function": "SigninLogs | where nosuch(ResultType)",
    "wrong syntax": "SigninLogs | whre ResultType == 0",
}


@pytest.fixture(scope="session")
def found(parser: Path) -> Mapping[str, list[str]]:
    """The faults of each query, of each detection's entities, and of some queries that are wrong."""
    entities: dict[str, str] = {}
    for name, each in DETECTIONS.items():
        asked = "".join(f"\n| where isnotnull({column})" for _, column in each.entities.values())
        entities[f"{name}'s entities"] = each.query.strip() + asked
    return faults(parser, {**QUERIES, **entities, **WRONG})


def test_every_query_is_understood_and_names_what_exists(found: Mapping[str, list[str]]):
    assert {name: told for name, told in found.items() if told and name not in WRONG} == {}


def test_the_parser_sees_what_is_wrong(found: Mapping[str, list[str]]):
    assert all(found[name] for name in WRONG)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_tables_that_the_workspace_fills(name: str):
    read = {word for word in re.findall(r"\b[A-Z][A-Za-z]+\b", QUERIES[name]) if word in TABLES}
    assert read
    assert read <= set(AUDIT_TABLES) | MEASURED


def test_what_is_looked_for():
    assert set(DETECTIONS) == {
        "audit-copy-stands-still",
        "break-glass-use",
        "deployment-changed-guards",
        "failed-sign-ins",
        "failed-vpn-sign-ins",
        "guard-removed",
        "key-disabled-or-deleted",
        "let-in",
        "person-reads-logs",
        "person-reads-tenant-data",
        "private-link-not-approved",
        "replica-silent",
        "replication-failed",
        "signing-key-changed",
        "stranger-signs",
    }


@pytest.mark.parametrize("user", USERS)
def test_the_accounts_for_emergencies_are_the_settings(user: str):
    assert f'"{user}"' in DETECTIONS["break-glass-use"].query


@pytest.mark.parametrize("group", GROUPS)
def test_whoever_is_let_in_to_data_or_keys_is_seen(group: str):
    query = DETECTIONS["person-reads-tenant-data"].query
    assert f'"{group}"' in query
    assert "PIM activation" in query


@pytest.mark.parametrize(
    "operation",
    [
        "Microsoft.Authorization/locks/delete",
        "Microsoft.Authorization/policyAssignments/delete",
        "Microsoft.Authorization/policyAssignments/write",
        "Microsoft.Authorization/policyDefinitions/write",
        "Microsoft.Insights/diagnosticSettings/delete",
        "Microsoft.EventGrid/systemTopics/eventSubscriptions/delete",
        "Microsoft.EventGrid/systemTopics/eventSubscriptions/write",
        "Microsoft.KeyVault/vaults/write",
        "Microsoft.Network/networkWatchers/flowLogs/delete",
        "Microsoft.Network/networkWatchers/flowLogs/write",
        "Microsoft.OperationalInsights/workspaces/dataExports/delete",
        "Microsoft.OperationalInsights/workspaces/tables/write",
        "Microsoft.OperationalInsights/workspaces/write",
        "Microsoft.SecurityInsights/alertRules/delete",
        "Microsoft.SecurityInsights/alertRules/write",
        "Microsoft.Insights/scheduledQueryRules/write",
        "Microsoft.Insights/diagnosticSettings/write",
        "Microsoft.Insights/actionGroups/write",
        "Microsoft.Storage/storageAccounts/write",
        "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/delete",
        "Delete conditional access policy",
        "Update conditional access policy",
    ],
)
def test_what_guards_the_stack_is_guarded(operation: str):
    assert f'"{operation}"' in DETECTIONS["guard-removed"].query


@pytest.mark.parametrize(
    "operation",
    [
        "Microsoft.Authorization/elevateAccess/action",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleDefinitions/write",
        "Microsoft.DBforPostgreSQL/flexibleServers/administrators/write",
        "Microsoft.DBforPostgreSQL/flexibleServers/write",
        "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
        "Add member to group",
        "Add owner to group",
        "User has elevated their access",
        "permanent",
        "timebound",
    ],
)
def test_whoever_is_let_in_beside_an_approval_is_seen(operation: str):
    assert f'"{operation}"' in DETECTIONS["let-in"].query


@pytest.mark.parametrize("group", DECIDING)
def test_somebody_new_among_those_who_decide_is_seen(group: str):
    query = DETECTIONS["let-in"].query
    watched = next(line for line in query.splitlines() if line.startswith("let watched"))
    assert f'"{group}"' in watched
    assert "TargetResources has_any (watched) and OperationName in~" in query


@pytest.mark.parametrize("name", ["let-in", "guard-removed"])
def test_what_a_deployment_writes_is_told_apart_and_not_lost(name: str):
    """The pipeline's writes are the other incident's; what anybody else writes stays this one's."""
    claim = 'tostring(Claims_d["http://schemas.microsoft.com/identity/claims/objectidentifier"])'
    by_the_deployer = f'Caller =~ "{DEPLOYER}" or {claim} =~ "{DEPLOYER}"'
    assert f"| where not({by_the_deployer})\n" in DETECTIONS[name].query
    assert f"| where {by_the_deployer}\n" in DETECTIONS["deployment-changed-guards"].query
    operations = set(re.findall(r'"(Microsoft\.[^"]+)"', DETECTIONS[name].query))
    assert operations
    assert operations <= set(re.findall(r'"(Microsoft\.[^"]+)"', DETECTIONS["deployment-changed-guards"].query))


@pytest.mark.parametrize("group", GROUPS)
def test_the_terms_of_a_group_are_watched(group: str):
    query = DETECTIONS["let-in"].query
    assert f'"{group}"' in query
    assert '"role setting"' in query


def test_whoever_signs_but_the_token_services_is_seen():
    query = DETECTIONS["stranger-signs"].query
    assert '"KeySign"' in query
    assert f'!in~ ("{SIGNERS[0]}")' in query
    assert "ResultSignature ==" not in query, "an attempt that the vault refused is seen too"


@pytest.mark.parametrize("operation", ["KeyCreate", "KeyImport", "KeyRestore", "KeyRotate", "KeyUpdate", "KeyDelete"])
def test_whoever_touches_the_signing_key_is_seen(operation: str):
    query = DETECTIONS["signing-key-changed"].query
    assert f'"{operation}"' in query
    assert 'endswith "/vaults/kvs"' in query


def test_one_password_tried_on_many_people_is_seen():
    query = DETECTIONS["failed-sign-ins"].query
    assert "by IPAddress\n| where People >= 5\n" in query


def test_whoever_comes_to_a_customers_blob_by_a_key_or_link_is_seen():
    """Signed by an account key or for a person (user delegation), or by nobody: whatever is no identity's token."""
    assert 'AuthenticationType !~ "OAuth"' in DETECTIONS["person-reads-tenant-data"].query


@pytest.mark.parametrize("table", ["ContainerAppConsoleLogs", "PGSQLQueryStoreQueryText", "PGSQLServerLogs"])
def test_the_tables_with_customers_words_are_known_by_name(table: str):
    assert f'"{table}"' in DETECTIONS["person-reads-logs"].query


def test_a_look_at_what_customers_said_is_seen():
    query = DETECTIONS["person-reads-logs"].query
    assert '_ResourceId endswith "/workspaces/log-content"' in query, "asked of the workspace"
    assert 'QueryText has "log-content"' in query, "asked from another one"
