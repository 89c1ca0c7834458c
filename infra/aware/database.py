"""The database that tenants share: ids and pointers, and content only wrapped with the tenant's key.

Aware document, 6.b (encryption in transmission), 6.c (at rest), 8.a and 8.b (a zone or a region can fail).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_azure_native import dbforpostgresql, managedidentity

from infra.aware.audit import Audit
from infra.aware.managed_identity import managed_identity
from infra.aware.placement import Placement
from infra.aware.vault import WrappingKey, let_wrap

VERSION: Final = dbforpostgresql.PostgresMajorVersion.POSTGRES_MAJOR_VERSION_17

SKU: Final = "Standard_D4ds_v5"
"""General purpose: burstable servers have neither a second zone nor a customer's key."""

PUBLIC_ZONE: Final = "postgres.database.azure.com"
"""Where a server's name is found; from there its private address, by the zone that the network resolves."""

DATABASE: Final = "aware"
"""The one database of the server, in which each tenant's rows are."""

STORAGE_GIB: Final = 128

PARAMETERS: Final[Mapping[str, str]] = {
    "require_secure_transport": "on",
    "ssl_min_protocol_version": "TLSv1.3",
    "azure.extensions": "PGAUDIT",
    # Takes effect with a restart, which Azure leaves to us: docs/runbooks/aware-failover.md, "After the first up".
    "shared_preload_libraries": "pg_stat_statements,pgaudit",
    # Each reading and writing is logged, and each change of rights and tables (Aware document, 5.c) ...
    "pgaudit.log": "ddl,read,role,write",
    # ... without the values of its parameters, since logs hold no content of the tenants. A value that is written into
    # the statement itself is logged with it: services send values as parameters only, and content wrapped.
    "pgaudit.log_parameter": "off",
    "log_connections": "on",
    "log_disconnections": "on",
    "connection_throttle.enable": "on",
}
"""Server parameters (Azure documentation, "Server parameters in Azure Database for PostgreSQL", and "Audit
logging")."""


class Database(pulumi.ComponentResource):
    """A PostgreSQL server in two zones, in a subnet of its own, to which Entra alone signs in.

    The one administrator is the identity under which the job runs that migrates the schema (`infra.aware.migration`):
    no person has a standing right to the data. Backups are also kept in the paired region, under a key and identity
    that lie there.
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        subnet_id: pulumi.Input[str],
        private_zone_id: pulumi.Input[str],
        key: WrappingKey,
        copy_key: WrappingKey,
        copy_region: str,
        backup_days: int,
        replicated: bool,
        options: pulumi.ResourceOptions,
    ) -> None:
        """`replicated` says whether the second region has a replica, which may come to be the server that writes."""
        super().__init__("hosting:aware:Database", name, {}, options)
        self._placement = placement
        identity = _identity("database", region=placement.region, placement=placement, parent=self)
        copy_identity = _identity("database-copy", region=copy_region, placement=placement, parent=self)
        may_wrap = [
            *_let("database", key, identity, placement=placement, parent=self),
            *_let("database-copy", copy_key, copy_identity, placement=placement, parent=self),
        ]
        server = dbforpostgresql.Server(
            "main",
            server_name=placement.name("psql"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            version=VERSION,
            sku=dbforpostgresql.SkuArgs(name=SKU, tier=dbforpostgresql.SkuTier.GENERAL_PURPOSE),
            storage=_storage(),
            identity=_identities(identity, copy_identity),
            data_encryption=dbforpostgresql.DataEncryptionArgs(
                type=dbforpostgresql.DataEncryptionType.AZURE_KEY_VAULT,
                primary_key_uri=key.key_uri,
                primary_user_assigned_identity_id=identity.id,
                geo_backup_key_uri=copy_key.key_uri,
                geo_backup_user_assigned_identity_id=copy_identity.id,
            ),
            auth_config=_entra_only(placement),
            network=_private(subnet_id, private_zone_id),
            # Which zone is whose is left to Azure: the two change places with each failover.
            high_availability=dbforpostgresql.HighAvailabilityArgs(
                mode=dbforpostgresql.PostgreSqlFlexibleServerHighAvailabilityMode.ZONE_REDUNDANT
            ),
            backup=dbforpostgresql.BackupArgs(
                backup_retention_days=backup_days,
                geo_redundant_backup=dbforpostgresql.GeographicallyRedundantBackup.ENABLED,
            ),
            maintenance_window=_maintenance(),
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=True,
                depends_on=may_wrap,
                custom_timeouts=pulumi.CustomTimeouts(create="2h", update="2h"),
            ),
        )
        audit.collect_content("database", server.id, parent=self)
        configured = _configure(server, placement=placement, parent=self)
        database = dbforpostgresql.Database(
            DATABASE,
            database_name=DATABASE,
            charset="UTF8",
            collation="en_US.utf8",
            server_name=server.name,
            resource_group_name=placement.resource_group_name,
            # To delete it is to delete every tenant's rows. Azure changes one thing at a time on a server and refuses
            # the next until it is done.
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=[configured]),
        )
        self.identity_id: pulumi.Output[str] = identity.id
        """The identity that opens the server's key."""
        self.administrator = _identity(
            "database-administrator", region=placement.region, placement=placement, parent=self
        )
        self.settled: pulumi.Resource = dbforpostgresql.AdministratorsMicrosoftEntra(
            "database-administrator",
            object_id=self.administrator.principal_id,
            principal_name=self.administrator.name,
            principal_type="ServicePrincipal",  # the SDK's PrincipalType is of another kind of server
            tenant_id=placement.entra_tenant_id,
            server_name=server.name,
            resource_group_name=placement.resource_group_name,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[database]),
        )
        """The last of the changes that are made on the server: from then on it takes others."""
        self.database_name: pulumi.Output[str] = database.name
        self.server_id: pulumi.Output[str] = server.id
        self.server_name: pulumi.Output[str] = server.name
        self.host: pulumi.Output[str] = (
            pulumi.Output.from_input(f"{writer_name(placement)}.writer.{PUBLIC_ZONE}")
            if replicated
            else pulumi.Output.concat(server.name, ".", PUBLIC_ZONE)
        )
        """The name of the server that writes, to which the services connect."""
        self.register_outputs({"serverName": server.name})


