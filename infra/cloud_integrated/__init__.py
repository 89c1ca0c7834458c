"""Cloud Integrated on AWS: one component a room, and what belongs to each tenant."""

import pulumi
import pulumi_aws

from infra.cloud_integrated.access import Access
from infra.cloud_integrated.audit import Audit, RegionalAudit
from infra.cloud_integrated.data import Data
from infra.cloud_integrated.keys import Keys
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.recovery import Recovery
from infra.cloud_integrated.region import RunningRooms, regions
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
            pulumi_aws.ProviderArgs(
                region=settings.region,
                # The provider first asks STS whose account it is: not that of the region which a failover has lost.
                sts_region=settings.second_region.region if settings.second_region else None,
                allowed_account_ids=[names.account_id],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        below = pulumi.ResourceOptions(parent=self, providers=[provider])

        sites = regions(settings, options)
        second = sites[1].names if len(sites) > 1 else None
        access = Access(
            names=names,
            second=second,
            identity_provider_arn=options.identity_provider_arn,
            break_glass_principal_arn=options.break_glass_principal_arn,
            trail_bucket=names.physical("trail-logs"),
            options=below,
        )
        keys = {
            site.names: Keys(names=site.names, restore_role_arn=access.tenant_users.restore, options=below)
            for site in sites
        }
        audit = Audit(
            names=names,
            second=second,
            identity_provider_arn=options.identity_provider_arn,
            trail_key_arn=keys[names].trail_key(trail_arn=trail_arn(names), auditor_role_arn=access.auditor_role_arn),
            logs_key_arn=keys[names].logs_key_arn,
            alarms_key_arn=keys[names].alarms_key_arn,
            boundary_arn=access.boundary_arn,
            on_call_email=settings.on_call_email,
            retention_days=settings.log_retention_days,
            options=below,
        )
        watches: dict[Names, Audit | RegionalAudit] = {names: audit}
        if second is not None:
            watches[second] = audit.at_second(
                second, logs_key_arn=keys[second].logs_key_arn, alarms_key_arn=keys[second].alarms_key_arn
            )
        rooms: list[TenantRooms] = []
        running: list[RunningRooms] = []
        for site in sites:
            data = Data(
                names=site.names,
                data_key_arn=keys[site.names].data_key_arn,
                deletion_policy_days=settings.retention.deletion_policy_days,
                protect=settings.hosts_somebody,
                replica_of=rooms[0].data.table_arn if rooms else None,
                options=below,
            )
            recovery = Recovery(
                names=site.names,
                backup_key_arn=keys[site.names].backup_key_arn,
                backup_role_arn=access.tenant_users.backup,
                restore_role_arn=access.tenant_users.restore,
                restore_tests_key_arn=keys[site.names].restore_tests_key_arn,
                data_key_arn=keys[site.names].data_key_arn,
                deletion_policy_days=settings.retention.deletion_policy_days,
                options=below,
            )
            rooms.append(TenantRooms(keys=keys[site.names], data=data, recovery=recovery))
            here = RunningRooms(
                site,
                settings=settings,
                options=options,
                access=access,
                keys=keys[site.names],
                data=data,
                log_bucket=watches[site.names].edge_log_bucket,
                alarm_topic_arn=watches[site.names].topic_arn,
                certificate_proof=running[0].edge.proof if running else None,
                below=below,
            )
            if here.network.vpn_log_group_name is not None:
                watches[site.names].watch_log("vpn-connections", here.network.vpn_log_group_name)
            running.append(here)
        rooms[0].recovery.table_plan(
            table_arn=rooms[0].data.table_arn, copy_to=rooms[1].recovery.table_vault if second is not None else None
        )
        self.portal_url = running[0].edge.portal_url
        self.vpn_endpoint = running[0].network.vpn_endpoint
        self.tenant_keys = pulumi.Output.from_input(
            {
                row.id: tenant(
                    row,
                    access=access,
                    sites=rooms,
                    options=pulumi.ResourceOptions(parent=self, providers=[provider], protect=row.is_protected),
                )
                for row in settings.tenants
            }
        )
        self.register_outputs(
            {
                "service": settings.service,
                "region": settings.region,
                "stack": settings.stack,
                **settings.terms,
            }
        )
