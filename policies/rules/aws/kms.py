"""Keys in AWS KMS."""

from typing import Final

from policies.ownership import uses_key_of_ours
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule

KEY: Final = "aws:kms/key:Key"
REPLICA: Final = "aws:kms/replicaKey:ReplicaKey"
ALIAS: Final = "aws:kms/alias:Alias"

_OF_TENANTS: Final = "alias/tenant/"
"""How the aliases of tenants' keys begin; behind it stands the tenant's id."""


@rule(KEY)
def kms_key_rotates(key: Resource) -> Findings:
    """A key that never rotates exposes everything it ever encrypted at once; KMS rotates only when told to."""
    if not key.get("enable_key_rotation", False):
        yield "the key does not rotate: set enable_key_rotation=True"
    if not 90 <= key.get("rotation_period_in_days", 365) <= 365:
        yield "the key rotates less than once a year: leave rotation_period_in_days out or set 90 to 365"


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


@rule(KEY, REPLICA)
def kms_key_deletion_waits(key: Resource) -> Findings:
    """Whoever deletes a key destroys all data under it; the longest wait leaves time to notice and cancel."""
    if key.get("deletion_window_in_days", 30) != 30:
        yield "the key can be gone in less than 30 days: remove deletion_window_in_days or set it to 30"


@rule(KEY, REPLICA)
def kms_key_lies_in_one_region(key: Resource) -> Findings:
    """Copies of a key in other regions live on when it is disabled: each has to be ended by itself."""
    if key.resource_type == REPLICA or key.get("multi_region", False):
        yield "the key has copies in other regions: make a key of its own in each, without multi_region"


@stack_rule(KEY)
def kms_key_is_on_while_its_tenant_is_served(key: Resource, stack: Stack) -> Findings:
    """A tenant is cut off by disabling its key: on too long it isn't cut off, off too early its data can't be read."""
    component = stack.tenant_component(key)
    is_served = component is None or component.get("state", "active") == "active"
    if is_served and not key.get("is_enabled", True):
        yield "the key of what is served is disabled: set is_enabled=True"
    if not is_served and key.get("is_enabled", True):
        yield "the key of a tenant that is cut off is enabled: set is_enabled=False"


@stack_rule(ALIAS)
def kms_alias_means_own_key(alias: Resource, stack: Stack) -> Findings:
    """Whoever uses a key by its alias gets the key that the alias means today: a tenant's own, or the platform's."""
    yield uses_key_of_ours(stack, alias, "target_key_id", lambda: alias.target_key_id, "the alias's key")
    tenant = stack.tenant(alias)
    name = alias.get("name", None) or ""
    if tenant is not None and name != f"{_OF_TENANTS}{tenant}":
        yield f"the alias of a tenant's key doesn't say whose it is: set name to {_OF_TENANTS}{tenant}"
    if tenant is None and name.startswith(_OF_TENANTS):
        yield "the alias names a tenant, and means a key that is none's: set name to the platform's"