class Replica(pulumi.ComponentResource):
    """The database's read replica in the second region, under a key of that region, and the name that follows the
    writer.

    Applications connect to the virtual endpoint's writer: it leads to whichever server writes, so that a promotion
    changes no setting of theirs. A replica has no second zone of its own until it is promoted (Azure documentation,
    "Read replicas in Azure Database for PostgreSQL").
    """

    def __init__(
        self,
        name: str,
        *,
        placement: Placement,
        audit: Audit,
        subnet_id: pulumi.Input[str],
        private_zone_id: pulumi.Input[str],
        key: WrappingKey,
        database: Database,
        database_placement: Placement,
        reached_by: Sequence[pulumi.Resource],
        options: pulumi.ResourceOptions,
    ) -> None:
        """`reached_by` is what lets the two servers find and reach each other, by which the replica is filled."""
        super().__init__("hosting:aware:Replica", name, {}, options)
        identity = _identity("database", region=placement.region, placement=placement, parent=self)
        may_wrap = _let("database", key, identity, placement=placement, parent=self)
        server = dbforpostgresql.Server(
            placement.label("main"),
            server_name=placement.name("psql"),
            resource_group_name=placement.resource_group_name,
            location=placement.region,
            create_mode=dbforpostgresql.CreateMode.REPLICA,
            source_server_resource_id=database.server_id,
            version=VERSION,
            sku=dbforpostgresql.SkuArgs(name=SKU, tier=dbforpostgresql.SkuTier.GENERAL_PURPOSE),
            storage=_storage(),
            identity=_identities(identity),
            data_encryption=dbforpostgresql.DataEncryptionArgs(
                type=dbforpostgresql.DataEncryptionType.AZURE_KEY_VAULT,
                primary_key_uri=key.key_uri,
                primary_user_assigned_identity_id=identity.id,
            ),
            auth_config=_entra_only(placement),
            network=_private(subnet_id, private_zone_id),
            maintenance_window=_maintenance(),
            tags=placement.tags("main"),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=True,
                # While a replica is made, Azure refuses other changes of the server that it is made from.
                depends_on=[*may_wrap, database.settled, *reached_by],
                custom_timeouts=pulumi.CustomTimeouts(create="4h", update="2h"),
            ),
        )
        audit.collect_content(placement.label("database"), server.id, parent=self)
        configured = _configure(server, placement=placement, parent=self)
        dbforpostgresql.VirtualEndpoint(
            "writer",
            virtual_endpoint_name=writer_name(database_placement),
            endpoint_type=dbforpostgresql.VirtualEndpointType.READ_WRITE,
            members=[server.name],
            server_name=database.server_name,
            resource_group_name=database_placement.resource_group_name,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[configured]),
        )
        self.server_id: pulumi.Output[str] = server.id
        self.register_outputs({"serverName": server.name})


