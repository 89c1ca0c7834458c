"""What a cloud itself refuses to delete is told by the state alone, by properties and not by names."""

from dataclasses import replace
from typing import Any

import pytest

from hosting.engine import Deployed
from hosting.guards import emptied, is_protected_by_cloud, locked_before, staying
from infra.tenants import TENANT_COMPONENT

GROUP = "/subscriptions/1/resourceGroups/main"
STORES = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"


def deployed(
    kind: str,
    name: str = "one",
    *,
    identity: str = "",
    parent: str = "",
    needs: tuple[Deployed, ...] = (),
    outputs: dict[str, Any] | None = None,
    **inputs: Any,
) -> Deployed:
    urn = f"urn:pulumi:x::hosting::{kind}::{name}"
    return Deployed(
        urn, kind, parent, identity or name, False, inputs, outputs or {}, tuple(each.urn for each in needs)
    )


def names(resources: list[Deployed]) -> set[str]:
    return {f"{each.kind.rpartition(':')[2]} {each.name}" for each in resources}


@pytest.mark.parametrize(
    ("kind", "settings", "refused"),
    [
        ("aws:dynamodb/table:Table", {"deletionProtectionEnabled": True}, True),
        ("aws:dynamodb/table:Table", {"deletionProtectionEnabled": False}, False),
        ("aws:dynamodb/table:Table", {}, False),
        ("aws:lb/loadBalancer:LoadBalancer", {"enableDeletionProtection": True}, True),
        ("aws:networkfirewall/firewall:Firewall", {"deleteProtection": True}, True),
        ("aws:ec2/instance:Instance", {"disableApiTermination": True}, True),
        ("aws:cognito/userPool:UserPool", {"deletionProtection": "ACTIVE"}, True),
        ("aws:cognito/userPool:UserPool", {"deletionProtection": "INACTIVE"}, False),
        ("azure-native:documentdb:Service", {"properties": {"deletionProtection": True}}, True),
    ],
)
def test_protection_against_deletion_is_told_by_its_property(kind: str, settings: dict[str, Any], refused: bool):
    assert is_protected_by_cloud(deployed(kind, **settings)) is refused


def test_what_the_cloud_says_counts_more_than_what_the_program_said():
    table = deployed("aws:dynamodb/table:Table", outputs={"deletionProtectionEnabled": True})
    lifted = deployed(
        "aws:dynamodb/table:Table", outputs={"deletionProtectionEnabled": False}, deletionProtectionEnabled=True
    )

    assert is_protected_by_cloud(table)
    assert not is_protected_by_cloud(lifted)


def test_a_lock_that_goes_before_all_below_it_holds_nothing():
    group = deployed("azure-native:resources:ResourceGroup", identity=GROUP)
    account = deployed("azure-native:storage:StorageAccount", identity=f"{STORES}/a", needs=(group,))
    policy = deployed(
        "azure-native:storage:ManagementPolicy", identity=f"{STORES}/A/managementPolicies/default", needs=(account,)
    )
    other = deployed("azure-native:storage:StorageAccount", "other", identity=f"{STORES}/ab", needs=(group,))

    def lock(*needs: Deployed) -> Deployed:
        return deployed(
            "azure-native:authorization:ManagementLockByScope",
            identity=f"{STORES}/a/providers/Microsoft.Authorization/locks/never-deleted",
            needs=needs,
        )

    early, late = lock(policy), lock(account)

    assert locked_before([group, account, policy, other, early]) == []
    assert locked_before([group, account, policy, other, late]) == [late]


def test_a_locked_bucket_stays_with_its_key_and_what_is_set_on_it():
    key = deployed("aws:kms/key:Key", "trail")
    bucket = deployed("aws:s3/bucket:Bucket", "trail", identity="x-trail", objectLockEnabled=True)
    encryption = deployed(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "trail",
        needs=(bucket, key),
        bucket="x-trail",
    )
    rest = [
        deployed("aws:kms/key:Key", "logs"),
        deployed("aws:s3/bucket:Bucket", "logs", identity="x-logs", objectLockEnabled=False),
        deployed("aws:s3/bucketPolicy:BucketPolicy", "logs", bucket="x-logs"),
        deployed("aws:cloudtrail/trail:Trail", "trail", needs=(bucket,)),
    ]

    assert names(staying([key, bucket, encryption, *rest])) == {
        "Key trail",
        "Bucket trail",
        "BucketServerSideEncryptionConfiguration trail",
    }


