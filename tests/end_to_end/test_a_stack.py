"""The stacks through the real engine, the policy pack and the local cloud, as a person would use them."""

import contextlib
import json
import re
import subprocess
import sys

import pytest
import yaml

from policies.pack import all_rules
from policies.resources import TENANT_TYPE
from policies.terms import AGREED_POLICY

STACKS = ("useast", "ci-us")
ALL = (*STACKS, "ci-eu", "identity")
TENANTS = ("acme", "globex", "initech")
CLOUDS = ("aws:", "azure-native:", "azuread:")
BREACHES = {
    "useast": {
        "vault-key-rotates": (
            "infra/aware/vault.py",
            "rotation_policy=rotation_policy(expires=expires),",
            'rotation_policy=None if name == "tenant-acme" else rotation_policy(expires=expires),',
        ),
        "front-door-domain-takes-strongest-tls-only": (
            "infra/aware/edge.py",
            "AfdMinimumTlsVersion.TLS13",
            "AfdMinimumTlsVersion.TLS12",
        ),
        "network-group-lets-no-one-in": (
            "infra/aware/security_groups.py",
            'Flow("Inbound", "allow-apps", apps, private_endpoints, "Keys, customer data, search, images"),',
            'Flow("Inbound", "allow-apps", "Internet", private_endpoints, "Operation", ports="22"),',
        ),
        "encryption-scope-uses-tenants-own-key": (
            "infra/aware/storage.py",
            "self._tenant_container(tenant, keys.tenant_keys[tenant.tenant.id])",
            'self._tenant_container(tenant, keys.tenant_keys["globex"])',
        ),
    },
    "ci-us": {
        "kms-key-rotates": (
            "infra/cloud_integrated/keys.py",
            "enable_key_rotation=True,",
            'enable_key_rotation="acme" not in name,',
        ),
        "listener-takes-strongest-tls-only": (
            "infra/cloud_integrated/edge.py",
            '"ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"',
            '"ELBSecurityPolicy-TLS13-1-2-2021-06"',
        ),
        "ingress-rule-lets-nothing-else-in": (
            "infra/cloud_integrated/security_groups.py",
            'self._ingress(f"{target}-from-internet", target, HTTPS_PORT, cidr_ipv4=INTERNET)',
            'self._ingress(f"{target}-from-internet", target, 22, cidr_ipv4=INTERNET)',
        ),
        "s3-bucket-encrypted-by-tenants-own-key": (
            "infra/cloud_integrated/tenant.py",
            "site.data.tenant_bucket(resources, key_arn=key, used_by=access.tenant_users)",
            "site.data.tenant_bucket(resources, key_arn=globals().setdefault('first', key),"
            " used_by=access.tenant_users)",
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


def resources_of(clone, stack):
    return clone.export(stack)["deployment"]["resources"]


@pytest.mark.parametrize("stack", ALL)
def test_a_second_up_changes_nothing_and_the_report_is_about_everything(deployed, stack):
    clone = deployed(stack)

    printed = clone.succeeds("up", "--stack", stack)

    assert changes(printed) == "no changes"
    assert f"{stack} up: no changes." in printed
    counts = re.findall(
        r"Policy: (\d+) rules ran, (\d+) of .*?, (\d+) resources judged, 0 violations, 0 undetermined\.", printed
    )
    ran, _, judged = map(int, counts[-1])
    assert ran >= len(all_rules())
    assert judged >= len([each for each in resources_of(clone, stack) if each["type"].startswith(CLOUDS)])
    assert "exempted" not in printed


def test_the_state_is_what_an_auditor_finds_nothing_in(clone, stack, tmp_path):
    export = tmp_path / "export.json"
    export.write_text(json.dumps(clone.export(stack)))

    judged = clone.pulumi("policy", "analyze", "--file", str(export), "--policy-pack", "policies")

    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize(("jurisdiction", "status"), [("us", 0), ("eu", 1)])
def test_an_auditor_may_say_what_was_agreed(clone, stack, tmp_path, jurisdiction, status):
    export, agreed = tmp_path / "export.json", tmp_path / "agreed.json"
    export.write_text(json.dumps(clone.export(stack)))
    agreed.write_text(json.dumps({AGREED_POLICY: {"jurisdiction": jurisdiction, "deletionPolicyDays": 90}}))

    judged = clone.pulumi(
        "policy", "analyze", "--file", str(export), "--policy-pack", "policies", "--policy-pack-config", str(agreed)
    )

    assert min(judged.returncode, 1) == status, judged.stdout + judged.stderr
    assert ("jurisdiction is us, agreed is eu" in judged.stdout + judged.stderr) == bool(status)


def test_a_breach_in_the_state_is_found_by_an_auditor(clone, stack, tmp_path):
    state = clone.export(stack)
    keys = [
        resource
        for resource in state["deployment"]["resources"]
        if resource["type"] in ("aws:kms/key:Key", "azure-native:keyvault:Key") and "acme" in resource["urn"]
    ]
    for side in ("inputs", "outputs"):
        if "enableKeyRotation" in keys[0][side]:
            keys[0][side]["enableKeyRotation"] = False
        else:
            keys[0][side].pop("rotationPolicy", None)
            keys[0][side].get("properties", {}).pop("rotationPolicy", None)
    export = tmp_path / "export.json"
    export.write_text(json.dumps(state))

    judged = clone.pulumi("policy", "analyze", "--file", str(export), "--policy-pack", "policies")

    assert judged.returncode != 0
    assert "rotat" in judged.stdout + judged.stderr


@pytest.mark.parametrize("stack", [*STACKS, "ci-eu"])
def test_the_clouds_own_schemas_find_no_error(deployed, stack, tmp_path, judge_of_clouds_schemas):
    if judge_of_clouds_schemas is None:
        return
    export = tmp_path / "export.json"
    export.write_text(json.dumps(deployed(stack).export(stack)))

    judged = subprocess.run(
        [sys.executable, str(judge_of_clouds_schemas), "--errors-only", str(export)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize(("stack", "page"), [("useast", "docs/aware.md"), ("ci-us", "docs/cloud-integrated.md")])
def test_the_diagram_is_drawn_from_what_is_deployed(deployed, stack, page):
    deployed(stack).succeeds("diagram", "--stack", stack, "--into", page, "--check")


def test_the_page_of_measures_says_what_first_previews_see_whatever_is_up(deployed):
    deployed("useast").succeeds("controls", "--check")


def test_a_change_behind_its_back_is_found_and_healed(deployed):
    clone = deployed("ci-eu")
    kms = clone.client("kms", "eu-central-1")
    key = kms.describe_key(KeyId="alias/tenant/globex")["KeyMetadata"]["KeyId"]
    kms.disable_key_rotation(KeyId=key)

    found = clone.is_refused("refresh", "--stack", "ci-eu", "--expect-no-changes")
    healed = clone.succeeds("up", "--stack", "ci-eu")

    assert "1 resource of ci-eu changed behind the program's back" in found
    assert "enableKeyRotation" in found
    assert "ci-eu up: 1 update." in healed
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def test_what_somebody_adds_beside_the_program_is_named_and_judged(deployed):
    clone = deployed("ci-eu")
    ec2 = clone.client("ec2", "eu-central-1")
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["hostco-ci-eu-portal"]}])[
        "SecurityGroups"
    ]
    opened = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[opened])

    found = clone.succeeds("refresh", "--stack", "ci-eu", "--expect-no-changes")
    judged = clone.is_refused("preview", "--stack", "ci-eu")
    ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[opened])
    undone = clone.succeeds("refresh", "--stack", "ci-eu")

    assert "  ? aws:ec2/securityGroup:SecurityGroup portal (ingress)" in found
    assert "1 resource of ci-eu changed in what the program doesn't declare (?), by somebody or by the cloud" in found
    assert "group-open-to-internet-is-at-the-edge: aws:ec2/securityGroup:SecurityGroup portal" in judged
    assert "  ? aws:ec2/securityGroup:SecurityGroup portal (ingress)" in undone
    assert "is in the cloud as the state knows it" in clone.succeeds(
        "refresh", "--stack", "ci-eu", "--expect-no-changes"
    )


