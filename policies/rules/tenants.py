"""What belongs to a tenant, in both clouds: marked, protected, complete."""

import re
from typing import Final

from policies.properties import Record
from policies.resources import TENANT_TYPE, Resource, Stack
from policies.rulebook import ANY_TYPE, Findings, not_applicable, rule, stack_rule

KEYS: Final = ("aws:kms/key:Key", "azure-native:keyvault:Key")
STORES: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2", "azure-native:storage:BlobContainer")

HSM: Final = "azure-native:keyvault:ManagedHsm"
SCOPE: Final = "azure-native:storage:EncryptionScope"
ROLE: Final = "azure-native:authorization:RoleAssignment"
IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"

GUARDS: Final = (
    "aws:backup/plan:Plan",
    "aws:backup/selection:Selection",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    "aws:dynamodb/tableReplica:TableReplica",
    "aws:ebs/encryptionByDefault:EncryptionByDefault",
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess",
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess",
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    "aws:iam/policy:Policy",
    "aws:kms/alias:Alias",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:secretsmanager/secret:Secret",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
)
"""What keeps data, keys and the account as they have to be: without it they lie open, or are lost, a moment later."""

UNTAGGED: Final = frozenset(
    {
        "aws:backup/selection:Selection",
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "aws:kms/alias:Alias",
        "aws:kms/keyPolicy:KeyPolicy",
        "aws:kms/grant:Grant",
        "aws:s3/bucketAcl:BucketAcl",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketLogging:BucketLogging",
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "azure-native:authorization:RoleAssignment",
        "azure-native:managedidentity:FederatedIdentityCredential",
        "azure-native:monitor:DiagnosticSetting",
        "azure-native:storage:BlobContainer",
        "azure-native:storage:EncryptionScope",
    }
)
"""Types that have no tags; a test holds this against the SDKs. Any other type of a tenant's resource needs the tag."""

NAMES: Final = {
    "aws:kms/alias:Alias": ("name",),
    "aws:s3/bucket:Bucket": ("bucket",),
    "aws:s3/bucketV2:BucketV2": ("bucket",),
    "azure-native:keyvault:Key": ("key_name", "name"),
    "azure-native:storage:BlobContainer": ("container_name", "name"),
    "azure-native:storage:EncryptionScope": ("encryption_scope_name", "name"),
}
"""The property with the name in the cloud, by type: as an input, and as an output where that is called differently."""


def names_tenant(text: str, tenant: str) -> bool:
    """Whether the tenant's id stands in the text as a word of its own: `acme` in `tenant-acme`, not in `acmeplus`."""
    return re.search(rf"(?<![a-z0-9]){re.escape(tenant)}(?![a-z0-9])", text) is not None


def _tenant(resource: Resource, stack: Stack) -> str:
    tenant = stack.tenant(resource) if resource.is_of_cloud else None
    return tenant or not_applicable("the resource belongs to no tenant")


@stack_rule(ANY_TYPE)
def tenant_resource_is_marked(resource: Resource, stack: Stack) -> Findings:
    """It must be plain whose data these are; a resource without its tenant's id gets mixed up or left over."""
    tenant = _tenant(resource, stack)
    if not names_tenant(resource.resource_name, tenant):
        yield "the logical name does not hold the tenant's id: put it into the resource's first argument"
    if resource.resource_type in NAMES:
        names = NAMES[resource.resource_type]
        if not names_tenant(resource.one_of(*names), tenant):
            yield f"the name in the cloud does not hold the tenant's id: put it into {names[0]}"
    if resource.resource_type not in UNTAGGED:
        tags = resource.get("tags", None)
        if not isinstance(tags, Record) or tags.get("tenant", None) != tenant:
            yield "the tag `tenant` does not hold the tenant's id: set it in tags"


