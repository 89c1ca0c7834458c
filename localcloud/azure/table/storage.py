"""Storage accounts."""

from typing import Final

from localcloud.azure.cloud import Name, Outputs
from localcloud.azure.computed import storage as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import storage as rules
from localcloud.azure.table.line import IDENTITY, STORAGE, SUBNET, line

LINES: Final = (
    line(
        "storage:StorageAccount",
        f"{STORAGE}/{{accountName}}",
        replaces=("location", "isHnsEnabled"),
        names={
            "networkRuleSet.virtualNetworkRules[].virtualNetworkResourceId": SUBNET,
            "encryption.encryptionIdentity.encryptionUserAssignedIdentity": IDENTITY,
        },
        name=rules.STORAGE_NAME,
        checks=(
            rules.storage_account,
            common.one_of("kind", "Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"),
            common.one_of("minimumTlsVersion", "TLS1_0", "TLS1_1", "TLS1_2"),
            common.one_of("encryption.keySource", "Microsoft.Storage", "Microsoft.Keyvault"),
            common.one_of("publicNetworkAccess", "Enabled", "Disabled", "SecuredByPerimeter"),
        ),
        rules=(
            rules.storage_account_lasts,
            rules.storage_account_immutability,
            rules.storage_account_key,
            common.name_is_free,
        ),
        outputs=Outputs(computed.storage_certain, computed.storage_generated),
    ),
    line(
        "storage:BlobServiceProperties",
        f"{STORAGE}/{{accountName}}/blobServices/{{blobServicesName}}",
        singleton=True,
        name=Name("default", "default"),
        checks=(
            rules.blob_service,
            common.between("deleteRetentionPolicy.days", 1, 365),
            common.between("containerDeleteRetentionPolicy.days", 1, 365),
            common.between("changeFeed.retentionInDays", 1, 146000),
        ),
    ),
    line(
        "storage:EncryptionScope",
        f"{STORAGE}/{{accountName}}/encryptionScopes/{{encryptionScopeName}}",
        name=rules.SCOPE_NAME,
        checks=(
            rules.scope,
            common.one_of("state", "Enabled", "Disabled"),
            common.one_of("source", "Microsoft.KeyVault", "Microsoft.Storage"),
        ),
        rules=(rules.scope_key,),
        outputs=Outputs(generated=computed.scope_generated),
    ),
    line(
        "storage:BlobContainer",
        f"{STORAGE}/{{accountName}}/blobServices/default/containers/{{containerName}}",
        name=rules.CONTAINER_NAME,
        checks=(rules.container,),
        rules=(rules.container_lasts,),
        outputs=Outputs(generated=computed.container_generated),
    ),
    line(
        "storage:ManagementPolicy",
        f"{STORAGE}/{{accountName}}/managementPolicies/{{managementPolicyName}}",
        name=Name("default", "default"),
        rules=(rules.management_policy,),
    ),
    line(
        "storage:BlobContainerImmutabilityPolicy",
        f"{STORAGE}/{{accountName}}/blobServices/default/containers/{{containerName}}"
        "/immutabilityPolicies/{immutabilityPolicyName}",
        name=Name("default", "default"),
        checks=(rules.container_immutability, common.between("immutabilityPeriodSinceCreationInDays", 1, 146000)),
        outputs=Outputs(generated=computed.immutability_generated),
    ),
)
