"""Every mutant of a recorded stack: a resource that is otherwise than the program says, is missing, or is too much."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, cast

from hosting.mutation.added import SHARED, Companion, companions
from hosting.mutation.operators import Mutation, Place, equivalent, mutations, removed
from hosting.mutation.paths import MISSING, Node, Path, content, edited, found, nodes, pattern_of, with_texts
from hosting.mutation.recorded import SHORTEST, RecordedRun, RecordedStack, changed
from hosting.mutation.sdk import PROVIDERS, knowledge, unset
from policies.properties import is_unknown
from policies.resources import TENANT_TYPE, Resource, Stack

CONSTANT: Final = frozenset({"removed", "subtree-removed", "element-removed", "emptied", "opened", "anyone"})
"""Operators whose result doesn't hang on what was there, so that they apply to a value that isn't known yet."""


NUMBERS: Final = frozenset({"zero", "negative", "halved", "doubled", "huge"})
"""Operators that change a number, or one in a text."""


@dataclass(frozen=True)
class Variation:
    """What is otherwise in one run: resources as asked for and as they then are, by URN; None where one is gone."""

    inputs: Mapping[str, Resource]
    states: Mapping[str, Resource | None]
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    """The URNs that the resources had before, by the ones they have now."""
    followed: frozenset[str] = frozenset()
    """The resources that are otherwise only because the program or the cloud computes them from what is."""


@dataclass(frozen=True)
class Mutant:
    """One way in which a stack is otherwise."""

    stack: str
    urn: str
    resource_type: str
    path: str
    """The place, whatever the index; for an option of the resource `(protect)`, for a companion `(companion)`."""
    operator: str
    detail: str
    kind: str
    """What stands there now: text, number, true or false, list, object."""
    vary: Callable[[RecordedRun], Variation | None] = field(repr=False, compare=False)
    """The variation of a run; None if in that run it can't be made, because what it changes isn't known yet."""
    stillborn: str | None = None
    """Why nobody can declare it at all."""
    equivalent: str | None = None
    """Why it means the same as before."""
    edit: tuple[Path, Any] | None = field(default=None, repr=False, compare=False)
    """For a mutated property: where, and what stands there."""

    def __str__(self) -> str:
        """The mutant in words, without any value of the resource."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.resource_type} {self.path}: {self.operator}{detail}"


