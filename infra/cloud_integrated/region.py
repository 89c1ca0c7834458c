"""The rooms that run the services, once in each region: network, edge and services."""

from dataclasses import dataclass
from typing import Literal

import pulumi

from infra.cloud_integrated.access import Access
from infra.cloud_integrated.data import Data
from infra.cloud_integrated.edge import Edge
from infra.cloud_integrated.keys import Keys
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.network import Network
from infra.cloud_integrated.services import Services, Stores
from infra.cloud_integrated.vpn import VpnAccess
from infra.settings import CloudIntegratedOptions, Settings


@dataclass(frozen=True, kw_only=True)
class Region:
    """A region of the stack, as the settings describe it."""

    names: Names
    zones: tuple[str, ...]
    address_space: str
    serving: bool
    """Whether customers are served there; if not, everything stands ready at size zero."""
    failover: Literal["PRIMARY", "SECONDARY"] | None
    """Which of two regions it is; None where there is one."""
    device_certificate_arn: str | None
    """The certificate of the VPN's devices in this region."""
    images_copied_to: str | None
    """The region to which images are copied from here."""

    @property
    def stays(self) -> bool:
        """Whether what serves there stays; a second region's goes again once customers are back in the first."""
        return self.failover != "SECONDARY"


def regions(settings: Settings, options: CloudIntegratedOptions) -> tuple[Region, ...]:
    """The one or two regions of a stack, the first one first."""
    names, second = Names.of(settings), settings.second_region
    first = Region(
        names=names,
        zones=settings.zones,
        address_space=settings.address_space,
        serving=True,
        failover="PRIMARY" if second else None,
        device_certificate_arn=options.vpn_device_certificate_arn,
        images_copied_to=second.region if second else None,
    )
    if second is None:
        return (first,)
    return (
        first,
        Region(
            names=names.at_second(second.region),
            zones=second.zones,
            address_space=second.address_space,
            serving=second.serving,
            failover="SECONDARY",
            device_certificate_arn=options.second_vpn_device_certificate_arn,
            images_copied_to=None,
        ),
    )


class RunningRooms:
    """Network, edge and services of one region.

    `log_bucket` and `alarm_topic_arn` are of the same region. `certificate_proof` is that of the first region's
    certificate, in the second.
    """

    def __init__(
        self,
        region: Region,
        *,
        settings: Settings,
        options: CloudIntegratedOptions,
        access: Access,
        keys: Keys,
        data: Data,
        log_bucket: pulumi.Input[str],
        alarm_topic_arn: pulumi.Input[str],
        certificate_proof: pulumi.Input[str] | None,
        below: pulumi.ResourceOptions,
    ) -> None:
        protect = settings.hosts_somebody
        self.network = Network(
            names=region.names,
            zones=region.zones,
            address_space=region.address_space,
            size=settings.size,
            serving=region.serving,
            vpn_access=_vpn_access(region, settings, options),
            hosted_zone_id=options.hosted_zone_id,
            boundary_arn=access.boundary_arn,
            logs_key_arn=keys.logs_key_arn,
            retention_days=settings.log_retention_days,
            protect=protect,
            stays=region.stays,
            options=below,
        )
        self.edge = Edge(
            names=region.names,
            portal_domain=settings.portal_domain,
            hosted_zone_id=options.hosted_zone_id,
            certificate_proof=certificate_proof,
            vpc_id=self.network.vpc_id,
            subnet_ids=self.network.subnet_ids["public"],
            security_group_id=self.network.security_group_ids["edge"],
            log_bucket=log_bucket,
            logs_key_arn=keys.logs_key_arn,
            retention_days=settings.log_retention_days,
            alarm_topic_arn=alarm_topic_arn,
            serving=region.serving,
            failover=region.failover,
            protect=protect,
            options=below,
        )
        Services(
            names=region.names,
            images=options.images.model_dump(),
            zones=region.zones,
            subnet_ids=list(self.network.subnet_ids["private"].values()),
            network_paths=self.network.paths,
            security_group_ids=self.network.security_group_ids,
            target_groups=self.edge.target_groups,
            rules=self.edge.rules,
            stores=Stores(
                table_arn=data.table_arn,
                queue_arn=data.queue_arn,
                key_arn=keys.data_key_arn,
                tenant_data_role_arn=access.tenant_data_role_arn,
            ),
            token_role_arn=access.token_role_arn,
            boundary_arn=access.boundary_arn,
            logs_key_arn=keys.logs_key_arn,
            secrets_key_arn=keys.secrets_key_arn,
            images_key_arn=keys.images_key_arn,
            images_copied_to=region.images_copied_to,
            retention_days=settings.log_retention_days,
            serving=region.serving,
            options=below,
        )


def _vpn_access(region: Region, settings: Settings, options: CloudIntegratedOptions) -> VpnAccess | None:
    if region.device_certificate_arn is None:
        return None
    prefix = "vpn" if region.failover != "SECONDARY" else "vpn-2"
    return VpnAccess(
        domain=f"{prefix}.{settings.portal_domain}",
        client_range=settings.vpn_address_space,
        identity_provider_arn=options.identity_provider_arn,
        device_certificate_arn=region.device_certificate_arn,
        groups=options.vpn_groups,
    )