REGIONS = {"ci-us": ("us-east-1", "us-west-2"), "ci-eu": ("eu-central-1",)}


@pytest.mark.parametrize("stack", REGIONS)
def test_every_tenant_has_a_key_a_bucket_and_a_replica_of_its_own(deployed, stack):
    """As a client of AWS's own sees it."""
    clone = deployed(stack)
    keys = {}
    copies = {}
    for region, suffix in zip(REGIONS[stack], ("", "-2"), strict=False):
        s3, kms, backup = (clone.client(service, region) for service in ("s3", "kms", "backup"))
        for tenant in TENANTS:
            bucket = f"hostco-{stack}-tenant-{tenant}{suffix}"
            key = kms.describe_key(KeyId=f"alias/tenant/{tenant}")["KeyMetadata"]["Arn"]
            encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
            (rule,) = encryption["Rules"]
            policies = [
                s3.get_bucket_policy(Bucket=bucket)["Policy"],
                kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
            ]

            assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key
            assert rule["BucketKeyEnabled"]
            assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
            assert all(f'"aws:PrincipalTag/tenant": "{tenant}"' in policy for policy in policies)
            assert not any(other in policy for policy in policies for other in TENANTS if other != tenant)
            assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
            (erasure,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
            assert (erasure["Status"], erasure["NoncurrentVersionExpiration"]) == ("Enabled", {"NoncurrentDays": 30})
            assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
            vault = backup.describe_backup_vault(BackupVaultName=bucket)
            assert vault["EncryptionKeyArn"] == key
            keys[bucket] = key
            if len(REGIONS[stack]) == 2:
                (copy,) = s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]["Rules"]
                assert copy["Status"] == "Enabled"
                copies[bucket] = copy["Destination"]

    assert len(set(keys.values())) == len(keys) == len(TENANTS) * len(REGIONS[stack])
    for bucket, copy in copies.items():
        other = bucket.removesuffix("-2") if bucket.endswith("-2") else bucket + "-2"
        assert copy["Bucket"] == f"arn:aws:s3:::{other}"
        assert copy["EncryptionConfiguration"] == {"ReplicaKmsKeyID": keys[other]}


