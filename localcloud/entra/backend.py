"""Entra ID in memory, for the resource types of `localcloud.entra.table`.

It does what the Azure AD provider and Microsoft Graph do together. Every object gets a GUID that no other had, so what
a preview can't know is unknown here too. A tenant has its people and Microsoft's own applications before any program
runs; everything else that is named must have been made.

What it leaves out: the provider's defaults (an object's outputs are its inputs and what Entra computes), and the time
that Graph takes until a new object is seen everywhere.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from wsgiref.types import WSGIApplication

from localcloud.back_door import application
from localcloud.backend import UNKNOWN, Change, CheckFailure, Found, Properties, RejectedError
from localcloud.entra.directory import Directory, Kind, Object, Put
from localcloud.entra.rules import GUID
from localcloud.entra.schema import schema_of
from localcloud.entra.table import KINDS, PACKAGE
from localcloud.identifiers import uuid_of
from localcloud.paths import changes, cleaned, has_unknown, merged, select
from localcloud.schema import NoSuchTypeError


class EntraBackend:
    """The simulated Entra: a directory for each tenant, each provider configured for one of them."""

    package: str = PACKAGE

    def __init__(self) -> None:
        self._lock: Final = threading.RLock()
        self._directories: Final[dict[str, Directory]] = {}
        self._tenant: str = ""

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """Takes `tenantId`."""
        tenant = configuration.get("tenantId")
        if not isinstance(tenant, str) or GUID.fullmatch(tenant) is None:
            raise RejectedError("The Azure AD provider needs a tenantId, a GUID: give it one explicitly.")
        with self._lock:
            self._tenant = tenant.lower()
            self._directories.setdefault(self._tenant, Directory(self._tenant))

    @property
    def _directory(self) -> Directory:
        if not self._tenant:
            raise RejectedError("The Azure AD provider has not been configured yet.")
        return self._directories[self._tenant]

    def check(self, kind: str, inputs: Properties) -> tuple[Properties, list[CheckFailure]]:
        """The inputs without empty values, and what is wrong with them."""
        given: Properties = cleaned(inputs)
        line = KINDS.get(kind)
        if line is None:
            return given, [CheckFailure("", _unknown_type(kind))]
        return given, _problems(line, given)

    def diff(
        self,
        kind: str,
        old_inputs: Properties,
        old_outputs: Properties,  # noqa: ARG002  what the cloud computed is never wanted
        inputs: Properties,
    ) -> list[Change]:
        """The changed inputs; those that Entra can't change replace the object."""
        fixed = _line(kind).fixed
        return [
            replace(change, replaces=change.path.partition(".")[0].partition("[")[0] in fixed)
            for change in changes(cleaned(old_inputs), cleaned(inputs))
        ]

    def deletes_before_replacing(self, kind: str, old_inputs: Properties, inputs: Properties) -> bool:
        """Where Entra would refuse the second of two that it can't tell apart."""
        line = _line(kind)
        is_same = [old_inputs.get(name) for name in line.told_apart_by] == [
            inputs.get(name) for name in line.told_apart_by
        ]
        return bool(line.told_apart_by) and is_same

    def predict(self, kind: str, urn: str, inputs: Properties) -> Properties:  # noqa: ARG002  a GUID is known by nobody
        """Nothing: ids are made when objects are."""
        _line(kind)
        return {}

    def create(self, kind: str, urn: str, inputs: Properties) -> tuple[str, Properties]:  # noqa: ARG002  as above
        """Makes the object, or takes over the one that the tenant has already."""
        line, given = _line(kind), cleaned(inputs)
        with self._lock:
            directory = self._directory
            same = None if has_unknown(given) else directory.same(line, given)
            if same is not None and not line.adopts:
                raise _rejected(line, given, f"it exists already as {same.identity}: import it")
            if same is not None:
                _require(directory, Put(same.guid, line, given, None))
                item = replace(same, inputs=given)
            else:
                guid = uuid_of(directory.tenant, kind, str(directory.made))
                _require(directory, Put(guid, line, given, None))
                directory.made += 1
                item = Object(line.identity(guid, given), guid, line, given)
            directory.objects[item.identity] = item
            return item.identity, _outputs(directory, item)

    def read(self, kind: str, identity: str, inputs: Properties | None) -> Found | None:  # noqa: ARG002  nothing is hidden
        """The object with the inputs that were put last, by whomever."""
        line = _line(kind)
        with self._lock:
            item = self._directory.objects.get(identity)
            if item is None:
                return None
            if item.kind is not line:
                raise _rejected(line, {}, f"{identity} is of the type {item.kind.token}")
            return Found(identity, _outputs(self._directory, item), cleaned(item.inputs))

    def update(
        self,
        kind: str,
        identity: str,
        old_inputs: Properties,  # noqa: ARG002  a put is always whole
        inputs: Properties,
        *,
        everything: bool,  # noqa: ARG002  as above
    ) -> Properties:
        """Puts the whole object anew."""
        line, given = _line(kind), cleaned(inputs)
        with self._lock:
            old = self._directory.objects.get(identity)
            if old is None:
                raise _rejected(line, given, f"{identity} doesn't exist any more: refresh")
            return _outputs(self._directory, self._put(old, given))

    def delete(self, kind: str, identity: str, outputs: Properties) -> None:  # noqa: ARG002  the id says it all
        """Removes the object, unless another one keeps it."""
        _line(kind)
        with self._lock:
            self._delete(identity)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """`getClientConfig`, and the `get…` function of every simulated type, by objectId or displayName."""
        with self._lock:
            if token == f"{PACKAGE}:index/getClientConfig:getClientConfig":
                known = {name: uuid_of(name, self._directory.tenant) for name in ("clientId", "objectId")}
                return {"tenantId": self._directory.tenant, "id": self._directory.tenant, **known}
            name = token.rpartition(":")[2].removeprefix("get")
            line = KINDS.get(f"{PACKAGE}:index/{name[:1].lower()}{name[1:]}:{name}")
            if line is None or ":get" not in token:
                raise RejectedError(f"The local Entra doesn't simulate the function {token}: add it to {__name__}.")
            for item in self._directory.of_type(line.token):
                outputs = _outputs(self._directory, item)
                if all(outputs.get(key) == value for key, value in cleaned(arguments).items()):
                    return {"id": item.identity, **outputs}
            raise _rejected(line, arguments, "there is none like this")

    def find(self, kind: str, inputs: Properties) -> list[str]:
        """The ids of the objects with these names, or what else tells them apart."""
        line, given = _line(kind), cleaned(inputs)
        names = line.told_apart_by or ("displayName",)
        with self._lock:
            return [
                item.identity
                for item in self._directory.of_type(kind)
                if [item.inputs.get(name) for name in names] == [given.get(name) for name in names]
            ]

    def back_door(self) -> WSGIApplication:
        """The HTTP application of `localcloud.back_door` over all tenants."""
        return application(self)

    # What the back door uses: the directory as its own tools see it, past the engine. Ids without a slash before them
    # are given with one, as a path has it.

    def identities(self) -> list[str]:
        """The ids of everything that exists."""
        with self._lock:
            return sorted(identity for directory in self._directories.values() for identity in directory.objects)

    def body(self, identity: str) -> Properties | None:
        """An object with its id, its type and all its properties."""
        with self._lock:
            found = self._seek(identity)
            if found is None:
                return None
            directory, item = found
            return {"id": item.identity, "type": item.kind.token, **_outputs(directory, item)}

    def put_body(self, identity: str, body: Mapping[str, Any], *, whole: bool) -> None:
        """Changes an object behind the engine's back: all of it, or only what the body names (null removes)."""
        with self._lock:
            found = self._seek(identity)
            if found is None:
                raise RejectedError(f"{identity} doesn't exist: Entra gives objects their ids itself.")
            directory, item = found
            echo = {"id": item.identity, "type": item.kind.token, **_outputs(directory, item)}
            known = item.kind.schema.inputs.properties
            given = {name: value for name, value in body.items() if name in known or value != echo.get(name)}
            wanted = cleaned(given if whole else merged(item.inputs, given))
            failures = _problems(item.kind, wanted)
            if failures:
                raise _rejected(item.kind, wanted, f"{failures[0].property} {failures[0].reason}")
            self._tenant, before = directory.tenant, self._tenant
            try:
                self._put(item, wanted)
            finally:
                self._tenant = before

    def remove(self, identity: str) -> bool:
        """Deletes an object behind the engine's back; False when there is none."""
        with self._lock:
            found = self._seek(identity)
            if found is None:
                return False
            directory, item = found
            self._tenant, before = directory.tenant, self._tenant
            try:
                self._delete(item.identity)
            finally:
                self._tenant = before
            return True

    def _seek(self, identity: str) -> tuple[Directory, Object] | None:
        for directory in self._directories.values():
            for name in (identity, identity.removeprefix("/")):
                if name in directory.objects:
                    return directory, directory.objects[name]
        return None

    def _put(self, old: Object, inputs: Properties) -> Object:
        _require(self._directory, Put(old.guid, old.kind, inputs, old))
        item = replace(old, inputs=inputs)
        self._directory.objects[old.identity] = item
        return item

    def _delete(self, identity: str) -> None:
        directory = self._directory
        item = directory.objects.get(identity)
        if item is None:
            return
        for holder in directory.holders(item):
            raise _rejected(item.kind, item.inputs, f"it is in use by {holder.identity}")
        del directory.objects[identity]


