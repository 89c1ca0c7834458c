"""An Azure Resource Manager in memory, for the resource types of `localcloud.azure.table`.

It does what the Azure Native provider and ARM do together, faithful also where that surprises:

- A vault key is made if it isn't there and never changed afterwards.
- An encryption scope can't be deleted: the provider disables it, and its name stays taken.
- A deleted vault or key is only soft-deleted: its name stays taken.
- Creating what already exists is refused, except for what comes with its parent (a storage account's blob service).
- A network watcher appears with the first virtual network of a region.

In one thing it is stricter: ARM reports success for a change of a vault key that it doesn't make. Here that is refused,
so that no deployment seems to have done what it hasn't.

What it leaves out: it makes up no names (the program gives every object its own; Azure names an eligibility for a role
itself), and it adds no `azureApiVersion` to the inputs, as the provider does in its state. Azure Backup's own delete
lock on the accounts that it backs up doesn't appear, and private links of Front Door and AI Search stay pending.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from wsgiref.types import WSGIApplication

from localcloud.azure import back_door, ids
from localcloud.azure.checks import failures_of
from localcloud.azure.cloud import Cloud, Entity, Kind
from localcloud.azure.regions import region_of
from localcloud.azure.schema import schema_of
from localcloud.azure.table import KINDS, PACKAGE
from localcloud.azure.view import declared, echo, fixed, inputs_of, outputs_of
from localcloud.azure.writes import Writes, named_in, rejected
from localcloud.back_door import application
from localcloud.backend import UNKNOWN, Change, CheckFailure, Found, Properties, RejectedError
from localcloud.identifiers import uuid_of
from localcloud.paths import changes, cleaned, merged, without
from localcloud.schema import NoSuchTypeError

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INDEX: Final = re.compile(r"\[\d+\]")

_KEY: Final = f"{PACKAGE}:keyvault:Key"

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
        self._writes: Final = Writes(self._cloud)
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
        failures = list(line.schema.problems(given)) or list(failures_of(line, given))
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
            outputs = echo(self._cloud, line, given, existing.identity if existing else None)
            if identity is not None:
                outputs = merged(outputs, {**fixed(line, identity), **line.certain(identity, given)})
            return declared(line, outputs)

    def create(self, kind: str, urn: str, inputs: Properties) -> tuple[str, Properties]:  # noqa: ARG002  as above
        """Puts the object; what already exists is refused, as the provider refuses it."""
        line = _line(kind)
        with self._lock:
            given: Properties = cleaned(inputs)
            identity = self._identity(line, given)
            root = ids.subscription_of(identity)
            if root is not None and root != f"/subscriptions/{self._subscription}".lower():
                raise rejected(line, identity, f"{root} is not the provider's subscription {self._subscription}")
            if self._cloud.get(identity) is not None and not line.singleton:
                raise rejected(line, identity, f"{identity} already exists: import it, or choose another name")
            entity = self._writes.put(line, identity, given)
            return entity.identity, outputs_of(self._cloud, entity)

    def read(self, kind: str, identity: str, inputs: Properties | None) -> Found | None:
        """The object with the inputs that were put last, by whomever; an import doesn't get what is write-only."""
        line = _line(kind)
        with self._lock:
            entity = self._cloud.get(identity)
            if entity is None:
                return None
            named = named_in(line, entity.identity)
            if ids.parse(line.template, entity.identity) is None or entity.kind.arm_type != line.arm_type:
                raise rejected(line, identity, f"{identity} is of the type {entity.kind.token}")
            found = inputs_of(self._cloud, entity)
            if entity.kind is not line:
                # Two types of the SDK may stand for one of ARM's; they differ in what the id is made of.
                own = ids.parameters(entity.kind.template)
                found = {**{key: value for key, value in found.items() if key not in own}, **named}
            if inputs is None:
                for path in line.write_only:
                    found = without(found, path)
            return Found(entity.identity, outputs_of(self._cloud, entity), found)

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
                return outputs_of(self._cloud, self._unchanged_key(existing, inputs))
            return outputs_of(self._cloud, self._writes.put(line, identity, cleaned(inputs)))

    def _unchanged_key(self, key: Entity, inputs: Properties) -> Entity:
        """A vault key that is as it is wanted; otherwise refuses, for ARM wouldn't change it."""
        different = {
            _INDEX.sub("", change.path)
            for change in self.diff(_KEY, inputs_of(self._cloud, key), outputs_of(self._cloud, key), inputs)
        }
        if not different:
            return key
        commands = {_command_for(path) for path in different}
        known = " and ".join(sorted(f"`{command}`" for command in commands if command))
        advice = "make a key with another name" if None in commands else f"do it in the vault with {known}, and refresh"
        raise rejected(
            key.kind,
            key.identity,
            f"Azure Resource Manager never changes a key that exists, so {' and '.join(sorted(different))} would stay "
            f"as before: {advice}",
        )

    def delete(self, kind: str, identity: str, outputs: Properties) -> None:  # noqa: ARG002  the id says it all
        """Removes the object, unless a lock, a user or a child keeps it."""
        _line(kind)
        with self._lock:
            self._writes.delete(identity)

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
                raise rejected(line, identity, f"{identity} doesn't exist")
            return {"id": entity.identity, **outputs_of(self._cloud, entity)}

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
            return back_door.to_body(outputs_of(self._cloud, entity)) if entity else None

    def put_body(self, identity: str, body: Mapping[str, Any], *, whole: bool) -> None:
        """Changes an object behind the engine's back: all of it, or only what the body names (null removes).

        A vault key can be changed this way too, as it can through the vault itself.
        """
        with self._lock:
            entity = self._cloud.get(identity)
            line = entity.kind if entity else _line_of(identity)
            named = named_in(line, entity.identity if entity else identity)
            given = back_door.to_inputs(body, line, entity.inputs if entity else {})
            if entity is not None:
                given = back_door.without_echo(line.schema.inputs, given, outputs_of(self._cloud, entity))
                given = given if whole else merged(inputs_of(self._cloud, entity), given)
            checked, failures = self._checked(line, cleaned({**given, **named}))
            if failures:
                raise rejected(line, identity, f"{failures[0].property} {failures[0].reason}")
            self._writes.put(line, entity.identity if entity else identity, checked)

    def remove(self, identity: str) -> bool:
        """Deletes an object behind the engine's back; False when there is none."""
        with self._lock:
            exists = self._cloud.get(identity) is not None
            self._writes.delete(identity)
            return exists

    def _identity(self, line: Kind, inputs: Properties) -> str:
        if not self._subscription:
            raise RejectedError("The Azure provider has not been configured yet.")
        identity = line.identity(inputs, self._subscription)
        if identity is None:
            wanted = [*line.given, *line.named_by]
            missing = [name for name in wanted if name != "subscriptionId" and inputs.get(name) in (None, UNKNOWN)]
            raise RejectedError(f"{line.token}: {', '.join(missing)} must be given to name the object.")
        return identity


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


def _unknown_type(kind: str) -> str:
    try:
        schema_of(kind)
    except NoSuchTypeError:
        return f"The installed Azure Native SDK has no resource type {kind}."
    return (
        f"The local Azure doesn't simulate {kind}: add a line for it to its service's module in localcloud/azure/table."
    )


def _command_for(path: str) -> str | None:
    """The command that changes this property of a vault key; None where nothing does."""
    return next((command for name, command in _IN_THE_VAULT.items() if f"{path}.".startswith(f"{name}.")), None)
