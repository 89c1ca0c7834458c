"""Security groups: who may open a connection to whom. They name each other; addresses appear at the edge only."""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import ec2, vpc

from infra.cloud_integrated.names import Names
from infra.cloud_integrated.room import Room
from infra.cloud_integrated.tier import INTERNET

HTTPS_PORT: Final = 443

SERVICE_PORT: Final = 8443
"""Where services answer the load balancer and engineers, with their own TLS."""

MESH_PORT: Final = 9443
"""Where services answer each other, with the TLS of Service Connect."""

SERVICES: Final = ("ingestion", "processing", "quarantine", "portal", "tokens")
"""The services by name. Each wears a security group of its own."""

FACING_CUSTOMERS: Final = ("ingestion", "portal")
"""Which services the load balancer forwards to."""

LEAVING: Final = ("ingestion", "portal")
"""Which services go out to the internet: to the customers' mail providers and to where their people sign in."""

CALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "ingestion": ("tokens",),
    "processing": ("tokens",),
    "quarantine": ("tokens",),
    "portal": ("quarantine", "tokens"),
}
"""Which services each one calls. Nobody but them reaches `tokens`, which lets its callers act for a tenant."""

CALLED: Final = ("quarantine", "tokens")
"""Which services are called by others."""


class SecurityGroups(Room):
    """One group for whatever is reached or reaches on its own, in `ids` by name.

    `storage_prefix_list_ids` are the address lists of the gateway endpoints, by store: these have no security group.
    """

    def __init__(
        self,
        *,
        names: Names,
        vpc_id: pulumi.Input[str],
        storage_prefix_list_ids: Mapping[str, pulumi.Input[str]],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("security-groups", names=names, options=options)
        self._vpc_id = vpc_id
        self.ids: Mapping[str, pulumi.Output[str]] = {
            name: self._group(name, description)
            for name, description in (
                ("edge", "Load balancer of the portal"),
                ("vpn", "VPN clients"),
                ("endpoints", "Doors to services of AWS"),
                *((service, f"Service {service}") for service in SERVICES),
            )
        }
        self._from_internet("edge")
        for service in FACING_CUSTOMERS:
            self._connect("edge", service, SERVICE_PORT)
        # Engineers come to the pages that the portal has for them; what serves customers' data is not among them.
        self._connect("vpn", "portal", SERVICE_PORT)
        for caller, called in CALLS.items():
            for service in called:
                self._connect(caller, service, MESH_PORT)
        for service in SERVICES:
            self._connect(service, "endpoints", HTTPS_PORT)
            for store, prefix_list_id in storage_prefix_list_ids.items():
                self._egress(f"{service}-to-{store}", service, HTTPS_PORT, prefix_list_id=prefix_list_id)
        for service in LEAVING:
            self._to_internet(service)
        self.register_outputs({})

    def _group(self, name: str, description: str) -> pulumi.Output[str]:
        return ec2.SecurityGroup(
            self.names.logical(name),
            ec2.SecurityGroupArgs(
                region=self.names.region,
                name=self.names.physical(name),
                description=description,
                vpc_id=self._vpc_id,
                tags=self.names.tags(name),
            ),
            opts=self.child(),
        ).id

    def _connect(self, source: str, target: str, port: int) -> None:
        """Lets the one group open connections to the other: a rule at either end."""
        to, from_ = f"{source}-to-{target}", f"{target}-from-{source}"
        self._egress(to, source, port, referenced_security_group_id=self.ids[target])
        self._ingress(from_, target, port, referenced_security_group_id=self.ids[source])

    def _from_internet(self, target: str) -> None:
        self._ingress(f"{target}-from-internet", target, HTTPS_PORT, cidr_ipv4=INTERNET)

    def _to_internet(self, source: str) -> None:
        # Mail providers and identity providers change their addresses daily: the firewall knows them by name.
        self._egress(f"{source}-to-internet", source, HTTPS_PORT, cidr_ipv4=INTERNET)

    def _ingress(self, name: str, group: str, port: int, **peer: pulumi.Input[str]) -> None:
        vpc.SecurityGroupIngressRule(
            self.names.logical(name),
            vpc.SecurityGroupIngressRuleArgs(
                region=self.names.region,
                security_group_id=self.ids[group],
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                tags=self.names.tags(name),
                **peer,
            ),
            opts=self.child(),
        )

    def _egress(self, name: str, group: str, port: int, **peer: pulumi.Input[str]) -> None:
        vpc.SecurityGroupEgressRule(
            self.names.logical(name),
            vpc.SecurityGroupEgressRuleArgs(
                region=self.names.region,
                security_group_id=self.ids[group],
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                tags=self.names.tags(name),
                **peer,
            ),
            opts=self.child(),
        )
