"""Where a resource lies and what it hangs on is of its own stack: what isn't declared here is judged by no rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from policies.network.references import Property, References, every, single
from policies.properties import Record, Values, camel_case
from policies.resources import Resource, Stack
from policies.rulebook import ANY_TYPE, Findings, not_applicable, stack_rule

ENDPOINT: Final = "azure-native:cdn:AFDEndpoint"
IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
NETWORK: Final = "azure-native:network:VirtualNetwork"
PUBLIC_ADDRESS: Final = "azure-native:network:PublicIPAddress"
SUBNET: Final = "azure-native:network:Subnet"

PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "accountName": ("azure-native:storage:StorageAccount",),
    "dnsResolverName": ("azure-native:dnsresolver:DnsResolver",),
    "endpointName": (ENDPOINT,),
    "eventHubName": ("azure-native:eventhub:EventHub",),
    "firewallPolicyName": ("azure-native:network:FirewallPolicy",),
    "namespaceName": ("azure-native:eventhub:Namespace",),
    "networkSecurityGroupName": ("azure-native:network:NetworkSecurityGroup",),
    "networkWatcherName": ("azure-native:network:NetworkWatcher",),
    "originGroupName": ("azure-native:cdn:AFDOriginGroup",),
    "privateEndpointName": ("azure-native:network:PrivateEndpoint",),
    "privateZoneName": ("azure-native:privatedns:PrivateZone",),
    "profileName": ("azure-native:cdn:Profile",),
    "registryName": ("azure-native:containerregistry:Registry",),
    "resourceGroupName": ("azure-native:resources:ResourceGroup",),
    "resourceName": (IDENTITY,),
    "routeTableName": ("azure-native:network:RouteTable",),
    "ruleSetName": ("azure-native:cdn:RuleSet",),
    "scopeName": ("azure-native:monitor:PrivateLinkScope",),
    "searchServiceName": ("azure-native:search:Service",),
    "serverName": ("azure-native:dbforpostgresql:Server",),
    "systemTopicName": ("azure-native:eventgrid:SystemTopic",),
    "vaultName": ("azure-native:keyvault:Vault", "azure-native:dataprotection:BackupVault"),
    "virtualNetworkName": (NETWORK,),
    "workspaceName": ("azure-native:operationalinsights:Workspace",),
}
"""By the property that names it, what a resource lies in."""


@dataclass(frozen=True)
class Reference:
    """A property, or one inside it, that means resources of these types by their ids."""

    path: str
    """The names from the top down, over each element of a list."""
    targets: tuple[str, ...]
    optional: bool = False


_BY_SUBNET: Final = Reference("ip_configurations.subnet.id", (SUBNET,))
_BY_ADDRESS: Final = Reference("ip_configurations.publicIPAddress.id", (PUBLIC_ADDRESS,))
_IDENTITIES: Final = (
    Reference("configuration.identity_settings.identity", (IDENTITY,), optional=True),
    Reference("configuration.registries.identity", (IDENTITY,)),
)

REFERENCES: Final[Mapping[str, tuple[Reference, ...]]] = {
    "azure-native:app:ContainerApp": _IDENTITIES,
    "azure-native:app:Job": _IDENTITIES,
    "azure-native:app:ManagedEnvironment": (Reference("vnet_configuration.infrastructure_subnet_id", (SUBNET,)),),
    "azure-native:cdn:Route": (
        Reference("custom_domains.id", ("azure-native:cdn:AFDCustomDomain",)),
        Reference("origin_group.id", ("azure-native:cdn:AFDOriginGroup",)),
        Reference("rule_sets.id", ("azure-native:cdn:RuleSet",), optional=True),
    ),
    "azure-native:cdn:SecurityPolicy": (
        Reference("parameters.associations.domains.id", ("azure-native:cdn:AFDCustomDomain", ENDPOINT)),
        Reference("parameters.waf_policy.id", ("azure-native:frontdoor:Policy",)),
    ),
    "azure-native:dataprotection:BackupVault": (
        Reference(
            "properties.security_settings.encryption_settings.kek_identity.identity_id", (IDENTITY,), optional=True
        ),
    ),
    "azure-native:dbforpostgresql:Server": (
        Reference("data_encryption.geo_backup_user_assigned_identity_id", (IDENTITY,), optional=True),
        Reference("data_encryption.primary_user_assigned_identity_id", (IDENTITY,)),
        Reference("network.delegated_subnet_resource_id", (SUBNET,)),
        Reference("network.private_dns_zone_arm_resource_id", ("azure-native:privatedns:PrivateZone",)),
    ),
    "azure-native:dnsresolver:DnsResolver": (Reference("virtual_network.id", (NETWORK,)),),
    "azure-native:dnsresolver:InboundEndpoint": (_BY_SUBNET,),
    "azure-native:eventhub:Namespace": (
        Reference("encryption.key_vault_properties.identity.user_assigned_identity", (IDENTITY,)),
    ),
    "azure-native:network:AzureFirewall": (_BY_SUBNET, _BY_ADDRESS),
    "azure-native:network:NatGateway": (Reference("public_ip_addresses.id", (PUBLIC_ADDRESS,)),),
    "azure-native:network:PrivateDnsZoneGroup": (
        Reference("private_dns_zone_configs.private_dns_zone_id", ("azure-native:privatedns:PrivateZone",)),
    ),
    "azure-native:network:PrivateEndpoint": (Reference("subnet.id", (SUBNET,)),),
    SUBNET: (
        Reference("nat_gateway.id", ("azure-native:network:NatGateway",), optional=True),
        Reference("route_table.id", ("azure-native:network:RouteTable",), optional=True),
    ),
    "azure-native:network:VirtualNetworkGateway": (_BY_SUBNET, _BY_ADDRESS),
    "azure-native:privatedns:VirtualNetworkLink": (Reference("virtual_network.id", (NETWORK,)),),
    "azure-native:storage:StorageAccount": (
        Reference("encryption.encryption_identity.encryption_user_assigned_identity", (IDENTITY,), optional=True),
    ),
}
"""By type, what a resource hangs on."""

ASSIGNED: Final = Reference("identity.user_assigned_identities", (IDENTITY,), optional=True)
"""The identities that a resource of any type may have."""


@stack_rule(ANY_TYPE)
def azure_resource_lies_in_this_stack(resource: Resource, stack: Stack) -> Findings:
    """Who has a role on a group, an account or a vault has it on all that lies in it; a stranger's nobody judges."""
    if not resource.resource_type.startswith("azure-native:"):
        not_applicable("the resource is none of Azure")
    references = stack.derived(References)
    for name in resource.names():
        targets = PLACES.get(name, ())
        # The name of a resource of these types is its own.
        if targets and resource.resource_type not in targets:
            yield _lies_in(resource, Property(name, single(name), targets, ("name", name)), references)


