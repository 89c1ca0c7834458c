"""Previews, updates and judges the stacks of this checkout; `make help` lists what it is needed for every day."""

import json
import shlex
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer
from pulumi.automation import OpType
from rich.console import Console
from rich.markup import escape

from hosting.changed import changed_stacks
from hosting.checkout import Checkout
from hosting.controls import STACKS, judged_resources, render
from hosting.diagram import draw, put_into
from hosting.drift import said as drift_said
from hosting.drift import undeclared
from hosting.engine import Run, Step
from hosting.errors import HostingError
from hosting.forecast import forecast as make_forecast
from hosting.forecast import refuse_too_many, show_forecast
from hosting.gates import refuse_destruction
from hosting.granted import repeating
from hosting.guards import emptied, staying
from hosting.local_cloud import CloudName, Server, environment_of
from hosting.mutation.command import mutate
from hosting.mutation.sample import SHARE
from hosting.pulumi_cli import find_cli, install_cli
from hosting.release import refuse_pending_links, refuse_unsigned_images
from hosting.report import show
from hosting.report_files import read, refuse_unreviewed, report_folder, write
from hosting.session import (
    Session,
    Target,
    Verdict,
    foreign_variables,
    forget_local_stacks,
    from_nothing,
    local_clouds,
    local_environment,
    open_session,
    rule_names,
)
from hosting.stack_files import copy_for_local_cloud, read_settings
from hosting.words import counted, written
from infra.settings import IdentitySettings, Settings
from policies.register import load_register

application = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

Stack = Annotated[str, typer.Option("--stack", "-s", help="The stack: its file is Pulumi.STACK.yaml.")]
Cloud = Annotated[Target, typer.Option(help="`local`: the cloud on this machine. `real`: Azure or AWS themselves.")]
HttpPort = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Port of the local cloud's HTTP side on 127.0.0.1; any free one if not given."),
]

_SIGNS = {
    OpType.CREATE: "[green]+[/]",
    OpType.UPDATE: "[yellow]~[/]",
    OpType.DELETE: "[red]-[/]",
    OpType.REPLACE: "[magenta]±[/]",
    OpType.CREATE_REPLACEMENT: "[magenta]±[/]",
    OpType.DELETE_REPLACED: "[magenta]±[/]",
}


def _command(function: Callable[..., None]) -> Callable[..., None]:
    """Registers a command; what it can't do ends it with one sentence and status 1."""

    @wraps(function)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            function(*arguments, **options)
        except HostingError as error:
            _fail(str(error))
        except KeyboardInterrupt:
            _fail("Interrupted: run the same command again to go on.")

    return application.command()(run)


def _fail(sentence: str) -> None:
    Console(stderr=True).print(f"[red]error[/]: {escape(sentence)}", soft_wrap=True, highlight=False)
    raise typer.Exit(1)


@_command
def setup() -> None:
    """Makes the Pulumi CLI of the pinned version available: finds, downloads or builds it."""
    checkout, console = Checkout.of_this_package(), Console(highlight=False)
    say = _saying(console)
    if find_cli(checkout, say) is None:
        console.print(f"The Pulumi CLI {install_cli(checkout, say).version} is ready.")


