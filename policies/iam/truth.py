"""The four answers that a test, a statement and a decision have."""

from collections.abc import Iterable
from enum import IntEnum

from policies.properties import UndeterminedError


class Truth(IntEnum):
    """How sure it is that something holds. In this order, so that `min` is "and", `max` is "or"."""

    NO = 0
    """Whatever the request, it doesn't hold."""
    UNKNOWN = 1
    """It hangs on a value that isn't known before the update."""
    POSSIBLE = 2
    """There may be a request for which it holds: whoever asks chooses what it hangs on."""
    YES = 3
    """Whatever the request, it holds."""


def refuse_to_guess(what: str, waiting: Iterable[str]) -> None:
    """Raises UndeterminedError if the decisions about some, named in `waiting`, are UNKNOWN.

    `what` says what they come to, as a clause that follows `whether`.
    """
    names = ", ".join(dict.fromkeys(waiting))
    if names:
        raise UndeterminedError(
            f"whether {what} is judged in the update, for it hangs on policies or ARNs not known before: {names}"
        )


def negated(truth: Truth) -> Truth:
    """Whether it doesn't hold."""
    return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(truth, truth)