def test_what_an_interrupted_destroy_has_left_stays():
    vault = deployed("aws:backup/vault:Vault", "table")

    assert names(staying([replace(vault, retained=True)])) == {"Vault table"}
    assert staying([vault]) == []


@pytest.mark.parametrize(("days", "stays"), [({"changeableForDays": 3}, True), ({}, False)])
def test_a_vault_stays_whose_lock_nobody_lifts(days: dict[str, int], stays: bool):
    key = deployed("aws:kms/key:Key")
    vault = deployed("aws:backup/vault:Vault", identity="x-table", needs=(key,))
    lock = deployed(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        needs=(vault,),
        backupVaultName="x-table",
        minRetentionDays=7,
        **days,
    )
    plan = deployed("aws:backup/plan:Plan", needs=(vault,))

    kept = staying([key, vault, lock, plan])

    assert names(kept) == ({"Key one", "Vault one", "VaultLockConfiguration one"} if stays else set())


def test_of_a_tenant_a_locked_vault_stays_without_its_key():
    tenant = deployed(TENANT_COMPONENT, "acme")
    key = deployed("aws:kms/key:Key", parent=tenant.urn)
    vault = deployed("aws:backup/vault:Vault", identity="x", parent=tenant.urn, needs=(key,))
    lock = deployed(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        parent=tenant.urn,
        needs=(vault,),
        backupVaultName="x",
        changeableForDays=3,
    )

    assert staying([tenant, key, vault, lock]) == [vault, lock]


def test_an_immutable_account_stays_with_its_group_and_its_key():
    group = deployed("azure-native:resources:ResourceGroup", identity=GROUP)
    vault = deployed("azure-native:keyvault:Vault", identity=f"{GROUP}/providers/v/vaults/v", needs=(group,))
    key = deployed("azure-native:keyvault:Key", identity=f"{vault.identity}/keys/k", needs=(vault,))
    other = deployed("azure-native:keyvault:Key", "other", identity=f"{vault.identity}/keys/o", needs=(vault,))
    account = deployed(
        "azure-native:storage:StorageAccount",
        identity=f"{STORES}/a",
        needs=(group, key),
        immutableStorageWithVersioning={"enabled": True, "immutabilityPolicy": {"state": "Unlocked"}},
    )
    policy = deployed("azure-native:storage:ManagementPolicy", identity=f"{STORES}/a/managementPolicies/default")
    lock = deployed(
        "azure-native:authorization:ManagementLockByScope",
        identity=f"{STORES}/a/providers/Microsoft.Authorization/locks/never-deleted",
    )
    logged = deployed(
        "azure-native:monitor:DiagnosticSetting",
        identity=f"{STORES}/a/blobServices/default/providers/Microsoft.Insights/diagnosticSettings/audit",
    )
    elsewhere = deployed("azure-native:resources:ResourceGroup", "drills", identity=f"{GROUP}-drills")
    erasable = deployed(
        "azure-native:storage:StorageAccount", "b", identity=f"{STORES}/b", immutableStorageWithVersioning=None
    )

    assert names(staying([group, vault, key, other, account, policy, lock, logged, elsewhere, erasable])) == {
        "ResourceGroup one",
        "Vault one",
        "Key one",
        "StorageAccount one",
        "ManagementPolicy one",
    }


@pytest.mark.parametrize(("state", "stays"), [("Locked", True), ("Unlocked", False)])
def test_a_backup_vault_stays_once_its_immutability_is_locked(state: str, stays: bool):
    properties = {"securitySettings": {"immutabilitySettings": {"state": state}}}
    vault = deployed("azure-native:dataprotection:BackupVault", properties=properties)

    assert (staying([vault]) == [vault]) is stays


def test_stores_that_must_be_empty_are_told_by_their_property():
    bucket = deployed("aws:s3/bucket:Bucket", outputs={"forceDestroy": False})
    images = deployed("aws:ecr/repository:Repository", outputs={"forceDelete": False})
    erasable = deployed("aws:s3/bucket:Bucket", "erasable", outputs={"forceDestroy": True})

    assert emptied([bucket, images, erasable, deployed("aws:kms/key:Key")]) == [bucket, images]
