import dataclasses
from pathlib import Path

import pytest
from pulumi.automation import OpType

import infra
from hosting.engine import Deployed, Step
from hosting.gates import GUARDED_ROOMS, refuse_beginnings, refuse_deletions, refuse_destruction
from infra.tenants import TENANT_COMPONENT
from policies.resources import TENANT_TYPE

STACK = "urn:pulumi:ci-us::hosting::pulumi:pulumi:Stack::hosting-ci-us"


def deployed(kind, name, *, parent=STACK, protected=False, outputs=None, dependencies=()):
    urn = f"urn:pulumi:ci-us::hosting::{kind}::{name}"
    return Deployed(urn, kind, parent, f"id-of-{name}", protected, {}, outputs or {}, dependencies)


def a_tenant(state):
    tenant = deployed(TENANT_COMPONENT, "acme", outputs={"tenant": "acme", "state": state})
    bucket = deployed("aws:s3/bucket:Bucket", "acme", parent=tenant.urn, protected=state != "deleted")
    policy = deployed("aws:s3/bucketPolicy:BucketPolicy", "acme", parent=bucket.urn)
    return tenant, bucket, policy


def steps(operation, resources):
    return [Step(operation, resource.urn, resource.kind) for resource in resources]


def test_the_row_of_an_active_tenant_can_not_be_removed(settings_with):
    resources = a_tenant("active")

    (refusal,) = refuse_deletions(steps(OpType.DELETE, resources), resources, settings_with(tenants=[]))

    assert refusal.startswith("Tenant 'acme' has no row any more and its resources would be deleted")


def test_an_unprotected_companion_of_a_tenant_is_refused_like_the_rest(settings_with):
    tenant, bucket, policy = a_tenant("active")

    refusals = refuse_deletions(
        steps(OpType.DELETE_REPLACED, [policy]), [tenant, bucket, policy], settings_with(tenants=[{"id": "acme"}])
    )

    assert refusals == [
        "Tenant 'acme' would lose 1 of its resources (deleted or replaced) while it is active: "
        "undo that change of the program."
    ]


@pytest.mark.parametrize(
    ("state", "protected", "kind", "refused"),
    [
        ("suspended", False, "azure-native:authorization:RoleAssignment", False),
        ("terminated", False, "azure-native:authorization:RoleAssignment", False),
        ("active", False, "azure-native:authorization:RoleAssignment", True),
        ("suspended", True, "azure-native:authorization:RoleAssignment", True),
        ("suspended", False, "azure-native:storage:BlobContainer", True),
    ],
)
def test_a_tenant_that_is_cut_off_loses_rights_and_nothing_else(
    settings_with, state: str, protected: bool, kind: str, refused: bool
):
    tenant, bucket, _ = a_tenant("active")
    right = deployed(kind, "acme-index", parent=tenant.urn, protected=protected)

    refusals = refuse_deletions(
        steps(OpType.DELETE, [right]), [tenant, bucket, right], settings_with(tenants=[{"id": "acme", "state": state}])
    )

    assert bool(refusals) is refused


def test_without_a_row_no_right_goes_by_itself(settings_with):
    tenant, bucket, _ = a_tenant("suspended")
    right = deployed("azure-native:authorization:RoleAssignment", "acme-index", parent=tenant.urn)

    assert refuse_deletions(steps(OpType.DELETE, [right]), [tenant, bucket, right], settings_with(tenants=[]))


def test_a_tenant_that_was_let_go_may_lose_its_row(settings_with):
    resources = a_tenant("deleted")

    assert refuse_deletions(steps(OpType.DELETE, resources), resources, settings_with(tenants=[])) == []


def test_a_tenant_that_came_back_is_not_deleted_by_a_change_of_the_program(settings_with):
    resources = a_tenant("deleted")

    assert refuse_deletions(
        steps(OpType.REPLACE, resources), resources, settings_with(tenants=[{"id": "acme", "state": "active"}])
    )


def test_what_is_only_updated_is_not_refused(settings_with):
    resources = a_tenant("active")

    assert refuse_deletions(steps(OpType.UPDATE, resources), resources, settings_with(tenants=[])) == []


def test_a_protected_log_and_its_companion_are_refused(settings_with):
    audit = deployed("hosting:cloud_integrated:Audit", "audit")
    bucket = deployed("aws:s3/bucket:Bucket", "trail", parent=audit.urn, protected=True)
    versions = deployed(
        "aws:s3/bucketVersioning:BucketVersioning", "trail", parent=audit.urn, dependencies=(bucket.urn,)
    )
    everything = [audit, bucket, versions]

    refusals = refuse_deletions(steps(OpType.DELETE, [bucket, versions]), everything, settings_with())

    assert [refusal.split()[1] for refusal in refusals] == ["'trail'", "'trail'"]


def test_a_log_that_was_let_go_may_go(settings_with):
    audit = deployed("hosting:cloud_integrated:Audit", "audit")
    bucket = deployed("aws:s3/bucket:Bucket", "trail", parent=audit.urn)

    assert refuse_deletions(steps(OpType.DELETE, [bucket]), [audit, bucket], settings_with()) == []


