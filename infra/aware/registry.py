"""The stack's own registry: the images that its services run, and nobody else's.

Aware document, 7.f (changes to software are released in a controlled way).
"""

import pulumi
from pulumi_azure_native import containerregistry

from infra.aware.audit import Audit
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks


class Registry(pulumi.ComponentResource):
    """A premium registry, spread over the zones, that only the private network reaches and only Entra identities open.

    An image's signature is verified (Notation) before its digest is written into a stack file; the commands are in
    `docs/aware-deployment.md`. Images hold nothing of customers and lie under Azure's own key: a key of ours would have
    to be in a vault that the internet reaches while the registry is made (Azure documentation, "Enable a
    customer-managed key").
    """

    id: pulumi.Output[str]
    login_server: pulumi.Output[str]
    """The host in the names of its images."""

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        copy_region: str | None,
        options: pulumi.ResourceOptions,
    ) -> None:
        """`copy_region` is where a second region's services pull the same images from."""
        super().__init__("hosting:aware:Registry", name, {}, options)
        registry = containerregistry.Registry(
            "images",
            registry_name=placement.compact_name("cr"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            sku=containerregistry.SkuArgs(name=containerregistry.SkuName.PREMIUM),
            admin_user_enabled=False,
            anonymous_pull_enabled=False,
            public_network_access=containerregistry.PublicNetworkAccess.DISABLED,
            # Defender scans the images from outside the network, as a trusted service with a right of its own (Azure
            # documentation, "Allow trusted services to securely access a network-restricted container registry").
            network_rule_bypass_options=containerregistry.NetworkRuleBypassOptions.AZURE_SERVICES,
            network_rule_set=containerregistry.NetworkRuleSetArgs(
                default_action=containerregistry.DefaultAction.DENY, ip_rules=[]
            ),
            # Layers come from the registry's own host, so that no storage account outside has to be reached.
            data_endpoint_enabled=True,
            zone_redundancy=containerregistry.ZoneRedundancy.ENABLED,
            policies=containerregistry.PoliciesArgs(
                # What was pushed here stays here: nobody exports it into a registry of theirs.
                export_policy=containerregistry.ExportPolicyArgs(status=containerregistry.ExportPolicyStatus.DISABLED),
                # Images run by digest, and one without a tag may be in use: nothing removes it by itself.
                retention_policy=containerregistry.RetentionPolicyArgs(status=containerregistry.PolicyStatus.DISABLED),
                # Container Apps sign in with a token of this kind (Azure documentation, "Azure Container Apps image
                # pull with managed identity").
                azure_ad_authentication_as_arm_policy=containerregistry.AzureADAuthenticationAsArmPolicyArgs(
                    status=containerregistry.AzureADAuthenticationAsArmPolicyStatus.ENABLED
                ),
            ),
            tags=placement.tags("images"),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.id = registry.id
        self.login_server = registry.login_server
        audit.collect("registry", registry.id, parent=self)
        self._before: list[pulumi.Resource] = []
        if copy_region is not None:
            replication = containerregistry.Replication(
                "images",
                # Azure demands the region as the name.
                replication_name=copy_region,
                registry_name=registry.name,
                resource_group_name=placement.resource_group_name,
                location=copy_region,
                zone_redundancy=containerregistry.ZoneRedundancy.ENABLED,
                region_endpoint_enabled=True,
                tags=placement.tags("images"),
                opts=pulumi.ResourceOptions(parent=registry),
            )
            self._before.append(replication)
        self.connect(private_links, parent=self)
        self.register_outputs({"loginServer": registry.login_server})

    def connect(self, private_links: PrivateLinks, *, parent: pulumi.Resource) -> None:
        """Gives the registry an address in the network of a region.

        An endpoint has an address for each region's layers that there are when it is made; a region that comes later
        isn't found (Azure documentation, "Connect privately to an Azure container registry using Azure Private Link").
        """
        endpoint = private_links.connect("registry", self.id, group="registry", parent=parent, after=self._before)
        self._before.append(endpoint)

    def image(self, repository: str, digest: str) -> pulumi.Output[str]:
        """The full name of the image with `digest` (`sha256:…`) in a repository such as `aware/signal`."""
        return pulumi.Output.concat(self.login_server, "/", repository, "@", digest)
