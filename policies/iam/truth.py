"""The four answers that a test, a statement and a decision have."""

from enum import IntEnum


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


def negated(truth: Truth) -> Truth:
    """Whether it doesn't hold."""
    return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(truth, truth)
