"""Nothing of a stack, no copy and no log of it, leaves its jurisdiction.

Where each resource says that it lies is judged by `region-is-within-jurisdiction`. Here it is what follows from the
rest: regions that any property names, copies that a cloud makes by itself, and where data and logs are sent. What goes
to a resource of this stack stays, because that resource is judged too; where anything else lies nobody here knows.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from policies.network.azure import CONNECTED_TO, FLAGS
from policies.network.references import Property, References, every, single
from policies.properties import NOT_KNOWN, Record, UndeterminedError, is_unknown, leaves, read_json
from policies.resources import Resource, Stack
from policies.rulebook import ANY_TYPE, Findings, not_applicable, stack_rule
from policies.tables import jurisdictions

_REGION: Final = re.compile(
    r"(?<![a-z0-9])(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-(?:gov-|iso[a-z]?-)?(?:north|south|east|west|central)(?:east|west)?"
    r"-\d(?!\d)"
)
"""A region of Amazon's, wherever it stands: in an ARN, a host's name, the name of an availability zone."""

_LOCATION: Final = re.compile(r"(?:^|[a-z])(?:location|region)(?:s|name)?$", re.IGNORECASE)
"""The names of properties that hold a region of Azure's."""

_OWN: Final = ("location", "region", "tags", "tagsAll")
"""What `region-is-within-jurisdiction` judges, and what is for people to read."""

_MEND: Final = "use a region of the stack's jurisdiction (policies/jurisdictions.toml)"


@stack_rule(ANY_TYPE)
def no_property_names_a_region_elsewhere(resource: Resource, stack: Stack) -> Findings:
    """A replica, a copy or a log's destination that lies abroad is where other laws reach customers' data."""
    amazon = resource.resource_type.startswith("aws:")
    if not amazon and not resource.resource_type.startswith("azure-native:"):
        not_applicable("the resource lies in no region")
    properties = {name: value for name, value in resource.all_properties().items() if name not in _OWN}
    allowed = frozenset(jurisdictions().regions("aws" if amazon else "azure", stack.jurisdiction))
    for place, value in _texts(properties, ""):
        if amazon:
            outside = {found for found in _REGION.findall(value) if found not in allowed}
        elif _LOCATION.search(place.rpartition(".")[2].partition("[")[0]):
            yield _known(place, value, resource)
            outside = {value} - allowed if not is_unknown(value) and _normal(value) not in allowed else set[str]()
        else:
            continue
        if outside:
            yield f"{place} names a region outside the stack's jurisdiction: {_MEND}"


def _known(place: str, value: str, resource: Resource) -> Findings:
    """A region that isn't known yet may be any, unless it is that of a resource of this stack."""
    yield from ()
    if is_unknown(value) and not resource.depends_on.get(place.partition(".")[0].partition("[")[0]):
        raise UndeterminedError(f"{place}{NOT_KNOWN}")


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """The texts in a property, with their places; what is JSON inside a text as well."""
    for inner, each in leaves(value, place):
        if not isinstance(each, str):
            continue
        try:
            content = read_json(each) if each[:1] in ("{", "[") else None
        except ValueError:
            content = None
        if content is None:
            yield inner, each
        else:
            yield from _texts(content, inner)


def _normal(location: str) -> str:
    """Azure takes `East US` for `eastus`."""
    return location.replace(" ", "").lower()


# Copies that Azure makes by itself, in the pair of a region

_STORE: Final = "azure-native:storage:StorageAccount"
_SERVER: Final = "azure-native:dbforpostgresql:Server"
_BACKUP: Final = "azure-native:dataprotection:BackupVault"
_VAULT: Final = "azure-native:keyvault:Vault"


@stack_rule(_STORE, _SERVER, _BACKUP, _VAULT)
def copy_in_paired_region_stays_within_jurisdiction(resource: Resource, stack: Stack) -> Findings:
    """Redundancy over regions copies data into the pair that Azure has given the region, wherever that lies."""
    if not _is_copied(resource):
        not_applicable("Azure copies it to no other region")
    pair = jurisdictions().azure_pairs.get(_normal(resource.location))
    if pair is None:
        yield f"to which region Azure copies this isn't known: {_MEND} whose pair is known there"
    elif pair not in jurisdictions().regions("azure", stack.jurisdiction):
        yield (
            "Azure copies this to a region outside the stack's jurisdiction: set sku.name, redundancy or "
            "geo_redundant_backup so that copies stay in the region's zones"
        )


