"""Calls written as data: parameters with `{placeholders}` for the properties of a resource.

A text that is one placeholder stands for the value itself, of whatever type; in a longer text it is inserted. A
parameter whose value is absent is left out, and so is a structure or list in which nothing but constants is left.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from localcloud.backend import UNKNOWN

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")

ABSENT: Final = object()
"""What is left of a template whose values aren't there."""


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its placeholders replaced, or ABSENT."""
    match template:
        case str():
            return _fill_text(template, values)
        case Mapping():
            present = parameters(template, values)
            asked = [name for name, element in template.items() if any(placeholders(element))]
            return present if not asked or any(name in present for name in asked) else ABSENT
        case list():
            elements = [value for value in (fill(element, values) for element in template) if value is not ABSENT]
            return elements if elements or not template else ABSENT
        case _:
            return template


def parameters(template: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call, without those whose values aren't there."""
    filled = {name: fill(element, values) for name, element in template.items()}
    return {name: value for name, value in filled.items() if value is not ABSENT}


def placeholders(template: Any) -> Iterator[str]:
    """The names that the template asks for."""
    match template:
        case str():
            yield from _PLACEHOLDER.findall(template)
        case Mapping():
            for element in template.values():
                yield from placeholders(element)
        case list():
            for element in template:
                yield from placeholders(element)
        case _:
            return


def _fill_text(template: str, values: Mapping[str, Any]) -> Any:
    names = _PLACEHOLDER.findall(template)
    if any(values.get(name) is None or values[name] is UNKNOWN for name in names):
        return ABSENT
    if len(names) == 1 and template == f"{{{names[0]}}}":
        return values[names[0]]
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), template)
