"""When two values of a property mean the same to AWS, and where two sets of inputs differ."""

import json
from collections.abc import Collection, Iterator
from typing import Any, cast

from localcloud.backend import UNKNOWN, Change, Properties


def is_empty(value: Any) -> bool:
    """Whether a value says no more than its absence."""
    return value is None or value in ("", [], {}, 0)


def same(wanted: Any, found: Any, *, left_to_cloud: Collection[str] = (), path: str = "") -> bool:
    """Whether what the cloud holds is what was asked for.

    AWS keeps most lists as sets and writes policies its own way. What was not asked for counts as a difference unless
    it is empty or its path (without indices) is in `left_to_cloud`.
    """
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(
            same(
                wanted.get(name),
                found.get(name),
                left_to_cloud=left_to_cloud,
                path=(inner := f"{path}.{name}".lstrip(".")),
            )
            or (wanted.get(name) is None and inner in left_to_cloud)
            for name in {**wanted, **found}
        )
    if isinstance(wanted, list) and isinstance(found, list):
        return _same_elements(cast("list[Any]", wanted), cast("list[Any]", found), left_to_cloud, path)
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted == found or _same_document(wanted, found)
    if is_empty(wanted) and is_empty(found):
        return True
    return wanted == found or (_is_scalar(wanted) and _is_scalar(found) and str(wanted) == str(found))


def changes(
    old: Properties, new: Properties, replaces: Collection[str], left_to_cloud: Collection[str] = ()
) -> list[Change]:
    """The differences between two sets of inputs; unknown values differ from everything.

    A property in `left_to_cloud` (paths without indices) that the new inputs don't name stays as it is.
    """
    return list(_changes(old, new, replaces, left_to_cloud, ""))


def _changes(
    old: Properties, new: Properties, replaces: Collection[str], left_to_cloud: Collection[str], path: str
) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        inner = f"{path}.{name}" if path else name
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _changes(before, after, replaces, left_to_cloud, inner)
        elif after is None and inner in left_to_cloud:
            continue
        elif _holds_unknown(after) or not same(after, before, left_to_cloud=left_to_cloud, path=inner):
            kind = "add" if before is None else "delete" if after is None else "update"
            top = inner.split(".")[0]
            yield Change(inner, kind, replaces=top in replaces or inner in replaces)


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_unknown(each) for each in cast("Properties", value).values())
    if isinstance(value, list):
        return any(_holds_unknown(each) for each in cast("list[Any]", value))
    return value is UNKNOWN


def _same_elements(wanted: list[Any], found: list[Any], left_to_cloud: Collection[str], path: str) -> bool:
    if len(wanted) != len(found):
        return False
    rest = list(found)
    for each in wanted:
        twin = next(
            (index for index, other in enumerate(rest) if same(each, other, left_to_cloud=left_to_cloud, path=path)),
            None,
        )
        if twin is None:
            return False
        del rest[twin]
    return True


def _same_document(first: str, second: str) -> bool:
    if not (first.lstrip()[:1] in ("{", "[") and second.lstrip()[:1] in ("{", "[")):
        return False
    try:
        return _canonical(json.loads(first)) == _canonical(json.loads(second))
    except ValueError:
        return False


def _canonical(document: Any) -> Any:
    """IAM's policy language: one element and a list of it are the same, and lists are sets."""
    match document:
        case dict():
            return {name: _canonical(value) for name, value in cast("Properties", document).items()}
        case [single]:
            return _canonical(single)
        case list():
            return sorted((_canonical(value) for value in cast("list[Any]", document)), key=repr)
        case _:
            return document


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)
