"""Both stacks through the real engine, the policy pack and the local cloud, as a person would use them."""

import contextlib
import json
import re
import subprocess
import sys

import pytest

from policies import rules
from policies.rulebook import discover

STACKS = ("useast", "ci-us")
BREACHES = {
    "useast": {
        "vault-key-rotates": (
            "infra/aware/keys.py",
            "rotation_policy=rotation_policy(),",
            'rotation_policy=None if name == "tenant-acme" else rotation_policy(),',
        ),
        "front-door-domain-takes-strongest-tls-only": (
            "infra/aware/edge.py",
            "AfdMinimumTlsVersion.TLS13",
            "AfdMinimumTlsVersion.TLS12",
        ),
        "network-group-lets-no-one-in": (
            "infra/aware/network.py",
            'Flow("Inbound", "allow-apps", apps, private_endpoints, "Keys and customer data for the services"),',
            'Flow("Inbound", "allow-apps", "Internet", private_endpoints, "Operation", ports="22"),',
        ),
        "encryption-scope-uses-tenants-own-key": (
            "infra/aware/data.py",
            "keys.tenant_keys[tenant.tenant.id])",
            'keys.tenant_keys["globex" if tenant.tenant.id == "acme" else tenant.tenant.id])',
        ),
    },
    "ci-us": {
        "kms-key-rotates": (
            "infra/cloud_integrated/keys.py",
            "enable_key_rotation=True,",
            'enable_key_rotation=tenant != "acme",',
        ),
        "listener-takes-strongest-tls-only": (
            "infra/cloud_integrated/edge.py",
            '"ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"',
            '"ELBSecurityPolicy-TLS13-1-2-2021-06"',
        ),
        "ingress-rule-lets-nothing-else-in": (
            "infra/cloud_integrated/network.py",
            'self._ingress("edge-from-internet", edge, HTTPS_PORT, cidr_ipv4=INTERNET)',
            'self._ingress("edge-from-internet", edge, 22, cidr_ipv4=INTERNET)',
        ),
        "s3-bucket-encrypted-by-tenants-own-key": (
            "infra/cloud_integrated/__init__.py",
            "self._data.tenant_bucket(resources, key_arn=key_arn, used_by=role)",
            "self._first = getattr(self, '_first', key_arn)\n"
            "        self._data.tenant_bucket(resources, key_arn=self._first, used_by=role)",
        ),
    },
}


@pytest.fixture(params=STACKS)
def stack(request):
    return request.param


@pytest.fixture
def clone(deployed, stack):
    """A clone in which the stack is up."""
    return deployed(stack)


def changes(printed):
    return re.search(r"previewed: (.*)\.$", printed, re.MULTILINE).group(1)


def test_a_second_up_changes_nothing(clone, stack):
    assert changes(clone.succeeds("preview", "--stack", stack)) == "no changes"
    assert f"{stack} up: no changes." in clone.succeeds("up", "--stack", stack)


def test_the_report_is_about_the_whole_stack(clone, stack):
    printed = clone.succeeds("preview", "--stack", stack)

    (counts,) = re.findall(
        r"Policy: (\d+) rules ran, (\d+) of .*?, (\d+) resources judged, 0 violations, 0 undetermined\.", printed
    )
    ran, touched, judged = map(int, counts)
    in_cloud = [r for r in clone.export(stack)["deployment"]["resources"] if r["type"].startswith(("aws:", "azure"))]
    assert ran == len(discover(rules))
    assert touched > 14
    assert judged >= len(in_cloud)


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


def test_a_change_behind_its_back_is_found_and_healed(deployed):
    clone = deployed("ci-us")
    kms = clone.client("kms")
    key = kms.describe_key(KeyId="alias/tenant/globex")["KeyMetadata"]["KeyId"]
    kms.disable_key_rotation(KeyId=key)

    found = clone.succeeds("refresh", "--stack", "ci-us")
    healed = clone.succeeds("up", "--stack", "ci-us")

    assert "1 resource of ci-us changed behind the program's back" in found
    assert "enableKeyRotation" in found
    assert "ci-us up: 1 update." in healed
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def test_every_tenants_bucket_is_encrypted_with_its_own_key(deployed):
    clone = deployed("ci-us")
    s3, kms = clone.client("s3"), clone.client("kms")
    keys = {}
    for tenant in ("acme", "globex", "initech"):
        encryption = s3.get_bucket_encryption(Bucket=f"hostco-ci-us-tenant-{tenant}")
        (rule,) = encryption["ServerSideEncryptionConfiguration"]["Rules"]
        keys[tenant] = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
        assert kms.describe_key(KeyId=f"alias/tenant/{tenant}")["KeyMetadata"]["Arn"] == keys[tenant]

    assert len(set(keys.values())) == len(keys)


@pytest.mark.parametrize("existing", [False, True], ids=["before anything exists", "afterwards"])
def test_breaches_in_the_program_are_refused_in_the_preview(deployed, new_clone, stack, existing):
    clone = deployed(stack) if existing else new_clone()
    with contextlib.ExitStack() as breaches:
        for file, right, wrong in BREACHES[stack].values():
            breaches.enter_context(clone.changed(file, (right, wrong)))
        printed = clone.is_refused("preview", "--stack", stack)

    found = set(re.findall(r"^violation ([a-z0-9-]+):", printed, re.MULTILINE))
    assert found >= BREACHES[stack].keys(), printed


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


def test_a_tenant_goes_in_two_steps_and_the_rest_stays(new_clone, stack):
    clone = new_clone()
    clone.succeeds("up", "--stack", stack)
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
