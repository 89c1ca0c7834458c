"""One stack and the real engine: preview, up, refresh and destroy through Pulumi's Automation API.

The program runs inline, so that the engine needs no language host; everything else (engine, policy pack, stack file,
state) is what `pulumi` itself would use.
"""

import contextlib
import re
import socket
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from pulumi.automation import (
    CommandError,
    ConcurrentUpdateError,
    Deployment,
    EngineEvent,
    LocalWorkspace,
    OpType,
    PulumiCommand,
    Stack,
    StackNotFoundError,
    StepEventMetadata,
)

from hosting.errors import HostingError
from hosting.interrupts import waiting_for_engine
from hosting.positions import Positions
from hosting.settling import settling
from infra.__main__ import main as program

Program = Callable[[], None]

_LOCKED_BY = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m|<\{%[^%]*%\}>")

_CLOCK_TOLERANCE = timedelta(seconds=2)
"""A lock's time is in whole seconds, and a process's start is reckoned from the machine's."""

EMPTYING: frozenset[str] = frozenset({"forceDelete", "forceDestroy"})
"""How the types of Pulumi's AWS provider call it that what is in a store goes with it."""

DELETING: frozenset[OpType] = frozenset(
    {OpType.DELETE, OpType.DELETE_REPLACED, OpType.REPLACE, OpType.CREATE_REPLACEMENT, OpType.DISCARD_REPLACED}
)
"""What the engine does when an object ends or is exchanged for another."""


@dataclass(frozen=True)
class Step:
    """What the engine does, or would do, to one resource."""

    operation: OpType
    urn: str
    kind: str
    changed: tuple[str, ...] = ()
    """The properties that differ."""

    @property
    def is_in_cloud(self) -> bool:
        """Whether a cloud has an object of it."""
        return _is_in_cloud(self.kind)

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rsplit("::", 1)[-1]


@dataclass
class Run:
    """What came out of one call of the engine."""

    succeeded: bool = True
    steps: list[Step] = field(default_factory=list)
    outcomes: list[Step] = field(default_factory=list)
    """Steps that were carried out."""
    failed: list[Step] = field(default_factory=list)
    """Steps that the cloud refused."""
    errors: list[str] = field(default_factory=list)
    """What the engine says went wrong, without the policies' findings."""
    policy_violations: list[tuple[str, str]] = field(default_factory=list)
    """Mandatory findings as the engine saw them: rule and URN."""

    def take(self, event: EngineEvent) -> None:
        """Adds what an event of the engine tells."""
        if event.resource_pre_event is not None:
            self.steps.append(_step(event.resource_pre_event.metadata))
        elif event.res_outputs_event is not None:
            self.outcomes.append(_step(event.res_outputs_event.metadata))
        elif event.res_op_failed_event is not None:
            self.failed.append(_step(event.res_op_failed_event.metadata))
        elif event.diagnostic_event is not None:
            diagnostic = event.diagnostic_event
            message = plain(diagnostic.message)
            if diagnostic.severity == "error" and message not in _SAID_BESIDES:
                self.errors.append(_about(diagnostic.urn, message))
        elif event.policy_event is not None and event.policy_event.enforcement_level == "mandatory":
            policy = event.policy_event
            self.policy_violations.append((policy.policy_name, policy.resource_urn or ""))

    def planned_changes(self) -> list[OpType]:
        """What would be done, without what stays as it is."""
        return _changing(self.steps)

    def changes(self) -> list[OpType]:
        """What was done."""
        return _changing(self.outcomes)


@dataclass(frozen=True)
class Deployed:
    """A resource as the stack's state has it."""

    urn: str
    kind: str
    parent: str
    identity: str
    protected: bool
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    dependencies: tuple[str, ...] = ()
    """URNs of the resources that it needs."""
    retained: bool = False
    """Whether it stays in the cloud when it leaves the state, as a destroy has decided that didn't get to its end."""

    @property
    def is_in_cloud(self) -> bool:
        """Whether a cloud has an object of it."""
        return _is_in_cloud(self.kind)

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rsplit("::", 1)[-1]


@dataclass(frozen=True)
class PendingOperation:
    """An operation that was under way when a run was killed."""

    operation: str
    resource: Deployed


