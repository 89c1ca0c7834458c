"""Makes recordings of stacks: each is previewed and brought up from nothing, in a local cloud of its own.

The clouds and states lie apart from those of the user, and are gone afterwards; the recordings stay.
"""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from hosting.checkout import Checkout
from hosting.engine import Step
from hosting.errors import HostingError
from hosting.session import Verdict, from_nothing, open_session
from policies.recording import ENVIRONMENT_VARIABLE

T = TypeVar("T")

PLACE: Final = "mutants"
"""The folder below `.hosting` for all that the mutation run makes."""


def record(checkout: Checkout, stacks: Sequence[str], say: Callable[[str], None]) -> Path:
    """Records a preview and an update of each stack; gives the folder.

    Raises HostingError when a stack can't be made.
    """
    folder = checkout.aside(PLACE).local / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    for stack in stacks:
        say(f"Recording {stack}: a preview from nothing, then the update ...")
        in_process_of_its_own(_record, checkout, stack, folder)
    return folder


def in_process_of_its_own(function: Callable[..., T], *arguments: object) -> T:
    """Calls a function that starts the engine's servers and changes the environment, neither of which may stay here.

    Raises HostingError as the function does, and when its process ends without an answer.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        problem, answer = receiver.recv()
    except EOFError:
        raise HostingError("The process that worked on a stack has ended before its time: run it again.") from None
    finally:
        process.join()
    if problem is not None:
        raise HostingError(problem)
    return answer


def _report(sender: Any, function: Callable[..., object], arguments: Sequence[object]) -> None:
    try:
        answer = function(*arguments)
    except HostingError as error:
        sender.send((str(error), None))
    else:
        sender.send((None, answer))


def _record(checkout: Checkout, stack: str, folder: Path) -> None:
    with from_nothing(checkout, PLACE) as mine:
        session = open_session(mine, stack, "local")
        for operation in ("preview", "up"):
            file = folder / f"{stack}.{operation}"
            file.unlink(missing_ok=True)
            os.environ[ENVIRONMENT_VARIABLE] = str(file)
            is_preview = operation == "preview"
            _refuse_failure(stack, session.preview(session.engine.state()) if is_preview else session.up(_say_nothing))


def _say_nothing(_: Step) -> None:
    """The steps of an update are of no interest here."""


def _refuse_failure(stack: str, verdict: Verdict) -> None:
    if not verdict.passes:
        violated = [f"{each.rule} at {each.urn.rsplit('::', 1)[-1]}" for each in verdict.report.violations]
        problems = "; ".join([*verdict.run.errors, *verdict.refusals, *violated])
        raise HostingError(f"{stack} can't be brought up, so there is nothing to mutate: {problems}")
