"""Storage accounts, all under a key of ours, closed to public networks, shared keys and plain HTTP."""

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import managedidentity, storage

from infra.aware.placement import Placement
from infra.aware.vault import WrappingKey


def closed_account(
    name: str,
    *,
    placement: Placement,
    abbreviation: str,
    sku: storage.SkuName,
    access_tier: storage.AccessTier,
    key: WrappingKey,
    identity: managedidentity.UserAssignedIdentity,
    may_wrap: Sequence[pulumi.Resource],
    bypass: storage.Bypass,
    copies_to: storage.AllowedCopyScope,
    parent: pulumi.Resource,
    services: storage.EncryptionServicesArgs | None = None,
    immutability: storage.ImmutableStorageAccountArgs | None = None,
    signatures: storage.SasPolicyArgs | None = None,
) -> storage.StorageAccount:
    """An account encrypted twice, below with `key`, which `identity` uses once it `may_wrap`.

    `bypass` says which of Microsoft's services come in although the public network is shut out, `copies_to` where blobs
    may be copied to.
    """
    return storage.StorageAccount(
        placement.label(name),
        account_name=placement.compact_name(abbreviation),
        resource_group_name=placement.resource_group_name,
        location=placement.region,
        kind=storage.Kind.STORAGE_V2,
        sku=storage.SkuArgs(name=sku),
        access_tier=access_tier,
        identity=storage.IdentityArgs(type=storage.IdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]),
        encryption=storage.EncryptionArgs(
            key_source=storage.KeySource.MICROSOFT_KEYVAULT,
            # No version is named, so storage follows each rotation by itself.
            key_vault_properties=storage.KeyVaultPropertiesArgs(key_name=key.name, key_vault_uri=key.vault_uri),
            encryption_identity=storage.EncryptionIdentityArgs(encryption_user_assigned_identity=identity.id),
            require_infrastructure_encryption=True,
            services=services,
        ),
        immutable_storage_with_versioning=immutability,
        # Storage ends at 1.2: the enumeration holds 1.3, the service refuses it.
        minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
        enable_https_traffic_only=True,
        allow_shared_key_access=False,
        default_to_o_auth_authentication=True,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        allowed_copy_scope=copies_to,
        is_local_user_enabled=False,
        is_sftp_enabled=False,
        is_hns_enabled=False,
        public_network_access=storage.PublicNetworkAccess.DISABLED,
        network_rule_set=storage.NetworkRuleSetArgs(
            default_action=storage.DefaultAction.DENY, bypass=bypass, ip_rules=[], virtual_network_rules=[]
        ),
        sas_policy=signatures,
        tags=placement.tags(name),
        opts=pulumi.ResourceOptions(parent=parent, protect=True, depends_on=may_wrap),
    )


def hour_at_most() -> storage.SasPolicyArgs:
    """Signatures, which only an Entra identity can give, end after an hour."""
    return storage.SasPolicyArgs(expiration_action=storage.ExpirationAction.BLOCK, sas_expiration_period="0.01:00:00")
