"""PostgreSQL flexible servers: who signs in, under which key, how many zones, and how each server is hardened."""

from collections.abc import Mapping
from typing import Final

from policies.entra import own_tenant
from policies.rbac.directory import Directory
from policies.references import means
from policies.resources import Resource, Stack
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.tables import tls_setting

SERVER: Final = "azure-native:dbforpostgresql:Server"
PARAMETER: Final = "azure-native:dbforpostgresql:Configuration"
ADMINISTRATOR: Final = "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra"
ENDPOINT: Final = "azure-native:dbforpostgresql:VirtualEndpoint"
SETTING: Final = "azure-native:monitor:DiagnosticSetting"
IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
JOB: Final = "azure-native:app:Job"

_OLDEST_VERSION: Final = 15
"""Older ones get no more security fixes when the community ends them (PostgreSQL, "Versioning policy")."""

_LIBRARIES: Final = frozenset({"pg_stat_statements", "pgaudit"})
_AUDITED: Final = frozenset({"ddl", "read", "role", "write"})

_EXACTLY: Final[Mapping[str, frozenset[str]]] = {
    "azure.extensions": frozenset({"pgaudit"}),
    "connection_throttle.enable": frozenset({"on"}),
    "log_connections": frozenset({"on"}),
    "log_disconnections": frozenset({"on"}),
    "pgaudit.log": _AUDITED,
    # Values of parameters may be customers' words.
    "pgaudit.log_parameter": frozenset({"off"}),
    "require_secure_transport": frozenset({"on"}),
    "shared_preload_libraries": _LIBRARIES,
}
"""What each parameter of a server has to be, a list in whatever order (CIS, "Microsoft Azure Database Services
Benchmark"; Azure documentation, "Audit logging in Azure Database for PostgreSQL"). Of TLS tls.toml says it."""

_TLS: Final = "ssl_min_protocol_version"


@rule(SERVER)
def database_takes_entra_sign_in_only(server: Resource) -> Findings:
    """A password of the database is known to whoever ever had it; an identity of Entra ends with its owner."""
    sign_in = server.part("auth_config")
    if sign_in.get("active_directory_auth", "Disabled") != "Enabled":
        yield "nobody can sign in with Entra ID: set auth_config.active_directory_auth to Enabled"
    if sign_in.get("password_auth", "Enabled") != "Disabled":
        yield "passwords open the database: set auth_config.password_auth to Disabled"
    if server.has("administrator_login") or server.has("administrator_login_password"):
        yield "the database has an administrator of its own: remove administrator_login and its password"


@stack_rule(SERVER, ADMINISTRATOR)
def database_trusts_own_tenant_only(resource: Resource, stack: Stack) -> Findings:
    """Whoever signs in at a tenant of Entra ID that isn't ours is let in by people whom we don't know."""
    settings = resource.part("auth_config") if resource.resource_type == SERVER else resource
    if settings.get("tenant_id", None) != own_tenant(resource, stack):
        yield "the database trusts another tenant of Entra ID: set tenant_id to ours"


@rule(SERVER)
def database_is_private(server: Resource) -> Findings:
    """A database that the internet reaches is attacked from everywhere, day and night."""
    network = server.part("network")
    if network.get("public_network_access", "Enabled") != "Disabled":
        yield "the database answers the internet: set network.public_network_access to Disabled"
    for name in ("delegated_subnet_resource_id", "private_dns_zone_arm_resource_id"):
        if not network.has(name):
            yield f"the database lies outside the network: set network.{name}"


@rule(SERVER)
def database_is_under_own_key(server: Resource) -> Findings:
    """What lies under a key of Microsoft's can't be cut off with a key of ours; the copies of the backups neither."""
    encryption = server.part("data_encryption")
    if encryption.get("type", "SystemManaged") != "AzureKeyVault":
        yield "the database is under a key of Microsoft's: set data_encryption.type to AzureKeyVault"
    needed = ["primaryKeyURI", "primary_user_assigned_identity_id"]
    if server.part("backup").get("geo_redundant_backup", "Disabled") == "Enabled":
        needed += ["geoBackupKeyURI", "geo_backup_user_assigned_identity_id"]
    for name in needed:
        if not encryption.has(name):
            yield f"the database, or its backup, has no key of ours: set {name} in data_encryption"
    if not server.part("identity").has("user_assigned_identities"):
        yield "the database can't act as the identity that opens its key: set identity.user_assigned_identities"


@rule(SERVER)
def database_spans_zones(server: Resource) -> Findings:
    """A database in one zone, or on a full disk, stops every service at once."""
    if not _is_replica(server) and server.part("high_availability").get("mode", "Disabled") != "ZoneRedundant":
        yield "the database stands in one zone: set high_availability.mode to ZoneRedundant"
    if server.part("sku").get("tier", "Burstable") == "Burstable":
        yield "the tier has neither a second zone nor a customer's key: set sku.tier to GeneralPurpose"
    if server.part("storage").get("auto_grow", "Disabled") != "Enabled":
        yield "the database stops when its disk is full: set storage.auto_grow to Enabled"


@rule(SERVER)
def database_is_backed_up_elsewhere(server: Resource) -> Findings:
    """What is destroyed is noticed late, and a region can be lost: backups reach back, and lie in two regions."""
    if _is_replica(server):
        not_applicable("a replica is backed up where it is copied from")
    backup = server.part("backup")
    if backup.get("geo_redundant_backup", "Disabled") != "Enabled":
        yield "backups lie in one region: set backup.geo_redundant_backup to Enabled"
    if backup.get("backup_retention_days", 7) < 30:
        yield "backups reach back for less than a month: set backup.backup_retention_days to at least 30"