@pytest.mark.parametrize(
    ("stack", "existing"),
    [("useast", False), ("ci-us", False), ("ci-us", True)],
    ids=["useast before anything exists", "ci-us before anything exists", "ci-us afterwards"],
)
def test_breaches_in_the_program_are_refused_in_the_preview(deployed, new_clone, stack, existing, tmp_path):
    clone = deployed(stack) if existing else new_clone()
    with contextlib.ExitStack() as breaches:
        for file, right, wrong in BREACHES[stack].values():
            breaches.enter_context(clone.changed(file, (right, wrong)))
        printed = clone.is_refused("preview", "--stack", stack, "--report", str(tmp_path))

    found = set(re.findall(r"^violation ([a-z0-9-]+):", printed, re.MULTILINE))
    assert found >= BREACHES[stack].keys(), printed
    (run,) = json.loads((tmp_path / f"{stack}.sarif").read_text())["runs"]
    places = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
        if result["level"] == "error" and result["ruleId"] in BREACHES[stack]
    }
    assert all(places[rule].startswith("infra/") for rule in BREACHES[stack])


@pytest.mark.parametrize("stack", [*STACKS, "ci-eu"])
def test_the_row_of_an_active_tenant_can_not_be_removed(deployed, stack):
    clone = deployed(stack)
    before = resources_of(clone, stack)

    with clone.configured(stack, tenants=[{"id": "globex"}, {"id": "initech"}]):
        printed = clone.is_refused("up", "--stack", stack)

    assert "Tenant 'acme' has no row any more" in printed
    assert resources_of(clone, stack) == before