class Mutants:
    """All mutants of one stack; of resources that are alike only one is mutated, and of the tenants only the first."""

    def __init__(self, stack: RecordedStack) -> None:
        self._stack = stack
        self._graph = Stack(list(stack.update.states.values()))
        tenants = sorted(each.resource_name for each in self._graph.of_type(TENANT_TYPE))
        self._tenant, self._other = (tenants[0], tenants[1]) if len(tenants) > 1 else (None, None)
        self._swaps = self._identities_of_other_tenant() if self._tenant else {}

    def representatives(self, type_pattern: str = "*") -> dict[str, list[Resource]]:
        """The resources that are mutated and whose type fits the pattern, by URN, each with those that are alike."""
        chosen: dict[object, list[Resource]] = {}
        for resource in self._stack.update.inputs.values():
            is_component = not resource.is_of_cloud and not resource.resource_type.startswith(PROVIDERS)
            if is_component or not fnmatchcase(resource.resource_type, type_pattern):
                continue
            if self._graph.tenant(self._stack.update.states[resource.urn]) not in (None, self._tenant):
                continue
            chosen.setdefault(self._signature(resource), []).append(resource)
        return {alike[0].urn: alike for alike in chosen.values()}

    def of(self, type_pattern: str = "*") -> Iterator[Mutant]:
        """The mutants of the resources whose type fits the pattern."""
        for urn in self.representatives(type_pattern):
            resource = self._stack.update.inputs[urn]
            yield from self._of_properties(resource)
            yield from self._of_what_is_not_set(resource)
            if not resource.is_of_cloud:
                # A provider has no companions, and where it hangs means nothing.
                continue
            yield from self._of_options(resource)
            yield from self._of_companions(resource)

    def _signature(self, resource: Resource) -> object:
        state = self._stack.update.states[resource.urn]
        parent = self._stack.update.states.get(resource.parent_urn or "")
        shape = self._shape(resource.resource_type, (), resource.all_properties())
        sources = sorted({urn.split("::")[2] for urns in state.depends_on.values() for urn in urns})
        return (
            resource.resource_type,
            parent.resource_type if parent else "",
            self._graph.tenant(state),
            resource.protected,
            tuple(sources),
            shape,
        )

    def _shape(self, resource_type: str, path: Path, value: Any) -> object:
        """What makes two values alike: what is set, what is on, which value of an enumeration; no text, no number."""
        inner = content(value)
        if isinstance(inner, dict):
            members = cast("dict[str, Any]", inner).items()
            return frozenset((name, self._shape(resource_type, (*path, name), each)) for name, each in members)
        if isinstance(inner, list):
            return frozenset(self._shape(resource_type, (*path, 0), each) for each in cast("list[Any]", inner))
        if isinstance(inner, bool) or (isinstance(inner, str) and _tells(resource_type, path, inner)):
            return inner
        return kind_of(inner)

    def _of_properties(self, resource: Resource) -> Iterator[Mutant]:
        properties = resource.all_properties()
        shapes: dict[Path, set[object]] = defaultdict(set)
        seen: set[Path] = set()
        for node in nodes(properties):
            path, value = node.path, node.value
            place_in_words = pattern_of(path, properties)
            if any(path[:length] in seen for length in range(1, len(path))):
                continue
            place = Place(path, value, knowledge(resource.resource_type, path, value), node.around, node.in_document)
            choices = mutations(place)
            if isinstance(path[-1], int) or (node.in_document and isinstance(value, dict)):
                # Of elements that are alike only the first is mutated inside, and so of the members of a document.
                shape = self._shape(resource.resource_type, path, value)
                if shape in shapes[path[:-1]]:
                    seen.add(path)
                    choices = removed(place)
                shapes[path[:-1]].add(shape)
            for mutation in choices:
                yield self._mutant(
                    resource,
                    place_in_words,
                    mutation.operator,
                    mutation.detail,
                    kind_of(value),
                    vary=lambda run, place=place, mutation=mutation: self._mutated(run, resource.urn, place, mutation),
                    stillborn=_stillborn(place, mutation),
                    equivalent=_is_providers(resource, place, mutation) or equivalent(place, mutation),
                    edit=(path, mutation.value),
                )
            if self._tenant is not None and isinstance(value, str):
                yield from self._of_other_tenant(resource, path, value)

    def _of_what_is_not_set(self, resource: Resource) -> Iterator[Mutant]:
        """What the program doesn't say of an object, somebody says otherwise."""
        properties = resource.all_properties()
        objects = [Node((), properties, None, in_document=False), *nodes(properties)]
        seen: set[str] = set()
        for each in objects:
            place = pattern_of(each.path, properties)
            is_object = isinstance(found(properties, each.path), dict)
            # Of the elements of a list only the first is mutated, and a document in a text has no properties.
            if each.in_document or not is_object or place in seen:
                continue
            seen.add(place)
            for name, value in unset(resource.resource_type, each.path, cast("dict[str, Any]", each.value)):
                yield self._mutant(
                    resource,
                    f"{place}.{name}" if place else name,
                    "set",
                    str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else "",
                    kind_of(value),
                    vary=lambda run, path=(*each.path, name), value=value: self._with(run, resource.urn, path, value),
                    edit=((*each.path, name), value),
                )

    def _with(self, run: RecordedRun, urn: str, path: Path, value: Any) -> Variation | None:
        resource, state = run.inputs[urn], run.states[urn]
        asked_for, outputs = resource.all_properties(), state.all_properties()
        if not isinstance(content(found(asked_for, path[:-1])), dict):
            return None
        if isinstance(content(found(outputs, path[:-1])), dict):
            outputs = edited(outputs, path, value)
        asked_for = edited(asked_for, path, value)
        return Variation({urn: changed(resource, asked_for)}, {urn: changed(state, outputs)})

    def _mutated(self, run: RecordedRun, urn: str, place: Place, mutation: Mutation) -> Variation | None:
        resource, state = run.inputs[urn], run.states[urn]
        properties = resource.all_properties()
        here = content(found(properties, place.path))
        if here is MISSING:
            return None
        new = mutation.value
        if here != place.value and mutation.operator not in CONSTANT:
            if is_unknown(here):
                return None
            again = Place(place.path, here, place.known)
            fitting = (
                each.value
                for each in mutations(again)
                if (each.operator, each.detail) == (mutation.operator, mutation.detail)
            )
            new = next(fitting, None)
            if new is None:
                return None
        varied = self._edited(resource, state, place.path, new)
        # A name or a region stands at the top, and is none of several values that the SDK knows.
        is_identity = len(place.path) == 1 and not place.known.others
        return _followed(run, urn, varied, (here, new), where=place.path[0]) if is_identity else varied

    def _edited(self, resource: Resource, state: Resource, path: Path, new: Any) -> Variation:
        before = resource.all_properties()
        after = edited(before, path, new)
        outputs = state.all_properties()
        there = found(outputs, path)
        if there is not MISSING and there == found(before, path):
            outputs = edited(outputs, path, new)
        else:
            outputs = _with_names(outputs, before, after, path)
        sources = self._sources(resource.urn, state, path, new)
        return Variation(
            {resource.urn: changed(resource, after)}, {resource.urn: changed(state, outputs, depends_on=sources)}
        )

    def _sources(self, urn: str, state: Resource, path: Path, new: Any) -> Mapping[str, Sequence[str]]:
        """The dependencies that are left: those whose identity still stands in the property."""
        name = cast("str", path[0])
        if name not in state.depends_on:
            return state.depends_on
        properties = self._stack.update.inputs[urn].all_properties()
        if found(properties, path) is MISSING:
            return state.depends_on
        before, after = json.dumps(properties[name]), json.dumps(edited(properties, path, new).get(name))
        left = tuple(source for source in state.depends_on[name] if self._still_used(source, before, after))
        return {**state.depends_on, name: left}

    def _still_used(self, source: str, before: str, after: str) -> bool:
        used = [each for each in self._stack.identities.get(source, ()) if each in before]
        return any(each in after for each in used) if used else after != "null"

    def _of_other_tenant(self, resource: Resource, path: Path, value: str) -> Iterator[Mutant]:
        new = self._of_other(value)
        if new == value:
            return
        name = cast("str", path[0])
        state = self._stack.update.states[resource.urn]
        swapped = {
            source: other
            for source in state.depends_on.get(name, ())
            if (other := self._counterpart(source)) is not None
            and any(each in value for each in self._stack.identities.get(source, ()))
        }

        def vary(run: RecordedRun) -> Variation | None:
            here = found(run.inputs[resource.urn].all_properties(), path)
            if here is MISSING and name not in run.inputs[resource.urn].all_properties():
                return None
            unknown = here is MISSING or is_unknown(here)
            if unknown and not swapped:
                return None
            inputs, own = run.inputs[resource.urn], run.states[resource.urn]
            if not unknown:
                varied = self._edited(inputs, own, path, self._of_other(cast("str", here)))
                inputs, own = varied.inputs[resource.urn], cast("Resource", varied.states[resource.urn])
            urns = tuple(swapped.get(each, each) for each in run.states[resource.urn].depends_on.get(name, ()))
            sources = {**own.depends_on, name: urns}
            return Variation(
                {resource.urn: inputs}, {resource.urn: changed(own, own.all_properties(), depends_on=sources)}
            )

        yield self._mutant(
            resource,
            pattern_of(path, resource.all_properties()),
            "other-tenant",
            "",
            kind_of(value),
            vary=vary,
            edit=(path, new),
        )

    def _of_options(self, resource: Resource) -> Iterator[Mutant]:
        urn = resource.urn
        if resource.protected:

            def unprotected(run: RecordedRun) -> Variation:
                inputs, state = run.inputs[urn], run.states[urn]
                return Variation(
                    {urn: changed(inputs, inputs.all_properties(), protected=False)},
                    {urn: changed(state, state.all_properties(), protected=False)},
                )

            yield self._mutant(resource, "(protect)", "unprotected", "", "true or false", vary=unprotected)
        for detail, parent in self._other_parents(resource):
            yield self._mutant(
                resource,
                "(parent)",
                "other-parent",
                detail,
                "resource",
                vary=lambda run, parent=parent: self._reparented(run, urn, parent),
            )
        if urn not in self._stack.used:
            yield self._mutant(
                resource, "(resource)", "resource-removed", "", "resource", vary=lambda _: Variation({}, {urn: None})
            )

    def _other_parents(self, resource: Resource) -> Iterator[tuple[str, str]]:
        state = self._stack.update.states[resource.urn]
        if any(each.parent_urn == resource.urn for each in self._stack.update.states.values()):
            return
        tenant = self._graph.tenant_component(state)
        if tenant is not None:
            if tenant.parent_urn:
                yield "what tenants share", tenant.parent_urn
            other = self._counterpart(tenant.urn)
            if other is not None:
                yield "another tenant", other
        elif state.parent_urn:
            service = next(
                iter(self._graph.of_type("hosting:aware:Aware", "hosting:cloud_integrated:CloudIntegrated")), None
            )
            if service is not None and state.parent_urn != service.urn:
                yield "the service itself", service.urn

    def _reparented(self, run: RecordedRun, urn: str, parent: str) -> Variation:
        head, project, chain, name = urn.split("::", 3)
        kind = chain.rsplit("$", 1)[-1]
        new = f"{head}::{project}::{parent.split('::')[2]}${kind}::{name}"
        inputs, state = run.inputs[urn], run.states[urn]
        states: dict[str, Resource | None] = {
            urn: None,
            new: changed(state, state.all_properties(), urn=new, parent_urn=parent),
        }
        for each in run.states.values():
            if any(urn in urns for urns in each.depends_on.values()):
                sources = {
                    name: tuple(new if source == urn else source for source in urns)
                    for name, urns in each.depends_on.items()
                }
                states[each.urn] = changed(each, each.all_properties(), depends_on=sources)
        asked = changed(inputs, inputs.all_properties(), urn=new, parent_urn=parent)
        return Variation({new: asked}, states, {new: urn})

    def _of_companions(self, resource: Resource) -> Iterator[Mutant]:
        for companion in companions():
            if resource.resource_type in companion.beside:
                yield self._mutant(
                    resource,
                    "(companion)",
                    "companion-added",
                    f"{companion.name}: {companion.type}",
                    "resource",
                    vary=lambda run, companion=companion: _with_companion(run, resource.urn, companion),
                    equivalent="the same stands there already" if self._stands(companion, resource) else None,
                )

    def _stands(self, companion: Companion, beside: Resource) -> bool:
        """Whether the program declares the same itself: the cloud refuses a second one, or takes it for the first."""
        run = self._stack.update
        properties, _ = companion.beside_of(run.inputs[beside.urn], run.states[beside.urn])
        telling = {name: value for name, value in properties.items() if name not in SHARED}
        return any(
            all(there.get(name) == value for name, value in telling.items())
            for there in (each.all_properties() for each in self._graph.of_type(companion.type))
        )

    def _mutant(
        self,
        resource: Resource,
        path: str,
        operator: str,
        detail: str,
        kind: str,
        *,
        vary: Callable[[RecordedRun], Variation | None],
        **other: Any,
    ) -> Mutant:
        return Mutant(
            self._stack.name, resource.urn, resource.resource_type, path, operator, detail, kind, vary, **other
        )

    def _counterpart(self, urn: str) -> str | None:
        """The URN of the same resource of the other tenant."""
        if self._tenant is None or self._other is None:
            return None
        head, name = urn.rsplit("::", 1)
        other = f"{head}::{_renamed(name, self._tenant, self._other)}"
        return other if other != urn and other in self._stack.update.states else None

    def _identities_of_other_tenant(self) -> dict[str, str]:
        """What stands for the other tenant's resources, by what stands for the first one's."""
        swaps: dict[str, str] = {}
        for urn, state in self._stack.update.states.items():
            other = self._counterpart(urn)
            if other is None:
                continue
            theirs = self._stack.update.states[other].all_properties()
            for name, value in state.all_properties().items():
                counterpart = theirs.get(name)
                if isinstance(value, str) and isinstance(counterpart, str) and value != counterpart:
                    swaps[value] = counterpart
        return dict(sorted(swaps.items(), key=lambda each: -len(each[0])))

    def _of_other(self, text: str) -> str:
        for own, other in self._swaps.items():
            if len(own) > 7 and own in text:
                text = text.replace(own, other)
        return _renamed(text, cast("str", self._tenant), cast("str", self._other))


