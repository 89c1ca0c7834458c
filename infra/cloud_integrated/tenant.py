"""Everything of one tenant: in each region a key, a bucket and a vault; a plan that backs up; copies between regions.

The same for every tenant: 13 resources in one region, 26 in two, without their components.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from infra.cloud_integrated.access import Access
from infra.cloud_integrated.data import Data, replicate
from infra.cloud_integrated.keys import Keys
from infra.cloud_integrated.recovery import Recovery
from infra.tenants import Tenant, TenantResources


@dataclass(frozen=True, kw_only=True)
class TenantRooms:
    """The rooms of one region that have a share for each tenant."""

    keys: Keys
    data: Data
    recovery: Recovery


def tenant(
    row: Tenant, *, access: Access, sites: Sequence[TenantRooms], options: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Makes the tenant's share of the rooms at each of the one or two `sites`; gives the ARN of its first key."""
    resources = TenantResources(row, options)
    keys = [site.keys.tenant_key(resources, used_by=access.tenant_users) for site in sites]
    buckets = [
        site.data.tenant_bucket(resources, key_arn=key, used_by=access.tenant_users)
        for site, key in zip(sites, keys, strict=True)
    ]
    vaults = [site.recovery.tenant_vault(resources, key_arn=key) for site, key in zip(sites, keys, strict=True)]
    sites[0].recovery.tenant_plan(
        resources, bucket_arn=buckets[0].arn, vault=vaults[0], copy_to=vaults[1] if len(sites) > 1 else None
    )
    replication = access.tenant_users.replication
    if replication is not None:
        for source, target in ((0, 1), (1, 0)):
            replicate(
                resources,
                names=sites[source].data.names,
                source=buckets[source],
                target=buckets[target],
                target_key_arn=keys[target],
                role_arn=replication,
            )
    return keys[0]