def test_a_change_that_would_replace_data_is_refused(clone, stack):
    before = resources_of(clone, stack)

    with clone.configured(stack, namePrefix="another"):
        printed = clone.is_refused("up", "--stack", stack)

    # The engine itself says the one when its preview ends at a protected resource, the gate the other.
    assert re.search(r"protect|belongs to keys, data, logs or backups and would be deleted or replaced", printed)
    assert resources_of(clone, stack) == before


@pytest.mark.parametrize(("stack", "count"), [("useast", 10), ("ci-us", 26), ("ci-eu", 13)])
def test_another_tenant_changes_only_its_own_resources(deployed, stack, count, tmp_path):
    clone = deployed(stack)

    with clone.configured(stack, tenants=[{"id": tenant} for tenant in (*TENANTS, "umbrella")]):
        clone.succeeds("preview", "--stack", stack, "--report", str(tmp_path))

    planned = json.loads((tmp_path / f"{stack}.json").read_text())["changes"]
    assert {change["operation"] for change in planned} == {"create"}
    assert [change["name"] for change in planned if "umbrella" not in change["name"]] == []
    assert len([change for change in planned if change["type"].startswith(CLOUDS)]) == count


@pytest.mark.parametrize("stack", ["useast", "ci-eu"])
def test_a_stack_passes_the_pack_before_its_first_tenant_comes(new_clone, stack):
    clone = new_clone()

    with clone.configured(stack, tenants=[]):
        clone.succeeds("preview", "--stack", stack)


def test_a_failover_passes_the_pack(deployed):
    """On the day itself nobody has time to ask why not."""
    clone = deployed("ci-us")
    config = yaml.safe_load((clone.root / "Pulumi.ci-us.yaml").read_text())["config"]

    with clone.configured("ci-us", secondRegion={**config["hosting:secondRegion"], "serving": True}):
        printed = clone.succeeds("preview", "--stack", "ci-us")

    assert re.fullmatch(r"\d+ create, \d+ update", changes(printed))
    assert " 0 violations, " in printed


def test_destroy_is_refused_while_tenants_are_active(clone, stack):
    before = resources_of(clone, stack)

    printed = clone.is_refused("destroy", "--stack", stack, "--ignore-protect")

    assert "acme, globex, initech" in printed
    assert "set each one's state to `deleted`" in printed
    assert resources_of(clone, stack) == before


@pytest.mark.parametrize(("stack", "rights"), [("useast", 2), ("ci-eu", 0)])
def test_a_tenant_goes_in_two_steps_and_the_rest_stays(leaving, stack, rights):
    """First what it may do, as soon as it is cut off, then the rest."""
    clone = leaving(stack)
    others = [{"id": "globex"}, {"id": "initech"}]
    count = len(resources_of(clone, stack))
    with clone.configured(stack, tenants=[{"id": "acme", "state": "deleted"}, *others]):
        clone.succeeds("up", "--stack", stack)
        assert len(resources_of(clone, stack)) == count - rights
    with clone.configured(stack, tenants=others):
        clone.succeeds("up", "--stack", stack)

        assert not [resource["urn"] for resource in resources_of(clone, stack) if "acme" in resource["urn"]]


@contextlib.contextmanager
def as_if_guarded(clone, stack, kind):
    """The state of the stack says that the cloud's own protection of this resource is on."""
    before, guarded = clone.root / "before.json", clone.root / "guarded.json"
    state = clone.export(stack)
    before.write_text(json.dumps(state))
    for resource in state["deployment"]["resources"]:
        if resource["type"] == kind:
            resource["outputs"]["deletionProtectionEnabled"] = True
    guarded.write_text(json.dumps(state))
    assert clone.pulumi("stack", "import", "--stack", stack, "--file", str(guarded)).returncode == 0
    yield
    assert clone.pulumi("stack", "import", "--stack", stack, "--file", str(before)).returncode == 0


