"""Repeats an update that Azure refused only because it doesn't know yet the roles which that update has given."""

import re
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from pulumi.automation import OpType

from hosting.engine import Run
from hosting.words import counted

ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"

PATIENCE_SECONDS: Final = 600
"""The time in which Azure comes to know a role (Azure documentation, "Troubleshoot Azure RBAC")."""

PAUSE_SECONDS: Final = 60
"""Between two tries, each of which asks Azure for every resource that is left."""

_REFUSED: Final = re.compile(r"\b(403|AuthorizationFailed|Forbidden)\b")


class Concluded(Protocol):
    """What an update came to, as far as it matters here."""

    @property
    def run(self) -> Run:
        """What the engine did."""
        ...


Verdict = TypeVar("Verdict", bound=Concluded)


def repeating(
    up: Callable[[], Verdict],
    say: Callable[[str], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Verdict:
    """What `up` comes to, called again while nothing but refusals for want of a right stands against it.

    Only if it gave roles itself, and for PATIENCE_SECONDS after the last time that it did: a right that is missing for
    another reason stays missing, and the last refusal is what the caller gets. A repetition does what was left of the
    same program, which the caller has seen pass in a preview; `say` is told of each in a sentence.
    """
    verdict = up()
    until = clock() + PATIENCE_SECONDS if _gave_roles(verdict.run) else clock()
    while _lacks_rights_only(verdict.run) and clock() + PAUSE_SECONDS <= until:
        refused = len(verdict.run.errors)
        say(
            f"Azure refused {counted(refused, 'resource')} for want of a role, and may not know yet "
            f"those that this run gave: it is tried again in {PAUSE_SECONDS} seconds."
        )
        sleep(PAUSE_SECONDS)
        verdict = up()
        if _gave_roles(verdict.run):
            until = clock() + PATIENCE_SECONDS
    return verdict


def _gave_roles(run: Run) -> bool:
    return any(step.kind == ASSIGNMENT and step.operation is OpType.CREATE for step in run.outcomes)


def _lacks_rights_only(run: Run) -> bool:
    if run.succeeded or not run.errors or run.policy_violations:
        return False
    return all(_REFUSED.search(error) for error in run.errors)
