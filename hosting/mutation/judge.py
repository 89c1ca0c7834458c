"""Asks the rules about mutants, as the policy pack does, but only those rules whose answer can have changed.

A first pass over the unmutated run notes which cells each rule reads for each resource that it judges: a property of a
resource, its dependencies, an option, the resources of a type. A rule that reads none of the cells in which a mutant
differs answers as before, for it has nothing else to go by. What is derived from the stack and shared, such as a graph,
reads cells of its own, at once or when somebody first needs them: they count for every rule that asks for it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from hosting.mutation.mutants import Mutant, Variation
from hosting.mutation.recorded import RecordedRun, RecordedStack
from policies.court import Run
from policies.properties import Path as Place
from policies.resources import Resource, Stack
from policies.rulebook import Judgement, Rule

Cell = tuple[str, str]
"""A URN and a property, or what else is read; for all resources of a type `#type` and the type."""

Question = tuple[int, str]
"""A rule over the stack, by its index, and the URN of the resource that it judges."""

_DEPENDENCIES: Final = "#dependencies"
_PROTECTED: Final = "#protected"
_PARENT: Final = "#parent"
_ALL_PROPERTIES: Final = "#all"
_OF_TYPE: Final = "#type"
_EVERY_TYPE: Final = (_OF_TYPE, "*")

Refusal = Literal["preview", "update", "reported"]
"""When a mutant is refused: in the preview, before the resource is made, or only once it stands."""


@dataclass
class Verdict:
    """What the rules say of a mutant."""

    refused: Refusal | None = None
    rules: tuple[str, ...] = ()
    """The rules that refuse it."""
    judged: bool = True
    """Whether it could be made in any run at all."""


class Judge:
    """Judges the mutants of one stack."""

    def __init__(self, rules: Sequence[Rule], stack: RecordedStack) -> None:
        self._preview = _Bench(rules, stack.preview)
        self._update = _Bench(rules, stack.update)

    def baseline(self) -> list[str]:
        """What the rules have against the stack as it is: nothing, or the run would prove little."""
        return [*self._preview.objections(), *self._update.objections()]

    def judge(self, mutant: Mutant, *, asks_proofs: bool = True) -> Verdict:
        """The earliest refusal, if there is any. Proofs are asked last, and only about what no other rule refuses."""
        previewed = mutant.vary(self._preview.run)
        if previewed is not None:
            refusing = self._preview.refusals(previewed, asks_proofs=asks_proofs)
            if refusing:
                return Verdict("preview", tuple(sorted(refusing)))
        updated = mutant.vary(self._update.run)
        if updated is None:
            return Verdict(judged=previewed is not None)
        refusing = self._update.resource_refusals(updated)
        if refusing:
            return Verdict("update", tuple(sorted(refusing)))
        # Always: a rule that waits for a value in the preview hasn't read there what it goes by later.
        refusing = self._update.refusals(updated, asks_proofs=asks_proofs)
        return Verdict("reported", tuple(sorted(refusing))) if refusing else Verdict()


class _Bench:
    """One recorded run with its answers."""

    def __init__(self, rules: Sequence[Rule], run: RecordedRun) -> None:
        self.run = run
        self._counts_undetermined = run.run.phase != "preview"
        self._resource_rules = [each for each in rules if each.over == "resource"]
        # Proofs come last: they follow from the whole stack and take the most time.
        self._stack_rules = sorted((each for each in rules if each.over == "stack"), key=_is_proof)
        self._before: dict[tuple[str, str], Judgement] = {}
        self._readers: dict[Cell, dict[Question, None]] = defaultdict(dict)
        self._cells_of: dict[str, set[Cell]] = defaultdict(set)
        self._states = {urn: each.placed_by(run.inputs.get(urn)) for urn, each in run.states.items()}
        for resource in run.inputs.values():
            for rule in self._resource_rules:
                if rule.concerns(resource.resource_type):
                    self._before[rule.name, resource.urn] = rule.judge(resource)
        self._learn()

    def objections(self) -> list[str]:
        """The violations of the unmutated run."""
        return [
            f"{each.rule}: {each.resource_type} {each.urn.rsplit('::', 1)[1]}"
            for each in self._before.values()
            if each.answer == "violated" or (self._counts_undetermined and each.answer == "undetermined")
        ]

    def resource_refusals(self, variation: Variation) -> set[str]:
        """The rules over single resources that newly refuse."""
        refusing: set[str] = set()
        for urn, resource in variation.inputs.items():
            for rule in self._resource_rules:
                if rule.concerns(resource.resource_type):
                    self._note(refusing, rule.judge(resource), variation.renamed.get(urn, urn))
        return refusing

    def refusals(self, variation: Variation, *, asks_proofs: bool) -> set[str]:
        """The rules that newly refuse; those over the stack are asked if none over a single resource does."""
        refusing = self.resource_refusals(variation)
        if not refusing:
            self._ask_stack_rules(variation, refusing, asks_proofs=asks_proofs)
        return refusing

    def _ask_stack_rules(self, variation: Variation, refusing: set[str], *, asks_proofs: bool) -> None:
        varied = {
            urn: None if each is None else each.placed_by(variation.inputs.get(urn, self.run.inputs.get(urn)))
            for urn, each in variation.states.items()
        }
        states = {**self._states, **varied}
        run = self.run.run
        stack = Stack([each for each in states.values() if each is not None], run.terms)
        for index, urn in sorted(self._concerned(varied)):
            subject = states.get(urn)
            rule = self._stack_rules[index]
            if subject is None or (_is_proof(rule) and (refusing or not asks_proofs)):
                continue
            self._note(refusing, rule.judge(subject, stack), variation.renamed.get(urn, urn))

    def _note(self, refusing: set[str], now: Judgement, urn: str) -> None:
        before = self._before.get((now.rule, urn))
        violations = set(now.violations) - set(before.violations if before else ())
        unknowns = set(now.unknowns) - set(before.unknowns if before else ())
        if violations or (unknowns and self._counts_undetermined):
            refusing.add(now.rule)

    def _concerned(self, varied: Mapping[str, Resource | None]) -> Iterable[Question]:
        """The rules to ask, each with the resource that it judges."""
        asked: dict[Question, None] = {}
        for urn, now in varied.items():
            before = self._states.get(urn)
            if before is None or now is None:
                standing = now or before
                assert standing is not None
                cells: Iterable[Cell] = [(_OF_TYPE, standing.resource_type), _EVERY_TYPE, *self._cells_of[urn]]
                if now is not None:
                    for index, rule in enumerate(self._stack_rules):
                        if rule.concerns(now.resource_type):
                            asked[index, urn] = None
                    # What it was made from is used by one more.
                    cells = [*cells, *((each, _DEPENDENCIES) for each in _sources(now))]
            else:
                cells = _differences(before, now)
            for cell in cells:
                asked |= self._readers.get(cell, {})
        return asked

    def _learn(self) -> None:
        """Asks every rule over the stack about every resource, each time on a stack that knows nothing yet."""
        notes: set[Cell] = set()
        shelf = _Shelf(list(self._states.values()), self.run.run)
        watched = [_WatchedResource(each, notes) for each in self._states.values()]
        asking: dict[_Derived, list[Question]] = defaultdict(list)
        for index, rule in enumerate(self._stack_rules):
            for resource in watched:
                if not rule.concerns(resource.resource_type):
                    continue
                stack = _WatchedStack(watched, self.run.run, notes, shelf)
                notes.clear()
                self._before[rule.name, resource.urn] = rule.judge(resource, stack)
                self._keep(notes, [(index, resource.urn)])
                for each in stack.asked:
                    asking[each].append((index, resource.urn))
        # Last: until then, somebody may have been the first to need a part.
        for each, questions in asking.items():
            self._keep(each.notes, questions)

    def _keep(self, notes: Iterable[Cell], questions: Iterable[Question]) -> None:
        for cell in notes:
            self._readers[cell].update(dict.fromkeys(questions))
            self._cells_of[cell[0]].add(cell)


def _is_proof(rule: Rule) -> bool:
    return rule.module.startswith("policies.proofs.")


def _sources(resource: Resource) -> set[str]:
    return {urn for urns in resource.depends_on.values() for urn in urns}


def _differences(before: Resource, now: Resource) -> list[Cell]:
    """The cells in which two forms of a resource differ."""
    urn = before.urn
    old, new = before.all_properties(), now.all_properties()
    names = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    cells = [(urn, name) for name in names]
    if names:
        cells.append((urn, _ALL_PROPERTIES))
    if before.depends_on != now.depends_on:
        cells.append((urn, _DEPENDENCIES))
    if before.protected != now.protected:
        cells.append((urn, _PROTECTED))
    if before.parent_urn != now.parent_urn:
        cells.append((urn, _PARENT))
    return cells


_SLOT_OF_PROTECTED: Final[Any] = vars(Resource)["protected"]
_SLOT_OF_PARENT: Final[Any] = vars(Resource)["parent_urn"]


class _WatchedResource(Resource):
    """Notes what is read of it. There are several of one resource, with notes of their own: they are the same one."""

    __slots__ = ("_notes",)

    def __init__(self, resource: Resource, notes: set[Cell]) -> None:
        self._notes = notes
        super().__init__(
            resource.resource_type,
            resource.urn,
            resource.resource_name,
            resource.all_properties(),
            protected=resource.protected,
            ignored_changes=resource.ignored_changes,
            took_over=resource.took_over,
            provider=resource.provider,
            parent_urn=resource.parent_urn,
            depends_on=resource.depends_on,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and other.urn == self.urn

    def __hash__(self) -> int:
        return hash(self.urn)

    def all_properties(self) -> Mapping[str, Any]:
        return _WatchedProperties(super().all_properties(), self.urn, self._notes)

    def mentions(self, texts: Any) -> bool:
        self._notes.add((self.urn, _ALL_PROPERTIES))
        return super().mentions(texts)

    def names(self) -> list[str]:
        return _WatchedNames(super().names(), self.urn, self._notes)

    def _look_up(self, name: str) -> tuple[Any, str, Place]:
        found = super()._look_up(name)
        self._notes.add((self.urn, found[2][0]))
        return found

    @property
    def depends_on(self) -> Mapping[str, Sequence[str]]:
        self._notes.add((self.urn, _DEPENDENCIES))
        return self._depends_on

    @property
    def protected(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]  # a slot, read and written alike
        self._notes.add((self.urn, _PROTECTED))
        return _SLOT_OF_PROTECTED.__get__(self)

    @protected.setter
    def protected(self, value: bool) -> None:
        _SLOT_OF_PROTECTED.__set__(self, value)

    @property
    def parent_urn(self) -> str | None:  # pyright: ignore[reportIncompatibleVariableOverride]  # as above
        self._notes.add((self.urn, _PARENT))
        return _SLOT_OF_PARENT.__get__(self)

    @parent_urn.setter
    def parent_urn(self, value: str | None) -> None:
        _SLOT_OF_PARENT.__set__(self, value)


class _WatchedProperties(Mapping[str, Any]):
    """Notes which of a resource's properties are looked at."""

    def __init__(self, properties: Mapping[str, Any], urn: str, notes: set[Cell]) -> None:
        self._properties = properties
        self._urn = urn
        self._notes = notes

    def __getitem__(self, name: str) -> Any:
        self._notes.add((self._urn, name))
        return self._properties[name]

    def __iter__(self) -> Iterator[str]:
        self._notes.add((self._urn, _ALL_PROPERTIES))
        return iter(self._properties)

    def __len__(self) -> int:
        self._notes.add((self._urn, _ALL_PROPERTIES))
        return len(self._properties)