def _is_copied(resource: Resource) -> bool:
    match resource.resource_type:
        case kind if kind == _STORE:
            # What isn't surely kept in one region is taken to leave it.
            return str(resource.sku.name).rpartition("_")[2] not in ("LRS", "ZRS")
        case kind if kind == _SERVER:
            backup = resource.get("backup", None)
            return backup is not None and backup.get("geo_redundant_backup", "Disabled") != "Disabled"
        case kind if kind == _BACKUP:
            settings = resource.properties.get("storage_settings", [])
            return any(one.get("type", "GeoRedundant") not in ("LocallyRedundant", "ZoneRedundant") for one in settings)
        case _:
            # Every vault is, in a region that has a pair (Azure documentation, "Azure Key Vault availability and
            # redundancy").
            return _normal(resource.location) in jurisdictions().azure_pairs


# Where data and logs are sent

_BUCKETS: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
_NAMESPACE: Final = "azure-native:eventhub:Namespace"


def _inside(outer: str, name: str) -> Callable[[Resource], Iterator[str]]:
    """Reads a property inside an object, if both are there."""

    def read(resource: Resource) -> Iterator[str]:
        record = resource.get(outer, None)
        value = None if record is None else record.get(name, None)
        if value:
            yield str(value)

    return read


def _in_each(outer: str, *names: str) -> Callable[[Resource], Iterator[str]]:
    """Reads a property deep inside each entry of a list."""

    def of_entry(entry: Record) -> Iterable[str]:
        record: Any = entry
        for name in names[:-1]:
            record = None if record is None else record.get(name, None)
        value = None if record is None else record.get(names[-1], None)
        return [str(value)] if value else []

    return lambda resource: every(resource.get(outer, []), of_entry)


def _copies(plan: Resource) -> Iterator[str]:
    """Reads the vaults to which a plan copies its backups."""
    yield from every(
        plan.get("rules", []),
        lambda rule: every(rule.get("copy_actions", []), lambda action: [str(action.destination_vault_arn)]),
    )


def _to_bucket(name: str, read: Callable[[Resource], Iterator[str]] | None = None) -> Property:
    return Property(name, read or single(name), _BUCKETS, ("bucket", "id", "arn"))


def _to(name: str, *targets: str, read: Callable[[Resource], Iterator[str]] | None = None) -> Property:
    return Property(name, read or single(name), targets)


_DESTINATIONS: Final[Mapping[str, tuple[Property, ...]]] = {
    "aws:backup/plan:Plan": (Property("rules", _copies, ("aws:backup/vault:Vault",), ("arn",)),),
    "aws:cfg/deliveryChannel:DeliveryChannel": (_to_bucket("s3BucketName"),),
    "aws:cloudtrail/trail:Trail": (_to_bucket("s3BucketName"),),
    "aws:lb/loadBalancer:LoadBalancer": (
        _to_bucket("accessLogs", _inside("access_logs", "bucket")),
        _to_bucket("connectionLogs", _inside("connection_logs", "bucket")),
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": (
        _to_bucket("rules", _in_each("rules", "destination", "bucket")),
    ),
    "azure-native:aadiam:DiagnosticSetting": (_to("workspaceId", _WORKSPACE), _to("storageAccountId", _STORE)),
    "azure-native:dbforpostgresql:Server": (_to("sourceServerResourceId", _SERVER),),
    "azure-native:monitor:DiagnosticSetting": (_to("workspaceId", _WORKSPACE), _to("storageAccountId", _STORE)),
    "azure-native:network:FlowLog": (_to("storageId", _STORE),),
    "azure-native:network:PrivateEndpoint": CONNECTED_TO,
    "azure-native:operationalinsights:DataExport": (_to("resourceId", _STORE, _NAMESPACE),),
    "azure-native:search:SharedPrivateLinkResource": (
        _to("properties", *FLAGS, read=_inside("properties", "private_link_resource_id")),
    ),
}


@stack_rule(*_DESTINATIONS)
def data_and_logs_go_to_this_stack(resource: Resource, stack: Stack) -> Findings:
    """Where a store that is none of the stack's lies, and who reads it, nobody here knows."""
    references = stack.derived(References)
    for place in _DESTINATIONS[resource.resource_type]:
        yield _stays(resource, place, references)


def _stays(resource: Resource, place: Property, references: References) -> Findings:
    if references.named(resource, place).foreign:
        yield f"{place.name} leads to what is none of the stack's: name a store of this stack"
