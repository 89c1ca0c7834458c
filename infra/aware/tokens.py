"""The token service: who says to Entra for which tenant a service works, and the key in hardware by which it says so.

Aware document, 5.b (need to know) and 9.a (logical separation): whoever signs these tokens can become any tenant, so
one identity signs them, and it can do nothing else.
"""

from typing import Final

import pulumi
from pulumi_azure_native import authorization, keyvault

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.aware.vault import Vault

TOKENS: Final = "tokens"
"""The service that signs."""

PATH: Final = "/tokens"
"""Where the token service answers on the portal; what it is the issuer of begins with it."""

PUBLISHED: Final = (f"{PATH}/.well-known/openid-configuration", f"{PATH}/.well-known/jwks.json")
"""The two documents that Entra fetches to check a signature: where the public keys are, and the keys (OpenID Connect
Discovery 1.0, sections 3 and 4). Nothing else of the token service is reached from the internet."""

SIGNS: Final = ("Microsoft.KeyVault/vaults/keys/read", "Microsoft.KeyVault/vaults/keys/sign/action")
"""To read a key's public part and to sign. Azure's own roles that may sign may decrypt and unwrap too."""


def issuer(portal_domain: str) -> str:
    """Whose tokens the tenants' identities take."""
    return f"https://{portal_domain}{PATH}"


class Tokens(pulumi.ComponentResource):
    """A vault of its own with the one key that signs, and the one role that may use it.

    The key does nothing but sign, never leaves its hardware, and gets a new version every 90 days. Entra keeps the
    public keys for a while: the token service publishes every version that is enabled, and signs with the newest one
    that is older than a day. So a rotation never meets an Entra that doesn't know the version; a version that is
    disabled is no longer published, and Entra takes its signatures until it fetches the keys again
    (docs/runbooks/aware-tokens.md).

    Both regions' services sign with the same key: while the first region is down, its vault can still be read and used
    in the paired one (Azure documentation, "Azure Key Vault availability and redundancy"), as the tenants' own.
    """

    vault: Vault

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        portal_domain: str,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Tokens", name, {}, options)
        self.vault = Vault(
            "signing",
            placement=placement,
            vault_name=placement.compact_name("kvs"),
            region=placement.region,
            audit=audit,
            private_links=private_links,
            # Nothing of Microsoft's has to use this key.
            bypass=keyvault.NetworkRuleBypassOptions.NONE,
            options=pulumi.ResourceOptions(parent=self),
        )
        self._key = self.vault.signing_key("tokens")
        # No narrower scope can define a role (Azure documentation, "Azure custom roles"); it is given on the one key.
        group_id = pulumi.Output.concat(
            f"/subscriptions/{placement.subscription_id}/resourceGroups/", placement.resource_group_name
        )
        self._signer = authorization.RoleDefinition(
            "token-signer",
            role_definition_id=placement.role_assignment_name("token-signer"),
            role_name=placement.name("role", "token-signer"),
            role_type="CustomRole",
            description="Signs with a key and reads its public part. Decrypts, unwraps and changes nothing.",
            scope=group_id,
            assignable_scopes=[group_id],
            permissions=[
                authorization.PermissionArgs(actions=[], not_actions=[], data_actions=list(SIGNS), not_data_actions=[])
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.endpoints: dict[str, pulumi.Output[str]] = {
            "ISSUER": pulumi.Output.from_input(issuer(portal_domain)),
            "SIGNING_KEY_URL": self._key.key_uri,
        }
        """What the token service has to know, as environment variables."""
        self.register_outputs({"vaultUri": self.vault.vault_uri})

    def let_sign(self, principal_id: pulumi.Input[str], *, placement: Placement) -> None:
        """Lets the token service of one region sign."""
        authorization.RoleAssignment(
            placement.label("tokens-sign"),
            role_assignment_name=placement.role_assignment_name("tokens-sign"),
            scope=self._key.id,
            principal_id=principal_id,
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=self._signer.id,
            description="tokens: signs for which tenant a service works",
            opts=pulumi.ResourceOptions(parent=self),
        )


def signers(*placements: Placement) -> tuple[str, ...]:
    """The ids of the identities that may sign, by which a vault's log names them (claim `xms_mirid`)."""
    return tuple(placement.identity_id(TOKENS) for placement in placements)