@stack_rule(ANY_TYPE)
def tagged_resource_hangs_below_its_tenant(resource: Resource, stack: Stack) -> Findings:
    """What carries a tenant's tag but does not hang below the tenant escapes every rule about tenants."""
    if not resource.is_of_cloud or resource.resource_type in UNTAGGED or stack.tenant(resource) is not None:
        not_applicable("the resource is not a stray one of a tenant")
    tags = resource.get("tags", None) if "tags" in resource.names() else None
    # In Entra, tags are a list of words.
    if not isinstance(tags, Record):
        not_applicable("the resource has no tags")
    if tags.get("tenant", None) is not None:
        yield "the resource has the tag `tenant` but not the tenant's component as parent: set parent, or drop the tag"


@stack_rule(ANY_TYPE)
def tenant_resource_is_protected(resource: Resource, stack: Stack) -> Findings:
    """Deleting a tenant's key, data or their companions by mistake can't be undone; a tenant is let go first.

    What the tenant's own workload may do is another thing: it ends once the tenant is cut off, and can be given back.
    """
    tenant = _tenant(resource, stack)
    component = stack.tenant_component(resource)
    state = "active" if component is None else component.get("state", "active")
    if state == "deleted":
        not_applicable("the tenant was let go")
    if not resource.protected and not _is_right_of_workload(resource, tenant, stack):
        yield "the engine may delete the resource: set protect=True until the tenant's state is deleted"


def _is_right_of_workload(resource: Resource, tenant: str, stack: Stack) -> bool:
    return resource.resource_type == ROLE and any(
        stack.refers_to(resource, "principal_id", identity, "principal_id")
        for identity in stack.of_tenant(tenant, IDENTITY)
    )


@stack_rule(TENANT_TYPE)
def tenant_has_key_and_store_of_its_own(tenant: Resource, stack: Stack) -> Findings:
    """A tenant without a key and a place of its own would share another's."""
    own = stack.of_tenant(tenant.resource_name, *KEYS, *STORES)
    # The keys of a managed HSM are no resources; the rule about encryption scopes then looks for the tenant's own.
    in_hsm = stack.of_type(HSM) and stack.of_tenant(tenant.resource_name, SCOPE)
    if not in_hsm and not any(each.resource_type in KEYS for each in own):
        yield "the tenant has no key of its own: add one with the tenant's component as its option parent"
    if not any(each.resource_type in STORES for each in own):
        yield (
            "the tenant has no bucket or container of its own: add one with the tenant's component as its option parent"
        )


@rule(
    *KEYS,
    *STORES,
    *GUARDS,
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudtrail/trail:Trail",
    "aws:dynamodb/table:Table",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:backup/vault:Vault",
    "azure-native:keyvault:Vault",
    "azure-native:operationalinsights:Workspace",
    "azure-native:storage:StorageAccount",
    "azure-native:recoveryservices:Vault",
    "azure-native:authorization:ManagementLockByScope",
    "azure-native:containerregistry:Registry",
    "azure-native:containerregistry:Replication",
    "azure-native:dataprotection:BackupInstance",
    "azure-native:dataprotection:BackupPolicy",
    "azure-native:dataprotection:BackupVault",
    "azure-native:dbforpostgresql:Database",
    "azure-native:dbforpostgresql:Server",
    "azure-native:eventhub:EventHub",
    "azure-native:eventhub:Namespace",
    "azure-native:keyvault:ManagedHsm",
    "azure-native:operationalinsights:DataExport",
    "azure-native:operationalinsights:Table",
    "azure-native:resources:ResourceGroup",
    "azure-native:search:Service",
    "azure-native:storage:BlobServiceProperties",
    "azuread:index/authenticationStrengthPolicy:AuthenticationStrengthPolicy",
    "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
    "azuread:index/group:Group",
    "azuread:index/groupRoleManagementPolicy:GroupRoleManagementPolicy",
)
def lasting_resource_is_protected(resource: Resource) -> Findings:
    """Keys, logs, backups, data and what guards them must not be deleted by a mistake in the program."""
    if resource.is_of_tenant:
        not_applicable("tenant-resource-is-protected judges it")
    if not resource.protected:
        yield "the engine may delete the resource: set protect=True"