_REGIONS: Final = ("location", "region")
"""The properties that say where a resource is, by which nobody knows it."""


def _followed(run: RecordedRun, urn: str, varied: Variation, texts: tuple[Any, Any], *, where: str | int) -> Variation:
    """The variation together with what the program and the cloud compute from a property's text, old and new.

    A name stands in the ARN, and both stand in what refers to the resource: who renames it breaks no reference. A
    region stands in the ARNs of others too, which stay where they are.
    """
    old, new = texts
    if not isinstance(old, str) or not isinstance(new, str) or len(old) < SHORTEST or not new:
        return varied
    asked_for, state = varied.inputs[urn].all_properties(), cast("Resource", varied.states[urn])
    # A whole word: a name may be a part of another one.
    word = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])")
    # An output that repeats an input, as the id of a topic's policy does its topic's ARN, is no identity of its own.
    repeated = {each for each in asked_for.values() if isinstance(each, str)}
    outputs = {
        name: value if name in asked_for or value in repeated else word.sub(lambda _: new, value)
        for name, value in _texts(state)
    }
    moved = {value: outputs[name] for name, value in _texts(state) if value not in (outputs[name], old)}
    if where not in _REGIONS:
        moved[old] = new
    inputs = dict(varied.inputs)
    states = {**varied.states, urn: changed(state, {**state.all_properties(), **outputs})}
    for user in run.users.get(urn, ()):
        names = [name for name, sources in user.depends_on.items() if urn in sources]
        for resources, kept in ((run.inputs, inputs), (run.states, states)):
            before = resources[user.urn].all_properties()
            after = {name: _renamed_in(before[name], moved) for name in names if name in before}
            if any(before[name] != value for name, value in after.items()):
                kept[user.urn] = changed(resources[user.urn], {**before, **after})
        if user.urn in inputs:
            states.setdefault(user.urn, user)
    return Variation(inputs, states, varied.renamed, frozenset({*inputs, *states} - {urn}))


