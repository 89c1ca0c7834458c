"""What the pack was asked in one preview or one update of a stack, as the mutation run needs it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pulumi.runtime.proto.analyzer_pb2 import AnalyzeRequest, AnalyzerStackConfigureRequest, AnalyzeStackRequest

from hosting.errors import HostingError
from policies.court import Run
from policies.recording import read_recording
from policies.resources import Resource

SHORTEST: Final = 3
"""Outputs that are shorter identify nothing."""


@dataclass(frozen=True)
class RecordedRun:
    """One preview or update: each resource as it was asked for, and as the finished stack had it, by URN."""

    run: Run
    inputs: Mapping[str, Resource]
    states: Mapping[str, Resource]

    @cached_property
    def users(self) -> Mapping[str, Sequence[Resource]]:
        """The resources that have a property computed from one, by its URN."""
        found: dict[str, dict[str, Resource]] = defaultdict(dict)
        for each in self.states.values():
            for source in (urn for sources in each.depends_on.values() for urn in sources):
                found[source][each.urn] = each
        return {urn: tuple(users.values()) for urn, users in found.items()}


@dataclass(frozen=True)
class RecordedStack:
    """A stack's first preview, in which much isn't known yet, and its update, in which everything is."""

    name: str
    preview: RecordedRun
    update: RecordedRun

    @cached_property
    def identities(self) -> Mapping[str, frozenset[str]]:
        """The texts among each resource's outputs, by URN: by one of them others know it."""
        return {
            urn: frozenset(
                value for value in state.all_properties().values() if isinstance(value, str) and len(value) >= SHORTEST
            )
            for urn, state in self.update.states.items()
        }

    @cached_property
    def used(self) -> frozenset[str]:
        """The URNs that another resource depends on or hangs below."""
        states = self.update.states.values()
        sources = {urn for each in states for urns in each.depends_on.values() for urn in urns}
        return frozenset(sources | {each.parent_urn for each in states if each.parent_urn})


def read_stack(name: str, folder: Path) -> RecordedStack:
    """The recordings `NAME.preview` and `NAME.up`. Raises HostingError when one isn't there or isn't whole."""
    try:
        previewed = list(_runs(folder / f"{name}.preview"))
        updated = list(_runs(folder / f"{name}.up"))
    except (OSError, ValueError) as error:
        raise HostingError(f"The recording of {name} can't be read: {error}.") from None
    previews = [each for each in previewed if each.run.phase == "preview"]
    updates = [each for each in updated if each.run.phase == "update"]
    if not previews or not updates or previews[0].states.keys() != updates[-1].states.keys():
        raise HostingError(f"The recordings of {name} are not of one first preview and its update: record again.")
    return RecordedStack(name, previews[0], updates[-1])


def _runs(file: Path) -> Iterator[RecordedRun]:
    run: Run | None = None
    inputs: dict[str, Resource] = {}
    for request in read_recording(file):
        match request:
            case AnalyzerStackConfigureRequest():
                run, inputs = Run.of_request(request), {}
            case AnalyzeRequest():
                inputs[request.urn] = Resource.of_request(request)
            case AnalyzeStackRequest() if run is not None:
                yield RecordedRun(run, inputs, {each.urn: Resource.of_state(each) for each in request.resources})
            case _:
                raise ValueError(f"{file.name} doesn't say first what the engine does")


def changed(resource: Resource, properties: Mapping[str, Any], **other: Any) -> Resource:
    """The resource with these properties and, by name, other options."""
    given: dict[str, Any] = {
        "protected": resource.protected,
        "ignored_changes": resource.ignored_changes,
        "took_over": resource.took_over,
        "provider": resource.provider,
        "parent_urn": resource.parent_urn,
        "depends_on": resource.depends_on,
        "urn": resource.urn,
        "name": resource.resource_name,
        **other,
    }
    return Resource(resource.resource_type, properties=properties, **given)