def _line(kind: str) -> Kind:
    if kind not in KINDS:
        raise RejectedError(_unknown_type(kind))
    return KINDS[kind]


def _unknown_type(kind: str) -> str:
    try:
        schema_of(kind)
    except NoSuchTypeError:
        return f"The installed Azure AD SDK has no resource type {kind}."
    return f"The local Entra doesn't simulate {kind}: add a line for it to localcloud/entra/table.py."


def _problems(line: Kind, inputs: Properties) -> list[CheckFailure]:
    failures = list(line.schema.problems(inputs))
    return failures or [failure for check in line.checks for failure in check(inputs)]


def _require(directory: Directory, put: Put) -> None:
    """Raises RejectedError where Entra would refuse the object."""
    if has_unknown(put.inputs):
        raise _rejected(put.kind, put.inputs, "a value is not known yet")
    for pattern, reference in put.kind.references.items():
        for path, value in select(put.inputs, pattern):
            text = str(value)
            is_there = text in reference.besides or text.rpartition("/")[2] in reference.besides
            if not is_there and not _exists(directory, text, reference.tokens):
                kinds = " or ".join(token.rpartition(":")[2] for token in reference.tokens)
                raise _rejected(put.kind, put.inputs, f"{path} names {text}, which is no {kinds} of this tenant")
    for rule in put.kind.rules:
        for sentence in rule(directory, put):
            raise _rejected(put.kind, put.inputs, sentence)


def _exists(directory: Directory, text: str, tokens: tuple[str, ...]) -> bool:
    """Whether an object has this id; an application and its service principal are named by the client id too."""
    if directory.named(text, *tokens) is not None:
        return True
    return any(
        text == _outputs(directory, item).get("clientId")
        for item in directory.of_type(*(token for token in tokens if token.endswith((":Application", "Principal"))))
    )


def _outputs(directory: Directory, item: Object) -> Properties:
    known = item.kind.schema.outputs
    found = merged(cleaned(item.inputs), item.kind.computed(directory, item))
    return {name: value for name, value in found.items() if name in known}


def _rejected(line: Kind, inputs: Mapping[str, Any], sentence: str) -> RejectedError:
    name = inputs.get("displayName")
    named = f" {name}" if isinstance(name, str) and name is not UNKNOWN else ""
    return RejectedError(f"{line.token}{named}: {sentence}.")
