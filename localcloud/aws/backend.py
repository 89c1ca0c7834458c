"""The AWS cloud on this machine: what the table says of each type, done on moto."""
# ruff: noqa: D102  `localcloud.backend.Backend` says what each method is for

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast
from wsgiref.types import WSGIApplication

import jmespath

from localcloud.aws import sdk
from localcloud.aws.cloud import ACCOUNT, Cloud, RefusedError, Session
from localcloud.aws.compare import changes, is_empty, same
from localcloud.aws.model import ALWAYS_KNOWN, Call, Question, Read, Setting, Step, Type
from localcloud.aws.table import TYPES
from localcloud.aws.template import ABSENT, fill, parameters, placeholders
from localcloud.backend import UNKNOWN, Change, CheckFailure, Found, PartlyDoneError, Properties, RejectedError

_CONFIGURATION: Final = frozenset({"region", "allowedAccountIds", "forbiddenAccountIds", "stsRegion"})
"""Settings of the provider that mean something here; those that only skip checks of credentials are passed over. The
local STS answers for every region."""


class AwsBackend:
    """AWS as a `Backend`, which says what each method is for."""

    package = "aws"

    def __init__(self) -> None:
        self.cloud = Cloud()
        self._region: str | None = None

    def configure(self, configuration: Mapping[str, Any]) -> None:
        unknown = sorted(name for name in configuration.keys() - _CONFIGURATION if not name.startswith(("skip", "__")))
        if unknown:
            raise RejectedError(f"The local AWS cloud doesn't simulate the provider's setting {unknown[0]}: remove it.")
        if not configuration.get("region"):
            raise RejectedError("The AWS provider needs a region.")
        allowed = configuration.get("allowedAccountIds")
        if (allowed and ACCOUNT not in allowed) or ACCOUNT in configuration.get("forbiddenAccountIds", []):
            raise RejectedError(
                f"The account {ACCOUNT} of the local AWS cloud is not among the allowed ones: allow it, or use the "
                "real cloud."
            )
        self._region = str(configuration["region"])

    def check(self, kind: str, inputs: Properties) -> tuple[Properties, list[CheckFailure]]:
        described = TYPES.get(kind)
        if described is None:
            return inputs, [
                CheckFailure("", f"the local AWS cloud doesn't simulate {kind} yet: add it in localcloud/aws/table")
            ]
        failures = sdk.check(kind, inputs)
        if not failures:
            failures = [
                CheckFailure(
                    name, f"the local AWS cloud doesn't simulate {name} of {kind} yet: add it in localcloud/aws/table"
                )
                for name in sorted(inputs.keys() - self.simulated(kind))
                if not name.startswith("__")
            ]
        refusal = described.check(inputs) if described.check and not failures else None
        return inputs, failures + ([CheckFailure("", refusal)] if refusal else [])

    def simulated(self, kind: str) -> frozenset[str]:
        """The input properties of a type that have an effect here."""
        described = TYPES[kind]
        if described.create is None:
            return frozenset(sdk.inputs(kind))
        names = {"region", *described.beside, *described.write_only, *described.takes}
        if described.tags:
            names.add("tags")
        if described.name:
            names |= {described.name, f"{described.name}Prefix"}
        for setting in described.settings:
            names |= setting.names
        return frozenset(names | self._created(described))

    def _created(self, described: Type) -> frozenset[str]:
        """The properties that the creation takes by its template."""
        if isinstance(described.create, Call):
            return frozenset(placeholders(described.create.parameters)) - ALWAYS_KNOWN
        return frozenset(described.takes)

    def _own_identity(self, described: Type, values: Properties) -> str | None:
        """The id where it follows from the properties; None where AWS chooses it or one of them isn't known yet."""
        if callable(described.identity):
            return described.identity(values)
        if "{" not in described.identity or "{random}" in described.identity:
            return None
        found = fill(described.identity, values)
        return None if found is ABSENT else str(found)

    def diff(self, kind: str, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Change]:
        described = self._type(kind)
        left_to_cloud = self._left_to_cloud(described)
        before, after = dict(described.defaults) | old_inputs, dict(described.defaults) | inputs
        for values in (before, after):
            values |= {name: self._normal(described, name, values[name]) for name in described.normal if name in values}
        for name in left_to_cloud:
            if name in inputs and name not in old_inputs and old_outputs.get(name) is not None:
                before[name] = old_outputs[name]
        return changes(before, after, {"region", *described.replaces}, left_to_cloud)

    def deletes_before_replacing(self, kind: str, old_inputs: Properties, inputs: Properties) -> bool:
        described = self._type(kind)
        old = self._own_identity(described, self._values(kind, old_inputs, None))
        if old is not None:
            return old == self._own_identity(described, self._values(kind, inputs, None))
        return described.name is not None and old_inputs.get(described.name, ABSENT) == inputs.get(described.name)

    def predict(self, kind: str, urn: str, inputs: Properties) -> Properties:  # noqa: ARG002  names are inputs here
        described = self._type(kind)
        values = self._values(kind, inputs, None)
        templates = dict(described.outputs)
        identity = self._own_identity(described, values)
        if identity is not None:
            values["id"] = templates["id"] = identity
        predicted = {name: value for name, value in described.defaults.items() if name not in inputs}
        if values["region"] is not UNKNOWN:
            predicted["region"] = values["region"]
        if "tags" in sdk.outputs(kind) and inputs.get("tags") is not UNKNOWN:
            predicted["tagsAll"] = inputs.get("tags", {})
        certain = predicted | {
            name: value
            for name, template in templates.items()
            if (value := fill(template, values)) is not ABSENT and name not in inputs
        }
        return {name: value for name, value in certain.items() if name == "id" or name in sdk.outputs(kind)}

    def create(self, kind: str, urn: str, inputs: Properties) -> tuple[str, Properties]:
        described = self._type(kind)
        given = dict(inputs)
        if described.name and not given.get(described.name):
            prefix = given.get(f"{described.name}Prefix") or urn.rpartition("::")[2] + "-"
            given[described.name] = prefix + secrets.token_hex(4)[:7]
        session = self._session(described, given)
        self._refuse_dangling(kind, given)
        self._refuse_twin(kind, session, given)
        values = self._values(kind, given, None)
        identity = self._identity(described, self._make(kind, session, values), values)
        self._remember(kind, session.region, identity, given)
        try:
            reasons = self._apply(kind, session, identity, None, given, everything=False)
        except RejectedError:
            if described.create is None:
                del self.cloud.memory[kind][self._memory_key(session.region, identity)]
            raise
        return identity, self._finish(kind, identity, inputs, reasons)

    def read(self, kind: str, identity: str, inputs: Properties | None) -> Found | None:
        described = self._type(kind)
        identity, _, region = identity.partition("@") if inputs is None else (identity, "", "")
        session = self._session(described, {"region": region} if region else inputs or {})
        state = self._state(kind, session, identity, inputs or {})
        if state is None:
            return None
        found = self._found_inputs(kind, inputs, state)
        return Found(identity, self._compose(kind, found, state), found)

    def update(
        self, kind: str, identity: str, old_inputs: Properties, inputs: Properties, *, everything: bool
    ) -> Properties:
        described = self._type(kind)
        session = self._session(described, inputs)
        self._refuse_dangling(kind, inputs)
        if self._state(kind, session, identity, old_inputs) is None:
            raise RejectedError(f"{kind} {identity} isn't there any more: refresh first.")
        self._remember(kind, session.region, identity, inputs)
        reasons = self._apply(kind, session, identity, old_inputs, inputs, everything=everything)
        return self._finish(kind, identity, inputs, reasons)

    def delete(self, kind: str, identity: str, outputs: Properties) -> None:
        described = self._type(kind)
        session = self._session(described, outputs)
        values = self._values(kind, outputs, identity)
        for step in described.delete:
            try:
                self._do(session, step, values)
            except RefusedError as error:
                if not error.is_missing:
                    raise
        self.cloud.memory.get(kind, {}).pop(self._memory_key(session.region, identity), None)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        region = arguments.get("region") or self._default_region()
        match token.rpartition(":")[2]:
            case "getCallerIdentity":
                arn = f"arn:aws:iam::{ACCOUNT}:root"
                return {"id": ACCOUNT, "accountId": ACCOUNT, "arn": arn, "userId": ACCOUNT}
            case "getRegion":
                return {"id": region, "name": region, "region": region}
            case "getPartition":
                suffix = {"dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}
                return {"id": "aws", "partition": "aws", **suffix}
            case _:
                raise RejectedError(
                    f"The local AWS cloud doesn't simulate the function {token} yet: add it in "
                    "localcloud/aws/backend.py."
                )

    def find(self, kind: str, inputs: Properties) -> list[str]:
        described = self._type(kind)
        identity = self._own_identity(described, self._values(kind, inputs, None))
        if identity is not None:
            return [identity] if self.read(kind, identity, inputs) else []
        session = self._session(described, inputs)
        return [identity for identity in self._listed(kind, session) if self._is_twin(kind, identity, inputs)]

    def back_door(self) -> WSGIApplication:
        return self.cloud.back_door()

    def _type(self, kind: str) -> Type:
        if kind not in TYPES:
            raise RejectedError(f"The local AWS cloud doesn't simulate {kind} yet: add it in localcloud/aws/table.")
        return TYPES[kind]

    def _default_region(self) -> str:
        if self._region is None:
            raise RejectedError("The AWS provider isn't configured.")
        return self._region

    def _session(self, described: Type, properties: Properties) -> Session:
        return self.cloud.session(described.service, properties.get("region") or self._default_region())

    def _bound(self, session: Session, step: Call | Read) -> Session:
        return session.of(step.service) if step.service else session

    def _do(self, session: Session, step: Step, values: Properties) -> Any:
        if not isinstance(step, Call):
            return step(session, values)
        return self._bound(session, step).call(step.operation, parameters(step.parameters, values))

    def _make(self, kind: str, session: Session, values: Properties) -> Any:
        step = self._type(kind).create
        return self._do(session, step, values) if step else {}

    def _values(self, kind: str, properties: Properties, identity: str | None) -> Properties:
        """What the templates of a type may ask for."""
        described = self._type(kind)
        tags = properties.get("tags")
        tags = tags if isinstance(tags, dict) else {}
        values = dict(described.defaults) | properties
        values |= {
            "account": ACCOUNT,
            "region": properties.get("region") or self._default_region(),
            "random": secrets.token_hex(9)[:17],
        }
        if tags:
            values |= {
                "tagList": [{"Key": key, "Value": value} for key, value in tags.items()],
                "tagListLower": [{"key": key, "value": value} for key, value in tags.items()],
                "tagListKms": [{"TagKey": key, "TagValue": value} for key, value in tags.items()],
            }
        if identity is not None:
            values |= self._parts(described, identity) | {"id": identity}
        return values

    def _parts(self, described: Type, identity: str) -> Properties:
        """The properties of which an id is made."""
        if callable(described.identity) or "{" not in described.identity:
            return {}
        expression = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(described.identity))
        matched = re.fullmatch(expression, identity)
        return (
            {}
            if matched is None
            else {name: value for name, value in matched.groupdict().items() if name not in ALWAYS_KNOWN}
        )

    def _identity(self, described: Type, answer: Any, values: Properties) -> str:
        if callable(described.identity):
            found = described.identity(values)
        elif "{" in described.identity:
            found = fill(described.identity, values)
        else:
            found = jmespath.search(described.identity, answer)
        if found is ABSENT or found is None:
            raise RejectedError(f"The local AWS cloud got no id where it looks for one ({described.identity}).")
        return str(found)

    def _left_to_cloud(self, described: Type) -> frozenset[str]:
        names = {*described.computed, "region"}
        if described.name:
            names |= {described.name, f"{described.name}Prefix"}
        return frozenset(names)

    def _memory_key(self, region: str, identity: str) -> str:
        return f"{region}/{identity}"

    def _remember(self, kind: str, region: str, identity: str, inputs: Properties) -> None:
        described = self._type(kind)
        names = sdk.inputs(kind) if described.create is None else described.beside
        kept = {name: inputs[name] for name in names if name in inputs}
        if kept or described.create is None:
            self.cloud.memory.setdefault(kind, {})[self._memory_key(region, identity)] = kept
        else:
            self.cloud.memory.get(kind, {}).pop(self._memory_key(region, identity), None)

    def _apply(
        self,
        kind: str,
        session: Session,
        identity: str,
        old_inputs: Properties | None,
        inputs: Properties,
        *,
        everything: bool,
    ) -> list[str]:
        """Makes the calls that bring the object to its inputs (old ones are None after its creation); gives what AWS
        refused."""
        described = self._type(kind)
        state = self._state(kind, session, identity, inputs) or {}
        computed = {name: value for name, value in state.items() if name not in sdk.inputs(kind)}
        values = self._values(kind, computed | inputs, identity)
        reasons: list[str] = []
        before, after = dict(described.defaults) | (old_inputs or {}), dict(described.defaults) | inputs
        if old_inputs is None:
            # What AWS gave the new object by itself needn't be what the provider takes as default.
            before = {name: state.get(name) if after.get(name) is not None else None for name in sdk.inputs(kind)}
        done = self._created(described) if old_inputs is None else frozenset[str]()
        if described.create_again and old_inputs is not None:
            try:
                self._make(kind, session, values)
            except RejectedError as error:
                reasons.append(str(error))
        for setting in described.settings:
            if setting.names <= done and not everything:
                continue
            if everything or any(not same(before.get(name), after.get(name)) for name in setting.names):
                try:
                    self._set(session, setting, values)
                except RejectedError as error:
                    reasons.append(str(error))
        old_tags = state.get("tags", {}) if described.create is not None else inputs.get("tags", {})
        try:
            self._tag(described, session, values, old_tags, inputs.get("tags", {}))
        except RejectedError as error:
            reasons.append(str(error))
        return reasons

    def _set(self, session: Session, setting: Setting, values: Properties) -> None:
        if all(values.get(name) is None for name in setting.names):
            if setting.off is not None:
                self._do(session, setting.off, values)
        else:
            self._do(session, setting.on, values)

    def _tag(self, described: Type, session: Session, values: Properties, old: Properties, new: Properties) -> None:
        if described.tags is None or old == new:
            return
        removed = sorted(old.keys() - new.keys())
        if removed and not (described.tags.adding_replaces and new):
            keys = {"removedTags": removed, "removedTagList": [{"Key": key} for key in removed]}
            self._do(session, described.tags.remove, values | keys)
        if new:
            self._do(session, described.tags.add, values)

    def _state(self, kind: str, session: Session, identity: str, inputs: Properties) -> Properties | None:
        """The object's properties as the cloud tells them, or None when it is gone."""
        described = self._type(kind)
        kept = self.cloud.memory.get(kind, {}).get(self._memory_key(session.region, identity))
        if described.create is None:
            if kept is None:
                return None
            state = dict(kept)
            for question in described.reads:
                state |= self._answer(kind, session, question, state | {"id": identity}) or {}
        else:
            values = self._values(kind, inputs | {"region": session.region}, identity)
            first = self._answer(kind, session, described.reads[0], values)
            if first is None:
                return None
            state = first
            for question in described.reads[1:]:
                state |= self._answer(kind, session, question, values | state) or {}
            state |= kept or {}
        values = self._values(kind, dict(described.defaults) | state | {"region": session.region}, identity)
        for name, template in described.outputs.items():
            value = fill(template, values)
            if value is not ABSENT:
                state.setdefault(name, value)
        if described.tags is not None and described.tags.read is not None:
            state |= self._answer(kind, session, described.tags.read, values | state) or {}
        if "tags" in sdk.outputs(kind):
            state["tags"] = {
                key: value for key, value in (state.get("tags") or {}).items() if not key.startswith("aws:")
            }
            state["tagsAll"] = state["tags"]
        return state | {"region": session.region}

    def _answer(self, kind: str, session: Session, question: Question, values: Properties) -> Properties | None:
        """The answer in the SDK's names, or None when what was asked for isn't there."""
        try:
            if not isinstance(question, Read):
                return question(session, values)
            answer = self._bound(session, question).ask(
                question.operation, question.path, **parameters(question.parameters, values)
            )
        except RefusedError as error:
            if error.is_missing:
                return None
            raise
        if not answer:
            return None
        found = sdk.from_answer(kind, {name: value for name, value in answer.items() if not _is_tags(name)})
        tags = next((value for name, value in answer.items() if _is_tags(name) and value), None)
        if tags is not None:
            found["tags"] = _tag_map(tags)
        return found

    def _found_inputs(self, kind: str, inputs: Properties | None, state: Properties) -> Properties:
        """The inputs that would make the object as it is now; in a refresh with the words of the user's own."""
        described = self._type(kind)
        left_to_cloud = self._left_to_cloud(described)
        found: Properties = {}
        for name in sdk.inputs(kind):
            wanted = None if inputs is None else inputs.get(name)
            held = state.get(name)
            if name in described.write_only or name == f"{described.name}Prefix":
                if wanted is not None:
                    found[name] = wanted
            elif wanted is not None and same(
                self._normal(described, name, wanted),
                self._normal(described, name, held),
                left_to_cloud=left_to_cloud,
                path=name,
            ):
                found[name] = wanted
            elif wanted is not None or not (
                same(described.defaults.get(name), held) or (inputs is not None and name in left_to_cloud)
            ):
                found[name] = held
        return {name: value for name, value in found.items() if value is not None}

    def _normal(self, described: Type, name: str, value: Any) -> Any:
        return (
            value
            if value is None or value is UNKNOWN or name not in described.normal
            else described.normal[name](value)
        )

    def _finish(self, kind: str, identity: str, inputs: Properties, reasons: list[str]) -> Properties:
        """The outputs after a creation or an update. Nothing passes as done that a refresh wouldn't find again."""
        found = self.read(kind, identity, inputs)
        if found is None:
            raise RejectedError(f"{kind} {identity} vanished while it was being made.")
        forgotten = sorted(
            name
            for name, value in inputs.items()
            if not name.startswith("__") and not is_empty(value) and found.inputs.get(name) != value
        )
        if forgotten and not reasons:
            names = ", ".join(forgotten)
            reasons = [f"The local AWS cloud doesn't keep {names} of {kind}: mend its entry in localcloud/aws/table."]
        if reasons:
            raise PartlyDoneError(identity, found.outputs | inputs, reasons)
        return found.outputs

    def _compose(self, kind: str, inputs: Properties, state: Properties) -> Properties:
        """The outputs: what the cloud holds, in the user's own words where they mean the same."""
        described = self._type(kind)
        outputs = dict(described.defaults) | state | inputs
        return {name: value for name, value in outputs.items() if name in sdk.outputs(kind)}

    def _refuse_dangling(self, kind: str, inputs: Properties) -> None:
        described = self._type(kind)
        for path, target in described.references.items():
            for identity in _at(inputs, path.split(".")):
                if self.read(target, identity, {"region": inputs.get("region")}) is None:
                    raise RejectedError(f"{path} names {identity}, which isn't there ({target}).")

    def _refuse_twin(self, kind: str, session: Session, inputs: Properties) -> None:
        """What is kept in memory exists once; moto itself refuses the second of its own objects."""
        described = self._type(kind)
        identity = self._own_identity(described, self._values(kind, inputs, None))
        if identity is None or described.create is not None or described.create_again:
            return
        if self._memory_key(session.region, identity) in self.cloud.memory.get(kind, {}):
            raise RejectedError(f"{kind} {identity} already exists: import it, or choose another name.")

    def _listed(self, kind: str, session: Session) -> list[str]:
        described = self._type(kind)
        if described.create is None:
            prefix = session.region + "/"
            return [key.removeprefix(prefix) for key in self.cloud.memory.get(kind, {}) if key.startswith(prefix)]
        if described.listing is None:
            raise RejectedError(f"The local AWS cloud can't list {kind}: add it in localcloud/aws/table.")
        listing = described.listing
        if not isinstance(listing, Read):
            return listing(session)
        return list(self._bound(session, listing).ask(listing.operation, listing.path, **listing.parameters) or [])

    def _is_twin(self, kind: str, identity: str, inputs: Properties) -> bool:
        described = self._type(kind)
        region = {"region": inputs["region"]} if inputs.get("region") else {}
        found = self.read(kind, identity, region)
        if found is None:
            return False
        key = described.key or ([described.name] if described.name and inputs.get(described.name) else [])
        if key:
            return all(same(inputs.get(name), found.outputs.get(name)) for name in key)
        wanted, held = inputs.get("tags", {}), found.outputs.get("tags") or {}
        return "Name" in wanted and all(held.get(name) == wanted.get(name) for name in ("Name", "stack"))


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """The values at a path without indices."""
    if isinstance(value, list):
        for element in cast("list[Any]", value):
            yield from _at(element, path)
    elif not path:
        if value is not None:
            yield value
    elif isinstance(value, dict):
        yield from _at(cast("Properties", value).get(path[0]), path[1:])


def _is_tags(name: str) -> bool:
    return re.fullmatch(r"tag(s|set|list)?", name, re.IGNORECASE) is not None


def _tag_map(tags: Any) -> dict[str, str]:
    """Tags in any of AWS's four ways of writing them."""
    if isinstance(tags, dict):
        return {str(key): str(value) for key, value in tags.items()}
    pairs = [{name.lower().removeprefix("tag"): value for name, value in tag.items()} for tag in tags]
    return {pair["key"]: pair.get("value", "") for pair in pairs}
