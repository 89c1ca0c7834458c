"""The Aware service in Azure: one component a room, put together here."""

import pulumi
import pulumi_azure_native as azure_native
from pulumi_azure_native import resources

from infra.aware.access import Access
from infra.aware.alarms import Alarms
from infra.aware.audit import Audit
from infra.aware.audit_copy import AuditCopy
from infra.aware.data import Data
from infra.aware.defender import Defender
from infra.aware.edge import Edge
from infra.aware.flow_logs import FlowLogs
from infra.aware.keys import Keys
from infra.aware.migration import Migration
from infra.aware.network import Network
from infra.aware.placement import Placement, common_tags
from infra.aware.private_queries import PrivateQueries
from infra.aware.recoverers import Recoverers
from infra.aware.recovery import Recovery
from infra.aware.registry import Registry
from infra.aware.resource_policies import ResourcePolicies
from infra.aware.sentinel import Sentinel
from infra.aware.service_roles import ServiceRoles
from infra.aware.services import Services
from infra.aware.standby import Standby
from infra.aware.tokens import Tokens, signers
from infra.settings import Settings
from infra.tenants import TenantResources


class Aware(pulumi.ComponentResource):
    """Signal, Spotlight, Search and Discover, and Data Management for many customers, in one Azure region.

    Raises ValueError for the settings of another service.
    """

    portal_url: pulumi.Output[str]
    """Where customers' browsers go."""
    vpn_endpoint: pulumi.Output[str | None]
    """The address of the VPN gateway, through which engineers reach the private network."""
    tenant_keys: pulumi.Output[dict[str, str]]
    """Tenant id -> the Key Vault identifier of the tenant's key, without a version."""

    def __init__(self, settings: Settings) -> None:
        if settings.aware is None:
            raise ValueError(f"stack {settings.stack} hosts {settings.service}, not aware")
        provider = azure_native.Provider(
            "azure-native",
            subscription_id=settings.aware.allowed_subscription_ids[0],
            tenant_id=settings.aware.entra_tenant_id,
            location=settings.region,
        )
        super().__init__("hosting:aware:Aware", "aware", {}, pulumi.ResourceOptions(providers=[provider]))
        below = pulumi.ResourceOptions(parent=self)

        group = resources.ResourceGroup(
            "main",
            resource_group_name=f"rg-{settings.name_prefix}-{settings.stack}",
            location=settings.region,
            tags={"Name": "main", **common_tags(settings)},
            # To delete it is to delete everything in it.
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        placement = Placement.of(settings, resource_group_name=group.name)
        second = settings.second_region
        tenants = [TenantResources(tenant, below) for tenant in settings.tenants]

        audit = Audit(
            "audit",
            placement=placement,
            retention_days=settings.log_retention_days,
            deletion_policy_days=settings.retention.deletion_policy_days,
            options=below,
        )
        alarms = Alarms(
            "alarms",
            placement=placement,
            audit=audit,
            on_call_email=settings.on_call_email,
            on_call_phone=settings.aware.on_call_phone,
            options=below,
        )
        Defender("defender", placement=placement, on_call_email=settings.on_call_email, options=below)
        sentinel = Sentinel(
            "sentinel",
            placement=placement,
            audit=audit,
            break_glass_user_ids=settings.aware.break_glass_user_ids,
            groups=settings.aware.access_groups,
            deployer_id=settings.aware.deployer_id,
            signer_ids=signers(placement, *([placement.at(second, resource_group_name="")] if second else [])),
            replicated=second is not None,
            options=below,
        )
        network = Network(
            "network",
            placement=placement,
            audit=audit,
            address_space=settings.address_space,
            vpn_address_space=settings.vpn_address_space,
            size=settings.size,
            other_address_space=second.address_space if second else None,
            options=below,
        )
        private_queries = PrivateQueries(
            "private-queries", placement=placement, audit=audit, private_links=network.private_links, options=below
        )
        keys = Keys(
            "keys",
            placement=placement,
            audit=audit,
            private_links=network.private_links,
            tenants=tenants,
            key_store=settings.aware.key_store,
            administrators_id=settings.aware.access_groups.key_operators,
            options=below,
        )
        keys.announce_expiry(alarms.action_group_id)
        audit_copy = AuditCopy(
            "audit-copy",
            placement=placement,
            audit=audit,
            private_links=network.private_links,
            key=keys.platform_keys["audit"],
            retention_days=settings.log_retention_days,
            immutability=settings.aware.audit_copy,
            vpn_gateway_id=network.vpn_gateway_id,
            options=below,
        )
        flow_logs = FlowLogs(
            "flow-logs",
            placement=placement,
            audit=audit,
            virtual_network=network,
            key=keys.platform_key,
            retention_days=settings.log_retention_days,
            options=below,
        )
        tokens = Tokens(
            "tokens",
            placement=placement,
            audit=audit,
            private_links=network.private_links,
            portal_domain=settings.portal_domain,
            options=below,
        )
        tokens.vault.announce_expiry(alarms.action_group_id)
        data = Data(
            "data",
            placement=placement,
            audit=audit,
            network=network,
            keys=keys,
            deletion_policy_days=settings.retention.deletion_policy_days,
            portal_domain=settings.portal_domain,
            replicated=second is not None,
            tenants=tenants,
            options=below,
        )
        registry = Registry(
            "registry",
            placement=placement,
            audit=audit,
            private_links=network.private_links,
            copy_region=second.region if second else None,
            options=below,
        )
        services = Services(
            "services",
            placement=placement,
            audit=audit,
            subnet_id=network.subnet_ids["apps"],
            registry=registry,
            images=settings.aware.images,
            endpoints=endpoints(keys, data),
            tokens=tokens,
            serving=True,
            options=below,
        )
        Migration(
            "migration",
            placement=placement,
            environment_id=services.environment_id,
            registry=registry,
            digest=settings.aware.images.migration,
            database=data.database,
            options=below,
        )
        edge = Edge(
            "edge",
            placement=placement,
            audit=audit,
            portal_domain=settings.portal_domain,
            services=services,
            options=below,
        )
        roles = ServiceRoles("service-roles", placement=placement, data=data, options=below)
        roles.give(services.identities, placement=placement)
        lasting = {
            "vault-platform": keys.lasting_store_id,
            "vault-signing": tokens.vault.id,
            "vault-copy": data.copy_vault.id,
            "logs": audit.workspace_id,
            "logs-content": audit.content_id,
            "audit-copy": audit_copy.account_id,
        }
        held: list[pulumi.Resource] = [audit, alarms, sentinel, keys, tokens, audit_copy, flow_logs, data, registry]
        vault_ids = {**keys.vault_ids, "signing": tokens.vault.id, "copy": data.copy_vault.id}
        standby_placement: Placement | None = None
        group_ids: dict[str, pulumi.Input[str]] = {"main": group.id}
        if second is not None:
            standby = Standby(
                "standby",
                region=second,
                first=placement,
                audit=audit,
                network=network,
                address_space=settings.address_space,
                vpn_address_space=settings.vpn_address_space,
                size=settings.size,
                keys=keys,
                data=data,
                registry=registry,
                images=settings.aware.images,
                endpoints=endpoints(keys, data),
                tokens=tokens,
                private_queries=private_queries,
                edge=edge,
                log_retention_days=settings.log_retention_days,
                options=below,
            )
            standby.vault.announce_expiry(alarms.action_group_id)
            roles.give(standby.services.identities, placement=standby.services.placement)
            lasting |= standby.lasting
            vault_ids["platform-2"] = standby.vault.id
            group_ids["main-2"] = standby.group_id
            standby_placement = standby.services.placement
            held.append(standby)
        access = Access(
            "access",
            placement=placement,
            groups=settings.aware.access_groups,
            workspace_id=audit.workspace_id,
            content_id=audit.content_id,
            audit_copy_id=audit_copy.account_id,
            storage_id=data.storage.account_id,
            index_ids=data.search.index_ids,
            cases=settings.aware.cases,
            vault_ids=vault_ids,
            second_group_name=standby_placement.resource_group_name if standby_placement else None,
            options=below,
        )
        recoverers = Recoverers(
            "recoverers",
            placement=placement,
            second=standby_placement,
            group_id=settings.aware.access_groups.recoverers,
            storage_id=data.storage.account_id,
            database_identity_id=data.database.identity_id,
            options=below,
        )
        held += [
            access,
            recoverers,
            ResourcePolicies(
                "resource-policies",
                placement=placement,
                group_ids={**group_ids, "drills": recoverers.drills_id},
                options=below,
            ),
        ]
        Recovery(
            "recovery",
            placement=placement,
            audit=audit,
            storage=data.storage,
            key=keys.platform_keys["backup"],
            recoverable=data.recoverable,
            locked=lasting,
            held=held,
            options=below,
        )
        self.portal_url = edge.portal_url
        self.vpn_endpoint = network.vpn_endpoint
        self.tenant_keys = pulumi.Output.all(*(key.key_uri for key in keys.tenant_keys.values())).apply(
            lambda identifiers: dict(zip(keys.tenant_keys, identifiers, strict=True))
        )
        self.register_outputs(
            {
                "service": settings.service,
                "region": settings.region,
                "stack": settings.stack,
                **settings.terms,
            }
        )


def endpoints(keys: Keys, data: Data) -> dict[str, pulumi.Output[str]]:
    """What the services have to know of the other rooms, as environment variables: addresses, nothing secret."""
    return {
        "VAULT_URI": keys.tenants_store_uri,
        "BLOBS_URL": pulumi.Output.concat("https://", data.storage.account_name, ".blob.core.windows.net"),
        # The copy in the paired region, minutes old: read only, while the first one doesn't answer.
        "BLOBS_SECONDARY_URL": pulumi.Output.concat(
            "https://", data.storage.account_name, "-secondary.blob.core.windows.net"
        ),
        "DATABASE_HOST": data.database.host,
        "DATABASE_NAME": data.database.database_name,
        "EVENTS_HOST": pulumi.Output.concat(data.ingestion.namespace_name, ".servicebus.windows.net"),
        "SEARCH_URL": pulumi.Output.concat("https://", data.search.service_name, ".search.windows.net"),
    }
