"""What is known of a request: its condition keys, each with values, or surely absent, or left to whoever asks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from policies.iam.patterns import CHOSEN, literal


class State(Enum):
    """A condition key without values that could be named."""

    ABSENT = "absent"
    """The request surely doesn't have it."""
    CHOSEN = "chosen"
    """Whoever asks chooses whether the request has it, and its values."""


@dataclass(frozen=True)
class Other:
    """A value that whoever asks chooses, but none that one of these patterns matches (none has a `?`)."""

    than: frozenset[str]


Value = str | Other
Values = tuple[Value, ...] | State

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_DEFAULT: Final = re.compile(r"(.*?)\s*,\s*'(.*)'\s*", re.DOTALL)
_SPECIAL: Final = {"*": literal("*"), "?": literal("?"), "$": "$"}


class Context:
    """The condition keys of a request; a key that isn't named is in the state `rest`."""

    __slots__ = ("keys", "rest")

    def __init__(self, keys: Mapping[str, Values] = MappingProxyType({}), rest: State = State.CHOSEN) -> None:
        self.keys = {name.lower(): values for name, values in keys.items()}
        """By name in lower case."""
        self.rest = rest

    def values(self, key: str) -> Values:
        """The values of a condition key, whose name is the same in upper and lower case."""
        return self.keys.get(key.lower(), self.rest)

    def having(self, keys: Mapping[str, Values]) -> "Context":
        """The same request, with these keys as well or instead."""
        return self.asking(Context(keys, self.rest))

    def asking(self, request: "Context") -> "Context":
        """What somebody of whom this is known asks: the keys of both, where they differ those of the request."""
        both = Context(rest=request.rest)
        both.keys = {**self.keys, **request.keys}
        return both

    def substituted(self, text: str) -> str | None:
        """A pattern of a policy with its variables replaced; None if one has no value.

        IAM User Guide, "IAM policy elements: Variables and tags".
        """
        if "${" not in text:
            return text
        missing = False

        def value(match: re.Match[str]) -> str:
            nonlocal missing
            name = match[1].strip()
            if name in _SPECIAL:
                return _SPECIAL[name]
            default = _DEFAULT.fullmatch(name)
            values = self.values(default[1] if default else name)
            if values is State.ABSENT or values == ():
                if default:
                    return literal(default[2])
                missing = True
                return ""
            if isinstance(values, tuple) and len(values) == 1 and isinstance(values[0], str):
                return literal(values[0])
            return CHOSEN

        replaced = _VARIABLE.sub(value, text)
        return None if missing else replaced
