from typing import Any

import pytest

RULES = (
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
)


def test_a_rule_for_each_detection(stack: Any):
    assert tuple(sorted(stack.named("securityinsights:ScheduledAlertRule"))) == RULES


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_on_and_makes_an_incident(stack: Any, name: str):
    rule = stack.inputs("securityinsights:ScheduledAlertRule", name)
    assert rule["enabled"] is True
    assert rule["suppressionEnabled"] is False
    assert (rule["triggerOperator"], rule["triggerThreshold"]) == ("GreaterThan", 0)
    assert (rule["queryFrequency"], rule["queryPeriod"]) == ("PT15M", "PT1H")
    assert rule["incidentConfiguration"]["createIncident"] is True
    assert rule["incidentConfiguration"]["groupingConfiguration"]["matchingMethod"] == "AllEntities"
    assert rule["severity"] in {"High", "Medium"}
    assert rule["workspaceName"] == "log-hostco-useast"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_waits_for_sentinel_and_its_tables(stack: Any, name: str):
    wanted = {each["urn"] for each in stack.named("operationalinsights:Table").values()}
    wanted |= {each["urn"] for each in stack.named("securityinsights:SentinelOnboardingState").values()}
    assert wanted <= set(stack.named("securityinsights:ScheduledAlertRule")[name]["dependencies"])


def test_an_incident_says_who_and_where(stack: Any):
    for name in set(RULES) - {"audit-copy-stands-still", "replica-silent"}:
        assert stack.inputs("securityinsights:ScheduledAlertRule", name)["entityMappings"], name


def test_whoever_is_let_in_to_data_or_keys_is_seen(stack: Any):
    query = stack.inputs("securityinsights:ScheduledAlertRule", "person-reads-tenant-data")["query"]
    for number in (14, 15, 16, 17):
        assert f'"00000000-0000-4000-8000-0000000000{number}"' in query


def test_the_identities_that_may_sign_are_those_of_the_token_services(stack: Any):
    query = stack.inputs("securityinsights:ScheduledAlertRule", "stranger-signs")["query"]
    identities = stack.named("managedidentity:UserAssignedIdentity")
    subscription = "/subscriptions/00000000-0000-4000-8000-000000000001"
    for label in ("tokens", "tokens-2"):
        inputs = identities[label]["inputs"]
        group = f"{subscription}/resourceGroups/{inputs['resourceGroupName']}"
        identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{inputs['resourceName']}"
        assert f'"{identity}"' in query
    assert query.count("/userAssignedIdentities/") == 2


def test_the_vault_that_is_watched_is_the_signing_keys(stack: Any):
    query = stack.inputs("securityinsights:ScheduledAlertRule", "signing-key-changed")["query"]
    assert f'"/vaults/{stack.inputs("keyvault:Key", "tokens")["vaultName"]}"' in query


def test_the_workspace_that_is_watched_is_the_one_for_customers_words(stack: Any):
    query = stack.inputs("securityinsights:ScheduledAlertRule", "person-reads-logs")["query"]
    assert f'"/workspaces/{stack.inputs("operationalinsights:Workspace", "content")["workspaceName"]}"' in query


def test_those_who_decide_and_the_deployer_are_the_settings(stack: Any):
    query = stack.inputs("securityinsights:ScheduledAlertRule", "let-in")["query"]
    for number in (18, 19, 41):
        assert f'"00000000-0000-4000-8000-0000000000{number}"' in query


def test_rules_have_names_of_their_own(stack: Any):
    rules = stack.named("securityinsights:ScheduledAlertRule").values()
    assert len({rule["inputs"]["ruleId"] for rule in rules}) == len(RULES)


def test_the_accounts_for_emergencies_are_the_settings(stack: Any):
    query = stack.inputs("securityinsights:ScheduledAlertRule", "break-glass-use")["query"]
    assert '"00000000-0000-4000-8000-000000000021"' in query
    assert '"00000000-0000-4000-8000-000000000022"' in query


def test_a_replica_that_says_nothing_is_told_of_where_there_is_one(alone: Any):
    assert set(alone.named("securityinsights:ScheduledAlertRule")) == set(RULES) - {"replica-silent"}
