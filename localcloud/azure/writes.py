"""Every change of the simulated cloud: objects are put and deleted, or refused as Azure refuses them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from localcloud.azure import ids
from localcloud.azure.cloud import Cloud, Entity, Kind, Put
from localcloud.azure.regions import region_of
from localcloud.azure.table import KINDS, PACKAGE
from localcloud.backend import Properties, RejectedError
from localcloud.paths import has_unknown, texts

_FREE_TEXT: Final = ("tags", "metadata", "description")
"""Properties whose text is never a reference."""

_GROUP: Final = f"{PACKAGE}:resources:ResourceGroup"
_NETWORK: Final = f"{PACKAGE}:network:VirtualNetwork"
_WATCHER: Final = f"{PACKAGE}:network:NetworkWatcher"
_VAULT: Final = f"{PACKAGE}:keyvault:Vault"
_KEY: Final = f"{PACKAGE}:keyvault:Key"
_SCOPE: Final = f"{PACKAGE}:storage:EncryptionScope"


class Writes:
    """What changes a cloud. Nothing else does."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud: Final = cloud

    def put(self, line: Kind, identity: str, inputs: Properties) -> Entity:
        """Puts an object and its inline children, or nothing at all."""
        before = (dict(self._cloud.entities), dict(self._cloud.deleted))
        try:
            return self._put(line, identity, inputs)
        except RejectedError:
            self._cloud.entities, self._cloud.deleted = before
            raise

    def _put(self, line: Kind, identity: str, inputs: Properties) -> Entity:
        if has_unknown(inputs):
            raise rejected(line, identity, "a value is not known yet")
        old = self._cloud.get(identity)
        put = Put(identity, line, inputs, old)
        self._require_parent(put)
        self._require_no_lock(put.kind, identity, ("ReadOnly",))
        references = self._references(put)
        if old is not None and region_of(old.inputs) != region_of(inputs):
            raise rejected(line, identity, f"it is in {region_of(old.inputs)} and can't be moved")
        for rule in line.rules:
            for sentence in rule(self._cloud, put):
                raise rejected(line, identity, sentence)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        entity = Entity(
            identity=old.identity if old else identity,
            kind=line,
            inputs=inputs,
            created=old.created if old else now,
            modified=now,
            revision=old.revision + 1 if old else 1,
            references=references,
            holds=frozenset(value.lower() for _, entry, value in self._cloud.named(put) if entry.holds),
        )
        self._cloud.entities[identity.lower()] = entity
        self._put_children(entity)
        if old is None and line.token == _VAULT:
            self._recover(entity)
        if old is None and line.token == _NETWORK:
            self._watch(entity)
        return entity

    def _require_parent(self, put: Put) -> None:
        above = ids.parent(put.identity)
        if above is not None and not self._cloud.exists(above):
            raise rejected(put.kind, put.identity, f"{_words(above)} doesn't exist")

    def _references(self, put: Put) -> frozenset[str]:
        """The ids that the inputs name, all of which must exist and be of the type that the table wants."""
        for path, entry, value in self._cloud.named(put):
            if ids.IN_SUBSCRIPTION.fullmatch(value) is None and not value.startswith("/providers/"):
                raise rejected(put.kind, put.identity, f"{path} is not an ARM id: {value}")
            if entry.type and ids.type_of(value).lower() != entry.type.lower():
                raise rejected(put.kind, put.identity, f"{path} must name an object of type {entry.type}, not {value}")
        root = ids.subscription_of(put.identity)
        found: set[str] = set()
        for path, text in texts({key: item for key, item in put.inputs.items() if key not in _FREE_TEXT}):
            if ids.IN_SUBSCRIPTION.fullmatch(text) is None or ids.subscription_of(text) != root:
                continue
            if not self._cloud.exists(text, itself=put.identity):
                raise rejected(put.kind, put.identity, f"{path} names {_words(text)}, which doesn't exist")
            found.add(text.lower())
        return frozenset(found)

    def _put_children(self, parent: Entity) -> None:
        """Children that are listed in their parent's body are objects of their own; those not listed go."""
        for name, token in parent.kind.inline.items():
            line = KINDS[token]
            if name not in parent.inputs:
                continue
            segment = line.arm_type.rpartition("/")[2]
            wanted = {str(child["name"]): child for child in parent.inputs[name]}
            for child in self._cloud.below(parent.identity):
                if child.kind is line and child.name.lower() not in {key.lower() for key in wanted}:
                    self.delete(child.identity)
            for child_name, body in wanted.items():
                identity = f"{parent.identity}/{segment}/{child_name}"
                named = named_in(line, identity)
                self._put(line, identity, {**body, **named})

    def _recover(self, vault: Entity) -> None:
        """Brings back the keys of a vault that was recovered."""
        prefix = vault.identity.lower()
        for key in [key for key in self._cloud.deleted if key == prefix or key.startswith(prefix + "/")]:
            gone = self._cloud.deleted.pop(key)
            if gone.kind.token != _VAULT:
                self._cloud.entities[key] = gone

    def _watch(self, network: Entity) -> None:
        """Makes the watcher of a region in which a subscription has its first network."""
        root, region = str(ids.subscription_of(network.identity)), str(region_of(network.inputs))
        for watcher in self._cloud.of_type(_WATCHER):
            if ids.subscription_of(watcher.identity) == root and region_of(watcher.inputs) == region:
                return
        group = {"resourceGroupName": "NetworkWatcherRG", "location": region}
        watcher = {**group, "networkWatcherName": f"NetworkWatcher_{region}"}
        for token, inputs in ((_GROUP, group), (_WATCHER, watcher)):
            identity = str(ids.fill(KINDS[token].template, inputs, ids.name_of(root)))
            if self._cloud.get(identity) is None:
                self._put(KINDS[token], identity, inputs)

    def delete(self, identity: str) -> None:
        """Removes an object and what is below it, unless a lock, a user or a child keeps it. Raises RejectedError."""
        entity = self._cloud.get(identity)
        if entity is None:
            return
        line = entity.kind
        if not line.token.startswith(f"{PACKAGE}:authorization:ManagementLock"):
            self._require_no_lock(line, identity, ("CanNotDelete", "ReadOnly"))
        if line.token == _SCOPE:
            self._cloud.entities[identity.lower()] = replace(entity, inputs={**entity.inputs, "state": "Disabled"})
            return
        below = self._cloud.below(identity)
        for child in below:
            if child.kind.keeps_parent and line.token != _GROUP:
                raise rejected(line, identity, f"it can't be deleted before {child.identity}")
        gone = {item.identity.lower() for item in (entity, *below)}
        for item in (entity, *below):
            for holder in self._cloud.holders(item.identity):
                if holder.identity.lower() not in gone:
                    raise rejected(line, identity, f"{item.identity} is in use by {holder.identity}")
        for item in (entity, *below):
            del self._cloud.entities[item.identity.lower()]
            if item.kind.token in (_VAULT, _KEY):
                self._cloud.deleted[item.identity.lower()] = item

    def _require_no_lock(self, line: Kind, identity: str, levels: tuple[str, ...]) -> None:
        key = identity.lower()
        for lock in self._cloud.entities.values():
            if (
                lock.inputs.get("level") not in levels
                or "/providers/microsoft.authorization/locks/" not in lock.identity.lower()
            ):
                continue
            scope = str(ids.parent(lock.identity)).lower()
            if key == scope or key.startswith(scope + "/"):
                raise rejected(line, identity, f"the lock {lock.identity} forbids it")


def named_in(line: Kind, identity: str) -> dict[str, str]:
    """The inputs that an id gives."""
    found = ids.parse(line.template, identity) or {}
    return {name: value for name, value in found.items() if name in line.given}


def _words(identity: str) -> str:
    kind = ids.type_of(identity).rpartition("/")[2]
    return f"the resource group {ids.name_of(identity)}" if kind == "resourceGroups" else identity


def rejected(line: Kind, identity: str, sentence: str) -> RejectedError:
    """A refusal that names the object."""
    return RejectedError(f"{line.token} {ids.name_of(identity)}: {sentence}.")