@stack_rule(SERVER)
def database_backups_end_in_time(server: Resource, stack: Stack) -> Findings:
    """What a customer deletes lives on in the backups: they end within the promised term."""
    if server.part("backup").get("backup_retention_days", 7) > stack.deletion_policy_days:
        yield "backups outlive the term of the deletion policy: shorten backup.backup_retention_days"


@rule(SERVER)
def database_gets_security_fixes(server: Resource) -> Findings:
    """A version that its makers have ended stays open to every flaw that is found in it."""
    if int(server.get("version", 0)) < _OLDEST_VERSION:
        yield f"the version is at its end: set version to at least {_OLDEST_VERSION}"


def _is_replica(server: Resource) -> bool:
    return server.get("create_mode", "Default") in ("Replica", "GeoReplica") or server.has("source_server_resource_id")


@rule(SERVER)
def database_is_new_or_a_replica(server: Resource) -> Findings:
    """Of what was deleted or is set back nobody knows what it holds, and a replica of nothing is an empty database."""
    mode = server.get("create_mode", "Default")
    if mode not in ("Default", "Create", "Replica"):
        yield "the server begins with data that nobody declared: leave create_mode out, or set it to Replica"
    if (mode == "Replica") != server.has("source_server_resource_id"):
        yield "the replica copies nothing: set create_mode to Replica, and source_server_resource_id"


@stack_rule(SERVER)
def database_replica_takes_over(server: Resource, stack: Stack) -> Findings:
    """A replica of a stranger's server has other data, and one that no name leads to is found by no service."""
    if not _is_replica(server):
        not_applicable("the server is no replica")

    def source() -> str | None:
        return server.get("source_server_resource_id", None)

    if not means(stack, server, "source_server_resource_id", read=source, targets={SERVER: ("id",)}):
        yield "the replica copies a stranger's server: set source_server_resource_id to one of the stack"
    if not any(server in stack.meant(each, "members", (SERVER,), "name") for each in stack.of_type(ENDPOINT)):
        yield "services don't find the replica when it takes over: name it in members of a VirtualEndpoint"


@stack_rule(SERVER)
def database_tells_how_far_its_copy_is(server: Resource, stack: Stack) -> Findings:
    """Sentinel looks for a replica that falls behind in the numbers that the server sends, or finds nothing."""
    settings = stack.referring("resource_uri", server, [SETTING], "id")
    sent = [
        each
        for setting in settings
        for each in setting.get("metrics", [])
        if each.get("category", None) == "AllMetrics" and each.get("enabled", False)
    ]
    if not sent:
        yield "nobody sees that the replica falls behind: add a DiagnosticSetting with all metrics of the server"


@rule(PARAMETER)
def database_parameter_is_hardened(parameter: Resource) -> Findings:
    """Parameters say whether the database takes plain text, and whether it writes down who did what."""
    name = parameter.configuration_name
    words = frozenset(word.strip().lower() for word in _text(parameter.get("value", "")).split(","))
    if name == _TLS:
        if parameter.get("value", "") not in tls_setting("azure-postgresql").accepted:
            yield f"the database takes weaker TLS than it offers: set {name} to the strongest"
    elif name not in _EXACTLY:
        yield "nobody has reviewed this configuration_name: add it to policies/rules/azure/postgresql.py, or remove it"
    elif words != _EXACTLY[name]:
        yield f"the parameter {name} weakens the database: set value to {','.join(sorted(_EXACTLY[name]))}"
    if parameter.get("source", "system-default") != "user-override":
        yield "the server's default takes the value's place: set source to user-override"


def _text(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


@stack_rule(SERVER)
def database_has_hardened_parameters(server: Resource, stack: Stack) -> Findings:
    """A server's defaults take TLS 1.2 and write down nobody's reading."""
    parameters = stack.referring("server_name", server, [PARAMETER], "name")
    named = {each.one_of("configuration_name", "name") for each in parameters}
    for name in sorted({*_EXACTLY, _TLS} - named):
        yield f"the server keeps the default of {name}: add a Configuration of it"


@stack_rule(ADMINISTRATOR)
def database_administrator_is_a_workload(administrator: Resource, stack: Stack) -> Findings:
    """An administrator reads all tenants' rows: no person is one for good, only the job that migrates the schema."""
    lent = stack.derived(Directory).lent

    def read() -> str | None:
        return administrator.get("object_id", None)

    def is_of_job(identity: Resource) -> bool:
        return {each.resource_type for each in lent.get(identity.urn, ())} == {JOB}

    identities = {IDENTITY: ("principal_id",)}
    own = means(stack, administrator, "object_id", read=read, targets=identities, fits=is_of_job)
    if administrator.get("principal_type", "Unknown") != "ServicePrincipal" or not own:
        yield "somebody administers the database for good: set object_id to the identity of a job of the stack's"
    if not stack.meant(administrator, "server_name", (SERVER,), "name"):
        yield "the administrator is of another server: set server_name to the stack's"


@stack_rule(ENDPOINT)
def database_endpoint_leads_to_own_servers(endpoint: Resource, stack: Stack) -> Findings:
    """Services send their queries to whichever server the name leads to."""
    if endpoint.get("endpoint_type", None) != "ReadWrite":
        yield "the name may lead to a server that can't be written: set endpoint_type to ReadWrite"
    members = endpoint.get("members", [])
    servers = {SERVER: ("name",)}
    for number in range(len(members)):
        if not means(stack, endpoint, "members", read=lambda at=number: members[at], targets=servers):
            yield f"the name leads to a stranger's server: take members[{number}] out"