def _texts(resource: Resource) -> list[tuple[str, str]]:
    return [(name, value) for name, value in resource.all_properties().items() if isinstance(value, str)]


def _renamed_in(value: Any, moved: Mapping[str, str]) -> Any:
    """The value with each text by which a resource was known as what it is known by now."""

    def renamed(text: str) -> str:
        for old, new in moved.items():
            text = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", lambda _, new=new: new, text)
        return text

    return with_texts(value, renamed)


def _with_names(outputs: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any], path: Path) -> Any:
    """The outputs where a list of identities that goes in comes out as an object, under those names, as in Azure."""
    for length in range(1, len(path) + 1):
        asked_for, there = found(before, path[:length]), found(outputs, path[:length])
        if isinstance(asked_for, list) and isinstance(there, dict) and set(map(str, asked_for)) == {*there}:
            now = found(after, path[:length])
            return edited(outputs, path[:length], {each: {} for each in now} if isinstance(now, list) else now)
    return outputs


def _with_companion(run: RecordedRun, urn: str, companion: Companion) -> Variation:
    """The companion hangs below the same parent as the resource beside it."""
    inputs, state = run.inputs[urn], run.states[urn]
    properties, computed = companion.beside_of(inputs, state)
    head, project, chain, name = urn.split("::", 3)
    types = [*chain.split("$")[:-1], companion.type]
    added_urn = f"{head}::{project}::{'$'.join(types)}::{name}-{companion.name}"
    added = Resource(
        companion.type,
        added_urn,
        f"{name}-{companion.name}",
        properties,
        protected=True,
        provider=state.provider,
        parent_urn=state.parent_urn,
        depends_on=dict.fromkeys(computed, (urn,)),
    )
    return Variation({added_urn: added}, {added_urn: added})


