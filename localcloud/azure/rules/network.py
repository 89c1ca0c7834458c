"""What ARM refuses of virtual networks and what lies in them."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network
from itertools import combinations
from typing import Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Name, Put
from localcloud.azure.computed.network import subnet_range
from localcloud.azure.regions import region_of
from localcloud.azure.rules.common import Failures, Network, address_ranges, is_known
from localcloud.backend import UNKNOWN, CheckFailure, Properties
from localcloud.paths import get, has_unknown, select

PRIVATE_LINK_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "microsoft.keyvault/vaults": ("vault",),
    "microsoft.storage/storageaccounts": ("blob", "dfs", "file", "queue", "table", "web"),
    "microsoft.app/managedenvironments": ("managedEnvironments",),
    "microsoft.keyvault/managedhsms": ("managedhsm",),
    "microsoft.eventhub/namespaces": ("namespace",),
    "microsoft.search/searchservices": ("searchService",),
    "microsoft.containerregistry/registries": ("registry",),
    "microsoft.dbforpostgresql/flexibleservers": ("postgresqlServer",),
    "microsoft.insights/privatelinkscopes": ("azuremonitor",),
}
"""The sub-resources that a private endpoint can lead to (Private Link documentation, "private-link resource")."""

NETWORK_NAME: Final = Name(
    r"[A-Za-z0-9]([\w.-]{0,78}\w)?", "1 to 80 letters, digits, _ . and hyphens, a letter or digit first, no . or - last"
)


def subnets(inputs: Properties) -> Failures:
    """Inline subnets each need a name."""
    for path, value in select(inputs, "subnets[]"):
        if get(value, "name") is None:
            yield CheckFailure(f"{path}.name", "a subnet needs a name")


def subnet(inputs: Properties) -> Failures:
    """A subnet has an address range."""
    if not any(inputs.get(name) for name in ("addressPrefix", "addressPrefixes", "ipamPoolPrefixAllocations")):
        yield CheckFailure("addressPrefix", "a subnet needs an address range")


def subnet_lies_inside(cloud: Cloud, put: Put) -> Iterator[str]:
    """A subnet lies in its network's address space and apart from the other subnets."""
    network = cloud.get(str(ids.parent(put.identity)))
    spaces = get(network.inputs, "addressSpace", "addressPrefixes") if network else None
    own = address_ranges([put.inputs.get("addressPrefix"), *(put.inputs.get("addressPrefixes") or [])])
    for block in own:
        if isinstance(spaces, list) and not any(_contains(space, block) for space in address_ranges(spaces)):
            yield f"the address range {block} is outside the virtual network's address space {', '.join(spaces)}"
    for other in cloud.below(network.identity) if network else []:
        if other.identity.lower() == put.identity.lower() or other.kind.token != put.kind.token:
            continue
        theirs = address_ranges([other.inputs.get("addressPrefix"), *(other.inputs.get("addressPrefixes") or [])])
        if any(_overlap(one, two) for one in own for two in theirs):
            yield f"the address range of the subnet {put.inputs.get('subnetName')} overlaps that of {other.name}"


def _contains(space: Network, block: Network) -> bool:
    if isinstance(space, IPv4Network) and isinstance(block, IPv4Network):
        return block.subnet_of(space)
    return isinstance(space, IPv6Network) and isinstance(block, IPv6Network) and block.subnet_of(space)


def _overlap(one: Network, two: Network) -> bool:
    return one.version == two.version and one.overlaps(two)


def network_keeps_subnets(cloud: Cloud, put: Put) -> Iterator[str]:
    """An address space can't be taken from under a subnet."""
    spaces = get(put.inputs, "addressSpace", "addressPrefixes")
    if put.old is None or not isinstance(spaces, list):
        return
    for other in cloud.below(put.identity):
        block = subnet_range(cloud, other.identity)
        if block and not any(_contains(space, block) for space in address_ranges(spaces)):
            yield f"the address space leaves out the subnet {other.name} ({block})"


def security_rules(inputs: Properties) -> Failures:
    """Each rule needs a name, and a priority of its own in its direction."""
    found = [value for _, value in select(inputs, "securityRules[]")]
    for index, value in enumerate(found):
        for name in ("name", "priority"):
            if get(value, name) is None:
                yield CheckFailure(f"securityRules[{index}].{name}", "a security rule needs it")
    for (_, one), (index, two) in combinations(enumerate(found), 2):
        same = [get(one, name) == get(two, name) for name in ("priority", "direction")]
        if all(same) and is_known(get(one, "priority")) and is_known(get(one, "direction")):
            yield CheckFailure(f"securityRules[{index}].priority", f"{get(one, 'priority')} is taken by another rule")