def _lies_in(resource: Resource, place: Property, references: References) -> Findings:
    if references.named(resource, place).foreign:
        yield f"{place.name} names what this stack doesn't declare: put it into a {_kinds(place.targets)} of this stack"


@stack_rule(ANY_TYPE)
def azure_resource_hangs_on_this_stack(resource: Resource, stack: Stack) -> Findings:
    """A network, an address or an identity of somebody else's is judged by nobody here, and may change any day."""
    if not resource.resource_type.startswith("azure-native:"):
        not_applicable("the resource is none of Azure")
    references = stack.derived(References)
    assigned = (ASSIGNED,) if "identity" in resource.names() else ()
    for reference in (*REFERENCES.get(resource.resource_type, ()), *assigned):
        yield _hangs_on(resource, reference, references)


def _hangs_on(resource: Resource, reference: Reference, references: References) -> Findings:
    name, *rest = reference.path.split(".")

    def read(of: Resource) -> Iterator[str]:
        yield from _texts(of.get(name, None), rest)

    named = references.named(resource, Property(camel_case(name), read, reference.targets))
    if named.foreign or not (named or reference.optional):
        yield f"{reference.path} is no {_kinds(reference.targets)} of this stack: name one that is"


def _texts(value: Any, path: Sequence[str]) -> Iterator[str]:
    """The texts at a path; what isn't known in one element of a list hides nothing of the next."""
    match value:
        case Values():
            yield from every(value, partial(_texts, path=path))
        case Record() if path:
            yield from _texts(value.get(path[0], None), path[1:])
        case Record():
            # Identities are asked for as a list, and given as a map by their ids.
            yield from value.names()
        case None | "":
            return
        case _:
            yield str(value)


def _kinds(targets: Iterable[str]) -> str:
    return " or ".join(each.split(":")[2] for each in targets)
