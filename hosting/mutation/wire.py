"""Applies variations to what the program tells the engine, so that the real engine judges mutants too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

from hosting.mutation.mutants import Variation
from hosting.mutation.recorded import RecordedRun
from policies.resources import Resource

T = TypeVar("T")


@dataclass(frozen=True)
class Addition:
    """A resource that the program doesn't declare."""

    resource_type: str
    name: str
    properties: Mapping[str, Any]
    sources: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Change:
    """What is otherwise about one resource of the program. Other processes can be told of it."""

    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Top-level properties that have another value; None for one that is left out."""
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """URNs that these properties are then computed from."""
    protected: bool | None = None
    parent: str | None = None
    removed: bool = False
    added: tuple[Addition, ...] = ()
    """What stands beside it."""


def changes_of(run: RecordedRun, variation: Variation, beside: str) -> dict[str, Change]:
    """A variation of a run as changes by URN; what is added is declared together with the resource `beside`.

    What follows from the variation the program and the cloud compute themselves.
    """
    changes: dict[str, Change] = {}
    for urn, resource in variation.inputs.items():
        if urn in variation.followed:
            continue
        before = run.inputs.get(variation.renamed.get(urn, urn))
        state = variation.states[urn]
        assert state is not None
        if before is None:
            addition = Addition(
                resource.resource_type, resource.resource_name, resource.all_properties(), state.depends_on
            )
            changes[beside] = Change(added=(addition,))
        else:
            changes[before.urn] = _change(before, resource, run.states[before.urn].depends_on, state)
    kept = {*variation.renamed.values(), *changes}
    removed = {
        urn: Change(removed=True) for urn, state in variation.states.items() if state is None and urn not in kept
    }
    return changes | removed


def _change(before: Resource, now: Resource, came_from: Mapping[str, Sequence[str]], state: Resource) -> Change:
    old, new = before.all_properties(), now.all_properties()
    # What isn't known before the update looks alike, wherever it is to come from.
    names = [
        name
        for name in {*old, *new}
        if old.get(name) != new.get(name) or {*came_from.get(name, ())} != {*state.depends_on.get(name, ())}
    ]
    return Change(
        properties={name: new.get(name) for name in names},
        sources={name: tuple(state.depends_on.get(name, ())) for name in names},
        protected=now.protected if now.protected != before.protected else None,
        parent=now.parent_urn if now.parent_urn != before.parent_urn else None,
    )


def changing(changes: Mapping[str, Change], program: Callable[[], T]) -> Callable[[], T]:
    """The program, of which the engine hears otherwise."""

    def changed() -> T:
        monitor = _Monitor(settings.get_monitor(), changes)
        settings.SETTINGS.monitor = monitor  # pyright: ignore[reportAttributeAccessIssue]  # typed for its stub only
        return program()

    return changed


class _Monitor:
    """The engine's side of the program, which hands on what isn't to be changed."""

    def __init__(self, monitor: Any, changes: Mapping[str, Change]) -> None:
        self._monitor = monitor
        self._changes = changes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._monitor, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the name of the engine's call
        urn = self._urn(request)
        change = self._changes.get(urn)
        if change is None:
            return self._monitor.RegisterResource(request)
        if change.removed:
            return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)
        _apply(change, request)
        response = self._monitor.RegisterResource(request)
        for addition in change.added:
            self._monitor.RegisterResource(_declaration(addition, request))
        return response

    def _urn(self, request: Any) -> str:
        parent = request.parent.split("::")
        # The stack itself is no part of the types in a URN.
        above = "" if parent[2] == "pulumi:pulumi:Stack" else f"{parent[2]}$"
        return f"{parent[0]}::{parent[1]}::{above}{request.type}::{request.name}"


def _apply(change: Change, request: Any) -> None:
    for name, value in change.properties.items():
        request.propertyDependencies.pop(name, None)
        if value is None:
            request.object.fields.pop(name, None)
        else:
            request.object.fields[name].CopyFrom(_wire(value))
            request.propertyDependencies[name].urns.extend(change.sources.get(name, ()))
    if change.protected is not None:
        request.protect = change.protected
    if change.parent is not None:
        request.parent = change.parent


def _declaration(addition: Addition, beside: Any) -> Any:
    request = resource_pb2.RegisterResourceRequest()
    request.CopyFrom(beside)
    request.type, request.name, request.protect = addition.resource_type, addition.name, True
    request.object.CopyFrom(
        struct_pb2.Struct(fields={name: _wire(value) for name, value in addition.properties.items()})
    )
    request.propertyDependencies.clear()
    for name, urns in addition.sources.items():
        request.propertyDependencies[name].urns.extend(urns)
    for each in ("dependencies", "aliases", "ignoreChanges", "replaceOnChanges", "additionalSecretOutputs"):
        request.ClearField(each)
    return request


def _wire(value: Any) -> struct_pb2.Value:
    return json_format.ParseDict(value, struct_pb2.Value())
