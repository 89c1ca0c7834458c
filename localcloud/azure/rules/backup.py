"""What ARM refuses of backup vaults."""

from collections.abc import Iterator, Mapping
from typing import Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Put
from localcloud.azure.computed.common import principals
from localcloud.azure.rules.access import has_role
from localcloud.paths import get, select

ROLES: Final[Mapping[str, tuple[str, str]]] = {
    "microsoft.storage/storageaccounts": (
        "e5e2a7ff-d759-4cd2-bb51-3152d37e2eb1",
        "Storage Account Backup Contributor",
    ),
    "microsoft.dbforpostgresql/flexibleservers": (
        "c088a766-074b-43ba-90d4-1fb21feae531",
        "PostgreSQL Flexible Server Long Term Retention Backup Role",
    ),
}
"""The role that a vault's identity needs on what it backs up (Azure Backup, "Vault permissions")."""


def vault_lasts(_cloud: Cloud, put: Put) -> Iterator[str]:
    """Storage is chosen once, and what is locked stays locked (Azure Backup, "Immutable vault")."""
    if put.old is None:
        return
    if get(put.old.inputs, "properties", "storageSettings") != get(put.inputs, "properties", "storageSettings"):
        yield "properties.storageSettings are fixed since the vault was created and can't be changed"
    for name, last in (("immutabilitySettings", "Locked"), ("softDeleteSettings", "AlwaysOn")):
        before, after = (
            get(inputs, "properties", "securitySettings", name, "state") for inputs in (put.old.inputs, put.inputs)
        )
        if before == last and after != last:
            yield f"properties.securitySettings.{name}.state stays {last} once it is"


def policy_has_default(_cloud: Cloud, put: Put) -> Iterator[str]:
    """A policy has a retention rule that holds where no other does."""
    rules = [value for _, value in select(put.inputs, "properties.policyRules[]")]
    retained = [rule for rule in rules if get(rule, "objectType") == "AzureRetentionRule"]
    if put.inputs.get("properties") and not any(get(rule, "isDefault") is True for rule in retained):
        yield "a backup policy needs a default retention rule"


def instance_fits_vault(cloud: Cloud, put: Put) -> Iterator[str]:
    """An instance follows a policy of its own vault, whose identity may read what is backed up."""
    vault = cloud.get(str(ids.parent(put.identity)))
    policy = get(put.inputs, "properties", "policyInfo", "policyId")
    if vault is None or not isinstance(policy, str):
        return
    if str(ids.parent(policy)).lower() != vault.identity.lower():
        yield f"the policy {policy} is not of the vault {vault.name}"
    source = str(get(put.inputs, "properties", "dataSourceInfo", "resourceID"))
    needed = ROLES.get(ids.type_of(source).lower())
    owners = principals(cloud, vault)
    if needed and not any(has_role(cloud, owner, source, needed[0]) for owner in owners):
        yield (
            f"the vault {vault.name} may not back up {ids.name_of(source)}: give it an identity, and this the role "
            f"{needed[1]} on it first"
        )
