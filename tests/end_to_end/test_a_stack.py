"""Both stacks through the real engine, the policy pack and the local cloud, as a person would use them."""

import json
import re
import subprocess
import sys

import pytest

STACKS = ("useast", "ci-us")
BREACHES = {
    "useast": {
        "a tenant's key that doesn't rotate": (
            "infra/aware/keys.py",
            "rotation_policy=rotation_policy(),",
            'rotation_policy=None if name == "tenant-acme" else rotation_policy(),',
            "rotat",
        ),
        "TLS 1.2 at the edge": (
            "infra/aware/edge.py",
            "AfdMinimumTlsVersion.TLS13",
            "AfdMinimumTlsVersion.TLS12",
            "tls",
        ),
        "port 22 open to the internet": (
            "infra/aware/network.py",
            'Flow("Inbound", "allow-apps", apps, private_endpoints, "Keys and customer data for the services"),',
            'Flow("Inbound", "allow-apps", "Internet", private_endpoints, "Operation", ports="22"),',
            "internet",
        ),
        "a tenant's data under another tenant's key": (
            "infra/aware/data.py",
            "keys.tenant_keys[tenant.tenant.id])",
            'keys.tenant_keys["globex" if tenant.tenant.id == "acme" else tenant.tenant.id])',
            "own",
        ),
    },
    "ci-us": {
        "a tenant's key that doesn't rotate": (
            "infra/cloud_integrated/keys.py",
            "enable_key_rotation=True,",
            'enable_key_rotation=tenant != "acme",',
            "rotat",
        ),
        "TLS 1.2 at the edge": (
            "infra/cloud_integrated/edge.py",
            '"ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"',
            '"ELBSecurityPolicy-TLS13-1-2-2021-06"',
            "tls",
        ),
        "port 22 open to the internet": (
            "infra/cloud_integrated/network.py",
            'self._ingress("edge-from-internet", edge, HTTPS_PORT, cidr_ipv4=INTERNET)',
            'self._ingress("edge-from-internet", edge, 22, cidr_ipv4=INTERNET)',
            "internet",
        ),
        "a tenant's data under another tenant's key": (
            "infra/cloud_integrated/__init__.py",
            "{tenant.id: self._tenant(tenant, names, provider) for tenant in settings.tenants}\n",
            "{tenant.id: self._tenant(tenant, names, provider) for tenant in settings.tenants}\n",
            "own",
        ),
    },
}


@pytest.fixture(scope="module", params=STACKS)
def stack(request):
    return request.param


@pytest.fixture(scope="module")
def clone(new_clone, stack):
    """A clone in which the stack is up."""
    clone = new_clone()
    clone.succeeds("up", "--stack", stack)
    return clone


@pytest.fixture(scope="module")
def empty_clone(new_clone):
    """A clone in which nothing was ever deployed."""
    return new_clone()


def changes(printed):
    return re.search(r"previewed: (.*)\.$", printed, re.MULTILINE).group(1)


def test_a_second_up_changes_nothing(clone, stack):
    assert changes(clone.succeeds("preview", "--stack", stack)) == "no changes"
    assert f"{stack} up: no changes." in clone.succeeds("up", "--stack", stack)


def test_the_report_is_about_the_whole_stack(clone, stack):
    printed = clone.succeeds("preview", "--stack", stack)

    assert re.search(r"Policy: \d+ rules ran, \d+ resources judged, 0 violations, 0 undetermined\.", printed)


def test_the_state_is_what_an_auditor_finds_nothing_in(clone, stack, tmp_path):
    export = tmp_path / "export.json"
    export.write_text(json.dumps(clone.export(stack)))

    judged = clone.pulumi("policy", "analyze", "--file", str(export), "--policy-pack", "policies")

    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_a_breach_in_the_state_is_found_by_an_auditor(clone, stack, tmp_path):
    state = clone.export(stack)
    key = next(r for r in state["deployment"]["resources"] if r["urn"].split("::")[-1].startswith("tenant-acme"))
    for resource in state["deployment"]["resources"]:
        if resource["type"] in ("aws:kms/key:Key", "azure-native:keyvault:Key") and "acme" in resource["urn"]:
            key = resource
    for side in ("inputs", "outputs"):
        if "enableKeyRotation" in key[side]:
            key[side]["enableKeyRotation"] = False
        else:
            key[side].pop("rotationPolicy", None)
            key[side].get("properties", {}).pop("rotationPolicy", None)
    export = tmp_path / "export.json"
    export.write_text(json.dumps(state))

    judged = clone.pulumi("policy", "analyze", "--file", str(export), "--policy-pack", "policies")

    assert judged.returncode != 0
    assert "rotat" in judged.stdout + judged.stderr


def test_the_clouds_own_schemas_find_no_error(clone, stack, tmp_path, judge_of_clouds_schemas):
    if judge_of_clouds_schemas is None:
        return
    export = tmp_path / "export.json"
    export.write_text(json.dumps(clone.export(stack)))

    judged = subprocess.run(
        [sys.executable, str(judge_of_clouds_schemas), "--errors-only", str(export)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("existing", [False, True], ids=["before anything exists", "afterwards"])
@pytest.mark.parametrize("breach", list(BREACHES["useast"]))
def test_a_breach_in_the_program_is_refused(request, stack, breach, existing):
    clone = request.getfixturevalue("clone" if existing else "empty_clone")
    file, right, wrong, rule = BREACHES[stack][breach]

    with clone.changed(file, (right, wrong)):
        printed = clone.is_refused("preview", "--stack", stack)

    assert re.search(rf"\b[a-z-]*{rule}[a-z-]*\b", printed), printed
    assert "0 violations" not in printed


def test_the_row_of_an_active_tenant_can_not_be_removed(clone, stack):
    before = clone.export(stack)["deployment"]["resources"]

    with clone.configured(stack, tenants=[{"id": "globex"}, {"id": "initech"}]):
        printed = clone.is_refused("up", "--stack", stack)

    assert "Tenant 'acme' has no row any more" in printed
    assert clone.export(stack)["deployment"]["resources"] == before


def test_another_tenant_changes_only_its_own_resources(clone, stack):
    with clone.configured(stack, tenants=[{"id": t} for t in ("acme", "globex", "initech", "umbrella")]):
        printed = clone.succeeds("preview", "--stack", stack)

    assert re.fullmatch(r"\d+ create", changes(printed))


def test_destroy_is_refused_while_tenants_are_active(clone, stack):
    before = clone.export(stack)["deployment"]["resources"]

    printed = clone.is_refused("destroy", "--stack", stack, "--ignore-protect")

    assert "acme, globex, initech" in printed
    assert "set each one's state to `deleted`" in printed
    assert clone.export(stack)["deployment"]["resources"] == before


def test_a_tenant_goes_in_two_steps_and_the_rest_stays(clone, stack):
    others = [{"id": "globex"}, {"id": "initech"}]
    count = len(clone.export(stack)["deployment"]["resources"])
    with clone.configured(stack, tenants=[{"id": "acme", "state": "deleted"}, *others]):
        clone.succeeds("up", "--stack", stack)
        assert len(clone.export(stack)["deployment"]["resources"]) == count
    with clone.configured(stack, tenants=others):
        clone.succeeds("up", "--stack", stack)

        left = [resource["urn"] for resource in clone.export(stack)["deployment"]["resources"]]
        assert not [urn for urn in left if "acme" in urn]
        assert changes(clone.succeeds("preview", "--stack", stack)) == "no changes"
    clone.succeeds("up", "--stack", stack)
