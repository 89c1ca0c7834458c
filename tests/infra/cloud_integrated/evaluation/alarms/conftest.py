"""What a recorded event meets on its way to the engineer on call: filters, patterns, queries, policies.

The patterns of events are matched by moto, queries are answered by SQLite, policies are evaluated by the evaluator that
all tests of policies ask. Nobody maintains a matcher of CloudWatch's filter patterns for JSON, in which moto and others
let everything pass, so there is a small one here, held against the examples of AWS's documentation.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

Test = Callable[[Any], bool]

TOKEN = re.compile(
    r"\s*(?:(?P<operator>\(|\)|&&|\|\||!=|=|NOT EXISTS|IS (?:NULL|TRUE|FALSE))"
    r'|\$\.(?P<selector>[\w.\[\]-]+)|"(?P<quoted>[^"]*)"|(?P<bare>[\w.*:/-]+))'
)
ABSENT = object()


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    body = re.fullmatch(r"\{(.*)\}", pattern.strip())
    assert body, f"{pattern!r} is not a pattern for JSON"
    text, position = body[1].strip(), 0
    while position < len(text):
        found = TOKEN.match(text, position)
        assert found, f"{text[position:]!r} can't be read"
        position = found.end()
        yield found.lastgroup, found[found.lastgroup]
    yield "end", ""


class _Reader:
    """Reads a pattern from left to right: || binds less than &&."""

    def __init__(self, pattern: str) -> None:
        self._tokens = _tokens(pattern)
        self._next = next(self._tokens)

    def take(self, kind: str | None = None, text: str | None = None) -> str:
        found = self._next
        assert kind in (None, found[0]), f"{found} where {kind} is expected"
        assert text in (None, found[1]), f"{found} where {text} is expected"
        self._next = next(self._tokens, ("end", ""))
        return found[1]

    def is_next(self, text: str) -> bool:
        return self._next == ("operator", text)

    def either(self) -> Test:
        tests = [self.all()]
        while self.is_next("||"):
            self.take()
            tests.append(self.all())
        return lambda event: any(test(event) for test in tests)

    def all(self) -> Test:
        tests = [self.one()]
        while self.is_next("&&"):
            self.take()
            tests.append(self.one())
        return lambda event: all(test(event) for test in tests)

    def one(self) -> Test:
        if self.is_next("("):
            self.take()
            inner = self.either()
            self.take("operator", ")")
            return inner
        selector, operator = self.take("selector"), self.take("operator")
        match operator:
            case "NOT EXISTS":
                return lambda event: _value(event, selector) is ABSENT
            case "IS NULL" | "IS TRUE" | "IS FALSE":
                wanted = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}[operator]
                return lambda event: _value(event, selector) is wanted
            case "=" | "!=":
                text, negated = self.take(), operator == "!="
                return lambda event: _compares(_value(event, selector), text, negated=negated)
        raise AssertionError(f"{operator} is not read here")


def _value(event: Any, selector: str) -> Any:
    for name, index in re.findall(r"([\w-]+)|\[(\d+)\]", selector):
        if name and isinstance(event, dict) and name in event:
            event = event[name]
        elif index and isinstance(event, list) and int(index) < len(event):
            event = event[int(index)]
        else:
            return ABSENT
    return event


def _compares(value: Any, text: str, *, negated: bool) -> bool:
    """What is absent, null, a list or an object compares to nothing, not even by `!=`; a star counts at the ends."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    inner = text.removeprefix("*").removesuffix("*")
    assert "*" not in inner, f"a star within {text!r} is none"
    matches = {
        (False, False): str(value).__eq__,
        (False, True): str(value).startswith,
        (True, False): str(value).endswith,
        (True, True): str(value).__contains__,
    }[text.startswith("*"), text.endswith("*") and text != "*"]
    return bool(matches(inner)) is not negated


@pytest.fixture(scope="session")
def filter_matches() -> Callable[[str, Any], bool]:
    """`filter_matches(pattern, event)`: whether a filter pattern of CloudWatch Logs matches a line of JSON."""

    def matches(pattern: str, event: Any) -> bool:
        reader = _Reader(pattern)
        test = reader.either()
        reader.take("end")
        return test(event)

    return matches
