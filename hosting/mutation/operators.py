"""The mutation operators: what can go wrong with one property, whatever it is the property of.

An operator is a function that gets a place and yields the mutations that fit what stands there.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from hosting.mutation.paths import MISSING, Path, content
from hosting.mutation.sdk import NOTHING, Knowledge
from policies.tables import jurisdictions

STRANGER: Final = "999999999999"
"""An AWS account that is nobody's here."""

STRANGE_ID: Final = "99999999-9999-4999-8999-999999999999"
"""A principal, tenant or subscription of Azure that is nobody's here."""

_HUGE: Final = 2_000_000_000

_ACCOUNT: Final = re.compile(r"(?<![\w-])\d{12}(?![\w-])")
_UUID: Final = re.compile(r"(?<![\w-])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-])", re.IGNORECASE)
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER: Final = re.compile(r"(?P<before>P(?:T?)|-?)(?P<digits>\d{1,9})(?P<after>[DHMS]?)")
_DIGEST: Final = re.compile(r"@sha256:[0-9a-f]{64}")
_SWITCHES: Final[Mapping[str, str]] = {
    "true": "false", "false": "true", "on": "off", "off": "on", "enabled": "disabled", "disabled": "enabled",
    "allow": "deny", "deny": "allow", "yes": "no", "no": "yes",
}  # fmt: skip
_OF_SOMEONE: Final = re.compile(r"addressPrefix|hostName|origins?$|principal|audience", re.IGNORECASE)
_WIDE: Final = ("Principal", "Action", "Resource", "NotAction", "NotResource", "NotPrincipal")
_CONDITION: Final = "Condition"
_TAKES_WILDCARDS: Final = re.compile(r"(?:^|:)(?:String(?:Not)?Like|Arn\w+)")


@dataclass(frozen=True)
class Place:
    """One place in the properties of a resource: a leaf, an object or a list."""

    path: Path
    value: Any
    known: Knowledge = NOTHING
    around: Any = None
    """The object or list that holds it."""
    in_document: bool = False
    """Whether it is a part of a JSON document, which the cloud refuses if a part is empty."""


@dataclass(frozen=True)
class Mutation:
    """One thing that is otherwise: `value` stands at `path`."""

    path: Path
    operator: str
    value: Any
    detail: str = ""
    """What it becomes, in words or as a value of an enumeration."""


Operator = Callable[[Place], Iterator[Mutation]]


def mutations(place: Place) -> Iterator[Mutation]:
    """Every mutation of what stands at one place."""
    seen: set[str] = set()
    for operator in OPERATORS:
        for mutation in operator(place):
            written = json.dumps(mutation.value, default=str)
            if written not in seen:
                seen.add(written)
                yield mutation


def removed(place: Place) -> Iterator[Mutation]:
    """The property is left out, a whole object or list is, or one element of a list."""
    if isinstance(place.path[-1], int):
        operator = "element-removed"
    else:
        operator = "subtree-removed" if isinstance(place.value, dict | list) else "removed"
    yield Mutation(place.path, operator, MISSING)


def emptied(place: Place) -> Iterator[Mutation]:
    """A text or a list has nothing in it, which a rule may not take for a value."""
    # Where the values are known, the empty text isn't one; an empty object is as good as none.
    is_property = isinstance(place.path[-1], str) and not place.in_document
    if is_property and isinstance(place.value, str | list) and place.value and not place.known.others:
        yield Mutation(place.path, "emptied", type(cast("Any", place.value))())


def flipped(place: Place) -> Iterator[Mutation]:
    """What is on is off."""
    if isinstance(place.value, bool):
        yield Mutation(place.path, "flipped", not place.value, str(not place.value).lower())
    elif isinstance(place.value, str) and place.value.lower() in _SWITCHES:
        other = _SWITCHES[place.value.lower()]
        styled = other.upper() if place.value.isupper() else other.title() if place.value.istitle() else other
        if not place.known.others or styled in place.known.others:
            yield Mutation(place.path, "flipped", styled, styled)


def other_value(place: Place) -> Iterator[Mutation]:
    """Another value of the enumeration."""
    for other in place.known.others:
        yield Mutation(place.path, "other-value", other, str(other))


