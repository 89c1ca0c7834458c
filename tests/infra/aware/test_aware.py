import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi_azure_native
import pytest
import yaml

from infra.aware import Aware
from infra.settings import parse_settings

ROOT = Path(__file__).parents[3]
VALIDATOR = ROOT.parent / "shared" / "schemas" / "validate.py"
UNKNOWN_TO_SCHEMAS = tuple(
    f"SKIP azure-native:{kind}("
    for kind in (
        "aadiam:DiagnosticSetting",
        "containerregistry:Replication",
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "dbforpostgresql:VirtualEndpoint",
        "eventgrid:SystemTopicEventSubscription",
        "monitor:PrivateLinkScopedResource",
        "operationalinsights:DataExport",
    )
)
PROTECTED_TYPES = (
    "containerregistry:Registry",
    "keyvault:Vault",
    "keyvault:Key",
    "operationalinsights:Workspace",
    "resources:ResourceGroup",
    "storage:BlobServiceProperties",
    "storage:StorageAccount",
)
CUT_OFF_BY = ("azure-native:storage:EncryptionScope", "azure-native:managedidentity:FederatedIdentityCredential")
STATES = ("active", "suspended", "terminated", "deleted")


def rights(tenant: str) -> set[str]:
    """The roles that a tenant has while it is active."""
    return {f"tenant-{tenant}-index", f"tenant-{tenant}-key"}


def without_names(resource: dict[str, Any], tenant: str) -> str:
    """A tenant's resource as text, with the tenant's id left out, for comparison with another tenant's."""
    inputs = {key: value for key, value in resource["inputs"].items() if key != "roleAssignmentName"}
    return json.dumps([resource["type"], resource["name"], inputs], sort_keys=True).replace(tenant, "<tenant>")


def test_refuses_the_settings_of_another_service():
    values = yaml.safe_load((ROOT / "Pulumi.ci-us.yaml").read_text())["config"]
    settings = parse_settings(
        "ci-us", {k.removeprefix("hosting:"): v for k, v in values.items() if k.startswith("hosting:")}
    )
    with pytest.raises(ValueError, match="hosts cloud-integrated, not aware"):
        Aware(settings)


def test_outputs(stack: Any):
    assert stack.outputs["portal_url"] == "https://portal.aware.example.com"
    assert stack.outputs["vpn_endpoint"] == "address of pip-vpn-clients-hostco-useast"
    assert stack.outputs["tenant_keys"] == {
        tenant: f"https://kvthostcouseast.vault.azure.net/keys/tenant-{tenant}"
        for tenant in ("acme", "globex", "initech")
    }


def test_every_resource_has_a_parent(stack: Any):
    parents = {resource["urn"]: resource["parent"] for resource in stack.resources}
    service = stack.named("hosting:aware:Aware")["aware"]["urn"]
    for resource in stack.resources:
        if resource["type"] in ("hosting:aware:Aware", "pulumi:providers:azure-native", "pulumi:pulumi:Stack"):
            continue
        ancestor = resource["urn"]
        while ancestor in parents and ancestor != service:
            ancestor = parents[ancestor]
        assert ancestor == service, f"{resource['urn']} doesn't hang below the service"


def test_everything_goes_through_the_one_provider_of_the_subscription(stack: Any):
    provider = stack.named("pulumi:providers:azure-native")
    assert list(provider) == ["azure-native"]
    inputs = provider["azure-native"]["inputs"]
    assert inputs["subscriptionId"] == "00000000-0000-4000-8000-000000000001"
    assert inputs["tenantId"] == "00000000-0000-4000-8000-000000000002"
    urn = provider["azure-native"]["urn"]
    for resource in stack.resources:
        if resource["custom"] and resource["type"].startswith("azure-native:"):
            assert resource["provider"].startswith(urn), resource["urn"]


def test_logical_names_are_unique_per_type(stack: Any):
    names = [(resource["type"], resource["name"]) for resource in stack.resources]
    assert len(names) == len(set(names))


def takes_tags(kind: str) -> bool:
    _, module, name = kind.split(":")
    resource = getattr(getattr(pulumi_azure_native, module), name)
    return "tags" in resource.__dict__


def test_tags(stack: Any):
    tagged = [r for r in stack.resources if r["type"].startswith("azure-native:") and takes_tags(r["type"])]
    assert len(tagged) > 30
    for resource in tagged:
        tags = resource["inputs"].get("tags", {})
        tenant = {"tenant": tags["tenant"]} if "tenant-" in resource["name"] else {}
        assert tags == {
            "Name": resource["name"],
            "stack": "useast",
            "service": "aware",
            "jurisdiction": "us",
            "managed-by": "pulumi",
            **tenant,
        }, resource["urn"]


EVERYWHERE = (
    "azure-native:cdn:",
    "azure-native:frontdoor:",
    "azure-native:monitor:ActionGroup",
    "azure-native:monitor:ActivityLogAlert",
    "azure-native:monitor:PrivateLinkScope",
    "azure-native:privatedns:",
)
ELSEWHERE = {
    "azure-native:containerregistry:Replication": {"images": "centralus"},
    # The pair of East US, which receives the copies that Azure makes.
    "azure-native:keyvault:Vault": {"copy": "westus"},
    "azure-native:managedidentity:UserAssignedIdentity": {"database-copy": "westus"},
}


