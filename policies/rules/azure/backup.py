"""Backup vaults in Azure."""

from policies.resources import Resource
from policies.rulebook import Findings, rule

VAULT = "azure-native:dataprotection:BackupVault"


@rule(VAULT)
def backup_vault_is_under_own_key(vault: Resource) -> Findings:
    """What a backup vault keeps under a key of Azure's can't be cut off with a key of ours."""
    security = vault.properties.get("security_settings", None)
    encryption = None if security is None else security.get("encryption_settings", None)
    if encryption is None or encryption.get("state", "Disabled") != "Enabled":
        yield "the vault is under a key of Azure's: set security_settings.encryption_settings with a key of the stack's"
    elif encryption.get("infrastructure_encryption", "Disabled") != "Enabled":
        yield "the vault is encrypted once only: set encryption_settings.infrastructure_encryption to Enabled"
