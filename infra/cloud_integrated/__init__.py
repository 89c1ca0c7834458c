"""Cloud Integrated on AWS: one component a room, and what belongs to each tenant."""

import pulumi
import pulumi_aws

from infra.cloud_integrated.audit import Audit, trail_arn
from infra.cloud_integrated.data import Data
from infra.cloud_integrated.edge import Edge
from infra.cloud_integrated.keys import Keys
from infra.cloud_integrated.names import Names
from infra.cloud_integrated.network import Network
from infra.cloud_integrated.services import Services
from infra.settings import Settings, SettingsError
from infra.tenants import Tenant, TenantResources


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

        self._keys = Keys(names=names, trail_arn=trail_arn(names), options=below)
        audit = Audit(
            names=names,
            trail_key_arn=self._keys.trail_key_arn,
            logs_key_arn=self._keys.logs_key_arn,
            retention_days=settings.log_retention_days,
            options=below,
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
            logs_key_arn=self._keys.logs_key_arn,
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
        self._services = Services(
            names=names,
            image=f"{names.account_id}.dkr.ecr.{names.region}.amazonaws.com/cloud-integrated@{options.images.portal}",
            zones=settings.zones,
            subnet_ids=network.private_subnet_ids,
            security_group_id=network.services_security_group_id,
            target_group_arn=edge.target_group_arn,
            listener=edge.listener,
            logs_key_arn=self._keys.logs_key_arn,
            retention_days=settings.log_retention_days,
            options=below,
        )
        self._data = Data(names=names, options=below)
        self.portal_url = edge.portal_url
        self.vpn_endpoint = network.vpn_endpoint
        self.tenant_keys = pulumi.Output.from_input(
            {tenant.id: self._tenant(tenant, names, provider) for tenant in settings.tenants}
        )
        self.register_outputs(
            {
                "service": settings.service,
                "jurisdiction": settings.jurisdiction,
                "region": settings.region,
                "stack": settings.stack,
            }
        )

    def _tenant(self, tenant: Tenant, names: Names, provider: pulumi_aws.Provider) -> pulumi.Output[str]:
        """Everything of one tenant; gives the ARN of its key."""
        resources = TenantResources(
            tenant, pulumi.ResourceOptions(parent=self, providers=[provider], protect=tenant.is_protected)
        )
        role = self._services.task_role_arn
        bucket_arn = names.bucket_arn(names.tenant_bucket(tenant.id))
        key_arn = self._keys.tenant_key(resources, bucket_arn=bucket_arn, used_by=role)
        self._data.tenant_bucket(resources, key_arn=key_arn, used_by=role)
        return key_arn
