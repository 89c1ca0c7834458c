"""Cloud Integrated on AWS: one component a room, and what belongs to each tenant."""

import pulumi
import pulumi_aws

from infra.cloud_integrated.access import Access
from infra.cloud_integrated.audit import Audit
from infra.cloud_integrated.data import Data
from infra.cloud_integrated.edge import Edge
from infra.cloud_integrated.keys import Keys
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.network import Network
from infra.cloud_integrated.recovery import Recovery
from infra.cloud_integrated.services import Services
from infra.cloud_integrated.tenant import TenantRooms, tenant
from infra.cloud_integrated.trail import trail_arn
from infra.settings import Settings, SettingsError


class CloudIntegrated(pulumi.ComponentResource):
    """The whole service in one account and region.

    `portal_url` is where customers go, `vpn_endpoint` the DNS name that engineers' VPN clients connect to,
    `tenant_keys` the ARN of each tenant's key. Raises SettingsError when the settings are of another service.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__("hosting:cloud_integrated:CloudIntegrated", settings.service, {}, None)
        options = settings.cloud_integrated
        if options is None:
            raise SettingsError("cloudIntegrated is missing: the service cloud-integrated needs it")
        names = Names.of(settings)
        provider = pulumi_aws.Provider(
            "aws",
            pulumi_aws.ProviderArgs(region=settings.region, allowed_account_ids=[names.account_id]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        below = pulumi.ResourceOptions(parent=self, providers=[provider])

        second = None if settings.second_region is None else names.at_second(settings.second_region.region)
        access = Access(
            names=names,
            second=second,
            identity_provider_arn=options.identity_provider_arn,
            break_glass_principal_arn=options.break_glass_principal_arn,
            trail_bucket=names.physical("trail-logs"),
            options=below,
        )
        keys_of_site = {
            site: Keys(
                names=site,
                trail_arn=trail_arn(names),
                auditor_role_arn=access.auditor_role_arn,
                options=below,
            )
            for site in (names, second)
            if site is not None
        }
        keys = keys_of_site[names]
        audit = Audit(
            names=names,
            second=second,
            identity_provider_arn=options.identity_provider_arn,
            trail_key_arn=keys.trail_key_arn,
            logs_key_arn=keys.logs_key_arn,
            alarms_key_arn=keys.alarms_key_arn,
            boundary_arn=access.boundary_arn,
            on_call_email=settings.on_call_email,
            retention_days=settings.log_retention_days,
            options=below,
        )
        if second is not None:
            audit.at_second(
                second,
                logs_key_arn=keys_of_site[second].logs_key_arn,
                alarms_key_arn=keys_of_site[second].alarms_key_arn,
            )
        network = Network(
            names=names,
            zones=settings.zones,
            address_space=settings.address_space,
            vpn_address_space=settings.vpn_address_space,
            vpn_domain=f"vpn.{settings.portal_domain}",
            vpn_identity_provider_arn=options.identity_provider_arn,
            vpn_groups=options.vpn_groups,
            hosted_zone_id=options.hosted_zone_id,
            logs_key_arn=keys.logs_key_arn,
            retention_days=settings.log_retention_days,
            options=below,
        )
        edge = Edge(
            names=names,
            portal_domain=settings.portal_domain,
            hosted_zone_id=options.hosted_zone_id,
            vpc_id=network.vpc_id,
            subnet_ids=network.public_subnet_ids,
            security_group_id=network.edge_security_group_id,
            log_bucket=audit.edge_log_bucket,
            protect=any(tenant.is_protected for tenant in settings.tenants),
            options=below,
        )
        Services(
            names=names,
            image=f"{names.account_id}.dkr.ecr.{names.region}.amazonaws.com/cloud-integrated@{options.images.portal}",
            zones=settings.zones,
            subnet_ids=network.private_subnet_ids,
            security_group_id=network.services_security_group_id,
            target_group_arn=edge.target_group_arn,
            listener=edge.listener,
            logs_key_arn=keys.logs_key_arn,
            retention_days=settings.log_retention_days,
            options=below,
        )
        sites: list[TenantRooms] = []
        for site, site_keys in keys_of_site.items():
            data = Data(
                names=site,
                data_key_arn=site_keys.data_key_arn,
                deletion_policy_days=settings.retention.deletion_policy_days,
                replica_of=sites[0].data.table_arn if sites else None,
                options=below,
            )
            recovery = Recovery(
                names=site,
                backup_key_arn=site_keys.backup_key_arn,
                backup_role_arn=access.tenant_users.backup,
                restore_role_arn=access.tenant_users.restore,
                deletion_policy_days=settings.retention.deletion_policy_days,
                options=below,
            )
            sites.append(TenantRooms(keys=site_keys, data=data, recovery=recovery))
        sites[0].recovery.table_plan(
            table_arn=sites[0].data.table_arn, copy_to=sites[1].recovery.table_vault if len(sites) > 1 else None
        )
        self.portal_url = edge.portal_url
        self.vpn_endpoint = network.vpn_endpoint
        self.tenant_keys = pulumi.Output.from_input(
            {
                row.id: tenant(
                    row,
                    access=access,
                    sites=sites,
                    options=pulumi.ResourceOptions(parent=self, providers=[provider], protect=row.is_protected),
                )
                for row in settings.tenants
            }
        )
        self.register_outputs(
            {
                "service": settings.service,
                "jurisdiction": settings.jurisdiction,
                "region": settings.region,
                "stack": settings.stack,
            }
        )