def test_a_whole_stack_goes_but_for_what_nobody_may_delete(leaving):
    clone = leaving("ci-eu")
    s3, kms, backup = (clone.client(service, "eu-central-1") for service in ("s3", "kms", "backup"))
    tenants = {each["urn"].rpartition("::")[2] for each in resources_of(clone, "ci-eu") if each["type"] == TENANT_TYPE}
    with clone.configured("ci-eu", tenants=[{"id": tenant, "state": "deleted"} for tenant in sorted(tenants)]):
        clone.succeeds("up", "--stack", "ci-eu")
        # The local cloud speaks no TLS to this client, and the bucket's policy would refuse it.
        s3.delete_bucket_policy(Bucket="hostco-ci-eu-edge-logs")
        s3.put_object(Bucket="hostco-ci-eu-edge-logs", Key="a-log", Body=b"who came")
        protected = clone.is_refused("destroy", "--stack", "ci-eu")
        with as_if_guarded(clone, "ci-eu", "aws:dynamodb/table:Table"):
            guarded = clone.is_refused("destroy", "--stack", "ci-eu", "--ignore-protect")
        printed = clone.succeeds("destroy", "--stack", "ci-eu", "--ignore-protect")

    assert "Say `make destroy STACK=ci-eu IGNORE_PROTECT=1`" in protected
    assert "refuses to delete what is under its deletion protection: run `make up STACK=ci-eu`" in guarded
    assert "ci-eu is destroyed" in printed
    assert not clone.export("ci-eu")["deployment"].get("resources")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    vaults = {vault["BackupVaultName"]: vault for vault in backup.list_backup_vaults()["BackupVaultList"]}
    encryption = s3.get_bucket_encryption(Bucket="hostco-ci-eu-trail-logs")["ServerSideEncryptionConfiguration"]
    (rule,) = encryption["Rules"]
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["hostco-ci-eu-trail-logs"]
    assert set(vaults) == {"hostco-ci-eu-table", *(f"hostco-ci-eu-tenant-{tenant}" for tenant in tenants)}
    assert {key["Arn"] for key in keys if key["Enabled"]} == {
        vaults["hostco-ci-eu-table"]["EncryptionKeyArn"],
        rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"],
    }
    assert all(s3.get_public_access_block(Bucket="hostco-ci-eu-trail-logs")["PublicAccessBlockConfiguration"].values())
    assert "RefusePlainHttp" in s3.get_bucket_policy(Bucket="hostco-ci-eu-trail-logs")["Policy"]
    assert clone.client("dynamodb", "eu-central-1").list_tables()["TableNames"] == []


def test_configuration_can_not_switch_a_rule_off(new_clone, tmp_path):
    """Not even for an engine that is called past the tool, which refuses such a configuration."""
    clone = new_clone()
    clone.succeeds("preview", "--stack", "identity")
    (rule, *_) = [each.name for each in all_rules() if each.name == "resource-type-is-reviewed"]
    lower = tmp_path / "lower.json"
    lower.write_text(json.dumps({rule: "disabled"}))
    export = tmp_path / "export.json"
    kind = "aws:ec2/instance:Instance"
    resource = {"urn": f"urn:pulumi:x::hosting::{kind}::x", "type": kind, "custom": True, "id": "x", "inputs": {}}
    export.write_text(json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": [resource]}}))

    judged = clone.pulumi(
        "policy", "analyze", "--file", str(export), "--policy-pack", "policies", "--policy-pack-config", str(lower)
    )

    assert judged.returncode != 0
    assert rule in judged.stdout + judged.stderr
