"""One command's work on one stack: everything is checked before the engine is asked to do anything."""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from hosting.checkout import Checkout
from hosting.engine import Place, Program, Run, StackEngine, State, Step
from hosting.errors import HostingError
from hosting.gates import refuse_beginnings, refuse_deletions
from hosting.local_cloud import CLOUD_OF_SERVICE, PACKAGES, LocalCloud, environment_of
from hosting.pulumi_cli import require_cli
from hosting.recovery import found_by_a_person, found_in, resume
from hosting.report import Report, fold
from hosting.report_files import JsonReport, json_report
from hosting.stack_files import copy_for_local_cloud, read_settings
from infra.settings import StackSettings
from policies.pack import make_pack
from policies.recording import ENVIRONMENT_VARIABLE as RECORDING
from policies.terms import TermsError, refuse_levels

Target = Literal["local", "real"]

_FOREIGN: Final = ("AWS_", "ARM_", "AZURE_", "PULUMI_")
"""Variables that point to an account, a cloud or another state; a local run has none of them."""

_PASSPHRASE: Final = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 - the name of the variable


@dataclass(frozen=True)
class Verdict:
    """What a preview or an update came to."""

    run: Run
    report: Report
    refusals: tuple[str, ...] = ()
    """What the deletion gate refuses."""

    @property
    def passes(self) -> bool:
        """Whether nothing stands against it."""
        return self.run.succeeded and self.report.passes and not self.refusals


class Session:
    """A stack, its settings, its engine and, locally, the cloud that holds it."""

    def __init__(
        self,
        settings: StackSettings,
        rules: Sequence[str],
        engine: StackEngine,
        cloud: LocalCloud | None,
    ) -> None:
        self._rules = rules
        self.settings = settings
        self.engine = engine
        self.cloud = cloud

    def resume(self, say: Callable[[str], None], adopt: Sequence[str] = ()) -> State:
        """Settles what an interrupted run left open; gives the state from which the next one starts.

        A real cloud isn't searched: `adopt` tells what a person has found there, as `URN=ID`.
        """
        find = found_in(self.cloud.find) if self.cloud else found_by_a_person(adopt)
        return resume(self.engine, find, say)

    def preview(self, state: State) -> Verdict:
        """A preview, judged by the policy pack and, against the `state` from which it starts, by the deletion gate."""
        run, report = self._judged(self.engine.preview)
        refusals = (
            *refuse_beginnings(state.resources, self.settings),
            *refuse_deletions(run.steps, state.resources, self.settings),
        )
        return Verdict(run, report, refusals)

    def up(self, on_step: Callable[[Step], None]) -> Verdict:
        """An update, judged by the policy pack; the caller has seen a preview pass."""
        return Verdict(*self._judged(lambda answers: self.engine.up(answers, on_step)))

    def json_report(self, verdict: Verdict, operation: Literal["preview", "up"]) -> JsonReport:
        """The verdict on a run as the report that files are made of."""
        return json_report(
            self.settings.stack,
            operation,
            report=verdict.report,
            run=verdict.run,
            refusals=verdict.refusals,
            positions=self.engine.positions.by_urn,
        )

    def cloud_has_died(self) -> bool:
        """Whether the local cloud ended while it was in use."""
        return self.cloud is not None and self.cloud.server() is None

    def _judged(self, call: Callable[[Path], Run]) -> tuple[Run, Report]:
        """A run and what the policy pack answered in it.

        The answers lie in a folder of this run: of two commands on one stack the engine's lock refuses the second only
        after it has begun, and the first one's answers must outlast that.
        """
        with tempfile.TemporaryDirectory(prefix="hosting-") as folder:
            answers = Path(folder) / "judgements.jsonl"
            run = call(answers)
            return run, fold(answers, self._rules, run)


def open_session(
    checkout: Checkout,
    stack: str,
    target: Target,
    http_port: int | None = None,
    *,
    change: Callable[[Program], Program] | None = None,
) -> Session:
    """Everything a command needs, each step checked. `change` may wrap the program, in the local cloud only.

    Raises HostingError: unknown stack, unusable settings, no CLI, a policy configuration that says more than terms, a
    local cloud that can't start or has lost its data, a state that can't be opened.
    """
    settings = read_settings(checkout, stack)
    configuration = policy_configuration()
    rules = rule_names()
    command = require_cli(checkout)
    if target == "real":
        _refuse_leftovers_of_local_cloud(checkout)
        _refuse_recording()
        place = Place(checkout.root, checkout.policies, {"PATH": _path(checkout)} | configuration)
        return Session(settings, rules, StackEngine(stack, place, command, is_new_allowed=False), None)
    copy_for_local_cloud(checkout, stack)
    environment = local_environment(checkout)
    cloud = LocalCloud(checkout, CLOUD_OF_SERVICE[settings.service])
    _refuse_lost_data(cloud, stack)
    server = cloud.start(http_port)
    cloud.remember(stack)
    environment |= environment_of({cloud.name: server}) | configuration
    place = Place(checkout.local, checkout.policies, environment)
    _leave_only(place)
    engine = StackEngine(stack, place, command, is_new_allowed=True, change=change)
    return Session(settings, rules, engine, cloud)


