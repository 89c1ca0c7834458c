"""Vaults and their keys."""

from typing import Final

from localcloud.azure.cloud import Outputs
from localcloud.azure.computed import key_vault as computed
from localcloud.azure.rules import common
from localcloud.azure.rules import key_vault as rules
from localcloud.azure.table.line import SUBNET, line

LINES: Final = (
    line(
        "keyvault:Vault",
        "Microsoft.KeyVault/vaults/{vaultName}",
        names={"properties.networkAcls.virtualNetworkRules[].id": SUBNET},
        write_only=("properties.createMode",),
        name=rules.VAULT_NAME,
        checks=(
            rules.vault,
            common.guid("properties.tenantId"),
            common.between("properties.softDeleteRetentionInDays", 7, 90),
        ),
        rules=(rules.vault_lasts, common.name_is_free),
        outputs=Outputs(computed.vault_certain, computed.vault_generated),
    ),
    line(
        "keyvault:Key",
        "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
        name=rules.KEY_NAME,
        checks=(rules.key, common.one_of("properties.kty", "RSA", "RSA-HSM", "EC", "EC-HSM")),
        rules=(rules.key_fits_vault,),
        outputs=Outputs(computed.key_certain, computed.key_generated),
    ),
    line(
        "keyvault:Secret",
        "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
        write_only=("properties.value",),
        name=rules.KEY_NAME,
        outputs=Outputs(generated=computed.secret_generated),
    ),
    line(
        "keyvault:ManagedHsm",
        "Microsoft.KeyVault/managedHSMs/{name}",
        replaces=("location",),
        names={"properties.networkAcls.virtualNetworkRules[].id": SUBNET},
        write_only=("properties.createMode",),
        name=rules.HSM_NAME,
        checks=(
            rules.hsm,
            common.guid("properties.tenantId"),
            common.guid("properties.initialAdminObjectIds[]"),
            common.between("properties.softDeleteRetentionInDays", 7, 90),
        ),
        rules=(rules.hsm_lasts, common.name_is_free),
        outputs=Outputs(computed.hsm_certain, computed.vault_generated),
    ),
)
