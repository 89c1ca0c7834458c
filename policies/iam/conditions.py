"""The tests of a statement (IAM User Guide, "IAM JSON policy elements: Condition operators").

Two kinds of test let in what they seem to refuse: a negated operator, one that ends with `IfExists` and one that begins
with `ForAllValues:` all hold for a request that hasn't the key at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policies.iam.context import Context, Other, State
from policies.iam.patterns import CHOSEN, UNKNOWN, arn_matches, literal, matches
from policies.iam.truth import Truth, negated

_NEGATED: Final = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnlike",
    "arnnotlike": "arnlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
}

_NUMERIC: Final[dict[str, Callable[[float, float], bool]]] = {
    "numericequals": lambda value, wanted: value == wanted,
    "numericlessthan": lambda value, wanted: value < wanted,
    "numericlessthanequals": lambda value, wanted: value <= wanted,
    "numericgreaterthan": lambda value, wanted: value > wanted,
    "numericgreaterthanequals": lambda value, wanted: value >= wanted,
}


@dataclass(frozen=True)
class Test:
    """One test of a statement: the key's values in the request against the wanted ones."""

    __test__ = False  # for pytest, which takes every class of this name for tests

    operator: str
    key: str
    wanted: tuple[str, ...]

    def holds(self, context: Context, *, variables: bool) -> Truth:
        """Whether it holds for a request; `variables` whether the document's version knows policy variables."""
        quantifier, base, absent = self._parts
        if base == "null":
            return self._null(context)
        values = context.values(self.key)
        if values is State.ABSENT or values == ():
            return absent
        if values is State.CHOSEN:
            return self._with_a_chosen_value(base, absent, context, variables=variables)
        each = [self._one(base, value, context, variables=variables) for value in values]
        return max(each) if quantifier != "forallvalues" else min(each)

    @cached_property
    def _parts(self) -> tuple[str, str, Truth]:
        """Of the operator the quantifier, the comparison, and whether it holds for a request without the key."""
        quantifier, _, rest = self.operator.lower().rpartition(":")
        base = rest.removesuffix("ifexists")
        return quantifier, base, self._without_the_key(quantifier, base, is_lenient=rest != base)

    def _with_a_chosen_value(self, base: str, absent: Truth, context: Context, *, variables: bool) -> Truth:
        """Whether it holds for a request that may have the key, with the value that suits."""
        if absent is Truth.YES or base in _NEGATED:
            return Truth.POSSIBLE
        patterns = [context.substituted(each) if variables else each for each in self.wanted]
        known = [pattern for pattern in patterns if pattern is not None]
        if any(UNKNOWN not in pattern for pattern in known):
            return Truth.POSSIBLE
        return Truth.UNKNOWN if known else Truth.NO

    @staticmethod
    def _without_the_key(quantifier: str, base: str, *, is_lenient: bool) -> Truth:
        """Whether it holds for a request that hasn't the key."""
        if quantifier == "foranyvalue":
            # The one says no, the other yes; the documentation doesn't say which of them counts.
            return Truth.POSSIBLE if is_lenient else Truth.NO
        if quantifier == "forallvalues" or is_lenient:
            return Truth.YES
        return Truth.YES if base in _NEGATED else Truth.NO

    def _null(self, context: Context) -> Truth:
        values = context.values(self.key)
        if values is State.CHOSEN:
            return Truth.POSSIBLE
        is_absent = values is State.ABSENT or values == ()
        answers = {self._is_true(wanted) for wanted in self.wanted}
        if None in answers:
            return Truth.UNKNOWN
        return Truth.YES if is_absent in answers else Truth.NO

    @staticmethod
    def _is_true(text: str) -> bool | None:
        return None if UNKNOWN in text else text.lower() == "true"

    def _one(self, base: str, value: str | Other, context: Context, *, variables: bool) -> Truth:
        """Whether it holds for one value of the request."""
        if base in _NEGATED:
            return negated(self._one(_NEGATED[base], value, context, variables=variables))
        answers = [self._compare(base, value, wanted, context, variables=variables) for wanted in self.wanted]
        return max(answers, default=Truth.NO)

    def _compare(self, base: str, value: str | Other, wanted: str, context: Context, *, variables: bool) -> Truth:
        pattern = context.substituted(wanted) if variables else wanted
        if pattern is None:
            # A variable without a value is equal to nothing; what a negated operator makes of that isn't documented.
            return Truth.POSSIBLE if "not" in self.operator.lower() else Truth.NO
        compare = _COMPARISONS.get(base)
        if compare is not None:
            return compare(pattern, value)
        if base in _NUMERIC:
            return _number_matches(_NUMERIC[base], value, pattern)
        # Dates, addresses and bytes: whoever asks may have one that suits.
        return Truth.UNKNOWN if UNKNOWN in pattern else Truth.POSSIBLE


def all_hold(tests: Sequence[Test], context: Context, *, variables: bool) -> Truth:
    """Whether all tests hold."""
    found = Truth.YES
    for test in tests:
        found = min(found, test.holds(context, variables=variables))
        if found is Truth.NO:
            break
    return found


def _text_matches(pattern: str, value: str | Other, by: Callable[[str, str], Truth] = matches) -> Truth:
    if isinstance(value, str):
        return by(pattern, value)
    if pattern == "*":
        return by(pattern, "")
    if UNKNOWN in pattern:
        return Truth.UNKNOWN
    if CHOSEN in pattern:
        return Truth.POSSIBLE
    # What matches the pattern itself matches all that it matches.
    return Truth.NO if any(by(each, pattern) is Truth.YES for each in value.than) else Truth.POSSIBLE


def _without_case(pattern: str, value: str | Other) -> Truth:
    return _text_matches(pattern.lower(), value if isinstance(value, Other) else value.lower())


def _number_matches(compare: Callable[[float, float], bool], value: str | Other, wanted: str) -> Truth:
    if UNKNOWN in wanted:
        return Truth.UNKNOWN
    if isinstance(value, Other) or CHOSEN in wanted:
        return Truth.POSSIBLE
    try:
        return Truth.YES if compare(float(value), float(wanted)) else Truth.NO
    except ValueError:
        return Truth.NO


_COMPARISONS: Final[dict[str, Callable[[str, str | Other], Truth]]] = {
    "arnequals": lambda pattern, value: _text_matches(pattern, value, by=arn_matches),
    "arnlike": lambda pattern, value: _text_matches(pattern, value, by=arn_matches),
    "bool": _without_case,
    "stringequals": lambda pattern, value: _text_matches(literal(pattern), value),
    "stringequalsignorecase": lambda pattern, value: _without_case(literal(pattern), value),
    "stringlike": _text_matches,
}
"""The operators for texts; `ArnEquals` knows wildcards too."""
