"""Networks in Azure: what can be reached from outside."""

from collections.abc import Iterable
from typing import Final

from policies.addresses import is_internal_to_azure, is_private
from policies.entra import own_tenant
from policies.properties import Record
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule

GATEWAY = "azure-native:network:VirtualNetworkGateway"
PUBLIC_ADDRESS = "azure-native:network:PublicIPAddress"

_SIGN_IN = {"aad_tenant": "login.microsoftonline.com", "aad_issuer": "sts.windows.net"}
"""The properties that name the Entra tenant, and on which host of Microsoft's each of them lies."""

_VPN_CLIENT = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8"
"""The Azure VPN Client as Microsoft registered it ("Configure P2S VPN Gateway for Microsoft Entra ID authentication").
It is the same in every tenant."""

FIREWALL = "azure-native:network:AzureFirewall"

_DELEGATED_TO = (
    "Microsoft.App/environments",
    "Microsoft.DBforPostgreSQL/flexibleServers",
    "Microsoft.Network/dnsResolvers",
)

_MAY_HAVE_PUBLIC_ADDRESS = (GATEWAY, FIREWALL, "azure-native:network:NatGateway")
_MEND = "the edge is Front Door, over a private link; take a private range or VirtualNetwork as the source"


def _one_and_many(entry: Record, one: str, many: str) -> Iterable[str]:
    single = entry.get(one, None)
    if single:
        yield single
    yield from entry.get(many, [])


def _judge(entry: Record, place: str) -> Findings:
    if str(entry.access).lower() != "allow" or str(entry.direction).lower() != "inbound":
        return
    if entry.get("source_application_security_groups", []):
        return  # Machines of our own, which take the place of addresses.
    sources = list(_one_and_many(entry, "source_address_prefix", "source_address_prefixes"))
    if not sources or not all(is_internal_to_azure(source) for source in sources):
        yield f"{place} lets the internet in: {_MEND}"


@rule("azure-native:network:NetworkSecurityGroup")
def network_group_lets_no_one_in(group: Resource) -> Findings:
    """Every port open to the internet is a way in past Front Door and the VPN, on 443 too."""
    for number, entry in group.numbered("security_rules"):
        yield _judge(entry, f"security_rules[{number}]")


@rule("azure-native:network:SecurityRule")
def network_rule_lets_no_one_in(entry: Resource) -> Findings:
    """A rule of a network security group that lets the internet in is a way past Front Door and the VPN."""
    yield _judge(entry, "the rule")


@rule("azure-native:network:Subnet")
def subnet_is_delegated_to_known_services(subnet: Resource) -> Findings:
    """A service to which a subnet is delegated puts into it what the stack doesn't declare, past groups and routes."""
    for number, each in subnet.numbered("delegations"):
        if each.get("service_name", None) not in _DELEGATED_TO:
            yield f"delegations[{number}] lets a service in that nothing here is of: remove it"


@rule("azure-native:network:VirtualNetwork", "azure-native:network:Subnet")
def virtual_network_lets_no_one_in(network: Resource) -> Findings:
    """Groups may also be written out inside a network's subnets; they count as much as others."""
    if network.resource_type == "azure-native:network:Subnet":
        yield _judge_subnet(network, "")
        return
    for number, subnet in network.numbered("subnets"):
        yield _judge_subnet(subnet, f"subnets[{number}].")


def _judge_subnet(subnet: Record, place: str) -> Findings:
    group = subnet.get("network_security_group", None)
    for number, entry in () if group is None else group.numbered("security_rules"):
        yield _judge(entry, f"{place}network_security_group.security_rules[{number}]")


@stack_rule(PUBLIC_ADDRESS)
def public_address_is_for_gateways_only(address: Resource, stack: Stack) -> Findings:
    """A public address on anything but the VPN's gateway is a way in, but for a NAT gateway and a firewall without
    translation, which let nothing in."""
    for user in stack.users(address):
        # A diagnostic setting has the address as its subject, it doesn't use it.
        if user.resource_type not in (*_MAY_HAVE_PUBLIC_ADDRESS, "azure-native:monitor:DiagnosticSetting"):
            yield (
                f"the public address is used by {user.resource_name}: remove it there, for only a "
                "VirtualNetworkGateway, NatGateway and AzureFirewall may have one"
            )


@rule(FIREWALL, "azure-native:network:FirewallPolicyRuleCollectionGroup")
def firewall_lets_nothing_in(firewall: Resource) -> Findings:
    """A firewall that translates its public address into one of the network is a way in past Front Door."""
    if firewall.resource_type == FIREWALL:
        if len(firewall.get("nat_rule_collections", [])) > 0:
            yield "the firewall lets the internet in: remove nat_rule_collections"
        return
    for number, collection in firewall.numbered("rule_collections"):
        if collection.get("rule_collection_type", None) == "FirewallPolicyNatRuleCollection":
            yield f"rule_collections[{number}] lets the internet in: the firewall is a way out only, remove it"


@rule("azure-native:network:NetworkInterface")
def network_interface_has_no_public_address(interface: Resource) -> Findings:
    """A machine with a public address can be attacked directly, past Front Door."""
    for number, configuration in interface.numbered("ip_configurations"):
        if configuration.get("publicIPAddress", None) is not None:
            yield f"ip_configurations[{number}] has a public address: remove public_ip_address"


