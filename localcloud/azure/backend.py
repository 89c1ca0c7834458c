"""An Azure Resource Manager in memory, for the resource types of `localcloud.azure.table`.

It does what the Azure Native provider and ARM do together, faithful also where that surprises:

- A vault key is made if it isn't there and never changed afterwards.
- An encryption scope can't be deleted: the provider disables it, and its name stays taken.
- A deleted vault or key is only soft-deleted: its name stays taken.
- Creating what already exists is refused, except for what comes with its parent (a storage account's blob service).
- A network watcher appears with the first virtual network of a region.

In one thing it is stricter: ARM reports success for a change of a vault key that it doesn't make. Here that is refused,
so that no deployment seems to have done what it hasn't.

What it leaves out: it makes up no names (the program gives every object its own), and it adds no `azureApiVersion` to
the inputs, as the provider does in its state.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from wsgiref.types import WSGIApplication

from localcloud.azure import back_door, ids
from localcloud.azure.cloud import Cloud, Entity, Kind, Put
from localcloud.azure.computed.common import identity_block
from localcloud.azure.regions import region_of
from localcloud.azure.rules.common import tags
from localcloud.azure.schema import schema_of
from localcloud.azure.table import KINDS, PACKAGE
from localcloud.back_door import application
from localcloud.backend import UNKNOWN, Change, CheckFailure, Found, Properties, RejectedError
from localcloud.identifiers import uuid_of
from localcloud.paths import changes, cleaned, has_unknown, merged, select, texts, without
from localcloud.schema import NoSuchTypeError

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INDEX: Final = re.compile(r"\[\d+\]")
_FREE_TEXT: Final = ("tags", "metadata", "description")
"""Properties whose text is never a reference."""

_GROUP: Final = f"{PACKAGE}:resources:ResourceGroup"
_NETWORK: Final = f"{PACKAGE}:network:VirtualNetwork"
_WATCHER: Final = f"{PACKAGE}:network:NetworkWatcher"
_VAULT: Final = f"{PACKAGE}:keyvault:Vault"
_KEY: Final = f"{PACKAGE}:keyvault:Key"
_SCOPE: Final = f"{PACKAGE}:storage:EncryptionScope"

_IN_THE_VAULT: Final[Mapping[str, str]] = {
    "properties.attributes": "az keyvault key set-attributes",
    "properties.keyOps": "az keyvault key set-attributes",
    "properties.rotationPolicy": "az keyvault key rotation-policy update",
    "tags": "az keyvault key set-attributes",
}
"""What of a vault key can be changed past Azure Resource Manager, and by which command."""


class AzureBackend:
    """The simulated Azure: one cloud for any number of subscriptions, each provider configured for one of them."""

    package: str = PACKAGE

    def __init__(self) -> None:
        self._cloud: Final = Cloud(kind.arm_type for kind in KINDS.values())
        self._lock: Final = threading.RLock()
        self._subscription: str = ""
        self._location: str | None = None

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """Takes `subscriptionId`, and `tenantId` and `location` if they are given."""
        subscription, tenant = configuration.get("subscriptionId"), configuration.get("tenantId")
        if not isinstance(subscription, str) or _GUID.fullmatch(subscription) is None:
            raise RejectedError("The Azure provider needs a subscriptionId, a UUID: give it one explicitly.")
        if tenant is not None and (not isinstance(tenant, str) or _GUID.fullmatch(tenant) is None):
            raise RejectedError("The Azure provider's tenantId is not a UUID.")
        location = configuration.get("location")
        with self._lock:
            self._subscription = subscription
            self._location = location if isinstance(location, str) else None
            self._cloud.tenant = tenant or uuid_of("tenant", subscription)

    def check(self, kind: str, inputs: Properties) -> tuple[Properties, list[CheckFailure]]:
        """The inputs without empty values, with the provider's default location, and what is wrong with them."""
        given: Properties = cleaned(inputs)
        line = KINDS.get(kind)
        if line is None:
            return given, [CheckFailure("", _unknown_type(kind))]
        with self._lock:
            return self._checked(line, given)

    def _checked(self, line: Kind, given: Properties) -> tuple[Properties, list[CheckFailure]]:
        if "location" in line.schema.inputs.properties and "location" not in given:
            default = self._default_location(given)
            if default is not None:
                given = {**given, "location": default}
        failures = list(line.schema.problems(given)) or list(_rule_failures(line, given))
        return given, failures

    def _default_location(self, inputs: Properties) -> Any:
        """As the provider does: the configured location, else the resource group's (unknown until that exists)."""
        group = inputs.get("resourceGroupName")
        if self._location is not None or group is None:
            return self._location
        found = (
            None if group is UNKNOWN else self._cloud.get(f"/subscriptions/{self._subscription}/resourceGroups/{group}")
        )
        return found.inputs["location"] if found else UNKNOWN

    def diff(
        self,
        kind: str,
        old_inputs: Properties,
        old_outputs: Properties,  # noqa: ARG002  the provider compares inputs only
        inputs: Properties,
    ) -> list[Change]:
        """The changed inputs; those that the provider can't update in place replace the object."""
        line = _line(kind)
        fixed = (*line.given, *line.replaces)
        found: list[Change] = []
        for change in changes(cleaned(old_inputs), cleaned(inputs)):
            if change.path == "location" and region_of(old_inputs) == region_of(inputs):
                continue
            path = _INDEX.sub("[]", change.path)
            replaces = any(path == name or path.startswith((f"{name}.", f"{name}[")) for name in fixed)
            found.append(replace(change, replaces=replaces))
        return found

    def deletes_before_replacing(self, kind: str, old_inputs: Properties, inputs: Properties) -> bool:  # noqa: ARG002
        """Always, as the provider does wherever it hasn't made up the name itself."""
        return True

    def predict(self, kind: str, urn: str, inputs: Properties) -> Properties:  # noqa: ARG002  a name is an input here
        """What follows from the inputs alone: the body's echo and, once every part of it is known, the id."""
        line = _line(kind)
        with self._lock:
            given: Properties = cleaned(inputs)
            identity = ids.fill(line.template, given, self._subscription)
            existing = self._cloud.get(identity) if identity else None
            outputs = self._echo(line, given, existing.identity if existing else None)
            if identity is not None:
                outputs = merged(outputs, {**_fixed(line, identity), **line.certain(identity, given)})
            return _declared(line, outputs)

    def create(self, kind: str, urn: str, inputs: Properties) -> tuple[str, Properties]:  # noqa: ARG002  as above
        """Puts the object; what already exists is refused, as the provider refuses it."""
        line = _line(kind)
        with self._lock:
            given: Properties = cleaned(inputs)
            identity = self._identity(line, given)
            root = ids.subscription_of(identity)
            if root is not None and root != f"/subscriptions/{self._subscription}".lower():
                raise _rejected(line, identity, f"{root} is not the provider's subscription {self._subscription}")
            if self._cloud.get(identity) is not None and not line.singleton:
                raise _rejected(line, identity, f"{identity} already exists: import it, or choose another name")
            entity = self._put_whole(line, identity, given)
            return entity.identity, self._outputs(entity)

    def read(self, kind: str, identity: str, inputs: Properties | None) -> Found | None:
        """The object with the inputs that were put last, by whomever; an import doesn't get what is write-only."""
        line = _line(kind)
        with self._lock:
            entity = self._cloud.get(identity)
            if entity is None:
                return None
            named = _named(line, entity.identity)
            if ids.parse(line.template, entity.identity) is None or entity.kind.arm_type != line.arm_type:
                raise _rejected(line, identity, f"{identity} is of the type {entity.kind.token}")
            found = self._inputs(entity)
            if entity.kind is not line:
                # Two types of the SDK may stand for one of ARM's; they differ in what the id is made of.
                own = ids.parameters(entity.kind.template)
                found = {**{key: value for key, value in found.items() if key not in own}, **named}
            if inputs is None:
                for path in line.write_only:
                    found = without(found, path)
            return Found(entity.identity, self._outputs(entity), found)

    def update(
        self,
        kind: str,
        identity: str,
        old_inputs: Properties,  # noqa: ARG002  a put is always whole
        inputs: Properties,
        *,
        everything: bool,  # noqa: ARG002  as above
    ) -> Properties:
        """Puts the whole object anew; refuses to change a vault key."""
        line = _line(kind)
        with self._lock:
            existing = self._cloud.get(identity)
            if existing is not None and kind == _KEY:
                return self._outputs(self._unchanged_key(existing, inputs))
            return self._outputs(self._put_whole(line, identity, cleaned(inputs)))

    def _unchanged_key(self, key: Entity, inputs: Properties) -> Entity:
        """A vault key that is as it is wanted; otherwise refuses, for ARM wouldn't change it."""
        different = {
            _INDEX.sub("", change.path) for change in self.diff(_KEY, self._inputs(key), self._outputs(key), inputs)
        }
        if not different:
            return key
        commands = {_command_for(path) for path in different}
        known = " and ".join(sorted(f"`{command}`" for command in commands if command))
        advice = "make a key with another name" if None in commands else f"do it in the vault with {known}, and refresh"
        raise _rejected(
            key.kind,
            key.identity,
            f"Azure Resource Manager never changes a key that exists, so {' and '.join(sorted(different))} would stay "
            f"as before: {advice}",
        )

    def delete(self, kind: str, identity: str, outputs: Properties) -> None:  # noqa: ARG002  the id says it all
        """Removes the object, unless a lock, a user or a child keeps it."""
        _line(kind)
        with self._lock:
            self._delete(identity)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """`getClientConfig`, and the `get…` function of every simulated type."""
        package, module, function = token.split(":")
        with self._lock:
            if token == f"{PACKAGE}:authorization:getClientConfig":
                return {
                    "clientId": uuid_of("client", self._subscription),
                    "objectId": uuid_of("object", self._subscription),
                    "subscriptionId": self._subscription,
                    "tenantId": self._cloud.tenant,
                }
            if token == f"{PACKAGE}:authorization:getClientToken":
                raise RejectedError("The local Azure gives out no tokens: there is nobody to show them to.")
            line = KINDS.get(f"{package}:{module}:{function.removeprefix('get')}")
            if line is None or not function.startswith("get"):
                raise RejectedError(f"The local Azure doesn't simulate the function {token}: add it to {__name__}.")
            identity = self._identity(line, cleaned(arguments))
            entity = self._cloud.get(identity)
            if entity is None:
                raise _rejected(line, identity, f"{identity} doesn't exist")
            return {"id": entity.identity, **self._outputs(entity)}

    def find(self, kind: str, inputs: Properties) -> list[str]:
        """The id that these inputs give, if something has it."""
        line = _line(kind)
        with self._lock:
            identity = line.identity(cleaned(inputs), self._subscription)
            entity = self._cloud.get(identity) if identity else None
            return [entity.identity] if entity else []

    def back_door(self) -> WSGIApplication:
        """The HTTP application of `localcloud.back_door` over this cloud."""
        return application(self)

    # What the back door uses: the cloud as its own tools see it, past the engine.

    def identities(self) -> list[str]:
        """The ids of everything that exists."""
        with self._lock:
            return sorted(entity.identity for entity in self._cloud.entities.values())

    def body(self, identity: str) -> Properties | None:
        """An object as a GET on its ARM id gives it, with the SDK's names of properties."""
        with self._lock:
            entity = self._cloud.get(identity)
            return back_door.to_body(self._outputs(entity)) if entity else None

    def put_body(self, identity: str, body: Mapping[str, Any], *, whole: bool) -> None:
        """Changes an object behind the engine's back: all of it, or only what the body names (null removes).

        A vault key can be changed this way too, as it can through the vault itself.
        """
        with self._lock:
            entity = self._cloud.get(identity)
            line = entity.kind if entity else _line_of(identity)
            named = _named(line, entity.identity if entity else identity)
            given = back_door.to_inputs(body, line, entity.inputs if entity else {})
            if entity is not None:
                given = back_door.without_echo(line.schema.inputs, given, self._outputs(entity))
                given = given if whole else merged(self._inputs(entity), given)
            checked, failures = self._checked(line, cleaned({**given, **named}))
            if failures:
                raise _rejected(line, identity, f"{failures[0].property} {failures[0].reason}")
            self._put_whole(line, entity.identity if entity else identity, checked)

    def remove(self, identity: str) -> bool:
        """Deletes an object behind the engine's back; False when there is none."""
        with self._lock:
            exists = self._cloud.get(identity) is not None
            self._delete(identity)
            return exists

    # Putting

    def _identity(self, line: Kind, inputs: Properties) -> str:
        if not self._subscription:
            raise RejectedError("The Azure provider has not been configured yet.")
        identity = line.identity(inputs, self._subscription)
        if identity is None:
            wanted = [*line.given, *line.named_by]
            missing = [name for name in wanted if name != "subscriptionId" and inputs.get(name) in (None, UNKNOWN)]
            raise RejectedError(f"{line.token}: {', '.join(missing)} must be given to name the object.")
        return identity

    def _put_whole(self, line: Kind, identity: str, inputs: Properties) -> Entity:
        """Puts an object and its inline children, or nothing at all."""
        before = (dict(self._cloud.entities), dict(self._cloud.deleted))
        try:
            return self._put(line, identity, inputs)
        except RejectedError:
            self._cloud.entities, self._cloud.deleted = before
            raise

    def _put(self, line: Kind, identity: str, inputs: Properties) -> Entity:
        if has_unknown(inputs):
            raise _rejected(line, identity, "a value is not known yet")
        old = self._cloud.get(identity)
        put = Put(identity, line, inputs, old)
        self._require_parent(put)
        self._require_no_lock(put.kind, identity, ("ReadOnly",))
        references = self._references(put)
        if old is not None and region_of(old.inputs) != region_of(inputs):
            raise _rejected(line, identity, f"it is in {region_of(old.inputs)} and can't be moved")
        for rule in line.rules:
            for sentence in rule(self._cloud, put):
                raise _rejected(line, identity, sentence)
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
            raise _rejected(put.kind, put.identity, f"{_words(above)} doesn't exist")

    def _references(self, put: Put) -> frozenset[str]:
        """The ids that the inputs name, all of which must exist and be of the type that the table wants."""
        for path, entry, value in self._cloud.named(put):
            if ids.IN_SUBSCRIPTION.fullmatch(value) is None and not value.startswith("/providers/"):
                raise _rejected(put.kind, put.identity, f"{path} is not an ARM id: {value}")
            if entry.type and ids.type_of(value).lower() != entry.type.lower():
                raise _rejected(put.kind, put.identity, f"{path} must name an object of type {entry.type}, not {value}")
        root = ids.subscription_of(put.identity)
        found: set[str] = set()
        for path, text in texts({key: item for key, item in put.inputs.items() if key not in _FREE_TEXT}):
            if ids.IN_SUBSCRIPTION.fullmatch(text) is None or ids.subscription_of(text) != root:
                continue
            if not self._cloud.exists(text, itself=put.identity):
                raise _rejected(put.kind, put.identity, f"{path} names {_words(text)}, which doesn't exist")
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
                    self._delete(child.identity)
            for child_name, body in wanted.items():
                identity = f"{parent.identity}/{segment}/{child_name}"
                named = _named(line, identity)
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

    # Deleting

    def _delete(self, identity: str) -> None:
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
                raise _rejected(line, identity, f"it can't be deleted before {child.identity}")
        gone = {item.identity.lower() for item in (entity, *below)}
        for item in (entity, *below):
            for holder in self._cloud.holders(item.identity):
                if holder.identity.lower() not in gone:
                    raise _rejected(line, identity, f"{item.identity} is in use by {holder.identity}")
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
                raise _rejected(line, identity, f"the lock {lock.identity} forbids it")

    # What an object looks like

    def _inputs(self, entity: Entity) -> Properties:
        """The inputs that would make an object again, with inline children as they are now."""
        inputs: Properties = cleaned(entity.inputs)
        for name, token in entity.kind.inline.items():
            if name in inputs:
                order = [str(child["name"]).lower() for child in inputs[name]]
                children = [child for child in self._cloud.below(entity.identity) if child.kind.token == token]
                children.sort(
                    key=lambda child: order.index(child.name.lower()) if child.name.lower() in order else len(order)
                )
                hidden = ids.parameters(KINDS[token].template)
                inputs[name] = [
                    {"name": child.name, **{key: item for key, item in child.inputs.items() if key not in hidden}}
                    for child in children
                ]
        return inputs

    def _outputs(self, entity: Entity) -> Properties:
        line = entity.kind
        inputs = self._inputs(entity)
        outputs = merged(
            self._echo(line, inputs, entity.identity),
            _fixed(line, entity.identity),
            line.certain(entity.identity, inputs),
            line.generated(self._cloud, entity),
            {
                "etag": f'W/"{uuid_of(entity.identity, str(entity.revision))}"',
                "provisioningState": "Succeeded",
            },
        )
        return _declared(line, outputs)

    def _echo(self, line: Kind, inputs: Properties, identity: str | None) -> Properties:
        """The body as Azure gives it back: without what is write-only, with ids on inline children."""
        body = inputs
        for path in line.write_only:
            body = without(body, path)
        outputs = dict(body)
        inner = body.get("properties")
        if isinstance(inner, Mapping) and "properties" not in line.schema.outputs:
            outputs.update(inner)
        if isinstance(body.get("identity"), Mapping):
            outputs["identity"] = identity_block(self._cloud if identity else None, identity, body["identity"])
        if isinstance(body.get("location"), str):
            outputs["location"] = region_of(body)
        for name, token in line.inline.items():
            if identity and name in body:
                segment = KINDS[token].arm_type.rpartition("/")[2]
                outputs[name] = [
                    {**child, "id": f"{identity}/{segment}/{child['name']}", "provisioningState": "Succeeded"}
                    for child in body[name]
                ]
        return outputs