@_command
def preview(
    stack: Stack = "useast",
    cloud: Cloud = "local",
    report: Annotated[
        Path | None, typer.Option(help="A folder for the report as Markdown, JSON and SARIF; it is made.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="The JSON report of an earlier preview, to which the clauses are compared.")
    ] = None,
    http_port: HttpPort = None,
) -> None:
    """Shows what `up` would do, judged by the policy pack and the deletion gate."""
    console = Console(highlight=False)
    folder = report_folder(report) if report is not None else None
    before = read(baseline) if baseline is not None else None
    session = open_session(Checkout.of_this_package(), stack, cloud, http_port)
    state = session.engine.state()
    if state.pending_operations:
        console.print(f"{stack} is being updated, or was when a run was interrupted: `make up` goes on from there.")
    verdict = session.preview(state)
    if folder is not None:
        write(session.json_report(verdict, "preview"), folder, before)
    for step in verdict.run.steps:
        _showing(console)(step)
    _conclude(session, verdict, console, "previewed")


@_command
def up(
    stack: Stack = "useast",
    cloud: Cloud = "local",
    adopt: Annotated[
        list[str] | None, typer.Option(help="In a real cloud, after a run was killed: `URN=ID` of what it had made.")
    ] = None,
    reviewed: Annotated[
        Path | None, typer.Option(help="The JSON report of a preview: stops if there is anything else to do.")
    ] = None,
    http_port: HttpPort = None,
) -> None:
    """Previews, passes the gates, then brings the stack to what the program says."""
    console = Console(highlight=False)
    if adopt and cloud == "local":
        raise HostingError("--adopt is for a real cloud, for the local one is searched: leave it out.")
    wanted = read(reviewed) if reviewed is not None else None
    session = open_session(Checkout.of_this_package(), stack, cloud, http_port)
    state = session.resume(_saying(console), adopt or ())
    if cloud == "real":
        refuse_unsigned_images(session.settings, state.resources)
    verdict = session.preview(state)
    if not verdict.passes:
        _conclude(session, verdict, console, "refused in the preview")
    if wanted is not None:
        refuse_unreviewed(session.json_report(verdict, "preview"), wanted)
    console.print(_summary(stack, verdict.run.planned_changes(), "previewed"))
    if cloud == "real":
        verdict = repeating(lambda: session.up(_showing(console)), _saying(console))
    else:
        verdict = session.up(_showing(console))
    _conclude(session, verdict, console, "up")
    for name, value in session.engine.outputs().items():
        console.print(f"{name}: {escape(written(value))}", soft_wrap=True)
    if cloud == "real":
        refuse_pending_links(session.engine.state().resources)


@_command
def refresh(
    *,
    stack: Stack = "useast",
    cloud: Cloud = "local",
    expect_no_changes: Annotated[
        bool,
        typer.Option(
            "--expect-no-changes", help="Fails if what is declared was changed: for runs that nobody watches."
        ),
    ] = False,
    http_port: HttpPort = None,
) -> None:
    """Brings the state to what the cloud holds, and shows what was changed behind the program's back."""
    console = Console(highlight=False)
    session = open_session(Checkout.of_this_package(), stack, cloud, http_port)
    before = session.resume(_saying(console))
    if not before.resources:
        raise HostingError(f"{stack} isn't up, so there is nothing to look for: `make up STACK={stack}` first.")
    run = session.engine.refresh(_showing(console))
    _raise_failure(session, run)
    drifted = {step.urn for step in run.outcomes if step.operation is not OpType.SAME}
    others = undeclared(before.resources, session.engine.state().resources, drifted)
    for each in others:
        shown = escape(f"{each.resource.kind} {each.resource.name}")
        console.print(f"  [cyan]?[/] {shown} [dim]({', '.join(each.properties)})[/]", soft_wrap=True)
    told = drift_said(stack, len(drifted), len(others))
    if drifted and expect_no_changes:
        raise HostingError(told)
    console.print(told or f"{stack} is in the cloud as the state knows it.", soft_wrap=True)


@_command
def destroy(
    stack: Stack = "useast",
    cloud: Cloud = "local",
    ignore_protect: Annotated[bool, typer.Option(help="Also the platform's own keys, data and logs.")] = False,
    http_port: HttpPort = None,
) -> None:
    """Removes the stack's resources, once no tenant lives there any more."""
    console = Console(highlight=False)
    session = open_session(Checkout.of_this_package(), stack, cloud, http_port)
    state = session.resume(_saying(console))
    if not state.resources:
        console.print(f"{stack} isn't up: there is nothing to remove.")
        return
    refusals = refuse_destruction(state.resources, session.settings, ignore_protect=ignore_protect)
    if refusals:
        raise HostingError(" ".join(refusals))
    kept = staying(state.resources)
    stay = {resource.urn for resource in kept}
    stores = [resource.urn for resource in emptied(state.resources) if ignore_protect]
    if stay or stores:
        session.engine.lift_guards(staying=stay, emptied=[urn for urn in stores if urn not in stay])

    show = _showing(console)

    def show_removed(step: Step) -> None:
        if step.urn not in stay:
            show(step)

    run = session.engine.destroy(show_removed, ignore_protect=ignore_protect)
    _raise_failure(session, run)
    removed = len({step.urn for step in run.outcomes} - stay)
    console.print(f"{stack} is destroyed: {counted(removed, 'resource')} removed.")
    if kept:
        console.print(
            "What nobody may delete before its time stays in the cloud, with what it needs (docs/real-clouds.md)."
            + (" `make stop` ends it with the local cloud." if cloud == "local" else ""),
            soft_wrap=True,
        )
        for each in kept:
            console.print(f"  = {escape(f'{each.kind} {each.name}')}", soft_wrap=True)


@_command
def forecast(
    stack: Stack = "useast",
    tenants: Annotated[int, typer.Option(min=0, help="How many tenants the stack shall hold.")] = 100,
) -> None:
    """Says which limit of the cloud a stack meets first with more tenants, and what it costs a month."""
    settings = read_settings(Checkout.of_this_package(), stack)
    if isinstance(settings, IdentitySettings):
        raise HostingError(f"{stack} hosts no tenants: choose the stack of a service.")
    show_forecast(make_forecast(settings), tenants, Console(highlight=False))
    refuse_too_many(settings, tenants)


@_command
def changed(
    since: Annotated[str | None, typer.Option(help="A commit; without it every stack counts as changed.")] = None,
) -> None:
    """Prints the stacks that the commits since another one concern, as JSON."""
    typer.echo(json.dumps(changed_stacks(Checkout.of_this_package(), since)))


@_command
def diagram(
    stack: Stack = "useast",
    into: Annotated[
        Path | None, typer.Option(help="A page with a place for the diagram; without it the diagram is printed.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the page is up to date.")] = False,
) -> None:
    """Draws the rooms of a stack that is up in the local cloud, as Mermaid."""
    checkout = Checkout.of_this_package()
    checkout.stack_file(stack)
    was_up = any(stack in cloud.stacks() for cloud in local_clouds(checkout))
    resources = open_session(checkout, stack, "local").engine.state().resources if was_up else ()
    if not resources:
        raise HostingError(f"{stack} isn't up, so there is nothing to draw: `make up STACK={stack}` first.")
    drawn = draw(resources)
    if into is None:
        typer.echo(drawn, nl=False)
        return
    try:
        page = put_into(into.read_text(), drawn)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise HostingError(f"{into} can't take the diagram: {reason}.") from None
    if check and page != into.read_text():
        raise HostingError(f"The diagram of {into} is out of date: run `hosting diagram -s {stack} --into {into}`.")
    into.write_text(page)


@_command
def controls(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the page is up to date.")] = False,
) -> None:
    """Writes docs/controls.md: what each measure stands on, and what previews of the sample stacks saw of it."""
    checkout, console = Checkout.of_this_package(), Console(highlight=False)
    verdicts: list[Verdict] = []
    # A preview of what stands already sees more than the first one does: the page would change with what is up.
    with from_nothing(checkout, "controls") as mine:
        for stack in STACKS:
            console.print(f"Previewing {stack} ...")
            session = open_session(mine, stack, "local")
            verdicts.append(session.preview(session.engine.state()))
            if not verdicts[-1].passes:
                _conclude(session, verdicts[-1], console, "previewed")
    register = load_register(rule_names())
    page = render(register, judged_resources([verdict.report for verdict in verdicts]))
    file = checkout.root / "docs" / "controls.md"
    is_current = file.exists() and file.read_text() == page
    if check and not is_current:
        raise HostingError("docs/controls.md is out of date: run `make controls` and commit it.")
    file.write_text(page)
    console.print(
        f"docs/controls.md {'was up to date' if is_current else 'is written'}: {counted(len(register), 'measure')}."
    )


@_command
def mutants(
    *,
    stack: Annotated[list[str] | None, typer.Option("--stack", "-s", help="One of the stacks; else all four.")] = None,
    resource_type: Annotated[str, typer.Option("--type", help="The types to mutate, such as 'aws:kms/*'.")] = "*",
    recordings: Annotated[
        Path | None, typer.Option(help="A folder with recordings; without it new ones are made, which takes minutes.")
    ] = None,
    engine: Annotated[bool, typer.Option("--engine", help="Asks the engine about a random part as well.")] = False,
    seed: Annotated[int | None, typer.Option(help="Which random part; printed if not given.")] = None,
    share: Annotated[float, typer.Option(min=0, max=1, help="How large a part.")] = SHARE,
    survivors: Annotated[bool, typer.Option("--survivors", help="Prints what nothing refuses or explains.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="A folder for the report as Markdown and JSON; it is made.")
    ] = None,
) -> None:
    """Breaks what the stacks declare, one thing at a time, and sees whether a rule refuses it (local clouds only)."""
    mutate(
        Checkout.of_this_package(),
        Console(highlight=False),
        stacks=stack,
        resource_type=resource_type,
        recordings=recordings,
        engine=engine,
        seed=seed,
        share=share,
        survivors=survivors,
        report=report,
    )


@_command
def stop() -> None:
    """Ends the local clouds and forgets the stacks in them: their resources live only while the clouds run."""
    checkout, console = Checkout.of_this_package(), Console(highlight=False)
    for cloud in local_clouds(checkout):
        console.print(f"The local {cloud.name} cloud " + ("is stopped." if cloud.stop() else "was not running."))
    forgotten = forget_local_stacks(checkout)
    if forgotten:
        console.print(f"Forgotten with them: {', '.join(forgotten)}.")


@_command
def env(
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="In whose region AWS commands work; else the one that is up.")
    ] = None,
) -> None:
    """Prints what `pulumi` and AWS commands need to work on the local stacks: eval "$(.venv/bin/hosting env)"."""
    checkout = Checkout.of_this_package()
    servers: dict[CloudName, Server] = {
        cloud.name: server for cloud in local_clouds(checkout) if (server := cloud.server())
    }
    region = _region(checkout, stack)
    for name in checkout.stack_names():
        try:
            copy_for_local_cloud(checkout, name)
        except HostingError as error:
            typer.echo(f"# {name} is left out: {error}")
    variables = local_environment(checkout) | environment_of(servers, *([region] if region else []))
    variables["PULUMI_OPTION_CWD"] = str(checkout.local)
    for name in sorted(foreign_variables() - variables.keys()):
        typer.echo(f"unset {name}")
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def _region(checkout: Checkout, stack: str | None) -> str | None:
    """The region of a stack in AWS, or else of the first that is up there; None if there is none."""
    up = [each for cloud in local_clouds(checkout) if cloud.name == "aws" for each in cloud.stacks()]
    if stack is None and len(up) > 1:
        typer.echo(
            f"{', '.join(up)} are up, and AWS commands work in the region of {up[0]}: say -s for another.", err=True
        )
    chosen = stack or next(iter(up), None)
    try:
        settings = read_settings(checkout, chosen) if chosen else None
    except HostingError:
        if stack is not None:
            raise
        return None  # the stack's own commands say what is wrong with its file
    return settings.region if isinstance(settings, Settings) and settings.service == "cloud-integrated" else None


