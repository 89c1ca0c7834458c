"""Keys in AWS KMS."""

from policies.documents import statements
from policies.ownership import uses_own
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"


@rule(KEY)
def kms_key_rotates(key: Resource) -> Findings:
    """A key that never rotates exposes everything it ever encrypted at once; KMS rotates only when told to."""
    if not key.get("enable_key_rotation", False):
        yield "the key does not rotate: set enable_key_rotation=True"
    if key.get("rotation_period_in_days", 365) > 365:
        yield "the key rotates less than once a year: leave rotation_period_in_days out or set at most 365"


@rule(KEY, "aws:kms/externalKey:ExternalKey", "aws:kms/replicaExternalKey:ReplicaExternalKey")
def kms_key_is_hsm_backed(key: Resource) -> Findings:
    """Key material that was made or is kept outside the hardware of KMS can be copied, and can't rotate."""
    if key.resource_type != KEY:
        yield "the key's material is imported: use aws.kms.Key, whose material is made inside KMS"
        return
    if key.get("custom_key_store_id", None) or key.get("xks_key_id", None):
        yield "the key lies in a store outside KMS: remove custom_key_store_id and xks_key_id"
    if key.get("customer_master_key_spec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        yield "the key is not a symmetric 256-bit one: remove customer_master_key_spec"
    if key.get("key_usage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        yield "the key is not for encryption: remove key_usage"


@rule(KEY, "aws:kms/replicaKey:ReplicaKey")
def kms_key_deletion_waits(key: Resource) -> Findings:
    """Whoever deletes a key destroys all data under it; the longest wait leaves time to notice and cancel."""
    if key.get("deletion_window_in_days", 30) < 30:
        yield "the key can be gone in less than 30 days: remove deletion_window_in_days or set it to 30"


@rule(KEY, "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey")
def kms_key_policy_names_principals(key: Resource) -> Findings:
    """A key policy that lets everyone in opens the key to other accounts, and with it the data."""
    if key.get("policy", None) is None:
        return  # KMS then lets in only the account itself.
    for number, statement in enumerate(statements(key.document("policy"))):
        if statement.is_allow and statement.everyone and not statement.is_bound_to_account(key.allowed_accounts):
            yield f"statement {number} of the key policy allows everyone: name the principals"


@stack_rule(ALIAS)
def kms_alias_means_tenants_own_key(alias: Resource, stack: Stack) -> Findings:
    """Whoever uses a key by its alias gets the key that the alias means today; a tenant's must mean its own."""
    tenant = stack.tenant(alias) or not_applicable("the alias belongs to no tenant")
    yield uses_own(
        stack,
        tenant,
        alias,
        "target_key_id",
        read=lambda: alias.target_key_id,
        targets={KEY: ("arn", "key_id")},
        what="the alias's key",
    )
