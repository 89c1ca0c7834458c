"""Backup vaults."""

from typing import Final

from localcloud.azure.cloud import Name
from localcloud.azure.rules import backup as rules
from localcloud.azure.rules import common
from localcloud.azure.table.line import ANY, line

_VAULT: Final = "Microsoft.DataProtection/backupVaults"
_POLICY_NAME: Final = Name(r"[A-Za-z][A-Za-z0-9-]{2,149}", "3 to 150 letters, digits and hyphens with a letter first")

LINES: Final = (
    line(
        "dataprotection:BackupVault",
        f"{_VAULT}/{{vaultName}}",
        name=Name(r"[A-Za-z][A-Za-z0-9-]{1,49}", "2 to 50 letters, digits and hyphens with a letter first"),
        checks=(
            common.one_of(
                "properties.storageSettings[].datastoreType", "OperationalStore", "VaultStore", "ArchiveStore"
            ),
            common.one_of("properties.storageSettings[].type", "LocallyRedundant", "ZoneRedundant", "GeoRedundant"),
            common.one_of("properties.securitySettings.immutabilitySettings.state", "Disabled", "Unlocked", "Locked"),
            common.one_of("properties.securitySettings.softDeleteSettings.state", "Off", "On", "AlwaysOn"),
            common.between("properties.securitySettings.softDeleteSettings.retentionDurationInDays", 14, 180),
        ),
        rules=(rules.vault_lasts,),
    ),
    line(
        "dataprotection:BackupPolicy",
        f"{_VAULT}/{{vaultName}}/backupPolicies/{{backupPolicyName}}",
        name=_POLICY_NAME,
        rules=(rules.policy_has_default,),
    ),
    line(
        "dataprotection:BackupInstance",
        f"{_VAULT}/{{vaultName}}/backupInstances/{{backupInstanceName}}",
        keeps_parent=True,
        uses={"properties.policyInfo.policyId": f"{_VAULT}/backupPolicies"},
        names={"properties.dataSourceInfo.resourceID": ANY, "properties.dataSourceSetInfo.resourceID": ANY},
        rules=(rules.instance_fits_vault,),
    ),
)