def out_of_bounds(place: Place) -> Iterator[Mutation]:
    """A number, also one in a text or a duration, is none, negative, half, double or huge."""
    if isinstance(place.value, bool):
        return
    if isinstance(place.value, int | float):
        number, written = place.value, _same
    elif isinstance(place.value, str) and (match := _NUMBER.fullmatch(place.value)):
        number = int(match["digits"]) * (-1 if match["before"] == "-" else 1)
        before = match["before"].removeprefix("-")

        def written(changed: float) -> Any:
            return f"{before}{changed}{match['after']}"
    else:
        return
    bounds = {"zero": 0, "negative": -1, "halved": int(number // 2), "doubled": number * 2, "huge": _HUGE}
    for operator, changed in bounds.items():
        if changed != number:
            yield Mutation(place.path, operator, written(changed))


def _same(changed: float) -> Any:
    return changed


def opened(place: Place) -> Iterator[Mutation]:
    """A range of addresses is the whole internet, in one piece or as its half."""
    if isinstance(place.value, str) and _is_range(place.value):
        yield Mutation(place.path, "opened", "::/0" if ":" in place.value else "0.0.0.0/0", "the internet")
        yield Mutation(place.path, "opened", "8000::/1" if ":" in place.value else "128.0.0.0/1", "half the internet")


def _is_range(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "." in text or ":" in text


def anyone(place: Place) -> Iterator[Mutation]:
    """A principal, an action or a resource of a policy document stands for all of them; so does a service tag."""
    names = [part for part in place.path if isinstance(part, str)]
    is_text = isinstance(place.value, str)
    if (
        names[-1] in _WIDE
        or (names[-1] == "AWS" and "Principal" in names)
        or (is_text and _CONDITION in names and any(_TAKES_WILDCARDS.search(each) for each in names))
        or (is_text and _OF_SOMEONE.search(names[-1]))
    ):
        yield Mutation(place.path, "anyone", "*", "*")


def condition_weakened(place: Place) -> Iterator[Mutation]:
    """A condition of a policy document also holds for a request that doesn't have the key."""
    if place.path[-1] != _CONDITION or not isinstance(place.value, dict):
        return
    operators = cast("dict[str, Any]", place.value)
    for name in operators:
        bare = name.split(":")[-1]
        if bare != "Null" and not bare.endswith("IfExists") and not name.startswith("ForAllValues:"):
            yield Mutation(place.path, "if-exists", _renamed(operators, name, f"{name}IfExists"), name)
        if not name.startswith("ForAllValues:"):
            yield Mutation(place.path, "for-all-values", _renamed(operators, name, f"ForAllValues:{bare}"), name)
        if bare.startswith(("StringEquals", "StringNotEquals")):
            like = name.replace("Equals", "Like")
            for key in cast("dict[str, Any]", operators[name]):
                # Only with this operator an asterisk stands for anything.
                left = {each: value for each, value in operators[name].items() if each != key}
                rest = {each: value for each, value in operators.items() if each != name}
                liked = {like: {**operators.get(like, {}), key: "*"}}
                yield Mutation(place.path, "anyone", {**rest, **liked, **({name: left} if left else {})}, key)


def _renamed(content: Mapping[str, Any], name: str, new: str) -> dict[str, Any]:
    return {(new if each == name else each): value for each, value in content.items()}


def other_region(place: Place) -> Iterator[Mutation]:
    """A region, by itself or within an identifier, is one of another jurisdiction."""
    if not isinstance(place.value, str):
        return
    known = jurisdictions()
    for tables, other in ((known.aws, "ap-northeast-1"), (known.azure, "japaneast")):
        for region in (each for regions in tables.values() for each in regions):
            pattern = rf"(?<![\w-]){re.escape(region)}(?![\w-])"
            if re.search(pattern, place.value):
                yield Mutation(place.path, "other-region", re.sub(pattern, other, place.value), other)


def plain_http(place: Place) -> Iterator[Mutation]:
    """An address is asked without transport encryption."""
    if isinstance(place.value, str) and place.value.lower().startswith("https"):
        yield Mutation(place.path, "plain-http", place.value[:4] + place.value[5:], "http")


def stranger(place: Place) -> Iterator[Mutation]:
    """An account, a principal or a mail address is nobody's here."""
    if not isinstance(place.value, str):
        return
    for pattern, other in ((_ACCOUNT, STRANGER), (_UUID, STRANGE_ID), (_MAIL, "stranger@example.org")):
        if pattern is _MAIL and not pattern.fullmatch(place.value):
            continue
        changed = pattern.sub(other, place.value)
        if changed != place.value:
            yield Mutation(place.path, "stranger", changed, "someone else's")


def unpinned(place: Place) -> Iterator[Mutation]:
    """An image is named by a tag, which may be another image tomorrow."""
    if isinstance(place.value, str) and _DIGEST.search(place.value):
        yield Mutation(place.path, "unpinned", _DIGEST.sub(":latest", place.value), "latest")


def other_text(place: Place) -> Iterator[Mutation]:
    """A text is another one, where nothing tells what else it could be."""
    told = (flipped, other_value, out_of_bounds, opened, anyone, other_region, plain_http, stranger, unpinned)
    free = isinstance(place.value, str) and place.value
    if free and not any(True for operator in told for _ in operator(place)):
        yield Mutation(place.path, "other-text", f"{place.value}-other")


def element_added(place: Place) -> Iterator[Mutation]:
    """A list holds one element more, one that opens what the others open least."""
    if not isinstance(place.value, list) or not place.value:
        return
    elements = cast("list[Any]", place.value)
    if isinstance(elements[0], dict) and "Effect" in elements[0]:
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        if any("Principal" in each for each in elements):
            statement["Principal"] = "*"
        yield Mutation(place.path, "statement-added", [*elements, statement], "allows all to all")
        return
    more = _opened_copy(elements[-1])
    if more not in elements:
        yield Mutation(place.path, "element-added", [*elements, more])


def _opened_copy(value: Any) -> Any:
    """The value with every range the internet, every account a stranger's, every refusal a permission."""
    if isinstance(value, dict):
        return {name: _opened_copy(each) for name, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_opened_copy(each) for each in cast("list[Any]", value)]
    if not isinstance(value, str):
        return value
    place = Place(("",), value)
    for operator in (opened, stranger, other_region):
        for mutation in operator(place):
            return mutation.value
    return {"deny": "Allow", "block": "Allow"}.get(value.lower(), value)


OPERATORS: Final[tuple[Operator, ...]] = (
    removed,
    emptied,
    flipped,
    other_value,
    out_of_bounds,
    opened,
    anyone,
    condition_weakened,
    other_region,
    plain_http,
    stranger,
    unpinned,
    other_text,
    element_added,
)


def equivalent(place: Place, mutation: Mutation) -> str | None:
    """Why a mutation means what was there before; None if it may mean something else."""
    if place.path[-1] == "Sid":
        return "a statement's identifier has no effect (IAM User Guide, Sid)"
    if mutation.value is not MISSING:
        return "the value is written otherwise" if _normal(mutation.value) == _normal(place.value) else None
    if place.value is None or (isinstance(place.value, dict | list | str) and not place.value):
        return "what is empty is as good as left out"
    if isinstance(place.path[-1], str) and place.known.default == str(place.value).lower():
        return "the value that is left out is the default that the SDK states"
    if isinstance(place.around, list) and cast("list[Any]", place.around).count(place.value) > 1:
        return "the list holds the element twice"
    return None


def _normal(value: Any) -> Any:
    """The value in the one form of several that mean the same: a list of one as its element, `"true"` as true."""
    inner = content(value)
    if isinstance(inner, dict):
        return {name: _normal(each) for name, each in cast("dict[str, Any]", inner).items()}
    if isinstance(inner, list):
        elements = [_normal(each) for each in cast("list[Any]", inner)]
        return elements[0] if len(elements) == 1 else elements
    if isinstance(inner, bool):
        return str(inner).lower()
    if isinstance(inner, str) and inner.lower() in ("true", "false"):
        return inner.lower()
    return inner
