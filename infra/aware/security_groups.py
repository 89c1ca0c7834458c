"""What may flow in the network: for each subnet the flows that it needs, and nothing beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pulumi_azure_native import network

AZURE_RESOLVER: Final = "168.63.129.16/32"
"""Azure's resolver, the same address in every virtual network."""


@dataclass(frozen=True)
class Flow:
    """One flow that a network security group lets through, named for what it carries.

    `source` and `destination` are a CIDR or one of Azure's service tags; `ports` are the destination's.
    """

    direction: Literal["Inbound", "Outbound"]
    name: str
    source: str
    destination: str
    carries: str
    ports: str = "443"
    protocol: Literal["Tcp", "*"] = "Tcp"


WRITER: Final = "Queries to the server that writes, wherever that is"


def apps_flows(
    *, apps: str, private_endpoints: str, database: str, other_database: str | None = None
) -> tuple[Flow, ...]:
    """What the subnet of the applications needs; `other_database` is PostgreSQL's in the stack's other region.

    Sources: Azure documentation, "Securing a custom VNET in Azure Container Apps with Network Security Groups" and
    "Use Azure Firewall with Azure Container Apps". Front Door arrives over Private Link, from within the subnet. What
    is open here to one of Azure's service tags is narrowed to domain names by the firewall (`infra.aware.firewall`).
    """
    between = "Calls between the services and the environment's own parts, encrypted and mutually authenticated"
    return (
        Flow("Inbound", "allow-between-apps", apps, apps, between, ports="0-65535", protocol="*"),
        Flow("Inbound", "allow-probes", "AzureLoadBalancer", apps, "Health probes", ports="30000-32767"),
        Flow("Outbound", "allow-between-apps", apps, apps, between, ports="0-65535", protocol="*"),
        Flow("Outbound", "allow-private-endpoints", apps, private_endpoints, "Keys, customer data, search, images"),
        Flow(
            "Outbound", "allow-events", apps, private_endpoints, "Events to and from Signal's ingestion", ports="5671"
        ),
        Flow("Outbound", "allow-database", apps, database, "Queries to PostgreSQL", ports="5432"),
        *((Flow("Outbound", "allow-writer", apps, other_database, WRITER, "5432"),) if other_database else ()),
        Flow("Outbound", "allow-names", apps, AZURE_RESOLVER, "Name resolution", ports="53", protocol="*"),
        Flow("Outbound", "allow-sign-in", apps, "AzureActiveDirectory", "Tokens for the managed identities"),
        Flow("Outbound", "allow-platform-images", apps, "MicrosoftContainerRegistry", "The environment's own images"),
        Flow("Outbound", "allow-platform-layers", apps, "AzureFrontDoor.FirstParty", "The layers of those images"),
        Flow("Outbound", "allow-platform-packages", apps, "AzureFrontDoor.Frontend", "The environment's own packages"),
        Flow("Outbound", "allow-monitoring", apps, "AzureMonitor", "Logs and metrics of the environment"),
    )


def private_endpoints_flows(*, apps: str, private_endpoints: str, vpn_clients: str) -> tuple[Flow, ...]:
    """What the subnet of the private endpoints needs. An endpoint only answers, so nothing leaves it."""
    operation = "Operation of vault, storage, search and registry by engineers"
    return (
        Flow("Inbound", "allow-apps", apps, private_endpoints, "Keys, customer data, search, images"),
        Flow("Inbound", "allow-events", apps, private_endpoints, "Events to and from Signal's ingestion", ports="5671"),
        Flow("Inbound", "allow-vpn-clients", vpn_clients, private_endpoints, operation),
    )


def database_flows(
    *, apps: str, database: str, vpn_clients: str, other_database: str | None, other_apps: str | None = None
) -> tuple[Flow, ...]:
    """What the subnet of PostgreSQL needs; `other_…` are the subnets in the stack's other region.

    Source: Azure documentation, "Network with private access (virtual network integration) for Azure Database for
    PostgreSQL": the servers of a pair replicate to each other within the subnet, archive their log to Azure's storage
    in their own region and a replica's, and check sign-ins at Entra.
    """
    replication = "Replication between the servers of the pair"
    elsewhere = "Replication to and from the standby in the other region"
    return (
        Flow("Inbound", "allow-apps", apps, database, "Queries of the services", ports="5432"),
        *((Flow("Inbound", "allow-other-apps", other_apps, database, WRITER, "5432"),) if other_apps else ()),
        Flow("Inbound", "allow-vpn-clients", vpn_clients, database, "Operation by engineers", ports="5432"),
        Flow("Inbound", "allow-pair", database, database, replication, ports="5432"),
        *((Flow("Inbound", "allow-standby", other_database, database, elsewhere, "5432"),) if other_database else ()),
        Flow("Outbound", "allow-pair", database, database, replication, ports="5432"),
        *((Flow("Outbound", "allow-standby", database, other_database, elsewhere, "5432"),) if other_database else ()),
        Flow("Outbound", "allow-log-archive", database, "Storage", "Write-ahead log and backups, to Azure's storage"),
        Flow("Outbound", "allow-sign-in", database, "AzureActiveDirectory", "Checks of sign-ins at Entra"),
    )


def resolver_flows(*, resolver: str, vpn_clients: str) -> tuple[Flow, ...]:
    """What the subnet of the private resolver needs: it answers VPN clients, from what Azure's resolver knows."""
    return (
        Flow("Inbound", "allow-vpn-clients", vpn_clients, resolver, "Private names for engineers", "53", "*"),
        Flow("Outbound", "allow-names", resolver, AZURE_RESOLVER, "Name resolution", ports="53", protocol="*"),
    )


def security_rules(flows: Sequence[Flow]) -> list[network.SecurityRuleArgs]:
    """The rules of a network security group that lets only `flows` through.

    Azure's default rules let through all that stays in the virtual network and all that leaves for the internet; an
    explicit denial of the rest comes before them, last in each direction.
    """
    rules: list[network.SecurityRuleArgs] = []
    for direction in ("Inbound", "Outbound"):
        allowed = [flow for flow in flows if flow.direction == direction]
        for number, flow in enumerate(allowed):
            rules.append(
                network.SecurityRuleArgs(
                    name=f"{flow.name}-{direction.lower()}",
                    description=flow.carries,
                    direction=direction,
                    access=network.SecurityRuleAccess.ALLOW,
                    priority=1000 + 10 * number,
                    protocol=flow.protocol,
                    source_address_prefix=flow.source,
                    source_port_range="*",
                    destination_address_prefix=flow.destination,
                    destination_port_range=flow.ports,
                )
            )
        rules.append(
            network.SecurityRuleArgs(
                name=f"deny-all-{direction.lower()}",
                description="Whatever isn't named above",
                direction=direction,
                access=network.SecurityRuleAccess.DENY,
                priority=4096,
                protocol=network.SecurityRuleProtocol.ASTERISK,
                source_address_prefix="*",
                source_port_range="*",
                destination_address_prefix="*",
                destination_port_range="*",
            )
        )
    return rules