def region_of(resource: dict[str, Any]) -> str:
    if resource["type"].startswith(EVERYWHERE):
        return "Global"
    first_or_second = "centralus" if resource["name"].endswith("-2") else "eastus"
    return ELSEWHERE.get(resource["type"], {}).get(resource["name"], first_or_second)


def test_everything_with_a_location_is_in_its_region(stack: Any):
    located = [r for r in stack.resources if "location" in r["inputs"]]
    assert len(located) > 20
    for resource in located:
        assert resource["inputs"]["location"].lower() == region_of(resource).lower(), resource["urn"]


@pytest.mark.parametrize("kind", PROTECTED_TYPES)
def test_keys_logs_and_data_are_protected(stack: Any, kind: str):
    assert all(resource["protect"] for resource in stack.named(kind).values())


@pytest.mark.parametrize("tenant", ["acme", "globex", "initech"])
def test_a_tenants_resources_carry_its_id_and_are_protected(stack: Any, tenant: str):
    for resource in stack.below("hosting:infra:Tenant", tenant):
        assert tenant in resource["name"]
        if resource["custom"]:
            assert resource["protect"] is (resource["name"] not in rights(tenant)), resource["urn"]
        if resource["custom"] and takes_tags(resource["type"]):
            assert resource["inputs"]["tags"]["tenant"] == tenant


def test_tenants_have_equal_resources(stack: Any):
    shapes = {
        tenant: sorted(without_names(resource, tenant) for resource in stack.below("hosting:infra:Tenant", tenant))
        for tenant in ("acme", "globex", "initech")
    }
    assert shapes["acme"] == shapes["globex"] == shapes["initech"]
    assert len(shapes["acme"]) == 11, "the component and ten resources: infra.aware.storage names them"


def test_a_further_tenant_changes_only_what_is_its_own(stack: Any, declare: Callable[..., Any], sample: dict[str, Any]):
    larger = declare(tenants=[*sample["tenants"], {"id": "umbrella", "state": "active"}])
    own = {resource["urn"] for resource in larger.below("hosting:infra:Tenant", "umbrella")}
    assert [resource for resource in larger.resources if resource["urn"] not in own] == stack.resources


@pytest.fixture(scope="module")
def states(declare: Callable[..., Any]) -> Any:
    """The stack with a tenant in each state, each called after it."""
    return declare(tenants=[{"id": state, "state": state} for state in STATES])


@pytest.mark.parametrize("state", STATES)
def test_a_tenants_resources_exist_in_each_state_and_are_let_go_when_deleted(states: Any, state: str):
    resources = [resource for resource in states.below("hosting:infra:Tenant", state) if resource["custom"]]
    lasting = [resource for resource in resources if resource["name"] not in rights(state)]
    assert len(lasting) == 8, "it takes two steps to remove them"
    assert {resource["protect"] for resource in lasting} == {state != "deleted"}


@pytest.mark.parametrize("state", STATES)
def test_a_tenant_that_is_not_active_is_cut_off(states: Any, state: str):
    scope = states.inputs("storage:EncryptionScope", f"tenant-{state}")
    assert scope["state"] == ("Enabled" if state == "active" else "Disabled")
    found = {name for name in states.named("authorization:RoleAssignment") if name in rights(state)}
    assert found == (rights(state) if state == "active" else set())
    credential = states.inputs("managedidentity:FederatedIdentityCredential", f"tenant-{state}")
    assert credential["subject"] == (f"tenant/{state}" if state == "active" else f"cut-off/{state}")


@pytest.mark.parametrize("state", STATES)
def test_a_tenants_state_changes_nothing_but_what_cuts_it_off(states: Any, state: str):
    def others(tenant: str) -> list[str]:
        below = states.below("hosting:infra:Tenant", tenant)
        lasting = [r for r in below if r["custom"] and r["name"] not in rights(tenant)]
        return sorted(without_names(r, tenant) for r in lasting if r["type"] not in CUT_OFF_BY)

    assert others(state) == others("active")


def test_no_tenants(small: Any):
    assert small.outputs["tenant_keys"] == {}
    assert not [name for name in small.named("keyvault:Key") if name.startswith("tenant-")]
    assert not [r for r in small.resources if "tenant" in r["inputs"].get("tags", {})]


def test_the_same_stack_file_gives_the_same_names(stack: Any, declare: Callable[..., Any]):
    assert declare().resources == stack.resources


@pytest.mark.parametrize("validator", [VALIDATOR] if VALIDATOR.is_file() else [])
def test_the_clouds_own_schemas_accept_the_inputs(stack: Any, validator: Path):
    resources = [r for r in stack.resources if r["type"].startswith("azure-native:")]
    judged = subprocess.run(
        [sys.executable, str(validator), "-"],
        input=json.dumps([{key: r[key] for key in ("type", "name", "inputs")} for r in resources]),
        capture_output=True,
        text=True,
        check=False,
    )
    # Parts of a resource's address are "read-only" in its body: the SDK puts them into the address.
    remarks = [
        line
        for line in judged.stdout.splitlines()[:-1]
        if not line.endswith("read-only in the service") and not line.startswith(UNKNOWN_TO_SCHEMAS)
    ]
    assert judged.returncode == 0, judged.stdout
    assert remarks == []
    assert "0 errors" in judged.stdout