def rule_names() -> list[str]:
    """The names of the policy pack's rules. Raises HostingError when the pack can't be loaded."""
    try:
        return [rule.name for rule in make_pack("0").rules]
    except (SyntaxError, TypeError, ValueError, ImportError) as error:
        raise HostingError(f"The policy pack can't be loaded: {error}") from None


def policy_configuration() -> dict[str, str]:
    """The variable that hands the engine the pack's configuration, if there is any: the terms that were agreed.

    Raises HostingError for a configuration that says anything else: it could lower or disable a rule.
    """
    name = "PULUMI_OPTION_POLICY_PACK_CONFIG"
    given = os.environ.get(name)
    if not given:
        return {}
    file = Path(given).absolute()
    try:
        refuse_levels(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise HostingError(f"The policy configuration that {name} names can't be used: {_reason(error)}.") from None
    return {name: str(file)}


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error) if isinstance(error, TermsError) else "it is no JSON"


def local_environment(checkout: Checkout) -> dict[str, str]:
    """What makes the engine keep everything of a local run below `.hosting/local`, with a passphrase of its own."""
    folder = checkout.local
    state, home = folder / "state", folder / "home"
    for each in (state, home):
        each.mkdir(parents=True, exist_ok=True)
    _keep_no_log(home)
    return {
        "PATH": _path(checkout),
        # Metadata files beside the state are written in place: one cut short by a kill made the state unreadable.
        "PULUMI_BACKEND_URL": f"{state.as_uri()}?metadata=skip",
        "PULUMI_HOME": str(home),
        _PASSPHRASE: os.environ.get(_PASSPHRASE) or _passphrase(folder / "passphrase"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
    }


def _keep_no_log(home: Path) -> None:
    """Puts an empty file where the engine would make a folder, without which it logs nothing.

    Unasked it logs each call with each property: a tenth of its time, and megabytes a run. Nothing else switches it off
    (pulumi/pkg/v3, logging/encrypted.go); a log that is asked for by `--logtostderr` is another.
    """
    logs = home / "logs"
    if logs.is_dir():
        shutil.rmtree(logs, ignore_errors=True)
    logs.touch()


def local_clouds(checkout: Checkout) -> list[LocalCloud]:
    """All clouds, running or not."""
    return [LocalCloud(checkout, name) for name in sorted(PACKAGES)]


def forget_local_stacks(checkout: Checkout) -> list[str]:
    """Removes the state of the stacks that were in the local clouds, which have ended; gives their names."""
    forgotten = [stack for cloud in local_clouds(checkout) for stack in cloud.stacks()]
    for cloud in local_clouds(checkout):
        for stack in cloud.stacks():
            cloud.forget(stack)
    shutil.rmtree(checkout.local / "state", ignore_errors=True)
    return forgotten


@contextmanager
def from_nothing(checkout: Checkout, place: str) -> Generator[Checkout]:
    """The checkout with empty local clouds and no stacks, which end with it; those of the user stay as they are."""
    mine = checkout.aside(place)
    _end_local_clouds(mine)
    try:
        yield mine
    finally:
        _end_local_clouds(mine)


def _end_local_clouds(checkout: Checkout) -> None:
    for cloud in local_clouds(checkout):
        cloud.stop()
    forget_local_stacks(checkout)


def foreign_variables() -> set[str]:
    """The variables of this process that point to an account, a cloud or another state."""
    return {name for name in os.environ if name.startswith(_FOREIGN)}


def _refuse_lost_data(cloud: LocalCloud, stack: str) -> None:
    if not cloud.holds(stack):
        raise HostingError(
            f"The local {cloud.name} cloud that held {stack} has ended and its resources with it: run `make stop`, "
            f"which ends and forgets all local stacks, then start over with `make up STACK={stack}`."
        )


def _refuse_leftovers_of_local_cloud(checkout: Checkout) -> None:
    """A shell that took over what `hosting env` prints would deploy to this machine and call it real."""
    local = {
        name
        for name, value in os.environ.items()
        if name == "PULUMI_DEBUG_PROVIDERS"
        or name.startswith("AWS_ENDPOINT_URL")
        or (name.startswith(_FOREIGN) and str(checkout.local) in value)
    }
    if local:
        raise HostingError(
            f"{', '.join(sorted(local))} still point to the local cloud: use a new shell for a real one, or unset them."
        )


def _refuse_recording() -> None:
    """A recording of a real stack would hold its secrets in clear."""
    if os.environ.get(RECORDING):
        raise HostingError(f"{RECORDING} would write a real stack's secrets to a file: unset it.")


def _leave_only(place: Place) -> None:
    """Takes what points to an account or another state out of this process, whose program and engine inherit it."""
    for name in foreign_variables():
        del os.environ[name]
    os.environ.update(place.environment)


def _path(checkout: Checkout) -> str:
    return os.pathsep.join([str(checkout.scripts), str(checkout.cli_root / "bin"), os.environ.get("PATH", "")])


def _passphrase(file: Path) -> str:
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as output:
            output.write(secrets.token_urlsafe(24))
    return file.read_text()
