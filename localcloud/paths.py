"""Reading plain property values by path, where any part may still be `UNKNOWN`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from localcloud.backend import UNKNOWN, Change

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][\w$-]*")


def join(path: str, key: str) -> str:
    """`path` with a further key, in Pulumi's notation: `tags.Name`, but `tags["a.b"]`."""
    if _PLAIN_KEY.fullmatch(key) is None:
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def get(value: Any, *keys: str) -> Any:
    """The value below `keys`: None when it is absent, `UNKNOWN` when it or something above it isn't known yet."""
    for key in keys:
        if not isinstance(value, Mapping):
            return UNKNOWN if value is UNKNOWN else None
        value = value.get(key)
    return value


def select(value: Any, pattern: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every known value at a pattern such as `ipConfigurations[].subnet.id`, with its path."""
    if value is None or value is UNKNOWN:
        return
    if not pattern:
        yield path, value
        return
    head, _, rest = pattern.partition(".")
    key = head.removesuffix("[]")
    found, below = get(value, key), join(path, key)
    if not head.endswith("[]"):
        yield from select(found, rest, below)
    elif isinstance(found, Sequence) and not isinstance(found, str):
        for index, item in enumerate(found):
            yield from select(item, rest, f"{below}[{index}]")


def without(value: Any, pattern: str) -> Any:
    """A copy of `value` that lacks whatever is at a pattern such as `configuration.secrets[].value`."""
    head, _, rest = pattern.partition(".")
    key = head.removesuffix("[]")
    if not isinstance(value, Mapping) or key not in value:
        return value
    if not rest:
        return {name: item for name, item in value.items() if name != key}
    found = value[key]
    if head.endswith("[]") and isinstance(found, list):
        return {**value, key: [without(item, rest) for item in found]}
    return {**value, key: without(found, rest)}


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every known text in `value`, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, join(path, key))
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            yield from texts(item, f"{path}[{index}]")


def cleaned(value: Any) -> Any:
    """A deep copy without the keys whose value is None: to Azure they are the same as absent."""
    if isinstance(value, Mapping):
        return {key: cleaned(item) for key, item in value.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [cleaned(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    """Whether any part of `value` isn't known yet."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def changes(old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """The differences between two values, each at the deepest path that names it."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            below = join(path, key)
            if key not in new:
                yield Change(below, "delete")
            elif key not in old:
                yield Change(below, "add")
            else:
                yield from changes(old[key], new[key], below)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            below = f"{path}[{index}]"
            if index >= len(new):
                yield Change(below, "delete")
            elif index >= len(old):
                yield Change(below, "add")
            else:
                yield from changes(old[index], new[index], below)
    elif old is UNKNOWN or new is UNKNOWN or isinstance(old, bool) != isinstance(new, bool) or old != new:
        yield Change(path, "update")


def merged(*values: Mapping[str, Any]) -> dict[str, Any]:
    """One object out of several, of which the later ones win; objects within them are merged as well."""
    result: dict[str, Any] = {}
    for value in values:
        for key, item in value.items():
            known = result.get(key)
            if isinstance(known, Mapping) and isinstance(item, Mapping):
                result[key] = merged(known, item)
            else:
                result[key] = item
    return result