@dataclass(frozen=True)
class State:
    """What a stack's state holds."""

    resources: tuple[Deployed, ...]
    pending_operations: tuple[PendingOperation, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a stack runs: the folder with Pulumi.yaml and the stack file, and the engine's environment."""

    folder: Path
    policies: Path
    environment: Mapping[str, str]


class StackEngine:
    """One stack of this project, with the policy pack in force in every preview and update."""

    def __init__(
        self,
        name: str,
        place: Place,
        command: PulumiCommand,
        *,
        is_new_allowed: bool,
        change: Callable[[Program], Program] | None = None,
    ) -> None:
        """Selects the stack, which is made if it is new and `is_new_allowed`; `change` may wrap the program.

        Raises HostingError when its state can't be opened (wrong passphrase, no access), or isn't there.
        """
        self.name = name
        self.positions = Positions(place.policies.parent)
        """Where the program declares its resources, once it has run."""
        self._place = place
        self._command = command
        try:
            workspace = LocalWorkspace(
                work_dir=str(place.folder),
                program=self.positions.noting(settling(program if change is None else change(program))),
                env_vars=dict(place.environment),
                pulumi_command=command,
            )
            self._stack = (Stack.create_or_select if is_new_allowed else Stack.select)(name, workspace)
        except StackNotFoundError:
            raise HostingError(
                f"There is no state of {name} yet: make it once with its own secrets provider, "
                f"`pulumi stack init {name} --secrets-provider=…` (docs/real-clouds.md)."
            ) from None
        except CommandError as error:
            raise HostingError(explain(error, name)) from None

    def preview(self, judgements: Path) -> Run:
        """What an update would do, judged by the policy pack, which writes its answers to `judgements`."""

        def call(take: Callable[[EngineEvent], None]) -> None:
            self._stack.preview(on_event=take, policy_packs=[str(self._place.policies)], color="never")

        return self._run(call, judgements)

    def up(self, judgements: Path, on_step: Callable[[Step], None]) -> Run:
        """Brings the stack to what the program says; `on_step` is told of each change that is done."""

        def call(take: Callable[[EngineEvent], None]) -> None:
            self._stack.up(on_event=_telling(take, on_step), policy_packs=[str(self._place.policies)], color="never")

        return self._run(call, judgements)

    def refresh(self, on_step: Callable[[Step], None]) -> Run:
        """Brings the state to what the cloud holds."""
        return self._run(lambda take: self._refresh(_telling(take, on_step)))

    def destroy(self, on_step: Callable[[Step], None], *, ignore_protect: bool) -> Run:
        """Removes everything of the stack."""
        environment = {"PULUMI_OPTION_IGNORE_PROTECT": "true"} if ignore_protect else {}

        def call(take: Callable[[EngineEvent], None]) -> None:
            with self._environment(environment):
                self._stack.destroy(on_event=_telling(take, on_step), color="never", run_program=False)

        return self._run(call)

    def lift_guards(self, *, staying: Collection[str], emptied: Collection[str]) -> None:
        """Readies the state for a destroy: URNs of what stays in the cloud, and of stores that go with what is in them.

        The engine forgets the former without a call of its provider. The providers look into the state whether they
        may empty a store; an update sets both back to what the program says.
        """

        def lifted(resource: dict[str, Any]) -> dict[str, Any]:
            if resource["urn"] in emptied:
                for side in ("inputs", "outputs"):
                    known = resource.get(side) or {}
                    resource[side] = {**known, **dict.fromkeys(EMPTYING & known.keys(), True)}
            return {**resource, "retainOnDelete": True} if resource["urn"] in staying else resource

        export = self._stack.export_stack()
        deployment = dict(export.deployment or {})
        deployment["resources"] = [lifted(resource) for resource in deployment.get("resources") or []]
        export.deployment = deployment
        self._import(export)

    def adopt(self, found: Mapping[str, str]) -> None:
        """Takes objects of interrupted creations into the state: URN to the id in the cloud; clears all the others.

        The engine's own `refresh --import-pending-creates` clears the entries and adopts nothing (3.259), so they are
        moved to the resources here, and a refresh fills in what the cloud holds. Raises HostingError when the cloud
        doesn't give one of them.
        """
        export = self._stack.export_stack()
        deployment = dict(export.deployment or {})
        pending: list[dict[str, Any]] = deployment.pop("pending_operations", None) or []
        adopted: list[dict[str, Any]] = [
            {"outputs": {}, **operation["resource"], "id": found[operation["resource"]["urn"]]}
            for operation in pending
            if operation["type"] == "creating" and operation["resource"]["urn"] in found
        ]
        unsettled = [operation["resource"]["urn"] for operation in pending if operation["type"] != "creating"]
        resources: list[dict[str, Any]] = [*(deployment.get("resources") or []), *adopted]
        deployment["resources"] = resources
        export.deployment = deployment
        self._import(export)
        present = {resource["urn"] for resource in resources}
        targets = [urn for urn in [*found, *unsettled] if urn in present]
        if targets:
            run = self._run(lambda take: self._refresh(take, targets))
            if not run.succeeded:
                raise HostingError("; ".join(run.errors))
        known = {(resource.urn, resource.identity) for resource in self.state().resources}
        lost = [urn for urn, identity in found.items() if (urn, identity) not in known]
        if lost:
            names = ", ".join(lost)
            raise HostingError(
                f"The cloud no longer has what an interrupted run made ({names}): run the command again."
            )

    def state(self) -> State:
        """What the stack's state holds now."""
        deployment = self._stack.export_stack().deployment or {}
        return State(
            tuple(_deployed(resource) for resource in deployment.get("resources") or ()),
            tuple(
                PendingOperation(pending["type"], _deployed(pending["resource"]))
                for pending in deployment.get("pending_operations") or ()
            ),
        )

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs; secret ones are masked."""
        return {
            name: "[secret]" if output.secret else output.value
            for name, output in sorted(self._stack.outputs().items())
        }

    def _import(self, export: Deployment) -> None:
        try:
            self._unlocked(lambda: self._stack.import_stack(export))
        except CommandError as error:
            raise HostingError(explain(error, self.name)) from None

    def _refresh(self, take: Callable[[EngineEvent], None], targets: Sequence[str] | None = None) -> None:
        chosen = list(targets) if targets else None
        self._stack.refresh(on_event=take, target=chosen, color="never", run_program=False)

    def _run(self, call: Callable[[Callable[[EngineEvent], None]], None], judgements: Path | None = None) -> Run:
        run = Run()
        environment = {} if judgements is None else {"HOSTING_JUDGEMENTS": str(judgements)}
        with self._environment(environment), waiting_for_engine():
            try:
                self._unlocked(lambda: call(run.take))
            except CommandError as error:
                run.succeeded = False
                if not run.errors and not run.policy_violations:
                    run.errors.append(explain(error, self.name))
        return run

    def _unlocked(self, call: Callable[[], None]) -> None:
        """Calls, and once more if all that stood against it was the lock of a process that has ended."""
        try:
            call()
        except ConcurrentUpdateError as error:
            self._cancel_or_refuse(error)
            call()

    @contextlib.contextmanager
    def _environment(self, additional: Mapping[str, str]) -> Generator[None]:
        """The engine's environment with some variables more."""
        workspace = self._stack.workspace
        before = workspace.env_vars
        workspace.env_vars = {**before, **additional}
        try:
            yield
        finally:
            workspace.env_vars = before

    def _cancel_or_refuse(self, error: ConcurrentUpdateError) -> None:
        holders = list(_LOCKED_BY.finditer(str(error)))
        if not holders:
            raise HostingError(f"Another update of {self.name} is under way: wait for it to end.") from None
        for holder in holders:
            host, pid, since = holder["host"], int(holder["pid"]), holder["since"]
            if host != socket.gethostname() or _runs_since(pid, since):
                raise HostingError(
                    f"{self.name} is locked by process {pid} of {holder['user']} on {host} since {since}: "
                    f"wait for it to end, or when it is surely dead, run `pulumi cancel -s {self.name}` (locally after "
                    '`eval "$(.venv/bin/hosting env)"`).'
                ) from None
        self._stack.cancel()


_PROTECTED = re.compile(r'(?:delete|replace) resource "(?P<urn>urn:[^"]+)"\s+as it is currently marked for protection')

_FRAME = re.compile(r'File "(?P<file>[^"]*/(?:infra|policies)/[^"]*)", line (?P<line>\d+)')


def _of_traceback(message: str) -> str:
    """Where the program raised, and what."""
    frames = list(_FRAME.finditer(message))
    place = f"{'/'.join(Path(frames[-1]['file']).parts[-3:])} line {frames[-1]['line']}" if frames else "the program"
    raised = [line.strip() for line in message.splitlines() if line.strip() and not line.startswith(" ")]
    return f"{place}: {raised[-1] if raised else 'it failed'}"


_SAID_BESIDES = ("preview failed", "update failed", "failed to run remediation: context canceled")
"""What the engine says besides the reason itself."""


def _about(urn: str | None, message: str) -> str:
    """The message with the resource that it is about, on one line."""
    protected = _PROTECTED.search(message)
    if protected is not None:
        kind, name = protected["urn"].split("$")[-1].split("::")[-2:]
        return (
            f"{kind} {name!r} is protected and would be deleted or replaced: undo that change of the program, or of "
            "the stack file"
        )
    if "Traceback (most recent call last)" in message:
        return _of_traceback(message)
    lines = [line.strip().removeprefix("* ") for line in message.splitlines()]
    text = " ".join(line for line in lines if line and not re.fullmatch(r"\d+ errors? occurred:", line)).rstrip(".")
    if not urn or "pulumi:pulumi:Stack" in urn:
        return text
    resource = " ".join(urn.split("$")[-1].split("::")[-2:])
    return text if text.startswith(resource) else f"{resource}: {text}"


def _is_in_cloud(kind: str) -> bool:
    """Whether a cloud has objects of a type, which it has not of components, providers and the stack."""
    return not kind.startswith(("hosting:", "pulumi:"))


def _changing(steps: Sequence[Step]) -> list[OpType]:
    return [step.operation for step in steps if step.operation not in (OpType.SAME, OpType.READ, OpType.REFRESH)]


def plain(text: str) -> str:
    """`text` without colours and without space around it."""
    return _ESCAPES.sub("", text).strip()


def explain(error: CommandError, stack: str) -> str:
    """The engine's own words for why a command failed, in one sentence."""
    text = plain(str(error))
    if "incorrect passphrase" in text:
        return (
            f"The passphrase doesn't open the state of {stack}: "
            "set PULUMI_CONFIG_PASSPHRASE to the one it was made with, or unset it."
        )
    if "PULUMI_ACCESS_TOKEN must be set" in text:
        return "You are not logged in to a state: run `pulumi login azblob://…` or `pulumi login s3://…` first."
    lines = [line.strip().removeprefix("stderr:").strip() for line in text.splitlines()]
    reasons = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return "; ".join(dict.fromkeys(reasons)) or lines[-1] or "the engine was ended from outside: run the command again"


def _telling(take: Callable[[EngineEvent], None], on_step: Callable[[Step], None]) -> Callable[[EngineEvent], None]:
    def take_and_tell(event: EngineEvent) -> None:
        take(event)
        if event.res_outputs_event is not None:
            on_step(_step(event.res_outputs_event.metadata))

    return take_and_tell


def _step(metadata: StepEventMetadata) -> Step:
    changed = tuple(sorted(metadata.detailed_diff or metadata.diffs or ()))
    return Step(OpType(metadata.op), metadata.urn, metadata.type, changed)


def _runs_since(pid: int, since: str) -> bool:
    """Whether the process that took a lock at `since` still runs (another may have got its number)."""
    try:
        process = psutil.Process(pid)
        started = datetime.fromtimestamp(process.create_time(), UTC)
    except psutil.Error:
        return False
    return process.status() != psutil.STATUS_ZOMBIE and started <= datetime.fromisoformat(since) + _CLOCK_TOLERANCE


def _deployed(resource: Mapping[str, Any]) -> Deployed:
    return Deployed(
        urn=resource["urn"],
        kind=resource["type"],
        parent=resource.get("parent", ""),
        identity=resource.get("id", ""),
        protected=bool(resource.get("protect", False)),
        inputs=resource.get("inputs") or {},
        outputs=resource.get("outputs") or {},
        dependencies=tuple(resource.get("dependencies") or ()),
        retained=bool(resource.get("retainOnDelete", False)),
    )