class _WatchedNames(list[str]):
    """Notes which of a resource's properties are asked for by name."""

    def __init__(self, names: Iterable[str], urn: str, notes: set[Cell]) -> None:
        self._urn = urn
        self._notes = notes
        super().__init__(names)

    def __contains__(self, name: object) -> bool:
        self._notes.add((self._urn, str(name)))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._notes.add((self._urn, _ALL_PROPERTIES))
        return super().__iter__()

    def __len__(self) -> int:
        self._notes.add((self._urn, _ALL_PROPERTIES))
        return super().__len__()


class _WatchedStack(Stack):
    """Notes which types of resources are looked up, and what derived from the stack is asked for."""

    def __init__(self, resources: Sequence[Resource], run: Run, notes: set[Cell], shelf: "_Shelf") -> None:
        self._notes = notes
        self._shelf = shelf
        self.asked: set[_Derived] = set()
        super().__init__(resources, run.terms)

    def derived(self, make: Callable[[Stack], Any]) -> Any:
        found = self._shelf.get(make)
        self.asked.add(found)
        return found.value

    @property
    def resources(self) -> Sequence[Resource]:
        self._notes.add(_EVERY_TYPE)
        return self._resources

    @resources.setter
    def resources(self, resources: Sequence[Resource]) -> None:
        self._resources = resources

    def of_type(self, *types: str) -> list[Resource]:
        self._notes.update((_OF_TYPE, each) for each in types)
        return super().of_type(*types)

    def of_tenant(self, tenant: str | None, *types: str) -> list[Resource]:
        self._notes.update((_OF_TYPE, each) for each in types)
        return super().of_tenant(tenant, *types)


class _Derived:
    """What is derived from the stack, made on a stack of its own, so that its notes are those of nobody else."""

    def __init__(self, make: Callable[[Stack], Any], resources: Sequence[Resource], run: Run, shelf: "_Shelf") -> None:
        self.read: set[Cell] = set()
        self.stack = _WatchedStack([_WatchedResource(each, self.read) for each in resources], run, self.read, shelf)
        self.value = make(self.stack)

    @property
    def notes(self) -> set[Cell]:
        """What was read for it until now, and for what it is derived from in turn."""
        found = set[Cell]()
        left: list[_Derived] = [self]
        seen: set[_Derived] = {self}
        while left:
            each = left.pop()
            found |= each.read
            left.extend(each.stack.asked - seen)
            seen |= each.stack.asked
        return found


class _Shelf:
    """All that is derived from one stack, each made once."""

    def __init__(self, resources: Sequence[Resource], run: Run) -> None:
        self._resources = resources
        self._run = run
        self._made: dict[Callable[[Stack], Any], _Derived] = {}

    def get(self, make: Callable[[Stack], Any]) -> _Derived:
        """What `make` makes of the stack."""
        if make not in self._made:
            self._made[make] = _Derived(make, self._resources, self._run, self)
        return self._made[make]
