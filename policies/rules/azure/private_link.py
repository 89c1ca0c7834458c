"""Private endpoints, and the names by which they are found inside the network."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from policies.properties import Record
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, rule, stack_rule

ENDPOINT: Final = "azure-native:network:PrivateEndpoint"
ZONE_GROUP: Final = "azure-native:network:PrivateDnsZoneGroup"
ZONE: Final = "azure-native:privatedns:PrivateZone"
LINK: Final = "azure-native:privatedns:VirtualNetworkLink"
NETWORK: Final = "azure-native:network:VirtualNetwork"
SUBNET: Final = "azure-native:network:Subnet"
RESOURCE_GROUP: Final = "azure-native:resources:ResourceGroup"
RESOLVER: Final = "azure-native:dnsresolver:DnsResolver"
INBOUND: Final = "azure-native:dnsresolver:InboundEndpoint"

SCOPED: Final = "azure-native:monitor:PrivateLinkScopedResource"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"

_NAMED_BY_MICROSOFT: Final = frozenset(
    {
        "privatelink.agentsvc.azure-automation.net",
        "privatelink.monitor.azure.com",
        "privatelink.ods.opinsights.azure.com",
        "privatelink.oms.opinsights.azure.com",
    }
)
"""The zones of Azure Monitor, in which nobody can take a name that was somebody's (Azure documentation, "Private
endpoint DNS values")."""

_ZONES: Final[Mapping[str, tuple[str, ...]]] = {
    "azuremonitor": (*sorted(_NAMED_BY_MICROSOFT), "privatelink.blob.core.windows.net"),
    "blob": ("privatelink.blob.core.windows.net",),
    "blob_secondary": ("privatelink.blob.core.windows.net",),
    "managedhsm": ("privatelink.managedhsm.azure.net",),
    "namespace": ("privatelink.servicebus.windows.net",),
    "registry": ("privatelink.azurecr.io",),
    "searchService": ("privatelink.search.windows.net",),
    "vault": ("privatelink.vaultcore.azure.net",),
}
"""The zones in which each part has names (Azure documentation, "Private endpoint DNS values")."""

_OF_DATABASE: Final = ".private.postgres.database.azure.com"
"""How the zone of a PostgreSQL server ends, which the services of every region look for."""

_LINKED: Final = {
    "azure-native:containerregistry:Registry": ("registry",),
    "azure-native:eventhub:Namespace": ("namespace",),
    "azure-native:keyvault:ManagedHsm": ("managedhsm",),
    "azure-native:keyvault:Vault": ("vault",),
    "azure-native:monitor:PrivateLinkScope": ("azuremonitor",),
    "azure-native:search:Service": ("searchService",),
    "azure-native:storage:StorageAccount": ("blob", "blob_secondary"),
}
"""What is reached over private endpoints, and by which parts of it."""


@stack_rule(ENDPOINT)
def private_endpoint_leads_to_own_resource(endpoint: Resource, stack: Stack) -> Findings:
    """An endpoint to a stranger's resource is a way out of the network that no firewall sees."""
    if len(endpoint.get("manual_private_link_service_connections", [])) > 0:
        yield "somebody else says what is connected: remove manual_private_link_service_connections"
    connections = list(endpoint.get("private_link_service_connections", []))
    if len(connections) != 1:
        yield "the endpoint leads nowhere, or to several: set private_link_service_connections to one"
    for each in connections:

        def read(each: Record = each) -> str | None:
            return each.get("private_link_service_id", None)

        groups = list(each.get("group_ids", []))
        kinds = [kind for kind, parts in _LINKED.items() if len(groups) == 1 and groups[0] in parts]
        name = "private_link_service_connections"
        if not kinds or not means(stack, endpoint, name, read=read, targets=dict.fromkeys(kinds, ("id",))):
            yield "the endpoint leads to a stranger: set private_link_service_id and group_ids to one of the stack's"


def connected(endpoint: Resource, stack: Stack) -> list[Resource]:
    """The resources of the stack to which an endpoint leads."""
    name = "private_link_service_connections"

    def read() -> list[str]:
        return [each.get("private_link_service_id", "") for each in endpoint.get(name, [])]

    return stack.meant(endpoint, name, list(_LINKED), "id", read=read)


@stack_rule(ENDPOINT)
def private_endpoint_lies_in_own_subnet(endpoint: Resource, stack: Stack) -> Findings:
    """An endpoint in a stranger's network lets the stranger in."""

    def read() -> str | None:
        return endpoint.part("subnet").get("id", None)

    if not means(stack, endpoint, "subnet", read=read, targets={SUBNET: ("id",)}):
        yield "the endpoint lies in a stranger's network: set subnet.id to a subnet of the stack"


@stack_rule(ENDPOINT)
def private_endpoint_has_its_name(endpoint: Resource, stack: Stack) -> Findings:
    """Without its name inside the network, services ask for the public address, which answers nobody."""
    if not stack.referring("private_endpoint_name", endpoint, [ZONE_GROUP], "name"):
        yield "the endpoint has no name inside the network: add a PrivateDnsZoneGroup"