@pytest.mark.parametrize("was", ["suspended", "deleted"])
def test_destruction_is_refused_while_a_tenant_lives(settings_with, was):
    settings = settings_with(tenants=[{"id": "acme", "state": "active"}])

    (refusal,) = refuse_destruction(a_tenant(was), settings, ignore_protect=True)

    assert "acme" in refusal
    assert "set each one's state to `deleted`" in refusal


def test_destruction_is_refused_while_letting_go_of_a_tenant_was_cut_short(settings_with):
    tenant, bucket, policy = a_tenant("deleted")

    assert refuse_destruction(
        [tenant, dataclasses.replace(bucket, protected=True), policy], settings_with(tenants=[]), ignore_protect=True
    )


def test_destruction_of_the_platforms_own_keys_needs_to_be_said(settings_with):
    gone = settings_with(tenants=[])
    key = deployed("aws:kms/key:Key", "logs", protected=True)

    (refusal,) = refuse_destruction([*a_tenant("deleted"), key], gone, ignore_protect=False)

    assert "(1 Key [logs])" in refusal
    assert refuse_destruction([*a_tenant("deleted"), key], gone, ignore_protect=True) == []


def test_rules_and_program_mean_the_same_component_by_a_tenant():
    assert TENANT_TYPE == TENANT_COMPONENT


def test_a_tenants_life_begins_active(settings_with):
    settings = settings_with(tenants=[{"id": "acme", "state": "suspended"}, {"id": "globex"}])

    assert refuse_beginnings([], settings) == [
        "Tenant 'acme' doesn't exist yet and its state is 'suspended': its first state is `active`."
    ]
    assert refuse_beginnings(a_tenant("active"), settings) == []


def test_the_guarded_rooms_are_rooms_of_the_program():
    program = "".join(file.read_text() for file in Path(infra.__file__).parent.rglob("*.py"))

    assert [room for room in GUARDED_ROOMS if f"class {room}(" not in program] == []


GUARDED = [
    deployed("aws:dynamodb/table:Table", "messages", protected=True, outputs={"deletionProtectionEnabled": True}),
    deployed(
        "azure-native:storage:StorageAccount",
        "audit",
        protected=True,
        outputs={"deletionProtection": True},
    ),
]


@pytest.mark.parametrize("resource", GUARDED, ids=["AWS", "Azure"])
def test_what_the_cloud_guards_is_refused_before_anything_goes(settings_with, resource: Deployed):
    (refusal,) = refuse_destruction([resource], settings_with(tenants=[]), ignore_protect=True)

    kind = resource.kind.rpartition(":")[2]
    assert refusal.startswith("The cloud itself refuses to delete what is under its deletion protection: run `make up ")
    assert refusal.endswith(f"(1 {kind} [{resource.name}]).")


def test_a_lock_of_azure_that_comes_too_late_is_refused_with_the_command_that_lifts_it(settings_with):
    group = dataclasses.replace(deployed("azure-native:resources:ResourceGroup", "main"), identity="/groups/main")
    vault = dataclasses.replace(deployed("azure-native:keyvault:Vault", "keys"), identity="/groups/main/vaults/keys")
    identity = "/groups/main/providers/Microsoft.Authorization/locks/kept"
    lock = deployed("azure-native:authorization:ManagementLockAtResourceGroupLevel", "kept", dependencies=(group.urn,))
    lock = dataclasses.replace(lock, identity=identity)

    (refusal,) = refuse_destruction([group, vault, lock], settings_with(tenants=[]), ignore_protect=True)

    assert f"what 1 lock would still hold: run `az lock delete --ids {identity}` and `make refresh STACK=" in refusal


def test_the_lock_of_azure_backup_is_named_before_anything_goes(settings_with):
    account = "/groups/main/providers/Microsoft.Storage/storageAccounts/data"
    backup = dataclasses.replace(
        deployed("azure-native:dataprotection:BackupInstance", "storage", protected=True),
        inputs={"properties": {"dataSourceInfo": {"resourceID": account}}},
    )
    database = dataclasses.replace(backup, inputs={"properties": {"dataSourceInfo": {"resourceID": "/a/servers/b"}}})
    lock = f"`az lock delete --ids {account}/providers/Microsoft.Authorization/locks/AzureBackupProtectionLock` first"

    first, second = refuse_destruction([backup], settings_with(tenants=[]), ignore_protect=False)

    assert lock in first
    assert second.startswith("Say `make destroy")
    assert len(refuse_destruction([database], settings_with(tenants=[]), ignore_protect=False)) == 1
    assert refuse_destruction([backup], settings_with(tenants=[]), ignore_protect=True) == []


def test_the_command_comes_before_a_short_list(settings_with):
    keys = [deployed("aws:kms/key:Key", f"key-{number}", protected=True) for number in range(6)]
    others = [deployed(f"aws:x/{kind}:{kind}", "one", protected=True) for kind in "ABCDE"]
    locked = dataclasses.replace(
        deployed("aws:s3/bucket:Bucket", "trail", protected=True), inputs={"objectLockEnabled": True}
    )

    (refusal,) = refuse_destruction([*keys, *others, locked], settings_with(tenants=[]), ignore_protect=False)

    assert refusal.startswith("Say `make destroy STACK=")
    assert (
        "(6 Key [key-0, key-1, key-2, key-3, …], 1 A [one], 1 B [one], 1 C [one], 3 of 3 other kinds), but for "
        "what nobody may delete before its time, which stays (1 Bucket [trail])."
    ) in refusal
