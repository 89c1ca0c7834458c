"""The service as a whole: one provider, a tree without orphans, tenants that are equal and apart."""

import importlib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import yaml

from hosting.guards import PROTECTIONS
from infra.settings import CLOUD_INTEGRATED_REGIONS

SERVICE = "hosting:cloud_integrated:CloudIntegrated"
TENANTS = ("acme", "globex", "initech")
ROOT = Path(__file__).parents[3]
REGION = rf"(?<![a-z0-9-])(?:{'|'.join(boto3.Session().get_available_regions('ec2'))})(?![0-9])"
"""The name of any region of AWS."""
STACK_FILES = {file.stem.removeprefix("Pulumi."): file for file in sorted(ROOT.glob("Pulumi.ci-*.yaml"))}
VALIDATOR = ROOT.parent / "shared" / "schemas" / "validate.py"
RESOURCES_OF_A_TENANT = 26
"""In two regions; half as many and the plan's in one."""
SAMPLE_TENANTS = [{"id": tenant} for tenant in TENANTS]


def shape(stack, tenant):
    """A tenant's resources by type and name, without the tenant's id."""
    return sorted((r["type"], r["name"].replace(tenant, "ID")) for r in stack.of_tenant(tenant))


def by_urn(stack):
    return {r["urn"]: {k: r[k] for k in ("inputs", "protect", "parent", "dependencies")} for r in stack.resources}


def test_what_users_need_is_exposed(stack):
    assert stack.outputs == {
        "portal_url": "https://portal.ci-us.example.com",
        "vpn_endpoint": "*.cvpn-endpoint-1.prod.clientvpn.us-east-1.amazonaws.com",
        "tenant_keys": {tenant: f"arn:aws:kms:us-east-1:123456789012:key/tenant-{tenant}-key" for tenant in TENANTS},
    }


def test_the_provider_needs_nothing_of_a_first_region_that_is_lost(stack):
    provider = stack.inputs("pulumi:providers:aws", "aws")

    assert (provider["region"], provider["stsRegion"]) == ("us-east-1", "us-west-2")


def test_with_one_region_the_provider_asks_there(dev_stack):
    assert "stsRegion" not in dev_stack.inputs("pulumi:providers:aws", "aws")


def test_the_rooms_are_those_of_the_service(stack):
    (service,) = stack.of_type(SERVICE).values()
    below = {(r["type"], r["name"]) for r in stack.resources if r["parent"] == service["urn"]}

    assert below == {
        ("pulumi:providers:aws", "aws"),
        *((f"hosting:cloud_integrated:{room.title()}", room) for room in ("access", "audit")),
        *(
            (f"hosting:cloud_integrated:{room.title()}", f"{room}{suffix}")
            for room in ("data", "edge", "keys", "network", "recovery", "services")
            for suffix in ("", "-2")
        ),
        *(("hosting:infra:Tenant", tenant) for tenant in TENANTS),
    }


def test_every_resource_has_a_parent(stack):
    urns = {r["urn"] for r in stack.resources}
    orphans = [r["urn"] for r in stack.resources if r["parent"] not in urns and r["type"] != SERVICE]

    assert orphans == []


def test_every_resource_goes_through_the_one_provider_of_the_account(stack):
    (provider,) = stack.of_type("pulumi:providers:aws").values()

    assert provider["inputs"]["region"] == "us-east-1"
    assert json.loads(provider["inputs"]["allowedAccountIds"]) == ["123456789012"]
    for resource in stack.resources:
        if resource["custom"] and resource["type"].startswith("aws:"):
            assert resource["provider"].startswith(provider["urn"] + "::")


def test_names_are_unique_within_a_type(stack):
    found = [(r["type"], r["name"]) for r in stack.resources]

    assert len(set(found)) == len(found)


def test_every_tag_set_says_what_it_belongs_to(stack):
    tagged = [r for r in stack.resources if "tags" in r["inputs"]]

    assert len(tagged) > 50
    for resource in tagged:
        expected = {
            "Name": resource["name"], "stack": "ci-us", "service": "cloud-integrated", "jurisdiction": "us",
            "managed-by": "pulumi",
        }  # fmt: skip
        own = ("tenant", "state", "AmazonECSManaged")
        assert {key: value for key, value in resource["inputs"]["tags"].items() if key not in own} == expected


def takes_tags(type_):
    """Whether the SDK's class of this type has tags."""
    module, name = type_.removeprefix("aws:").split("/")[0], type_.split(":")[-1]
    sdk = importlib.import_module(f"pulumi_aws.{'lambda_' if module == 'lambda' else module}")
    return "tags" in inspect.signature(getattr(sdk, name)._internal_init).parameters


def test_every_type_that_takes_tags_has_them(stack):
    without = {r["type"] for r in stack.resources if r["type"].startswith("aws:") and "tags" not in r["inputs"]}

    assert [type_ for type_ in sorted(without) if takes_tags(type_)] == []
    assert takes_tags("aws:ec2/vpc:Vpc")