@stack_rule(ZONE_GROUP)
def private_name_is_in_own_zone(group: Resource, stack: Stack) -> Findings:
    """Whoever keeps the zone says where the name leads."""
    configurations = list(group.get("private_dns_zone_configs", []))
    if not configurations:
        yield "the endpoint has no name inside the network: set private_dns_zone_configs"
    for each in configurations:

        def read(each: Record = each) -> str | None:
            return each.get("private_dns_zone_id", None)

        if not means(stack, group, "private_dns_zone_configs", read=read, targets={ZONE: ("id",)}):
            yield "a stranger says where the name leads: set private_dns_zone_id to a zone of the stack"


@stack_rule(ZONE_GROUP)
def private_name_is_in_every_zone(group: Resource, stack: Stack) -> Findings:
    """What is looked for in another zone leads to the public address, which answers nobody: logs get lost that way."""
    endpoints = stack.meant(group, "private_endpoint_name", [ENDPOINT], "name", "private_endpoint_name")
    parts = {
        part
        for endpoint in endpoints
        for each in endpoint.get("private_link_service_connections", [])
        for part in each.get("group_ids", [])
    }
    needed = {zone for part in parts for zone in _ZONES.get(part, ())}

    def read() -> list[str]:
        return [each.get("private_dns_zone_id", "") for each in group.get("private_dns_zone_configs", [])]

    zones = stack.meant(group, "private_dns_zone_configs", [ZONE], "id", read=read)
    for name in sorted(needed - {each.one_of("private_zone_name", "name") for each in zones}):
        yield f"the endpoint has no name in {name}: add that zone to private_dns_zone_configs"


@stack_rule(ZONE)
def private_zone_is_linked(zone: Resource, stack: Stack) -> Findings:
    """Names in a zone that no network asks lead to public addresses, which answer nobody."""
    # Each region has zones of the same names, in a resource group of its own.
    links = [
        each
        for each in stack.referring("private_zone_name", zone, [LINK], "name", "private_zone_name")
        if _groups(each, stack) == _groups(zone, stack)
    ]
    if not links:
        yield "no network finds the names: add a VirtualNetworkLink of the zone"
    elif zone.one_of("private_zone_name", "name").endswith(_OF_DATABASE):
        linked = {
            network.urn
            for link in links
            for network in stack.meant(link, "virtual_network", [NETWORK], "id", read=partial(_network, link))
        }
        for network in stack.of_type(NETWORK):
            if network.urn not in linked:
                yield (
                    f"{network.resource_name} doesn't find the database: add a VirtualNetworkLink of the zone with "
                    "it, too"
                )


def _groups(resource: Resource, stack: Stack) -> set[str]:
    names = ("name", "resource_group_name")
    return {each.urn for each in stack.meant(resource, "resource_group_name", [RESOURCE_GROUP], *names)}


def _network(link: Resource) -> str | None:
    return link.part("virtual_network").get("id", None)


@rule(ZONE)
def private_zone_hides_nothing(zone: Resource) -> Findings:
    """A private zone takes the place of a public name for everybody in the network: it may do so for Azure's only."""
    name = zone.get("private_zone_name", "")
    if not any(name in zones for zones in _ZONES.values()) and not name.endswith(_OF_DATABASE):
        yield "the zone takes the place of somebody's names: set private_zone_name to one of Azure's private zones"


@stack_rule(LINK, RESOLVER)
def private_zone_answers_own_networks_only(link: Resource, stack: Stack) -> Findings:
    """Who resolves the names knows what there is; who registers names leads services elsewhere."""

    if not means(stack, link, "virtual_network", read=partial(_network, link), targets={NETWORK: ("id",)}):
        yield "a stranger's network resolves the names: set virtual_network.id to a network of the stack"
    if link.resource_type == LINK and link.get("registration_enabled", False):
        yield "whatever comes to be in the network takes a name: set registration_enabled=False"


@rule(LINK)
def private_name_stays_private(link: Resource) -> Findings:
    """A name that is gone from the zone, looked for in public, may lead to somebody who has taken it since."""
    if (
        link.get("resolution_policy", "Default") != "Default"
        and link.get("private_zone_name", None) not in _NAMED_BY_MICROSOFT
    ):
        yield "missing names are looked for in public: set resolution_policy to Default"


@stack_rule(INBOUND)
def resolver_answers_in_own_subnet(endpoint: Resource, stack: Stack) -> Findings:
    """A resolver that a stranger's network asks tells what there is in ours."""
    configurations = list(endpoint.get("ip_configurations", []))
    if not configurations:
        yield "the resolver answers nowhere: set ip_configurations"
    for each in configurations:

        def read(each: Record = each) -> str | None:
            return each.part("subnet").get("id", None)

        if not means(stack, endpoint, "ip_configurations", read=read, targets={SUBNET: ("id",)}):
            yield "the resolver answers a stranger's network: set subnet.id to a subnet of the stack"


@stack_rule(SCOPED)
def private_scope_leads_to_own_workspaces(scoped: Resource, stack: Stack) -> Findings:
    """A stranger's workspace behind our private endpoint is a way out of the network that no firewall sees."""

    def read() -> str | None:
        return scoped.get("linked_resource_id", None)

    if not means(stack, scoped, "linked_resource_id", read=read, targets={WORKSPACE: ("id",)}):
        yield "the scope leads to a stranger: set linked_resource_id to a workspace of the stack"
