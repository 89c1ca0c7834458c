from typing import Any

import pytest

from infra.aware.vpn import CLIENT_APPLICATION_ID
from infra.identity.sign_in import APPLICATIONS, ENROLMENT

STRONG = ("all-for-groups", "data", "management", "vpn")
BLOCKED = ("no-device-codes", "vpn-for-groups-only")


def applications(stack: Any, name: str) -> set[str]:
    return set(stack.inputs("ConditionalAccessPolicy", name)["conditions"]["applications"]["includedApplications"])


def test_policies(stack: Any):
    assert tuple(sorted(stack.named("ConditionalAccessPolicy"))) == tuple(sorted(STRONG + BLOCKED))


@pytest.mark.parametrize("name", STRONG)
def test_a_phishing_resistant_factor_and_a_compliant_device_are_asked_for(stack: Any, name: str):
    grant = dict(stack.inputs("ConditionalAccessPolicy", name)["grantControls"])
    strength = grant.pop("authenticationStrengthPolicyId")
    assert grant == {"operator": "AND", "builtInControls": ["compliantDevice"]}
    assert strength.endswith(":AuthenticationStrengthPolicy/phishing-resistant")


def test_what_counts_as_phishing_resistant(stack: Any):
    strength = stack.inputs("AuthenticationStrengthPolicy", "phishing-resistant")
    assert strength["allowedCombinations"] == ["fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor"]
    assert stack.named("AuthenticationStrengthPolicy")["phishing-resistant"]["protect"] is True


@pytest.mark.parametrize("name", STRONG)
def test_people_prove_themselves_again_after_hours(stack: Any, name: str):
    assert stack.inputs("ConditionalAccessPolicy", name)["sessionControls"] == {
        "signInFrequency": 4,
        "signInFrequencyPeriod": "hours",
    }


@pytest.mark.parametrize("name", STRONG + BLOCKED)
def test_a_policy_is_on_for_every_client_and_stays(stack: Any, name: str):
    policy = stack.inputs("ConditionalAccessPolicy", name)
    assert policy["state"] == "enabled"
    assert policy["conditions"]["clientAppTypes"] == ["all"]
    assert stack.named("ConditionalAccessPolicy")[name]["protect"] is True


@pytest.mark.parametrize("name", ["data", "management", "vpn", "no-device-codes"])
def test_nobody_is_left_out_but_the_accounts_for_emergencies(stack: Any, name: str):
    users = stack.inputs("ConditionalAccessPolicy", name)["conditions"]["users"]
    assert users == {"includedUsers": ["All"], "excludedGroups": ["id of hostco-break-glass"]}


def test_the_policies_cover_the_vpn_the_management_and_the_data(stack: Any):
    assert applications(stack, "vpn") == applications(stack, "vpn-for-groups-only") == {APPLICATIONS["vpn"]}
    assert applications(stack, "management") == {APPLICATIONS["management"], "MicrosoftAdminPortals"}
    assert applications(stack, "data") == {APPLICATIONS[name] for name in ("key-vault", "storage", "logs")}


def test_those_who_run_the_services_or_approve_are_asked_at_every_application(stack: Any):
    conditions = stack.inputs("ConditionalAccessPolicy", "all-for-groups")["conditions"]
    assert conditions["applications"] == {
        "includedApplications": ["All"],
        # Microsoft Intune Enrollment.
        "excludedApplications": ["d4ebce55-015a-49b5-a083-c84d1797ae8c"],
    }
    assert conditions["users"] == {
        "includedGroups": [f"id of hostco-{each}" for each in ("platform", "on-call", "audit", "approvers")],
        "excludedGroups": ["id of hostco-break-glass"],
    }


def test_the_vpns_application_is_the_gateways_audience():
    assert APPLICATIONS["vpn"] == CLIENT_APPLICATION_ID


def test_the_applications_are_there_before_the_policies_and_outlive_them(stack: Any):
    principals = stack.named("ServicePrincipal")
    assert {name: each["inputs"] for name, each in principals.items()} == {
        name: {"clientId": client_id, "useExisting": True}
        for name, client_id in {**APPLICATIONS, "enrolment": ENROLMENT}.items()
    }
    for policy in stack.named("ConditionalAccessPolicy").values():
        assert {each["urn"] for each in principals.values()} <= set(policy["dependencies"])


def test_the_vpn_is_shut_to_all_but_the_groups(stack: Any):
    policy = stack.inputs("ConditionalAccessPolicy", "vpn-for-groups-only")
    assert policy["grantControls"] == {"operator": "OR", "builtInControls": ["block"]}
    assert policy["conditions"]["users"]["includedUsers"] == ["All"]
    assert policy["conditions"]["users"]["excludedGroups"] == [
        "id of hostco-break-glass",
        "id of hostco-platform",
        "id of hostco-on-call",
        "id of hostco-audit",
    ]


def test_device_codes_are_shut_out_everywhere(stack: Any):
    policy = stack.inputs("ConditionalAccessPolicy", "no-device-codes")
    assert policy["grantControls"] == {"operator": "OR", "builtInControls": ["block"]}
    assert policy["conditions"]["authenticationFlowTransferMethods"] == ["deviceCodeFlow", "authenticationTransfer"]
    assert applications(stack, "no-device-codes") == {*APPLICATIONS.values(), "MicrosoftAdminPortals"}