@pytest.mark.parametrize("tenant", TENANTS)
def test_everything_of_a_tenant_carries_its_id_and_is_protected(stack, tenant):
    resources = stack.of_tenant(tenant)

    assert len([r for r in resources if r["custom"]]) == RESOURCES_OF_A_TENANT
    for resource in resources:
        assert tenant in resource["name"]
        assert resource["protect"]
        assert resource["inputs"].get("tags", {"tenant": tenant})["tenant"] == tenant


def test_nothing_of_a_tenant_lies_elsewhere(stack):
    below = {r["urn"] for tenant in TENANTS for r in stack.of_tenant(tenant)}
    elsewhere = json.dumps([r for r in stack.resources if r["urn"] not in below])

    assert [tenant for tenant in TENANTS if tenant in elsewhere] == []


def test_no_tenants_resource_mentions_another_tenant(stack):
    for tenant in TENANTS:
        text = json.dumps(stack.of_tenant(tenant))
        assert [other for other in TENANTS if other != tenant and other in text] == []


def test_tenants_have_equal_sets_of_resources(stack):
    assert shape(stack, "acme") == shape(stack, "globex") == shape(stack, "initech")


def test_a_new_tenant_changes_only_its_own(stack, declare):
    more = declare(tenants=[*SAMPLE_TENANTS, {"id": "umbrella"}])
    before, after = by_urn(stack), by_urn(more)

    assert {urn: after[urn] for urn in before} == before
    assert {urn for urn in after if urn not in before} == {r["urn"] for r in more.of_tenant("umbrella")}
    assert shape(more, "umbrella") == shape(stack, "acme")


@pytest.mark.parametrize(
    ("state", "enabled"), [("active", True), ("suspended", False), ("terminated", False), ("deleted", False)]
)
def test_a_tenant_that_is_not_served_has_everything_but_a_working_key(stack, stack_of_all_states, state, enabled):
    assert shape(stack_of_all_states, state) == shape(stack, "acme")
    assert stack_of_all_states.inputs("aws:kms/key:Key", f"tenant-{state}-key")["isEnabled"] is enabled


@pytest.mark.parametrize(
    ("state", "kept"), [("active", True), ("suspended", True), ("terminated", True), ("deleted", False)]
)
def test_a_tenants_resources_are_protected_until_it_is_deleted(stack_of_all_states, state, kept):
    bucket = stack_of_all_states.inputs("aws:s3/bucket:Bucket", f"tenant-{state}-data")

    assert {resource["protect"] for resource in stack_of_all_states.of_tenant(state)} == {kept}
    assert bucket["forceDestroy"] is not kept


def test_aws_itself_refuses_to_delete_stores_and_edges_until_the_last_tenant_is_let_go(
    stack, stack_of_all_states, stack_let_go
):
    def guarded(found):
        return {each["name"] for each in found.resources if PROTECTIONS & {k for k, v in each["inputs"].items() if v}}

    assert guarded(stack) == guarded(stack_of_all_states) == {"exit", "messages", "messages-2", "portal", "portal-2"}
    assert guarded(stack_let_go) == set()


def test_a_stack_without_tenants_stands(declare):
    assert declare(tenants=[]).outputs["tenant_keys"] == {}


def test_there_is_a_stack_for_each_jurisdiction():
    assert set(STACK_FILES) == {f"ci-{jurisdiction}" for jurisdiction in CLOUD_INTEGRATED_REGIONS}


@pytest.mark.parametrize("name", STACK_FILES)
def test_a_stack_names_no_region_outside_its_jurisdiction(declare, name):
    values = yaml.safe_load(STACK_FILES[name].read_text())["config"]
    settings = {key.removeprefix("hosting:"): value for key, value in values.items() if key.startswith("hosting:")}
    inside = CLOUD_INTEGRATED_REGIONS[settings["jurisdiction"]]

    stack = declare(**{"secondRegion": {}, **settings})

    named = {
        region: resource["urn"]
        for resource in stack.resources
        for region in re.findall(REGION, json.dumps(resource["inputs"]))
    }
    assert {region: urn for region, urn in named.items() if region not in inside} == {}
    assert len(named) == 1 + ("secondRegion" in settings)
    own = [r for r in stack.of_tenant("acme") if r["custom"]]
    assert len(own) == (RESOURCES_OF_A_TENANT if "secondRegion" in settings else RESOURCES_OF_A_TENANT // 2)


@pytest.mark.parametrize("validator", [VALIDATOR] if VALIDATOR.exists() else [])
def test_the_clouds_own_schema_finds_nothing(stack, validator):
    items = [{key: r[key] for key in ("type", "name", "inputs")} for r in stack.resources if r["custom"]]
    result = subprocess.run(
        [sys.executable, str(validator), "-"], input=json.dumps(items), capture_output=True, text=True, check=False
    )

    *findings, summary = result.stdout.splitlines()
    assert [line for line in findings if not line.startswith("SKIP")] == []
    assert summary.startswith(f"{len(items)} resources: 0 errors, 0 warnings, ")