def _line(kind: str) -> Kind:
    if kind not in KINDS:
        raise RejectedError(_unknown_type(kind))
    return KINDS[kind]


def _line_of(identity: str) -> Kind:
    """The line whose template an id fits; the longest, if several do."""
    fitting = [line for line in KINDS.values() if ids.parse(line.template, identity) is not None]
    if not fitting:
        raise RejectedError(f"The local Azure simulates no type with an id such as {identity}.")
    return max(fitting, key=lambda line: len(line.template))


def _named(line: Kind, identity: str) -> dict[str, str]:
    """The inputs that an id gives."""
    found = ids.parse(line.template, identity) or {}
    return {name: value for name, value in found.items() if name in line.given}


def _unknown_type(kind: str) -> str:
    try:
        schema_of(kind)
    except NoSuchTypeError:
        return f"The installed Azure Native SDK has no resource type {kind}."
    return (
        f"The local Azure doesn't simulate {kind}: add a line for it to its service's module in localcloud/azure/table."
    )


def _rule_failures(line: Kind, inputs: Properties) -> Iterator[CheckFailure]:
    own = line.own_name
    for name in line.given:
        if name != "subscriptionId" and inputs.get(name) is None:
            yield CheckFailure(name, "must be given: nothing is named by chance here")
    value = inputs.get(own)
    if line.name and isinstance(value, str) and re.fullmatch(line.name.pattern, value) is None:
        yield CheckFailure(own, f"{value!r} is not a name that Azure accepts: {line.name.words}")
    location = inputs.get("location")
    if "location" in line.schema.inputs.properties and location is None:
        yield CheckFailure("location", "must be given, here or in the provider's configuration")
    if line.everywhere and isinstance(location, str) and region_of(inputs) != "global":
        yield CheckFailure("location", f"must be global for this type, not {location!r}")
    if isinstance(location, str) and re.fullmatch(r"[a-z]+[0-9]*", region_of(inputs)) is None:
        yield CheckFailure("location", f"{location!r} is not the name of an Azure region")
    for check in (tags, *line.checks):
        yield from check(inputs)
    for name, token in line.inline.items():
        child = KINDS[token]
        for path, body in select(inputs, f"{name}[]"):
            for check in child.checks:
                for failure in check(body):
                    yield CheckFailure(f"{path}.{failure.property}", failure.reason)


def _fixed(line: Kind, identity: str) -> Properties:
    """The outputs that every object has."""
    return {
        "id": identity,
        "name": ids.name_of(identity),
        "type": ids.type_of(identity),
        "azureApiVersion": line.schema.api_version,
    }


def _declared(line: Kind, outputs: Properties) -> Properties:
    """Only the outputs that the SDK knows of the type, and the id."""
    known = line.schema.outputs
    return {key: value for key, value in outputs.items() if key == "id" or key in known}


def _words(identity: str) -> str:
    kind = ids.type_of(identity).rpartition("/")[2]
    return f"the resource group {ids.name_of(identity)}" if kind == "resourceGroups" else identity


def _command_for(path: str) -> str | None:
    """The command that changes this property of a vault key; None where nothing does."""
    return next((command for name, command in _IN_THE_VAULT.items() if f"{path}.".startswith(f"{name}.")), None)


def _rejected(line: Kind, identity: str, sentence: str) -> RejectedError:
    return RejectedError(f"{line.token} {ids.name_of(identity)}: {sentence}.")
