"""Patterns of IAM (`*` for any text, `?` for one character) against texts of which parts may not be known."""

import re
from functools import lru_cache
from typing import Final

from policies.iam.truth import Truth
from policies.properties import UNKNOWN_TEXTS

UNKNOWN: Final = "\ue000"
"""In a text or pattern: a part that isn't known before the update."""

CHOSEN: Final = "\ue001"
"""In a text or pattern: a part that whoever asks may choose."""

_ASTERISK: Final = "\ue002"
_QUESTION_MARK: Final = "\ue003"
"""An asterisk and a question mark that mean themselves."""

_HOLES: Final = (UNKNOWN, CHOSEN)


def with_holes(text: str) -> str:
    """The text with a mark in place of each part that the engine doesn't know yet."""
    for sentinel in UNKNOWN_TEXTS:
        text = text.replace(sentinel, UNKNOWN)
    return text


def literal(text: str) -> str:
    """The text as a pattern that matches nothing but itself."""
    return text.replace("*", _ASTERISK).replace("?", _QUESTION_MARK)


@lru_cache(maxsize=65536)
def matches(pattern: str, text: str) -> Truth:
    """Whether the pattern matches the text."""
    if not any(hole in pattern or hole in text for hole in _HOLES):
        return Truth.YES if _covers(pattern, text) else Truth.NO
    if not _overlap(pattern, text):
        return Truth.NO
    # Of a part that isn't known, only an asterisk is sure to match it.
    if not any(hole in pattern for hole in _HOLES) and _covers(pattern, text):
        return Truth.YES
    return Truth.UNKNOWN if UNKNOWN in pattern + text else Truth.POSSIBLE


def arn_matches(pattern: str, arn: str) -> Truth:
    """Whether the pattern of an ARN matches one part by part, as the operators for ARNs do: `*` spans no colon but in
    the last part (IAM User Guide, "Amazon Resource Name (ARN) condition operators").
    """
    if pattern == "*":
        # Whether AWS takes it for every ARN isn't documented.
        return Truth.POSSIBLE
    parts, wanted = arn.split(":", 5), pattern.split(":", 5)
    if len(parts) != len(wanted):
        # A hole may hold colons.
        return matches(pattern, arn) if any(hole in arn + pattern for hole in _HOLES) else Truth.NO
    return min(matches(one, other) for one, other in zip(wanted, parts, strict=True))


def _covers(pattern: str, text: str) -> bool:
    if "*" in pattern or "?" in pattern:
        return _expression(pattern).fullmatch(text) is not None
    # Most patterns are names of one thing, each of another: to make expressions of them takes long.
    return pattern.replace(_ASTERISK, "*").replace(_QUESTION_MARK, "?") == text


@lru_cache(maxsize=65536)
def _expression(pattern: str) -> re.Pattern[str]:
    translated = (
        ".*" if each == "*" else f"[^{UNKNOWN}{CHOSEN}]" if each == "?" else re.escape(_plain(each)) for each in pattern
    )
    return re.compile("".join(translated), re.DOTALL)


def _plain(character: str) -> str:
    return {_ASTERISK: "*", _QUESTION_MARK: "?"}.get(character, character)


def _overlap(pattern: str, text: str) -> bool:
    """Whether there are contents of the holes with which the pattern matches."""
    endless = {"*", *_HOLES}
    reachable = {0}
    # The states are places in the pattern; a hole of the text moves freely on.
    for character in [*text, None]:
        closed = set(reachable)
        for place in sorted(reachable):
            ahead = place
            while ahead < len(pattern) and pattern[ahead] in endless:
                ahead += 1
                closed.add(ahead)
        if character is None:
            return len(pattern) in closed
        if character in _HOLES:
            reachable = set(range(min(closed), len(pattern) + 1)) if closed else set()
            continue
        reachable = {place for place in closed if place < len(pattern) and pattern[place] in endless} | {
            place + 1
            for place in closed
            if place < len(pattern) and (pattern[place] == "?" or _plain(pattern[place]) == character)
        }
    return False