def _saying(console: Console) -> Callable[[str], None]:
    return lambda sentence: console.print(escape(sentence), soft_wrap=True)


def _showing(console: Console) -> Callable[[Step], None]:
    def show_step(step: Step) -> None:
        if step.operation in _SIGNS:
            changed = f" [dim]({', '.join(step.changed)})[/]" if step.changed else ""
            console.print(f"  {_SIGNS[step.operation]} {step.kind} {escape(step.name)}{changed}", soft_wrap=True)

    return show_step


def _conclude(session: Session, verdict: Verdict, console: Console, done: str) -> None:
    """Prints what a preview or update came to, the report last, and fails if anything stands against it."""
    run = verdict.run
    if not run.succeeded and not run.steps:
        _raise_failure(session, run)
    operations = run.changes() if done == "up" else run.planned_changes()
    whole = run.succeeded or (bool(verdict.report.violations) and not run.errors)
    console.print(_summary(session.settings.stack, operations, done if whole else f"{done}, as far as it got"))
    show(verdict.report, console, whole=whole, refusals=verdict.refusals)
    if verdict.refusals or (verdict.report.violations and not run.errors):
        raise typer.Exit(1)
    _raise_failure(session, run)
    if not verdict.passes:
        raise HostingError("The policy pack's answers are incomplete, so nothing may be deployed on them.")


def _summary(stack: str, operations: Sequence[OpType], done: str) -> str:
    """What was done, or would be, counted by operation."""
    counts = ", ".join(f"{count} {sign.value}" for sign in _SIGNS if (count := operations.count(sign)))
    return f"{stack} {done}: {counts or 'no changes'}."


def _raise_failure(session: Session, run: Run) -> None:
    if run.succeeded:
        return
    if session.cloud_has_died():
        raise HostingError(
            f"The local {session.cloud.name if session.cloud else ''} cloud ended in the middle and its resources with "
            f"it: run `make stop`, then start over with `make up STACK={session.settings.stack}`."
        )
    raise HostingError("; ".join(dict.fromkeys(run.errors)) or "the policy pack refuses it")


if __name__ == "__main__":
    application()