def _renamed(text: str, own: str, other: str) -> str:
    return re.sub(rf"(?<![a-z0-9]){re.escape(own)}(?![a-z0-9])", other, text)


def _tells(resource_type: str, path: Path, text: str) -> bool:
    """Whether a text says what kind of thing this is, and is no mere name."""
    return path[-1] in ("Effect", "Action") or bool(knowledge(resource_type, path, text).others)


def _stillborn(place: Place, mutation: Mutation) -> str | None:
    """Why nobody can declare it: what is demanded is left out, or a number is beyond what the cloud takes."""
    if place.known.bounds is not None and mutation.operator in NUMBERS:
        least, most = place.known.bounds
        if not least <= int(mutation.value) <= most:
            return "the number is beyond the bounds that the SDK states"
    if mutation.operator not in ("removed", "subtree-removed", "emptied"):
        return None
    if place.known.required:
        return "the SDK demands the property"
    is_statement = isinstance(place.around, dict) and "Effect" in place.around
    if is_statement and place.path[-1] in ("Effect", "Principal", "Action", "Resource"):
        return "AWS refuses a policy document whose statement lacks it"
    return None


def _is_providers(resource: Resource, place: Place, mutation: Mutation) -> str | None:
    if place.path != ("region",) or mutation.operator not in ("removed", "emptied"):
        return None
    is_same = resource.provider_property("region") == place.value
    return "the provider says the same region" if is_same else None


def kind_of(value: Any) -> str:
    """What a value is, without the value: it may be a secret."""
    match value:
        case bool():
            return "true or false"
        case str():
            return "text"
        case int() | float():
            return "number"
        case list():
            return "list"
        case None:
            return "nothing"
        case _:
            return "object"
