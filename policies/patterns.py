"""Patterns by which AWS picks events: filters of CloudWatch Logs for JSON, and event patterns of EventBridge.

What can't be read, or isn't known here, picks nothing: for who asks whether an event is noticed that is the careful
answer. So does a negation of a field that isn't there, and the demand that a field is missing, which every event that
happens may have though the example of it doesn't: unless it is known to lack that field.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final, cast

Test = Callable[[object], bool]

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<operator>\(|\)|&&|\|\||!=|>=|<=|=|>|<|NOT\s+EXISTS|IS\s+(?:NULL|TRUE|FALSE))"
    r'|\$\.(?P<selector>[\w.\[\]-]+)|"(?P<text>[^"]*)"|(?P<bare>[\w.*:/-]+))'
)
_ABSENT: Final = object()
_STATES: Final[Mapping[str, object]] = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}


def log_matches(pattern: str, event: Mapping[str, Any], lacks: Collection[str] = ()) -> bool:
    """Whether a filter picks the event (CloudWatch Logs User Guide, "Filter pattern syntax", JSON).

    `lacks` are the fields, by their path, that such an event is known not to have.
    """
    return _test_of(pattern, tuple(lacks))(event)


@lru_cache(maxsize=256)
def _test_of(pattern: str, lacks: tuple[str, ...]) -> Test:
    body = re.fullmatch(r"\{(.*)\}", pattern.strip(), re.DOTALL)
    try:
        return _Filter("" if body is None else body[1], lacks).read()
    except _UnreadableError:
        return lambda _: False


class _UnreadableError(Exception):
    """The pattern has something that isn't known here."""


class _Filter:
    """Reads a filter from left to right: || binds less than &&."""

    def __init__(self, text: str, lacks: Collection[str]) -> None:
        self._tokens = list(_tokens(text))
        self._lacks = lacks
        self._place = 0

    def read(self) -> Test:
        test = self._either()
        self._take("end")
        return test

    def _take(self, *kinds: str) -> tuple[str, str]:
        token = self._tokens[self._place]
        if token[0] not in kinds:
            raise _UnreadableError
        self._place += 1
        return token

    def _follows(self, operator: str) -> bool:
        found = self._tokens[self._place] == ("operator", operator)
        self._place += found
        return found

    def _either(self) -> Test:
        tests = [self._all()]
        while self._follows("||"):
            tests.append(self._all())
        return lambda event: any(test(event) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._follows("&&"):
            tests.append(self._one())
        return lambda event: all(test(event) for test in tests)

    def _one(self) -> Test:
        if self._follows("("):
            inner = self._either()
            if not self._follows(")"):
                raise _UnreadableError
            return inner
        selector = self._take("selector")[1]
        operator = " ".join(self._take("operator")[1].split())
        if operator == "NOT EXISTS":
            return lambda event: _value(event, selector) is _ABSENT and selector in self._lacks
        if operator in _STATES:
            return lambda event: _value(event, selector) is _STATES[operator]
        if operator not in _COMPARISONS:
            raise _UnreadableError
        wanted = self._take("text", "bare")[1]
        return lambda event: _compares(_value(event, selector), operator, wanted)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place, text = 0, text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise _UnreadableError
        place = found.end()
        yield found.lastgroup, found[found.lastgroup]
    yield "end", ""


def _value(event: object, selector: str) -> object:
    """What stands at `a.b[0]`; a mark of its own if nothing does."""
    for name in selector.replace("[", ".").replace("]", "").split("."):
        if isinstance(event, dict):
            event = cast("dict[str, object]", event).get(name, _ABSENT)
        elif isinstance(event, list) and name.isdigit() and int(name) < len(cast("list[object]", event)):
            event = cast("list[object]", event)[int(name)]
        else:
            return _ABSENT
    return event


_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
}


def _compares(value: object, operator: str, wanted: str) -> bool:
    if value is _ABSENT or value is None:
        return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return _COMPARISONS[operator](value, float(wanted))
        except ValueError:
            return operator == "!="
    if operator not in ("=", "!="):
        return False
    equal = _is_like(_written(value), wanted)
    return equal == (operator == "=")


def _is_like(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern that knows no wildcard but the asterisk."""
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def event_matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether an event pattern picks the event (EventBridge User Guide, "Comparison operators")."""
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(event_matches(each, event) for each in wanted):
                return False
        elif isinstance(wanted, dict):
            inner = event.get(name)
            if not isinstance(inner, dict) or not event_matches(
                cast("dict[str, Any]", wanted), cast("dict[str, Any]", inner)
            ):
                return False
        elif not isinstance(wanted, list) or not _is_one_of(event.get(name, _ABSENT), cast("list[object]", wanted)):
            return False
    return True


def _is_one_of(value: object, wanted: list[object]) -> bool:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return any(_fits(each, one) for each in values for one in wanted)


def _fits(value: object, wanted: object) -> bool:
    if not isinstance(wanted, dict):
        return value is not _ABSENT and type(value) is type(wanted) and value == wanted
    ((operator, operand),) = cast("dict[str, Any]", wanted).items()
    if operator == "exists":
        return value is not _ABSENT and operand is True
    compare = _OPERATORS.get(operator)
    return value is not _ABSENT and compare is not None and compare(value, operand)


def _is_none_of(value: object, operand: Any) -> bool:
    refused: list[object] = operand if isinstance(operand, list) else [operand]
    return not any(_fits(value, each) for each in refused)


def _is_within(value: object, operand: Any) -> bool:
    pairs = zip(operand[::2], operand[1::2], strict=True)
    return isinstance(value, int | float) and all(_COMPARISONS[sign](value, number) for sign, number in pairs)


_OPERATORS: Final[Mapping[str, Callable[[object, Any], bool]]] = {
    "anything-but": _is_none_of,
    "equals-ignore-case": lambda value, operand: str(value).lower() == str(operand).lower(),
    "numeric": _is_within,
    "prefix": lambda value, operand: isinstance(operand, str) and str(value).startswith(operand),
    "suffix": lambda value, operand: isinstance(operand, str) and str(value).endswith(operand),
    "wildcard": lambda value, operand: _is_like(str(value), operand),
}