def public_address(inputs: Properties) -> Failures:
    """Only standard addresses are left (Azure retired basic ones in 2025), and they are static."""
    if get(inputs, "sku", "name") not in ("Standard", "StandardV2", UNKNOWN):
        yield CheckFailure("sku.name", "basic public addresses can't be created any more: use Standard")
    if inputs.get("publicIPAllocationMethod") not in ("Static", UNKNOWN):
        yield CheckFailure("publicIPAllocationMethod", "a standard public address must be Static")


def gateway(inputs: Properties) -> Failures:
    """Shape of a VPN gateway (VPN Gateway, "Configure P2S for Entra ID authentication", "Active-active gateways")."""
    configurations = inputs.get("ipConfigurations")
    client = inputs.get("vpnClientConfiguration")
    count = len(configurations) if isinstance(configurations, list) else 0
    if configurations is UNKNOWN or inputs.get("activeActive") is UNKNOWN:
        pass
    elif inputs.get("activeActive") is True:
        needed = 3 if isinstance(client, Mapping) else 2
        if count < needed:
            yield CheckFailure(
                "ipConfigurations",
                f"an active-active gateway {'with' if needed == 3 else 'without'} VPN clients needs {needed}",
            )
    elif count < 1:
        yield CheckFailure("ipConfigurations", "a gateway needs one with a subnet and a public address")
    kinds = get(client, "vpnAuthenticationTypes")
    if isinstance(kinds, list) and "AAD" in kinds:
        for name in ("aadTenant", "aadAudience", "aadIssuer"):
            if get(client, name) is None:
                yield CheckFailure(f"vpnClientConfiguration.{name}", "sign-in with Entra ID needs it")
        protocols = get(client, "vpnClientProtocols")
        if isinstance(protocols, list) and not has_unknown(protocols) and "OpenVPN" not in protocols:
            yield CheckFailure("vpnClientConfiguration.vpnClientProtocols", "sign-in with Entra ID needs OpenVPN")


def gateway_lies_in_subnet(cloud: Cloud, put: Put) -> Iterator[str]:
    """A gateway lives in the subnet called GatewaySubnet, and its clients' addresses lie outside the network."""
    for _, value in select(put.inputs, "ipConfigurations[].subnet.id"):
        if ids.name_of(str(value)).lower() != "gatewaysubnet":
            yield f"a virtual network gateway must be in a subnet called GatewaySubnet, not {ids.name_of(str(value))}"
            continue
        network = cloud.get(str(ids.parent(str(value))))
        spaces = address_ranges(get(network.inputs, "addressSpace", "addressPrefixes") or []) if network else []
        pool = get(put.inputs, "vpnClientConfiguration", "vpnClientAddressPool", "addressPrefixes")
        for block in address_ranges(pool if isinstance(pool, list) else []):
            if any(_overlap(block, space) for space in spaces):
                yield f"the clients' address pool {block} overlaps the virtual network's address space"
                return


def private_endpoint_groups(_cloud: Cloud, put: Put) -> Iterator[str]:
    """A private endpoint leads to a sub-resource that its target has."""
    for name in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for path, link in select(put.inputs, f"{name}[]"):
            target, groups = get(link, "privateLinkServiceId"), get(link, "groupIds")
            offered = PRIVATE_LINK_GROUPS.get(ids.type_of(str(target)).lower())
            if offered is None:
                continue
            if not isinstance(groups, list) or len(groups) != 1:
                yield f"{path}.groupIds must name one of {', '.join(offered)}"
            elif str(groups[0]).removesuffix("_secondary").lower() not in {item.lower() for item in offered}:
                yield f"{path}.groupIds: {groups[0]!r} is not one of {', '.join(offered)}"


def one_watcher(cloud: Cloud, put: Put) -> Iterator[str]:
    """A subscription has one network watcher a region."""
    root = ids.subscription_of(put.identity)
    for other in cloud.of_type(put.kind.token):
        is_other = other.identity.lower() != put.identity.lower() and ids.subscription_of(other.identity) == root
        if is_other and region_of(other.inputs) == region_of(put.inputs):
            yield f"the region {region_of(put.inputs)} has a network watcher already: {other.identity}"


def flow_log(_cloud: Cloud, put: Put) -> Iterator[str]:
    """Flow logs of security groups can't be created any more (Azure retires them; networks' take their place)."""
    if ids.type_of(str(put.inputs.get("targetResourceId"))).lower() == "microsoft.network/networksecuritygroups":
        yield "flow logs of network security groups can't be created any more: log the virtual network's flows"