@rule("azure-native:network:LoadBalancer", "azure-native:network:ApplicationGateway")
def balancer_has_no_public_address(balancer: Resource) -> Findings:
    """A second balancer in front of the internet is a second way in that nobody watches."""
    for number, configuration in balancer.numbered("frontendIPConfigurations"):
        if configuration.get("publicIPAddress", None) is not None:
            yield f"frontend_ip_configurations[{number}] has a public address: only Front Door may, remove it"


@rule(PUBLIC_ADDRESS)
def public_address_spans_zones(address: Resource) -> Findings:
    """The VPN is the only way in for those who mend the service; an address in one zone fails with it."""
    if not {"1", "2", "3"} <= set(address.get("zones", [])):
        yield "the address stands in fewer than three zones: set zones to 1, 2 and 3"
    # Basic, which Azure takes when nothing is said, stands in one zone and is open by itself.
    sku = address.part("sku")
    if sku.get("name", "Basic") not in ("Standard", "StandardV2") or sku.get("tier", "Regional") != "Regional":
        yield "the address is of a kind that nothing here can use: set sku.name to Standard"
    if address.get("publicIPAllocationMethod", "Dynamic") != "Static":
        yield "the address changes, and clients look for the old one: set public_ip_allocation_method to Static"
    if address.get("publicIPAddressVersion", "IPv4") != "IPv4":
        yield "no rule of the network is about such addresses: set public_ip_address_version to IPv4"


@rule(GATEWAY)
def gateway_spans_zones(gateway: Resource) -> Findings:
    """The VPN is the only way in for those who mend the service; only a gateway whose tier ends in AZ spans zones."""
    name = gateway.sku.name
    if not (name.startswith("VpnGw") and name.endswith("AZ")):
        yield "the gateway stands in one zone: set sku.name to a tier of VpnGw that ends in AZ"
    if gateway.part("sku").get("tier", name) != name:
        yield "the gateway is another than its name says: set sku.tier to sku.name"


_INSTANCES: Final = 2


@rule(GATEWAY)
def gateway_goes_on_when_an_instance_fails(gateway: Resource) -> Findings:
    """A gateway whose second instance only waits drops everybody while it takes over.

    Two that work at once need an address each, and one more for clients (Azure documentation, "About active-active mode
    VPN gateways").
    """
    if not gateway.get("active_active", False):
        yield "one instance only waits: set active_active=True"
    needed = _INSTANCES + (1 if gateway.has("vpn_client_configuration") else 0)
    if len(gateway.get("ip_configurations", [])) < needed:
        yield f"an instance has no address: set {needed} ip_configurations"
    for number, each in gateway.numbered("ip_configurations"):
        if not (each.part("subnet").has("id") and each.part("publicIPAddress").has("id")):
            yield f"ip_configurations[{number}] leads nowhere: set its subnet.id and public_ip_address.id"


@rule(GATEWAY)
def gateway_is_for_clients_only(gateway: Resource) -> Findings:
    """A gateway that joins other networks, or learns routes from them, lets in whoever is there."""
    if gateway.get("gateway_type", None) != "Vpn" or gateway.get("vpn_type", None) != "RouteBased":
        yield "the gateway is no VPN for clients: set gateway_type to Vpn and vpn_type to RouteBased"
    if gateway.get("enable_bgp", False):
        yield "others tell the gateway where to send what: set enable_bgp=False"
    client = gateway.get("vpn_client_configuration", None) or not_applicable("no clients may dial in")
    pool = list(client.part("vpn_client_address_pool").get("address_prefixes", []))
    if not pool or not all(is_private(each) for each in pool):
        yield "clients get addresses of the internet's: set vpn_client_address_pool to private ranges"


@rule(GATEWAY)
def gateway_demands_sign_in(gateway: Resource) -> Findings:
    """A certificate alone opens the VPN to whoever copies it; signing in at Entra ID adds the second factor."""
    client = gateway.get("vpn_client_configuration", None) or not_applicable("no clients may dial in")
    # Without these settings the gateway takes certificates.
    if list(client.get("vpn_authentication_types", [])) != ["AAD"]:
        yield "the VPN lets clients in without Entra ID: set vpn_authentication_types to AAD alone"
    if list(client.get("vpn_client_protocols", [])) != ["OpenVPN"]:
        yield "the VPN takes protocols that can't carry the sign-in: set vpn_client_protocols to OpenVPN alone"
    for name in ("vpn_client_root_certificates", "radius_servers"):
        if len(client.get(name, [])) > 0:
            yield f"the VPN also lets clients in by {name}: remove it"


@stack_rule(GATEWAY)
def gateway_trusts_own_tenant_only(gateway: Resource, stack: Stack) -> Findings:
    """Whoever signs in at a tenant of Entra ID that isn't ours is let in by people whom we don't know."""
    client = gateway.get("vpn_client_configuration", None) or not_applicable("no clients may dial in")
    for name, host in _SIGN_IN.items():
        yield _is_of_own_tenant(client, name, host, gateway, stack)
    if client.get("aad_audience", None) != _VPN_CLIENT:
        yield f"the VPN takes tokens that are meant for others: set aad_audience to {_VPN_CLIENT}"


def _is_of_own_tenant(client: Record, name: str, host: str, gateway: Resource, stack: Stack) -> Findings:
    wanted = f"https://{host}/{own_tenant(gateway, stack)}"
    if (client.get(name, None) or "").removesuffix("/").lower() != wanted.lower():
        yield f"the VPN trusts another tenant of Entra ID: set {name} to https://{host}/, our tenant's id, and a slash"
