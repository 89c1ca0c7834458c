"""Where Search and Discover finds: an index for each tenant, under the tenant's key.

Aware document, 6.c (the customer's own key) and 9.a (logical separation).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_azure_native import search

from infra.aware.audit import Audit
from infra.aware.keys import Keys
from infra.aware.placement import Placement
from infra.aware.private_link import PrivateLinks
from infra.aware.vault import let_wrap
from infra.tenants import TenantResources

INDEXES: Final = 200
"""The most indexes of a service of this size (standard2), which is what bounds the tenants of a cell (Azure
documentation, "Service limits in Azure AI Search")."""

REPLICAS: Final = 3
"""One a zone; three are also what Azure's promise of 99.9 % for reading and writing begins with."""


class Search(pulumi.ComponentResource):
    """An AI Search service that only the private network reaches, and that no shared key opens.

    The service refuses an object without a customer's key (enforcement), and an index has one from its creation on or
    never: Data Management makes each tenant's index, `tenant-<id>`, under the tenant's key, and deletes it when the
    tenant is terminated, since an index whose key is gone keeps the whole service from being scaled. The service reads
    the keys over a private link of its own (it is none of the vault's trusted services), which waits for its approval:
    docs/runbooks/aware-failover.md, "After the first up".

    An index names its key with a version (Azure documentation, "Configure customer-managed keys for data encryption in
    Azure AI Search"): a rotation doesn't reach it by itself. Data Management points each index at the new version
    within the year that the old one lives.

    Each index is open to its tenant's workload identity alone, by a role on that one index (Azure documentation,
    "Connect using Azure roles", "Grant access to a single index"), which ends when the tenant is cut off
    (`infra.aware.workload`). Whoever makes and deletes indexes (`infra.aware.service_roles`) finds nothing in them.
    After the deletion of its key the service may answer from the key it still holds, for an hour at most.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        private_links: PrivateLinks,
        keys: Keys,
        tenants: Sequence[TenantResources],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hosting:aware:Search", name, {}, options)
        service = search.Service(
            "search",
            search_service_name=placement.name("srch"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            sku=search.SkuArgs(name=search.SkuName.STANDARD2),
            replica_count=REPLICAS,
            partition_count=1,
            hosting_mode=search.HostingMode.DEFAULT,
            disable_local_auth=True,
            public_network_access=search.PublicNetworkAccess.DISABLED,
            network_rule_set=search.NetworkRuleSetArgs(bypass=search.SearchBypass.NONE, ip_rules=[]),
            data_exfiltration_protections=[search.SearchDataExfiltrationProtection.BLOCK_ALL],
            encryption_with_cmk=search.EncryptionWithCmkArgs(enforcement=search.SearchEncryptionWithCmk.ENABLED),
            # It would send the tenants' queries to a model of Microsoft's, outside of the service.
            semantic_search=search.SearchSemanticSearch.DISABLED,
            identity=search.IdentityArgs(type=search.IdentityType.SYSTEM_ASSIGNED),
            tags=placement.tags("search"),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        audit.collect_content("search", service.id, parent=self)
        endpoint = private_links.connect("search", service.id, group="searchService", parent=self)
        search.SharedPrivateLinkResource(
            "search-to-keys",
            shared_private_link_resource_name="keys",
            search_service_name=service.name,
            resource_group_name=placement.resource_group_name,
            properties=search.SharedPrivateLinkResourcePropertiesArgs(
                private_link_resource_id=keys.tenants_store_id,
                group_id="vault",
                request_message=f"Search of {placement.stack} reads the tenants' keys",
            ),
            # The service takes one change of its private links at a time.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[endpoint]),
        )
        principal_id = service.identity.apply(_principal_id)
        for tenant in tenants:
            let_wrap(
                f"search-tenant-{tenant.tenant.id}",
                keys.tenant_keys[tenant.tenant.id],
                principal_id,
                placement=placement,
                options=tenant.child(),
            )
        self.service_id: pulumi.Output[str] = service.id
        self.service_name: pulumi.Output[str] = service.name
        self.index_ids: Mapping[str, pulumi.Output[str]] = {
            tenant.tenant.id: pulumi.Output.concat(service.id, "/indexes/", f"tenant-{tenant.tenant.id}")
            for tenant in tenants
        }
        """Tenant id -> the scope of roles on the tenant's index."""
        self.register_outputs({"serviceName": service.name})


def _principal_id(identity: search.outputs.IdentityResponse | Mapping[str, str] | None) -> str:
    """The service's identity is Azure's answer; there is none only where the request had asked for none."""
    if identity is None:
        raise ValueError("the search service has no identity: set its identity to SystemAssigned")
    return identity["principal_id"]
