"""Private endpoints: the only way to a platform service whose public access is off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
from pulumi_azure_native import network

from infra.aware.placement import Placement

PrivateLinkGroup = Literal["vault", "managedhsm", "blob", "namespace", "searchService", "registry", "azuremonitor"]
"""The sub-resources that private endpoints connect to, by the name that Azure gives them (group id)."""

PrivateZoneName = Literal[
    "vault", "managedhsm", "blob", "namespace", "searchService", "registry", "monitor", "oms", "ods", "agents"
]
"""The zones of private names, each called after the group that it serves, or after its part of Azure Monitor."""

PRIVATE_DNS_ZONES: Final[Mapping[PrivateZoneName, str]] = {
    "vault": "privatelink.vaultcore.azure.net",
    "managedhsm": "privatelink.managedhsm.azure.net",
    "blob": "privatelink.blob.core.windows.net",
    "namespace": "privatelink.servicebus.windows.net",
    "searchService": "privatelink.search.windows.net",
    "registry": "privatelink.azurecr.io",
    "monitor": "privatelink.monitor.azure.com",
    "oms": "privatelink.oms.opinsights.azure.com",
    "ods": "privatelink.ods.opinsights.azure.com",
    "agents": "privatelink.agentsvc.azure-automation.net",
}
"""The zones in which private endpoints' addresses are found (Azure documentation, "Private endpoint DNS values")."""

PUBLIC_BESIDE: Final = frozenset[PrivateZoneName]({"monitor", "oms", "ods", "agents"})
"""The zones whose missing names are looked for in public: those of Azure Monitor, where names outside the private link
scope have to be found in the open, and where Microsoft alone gives names. In the others anybody may take a name that
was ours: there a missing one stays missing (Azure documentation, "Fallback to internet for private DNS zones")."""


def zones_of(group: PrivateLinkGroup) -> tuple[PrivateZoneName, ...]:
    """The zones of PRIVATE_DNS_ZONES in which a private endpoint's names lie; Azure Monitor has many names."""
    return ("monitor", "oms", "ods", "agents", "blob") if group == "azuremonitor" else (group,)


@dataclass(frozen=True)
class PrivateLinks:
    """The place in the network where private endpoints are put, and the zones that resolve them."""

    placement: Placement
    subnet_id: pulumi.Output[str]
    zone_ids: Mapping[PrivateZoneName, pulumi.Output[str]]

    def connect(
        self,
        name: str,
        target_id: pulumi.Input[str],
        *,
        group: PrivateLinkGroup,
        secondary: bool = False,
        parent: pulumi.Resource,
        after: Sequence[pulumi.Resource] = (),
    ) -> network.PrivateEndpoint:
        """Gives the resource `target_id` an address in the network, and its public name that address inside of it.

        The same `name` serves in both regions: each has an endpoint of its own to what they share. `secondary` is the
        copy of a storage account in its paired region, which has a name of its own in the same zone. The endpoint is
        made `after` what the target has to have by then, and after its other endpoints, since a target takes one change
        of its connections at a time.
        """
        endpoint = network.PrivateEndpoint(
            self.placement.label(name),
            private_endpoint_name=self.placement.name("pep", name),
            resource_group_name=self.placement.resource_group_name,
            location=self.placement.region,
            # The SDK adds its own default, which is the opposite of what the subnet has, where this isn't said.
            subnet=network.SubnetArgs(
                id=self.subnet_id,
                private_endpoint_network_policies=network.VirtualNetworkPrivateEndpointNetworkPolicies.ENABLED,
            ),
            custom_network_interface_name=self.placement.name("nic-pep", name),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name=name,
                    private_link_service_id=target_id,
                    group_ids=[f"{group}_secondary" if secondary else group],
                )
            ],
            tags=self.placement.tags(name),
            opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after)),
        )
        network.PrivateDnsZoneGroup(
            self.placement.label(name),
            name="default",
            private_dns_zone_group_name="default",
            private_endpoint_name=endpoint.name,
            resource_group_name=self.placement.resource_group_name,
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(
                    name=PRIVATE_DNS_ZONES[zone].replace(".", "-"), private_dns_zone_id=self.zone_ids[zone]
                )
                for zone in zones_of(group)
            ],
            opts=pulumi.ResourceOptions(parent=endpoint),
        )
        return endpoint
