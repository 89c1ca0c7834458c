from typing import Any

BREAK_GLASS = ["00000000-0000-4000-8000-000000000021", "00000000-0000-4000-8000-000000000022"]


def test_the_stack_exports_the_groups_that_the_services_settings_name(stack: Any):
    assert stack.outputs == {
        "platform": "id of hostco-platform",
        "onCall": "id of hostco-on-call",
        "audit": "id of hostco-audit",
        "dataReaders": "id of hostco-data-readers",
        "keyOperators": "id of hostco-key-operators",
        "auditReaders": "id of hostco-audit-readers",
        "recoverers": "id of hostco-recoverers",
        "approvers": "id of hostco-approvers",
        "breakGlass": "id of hostco-break-glass",
    }


def test_the_provider_works_in_one_entra_tenant_only(stack: Any):
    assert stack.inputs("azuread", "azuread")["tenantId"] == "00000000-0000-4000-8000-000000000002"
    provider = stack.named("azuread")["azuread"]["urn"]
    for resource in stack.resources:
        if resource["custom"] and resource["urn"] != provider:
            assert resource["provider"].startswith(provider), resource["name"]


def test_every_resource_hangs_below_the_component(stack: Any):
    declared = {resource["urn"] for resource in stack.resources}
    assert {r["name"] for r in stack.resources if r["parent"] not in declared} == {"azuread", "identity"}