def writer_name(placement: Placement) -> str:
    """The name of the virtual endpoint, by the placement of the first region."""
    return placement.name("psql", "any")


def _identity(
    name: str, *, region: str, placement: Placement, parent: pulumi.Resource
) -> managedidentity.UserAssignedIdentity:
    # Without it the server can't open its key, and refuses every connection.
    kept = pulumi.ResourceOptions(parent=parent, protect=True)
    return managed_identity(name, placement=placement, options=kept, region=region)


def _let(
    name: str,
    key: WrappingKey,
    identity: managedidentity.UserAssignedIdentity,
    *,
    placement: Placement,
    parent: pulumi.Resource,
) -> list[pulumi.Resource]:
    return let_wrap(
        placement.label(name),
        key,
        identity.principal_id,
        placement=placement,
        options=pulumi.ResourceOptions(parent=parent, protect=True),
    )


def _identities(*identities: managedidentity.UserAssignedIdentity) -> dbforpostgresql.UserAssignedIdentityArgs:
    return dbforpostgresql.UserAssignedIdentityArgs(
        type=dbforpostgresql.IdentityType.USER_ASSIGNED,
        user_assigned_identities=pulumi.Output.all(*(identity.id for identity in identities)).apply(
            lambda ids: {each: dbforpostgresql.UserIdentityArgs() for each in ids}
        ),
    )


def _entra_only(placement: Placement) -> dbforpostgresql.AuthConfigArgs:
    return dbforpostgresql.AuthConfigArgs(
        active_directory_auth=dbforpostgresql.MicrosoftEntraAuth.ENABLED,
        password_auth=dbforpostgresql.PasswordBasedAuth.DISABLED,
        tenant_id=placement.entra_tenant_id,
    )


def _private(subnet_id: pulumi.Input[str], private_zone_id: pulumi.Input[str]) -> dbforpostgresql.NetworkArgs:
    return dbforpostgresql.NetworkArgs(
        delegated_subnet_resource_id=subnet_id,
        private_dns_zone_arm_resource_id=private_zone_id,
        public_network_access=dbforpostgresql.ServerPublicNetworkAccessState.DISABLED,
    )


def _storage() -> dbforpostgresql.StorageArgs:
    return dbforpostgresql.StorageArgs(
        storage_size_gb=STORAGE_GIB,
        auto_grow=dbforpostgresql.StorageAutoGrow.ENABLED,
        # The newer type, PremiumV2, has no geo-redundant backup.
        type=dbforpostgresql.StorageType.PREMIUM_LRS,
    )


def _maintenance() -> dbforpostgresql.MaintenanceWindowArgs:
    """Sunday, from 3 o'clock (UTC) on."""
    return dbforpostgresql.MaintenanceWindowArgs(custom_window="Enabled", day_of_week=0, start_hour=3, start_minute=0)


def _configure(server: dbforpostgresql.Server, *, placement: Placement, parent: pulumi.Resource) -> pulumi.Resource:
    """Sets PARAMETERS, one after the other, since a server takes one change at a time. Gives the last one set."""
    last: pulumi.Resource = server
    for parameter, value in PARAMETERS.items():
        last = dbforpostgresql.Configuration(
            placement.label(parameter.replace("_", "-").replace(".", "-")),
            configuration_name=parameter,
            value=value,
            source="user-override",
            server_name=server.name,
            resource_group_name=placement.resource_group_name,
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[last]),
        )
    return last
